"""Hooks of what operations save for their gradients."""

import threading

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.autograd import graph


def gradients(compute, *inputs):
    """The gradients of a function's sum, and those of a sum of them."""
    leaves = [x.detach().requires_grad_() for x in inputs]
    first = fg.autograd.grad(compute(*leaves).sum(), leaves, create_graph=True)
    second = fg.autograd.grad(sum((g * g).sum() for g in first), leaves, allow_unused=True)
    return [np.array(g.detach().numpy()) for g in (*first, *second) if g is not None]


def network(x, w, b):
    h = fg.tanh(x @ w + b)
    h = nn.functional.layer_norm(h * fg.exp(h), (h.shape[-1],))
    return fg.softmax(h, axis=-1) * x.sum(axis=-1, keepdims=True) / (h * h + 1.0)


X = fg.tensor(np.random.default_rng(0).normal(size=(4, 3)))
W = fg.tensor(np.random.default_rng(1).normal(size=(3, 5)))
B = fg.tensor(np.random.default_rng(2).normal(size=5))


def test_gradients_of_all_orders_are_the_same_by_way_of_copies():
    expected = gradients(network, X, W, B)
    packed = []

    def pack(t):
        assert not t.requires_grad
        packed.append(t.shape)
        return t.numpy().copy()

    with graph.saved_tensors_hooks(pack, fg.tensor):
        found = gradients(network, X, W, B)
    assert len(packed) > 10
    for f, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(f, e, rtol=1e-12)


def test_what_is_packed_is_not_kept():
    kept = []
    x = fg.ones(3, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: kept.append(t * 1) or len(kept) - 1, lambda i: kept[i]):
        y = (x * x * x).sum()
    assert len(kept) == 4
    kept[:] = [t * 2 for t in kept]
    y.backward()
    assert x.grad.tolist() == [2.0 * (2.0 + 2.0) + 2.0] * 3


def test_the_innermost_block_is_asked_and_hooks_are_not_asked_of_themselves():
    calls = []
    x = fg.ones(2, requires_grad=True)

    def pack(word):
        def packing(t):
            calls.append(word)
            (x * x).sum()
            return t

        return packing

    with graph.saved_tensors_hooks(pack("outer"), lambda t: t):
        x * 2.0 * x
        with graph.saved_tensors_hooks(pack("inner"), lambda t: t):
            fg.exp(x)
        fg.exp(x)
    fg.exp(x)
    assert calls.count("inner") == 1
    assert calls[-1] == "outer"


def test_custom_functions_save_by_hooks():
    class Cube(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x * x
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, g):
            x, y = ctx.saved_tensors
            return g * 3 * y / x

    shapes = []
    x = fg.tensor([2.0, 3.0], requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: shapes.append(t.shape) or t.numpy().copy(), fg.tensor):
        y = Cube.apply(x).sum()
    assert shapes == [(2,), (2,)]
    y.backward()
    np.testing.assert_allclose(x.grad.tolist(), [12.0, 27.0])


def test_other_threads_are_left_alone():
    calls = []

    def compute():
        x = fg.ones(2, requires_grad=True)
        (x * x).sum().backward()

    with graph.saved_tensors_hooks(lambda t: calls.append(1) or t, lambda t: t):
        thread = threading.Thread(target=compute)
        thread.start()
        thread.join()
    assert calls == []


def test_what_hooks_return_is_checked():
    x = fg.ones(2, requires_grad=True)
    for unpack, error, message in (
        (lambda t: 3, TypeError, "must return a Tensor, got int"),
        (lambda t: fg.ones(3), ValueError, r"a tensor like the one that was packed, got float32 of shape \(3,\)"),
        (lambda t: fg.ones(2, dtype=fg.float64), ValueError, "got float64"),
    ):
        with graph.saved_tensors_hooks(lambda t: t, unpack):
            y = (x * x).sum()
        with pytest.raises(error, match=message):
            y.backward()
    with pytest.raises(TypeError, match="pack_hook must be callable, got 3"):
        graph.saved_tensors_hooks(3, lambda t: t)


def test_hooks_may_be_forbidden():
    with graph.disable_saved_tensors_hooks("not here"), pytest.raises(RuntimeError, match="not here"):
        graph.saved_tensors_hooks(lambda t: t, lambda t: t).__enter__()
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t), pytest.raises(RuntimeError, match="nor now"):
        graph.disable_saved_tensors_hooks("nor now").__enter__()
    x = fg.ones(2, requires_grad=True)
    with graph.save_on_cpu(pin_memory=True):
        (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    assert isinstance((x * x).grad_fn, graph.Node)
