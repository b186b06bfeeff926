"""What PyTorch's functions share: `out`, devices, sizes, and what writes in place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorAxisError


def tensor_of(operation: str, value: Any, argument: str = "input") -> Tensor:
    """Return an argument that must be a tensor; PyTorch takes nothing else."""
    if isinstance(value, Tensor):
        return value
    raise TypeError(f"{operation}: {argument} must be a Tensor, got {type(value).__name__}")


def into(out: Tensor | None, result: Any) -> Any:
    """Return a result, or write it to `out` and return that."""
    return result if out is None else _written(out, result)


def _written(out: Tensor, result: Any) -> Tensor:
    if out.shape == result.shape:
        return out.copy_(result)
    if out.numel():
        raise RuntimeError(f"out must have the result's shape {tuple(result.shape)}, got {tuple(out.shape)}")
    out.data = result.detach().astype(out.dtype)
    return out


def of_one(function: Callable[..., Any], name: str | None = None) -> Callable[..., Any]:
    """Give a function of one tensor PyTorch's signature."""

    def call(input: Any, *, out: Tensor | None = None) -> Tensor:
        result: Tensor = function(input)
        return result if out is None else _written(out, result)

    return named(call, name or function.__name__, function)  # type: ignore[no-any-return]


def of_two(function: Callable[..., Any], name: str | None = None) -> Callable[..., Any]:
    """Give a function of two tensors, or a tensor and a number, PyTorch's signature."""

    def call(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        result: Tensor = function(input, other)
        return result if out is None else _written(out, result)

    return named(call, name or function.__name__, function)  # type: ignore[no-any-return]


# PyTorch's functions take NumPy's words for its own, too.
NUMPYS = {"axis": "dim", "keepdims": "keepdim"}
_SEVERAL = {"axis": "dims"}


def in_both_vocabularies(namespace: dict[str, Any], out: str = "") -> None:
    """Have the public functions of a module take ``axis`` for ``dim`` or ``dims``, and ``keepdims`` for ``keepdim``.

    Those that `out` names write what they give to ``out=``, where it is given: a tensor, or one for each result.
    """
    writing = set(out.split())
    for name, function in list(namespace.items()):
        if name.startswith("_") or getattr(function, "__module__", None) != namespace["__name__"]:
            continue
        code = getattr(function, "__code__", None)
        words = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code is not None else ()
        meant = NUMPYS if "dim" in words else _SEVERAL if "dims" in words else {}
        if meant or name in writing:
            namespace[name] = _bilingual(function, meant, name in writing)


def _bilingual(function: Callable[..., Any], meant: dict[str, str], writes: bool) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **words: Any) -> Any:
        if words:
            if not words.keys().isdisjoint(meant):
                words = {meant.get(word, word): value for word, value in words.items()}
            if writes and "out" in words:
                out = words.pop("out")
                return all_into(out, function(*args, **words))
        return function(*args, **words)

    return call


def all_into(out: Any, result: Any) -> Any:
    """Return a result, or several, or write each to its tensor and return these."""
    if out is None:
        return result
    if not isinstance(result, tuple):
        return _written(out, result)
    given = [_written(o, part) for o, part in zip(out, result, strict=True)]
    as_written = getattr(result, "as_written", None)  # of `fastgrad.ops.pytorch.results`
    if as_written is not None:
        return as_written(given)
    return type(result)(*given) if hasattr(result, "_fields") else tuple(given)


def named(call: Any, name: str, documented: Any = None) -> Any:
    call.__name__ = call.__qualname__ = name
    if documented is not None:
        source = documented.__name__
        call.__doc__ = f"PyTorch's ``{name}``" + (
            "." if source == "<lambda>" else f": see ``{documented.__module__}.{source}``."
        )
    return call


def written(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Make the method that writes what a function gives to its first argument."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        # What the function keeps for its gradient must not be what is written to.
        x = self.clone() if self.requires_grad else self
        return self.copy_(function(x, *args, **kwargs))

    method = functools.wraps(function)(method)
    method.__doc__ = f"What ``{name[:-1]}`` gives, written to the tensor itself; returns it."
    return named(method, name)  # type: ignore[no-any-return]


def dims_of(dim: Any) -> Any:
    """An axis or several, as functions of `fastgrad` take them: an empty tuple means all."""
    if isinstance(dim, (tuple, list)):
        return tuple(dim) or None
    return dim


def axis_of(operation: str, dim: Any, ndim: int) -> int:
    """An axis, checked and not negative; a tensor without axes has one for this."""
    try:
        place = dim.__index__()
    except AttributeError:
        raise TypeError(f"{operation}: dim must be an int, got {dim!r}") from None
    bound = max(ndim, 1)
    if not -bound <= place < bound:
        raise TensorAxisError(place, ndim, operation)
    return int(place % bound)


def size_of(size: tuple[Any, ...]) -> Any:
    """``zeros(2, 3)`` and ``zeros((2, 3))`` mean the same."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        return tuple(int(n) for n in size[0])
    return tuple(n.__index__() if hasattr(n, "__index__") else n for n in size)


def place(operation: str, device: Any) -> None:
    """Raise what asks for another device than the CPU."""
    if device is not None and str(device).partition(":")[0] != "cpu":
        raise RuntimeError(f"{operation}: fastgrad computes on the CPU, got device {str(device)!r}; write device='cpu'")


def strided(operation: str, layout: Any) -> None:
    """Raise what asks for a sparse tensor."""
    if layout is not None and str(layout) != "torch.strided":
        raise RuntimeError(
            f"{operation}: tensors are dense (torch.strided), got layout {layout}; x.to_dense() is dense"
        )


def made(t: Tensor, requires_grad: bool) -> Tensor:
    return t.requires_grad_(True) if requires_grad else t


def dense(x: Any) -> Any:
    return fg.asarray(x)
