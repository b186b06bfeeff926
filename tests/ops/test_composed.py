"""Functions of arrays that other operations make, or NumPy: what the table's samples do not reach."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

WILD = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, -np.nan, 1e-45, 3.4e38]


def both(dtype: str) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(over="ignore", under="ignore"):
        values = np.array(WILD).astype(dtype)
    return values[:, None], values[None]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", ["nextafter", "copysign", "logaddexp"])
def test_values_of_two_wild_numbers_are_numpys(name, dtype):
    x, y = both(dtype)
    got = getattr(fg, name)(fg.asarray(x), fg.asarray(y)).numpy()
    with np.errstate(all="ignore"):
        want = getattr(np, name)(x, y)
    if name == "logaddexp":
        np.testing.assert_allclose(got, want, rtol=2 * np.finfo(dtype).eps)
        return
    numbers = ~np.isnan(want)
    assert got.dtype == want.dtype
    assert np.array_equal(got, want, equal_nan=True)
    assert np.array_equal(np.signbit(got)[numbers], np.signbit(want)[numbers])


def test_the_sign_of_everything_is_its_bit():
    values = np.array(WILD, np.float32)
    assert fg.signbit(fg.asarray(values)).tolist() == np.signbit(values).tolist()
    assert fg.signbit(fg.asarray(values).astype(fg.bfloat16)).tolist() == np.signbit(values).tolist()
    assert fg.signbit(fg.tensor([-1, 0, 2])).tolist() == [True, False, False]
    assert fg.signbit(fg.tensor([True, False])).tolist() == [False, False]


def test_a_step_to_the_next_number_has_slope_1_and_what_it_goes_to_none():
    x, towards = fg.tensor([1.0, -2.0, 3.0], requires_grad=True), fg.tensor([2.0, 0.0, 3.0], requires_grad=True)
    found = fg.nextafter(x, towards)
    assert found.detach().tolist() == np.nextafter(np.float32([1, -2, 3]), np.float32([2, 0, 3])).tolist()
    found.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    assert towards.grad is None


def test_nextafter_of_bfloat16_is_an_error():
    with pytest.raises(TypeError, match=r"nextafter: .*got bfloat16"):
        fg.nextafter(fg.ones(2).astype(fg.bfloat16), 2.0)


@pytest.mark.parametrize("name", ["nextafter", "copysign", "logaddexp"])
def test_numbers_are_weak_and_integers_become_float32(name):
    function = getattr(fg, name)
    assert function(fg.ones(2, dtype=fg.float64), 1).dtype is fg.float64
    assert function(2.5, fg.ones(2)).dtype is fg.float32
    assert function(fg.ones(2, dtype=fg.int8), fg.ones(2, dtype=fg.uint8)).dtype is fg.float32
    assert function(fg.ones(2), np.ones(2)).dtype is fg.float64
    assert function(fg.float64 == fg.float64, [1, 2]).dtype is fg.float32


def test_logaddexp_shares_its_gradient_also_between_infinities():
    x = fg.tensor([0.0, 1000.0, -fg.inf, fg.inf, -fg.inf], requires_grad=True)
    y = fg.tensor([0.0, -1000.0, -fg.inf, fg.inf, 1.0], requires_grad=True)
    fg.logaddexp(x, y).sum().backward()
    assert x.grad.tolist() == [0.5, 1.0, 0.5, 0.5, 0.0]
    assert y.grad.tolist() == [0.5, 0.0, 0.5, 0.5, 1.0]


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16, fg.float32, fg.float64])
def test_nan_to_num_gives_the_dtypes_largest_numbers_for_infinities(dtype):
    x = fg.tensor([fg.nan, fg.inf, -fg.inf, 1.0], dtype=dtype, requires_grad=True)
    found = fg.nan_to_num(x)
    most = fg.finfo(dtype).max
    assert found.detach().astype(fg.float64).tolist() == [0.0, most, -most, 1.0]
    found.sum().backward()
    assert x.grad.astype(fg.float32).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_real_numbers_are_their_real_part_and_conjugate():
    x = fg.ones(2)
    assert fg.real(x) is x
    assert fg.conj(x) is x
    assert fg.imag(x).tolist() == [0.0, 0.0]


# ---- scans -----------------------------------------------------------------------------------------------------------


def test_products_are_multiplied_in_the_dtype_asked_for():
    x = fg.full((9,), 10, dtype=fg.int8)
    assert fg.cumulative_prod(x)[-1].item() == 10**9
    assert fg.cumulative_prod(x, dtype=fg.float64).dtype is fg.float64
    assert fg.cumulative_prod(x, dtype=fg.int8).dtype is fg.int8
    assert fg.cumulative_prod(fg.tensor([True, False, True]), dtype=fg.bool).tolist() == [True, False, False]
    half = fg.cumulative_prod(fg.full((12,), 1.1, dtype=fg.float16))
    wide = np.cumprod(np.full(12, np.float16(1.1), np.float32)).astype(np.float16)
    assert np.abs(half.numpy() - wide).max() <= np.spacing(np.float16(3))


def test_a_product_is_a_copy_though_there_is_one_factor():
    x = fg.ones(1)
    fg.cumulative_prod(x)[0] = 5.0
    fg.diff(x, n=0)[0] = 5.0
    assert x.tolist() == [1.0]


def test_scans_take_their_axis_by_position_or_pytorchs_word():
    x = fg.reshape(fg.arange(1, 7), (2, 3))
    assert fg.cumulative_prod(x, 1).tolist() == fg.cumulative_prod(x, dim=1).tolist() == [[1, 2, 6], [4, 20, 120]]
    assert fg.diff(x, dim=0).tolist() == fg.diff(x, 1, 0).tolist() == [[3, 3, 3]]
    assert fg.diff(x, 2).tolist() == [[0], [0]]
    assert fg.diff(x, 10**20).shape == (2, 0)
    with pytest.raises(TypeError, match="got words of NumPy's and of PyTorch's in one call, axis, dim"):
        fg.cumulative_prod(x, axis=0, dim=1)
    with pytest.raises(TypeError, match="keepdims"):
        fg.diff(x, keepdim=True)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: fg.cumulative_prod(fg.ones((2, 2))), ValueError, r"cumulative_prod: name the axis of shape \(2, 2\)"),
        (lambda: fg.cumulative_prod(fg.ones(2), 1), IndexError, "cumulative_prod: axis 1 is out of bounds"),
        (lambda: fg.cumulative_prod(fg.ones(2), 0.0), TypeError, "cumulative_prod: "),
        (lambda: fg.diff(fg.ones(())), ValueError, "diff: x must have at least one axis"),
        (lambda: fg.diff(fg.ones(2), n=-1), ValueError, "diff: n must not be negative, got -1"),
        (lambda: fg.diff(fg.ones(2), n=1.5), TypeError, r"diff: .*n"),
        (lambda: fg.diff(fg.ones(2), axis=1), IndexError, "diff: axis 1 is out of bounds"),
        (lambda: fg.diff(fg.ones(2, 2), append=fg.ones(2, 2, 2)), ValueError, "concat"),
        (lambda: fg.diff("ab"), TypeError, "diff: "),
    ],
)
def test_bad_scans_are_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


# ---- sets and places -------------------------------------------------------------------------------------------------


def test_no_nan_equals_another_and_zeros_are_one():
    values, indices, inverse, counts = fg.unique_all(fg.tensor([fg.nan, 0.0, fg.nan, -0.0]))
    assert values.tolist()[0] == 0.0
    assert np.isnan(values.tolist()[1:]).all()
    assert (indices.tolist(), inverse.tolist(), counts.tolist()) == ([1, 0, 2], [1, 0, 2, 0], [2, 1, 1])


def test_the_gradient_of_unique_values_goes_to_the_first_of_each():
    x = fg.tensor([3.0, 1.0, 3.0, 1.0, 2.0], requires_grad=True)
    (fg.unique_values(x) * fg.tensor([10.0, 20.0, 30.0])).sum().backward()
    assert x.grad.tolist() == [30.0, 10.0, 0.0, 0.0, 20.0]


def test_membership_takes_numbers_for_what_the_tensor_holds():
    x = fg.tensor([0.1, 0.2])
    assert fg.isin(x, 0.1).tolist() == [True, False]
    assert fg.isin(0.2, x).item()
    assert fg.isin(fg.tensor([1, 2], dtype=fg.int8), 300).tolist() == [False, False]
    assert fg.isin(fg.tensor([1, 2]), fg.tensor([2.0])).tolist() == [False, True]
    assert fg.isin(x, fg.tensor([fg.nan, 0.1]), invert=True).tolist() == [False, True]
    assert fg.isin(fg.tensor([fg.nan]), fg.tensor([fg.nan])).tolist() == [False]


def test_a_python_float_is_sought_as_what_the_line_holds():
    line = fg.tensor([0.1, 0.2, 0.3])
    assert [fg.searchsorted(line, v).item() for v in (0.1, 0.2, 0.3)] == [0, 1, 2]
    assert [fg.searchsorted(line, v, side="right").item() for v in (0.1, 0.2, 0.3)] == [1, 2, 3]
    assert fg.searchsorted(fg.tensor([1, 2, 3]), 2.5).item() == 2
    assert fg.searchsorted(fg.tensor([1.0, fg.nan]), fg.nan).item() == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"side": "middle"}, "searchsorted: side must be 'left' or 'right', got 'middle'"),
        ({"sorter": [0, 1]}, r"searchsorted: sorter must hold 3 integers, got int64 of shape \(2,\)"),
        ({"sorter": [0.0, 1.0, 2.0]}, "searchsorted: sorter must hold 3 integers, got float32"),
        ({"sorter": [0, 1, 5]}, "searchsorted: sorter must hold places from 0 to 2, got 5"),
    ],
)
def test_bad_searches_are_errors(words, message):
    with pytest.raises(ValueError, match=message):
        fg.searchsorted(fg.tensor([1.0, 2.0, 3.0]), fg.tensor([2.0]), **words)
    with pytest.raises(ValueError, match=r"searchsorted: x1 must be a vector, got shape \(2, 2\)"):
        fg.searchsorted(fg.ones((2, 2)), 1.0)


# ---- order statistics ------------------------------------------------------------------------------------------------


def test_the_middle_two_share_a_medians_gradient():
    x = fg.tensor([[3.0, 1.0, 10.0, 2.0], [5.0, 5.0, 5.0, 5.0]], requires_grad=True)
    fg.median(x, dim=1, keepdim=True).sum().backward()
    assert x.grad.tolist()[0] == [0.5, 0.0, 0.0, 0.5]
    assert sum(x.grad.tolist()[1]) == 1.0


def test_a_quantile_moves_with_its_part():
    x, q = fg.tensor([0.0, 10.0, 40.0]), fg.tensor([0.25, 0.75], requires_grad=True)
    fg.quantile(x, q).sum().backward()
    assert q.grad.tolist() == [20.0, 60.0]


def test_halves_and_integers_have_medians():
    assert fg.median(fg.tensor([1, 2, 4, 8])).dtype is fg.float64
    assert fg.median(fg.tensor([True, False])).item() == 0.5
    half = fg.median(fg.tensor([1.0, 3.0]).astype(fg.bfloat16))
    assert (half.item(), half.dtype) == (2.0, fg.bfloat16)
    largest = fg.finfo(fg.float32).max
    assert fg.median(fg.tensor([largest, largest])).item() == largest
    assert fg.median(fg.tensor([-largest, largest])).item() == 0.0
    assert fg.median(fg.tensor([fg.inf, -fg.inf])).isnan().item()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: fg.median(fg.ones(0)), ValueError, "median: x must have elements"),
        (lambda: fg.median(fg.ones((2, 0)), 1), ValueError, "median: x must have elements"),
        (lambda: fg.median(fg.ones(2), 1), IndexError, "median: axis 1 is out of bounds"),
        (lambda: fg.median(fg.ones(2, 2), (0, -2)), ValueError, r"median: repeated axis in \(0, -2\)"),
        (lambda: fg.quantile(fg.ones(2), 1.5), ValueError, "quantile: q must be from 0 to 1, got 1.5"),
        (lambda: fg.quantile(fg.ones(2), fg.nan), ValueError, "quantile: q must be from 0 to 1, got nan"),
        (lambda: fg.quantile(fg.ones(2), fg.zeros(1, 1)), ValueError, "quantile: q must be a number or have one axis"),
        (lambda: fg.quantile(fg.ones(2), 0.5, method="median"), ValueError, "quantile: method must be one of 'linear'"),
        (lambda: fg.cov(fg.ones(2, 2, 2)), ValueError, "cov: x must have at most two axes"),
        (lambda: fg.cov(fg.ones(2, 2), correction="1"), TypeError, "cov: correction"),
        (lambda: fg.bincount(fg.ones(2)), ValueError, "bincount: x must be a vector of integers, got float32"),
        (lambda: fg.bincount(fg.tensor([[1]])), ValueError, r"bincount: x must be a vector .* of shape \(1, 1\)"),
        (lambda: fg.bincount(fg.tensor([1, -1])), ValueError, "bincount: x must not be negative, got -1"),
        (lambda: fg.bincount(fg.tensor([1]), fg.ones(2)), ValueError, r"bincount: weights must have shape \(1,\)"),
        (lambda: fg.bincount(fg.tensor([1]), minlength=-1), ValueError, "bincount: minlength must not be negative"),
        (lambda: fg.diag(fg.ones(())), ValueError, r"diag: x must be a vector or a matrix, got shape \(\)"),
        (lambda: fg.diag(fg.ones(2), 1.0), TypeError, "diag: "),
        (lambda: fg.isclose(fg.ones(2), 1.0, -1.0), ValueError, "isclose: rtol and atol must not be negative, got -1"),
        (lambda: fg.isclose(fg.ones(2), 1.0, fg.nan), ValueError, "isclose: rtol and atol must not be negative"),
        (lambda: fg.isclose(fg.ones(2), fg.ones(3)), ValueError, r"isclose: shapes \(2,\) and \(3,\)"),
        (lambda: fg.logaddexp(fg.ones(2), fg.ones(3)), ValueError, r"logaddexp: \(2,\), \(3,\)"),
        (lambda: fg.nextafter(fg.ones(2), fg.ones(3)), ValueError, r"nextafter: \(2,\), \(3,\)"),
        (lambda: fg.kron(fg.ones(2), 1j), TypeError, "kron: "),
        (lambda: fg.quantile(fg.ones(2), None), TypeError, "quantile: NoneType"),
        (lambda: fg.nan_to_num(fg.ones(2), nan="a"), TypeError, "nan_to_num: nan"),
        (lambda: fg.nan_to_num(fg.ones(2), posinf=fg.ones(2)), TypeError, "nan_to_num: posinf"),
        (lambda: fg.result_type(fg.int8, fg.uint64), TypeError, "result_type: no dtype holds both"),
        (lambda: fg.finfo(None), TypeError, "finfo: NoneType"),
        (lambda: fg.allclose(fg.ones(2), "x"), TypeError, "isclose: "),
    ],
)
def test_bad_statistics_and_comparisons_are_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


# ---- equal and close -------------------------------------------------------------------------------------------------


def test_closeness_is_told_without_a_graph_whatever_the_dtypes():
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    assert not fg.isclose(x, x).requires_grad
    assert fg.allclose(x, [1, 2])
    assert fg.allclose(x, np.array([1.0, 2.0]))
    assert fg.isclose(2**53, fg.tensor([2**53])).item()
    assert not fg.isclose(fg.tensor([0], dtype=fg.uint8), fg.tensor([255], dtype=fg.uint8)).item()
    half = fg.tensor([1.0]).astype(fg.float16)
    assert fg.isclose(half, 1.0009765625, rtol=1e-3).item()
    assert not fg.isclose(half, 1.0009765625, rtol=9e-4).item()


def test_arrays_are_equal_in_shape_and_value():
    assert fg.array_equal(fg.ones(2), [1, 1])
    assert not fg.array_equal(fg.ones(2), fg.ones(1))
    assert not fg.array_equal(fg.tensor([fg.nan]), fg.tensor([fg.nan]))
    assert fg.array_equal(fg.tensor([fg.nan]), fg.tensor([fg.nan]), equal_nan=True)
    assert fg.array_equal(fg.ones(0), fg.zeros(0))


def test_a_diagonal_is_a_copy():
    x = fg.zeros((2, 2))
    fg.diag(x)[0] = 1.0
    assert x.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_weights_that_are_counted_get_the_gradient_of_their_sum():
    w = fg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (fg.bincount(fg.tensor([2, 0, 2]), w) * fg.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert w.grad.tolist() == [100.0, 1.0, 100.0]
