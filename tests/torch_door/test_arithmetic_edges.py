"""Arithmetic and special functions with PyTorch's names, at their edges: values and derivatives by mathematics."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.ops.pytorch import arithmetic, special

INF, NAN = math.inf, math.nan
LEAST = {"int8": -128, "int16": -(2**15), "int64": -(2**63)}


def leaf(*values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


def slopes(f, *values):
    x = leaf(*values)
    (slope,) = fg.autograd.grad(f(x).sum(), x)
    return np.asarray(slope)


@pytest.mark.parametrize("dtype", LEAST)
def test_fmod_of_integers_has_the_sign_of_the_first_operand(dtype):
    least = LEAST[dtype]
    pairs = [(x, y) for x in (least, least + 1, -7, 0, 7, -least - 1) for y in (least, -3, 3, -least - 1)]
    x, y = (fg.tensor(list(each), dtype=getattr(fg, dtype)) for each in zip(*pairs, strict=True))
    assert x.fmod(y).tolist() == [abs(a) % abs(b) * (-1 if a < 0 else 1) for a, b in pairs]
    assert x.fmod(y).dtype == x.dtype
    assert fg.tensor([least], dtype=x.dtype).fmod(3).tolist() == [-(-least % 3)]


def test_fmod_of_floats():
    values = [-7.5, -2.0, -0.0, 0.0, 2.0, 7.5, INF, NAN]
    for y in (2.0, -2.0, 3.3, INF):
        got = np.asarray(fg.tensor(values, dtype=fg.float64).fmod(y))
        with np.errstate(invalid="ignore"):
            want = np.fmod(values, y)
        np.testing.assert_array_equal(got, want)
        np.testing.assert_array_equal(np.signbit(got)[:-2], np.signbit(want)[:-2])
    assert slopes(lambda x: x.fmod(2.0), 0.0, 1.0, -5.0).tolist() == [1.0, 1.0, 1.0]
    assert slopes(lambda x: x.fmod(NAN), 3.0).tolist() == [1.0]
    x, y = leaf(0.0, 7.0, -7.0), leaf(3.0, 2.0, 2.0)
    x.fmod(y).sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    assert y.grad.tolist() == [0.0, -3.0, 3.0]
    assert fg.ones(2, 3).fmod(fg.ones(3, dtype=fg.float64)).shape == (2, 3)
    assert fg.tensor([5.5]).fmod(2).dtype == fg.float32


def test_division_of_integers_towards_zero_keeps_all_digits():
    x = fg.tensor([16777217, 2**53 + 1, -7, 7, -7, 0])
    y = fg.tensor([1, 1, 2, -2, -2, 5])
    assert arithmetic.div(x, y, rounding_mode="trunc").tolist() == [16777217, 2**53 + 1, -3, -3, 3, 0]
    assert arithmetic.div(x, 1, rounding_mode="trunc").tolist() == x.tolist()
    assert arithmetic.div(fg.tensor([5.0]), -2, rounding_mode="trunc").tolist() == [-2.0]


@pytest.mark.parametrize("weight", [1.0, 0.75, 0.25, 0.0])
def test_lerp_reaches_both_ends(weight):
    a, b = fg.tensor([1e8, -3.0]), fg.tensor([1.0, 5.0])
    for w in (weight, fg.tensor(weight), fg.tensor([weight, weight])):
        found = a.lerp(b, w).tolist()
        np.testing.assert_allclose(found, [1e8 * (1 - weight) + weight, -3 + 8 * weight], rtol=1e-6)
    assert a.lerp(b, 1.0).tolist() == [1.0, 5.0]
    assert a.lerp(b, 0.0).tolist() == [1e8, -3.0]


def test_what_ends_in_infinity_is_replaced_by_the_dtypes_largest():
    for dtype, most in ((fg.bfloat16, 3.3895313892515355e38), (fg.float16, 65504.0)):
        assert fg.tensor([INF, -INF, NAN, 1.0], dtype=dtype).nan_to_num().tolist() == [most, -most, 0.0, 1.0]


def test_copysign_of_integers_is_floating():
    assert fg.tensor([1, -2]).copysign(-1.5).dtype == fg.float32
    assert fg.tensor([1, -2]).copysign(-1.5).tolist() == [-1.0, -2.0]


def test_logit():
    assert slopes(lambda x: x.logit(), 0.0, 1.0).tolist() == [INF, INF]
    np.testing.assert_allclose(slopes(lambda x: x.logit(), 0.25, 0.5), [16 / 3, 4.0])
    assert np.isnan(slopes(lambda x: x.logit(), 2.0, -1.0)).all()


@pytest.mark.parametrize("at", [0.0, 1e-320, 1e-8, 1e-4, 1e-2, 0.15, 0.16, 0.5, 1.0, -2.3])
def test_sinc_has_all_derivatives(at):
    x = leaf(at)
    found = [x.sinc()]
    for _ in range(2):
        found += fg.autograd.grad(found[-1].sum(), x, create_graph=True)
    t = np.linspace(0.0, 1.0, 4001)  # sinc is the integral of cos(pi x t) from 0 to 1
    exact = (np.cos(np.pi * at * t), -np.pi * t * np.sin(np.pi * at * t), -((np.pi * t) ** 2) * np.cos(np.pi * at * t))
    want = [(y[0] + y[-1] + 4 * y[1::2].sum() + 2 * y[2:-1:2].sum()) / 3 / 4000 for y in exact]
    np.testing.assert_allclose([f.item() for f in found], want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e8, -3e6, 1e17, -1e308])
def test_shares_of_a_logarithm_of_exponentials_sum_to_one(scale):
    assert slopes(lambda x: fg.logsumexp(x, axis=0), scale, scale).tolist() == [0.5, 0.5]
    assert slopes(lambda x: x.logcumsumexp(0), scale, scale).tolist() == [1.5, 0.5]
    assert slopes(lambda x: x.logaddexp(x.detach()), scale).tolist() == [0.5]
    assert slopes(lambda x: x.logaddexp(fg.tensor(-scale, dtype=fg.float64)), INF).tolist() == [1.0]
    x = fg.tensor([[scale] * 3] * 2, dtype=fg.float64, requires_grad=True)
    fg.logsumexp(x, axis=(0, 1)).backward()
    np.testing.assert_allclose(np.asarray(x.grad), 1 / 6, rtol=1e-6)


def test_tails_of_the_normal_distribution():
    area = [0.0, 1e-300, 1e-20, 1e-5, 0.3, 0.5, 0.99, 1.0 - 2.0**-53, 1.0, 2.0]
    want = [-INF, -37.0471, -9.262340089798408, -4.264890793922825, -0.5244005127080409, 0.0, 2.3263478740408408]
    found = np.asarray(special.ndtri(fg.tensor(area, dtype=fg.float64)))
    np.testing.assert_allclose(found[:7], want, rtol=1e-6)
    np.testing.assert_allclose(found[2:7], want[2:], rtol=1e-14, atol=1e-16)
    assert found[8] == INF
    assert np.isnan(found[9])
    p = leaf(1e-300, 1e-20, 0.3, 0.99)
    back = special.ndtr(special.ndtri(p))
    np.testing.assert_allclose(np.asarray(back.detach()), np.asarray(p.detach()), rtol=1e-12)
    (slope,) = fg.autograd.grad(back.sum(), p)
    np.testing.assert_allclose(np.asarray(slope), 1.0, rtol=1e-12)
    normal = fg.distributions.Normal(fg.tensor(1.0, dtype=fg.float64), fg.tensor(2.0, dtype=fg.float64))
    assert normal.icdf(fg.tensor(1e-20, dtype=fg.float64)).item() == pytest.approx(1 - 2 * 9.262340089798408)


def test_the_slope_of_the_logarithm_of_an_area():
    far = [-1e10, -1e8, -1e7, -50.0, -20.1]
    want = [-x + 1 / -x for x in far]  # less 2 / x**3 and more
    np.testing.assert_allclose(slopes(special.log_ndtr, *far), want, rtol=1e-4)
    np.testing.assert_allclose(
        slopes(special.log_ndtr, -20.0 - 1e-9), slopes(special.log_ndtr, -20.0 + 1e-9), rtol=1e-9
    )


def test_entropy_at_its_edges():
    found = slopes(special.entr, 0.0, NAN, INF, 1.0)
    np.testing.assert_array_equal(found, [INF, NAN, -INF, -1.0])
    np.testing.assert_allclose(np.asarray(special.entr(fg.tensor([0.0, 0.5, -1.0]))), [0.0, 0.5 * math.log(2), -INF])
