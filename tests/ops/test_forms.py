"""One operation, however it is called: a number, a tensor of no dimensions, a full tensor, in place; and as NumPy's."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import fastgrad as fg

from .entry import FLOATS, INTEGERS

FUNCTIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.true_divide,
    "floor_divide": np.floor_divide,
    "remainder": np.remainder,
    "pow": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "bitwise_left_shift": np.left_shift,
    "bitwise_right_shift": np.right_shift,
}
IN_PLACE = {
    "add": operator.iadd,
    "subtract": operator.isub,
    "multiply": operator.imul,
    "divide": operator.itruediv,
    "floor_divide": operator.ifloordiv,
    "remainder": operator.imod,
    "pow": operator.ipow,
    "bitwise_and": operator.iand,
    "bitwise_or": operator.ior,
    "bitwise_xor": operator.ixor,
    "bitwise_left_shift": operator.ilshift,
    "bitwise_right_shift": operator.irshift,
}
ONLY_INTEGERS = {name for name in FUNCTIONS if name.startswith("bitwise")}
CASES = [
    (name, dtype)
    for name in FUNCTIONS
    for dtype in (*FLOATS, *INTEGERS)
    if not (name in ONLY_INTEGERS and dtype in FLOATS)
]


def edges(dtype: str) -> np.ndarray:
    """Zeros, infinities, NaN, subnormal and largest numbers; integers around 0 and at the ends of their range."""
    if dtype in FLOATS:
        info = np.finfo(dtype)
        small = [info.smallest_subnormal, info.smallest_normal, info.max, 0.5, 1.0, 2.5, 3.0, 7.0]
        return np.array([0.0, np.inf, np.nan, *small, -0.0, -np.inf, *(-v for v in small)], dtype)
    info = np.iinfo(dtype)
    values = {info.min, info.min + 1, 0, 1, 2, 3, 7, info.max - 1, info.max}
    return np.array(sorted(values | ({-1, -2, -7} if info.min else set())), dtype)


def same(got: object, want: np.ndarray, ulps: int = 0) -> None:
    """Equal bit for bit, NaN to NaN; or within some units in the last place."""
    got = np.asarray(got)
    assert got.dtype == want.dtype
    if ulps and want.dtype.kind == "f":
        np.testing.assert_allclose(got, want, rtol=ulps * np.finfo(want.dtype).eps)
    else:
        np.testing.assert_array_equal(got, want)
    if want.dtype.kind == "f":
        number = ~np.isnan(want)
        np.testing.assert_array_equal(np.signbit(got)[number], np.signbit(want)[number])


@pytest.mark.parametrize(("name", "dtype"), CASES)
@pytest.mark.parametrize("reverse", [False, True], ids=["x, k", "k, x"])
def test_a_number_is_a_tensor_of_it_and_in_place_the_same(name, dtype, reverse):
    """For every edge value against every other. Powers of a number, like squares and roots, may be rounded better."""
    x = edges(dtype)
    ulps = 2 if name == "pow" else 0
    f, reference = getattr(fg, name), FUNCTIONS[name]
    t = fg.tensor(x)
    order = (lambda k: (k, t)) if reverse else (lambda k: (t, k))
    for k in x:
        full = fg.tensor(np.full_like(x, k))
        if name == "pow" and dtype in INTEGERS and (k < 0 or (reverse and x.min() < 0)):
            for form in (full, fg.tensor(k, dtype=dtype), k.item()):
                with pytest.raises(ValueError, match="pow"):
                    f(*order(form))
            continue
        result = np.asarray(f(*order(full)))
        same(f(*order(fg.tensor(k, dtype=dtype))), result)
        same(f(*order(k.item())), result, ulps)
        # long enough for every loop, and for one whose elements lie apart
        many = fg.tensor(np.tile(x, 41)), fg.full((41 * len(x),), k.item(), dtype=dtype)
        same(np.asarray(f(*many[::-1] if reverse else many))[-len(x) :], result)
        apart = fg.tensor(np.repeat(x, 2))[::2]
        same(f(k.item(), apart) if reverse else f(apart, k.item()), result, ulps)
        if name in IN_PLACE and not reverse and result.dtype == x.dtype:
            for form in (full, fg.tensor(k, dtype=dtype), k.item()):
                same(IN_PLACE[name](fg.tensor(x), form), result, ulps if form is not full else 0)
        if dtype in INTEGERS and (name in ("floor_divide", "remainder") and (k == 0 or reverse)):
            continue  # by zero: settled in test_edges
        with np.errstate(all="ignore"):
            constant = np.full_like(x, k)
            want = reference(constant, x) if reverse else reference(x, constant)
        if name == "divide" and dtype in INTEGERS:  # float32 here: rounded once from the exact quotient
            want = want.astype(result.dtype)
        same(result, want, 4 if name == "pow" and dtype in FLOATS else 0)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS])
def test_clip_takes_its_bounds_in_every_form(dtype):
    x = edges(dtype)
    t = fg.tensor(x)
    for k in x:
        for low, high in ((k, None), (None, k), (k, x[4]), (k, k)):
            want = np.clip(x, low, high)
            for form in (
                lambda v: v.item(),
                lambda v: fg.tensor(v, dtype=dtype),
                lambda v: fg.tensor(np.full_like(x, v)),
            ):
                got = fg.clip(t, *(None if v is None else form(v) for v in (low, high)))
                assert got.dtype == t.dtype
                np.testing.assert_array_equal(np.asarray(got), want)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("n", [1, 5, 64, 3000])
def test_nan_surfaces_from_reductions_as_numpys_does(dtype, n):
    """Wherever it stands, along either axis, and in one line beside others."""
    for place in {0, n // 2, n - 1}:
        x = (0.75 + np.arange(3 * n) % 3 / 4).astype(dtype).reshape(3, n)
        x[1, place] = np.nan
        for layout in (x, np.asfortranarray(x)):
            t = fg.asarray(layout)
            for axis in (0, 1, None):
                for name in ("sum", "mean", "prod", "max", "min", "var", "std", "argmax", "argmin", "any", "all"):
                    with np.errstate(all="ignore"):
                        want = getattr(np, name)(layout, axis=axis)
                    np.testing.assert_allclose(np.asarray(getattr(fg, name)(t, axis=axis)), want, rtol=1e-3)
            np.testing.assert_array_equal(np.asarray(fg.sort(t, axis=1)), np.sort(x, axis=1))
            np.testing.assert_array_equal(np.asarray(fg.sign(t)), np.sign(x))
            np.testing.assert_array_equal(np.asarray(fg.cumulative_sum(t, 1)), np.cumsum(x, axis=1))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_are_reduced_and_rounded_as_numpys_are(dtype):
    """Sums wrap in 64 bits, means are those of the exact sum, extremes are exact at the ends of the range."""
    x = np.tile(edges(dtype), (3, 1))
    for layout in (x, np.asfortranarray(x)):
        t = fg.asarray(layout)
        for axis in (0, 1, None):
            for name in ("sum", "prod", "max", "min", "argmax", "argmin", "any", "all"):
                np.testing.assert_array_equal(
                    np.asarray(getattr(fg, name)(t, axis=axis)), getattr(np, name)(layout, axis=axis)
                )
            mean = np.asarray(fg.mean(t, axis=axis))
            count = layout.size if axis is None else layout.shape[axis]
            exact = np.array([int(v) / count for v in np.ravel(layout.astype(object).sum(axis=axis))])
            np.testing.assert_allclose(mean.ravel(), exact, rtol=np.finfo(mean.dtype).eps)
