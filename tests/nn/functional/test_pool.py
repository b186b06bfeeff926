"""Pooling: the gradients of large images, windows that reach over the edges, places, and what is refused."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
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


def test_places_are_those_of_the_values_and_the_first_of_equals():
    x = fg.randint(0, 3, (2, 3, 4, 5, 6)).float()
    for axes in (1, 2, 3):
        batch = x.reshape((2, 12, 30)) if axes == 1 else x.reshape((2, 3, 20, 6)) if axes == 2 else x
        flat = batch.reshape((*batch.shape[:2], -1))
        for pool, arguments in (("max_pool", (3, 2, 1)), ("adaptive_max_pool", (4,))):
            values, indices = getattr(F, f"{pool}{axes}d")(batch, *arguments, return_indices=True)
            assert str(indices.dtype) == "int64"
            found = fg.take_along_axis(flat, indices.reshape((*batch.shape[:2], -1)), axis=2)
            assert (found.reshape(values.shape) == values).all()
    values, indices = F.max_pool2d(fg.zeros(1, 1, 5, 5), 2, return_indices=True)
    assert indices.tolist() == [[[[0, 2], [10, 12]]]]


def test_a_sequence_that_ends_in_pooling_gives_its_places():
    net = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2, return_indices=True)).eval()
    values, indices = net(fg.randn(2, 3, 4, 4))
    assert values.shape == indices.shape == (2, 3, 2, 2)


def test_of_several_values_for_one_place_the_last_stays():
    """Windows that overlap may have found one element twice."""
    x = fg.tensor([[[1.0, 5.0, 2.0, 0.0]]], requires_grad=True)
    values, indices = F.max_pool1d(x, 3, 1, return_indices=True)
    assert indices.tolist() == [[[1, 1]]]
    back = F.max_unpool1d(values * fg.tensor([1.0, 3.0]), indices, 3, 1)
    assert back.tolist() == [[[0.0, 15.0, 0.0, 0.0]]]
    back.sum().backward()
    assert x.grad.tolist() == [[[0.0, 4.0, 0.0, 0.0]]]  # each value has the gradient of its place, as in PyTorch


def test_what_is_put_back_must_have_been_pooled():
    values, indices = F.max_pool2d(fg.randn(1, 2, 6, 6), 2, return_indices=True)
    for wrong, error, match in (
        (indices.astype(fg.int32), TypeError, "max_unpool2d: indices must be int64"),
        (indices[:, :1], ValueError, r"max_unpool2d: indices must have the input's shape \(1, 2, 3, 3\)"),
        (indices + 36, IndexError, r"max_unpool2d: indices must be places of an output of \(6, 6\), from 0 to 35"),
        (indices - 36, IndexError, "max_unpool2d: indices must be places"),
    ):
        with pytest.raises(error, match=match):
            F.max_unpool2d(values, wrong, 2)
    for size in ((9, 6), (4, 6)):
        with pytest.raises(ValueError, match="max_unpool2d: output_size must be between 4 and 8, both excluded"):
            F.max_unpool2d(values, indices, 2, output_size=size)
    with pytest.raises(ValueError, match="max_unpool2d: output_size must be 2 lengths or 4"):
        F.max_unpool2d(values, indices, 2, output_size=(6, 6, 6))
    assert nn.MaxUnpool2d(2)(values, indices, output_size=(1, 2, 7, 5 + 2)).shape == (1, 2, 7, 7)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_pooling_of_any_axes_names_what_it_refuses(axes):
    x = fg.zeros(1, 2, *(4,) * axes)
    for kind in ("max", "avg"):
        pool, name = getattr(F, f"{kind}_pool{axes}d"), f"{kind}_pool{axes}d"
        layer = getattr(nn, f"{kind.title()}Pool{axes}d")
        for arguments in ((0,), (2, 0), (2, 1, 2), (2, 1, -1), (5,)):
            with pytest.raises(ValueError, match=f"^{name}: "):
                pool(x, *arguments)
            if arguments != (5,):
                with pytest.raises(ValueError, match=f"^{layer.__name__}: "):
                    layer(*arguments)
        with pytest.raises(TypeError, match=f"^{name}: kernel_size"):
            pool(x, (2,) * (axes + 1))
        with pytest.raises(TypeError, match=f"^{name}: input must be float32"):
            pool(x.astype(fg.int32), 2)
        with pytest.raises(ValueError, match=f"^{name}: input must be {axes + 2}-D"):
            pool(x[None, None], 2)
        with pytest.raises(ValueError, match=f"^{name}: lengths|^{name}: height and width"):
            pool(fg.zeros(1, 2, *(0,) * axes), 2)
        adaptive, name = getattr(F, f"adaptive_{kind}_pool{axes}d"), f"adaptive_{kind}_pool{axes}d"
        with pytest.raises(ValueError, match=f"^{name}: output_size must be positive"):
            adaptive(x, 0)
        for wrong in ((1,) * (axes + 1), 1.5, "3"):
            with pytest.raises(TypeError, match=f"^{name}: output_size must be"):
                adaptive(x, wrong)
        assert adaptive(x, 2).shape == (1, 2, *(2,) * axes)
    with pytest.raises(ValueError, match=f"^lp_pool{axes}d: norm_type must be a number other than zero"):
        getattr(F, f"lp_pool{axes}d")(x, 0, 2)


def test_fractional_pooling_draws_what_it_is_not_given():
    x = fg.randn(2, 3, 9, 8)
    one, two = (F.fractional_max_pool2d(x, 2, 5, generator=fg.Generator(7)) for _ in range(2))
    assert (one == two).all()
    samples = fg.rand(2, 3, 2, generator=fg.Generator(7))
    assert (F.fractional_max_pool2d(x, 2, 5, _random_samples=samples) == one).all()
    layer = nn.FractionalMaxPool2d(2, output_ratio=(0.5, 0.6), _random_samples=samples)
    assert layer(x).shape == (2, 3, 4, 4)
    assert list(layer.state_dict()) == ["_random_samples"]


def test_fractional_pooling_names_what_it_refuses():
    x = fg.zeros(2, 3, 6, 6)
    for arguments, match in (
        ((2,), "output_size or output_ratio must be given"),
        ((2, 6), r"output_size \+ kernel_size - 1 must be at most the input's length"),
        ((2, None, 1.0), "output_ratio must be between 0 and 1"),
        ((2, None, 0.1), "leaves nothing"),
        ((2, 3, None, False, fg.zeros(2, 3, 3)), r"_random_samples must have shape \(2, 3, 2\)"),
    ):
        with pytest.raises(ValueError, match=f"^fractional_max_pool2d: .*{match}"):
            F.fractional_max_pool2d(x, *arguments)
    with pytest.raises(TypeError, match=r"^fractional_max_pool2d: _random_samples must have the input's dtype"):
        F.fractional_max_pool2d(x, 2, 3, _random_samples=fg.zeros(2, 3, 2, dtype=fg.float64))
    for arguments in ((2,), (2, 3, 0.5), (2, None, 1.5)):
        with pytest.raises(ValueError, match=r"^FractionalMaxPool2d: "):
            nn.FractionalMaxPool2d(*arguments)
