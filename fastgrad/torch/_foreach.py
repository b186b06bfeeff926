"""``torch._foreach_add`` and its like: an operation of each tensor of a list, for optimizers that programs bring."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Any

from fastgrad._tensor import Tensor

_OF_ONE = """
    abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round
    rsqrt sigmoid sign sin sinh sqrt tan tanh trunc
"""
_OF_TWO = "add sub mul div clamp_min clamp_max maximum minimum pow"
# Methods under other names, and those with what comes last as a keyword.
_METHODS = {"maximum": "clamp_min", "minimum": "clamp_max"}
_LAST = {"addcdiv": "value", "addcmul": "value"}


def function(name: str) -> Callable[..., Any] | None:
    """Return ``torch._foreach_`` and this name; None where PyTorch has none."""
    plain = name.removesuffix("_")
    if plain in (*_OF_ONE.split(), *_OF_TWO.split(), "addcdiv", "addcmul", "lerp"):
        made = _each(plain, plain != name)
    elif name in _OTHERS:
        made = _OTHERS[name]
    else:
        return None
    made.__name__ = made.__qualname__ = f"_foreach_{name}"
    return made


def _each(name: str, in_place: bool) -> Callable[..., Any]:
    """An operation of tensors and, of each other argument, of what is at their place, if it is a list."""

    def each(self: Any, *others: Any, **words: Any) -> tuple[Tensor, ...] | list[Tensor]:
        if name == "pow" and not in_place and isinstance(self, (int, float)):  # of one number, and exponents
            exponents = _tensors("pow", others[0])
            return tuple(self**exponent for exponent in exponents)
        tensors = _tensors(name, self)
        last = _LAST.get(name)
        given = [_at_places(name, other, len(tensors), last is not None and i == 2) for i, other in enumerate(others)]
        named = {word: _at_places(name, value, len(tensors), word == "scalars") for word, value in words.items()}
        if last is not None and len(given) == 3:
            named[last] = given.pop()
        elif "scalars" in named:
            named[last or "scalars"] = named.pop("scalars")
        results = []
        for tensor, *row in zip(tensors, *given, strict=False):  # numbers have no end
            here = {word: next(values) for word, values in named.items()}
            results.append(_apply(name, in_place, tensor, row, here))
        return tensors if in_place else tuple(results)

    return each


def _apply(name: str, in_place: bool, tensor: Tensor, row: list[Any], words: dict[str, Any]) -> Any:
    method = name
    if name in _METHODS and not isinstance(row[0], Tensor):
        method = _METHODS[name]  # of a number
    if in_place and not hasattr(tensor, f"{method}_"):
        return tensor.copy_(getattr(tensor, method)(*row, **words))
    return getattr(tensor, f"{method}_" if in_place else method)(*row, **words)


def _tensors(name: str, given: Any) -> list[Tensor]:
    tensors = list(given) if isinstance(given, (list, tuple)) else None
    if not tensors or not all(isinstance(one, Tensor) for one in tensors):
        raise TypeError(f"_foreach_{name}: a list of at least one tensor is wanted, got {type(given).__name__}")
    return tensors


def _at_places(name: str, given: Any, count: int, is_numbers: bool) -> Any:
    """The values of an argument, one for each tensor of the list."""
    if isinstance(given, Tensor) and is_numbers:
        given = given.tolist()
    if not isinstance(given, (list, tuple)):
        return repeat(given)
    if len(given) != count:
        raise RuntimeError(
            f"_foreach_{name}: Tensor lists must have the same number of tensors, got {count} and {len(given)}"
        )
    return iter(given)


def _norm(self: Any, ord: Any = 2, dtype: Any = None) -> tuple[Tensor, ...]:
    from fastgrad.torch import linalg

    return tuple(linalg.vector_norm(one, ord, dtype=dtype) for one in _tensors("norm", self))


def _max(self: Any) -> tuple[Tensor, ...]:
    return tuple(one.max() for one in _tensors("max", self))


def _zero(self: Any) -> list[Tensor]:
    tensors = _tensors("zero_", self)
    for one in tensors:
        one.zero_()
    return tensors


def _copy(self: Any, src: Any, non_blocking: bool = False) -> list[Tensor]:
    tensors = _tensors("copy_", self)
    for one, source in zip(tensors, _at_places("copy_", src, len(tensors), False), strict=True):
        one.copy_(source)
    return tensors


_OTHERS: dict[str, Callable[..., Any]] = {"norm": _norm, "max": _max, "zero_": _zero, "copy_": _copy}
