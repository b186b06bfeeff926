"""lgamma, digamma and polygamma are next to the exact value, also next to zeros and poles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fastgrad as fg

from . import gamma

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "gamma.npz")


def errors(name: str, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The arguments, and how many ulp each result is off: of the value, or of `least` where that is larger."""
    x, head, tail = GOLDEN[name]
    function, *order = name.split()
    got = getattr(fg, function)(*map(int, order), fg.tensor(x)).numpy()
    ulp = np.spacing(np.maximum(np.abs(head), least))
    return x, np.abs((got - head) - tail) / ulp


def test_lgamma_is_within_2_ulp_and_next_to_its_zeros_below_minus_2_within_4():
    x, off = errors("lgamma")
    assert off[x > 0].max() <= 2
    assert off.max() <= 4


def test_digamma_is_within_2_ulp_and_below_0_within_3_of_1_or_of_its_value():
    x, off = errors("digamma")
    assert off[x > 0].max() <= 2
    assert errors("digamma", least=1.0)[1].max() <= 3


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_polygamma_is_within_4_ulp_and_below_0_where_it_is_large(n):
    x, off = errors(f"polygamma {n}")
    assert off[x > 0].max() <= 4
    if n % 2:  # which has no zeros
        assert off.max() <= 4
    else:
        below = x < 0
        assert errors(f"polygamma {n}", least=float(2.0 ** (n + 1)))[1][below].max() <= 4


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_float32_is_the_exact_value_rounded(name):
    """Of arguments that float32 has: float64 is rounded once."""
    function, *order = name.split()
    x = GOLDEN[name][0]
    x = x[(np.abs(x) < 1e30) & (np.abs(x) > 1e-30)].astype(np.float32)
    single = getattr(fg, function)(*map(int, order), fg.tensor(x)).numpy()
    double = getattr(fg, function)(*map(int, order), fg.tensor(x.astype(np.float64))).numpy()
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_poles_and_ends_are_pytorchs(dtype):
    x = fg.tensor([0.0, -0.0, -1.0, -2.0, fg.inf, -fg.inf, fg.nan], dtype=getattr(fg, dtype))
    inf, nan = fg.inf, fg.nan
    np.testing.assert_array_equal(fg.lgamma(x).numpy(), [inf, inf, inf, inf, inf, inf, nan])
    np.testing.assert_array_equal(fg.digamma(x).numpy(), [-inf, inf, nan, nan, inf, nan, nan])
    np.testing.assert_array_equal(fg.polygamma(1, x).numpy(), [inf, inf, inf, inf, 0, nan, nan])


def test_orders_out_of_range_are_refused():
    for n in (-1, 171, 10**30):
        with pytest.raises(ValueError, match="polygamma: the order n must be from 0 to 170, got"):
            fg.polygamma(n, fg.ones(1))
    with pytest.raises(TypeError, match="polygamma: the order n comes first and must be an int, got a float"):
        fg.polygamma(1.0, fg.ones(1))


def test_an_order_beyond_20_has_all_its_digits():
    want = -np.sum([1 / (2.5 + k) ** 31.0 for k in range(60)]) * float(np.prod(np.arange(1.0, 31.0)))
    np.testing.assert_allclose(fg.polygamma(30, fg.tensor(2.5, dtype=fg.float64)).item(), want, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_reference_of_random_calls_is_mpmaths_value_rounded(name):
    x, head, _ = (part[::7] for part in GOLDEN[name])
    function, *order = name.split()
    np.testing.assert_array_equal(getattr(gamma, function)(*map(int, order), x), head)


@pytest.mark.parametrize("n", [None, 0, 1, 2, 3])
def test_where_formulas_meet_one_of_them_holds(n):
    """They change at integers and halves."""
    x = np.arange(-40, 80) / 2
    got = (fg.lgamma(fg.tensor(x)) if n is None else fg.polygamma(n, fg.tensor(x))).numpy()
    want = gamma.lgamma(x) if n is None else gamma.polygamma(n, x)
    size = np.abs(want) if n is None else gamma.size_of_polygamma(n, x)
    with np.errstate(invalid="ignore"):
        close = np.abs(got - want) <= 4 * np.spacing(np.where(np.isfinite(size), size, 1.0))
    assert np.all(close | (got == want) | (np.isnan(got) & np.isnan(want)))


def test_trigamma_is_infinite_where_its_square_leaves_the_range():
    x = np.array([3e-155, 7e-155, 1e-154])
    for sign in (1, -1):
        got = fg.polygamma(1, fg.tensor(sign * x)).numpy()
        np.testing.assert_allclose(got, gamma.polygamma(1, sign * x), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zeros_that_are_integers_are_exact(dtype):
    np.testing.assert_array_equal(fg.lgamma(fg.tensor([1.0, 2.0], dtype=getattr(fg, dtype))).numpy(), [0.0, 0.0])


@pytest.mark.parametrize(
    ("n", "x"), [(3, 1.27e94), (3, 1.92e80), (2, 1e150), (8, 3e36), (100, 900.0), (169, 75.0), (169, 4e3)]
)
def test_polygamma_has_all_digits_where_powers_leave_the_range_and_it_does_not(n, x):
    want = float(gamma.polygamma(n, np.array(x)))
    assert want != 0
    assert abs(fg.polygamma(n, fg.tensor(x, dtype=fg.float64)).item() - want) <= 4 * np.spacing(abs(want))
