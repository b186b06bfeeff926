"""NumPy's padding. NumPy itself pads what carries no gradient; here is what does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.numpy.common import array_of, borrowed, is_followed, tensor_of

# What numpy.pad takes beside each mode.
_WORDS = {
    "constant": ("constant_values",),
    "edge": (),
    "empty": (),
    "linear_ramp": ("end_values",),
    "maximum": ("stat_length",),
    "mean": ("stat_length",),
    "median": ("stat_length",),
    "minimum": ("stat_length",),
    "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",),
    "wrap": (),
}


def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """With elements added before and after along each axis, in any of NumPy's modes; gradients flow through them all,
    but not through a function of the program's own."""
    if callable(mode) or not is_followed((array, *kwargs.values())):
        return borrowed(np.pad, array, pad_width, mode, **kwargs)
    if mode not in _WORDS:
        raise TensorValueError(f"pad: mode must be one of {', '.join(_WORDS)}, or a function, got {mode!r}")
    unknown = [word for word in kwargs if word not in _WORDS[mode]]
    if unknown:
        raise TensorValueError(f"pad: unsupported keyword argument {unknown[0]!r} for mode {mode!r}")
    x = tensor_of(array)
    for axis, widths in enumerate(_pairs(pad_width, x.ndim, "pad_width")):
        if any(widths):
            x = _padded(x, axis, (int(widths[0]), int(widths[1])), mode, kwargs)
    return x if x is not array else x.clone()


def _pairs(value: Any, ndim: int, argument: str) -> Any:
    """Return one pair for each axis, of a number, a pair, pairs, or axes' numbers or pairs in a dict."""
    if isinstance(value, dict):
        pairs = np.zeros((ndim, 2), dtype=np.int64)
        for axis, widths in value.items():
            pairs[axis] = widths
        return pairs.tolist()
    given = np.asarray(array_of(value))
    if argument == "pad_width" and given.dtype.kind not in "iu":
        raise TensorTypeError(f"pad: pad_width must be of integral type, got {given.dtype}")
    try:
        pairs = np.broadcast_to(given, (ndim, 2))
    except ValueError:
        raise TensorValueError(f"pad: {argument} must be a pair for each of {ndim} axes, got {value!r}") from None
    if argument != "end_values" and argument != "constant_values" and (pairs < 0).any():
        raise TensorValueError(f"pad: {argument} must not be negative, got {value!r}")
    return pairs.tolist()


def _padded(x: Tensor, axis: int, widths: tuple[int, int], mode: str, words: dict[str, Any]) -> Tensor:
    """One axis padded; the modes are the rows of a matrix, elements of the axis, or one more operation."""
    n = x.shape[axis]
    if mode in ("constant", "empty"):
        return _beside(x, axis, widths, _ends(words.get("constant_values", 0), x, axis))
    if n == 0:
        raise TensorValueError(f"pad: axis {axis} must not be empty in mode {mode!r}, got shape {tuple(x.shape)}")
    if mode == "linear_ramp":
        return _ramped(x, axis, widths, _ends(words.get("end_values", 0), x, axis))
    if mode in ("maximum", "minimum", "mean", "median"):
        lengths = words.get("stat_length")
        spans = (n, n) if lengths is None else _pairs(lengths, x.ndim, "stat_length")[axis]
        first, last = (min(int(span), n) for span in spans)
        statistic = _STATISTICS[mode]
        return _beside(
            x, axis, widths, (statistic(_part(x, axis, 0, first), axis), statistic(_part(x, axis, n - last, n), axis))
        )
    order = np.pad(np.arange(n), widths, mode=mode)  # type: ignore[call-overload]
    found = fg.take(x, fg.asarray(order), axis=axis)
    if words.get("reflect_type", "even") == "even":
        return found
    if words["reflect_type"] != "odd":
        raise TensorValueError(f"pad: reflect_type must be 'even' or 'odd', got {words['reflect_type']!r}")
    weights = np.pad(np.eye(n), (widths, (0, 0)), mode=mode, reflect_type="odd")  # type: ignore[call-overload]
    rows = fg.tensordot(fg.asarray(weights, dtype=x.dtype), x, ((1,), (axis,)))
    return fg.moveaxis(rows, 0, axis)


def _part(x: Tensor, axis: int, start: int, stop: int) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _ends(values: Any, x: Tensor, axis: int) -> tuple[Any, Any]:
    """Return what stands at both ends of an axis, of a number, a pair, or a pair for each axis."""
    pairs = fg.broadcast_to(tensor_of(values).astype(x.dtype), (x.ndim, 2))
    return pairs[axis, :1], pairs[axis, 1:]


def _beside(x: Tensor, axis: int, widths: tuple[int, int], values: tuple[Any, Any]) -> Tensor:
    """The axis with one value, or a line of them, repeated on either side."""

    def side(width: int, value: Any) -> Any:
        return fg.broadcast_to(value, (*x.shape[:axis], width, *x.shape[axis + 1 :]))

    return fg.concat([side(widths[0], values[0]), x, side(widths[1], values[1])], axis=axis)


def _ramped(x: Tensor, axis: int, widths: tuple[int, int], values: tuple[Any, Any]) -> Tensor:
    """The axis with straight lines on either side, from its ends to values."""
    n = x.shape[axis]

    def side(edge: Any, value: Any, fractions: Any) -> Any:
        along = fg.asarray(fractions, dtype=x.dtype).reshape((-1,) + (1,) * (x.ndim - 1 - axis))
        return value * (1 - along) + edge * along

    before = side(_part(x, axis, 0, 1), values[0], np.arange(widths[0]) / max(widths[0], 1))
    behind = side(_part(x, axis, n - 1, n), values[1], np.arange(widths[1])[::-1] / max(widths[1], 1))
    return fg.concat([before, x, behind], axis=axis)


def _median(x: Any, axis: int) -> Any:
    n, line = x.shape[axis], fg.sort(x, axis=axis)
    return fg.mean(_part(line, axis, (n - 1) // 2, n // 2 + 1), axis=axis, keepdims=True)


_STATISTICS: dict[str, Callable[[Any, int], Any]] = {
    "maximum": lambda x, axis: fg.max(x, axis=axis, keepdims=True),
    "mean": lambda x, axis: fg.mean(x, axis=axis, keepdims=True),
    "median": _median,
    "minimum": lambda x, axis: fg.min(x, axis=axis, keepdims=True),
}
