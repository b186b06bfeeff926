"""Derivatives in a direction, carried along: tensors with tangents, as PyTorch's ``torch.autograd.forward_ad``.

What is computed from a tensor with a tangent is recorded, and its own tangent found when it is asked for, as
`fastgrad.func.jvp` finds it: in a part that runs under `no_grad` tangents end.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import local
from types import TracebackType
from typing import Any, NamedTuple

from fastgrad._tensor import Tensor
from fastgrad.autograd._gradients import grad
from fastgrad.func.derivatives import _Level, _pulled, _settled
from fastgrad.ops.creation import zeros_like

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class UnpackedDualTensor(NamedTuple):
    """A tensor and its tangent, or None."""

    primal: Tensor
    tangent: Tensor | None


class _Duals(_Level):
    """The tensors with tangents of a level."""

    def __init__(self) -> None:
        super().__init__("make_dual")
        self.tangents: list[tuple[Tensor, Tensor]] = []


class _Current(local):
    level: _Duals | None = None


_current = _Current()


def enter_dual_level() -> int:
    """Begin a level, in which tensors may have tangents; `dual_level` ends it, too.

    Raises
    ------
    RuntimeError
        If this thread is in one.
    """
    if _current.level is not None:
        raise RuntimeError("enter_dual_level: levels do not nest; fastgrad.func.jvp does")
    _current.level = _Duals()
    _current.level.__enter__()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the level: tensors have no tangents any more.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    if _current.level is None or level not in (None, 0):
        raise RuntimeError(f"exit_dual_level: level {level or 0} is not the one that was entered last")
    _current.level.__exit__()
    _current.level = None


class dual_level:
    """Inside, tensors may have tangents: a context manager, and a decorator.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(fg.tensor([1.0, 2.0]), fg.tensor([1.0, 10.0]))
    ...     forward_ad.unpack_dual(x**2).tangent.tolist()
    [2.0, 40.0]
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        exit_dual_level()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from functools import wraps

        @wraps(function)
        def call(*args: Any, **words: Any) -> Any:
            with dual_level():
                return function(*args, **words)

        return call


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """Return the tensor with a tangent: the direction in which derivatives are taken.

    Parameters
    ----------
    tensor : Tensor
        Floating-point.
    tangent : Tensor
        Of its shape and dtype.
    level : int, optional
        The level, of which there is one.

    Raises
    ------
    RuntimeError
        If there is no level, or shapes or dtypes differ.
    TypeError
        If one is no tensor.
    """
    duals = _current.level
    if duals is None or level not in (None, 0):
        raise RuntimeError("make_dual: tensors have tangents inside dual_level alone")
    if not isinstance(tensor, Tensor) or not isinstance(tangent, Tensor):
        raise TypeError(f"make_dual: tensors must be given, got {type(tensor).__name__} and {type(tangent).__name__}")
    if tuple(tangent.shape) != tuple(tensor.shape) or tangent.dtype != tensor.dtype:
        raise RuntimeError(
            f"make_dual: the tangent must be {tensor.dtype} of shape {tuple(tensor.shape)}, "
            f"got {tangent.dtype} of shape {tuple(tangent.shape)}"
        )
    dual: Tensor = duals.follow(tensor)
    duals.tangents.append((dual, tangent))
    return dual


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """Return the tensor without its tangent, and the tangent; None where it has none, or there is no level."""
    duals = _current.level
    if duals is None or level not in (None, 0) or not tensor.requires_grad:
        return UnpackedDualTensor(tensor, None)
    for dual, tangent in duals.tangents:
        if dual is tensor:
            return UnpackedDualTensor(_settled(dual, duals.goes_on([dual])), tangent)
    sources, tangents = [dual for dual, _ in duals.tangents], [tangent for _, tangent in duals.tangents]
    start = zeros_like(tensor.detach()).requires_grad_(True)
    pulled = grad([tensor], sources, [start], create_graph=True, allow_unused=True) if sources else ()
    reached = [(g, tangent) for g, tangent in zip(pulled, tangents, strict=True) if g is not None]
    if not reached:
        return UnpackedDualTensor(tensor, None)
    history = duals.goes_on([tensor, *tangents])
    (found,) = _pulled([g for g, _ in reached], [start], [tangent for _, tangent in reached], history)
    return UnpackedDualTensor(_settled(tensor, history), _settled(found, history))
