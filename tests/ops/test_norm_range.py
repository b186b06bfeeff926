"""The norm of very large and very small numbers, whose squares leave the range of their dtype."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

# Factors that are powers of 2: the result is exactly that of the plain numbers, times the factor.
FACTORS = {"float32": (2.0**66, 2.0**120, 2.0**-60, 2.0**-83, 2.0**-120), "float64": (2.0**520, 2.0**-500, 2.0**-1000)}


@pytest.mark.parametrize(("dtype", "factor"), [(dtype, f) for dtype, factors in FACTORS.items() for f in factors])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1), ()])
def test_the_norm_is_right_where_squares_overflow_or_vanish(dtype, factor, axis):
    values = np.random.RandomState(0).uniform(1.0, 2.0, (5, 37)).astype(dtype)
    x = fg.tensor(values * np.asarray(factor, dtype=dtype), requires_grad=True)
    got = fg.norm(x, axis=axis)
    want = np.sqrt((values.astype(np.longdouble) ** 2).sum(axis=axis)) * np.longdouble(factor)
    np.testing.assert_allclose(got.detach().numpy(), want.astype(dtype), rtol=16 * np.finfo(dtype).eps)
    got.sum().backward()
    plain = fg.tensor(values, requires_grad=True)
    fg.norm(plain, axis=axis).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), plain.grad.numpy(), rtol=16 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_norm_of_the_extremes_of_the_format(dtype):
    limits = np.finfo(dtype)
    x = fg.tensor(
        np.array(
            [
                [limits.max, 0.0],
                [limits.max, limits.max],
                [limits.smallest_subnormal, 0.0],
                [0.0, 0.0],
                [np.inf, 1.0],
                [-np.inf, limits.max],
                [np.nan, limits.max],
                [limits.smallest_normal, limits.smallest_normal],
                [3.0, 4.0],
            ],
            dtype=dtype,
        )
    )
    want = [limits.max, np.inf, limits.smallest_subnormal, 0.0, np.inf, np.inf, np.nan, limits.tiny * 2**0.5, 5.0]
    np.testing.assert_allclose(fg.norm(x, axis=1).numpy(), np.array(want, dtype=dtype), rtol=4 * limits.eps)


def test_norms_of_strided_and_transposed_numbers():
    values = np.random.RandomState(0).uniform(-1, 1, (6, 8)) * 1e200
    x = fg.tensor(values).T[::2]
    np.testing.assert_allclose(fg.norm(x, axis=0).numpy(), np.hypot.reduce(values.T[::2], axis=0), rtol=1e-14)


@pytest.mark.parametrize(
    ("dtype", "p"), [("float32", -1e-300), ("float32", 1e-40), ("float64", -1e-310), ("float64", 1e-310)]
)
def test_an_order_whose_reciprocal_overflows_has_its_limit_and_no_slope_there(dtype, p):
    """Of several elements n ** (1 / p), of one that element."""
    x = fg.tensor([[3.0, -2.0], [0.0, -2.0]], dtype=getattr(fg, dtype)).requires_grad_()
    y = fg.norm(x, p, 1)
    assert y.tolist() == ([0.0, 0.0] if p < 0 else [float("inf"), 2.0])
    y.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [0.0, 0.0 if p < 0 else -1.0]]
    x = fg.tensor([[-2.0]], dtype=getattr(fg, dtype)).requires_grad_()
    y = fg.norm(x, p, 1)
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([2.0], [[-1.0]])


def test_distances_without_coordinates_have_a_gradient():
    x = fg.zeros(3, 0).requires_grad_()
    fg.cdist(x, x).sum().backward()
    assert x.grad.shape == (3, 0)
