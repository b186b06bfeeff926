"""The edges that the semantics settle: signed zeros, integers that trap elsewhere, saturation, derivatives at kinks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import fastgrad as fg

from .entry import FLOATS, INTEGERS, SIGNED

F = fg.nn.functional
INF, NAN = math.inf, math.nan

# Functions that give zeros for zeros, or infinities, by their names in NumPy.
KEEP_ZEROS = {"asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh", "round": "rint"}
for _name in ("abs", "ceil", "expm1", "floor", "log1p", "negative", "positive", "reciprocal", "trunc"):
    KEEP_ZEROS[_name] = _name
for _name in ("sin", "sinh", "sqrt", "tan", "tanh"):
    KEEP_ZEROS[_name] = _name


def same(got: fg.Tensor, want: list) -> None:
    """Equal, NaN to NaN, zeros with their signs."""
    got, want = np.asarray(got.detach()), np.asarray(want, dtype=np.asarray(got.detach()).dtype)
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(np.signbit(got) & (got == 0), np.signbit(want) & (want == 0))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", KEEP_ZEROS)
def test_zeros_keep_the_signs_that_numpy_gives(name, dtype):
    x = np.array([0.0, -0.0] * 9, dtype=dtype)  # a whole vector, and a rest
    with np.errstate(divide="ignore"):
        same(getattr(fg, name)(fg.tensor(x)), getattr(np, KEEP_ZEROS[name])(x))


@pytest.mark.parametrize("dtype", FLOATS)
def test_zeros_of_two_operands_keep_the_signs_that_numpy_gives(dtype):
    a = np.array([0.0, 0.0, -0.0, -0.0, 1.0, -1.0] * 3, dtype=dtype)
    b = np.array([0.0, -0.0, 0.0, -0.0, -0.0, 0.0] * 3, dtype=dtype)
    x, y = fg.tensor(a), fg.tensor(b)
    same(fg.add(x, y), a + b)
    same(fg.subtract(x, y), a - b)
    same(fg.multiply(x, y), a * b)
    same(fg.atan2(x, y), np.arctan2(a, b))
    same(fg.hypot(x, y), np.hypot(a, b))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("exponent", [2, 3, -1, 0.5, -0.5, 1, 0, 4])
def test_powers_of_a_number_are_those_of_an_array(exponent, dtype):
    x = np.array([0.0, -0.0, 1.0, -1.0, 2.5, -2.5, INF, -INF, NAN, 1e-30, 3e30, 7.0, 0.3], dtype=dtype)
    with np.errstate(all="ignore"):
        want = np.power(x, np.full_like(x, exponent))
    for data, wanted in (
        (x, want),
        (np.tile(x, 4000), np.tile(want, 4000)),
        (np.tile(x, (3, 2)).T, np.tile(want, (3, 2)).T),
    ):
        got = np.asarray(fg.tensor(data) ** exponent)
        np.testing.assert_allclose(got, wanted, rtol=2 * np.finfo(dtype).eps)
        np.testing.assert_array_equal(np.signbit(got[got == 0]), np.signbit(wanted[got == 0]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.0), (-1.0, -0.0), (0.0, 1.0), (-0.0, 1.0), (0.0, 0.0)])
def test_clip_keeps_a_zero_that_equals_a_bound(low, high, dtype):
    x = np.array([-0.0, 0.0, 0.5, -0.5, NAN] * 7, dtype=dtype)
    want = np.clip(x, low, high)
    for bounds in ((low, high), (fg.tensor(low, dtype=dtype), fg.tensor(high, dtype=dtype))):
        same(fg.clip(fg.tensor(x), *bounds), want)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["exp", "exp2", "sigmoid"])
def test_subnormal_results_leave_their_neighbours_alone(name, dtype):
    """One lane of a vector underflows: every other one is what it is without that."""
    f = getattr(fg, name)
    info = np.finfo(dtype)
    log2_e = 1.0 if name == "exp2" else math.log2(math.e)
    near = np.linspace(info.minexp - 30, info.minexp + 30, 601) / log2_e
    x = np.concatenate([near, np.linspace(-info.maxexp, info.maxexp, 401) / log2_e]).astype(dtype)
    alone = np.concatenate([np.asarray(f(fg.tensor(x[i : i + 1]))) for i in range(len(x))])
    for low in (info.minexp / log2_e - 3, -INF):
        mixed = np.full((len(x), 16), low, dtype=dtype)
        mixed[:, 3] = x
        np.testing.assert_array_equal(np.asarray(f(fg.tensor(mixed)))[:, 3], alone)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_division_by_zero_is_zero(dtype):
    x = fg.tensor(np.array([0, 1, 7] * 9, dtype=dtype))
    for zero in (fg.zeros(27, dtype=dtype), 0):
        same(x // zero, [0] * 27)
        same(x % zero, [0] * 27)


@pytest.mark.parametrize("dtype", SIGNED)
def test_the_most_negative_integer_wraps(dtype):
    least = np.iinfo(dtype).min
    x = fg.tensor(np.full(19, least, dtype=dtype))
    for one in (fg.full((19,), -1, dtype=dtype), -1):
        same(x // one, [least] * 19)
        same(x % one, [0] * 19)
        same(x * one, [least] * 19)
    same(fg.abs(x), [least] * 19)
    same(-x, [least] * 19)


@pytest.mark.parametrize("dtype", SIGNED)
def test_integer_division_rounds_down(dtype):
    a, b = np.meshgrid(np.array([-7, -6, -1, 0, 1, 6, 7], dtype=dtype), np.array([-3, -2, 2, 3], dtype=dtype))
    same(fg.tensor(a) // fg.tensor(b), a // b)
    same(fg.tensor(a) % fg.tensor(b), a % b)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_shifts_by_the_width_or_more_leave_nothing(dtype):
    width = np.iinfo(dtype).bits
    x = fg.tensor(np.array([1, 100], dtype=dtype))
    for count in (width, width + 1):
        same(x << fg.tensor(np.array([count], dtype=dtype)), [0, 0])
        same(x >> fg.tensor(np.array([count], dtype=dtype)), [0, 0])


def test_a_negative_integer_power_is_an_error():
    with pytest.raises(ValueError, match="pow"):
        fg.tensor([2, 3]) ** fg.tensor([-1, 2])


@pytest.mark.parametrize("source", [*FLOATS, "float16"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_casts_to_integers_saturate_and_nan_is_zero(source, dtype):
    values = np.array([NAN, INF, -INF, 1.9, -1.9, 0.0] * 5, dtype=source)
    info = np.iinfo(dtype)
    want = [0, info.max, info.min, 1, max(-1, info.min), 0] * 5
    same(fg.tensor(values).astype(dtype), want)


def test_uint64_with_a_signed_integer_is_an_error():
    with pytest.raises(TypeError, match="uint64"):
        fg.ones(2, dtype=fg.uint64) + fg.ones(2, dtype=fg.int8)


def slope(f, *values: float) -> list[float]:
    """The gradients of f at a point, one for each argument."""
    points = [fg.tensor([v], dtype=fg.float64, requires_grad=True) for v in values]
    found = fg.autograd.grad(f(*points).sum(), points)
    return [g.item() for g in found]


@pytest.mark.parametrize(
    ("f", "at", "want"),
    [
        (fg.relu, 0.0, 0.0),
        (F.relu, 0.0, 0.0),
        (fg.abs, 0.0, 0.0),
        (fg.sign, 0.0, 0.0),
        (fg.sqrt, 0.0, INF),
        (fg.norm, 0.0, 0.0),
        (lambda x: fg.clip(x, 0.0, 1.0), 0.0, 1.0),
        (lambda x: fg.clip(x, 0.0, 1.0), 1.0, 1.0),
        (lambda x: fg.clip(x, 0.0, 1.0), 1.5, 0.0),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: x**1, 0.0, 1.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: 0.0**x, 2.0, 0.0),
        (lambda x: F.l1_loss(x, fg.zeros(1, dtype=fg.float64)), 0.0, 0.0),
        (lambda x: fg.prod(fg.concat([x, x])), 0.0, 0.0),
        # What a mask holds back is held back also where it is infinite.
        (lambda x: fg.sqrt(fg.maximum(x, 0.0)), -1.0, 0.0),
        (lambda x: fg.sqrt(-fg.minimum(x, 0.0)), 1.0, 0.0),
        (lambda x: fg.sqrt(fg.clip(x, 0.0)), -1.0, 0.0),
        (lambda x: fg.sqrt(fg.relu(x)), -1.0, 0.0),
        (lambda x: fg.sqrt(F.leaky_relu(x, 0.0)), -1.0, 0.0),
        (lambda x: fg.sqrt(fg.where(x > 0.0, x, 0.0)), -1.0, 0.0),
        (lambda x: fg.sqrt(fg.abs(x)), 0.0, 0.0),
        (lambda x: fg.sqrt(x**0 - 1.0), 2.0, 0.0),
        (lambda x: fg.sqrt(1.0**x - 1.0), 2.0, 0.0),
        (lambda x: fg.sqrt(fg.pow(x, fg.zeros(1)) - 1.0), 2.0, 0.0),
        (lambda x: fg.sqrt(0.0**x), 2.0, 0.0),
        (lambda x: fg.sqrt(fg.pow(fg.zeros(1), x)), 2.0, 0.0),
        (lambda x: fg.sqrt(F.dropout(x, 1.0)), 2.0, 0.0),
        (F.silu, INF, 1.0),
        (F.silu, -INF, 0.0),
        (F.gelu, INF, 1.0),
        (F.gelu, -INF, 0.0),
        (lambda x: F.gelu(x, approximate="tanh"), 1e200, 1.0),
        (lambda x: F.gelu(x, approximate="tanh"), -INF, 0.0),
        (fg.atan, INF, 0.0),
        (fg.asinh, INF, 0.0),
        (fg.acosh, INF, 0.0),
        (lambda x: fg.pow(fg.full(1, INF), x), -1.0, 0.0),
    ],
)
def test_derivatives_at_kinks(f, at, want):
    assert slope(f, at) == [want]


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_bound_that_is_nan_gives_nan_whether_it_is_a_number_or_a_tensor(dtype):
    x = fg.tensor([-3.0, 0.5, NAN, 3.0], dtype=getattr(fg, dtype))
    nan = fg.full((4,), NAN, dtype=x.dtype)
    for bounds in ((NAN, 1.0), (-1.0, NAN), (nan, 1.0), (-1.0, nan), (nan, nan), (fg.tensor(NAN, dtype=x.dtype), 1.0)):
        same(fg.clip(x, *bounds), [NAN] * 4)
        same(x.clone().clip_(*bounds), [NAN] * 4)
    some = fg.tensor([NAN, 1.0, 1.0, NAN], dtype=x.dtype)
    same(fg.clip(x, -1.0, some), [NAN, 0.5, NAN, NAN])


@pytest.mark.parametrize("f", [fg.maximum, fg.minimum])
def test_ties_of_two_share_the_gradient(f):
    assert slope(f, 1.0, 1.0) == [0.5, 0.5]


@pytest.mark.parametrize("f", [fg.maximum, fg.minimum])
def test_an_infinite_gradient_goes_to_who_won_alone(f):
    a = fg.tensor([0.0, 1.0, NAN, 1.0, 2.0], requires_grad=True)
    b = fg.tensor([1.0, 0.0, 1.0, NAN, 2.0], requires_grad=True)
    f(a, b).backward(fg.full((5,), INF))
    first, second = ([0.0, INF], [INF, 0.0]) if f is fg.maximum else ([INF, 0.0], [0.0, INF])
    assert a.grad.tolist() == [*first, INF, 0.0, INF]
    assert b.grad.tolist() == [*second, 0.0, INF, INF]


@pytest.mark.parametrize("f", [fg.atan2, fg.hypot])
@pytest.mark.parametrize("start", [1.0, INF])
def test_the_origin_has_no_direction(f, start):
    for a in (0.0, -0.0):
        for b in (0.0, -0.0):
            x, y = (fg.tensor([v], requires_grad=True) for v in (a, b))
            first = fg.autograd.grad(f(x, y), [x, y], fg.tensor([start]), create_graph=True)
            assert [g.item() for g in first] == [0.0, 0.0]
            if start == 1.0:
                assert [g.item() for g in fg.autograd.grad(first[0] + first[1], [x, y])] == [0.0, 0.0]


def test_a_point_infinitely_far_does_not_turn():
    assert slope(fg.atan2, INF, 1.0) == slope(fg.atan2, 1.0, -INF) == slope(fg.atan2, INF, INF) == [0.0, 0.0]


def test_a_quotient_of_zero_has_no_slope_along_its_divisor():
    assert slope(lambda a, b: fg.divide(a, b), 0.0, 1e-310)[1] == 0.0
    assert slope(lambda b: 0.0 / b, 1e-310) == [0.0]


@pytest.mark.parametrize("name", ["expm1", "asin", "acos", "atanh", "tanh"])
def test_next_to_its_limits_a_derivative_keeps_its_digits(name):
    points = {"expm1": [-5.0, -12.0, -30.0, -80.0], "tanh": [0.99, 1.5]}.get(name, [1 - 2**-24, -1 + 2**-20, 0.999])
    f = getattr(fg, name)
    for dtype in (fg.float32, fg.float64):
        x = fg.tensor(points, dtype=fg.float32).astype(dtype).requires_grad_(True)
        (g,) = fg.autograd.grad(f(x).sum(), x)
        if dtype is fg.float32:
            narrow = g
    np.testing.assert_allclose(narrow.numpy(), g.numpy(), rtol=2e-6)


@pytest.mark.parametrize("f", [fg.max, fg.min])
def test_ties_along_an_axis_share_the_gradient(f):
    x = fg.tensor([[1.0, 1.0, 2.0, 2.0], [3.0, 3.0, 3.0, 3.0]], requires_grad=True)
    f(x, axis=1).sum().backward()
    first = [0.0, 0.0, 0.5, 0.5] if f is fg.max else [0.5, 0.5, 0.0, 0.0]
    assert x.grad.tolist() == [first, [0.25] * 4]


def test_where_gives_exact_zeros_to_the_branch_not_taken():
    x = fg.tensor([NAN, INF, 1.0], requires_grad=True)
    taken = fg.where(fg.tensor([False, False, True]), x, 0.0)
    assert taken.tolist() == [0.0, 0.0, 1.0]
    taken.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["floor", "ceil", "round", "trunc", "sign"])
def test_a_gradient_of_zero_is_zero_also_for_an_infinite_gradient(name):
    x = fg.tensor([1.5, -0.5], requires_grad=True)
    getattr(fg, name)(x).backward(fg.tensor([INF, NAN]))
    assert x.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_propagate_nan_wherever_it_stands(name, dtype):
    for n in (1, 5, 33):
        for at in {0, n // 2, n - 1}:
            x = np.zeros(n, dtype=dtype)
            x[at] = np.nan
            assert math.isnan(getattr(fg, name)(fg.tensor(x)).item())
            assert getattr(fg, "arg" + name)(fg.tensor(x)).item() == at


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_an_extreme_of_nothing_is_an_error(name):
    with pytest.raises(ValueError, match=name):
        getattr(fg, name)(fg.zeros(0))


@pytest.mark.parametrize("function", ["sum", "prod", "mean", "cumulative_sum"])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "uint64", "float64"])
def test_a_reduction_gives_the_dtype_asked_for(function, dtype):
    x = np.array([200, 3, 100], np.uint8)
    given = x.astype(dtype)  # converted first, as documented; what does not fit wraps around
    reference = getattr(np, {"cumulative_sum": "cumsum"}.get(function, function))
    expected = reference(given, dtype=np.float64 if function == "mean" else dtype).astype(dtype)
    result = getattr(fg, function)(fg.tensor(x), dtype=getattr(fg, dtype))
    assert result.dtype is getattr(fg, dtype)
    np.testing.assert_array_equal(result.numpy(), expected)
