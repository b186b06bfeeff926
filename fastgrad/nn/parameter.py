"""The tensor that a module trains."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import Tensor

FLOATS = (fg.float32, fg.float64, fg.float16, fg.bfloat16)


class Parameter(Tensor):
    """A tensor that becomes a parameter of the module it is assigned to.

    Parameters
    ----------
    data : Tensor or array_like
        The initial values, of any shape. A tensor's memory is shared, not copied, and its history is left behind.
        Python lists and NumPy arrays are converted as `fastgrad.asarray` does it.
    requires_grad : bool, default True
        Whether `backward` accumulates into `grad`.

    Raises
    ------
    TypeError
        If gradients are asked for and the dtype is not a floating one.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.ones(2, 3))
    >>> p.requires_grad, p.is_leaf, p.shape
    (True, True, (2, 3))
    """

    def __new__(cls, data: Any, requires_grad: bool = True) -> Parameter:
        tensor = data if isinstance(data, Tensor) else fg.asarray(data)
        if requires_grad and tensor.dtype not in FLOATS:
            raise TypeError(f"Parameter: only floating-point tensors can require gradients, got {tensor.dtype}")
        self = Tensor.__new__(cls)
        self.data = tensor.detach()
        self.requires_grad = requires_grad
        return self

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        pass

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copy = memo.get(id(self))
        if copy is None:
            copy = memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.detach(), self.requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + Tensor.__repr__(self)
