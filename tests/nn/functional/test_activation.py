"""Activations and softmax, and the layers of the same names, against NumPy."""

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


def test_rrelu_draws_slopes_while_training_and_takes_their_mean_else():
    fg.manual_seed(0)
    x = fg.full((200, 100), -2.0)
    x[0] = 3.0
    out = F.rrelu(x, 0.25, 0.75, training=True).numpy()
    assert (out[0] == 3.0).all()
    slopes = out[1:] / -2.0
    assert 0.25 <= slopes.min() < 0.26
    assert 0.74 < slopes.max() < 0.75
    assert abs(slopes.mean() - 0.5) < 0.01
    layer = nn.RReLU(0.25, 0.75)
    assert len(np.unique(layer(x).numpy())) > 1000
    assert set(np.unique(layer.eval()(x).numpy())) == {-1.0, 3.0}
    leaf = fg.full((5,), -2.0, requires_grad=True)
    out = F.rrelu(leaf, 0.25, 0.75, training=True)
    out.sum().backward()
    np.testing.assert_allclose(leaf.grad.numpy() * -2.0, out.detach().numpy(), rtol=1e-6)


def test_gumbel_softmax_draws_each_class_as_often_as_it_is_likely():
    fg.manual_seed(0)
    p = np.array([0.1, 0.2, 0.7])
    logits = fg.tensor(np.log(np.tile(p, (20000, 1))))
    logits.requires_grad_()
    hard = F.gumbel_softmax(logits, tau=0.5, hard=True)
    np.testing.assert_allclose(hard.detach().numpy().mean(axis=0), p, atol=0.015)
    np.testing.assert_allclose(hard.detach().numpy().max(axis=1), 1.0)
    (hard * fg.tensor([1.0, 2.0, 3.0], dtype=fg.float64)).sum().backward()
    assert logits.grad.numpy().any()  # that of the soft ones
    soft = F.gumbel_softmax(logits, tau=0.5, dim=0)
    np.testing.assert_allclose(soft.detach().numpy().sum(axis=0), 1.0)


def test_no_draw_is_infinite():
    zeros = fg.zeros(1_000_000, 2)
    assert np.isfinite(F.gumbel_softmax(zeros, tau=1e-3).numpy()).all()
