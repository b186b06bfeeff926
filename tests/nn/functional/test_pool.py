"""Pooling: the gradients of large images, and windows that reach over the edges."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.nn import functional as F


def _channels_last(rng, n, c, h, w):
    return fg.tensor(rng.standard_normal((n, h, w, c), dtype=np.float32)).permute(0, 3, 1, 2)


@pytest.mark.parametrize("pool", [F.max_pool2d, F.avg_pool2d])
def test_gradients_of_large_pooled_images_are_those_of_each_image(pool):
    """Together the images are so large that their gradient goes past the caches."""
    rng = np.random.default_rng(0)
    x, g = _channels_last(rng, 5, 48, 224, 223), _channels_last(rng, 5, 48, 112, 112)

    def gradient(images, given):
        leaf = images.detach().requires_grad_(True)
        pool(leaf, 3, 2, 1).backward(given)
        return leaf.grad.numpy()

    together = gradient(x, g)
    for i in range(5):
        np.testing.assert_array_equal(together[i : i + 1], gradient(x[i : i + 1], g[i : i + 1]))


@pytest.mark.parametrize("length", [1, 2, 3])
def test_ceil_mode_pools_an_image_smaller_than_the_window(length):
    """The formula of the docstring gives one window where the stride reaches over what is missing."""
    x = fg.arange(1.0, length * 2 + 1).reshape(1, 1, length, 2).requires_grad_(True)
    largest = F.max_pool2d(x, (4, 1), ceil_mode=True)
    assert largest.tolist() == [[[[2.0 * length - 1, 2.0 * length]]]]
    largest.sum().backward()
    assert x.grad.tolist() == [[[[0.0, 0.0]] * (length - 1) + [[1.0, 1.0]]]]
    mean = F.avg_pool2d(x, (4, 1), ceil_mode=True)
    np.testing.assert_allclose(mean.detach().numpy(), x.detach().numpy().mean(axis=2, keepdims=True))
    for pool in (F.max_pool2d, F.avg_pool2d):
        with pytest.raises(ValueError, match="larger than the padded input"):
            pool(x, (4, 1))
        with pytest.raises(ValueError, match="larger than the padded input"):
            pool(x.detach()[:, :, :1], (4, 1), 1, ceil_mode=True)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("dtype", [fg.float32, fg.float64])
def test_a_pooling_window_that_steps_over_the_whole_input_is_minus_infinity_and_passes_no_gradient(
    channels_last, dtype
):
    """A dilation can put both elements of a window into the padding, one on either side."""
    for channels in (1, 3, 19, 70):
        for size, dilation in (((4, 5), 5), ((9, 4), 5), ((1, 40), (2, 1)), ((40, 1), (1, 2)), ((2, 2), (3, 3))):
            shape = (2, *size, channels) if channels_last else (2, channels, *size)
            x = fg.ones(shape, dtype=dtype)
            x = (x.permute(0, 3, 1, 2) if channels_last else x).requires_grad_()
            y = F.max_pool2d(x, 2, 1, 1, dilation)
            assert y.size
            assert (y == -math.inf).all()
            u = fg.ones_like(y, requires_grad=True)
            (plain,) = fg.autograd.grad(y, [x], u.detach(), retain_graph=True)
            (recorded,) = fg.autograd.grad(y, [x], u, create_graph=True)
            assert not plain.any()
            assert not recorded.any()
            (back,) = fg.autograd.grad(recorded.sum(), [u])
            assert not back.any()
