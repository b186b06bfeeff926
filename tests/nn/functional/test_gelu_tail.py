"""gelu and its gradient far below 0, where 1 + erf cancels, and at the other ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import fastgrad as fg

# Until exp(-x^2 / 2) becomes subnormal.
LOWEST = {"float32": -13.0, "float64": -37.0}


def values_and_gradients(x):
    """In longdouble. x has few bits, so that exp(-x^2 / 2) is exact in its argument; erfcx has no cancellation."""
    wide = x.astype(np.longdouble)
    density = np.exp(-wide * wide / 2)
    tail = density * special.erfcx(np.abs(x.astype(np.float64)) / np.sqrt(2.0)) / 2
    below = np.where(x < 0, tail, 1 - tail)
    return wide * below, below + wide * density / np.sqrt(2 * np.longdouble(np.pi))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("offset", [0, 3])
def test_gelu_is_accurate_to_some_ulps_as_far_as_it_can_be(dtype, offset):
    x = (np.arange(LOWEST[dtype] * 256, 9 * 256)[offset:] / 256).astype(dtype)
    value, gradient = values_and_gradients(x)
    t = fg.tensor(x, requires_grad=True)
    y = fg.nn.functional.gelu(t)
    y.sum().backward()
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(y.detach().numpy(), value, rtol=8 * eps)
    # The gradient is a difference that is 0 at -0.7518: errors are in units of its terms.
    terms = np.abs(gradient) + 2 * np.abs(gradient - value / np.where(x == 0, 1, x))
    assert (np.abs(t.grad.numpy() - gradient) <= 8 * eps * terms).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gelu_of_huge_numbers(dtype):
    x = fg.tensor(np.array([-1e30, -100.0, 100.0, 1e30], dtype=dtype), requires_grad=True)
    y = fg.nn.functional.gelu(x)
    y.sum().backward()
    assert y.tolist() == [0.0, 0.0, 100.0, x[3].item()]
    assert x.grad.tolist() == [0.0, 0.0, 1.0, 1.0]
