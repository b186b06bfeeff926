"""What the tests that walk the table share: layouts, tolerances, comparison."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import numpy as np

import fastgrad as fg

from .entry import Op, Sample, outputs, tensors, wide

SUM_TYPES = {"b": "int64", "i": "int64", "u": "uint64"}


def unit(dtype: np.dtype) -> float:
    """The unit roundoff: half the distance from 1 to the next number."""
    return float(np.finfo(dtype).eps) / 2


def expected_dtype(op: Op, dtype: str) -> str | None:
    """The dtype that the result must have; None where it is not fixed by the inputs'."""
    kind = np.dtype(dtype).kind
    if op.result == "any":
        return None
    if op.result == "same":
        return dtype
    if op.result == "float":
        return dtype if kind == "f" else "float32"
    if op.result == "moment":
        return dtype if kind == "f" else "float64"
    if op.result == "sum":
        return SUM_TYPES.get(kind, dtype)
    return op.result


def referred(op: Op, sample: Sample, f: Callable[..., Any]) -> list[np.ndarray]:
    """What the reference (or another function of its kind) says."""
    plain = wide(sample)
    if op.result in ("float", "moment"):
        plain = plain.map(lambda a: a.astype(np.float64))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's of empty means
        return [np.asarray(r) for r in outputs(f(*plain.args, **plain.kwargs))]


def errors(op: Op, sample: Sample, dtype: str, layout: Callable[[np.ndarray], np.ndarray] | None = None) -> str | None:
    """What is wrong with the operation's values for a sample; None if nothing is."""
    results = outputs(op(tensors(sample, layout=layout)))
    wanted = referred(op, sample, op.reference)
    if len(results) != len(wanted):
        return f"{len(results)} results instead of {len(wanted)}"
    sizes = [np.abs(w) if w.dtype.kind == "f" else w for w in wanted]
    if op.magnitude is not None:
        sizes = referred(op, sample, op.magnitude)
    terms = op.terms(sample)
    for result, want, size in zip(results, wanted, sizes, strict=True):
        if not isinstance(result, fg.Tensor):
            result = np.asarray(result)
        elif expected_dtype(op, dtype) not in (None, str(result.dtype)):
            return f"dtype {result.dtype} instead of {expected_dtype(op, dtype)}"
        got = np.asarray(result.detach() if isinstance(result, fg.Tensor) else result)
        if got.shape != want.shape:
            return f"shape {got.shape} instead of {want.shape}"
        if op.deterministic:
            wrong = difference(got, want, op.ulps, terms, size)
            if wrong is not None:
                return wrong
    return None


@np.errstate(all="ignore")
def difference(got: np.ndarray, want: np.ndarray, ulps: float, terms: int, size: np.ndarray) -> str | None:
    """What is wrong with values; None if nothing is.

    Integers must be equal. The error of a float may be ``ulps`` units of its own size, and one unit roundoff of
    ``size``, the sum of the terms' absolute values, for each term: the bound of a sum in any order (Higham, Accuracy
    and Stability of Numerical Algorithms, 4.2). Results below the normal range may be off by as many steps of it.
    """
    if got.dtype.kind != "f":
        bad = got != want.astype(got.dtype) if want.dtype.kind != "f" else got != want
    else:
        bad = _beyond(got, want, ulps, terms, size)
    if not np.any(bad):
        return None
    at = tuple(int(i) for i in np.argwhere(bad)[0]) if np.ndim(bad) else ()
    return f"{int(np.sum(bad))} of {np.size(bad)} elements differ; at {at} {got[at]!r} instead of {want[at]!r}"


def _beyond(got: np.ndarray, want: np.ndarray, ulps: float, terms: int, size: np.ndarray) -> np.ndarray:
    """Which floats are further from what is wanted than that."""
    info = np.finfo(got.dtype)
    u = unit(got.dtype)
    rounded = want.astype(got.dtype)
    # The reference, in float64, has rounding errors of its own.
    share = 0 if terms == 1 else 2 * terms if got.dtype == np.float64 else terms
    allowed = u * (2 * ulps * np.abs(want) + share * size) + (float(info.smallest_subnormal) if ulps else 0.0)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    close = np.isfinite(rounded) & np.isfinite(got) & (np.abs(got.astype(np.float64) - want) <= allowed)
    # Next to the largest number, infinity is an error of ulps too.
    edge = float(info.max) * (1 - 4 * ulps * u)
    both_large = (np.abs(want) >= edge) & (np.abs(got) >= edge) & (np.sign(got) == np.sign(want)) & (ulps > 0)
    return ~(same | close | both_large)


# ---- layouts ---------------------------------------------------------------------------------------------------------


def _transposed(a: np.ndarray) -> np.ndarray:
    return np.array(a.T, order="C").T


def _every_second(a: np.ndarray) -> np.ndarray:
    wide = np.repeat(a[..., None], 2, axis=-1)
    wide[..., 1] = 0
    return wide.reshape(*a.shape[:-1], -1)[..., ::2] if a.ndim and a.size else a


def _backwards(a: np.ndarray) -> np.ndarray:
    return np.array(np.flip(a), order="C")[(..., *(slice(None, None, -1),) * a.ndim)]


def _cut_out(a: np.ndarray) -> np.ndarray:
    """From the middle of something larger, so also not aligned to a vector."""
    wide = np.zeros((3, *(n + 2 for n in a.shape)), dtype=a.dtype)
    middle = wide[(1, ..., *(slice(1, -1),) * a.ndim)]
    middle[...] = a
    return middle


def _inner_axes_first(a: np.ndarray) -> np.ndarray:
    """Channels last, for four axes: the second axis is the innermost."""
    return np.moveaxis(np.array(np.moveaxis(a, 1, -1), order="C"), -1, 1) if a.ndim > 2 else _transposed(a)


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "transposed": _transposed,
    "every second": _every_second,
    "backwards": _backwards,
    "cut out": _cut_out,
    "second axis innermost": _inner_axes_first,
}


def repeated(sample: Sample) -> Sample:
    """The sample with arrays that are the same all along their first axis."""
    return sample.map(lambda a: np.array(_without_first_stride(a)) if isinstance(a, np.ndarray) else a)


def _without_first_stride(a: np.ndarray) -> np.ndarray:
    """A repeated array whose first axis has a stride of 0."""
    return np.broadcast_to(a[:1].copy(), a.shape) if a.ndim and a.size else a


def value_failures(op: Op, dtype: str, every_layout: bool = True) -> Iterator[str]:
    """What is wrong with values of the samples of a dtype: small ones in all layouts, others in one."""
    samples, sizes = op.draw(dtype), op.draw_sizes(dtype)
    for sample in [*samples, *sizes]:
        wrong = errors(op, sample, dtype)
        if wrong:
            yield f"{op.name}{sample!r}: {wrong}"
    if not every_layout or not op.layouts:
        return
    for sample in samples:
        for name, layout in LAYOUTS.items():
            wrong = errors(op, sample, dtype, layout)
            if wrong:
                yield f"{op.name}{sample!r}, {name}: {wrong}"
        wrong = errors(op, repeated(sample), dtype, _without_first_stride)
        if wrong:
            yield f"{op.name}{sample!r}, stride 0: {wrong}"
    for sample, (name, layout) in zip(sizes, cycle(LAYOUTS.items()), strict=False):
        wrong = errors(op, sample, dtype, layout)
        if wrong:
            yield f"{op.name}{sample!r}, {name}: {wrong}"
