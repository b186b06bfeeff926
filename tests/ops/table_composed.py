"""The table's lines of functions of arrays that other operations make, or NumPy: scans, sets, places in an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fastgrad.ops.statistics import METHODS

from .entry import EVERY, FEW_LENGTHS, FLOATS, NUMBERS, STORED, Fixed, Make, NoGradient, Op, Sample


def _whole(x: np.ndarray) -> np.ndarray:
    """Bools and integers as the wide integers that they are multiplied in."""
    return x if x.dtype.kind == "f" else x.astype(np.uint64 if x.dtype.kind == "u" else np.int64)


# ---- scans -----------------------------------------------------------------------------------------------------------


def _factors(make: Make) -> Iterator[Sample]:
    yield Sample(make(5))
    yield Sample(make(2, 3), axis=0)
    yield Sample(make(2, 3, 2), axis=-2)
    yield Sample(make(2, 3), axis=1, include_initial=True)
    with_zeros = make(6, low=0.5, high=1.5)
    with_zeros[[1, 4]] = 0
    yield Sample(with_zeros)


def _factor_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0))
    yield Sample(make(3, 0), axis=1, include_initial=True)
    for n in FEW_LENGTHS:
        yield Sample(make(3, n, low=0.9, high=1.1), axis=1)
        yield Sample(make(n, 2, low=0.9, high=1.1), axis=0, include_initial=True)


def _cumulative_prod(x: np.ndarray, axis: int = 0, include_initial: bool = False) -> np.ndarray:
    found = np.cumprod(_whole(x), axis=axis)
    if not include_initial:
        return found
    shape = list(x.shape)
    shape[axis] = 1
    return np.concatenate([np.ones(shape, found.dtype), found], axis)


def _differences(make: Make) -> Iterator[Sample]:
    yield Sample(make(5))
    yield Sample(make(2, 3), axis=0)
    yield Sample(make(2, 4), n=2)
    yield Sample(make(2, 4), n=0)
    yield Sample(make(2, 3), prepend=make(2, 1), append=make(2, 2))
    yield Sample(make(3, 2), axis=0, n=2, append=make(1, 2))


def _difference_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(1))
    yield Sample(make(3), n=5)
    yield Sample(make(2, 0, 3), axis=0)
    for n in FEW_LENGTHS:
        yield Sample(make(n))


def _length(sample: Sample) -> int:
    """Of the scanned axis: each rounding of a product is of one factor."""
    return int(sample.args[0].shape[sample.kwargs.get("axis", 0)])


SCANS = [
    Op(
        "cumulative_prod",
        _factors,
        _cumulative_prod,
        _factor_sizes,
        dtypes=EVERY,
        result="sum",
        terms=_length,
        threaded=False,
    ),
    Op("diff", _differences, np.diff, _difference_sizes, dtypes=EVERY, threaded=False, cancels=2.0),
]

# ---- elements that are not there -------------------------------------------------------------------------------------


def _wild(make: Make) -> Iterator[Sample]:
    x = make(7)
    yield Sample(x, nan=0.5, posinf=2.0, neginf=-3.0)
    if make.is_float:
        x[[0, 2, 3, 6]] = np.nan, np.inf, -np.inf, np.nan
        yield Sample(x, nan=0.5, posinf=2.0, neginf=-3.0)


def _next_to(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make(3))
    yield Sample(make(3), 2.5)
    x = make(3)
    yield Sample(x, Fixed(x.copy()))


def _signs(make: Make) -> Iterator[Sample]:
    yield Sample(make.apart(2, 3), Fixed(make(3)))
    yield Sample(make.apart(4), -1)
    yield Sample(make.apart(2, 1), Fixed(make(1, 3)))


ELEMENTS = [
    Op("copysign", _signs, np.copysign, dtypes=NUMBERS, result="float", threaded=False, ulps=0),
    Op("nan_to_num", _wild, np.nan_to_num, dtypes=NUMBERS, threaded=False, ulps=0),
    # The reference is of float64, whose next number is within an ulp of float32's own; test_composed has the steps.
    Op("nextafter", _next_to, np.nextafter, dtypes=FLOATS, threaded=False, ulps=1),
]

# ---- sets ------------------------------------------------------------------------------------------------------------


def _elements(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(5))
    yield Sample(make.distinct(2, 3))
    yield Sample(make.distinct())
    x = make.distinct(3, 4)
    yield Sample(np.where(make.mask(3, 4).array, x, x[::-1]) if make.dtype.kind != "f" else x)


def _element_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0))
    yield Sample(make(2, 0))
    for n in FEW_LENGTHS:
        yield Sample(np.round(make(n)).astype(make.dtype))
    if make.is_float:
        x = np.round(make(40))
        x[[3, 7, 8]] = np.nan, np.nan, -0.0
        yield Sample(x)


def _unique(*words: str) -> Any:
    def reference(x: np.ndarray) -> Any:
        found = np.unique_all(x)
        results = [getattr(found, word) for word in words]
        return results if len(results) > 1 else results[0]

    return reference


def _memberships(make: Make) -> Iterator[Sample]:
    yield Sample(np.round(make(2, 3)).astype(make.dtype), Fixed(np.round(make(4)).astype(make.dtype)))
    yield Sample(np.round(make(5)).astype(make.dtype), 1, invert=True)
    yield Sample(make(3), Fixed(make(0)))


def _isin(x: Any, y: Any, invert: bool = False) -> Any:
    return np.isin(x, y, invert=invert)


_ALL = ("values", "indices", "inverse_indices", "counts")
_SET = {"dtypes": STORED, "result": "any", "threaded": False, "ulps": 0}

SETS = [
    Op("unique_all", _elements, _unique(*_ALL), _element_sizes, **_SET),
    Op("unique_counts", _elements, _unique("values", "counts"), _element_sizes, **_SET),
    Op("unique_inverse", _elements, _unique("values", "inverse_indices"), _element_sizes, **_SET),
    Op("unique_values", _elements, _unique("values"), _element_sizes, **_SET),
    Op(
        "isin",
        _memberships,
        _isin,
        dtypes=NUMBERS,
        result="bool",
        no_gradient=NoGradient.TRUTH,
        threaded=False,
    ),
]

# ---- order -----------------------------------------------------------------------------------------------------------


def _insertions(make: Make) -> Iterator[Sample]:
    line = np.sort(make(6))
    yield Sample(Fixed(line), make(2, 3))
    yield Sample(Fixed(line), Fixed(line.copy()), side="right")
    yield Sample(Fixed(line), Fixed(line.copy()), side="left")
    shuffled = make(5)
    yield Sample(Fixed(shuffled), make(4), sorter=Fixed(np.argsort(shuffled)))
    yield Sample(Fixed(make(0)), make(3))


ORDER = [
    Op(
        "searchsorted",
        _insertions,
        np.searchsorted,
        dtypes=NUMBERS,
        result="int64",
        no_gradient=NoGradient.WHOLE,
        threaded=False,
    ),
]


def _lines(make: Make) -> Iterator[Sample]:
    for n in (4, 5):
        yield Sample(make.distinct(n))
    yield Sample(make.distinct(2, 3), axis=0)
    yield Sample(make.distinct(2, 3), axis=-1, keepdims=True)
    yield Sample(make.distinct(2, 3, 2), axis=(0, 2))
    yield Sample(make.distinct(2, 3), axis=())
    yield Sample(make.distinct())


def _line_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), axis=1)
    for n in FEW_LENGTHS:
        yield Sample(make(n))
        yield Sample(make(n, 2), axis=0)
    if make.is_float:
        for value in (np.nan, np.inf, -np.inf):
            for at in ([0], [1, 4], [0, 1, 2, 3]):
                x = make(2, 6)
                x[0, at] = value
                yield Sample(x, axis=1)


def _median(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> np.ndarray:
    """NumPy takes no axes at all for all of them."""
    x = x.astype(np.float64)
    return x if axis == () else np.median(x, axis=axis, keepdims=keepdims)


def _parts(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(7), 0.3)
    yield Sample(make.distinct(2, 5), Fixed(np.array([0.0, 0.4, 1.0])), axis=1)
    yield Sample(make.distinct(2, 5), 0.55, axis=(0, 1), keepdims=True)
    for method in METHODS[1:]:
        yield Sample(make.distinct(2, 6), Fixed(np.array([0.1, 0.5, 0.9])), axis=1, method=method)


def _part_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), 0.5, axis=1)
    yield Sample(make(4), Fixed(np.zeros(0)))
    for n in FEW_LENGTHS:
        yield Sample(make(n, 3), Fixed(np.linspace(0, 1, 7)), axis=0)


def _quantile(x: np.ndarray, q: Any, **words: Any) -> np.ndarray:
    return np.quantile(x.astype(np.float64), q, **words)


def _largest(x: np.ndarray, *args: Any, **words: Any) -> np.ndarray:
    """Of the line: what lies between two elements has their rounding, though they may cancel."""
    axis, keepdims = words.get("axis"), words.get("keepdims", False)
    size = np.abs(x.astype(np.float64)).max(axis=axis, keepdims=keepdims, initial=0.0)
    return size + np.zeros((*np.shape(args[0]), *(1,) * size.ndim)) if args else size


_ORDER: dict[str, Any] = {
    "result": "moment",
    "threaded": False,
    "cancels": 1.0,
    "terms": lambda s: 4,
    "magnitude": _largest,
}

STATISTICS = [
    Op("median", _lines, _median, _line_sizes, dtypes=EVERY, **_ORDER),
    Op("quantile", _parts, _quantile, _part_sizes, dtypes=NUMBERS, **_ORDER),
    Op(
        "cov",
        lambda make: [Sample(make(3, 5)), Sample(make(4)), Sample(make(2, 4), correction=0)],
        lambda x, correction=1: np.cov(x.astype(np.float64), ddof=correction),
        lambda make: [Sample(make(2, n)) for n in FEW_LENGTHS if n > 1],
        dtypes=NUMBERS,
        result="moment",
        terms=lambda s: 2 * s.args[0].shape[-1],
        magnitude=lambda x, correction=1: np.full(np.cov(x).shape, 4 * np.abs(x).max() ** 2 + 1.0),
        threaded=False,
    ),
    Op(
        "corrcoef",
        lambda make: [Sample(make.distinct(3, 5)), Sample(make.distinct(2, 4))],
        lambda x: np.corrcoef(x.astype(np.float64)),
        dtypes=NUMBERS,
        result="moment",
        terms=lambda s: 8 * s.args[0].shape[-1],
        magnitude=lambda x: np.ones(np.corrcoef(x).shape),
        threaded=False,
    ),
    Op(
        "bincount",
        lambda make: [
            Sample(make.index(9, below=5), make(9)),
            Sample(make.index(4, below=3), make(4), minlength=6),
            Sample(make.index(9, below=5)),
            Sample(make.index(0, below=5), minlength=2),
        ],
        np.bincount,
        dtypes=FLOATS,
        result="any",
        terms=lambda s: s.args[0].array.size if len(s.args) > 1 else 1,
        magnitude=lambda x, weights=None, minlength=0: np.bincount(
            x, None if weights is None else np.abs(weights), minlength
        ),
        threaded=False,
    ),
]


def _with_nan(make: Make) -> Iterator[Sample]:
    for shape, words in (
        ((5,), {}),
        ((2, 4), {"axis": 0}),
        ((3, 4), {"axis": -1, "keepdims": True}),
        ((2, 3, 2), {"axis": (0, 2)}),
    ):
        x = make.distinct(*shape)
        if make.is_float:
            x.reshape(-1)[1::5] = np.nan
        yield Sample(Fixed(x) if make.is_float else x, **words)
        yield Sample(make.distinct(*shape), **words)


def _nan_sizes(make: Make) -> Iterator[Sample]:
    for n in FEW_LENGTHS:
        x = make(3, n)
        if make.is_float:
            x[1:, ::2] = np.nan
            x[2] = np.nan
        yield Sample(x, axis=1)


def _known(name: str) -> Op:
    function = getattr(np, name)
    is_moment = name in ("nanmean", "nanvar", "nanstd")

    def reference(x: np.ndarray, **words: Any) -> Any:
        return function(x.astype(np.float64) if is_moment else _whole(x) if name == "nansum" else x, **words)

    def magnitude(x: np.ndarray, **words: Any) -> Any:
        x = np.nan_to_num(np.abs(x.astype(np.float64)))
        found = (np.sum if name == "nansum" else np.max)(x, **words)
        return found * found + 1.0 if name == "nanvar" else found

    return Op(
        name,
        _with_nan,
        reference,
        _nan_sizes,
        dtypes=NUMBERS,
        result="moment" if is_moment else "sum" if name == "nansum" else "same",
        terms=lambda s: 4 * getattr(s.args[0], "array", s.args[0]).size,
        magnitude=magnitude,
        threaded=False,
        cancels=1.0,
    )


KNOWN = [_known(name) for name in ("nansum", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd")]

# ---- matrices --------------------------------------------------------------------------------------------------------


def _diagonals(make: Make) -> Iterator[Sample]:
    for k in (0, 1, -2):
        yield Sample(make(3), k)
        yield Sample(make(2, 4), k)
    yield Sample(make(3, 2), k=5)
    yield Sample(make(0))


def _factors_of_each(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make(2, 2))
    yield Sample(make(3), make(2))
    yield Sample(make(2), make(2, 1, 3))
    yield Sample(make(), make(2))


MATRICES = [
    Op("diag", _diagonals, np.diag, dtypes=STORED, threaded=False, ulps=0),
    Op("kron", _factors_of_each, np.kron, dtypes=NUMBERS, threaded=False),
]

# ---- comparisons -----------------------------------------------------------------------------------------------------


def _close(make: Make) -> Iterator[Sample]:
    x = make(2, 3)
    yield Sample(x, Fixed(x.copy()))
    yield Sample(x, make(3))
    yield Sample(x, 1, 0.5, 0.25)
    if make.is_float:
        wild = np.array([np.nan, np.inf, -np.inf, 1.0, 0.0], make.dtype)
        yield Sample(wild, Fixed(wild.copy()))
        yield Sample(wild[:, None], Fixed(wild.copy()), equal_nan=True)
        yield Sample(wild[:, None], Fixed(wild * 1.00001), rtol=1e-4)


_TRUTH: dict[str, Any] = {
    "dtypes": NUMBERS,
    "result": "bool",
    "no_gradient": NoGradient.TRUTH,
    "threaded": False,
}

COMPARISONS = [
    Op("isclose", _close, np.isclose, **_TRUTH),
    Op("allclose", _close, np.allclose, **_TRUTH),
    Op("array_equal", lambda make: [Sample(x := make(2, 3), Fixed(x.copy())), Sample(x, 1)], np.array_equal, **_TRUTH),
]

OPS = [*KNOWN, *STATISTICS, *MATRICES, *COMPARISONS, *SCANS, *ELEMENTS, *SETS, *ORDER]
