"""Activations and softmax of nn.functional, and the modules of the same name, against NumPy."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

X = np.concatenate([np.linspace(-30, 30, 61), [-0.5, 0.25, 1e-3]])
erf = np.vectorize(math.erf)

ACTIVATIONS = {
    "relu": (F.relu, nn.ReLU(), np.maximum(X, 0)),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), nn.LeakyReLU(0.2), np.where(X > 0, X, 0.2 * X)),
    "sigmoid": (F.sigmoid, nn.Sigmoid(), 1 / (1 + np.exp(-X))),
    "tanh": (F.tanh, nn.Tanh(), np.tanh(X)),
    "gelu": (F.gelu, nn.GELU(), 0.5 * X * (1 + erf(X / math.sqrt(2)))),
    "gelu_tanh": (
        lambda x: F.gelu(x, approximate="tanh"),
        nn.GELU("tanh"),
        0.5 * X * (1 + np.tanh(math.sqrt(2 / math.pi) * (X + 0.044715 * X**3))),
    ),
    "silu": (F.silu, nn.SiLU(), X / (1 + np.exp(-X))),
    "softplus": (F.softplus, nn.Softplus(), np.where(X > 20, X, np.log1p(np.exp(np.minimum(X, 20))))),
    "softplus_beta": (
        lambda x: F.softplus(x, 2.0, 4.0),
        nn.Softplus(2.0, 4.0),
        np.where(2 * X > 4, X, np.log1p(np.exp(2 * np.minimum(X, 2))) / 2),
    ),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name):
    function, module, expected = ACTIVATIONS[name]
    for apply in (function, module):
        # Far in the left tail gelu is a difference of nearly equal numbers: absolute there.
        np.testing.assert_allclose(apply(fg.tensor(X)).numpy(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax_and_log_softmax(dim):
    x = np.random.default_rng(0).normal(size=(3, 4, 5)) * 5
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    expected = e / e.sum(axis=dim, keepdims=True)
    for soft in (lambda t: F.softmax(t, dim), nn.Softmax(dim)):
        np.testing.assert_allclose(soft(fg.tensor(x)).numpy(), expected, rtol=1e-12)
    for log_soft in (lambda t: F.log_softmax(t, dim=dim), nn.LogSoftmax(dim)):
        np.testing.assert_allclose(log_soft(fg.tensor(x)).numpy(), np.log(expected), rtol=1e-11)
    assert F.softmax(fg.tensor(x), dim, dtype=fg.float32).dtype == fg.float32
    assert F.log_softmax(fg.tensor(x), dim, dtype=fg.float32).dtype == fg.float32


def test_softmax_asks_for_its_axis():
    for function in (F.softmax, F.log_softmax):
        with pytest.raises(TypeError, match="dim is required"):
            function(fg.zeros(2, 3))
        with pytest.raises(IndexError):
            function(fg.zeros(2, 3), 2)


def test_gelu_refuses_an_unknown_approximation():
    for make in (lambda a: F.gelu(fg.zeros(1), a), nn.GELU):
        with pytest.raises(ValueError, match="approximate"):
            make("erf")


def test_linear_without_bias_and_with_a_vector():
    x, w = fg.tensor([[1.0, 2.0]]), fg.tensor([[3.0, 4.0], [5.0, 6.0]])
    assert F.linear(x, w).tolist() == [[11.0, 17.0]]
    assert F.linear(x[0], w, fg.tensor([1.0, 1.0])).tolist() == [12.0, 18.0]


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


def test_every_layer_has_its_function_and_all_names_are_exported():
    for name in nn.__all__:
        assert hasattr(nn, name)
    for name in [
        "linear",
        "conv2d",
        "max_pool2d",
        "avg_pool2d",
        "adaptive_avg_pool2d",
        "batch_norm",
        "layer_norm",
        "dropout",
        "relu",
        "leaky_relu",
        "sigmoid",
        "tanh",
        "gelu",
        "silu",
        "softplus",
        "softmax",
        "log_softmax",
        "mse_loss",
        "l1_loss",
        "cross_entropy",
        "nll_loss",
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
    ]:
        assert callable(getattr(F, name))
