"""The tensors that a module holds: parameters, which it trains, and buffers, which it does not; of both, such as are
given their shape later."""

from __future__ import annotations

from typing import Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor


class Parameter(Tensor):
    """A tensor that becomes a parameter of the module it is assigned to.

    Parameters
    ----------
    data : Tensor or array_like, optional
        The initial values, of any shape. A tensor's memory is shared, not copied, and its history is left behind;
        anything else is converted as `fastgrad.tensor` does it. By default there are none, of shape (0,).
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

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(fg.empty((0,)) if data is None else data, requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class Buffer(Tensor):
    """A tensor that becomes a buffer of the module it is assigned to, as `Module.register_buffer` makes one.

    Parameters
    ----------
    data : Tensor or array_like, optional
        The values, as a `Parameter` takes them.
    persistent : bool, default True
        Whether the module's `state_dict` contains it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> module = fg.nn.Module()
    >>> module.mean = fg.nn.Buffer(fg.zeros(3))
    >>> list(module.state_dict())
    ['mean']
    """

    persistent: bool

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        super().__init__(fg.empty((0,)) if data is None else data, False)
        self.persistent = persistent


class UninitializedTensorMixin(Tensor):
    """What `UninitializedParameter` and `UninitializedBuffer` share."""

    _becomes: ClassVar[type]

    @property  # type: ignore[misc]  # there is no shape to set, either
    def shape(self) -> Any:
        """There is none yet: RuntimeError."""
        raise RuntimeError(
            f"{type(self).__name__}: there is no shape before `materialize`; a lazy module is given its parameters "
            "by the first call, so call it once with an input before anything else"
        )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become a tensor of this shape, its values not set, and of the class that this one stands for.

        Parameters
        ----------
        shape : tuple of int
            The shape that it is given.
        device : optional
            The only one is the CPU.
        dtype : dtype, optional
            By default what it was made with.
        """
        self.data = fg.empty(shape, dtype=self.dtype if dtype is None else dtype, device=device)
        self.__class__ = self._becomes

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _rebuild, (type(self), self.requires_grad, self.dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = _rebuild(type(self), self.requires_grad, self.dtype)
        return memo[id(self)]


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter that is not given its shape yet: what lazy modules have until they are called.

    Parameters
    ----------
    requires_grad : bool, default True
        Whether it will require gradients.
    device, dtype : optional
        The dtype that it will have, by default float32; the only device is the CPU.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.UninitializedParameter()
    >>> p.materialize((2, 3))
    >>> type(p).__name__, p.shape
    ('Parameter', (2, 3))
    """

    _becomes = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        Parameter.__init__(self, fg.empty((0,), dtype=dtype, device=device), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin):
    """A buffer that is not given its shape yet.

    Parameters
    ----------
    requires_grad : bool, default False
        Whether it will require gradients.
    device, dtype : optional
        The dtype that it will have, by default float32; the only device is the CPU.
    persistent : bool, default True
        Whether a module's `state_dict` will contain it.
    """

    _becomes = Buffer
    persistent: bool

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        super().__init__(fg.empty((0,), dtype=dtype, device=device), requires_grad)
        self.persistent = persistent


def _rebuild(kind: type, requires_grad: bool, dtype: Any) -> Any:
    return kind(requires_grad, dtype=dtype)


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer is not given its shape yet."""
    return isinstance(param, UninitializedTensorMixin)
