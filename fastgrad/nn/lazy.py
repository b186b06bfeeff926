"""Modules that are given their parameters by the first call, when the sizes of the input are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fastgrad.autograd._mode import no_grad
from fastgrad.nn.parameter import is_lazy


class LazyModuleMixin:
    """Base class, before a layer's own, of lazy layers.

    A subclass has `UninitializedParameter` and `UninitializedBuffer` where sizes are not known, defines
    ``initialize_parameters(*inputs)``, which gives them their shapes (`materialize`) and values, and names in
    `cls_to_become` the class that it then is. The first call does so, before it calls ``forward``.

    Notes
    -----
    An optimizer takes the parameters once they are there: call the network once before making one.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.LazyLinear(4)
    >>> layer(fg.zeros(2, 3)).shape
    (2, 4)
    >>> layer
    Linear(in_features=3, out_features=4, bias=True)
    """

    cls_to_become: ClassVar[type | None] = None

    if TYPE_CHECKING:
        _infer_hook: Any
        _parameters: dict[str, Any]
        _buffers: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._infer_hook = self.register_forward_pre_hook(  # type: ignore[attr-defined]
            type(self)._infer_parameters, with_kwargs=True
        )

    def has_uninitialized_params(self) -> bool:
        """Whether parameters or buffers have no shape yet."""
        return any(is_lazy(tensor) for held in (self._parameters, self._buffers) for tensor in held.values())

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give parameters and buffers their shapes and values, from the arguments of a call."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    @staticmethod
    def _infer_parameters(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The hook that goes before the first call."""
        import inspect

        try:
            inspect.signature(module.forward).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{type(module).__name__}: {error}") from None
        with no_grad():
            module.initialize_parameters(*args, **kwargs)
        if module.has_uninitialized_params():
            raise RuntimeError(f"{type(module).__name__}: initialize_parameters has left parameters without a shape")
        module._infer_hook.remove()
        del module._infer_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become
