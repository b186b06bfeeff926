"""A gradient rule may write its result over the gradient it was given, but only where nobody else can see that."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


def batch_norm(x):
    return F.batch_norm(x, None, None, training=True)


FUNCTIONS = {f.__name__: f for f in (fg.relu, fg.sigmoid, fg.tanh, F.silu, F.gelu, F.softplus, batch_norm)}


@pytest.fixture(params=FUNCTIONS)
def function(request):
    return FUNCTIONS[request.param]


def sample(seed=0):
    return fg.tensor(np.random.default_rng(seed).normal(size=(4, 3, 5)).astype(np.float32), requires_grad=True)


def gradient(function, g):
    """By the rule alone: what `function` does to a gradient that everybody sees."""
    x = sample()
    (result,) = fg.autograd.grad(function(x), x, g)
    return result.numpy()


def test_callers_gradient_stays(function):
    g = fg.tensor(np.full((4, 3, 5), 2.0, np.float32))
    x = sample()
    function(x).backward(g)
    assert (g.numpy() == 2).all()


def test_borrowed_memory_stays(function):
    memory = np.full((4, 3, 5), 2.0, np.float32)

    class Lend(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return fg.from_numpy(memory)

    x = sample()
    Lend.apply(function(x)).sum().backward()
    assert (memory == 2).all()
    np.testing.assert_array_equal(x.grad.numpy(), gradient(function, fg.tensor(memory)))


def test_two_consumers(function):
    """An addition hands both inputs the same gradient, which the second rule may overwrite, but not the first."""
    x, y = sample(1), sample(2)
    g = fg.tensor(np.random.default_rng(3).normal(size=(4, 3, 5)).astype(np.float32))
    ((function(x) + function(y)) * 1.0).backward(g)
    for z in (x, y):
        (alone,) = fg.autograd.grad(function(z), z, g)
        np.testing.assert_array_equal(z.grad.numpy(), alone.numpy())


def test_hooks_and_retained_gradients_stay(function):
    x, kept = sample(), []
    y = function(x)
    y.retain_grad()
    y.register_hook(kept.append)
    (y * 3.0).sum().backward()
    assert (kept[0].numpy() == 3).all()
    assert (y.grad.numpy() == 3).all()


def test_captured_gradient_stays(function):
    x = sample()
    y = function(x)
    y_grad, x_grad = fg.autograd.grad((y * 3.0).sum(), (y, x))
    assert (y_grad.numpy() == 3).all()
    np.testing.assert_array_equal(x_grad.numpy(), gradient(function, y_grad))


def test_a_chain_needs_one_gradient():
    x = fg.randn(1 << 20).requires_grad_()
    y = x
    for _ in range(8):
        y = fg.relu(y)
    g = y * 1.0
    del y
    before = fg.memory.stats()["in_use"]
    fg.memory.reset_peak()
    g.sum().backward()
    assert fg.memory.stats()["peak"] - before < 1.5 * x.nbytes


def test_memory_of_a_hidden_gradient_serves_again(function):
    x = fg.randn(64, 32, 32).requires_grad_()
    total = (function(x) * 2.0).sum()
    fg.memory.reset_peak()
    before = fg.memory.stats()["in_use"]
    total.backward()
    assert fg.memory.stats()["peak"] - before < 1.5 * x.nbytes


def test_so_does_that_of_one_that_passes_a_fused_relu():
    images, rows = fg.randn(4, 8, 32, 32), fg.randn(512, 64)
    for make, x in ((nn.BatchNorm2d(8), images), (nn.Linear(64, 64), rows), (nn.Conv2d(8, 8, 1), images)):
        net = nn.Sequential(make, nn.ReLU())
        total = (net(x) * 2.0).sum()
        fg.memory.reset_peak()
        before = fg.memory.stats()["in_use"]
        total.backward()
        assert fg.memory.stats()["peak"] - before < 1.5 * x.nbytes
