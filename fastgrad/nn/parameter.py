"""The tensor that a module trains."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor


class Parameter(Tensor):
    """A tensor that becomes a parameter of the module it is assigned to.

    Parameters
    ----------
    data : Tensor or array_like
        The initial values, of any shape. A tensor's memory is shared, not copied, and its history is left behind;
        anything else is converted as `fastgrad.tensor` does it.
    requires_grad : bool, default True
        Whether `backward` accumulates into `grad`.

    Raises
    ------
    RuntimeError
        If gradients are asked for and the dtype is not a floating one.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.ones(2, 3))
    >>> p.requires_grad, p.is_leaf, p.shape
    (True, True, (2, 3))
    """

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()
