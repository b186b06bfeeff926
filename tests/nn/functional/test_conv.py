"""Convolution: the gradients of every path, and what it refuses."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.nn import functional as F


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(3, 1, 1, 1), (5, 2, 2, 1), (3, 1, 2, 2), ((1, 7), 1, (0, 3), 1), ((7, 1), 1, (3, 0), 1), (3, 1, 0, 1)],
)
@pytest.mark.parametrize("channels", [16, 48, 50])
def test_depthwise_convolution_is_the_same_in_both_memory_orders(channels, kernel, stride, padding, dilation):
    """Channels last is read in place; the other order is copied with its padding."""
    kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    x = fg.tensor(np.random.default_rng(0).standard_normal((2, 6, 33, channels), dtype=np.float32))
    w = fg.tensor(np.random.default_rng(1).standard_normal((channels, 1, *kernel), dtype=np.float32))
    last = x.permute(0, 3, 1, 2)
    results = []
    for image in (last, last.contiguous()):
        image = image.detach().requires_grad_(True)
        y = F.conv2d(image, w, None, stride, padding, dilation, channels)
        (y * y).sum().backward()
        results.append((y.detach().numpy(), image.grad.numpy()))
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def _gradients_apart(function, *inputs):
    """The gradients of inputs, each computed with the others held fixed."""
    found = []
    for i in range(len(inputs)):
        leaves = [t.detach().requires_grad_(k == i) for k, t in enumerate(inputs)]
        function(*leaves)
        found.append(leaves[i].grad.numpy())
    return found


def _images(rng, n, c, h, w, memory, dtype):
    x = fg.tensor(rng.standard_normal((n, h, w, c)).astype(dtype)).permute(0, 3, 1, 2)
    return x if memory == "last" else x.contiguous()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("memory", [("last", "last"), ("first", "last"), ("last", "first")])
@pytest.mark.parametrize(
    ("channels", "filters", "groups"), [(16, 16, 16), (37, 37, 37), (72, 72, 72), (6, 10, 2), (3, 40, 1)]
)
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [
        ((9, 13), (3, 3), 1, 1, 1),
        ((8, 33), (3, 3), 2, 1, 1),
        ((7, 11), (5, 2), (1, 2), (0, 3), (1, 3)),
        ((10, 9), (4, 7), (3, 2), (4, 1), (2, 1)),
        ((5, 6), (1, 1), (3, 2), 0, 1),
        ((1, 1), (3, 3), 1, 2, 1),
        ((2, 40), (1, 9), 4, (0, 2), 1),
    ],
)
def test_gradients_of_a_convolution_computed_together_are_those_computed_apart(
    channels, filters, groups, size, kernel, stride, padding, dilation, memory, dtype
):
    """Depthwise, one pass gives all three where both images are channels last; else the bias comes with the weight."""
    rng = np.random.default_rng(0)
    x = _images(rng, 3, channels, *size, memory[0], dtype)
    w = fg.tensor(rng.standard_normal((filters, channels // groups, *kernel)).astype(dtype))
    b = fg.tensor(rng.standard_normal(filters).astype(dtype))

    def convolve(x, w, b):
        return F.conv2d(x, w, b, stride, padding, dilation, groups)

    g = _images(rng, *convolve(x, w, b).shape, memory[1], dtype)
    together = [t.detach().requires_grad_(True) for t in (x, w, b)]
    convolve(*together).backward(g)
    apart = _gradients_apart(lambda *leaves: convolve(*leaves).backward(g), x, w, b)
    # what was added up, in either order
    magnitude = [t.detach().abs().requires_grad_(True) for t in (x, w, b)]
    convolve(*magnitude).backward(g.abs())
    terms = max(kernel[0] * kernel[1] * filters // groups, g.size // filters)
    for got, alone, most in zip(together, apart, magnitude, strict=True):
        bound = 2 * (terms + 1) * np.finfo(dtype).eps * most.grad.numpy()
        assert (abs(got.grad.numpy() - alone) <= bound).all()


def test_gradients_of_a_large_depthwise_convolution():
    """Images so large that results go past the caches: the same bits for any number of threads."""
    rng = np.random.default_rng(0)
    x, g = (_images(rng, 3, 48, 192, 190, "last", np.float32) for _ in range(2))
    w = fg.tensor(rng.standard_normal((48, 1, 3, 3), dtype=np.float32))
    threads, results = fg.num_threads(), []
    try:
        for count in (1, 3):
            fg.set_num_threads(count)
            leaves = [t.detach().requires_grad_(True) for t in (x, w, fg.zeros(48))]
            y = F.conv2d(*leaves, padding=1, groups=48)
            y.backward(g)
            results.append([y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)])
    finally:
        fg.set_num_threads(threads)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    y, grad_x, grad_w, grad_b = (a.astype(np.float64) for a in results[0])
    np.testing.assert_allclose(grad_b, g.numpy().sum((0, 2, 3), dtype=np.float64), atol=0.05)
    # <y, g> = <x, grad_x> = <w, grad_w>: the three are one sum of products
    product = (y * g.numpy()).sum()
    scale = np.linalg.norm(y) * np.linalg.norm(g.numpy())
    assert abs((x.numpy() * grad_x).sum() - product) <= 1e-6 * scale
    assert abs((w.numpy() * grad_w).sum() - product) <= 1e-6 * scale


def _convolved(x, w):
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    return np.einsum("nchwrs,kcrs->nkhw", windows, w, optimize=True)


@pytest.mark.parametrize(
    ("images", "channels", "filters", "side"), [(1, 256, 130, 4), (27, 512, 70, 4), (3, 300, 128, 7)]
)
def test_convolution_with_more_weights_than_pixels(images, channels, filters, side):
    """Weights of over 1 MB are packed panel by panel where one block holds all pixels, and before them where not."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((images, channels, side, side), dtype=np.float32)
    w = rng.standard_normal((filters, channels, 3, 3), dtype=np.float32)
    g = rng.standard_normal((images, filters, side, side), dtype=np.float32)
    turned = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    threads = fg.num_threads()
    results = []
    try:
        for count in (1, 3):
            fg.set_num_threads(count)
            image = fg.tensor(x).requires_grad_(True)
            y = F.conv2d(image, fg.tensor(w), padding=1)
            y.backward(fg.tensor(g))
            results.append((y.detach().numpy(), image.grad.numpy()))
    finally:
        fg.set_num_threads(threads)
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    for got, a, b in zip(results[0], (x, g), (w, turned), strict=True):
        a, b = a.astype(np.float64), b.astype(np.float64)
        # a chain of 9 multiply-adds for each channel, of two roundings each at most
        bound = 2 * 9 * a.shape[1] * 2.0**-24 * _convolved(abs(a), abs(b))
        assert (abs(got - _convolved(a, b)) <= bound).all()


def test_an_image_without_a_batch_that_has_the_wrong_channels_is_told_by_its_own_shape():
    weight = fg.zeros(4, 1, 3, 3)
    with pytest.raises(
        ValueError, match=r"three axes are one image.*\(1347, 8, 8\) has 1347 channels.*\(-1, 1, 8, 8\)"
    ):
        F.conv2d(fg.zeros(1347, 8, 8), weight)
    assert F.conv2d(fg.zeros(1347, 8, 8).reshape(-1, 1, 8, 8), weight).shape == (1347, 4, 6, 6)
    assert F.conv2d(fg.zeros(1, 8, 8), weight).shape == (4, 6, 6)


@pytest.mark.parametrize("wanted", ["x", "w", "b", "xw", "xb", "wb", "xwb"])
def test_a_convolution_guards_only_what_a_wanted_gradient_is_made_of(wanted):
    """Writing to the input is an error at backward only if the weight's gradient is wanted, and the other way."""
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=(2, 3, 6, 5)), "w": rng.normal(size=(4, 3, 3, 3)), "b": rng.normal(size=4)}
    seed = fg.tensor(rng.normal(size=(2, 4, 4, 3)))
    leaves = {k: fg.tensor(v, requires_grad=k in wanted) for k, v in arrays.items()}
    out = F.conv2d(leaves["x"], leaves["w"], leaves["b"])
    expected = fg.autograd.grad(out, [leaves[k] for k in wanted], seed, retain_graph=True)
    recorded = fg.autograd.grad(out, [leaves[k] for k in wanted], seed, create_graph=True)
    for one, other in zip(expected, recorded, strict=True):
        np.testing.assert_allclose(one.numpy(), other.detach().numpy(), rtol=1e-12)
    for written, needed_by in (("b", ""), ("x", "w"), ("w", "x")):
        leaves = {k: fg.tensor(v, requires_grad=k in wanted) for k, v in arrays.items()}
        out = F.conv2d(leaves["x"], leaves["w"], leaves["b"])
        with fg.no_grad():
            leaves[written].zero_()
        if needed_by and needed_by in wanted:
            with pytest.raises(RuntimeError, match="modified in place"):
                fg.autograd.grad(out, [leaves[k] for k in wanted], seed)
        else:
            for got, want in zip(fg.autograd.grad(out, [leaves[k] for k in wanted], seed), expected, strict=True):
                np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-12)
