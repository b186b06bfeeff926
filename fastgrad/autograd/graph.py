"""The graph as programs see it: hooks of what operations save for their gradients."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.node import Node as Node, count_saving_hooks, set_saving
from fastgrad.autograd._mode import call_unforced

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad._tensor import Tensor

__all__ = ["Node", "disable_saved_tensors_hooks", "save_on_cpu", "saved_tensors_hooks"]


class _Here(threading.local):
    """This thread's hooks, the innermost last, and why there may be none."""

    def __init__(self) -> None:
        self.hooks: list[tuple[Callable[[Tensor], Any], Callable[[Any], Tensor]]] = []
        self.refusals: list[str] = []
        self.packing = False


_here = _Here()


def _pack(tensor: Tensor) -> tuple[Any, Callable[[Any], Tensor]] | None:
    """What the innermost hook makes of a tensor, and what makes it a tensor again."""
    if not _here.hooks or _here.packing:  # what a hook computes itself is saved as it is
        return None
    pack, unpack = _here.hooks[-1]
    _here.packing = True
    try:
        return pack(tensor), unpack
    finally:
        _here.packing = False


def _unpack(unpack: Callable[[Any], Tensor], held: Any) -> Tensor:
    tensor: Tensor = call_unforced(unpack, held)
    return tensor


set_saving(_pack, _unpack)


class saved_tensors_hooks:
    """Inside, what operations save for their gradients is what a function makes of it.

    Parameters
    ----------
    pack_hook : callable
        Called with each tensor that is saved, without its history; it returns anything, such as the name of a file.
    unpack_hook : callable
        Called with that when the gradient is computed; it returns a tensor of the same shape and dtype.

    Notes
    -----
    It holds for the thread that enters it. Of blocks inside each other the innermost is asked. Writing to a saved
    tensor in place is not found out: the hook may have copied it.

    Raises
    ------
    RuntimeError
        Inside `disable_saved_tensors_hooks`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([1.0, 2.0], requires_grad=True)
    >>> with fg.autograd.graph.saved_tensors_hooks(lambda t: t.numpy().copy(), fg.tensor):
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad.tolist()
    [2.0, 4.0]
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        for name, hook in (("pack_hook", pack_hook), ("unpack_hook", unpack_hook)):
            if not callable(hook):
                raise TypeError(f"saved_tensors_hooks: {name} must be callable, got {hook!r}")
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if _here.refusals:
            raise RuntimeError(_here.refusals[-1])
        _here.hooks.append((self.pack_hook, self.unpack_hook))
        count_saving_hooks(1)

    def __exit__(self, *error: object) -> None:
        _here.hooks.pop()
        count_saving_hooks(-1)


class save_on_cpu(saved_tensors_hooks):
    """Does nothing: everything is on the CPU.

    Parameters
    ----------
    pin_memory, device_type : optional
        Accepted for PyTorch's sake.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        self.pin_memory = pin_memory
        self.device_type = device_type

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


class disable_saved_tensors_hooks:
    """Inside, `saved_tensors_hooks` is an error.

    Parameters
    ----------
    error_message : str
        What the error says.
    """

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message

    def __enter__(self) -> None:
        if _here.hooks:
            raise RuntimeError(self.error_message)
        _here.refusals.append(self.error_message)

    def __exit__(self, *error: object) -> None:
        _here.refusals.pop()
