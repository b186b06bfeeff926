"""Side by side with PyTorch, where it is installed: small windows, all of them. The rest is in tests/parity."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn

torch = pytest.importorskip("torch")


def test_pooling_counts_and_weighs_windows_alike():
    """Every combination of small images, windows, strides, padding, dilation and ceil_mode that either accepts."""
    F, theirs = nn.functional, torch.nn.functional
    rng = np.random.default_rng(0)
    accepted = 0
    for _ in range(300):
        shape = (1, int(rng.integers(1, 4)), *(int(v) for v in rng.integers(1, 8, 2)))
        kernel, stride, dilation = (tuple(int(v) for v in rng.integers(1, top, 2)) for top in (6, 6, 3))
        padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
        ceil, counted = bool(rng.integers(2)), bool(rng.integers(2))
        divisor = int(rng.integers(1, 5)) if rng.integers(2) else None
        x = rng.integers(-3, 4, size=shape).astype(np.float64)
        x[rng.random(shape) < 0.1] = rng.choice([np.nan, -np.inf, np.inf])
        for name, options in (
            ("max_pool2d", (padding, dilation, ceil)),
            ("avg_pool2d", (padding, ceil, counted, divisor)),
        ):
            a, b = fg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
            try:
                expected = getattr(theirs, name)(b, kernel, stride, *options)
            except RuntimeError:
                with pytest.raises(ValueError, match=name):
                    getattr(F, name)(a, kernel, stride, *options)
                continue
            got = getattr(F, name)(a, kernel, stride, *options)
            accepted += 1
            np.testing.assert_allclose(got.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
            # Of a window without an element PyTorch gives the gradient to an element beside it.
            upstream = np.where(np.isfinite(got.detach().numpy()), rng.normal(size=got.shape), 0.0)
            got.backward(fg.tensor(upstream))
            expected.backward(torch.tensor(upstream))
            np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-12, atol=1e-12)
    assert accepted > 300
