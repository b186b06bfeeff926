"""What reductions, order statistics, sets and products do of empty axes, NaN, infinities, bfloat16 and bad arguments.

Expected values are written down: PyTorch is not needed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
import fastgrad.torch as door

T = fg.tensor
INF, NAN = math.inf, math.nan


def same(found: Any, expected: Any) -> bool:
    """Nested lists that are equal, NaN to NaN."""
    if isinstance(expected, list):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))
    return bool(found == expected) or (found != found and expected != expected)


# ---- quantiles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of_a_tensor", [False, True])
@pytest.mark.parametrize(
    ("n", "q", "interpolation", "expected"),
    [
        (11, 0.1, "higher", 1),
        (11, 0.2, "higher", 2),
        (11, 0.7, "lower", 7),
        (11, 0.9, "lower", 9),
        (11, 0.7, "higher", 7),
        (11, 0.25, "lower", 2),
        (11, 0.25, "higher", 3),
        (6, 0.3, "nearest", 2),
        (6, 0.7, "nearest", 4),
        (4, 0.5, "nearest", 2),
        (6, 0.5, "midpoint", 2.5),
        (11, 1.0, "linear", 10),
    ],
)
def test_a_quantile_takes_the_element_that_q_names(n, q, interpolation, expected, of_a_tensor):
    x = fg.arange(float(n))
    given = T(q) if of_a_tensor else q
    assert x.quantile(given, interpolation=interpolation).item() == expected
    with_nan = fg.concat([T([NAN]), x])
    assert with_nan.nanquantile(given, interpolation=interpolation).item() == expected


def test_places_are_not_rounded_to_halves():
    x = fg.arange(3.0).astype(fg.float16)
    assert x.quantile([0.5, 1 / 3], interpolation="lower").tolist() == [1.0, 0.0]
    assert fg.arange(1001.0).astype(fg.bfloat16).quantile(T(1.0)).item() == 1000.0


@pytest.mark.parametrize(
    ("elements", "q", "expected"),
    [
        ([1.0, 2.0, INF], 1.0, INF),
        ([1.0, 2.0, INF], 0.5, 2.0),
        ([1.0, INF, INF], 0.5, INF),
        ([1.0, INF], 0.3, INF),
        ([1.0, INF], 0.7, INF),
        ([1.0, INF], 0.0, 1.0),
        ([-INF, -INF, 1.0], 0.25, -INF),
        ([-INF, 3.0, 3.0], 0.3, -INF),
        ([-INF, 3.0, 3.0], 0.1, -INF),
        ([-INF, 3.0, 3.0], 0.5, 3.0),
        ([-INF, INF], 0.5, NAN),
        ([-INF, INF], 0.0, -INF),
        ([-INF, INF], 1.0, INF),
        ([-3e38, 3e38], 0.5, 0.0),
    ],
)
@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_quantiles_of_infinities(name, elements, q, expected):
    assert same(getattr(T(elements), name)(q).item(), expected)
    assert same(getattr(T(elements), name)(T([q])).tolist(), [expected])


def test_quantiles_of_infinities_leave_other_lines_their_gradients():
    x = T([[1.0, 2.0, 4.0], [-INF, 2.0, 4.0], [INF, INF, INF]], dtype=fg.float64).requires_grad_()
    found = x.quantile(0.75, dim=1)
    found.sum().backward()
    assert found.tolist() == [3.0, 3.0, INF]
    assert x.grad.tolist() == [[0.0, 0.5, 0.5], [0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]


def test_the_gradient_of_q():
    x = T([3.0, 1.0, 2.0, 7.0], dtype=fg.float64).requires_grad_()
    q = T([0.4, 0.9, 0.0], dtype=fg.float64).requires_grad_()
    (x.quantile(q) * T([1.0, 2.0, 3.0], dtype=fg.float64)).sum().backward()
    assert q.grad.tolist() == [3.0, 24.0, 0.0]
    assert x.grad.tolist() == pytest.approx([0.8, 3.0, 0.8, 1.4])
    q.grad = None
    T([[3.0, NAN, 1.0, 2.0], [NAN] * 4], dtype=fg.float64).nanquantile(q, dim=1)[:, 0].sum().backward()
    assert q.grad.tolist() == [2.0, 2.0, 0.0]
    q.grad = None
    T([INF, INF, 1.0], dtype=fg.float64).quantile(q).sum().backward()
    assert q.grad.tolist() == [INF, 0.0, 0.0]


def test_shapes_of_quantiles():
    assert T(3.0).quantile(0.5, dim=0, keepdim=True).shape == ()
    assert T([1.0, 2.0]).quantile(T([])).shape == (0,)
    assert fg.zeros(2, 3).quantile(T([0.1, 0.2]), keepdim=True).shape == (2, 1, 1)
    assert fg.zeros(2, 3).quantile(T([]), dim=1, keepdim=True).shape == (0, 2, 1)
    assert fg.zeros(0, 3).nanquantile(T([0.1, 0.2]), dim=1).shape == (2, 0)


@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_what_quantiles_refuse(name):
    for x, q, said in (
        (T([1, 2]), 0.5, "floats"),
        (T([1.0]), 1.5, "from 0 to 1"),
        (T([1.0]), T(NAN), "from 0 to 1"),
        (T([1.0]), T([[0.5]]), "one axis"),
        (fg.zeros(0), 0.5, "no elements"),
    ):
        with pytest.raises(RuntimeError, match=said):
            getattr(x, name)(q)


# ---- other order statistics ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "value", "place"), [(1, 1.0, 1), (2, 2.0, 2), (3, NAN, 0)])
def test_nan_is_the_largest_of_kthvalue(k, value, place):
    found = T([NAN, 1.0, 2.0]).kthvalue(k)
    assert same(found.values.item(), value)
    assert found.indices.item() == place


def test_nan_is_the_median_of_what_has_one():
    x = T([[1.0, NAN, 2.0], [3.0, 1.0, 2.0]])
    found = x.median(dim=1)
    assert same(found.values.tolist(), [NAN, 2.0])
    assert found.indices.tolist() == [1, 2]
    assert math.isnan(x.median().item())
    assert x.nanmedian().item() == 2.0


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16, fg.float32, fg.float64])
def test_the_median_of_nothing_has_the_dtype(name, dtype):
    found = getattr(fg.zeros(0, dtype=dtype), name)()
    assert math.isnan(found.item())
    assert found.dtype is dtype
    with pytest.raises(ValueError, match=name):
        getattr(fg.zeros(0, dtype=fg.int64), name)()


@pytest.mark.parametrize(
    ("elements", "value", "place"),
    [
        ([NAN, NAN, 1.0, 2.0, 2.0], 2.0, 4),
        ([NAN, NAN, NAN, 2.0, 2.0], 2.0, 4),
        ([1.0, NAN, NAN], 1.0, 0),
        ([NAN, NAN], NAN, 0),
        ([2.0, 1.0], 1.0, 1),
    ],
)
def test_no_nan_is_as_another_to_mode(elements, value, place):
    found = T(elements).mode()
    assert same(found.values.item(), value)
    assert found.indices.item() == place


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("median", ()), ("nanmedian", ()), ("mode", ()), ("kthvalue", (1,))],
)
def test_order_statistics_name_themselves_where_the_axis_is_none_or_empty(name, arguments):
    for x in (fg.ones(2, 3), T(2.0)):
        with pytest.raises(IndexError, match=f"{name}: axis . is out of bounds"):
            getattr(x, name)(*arguments, dim=5)
    with pytest.raises(IndexError, match=f"{name}: axis 1 has no elements"):
        getattr(fg.zeros(3, 0), name)(*arguments, dim=1)
    assert getattr(fg.zeros(3, 0), name)(*arguments, dim=0).values.shape == (0,)
    assert getattr(T(2.0), name)(*arguments, dim=0).values.item() == 2.0


def test_k_is_1_of_a_tensor_without_axes():
    with pytest.raises(RuntimeError, match="kthvalue: k must be from 1"):
        T(2.0).kthvalue(2)


# ---- sums ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [fg.bool, fg.int16, fg.int32, fg.int64])
def test_nansum_of_integers_is_their_sum(dtype):
    found = T([1, 1, 0]).astype(dtype).nansum()
    assert found.dtype is fg.int64
    assert found.item() == 2
    with pytest.raises(RuntimeError, match="nanmean: input must be of floats"):
        T([1, 1, 0]).astype(dtype).nanmean()


def test_nansum_of_integers_is_exact():
    assert T([2**53, 1]).nansum().item() == 2**53 + 1
    assert T([1, 2]).nansum(dtype=fg.float64).dtype is fg.float64
    assert T([1.0, NAN]).nansum().item() == 1.0


@pytest.mark.parametrize(("shape", "dim"), [((0, 3), 0), ((0, 3), 1), ((3, 0), 1), ((2, 0, 3), 0), ((2, 0, 3), 1)])
def test_renorm_of_nothing_is_empty(shape, dim):
    assert fg.zeros(shape).renorm(2, dim, 1.0).shape == shape
    assert fg.zeros(shape).norm().item() == 0.0
    assert fg.zeros(shape).norm(2, (0, 1)).shape == shape[2:]


def test_diff_names_what_it_refuses():
    with pytest.raises(RuntimeError, match="diff: n must not be negative, got -1"):
        T([1.0, 2.0]).diff(n=-1)
    with pytest.raises(RuntimeError, match="diff: input"):
        T(1.0).diff()
    assert T([1.0, 2.0]).diff(n=0).tolist() == [1.0, 2.0]


def test_the_gradient_of_a_spacing():
    x, a = T([1.0, 2.0, 4.0, 9.0]), T(0.5).requires_grad_()
    (found,) = door.gradient(x, spacing=a)
    assert found.tolist() == [2.0, 3.0, 7.0, 10.0]
    found.sum().backward()
    assert a.grad.item() == -44.0
    assert door.gradient(x, spacing=T(2))[0].tolist() == door.gradient(x, spacing=2)[0].tolist()


# ---- sets and places -------------------------------------------------------------------------------------------------


def test_unique_keeps_each_nan():
    values, inverse, counts = T([NAN, NAN, 1.0, 1.0]).unique(return_inverse=True, return_counts=True)
    assert same(values.tolist(), [1.0, NAN, NAN])
    assert sorted(inverse.tolist()[:2]) == [1, 2]
    assert inverse.tolist()[2:] == [0, 0]
    assert counts.tolist() == [2, 1, 1]
    assert same(T([[NAN, 1.0], [NAN, 1.0]]).unique(dim=0).tolist(), [[NAN, 1.0], [NAN, 1.0]])


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_unique_consecutive_of_nothing_is_empty(shape):
    values, inverse, counts = fg.zeros(shape).unique_consecutive(return_inverse=True, return_counts=True)
    assert values.dtype is fg.float32
    assert (values.shape, inverse.shape, counts.shape) == ((0,), shape, (0,))
    assert (inverse.dtype, counts.dtype) == (fg.int64, fg.int64)
    assert fg.zeros(0, 3).unique_consecutive(dim=0).shape == (0, 3)


@pytest.mark.parametrize("name", ["unique", "unique_consecutive"])
def test_sets_name_themselves_where_there_is_no_such_axis(name):
    with pytest.raises(IndexError, match=f"{name}: axis . is out of bounds"):
        getattr(fg.zeros(2, 3), name)(dim=2)
    with pytest.raises(IndexError, match="argsort"):
        T(1.0).argsort(dim=2)


def test_bfloat16_goes_through_float32():
    x = T([3.0, 1.0, 3.0, 3.0], dtype=fg.bfloat16)
    assert x.unique().dtype is x.unique_consecutive().dtype is fg.bfloat16
    assert x.unique().tolist() == [1.0, 3.0]
    assert x.unique_consecutive().tolist() == [3.0, 1.0, 3.0]
    for found, values, places in (
        (x.mode(), 3.0, 3),
        (x.cummax(0), [3.0] * 4, [0, 0, 2, 3]),
        (x.cummin(0), [3.0, 1.0, 1.0, 1.0], [0, 1, 1, 1]),
    ):
        assert found.values.dtype is fg.bfloat16
        assert found.values.tolist() == values
        assert found.indices.tolist() == places
    assert T([1, 0, 1, 1]).bincount(x).tolist() == [1.0, 9.0]
    assert door.searchsorted(T([1.0, 2.0], dtype=fg.bfloat16), x).tolist() == [2, 0, 2, 2]
    assert door.histogram(x, T([0.0, 2.0, 4.0], dtype=fg.bfloat16)).hist.tolist() == [1.0, 3.0]


def test_a_number_is_sought_as_it_is():
    ordered = T([0.1, 0.2], dtype=fg.float64)
    assert door.searchsorted(ordered, 0.1).item() == 0
    assert door.searchsorted(ordered.float(), 0.1, right=True).item() == 1
    assert door.bucketize(2**24 + 1, T([2**24, 2**24 + 1, 2**24 + 2])).item() == 1


# ---- products --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "correction", "expected"),
    [
        (fg.zeros(2, 0), 1, [[NAN, NAN], [NAN, NAN]]),
        (fg.zeros(0), 1, NAN),
        (T([1.0, 2.0]), 5, INF),
        (T([[1.0, 2.0], [4.0, 2.0]]), 3, [[INF, -INF], [-INF, INF]]),
        (T([1.0, 2.0]), 0, 0.25),
    ],
)
def test_covariances_have_no_negative_divisor(x, correction, expected):
    assert same(x.cov(correction=correction).tolist(), expected)


def test_observations_count_several_times_and_weigh():
    x = T([[0.0, 1.0, 2.0], [2.0, 1.0, 5.0]], dtype=fg.float64).requires_grad_()
    counts, sizes = T([1, 3, 2]), T([0.5, 1.0, 2.0], dtype=fg.float64)
    for words in ({"fweights": counts}, {"aweights": sizes}, {"fweights": counts, "aweights": sizes, "correction": 0}):
        found = x.cov(**words)
        theirs = {"ddof" if word == "correction" else word: np.asarray(value) for word, value in words.items()}
        np.testing.assert_allclose(found.detach().numpy(), np.cov(x.detach().numpy(), **theirs), 1e-12)
        assert found.requires_grad


PRODUCTS = {
    "addmm": ((1, 2), (2, 2)),
    "addmv": ((1, 2), (2,)),
    "addr": ((1,), (2,)),
    "baddbmm": ((1, 1, 2), (1, 2, 2)),
    "addbmm": ((1, 1, 2), (1, 2, 2)),
}


@pytest.mark.parametrize("beta", [1, 0])
@pytest.mark.parametrize("name", PRODUCTS)
def test_what_is_added_does_not_enlarge_the_product(name, beta):
    a, b = (fg.ones(shape) for shape in PRODUCTS[name])
    product = getattr(fg.zeros(()), name)(a, b, beta=beta)
    shape = tuple(product.shape)
    for wrong in ((3, *shape[1:]), (1, *shape)):
        with pytest.raises(RuntimeError, match=rf"{name}: input must broadcast to the product's shape"):
            getattr(fg.zeros(wrong), name)(a, b, beta=beta)
    for right in (shape, shape[1:], (1,) * len(shape)):
        assert getattr(fg.zeros(right), name)(a, b, beta=beta).tolist() == product.tolist()
