"""Computing again instead of keeping."""

import gc
import weakref

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential


def make_net():
    fg.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 2))


def gradients(net, compute):
    x = fg.linspace(-1.0, 1.0, 12).reshape(3, 4).requires_grad_()
    net.zero_grad()
    fg.manual_seed(1)
    out = compute(net, x)
    after = fg.rand(1).item()
    out.sum().backward()
    return [out.tolist(), x.grad.tolist(), *(p.grad.tolist() for p in net.parameters()), after]


WAYS = {
    "not_reentrant": lambda net, x: checkpoint(net, x),
    "reentrant": lambda net, x: checkpoint(net, x, use_reentrant=True),
    "late": lambda net, x: checkpoint(net, x, use_reentrant=False, early_stop=False),
    "by_name": lambda net, x: checkpoint(lambda *, x: net(x), x=x, use_reentrant=False),
    "inside": lambda net, x: checkpoint(lambda x: checkpoint(net[3:], checkpoint(net[:3], x)), x),
    "sequential": lambda net, x: checkpoint_sequential(net, 3, x, use_reentrant=False),
    "sequential_reentrant": lambda net, x: checkpoint_sequential(list(net), 2, x, use_reentrant=True),
}


@pytest.mark.parametrize("name", WAYS)
def test_values_gradients_and_random_numbers_are_the_same(name):
    net = make_net()
    assert gradients(net, WAYS[name]) == gradients(net, lambda net, x: net(x))


def test_what_is_between_is_not_kept():
    kept = []

    def function(x):
        h = fg.exp(x)
        kept.append(weakref.ref(h))
        return (h * h).sum()

    x = fg.ones(3, requires_grad=True)
    y = checkpoint(function, x)
    gc.collect()
    assert kept[0]() is None
    y.backward()
    assert len(kept) == 2
    np.testing.assert_allclose(x.grad.tolist(), [2 * np.e**2] * 3, rtol=1e-6)


def test_gradients_by_grad_and_of_higher_orders():
    w = fg.tensor([2.0, 3.0], requires_grad=True)
    x = fg.tensor([1.0, 2.0], requires_grad=True)

    def function(x):
        return fg.exp(w * x).sum()

    expected = fg.autograd.grad(function(x), [x, w], create_graph=True)
    found = fg.autograd.grad(checkpoint(function, x), [x, w], create_graph=True)
    for f, e in zip(found, expected, strict=True):
        assert f.tolist() == e.tolist()
    again = fg.autograd.grad(sum((g * g).sum() for g in found), [x, w])
    for f, e in zip(again, fg.autograd.grad(sum((g * g).sum() for g in expected), [x, w]), strict=True):
        np.testing.assert_allclose(f.tolist(), e.tolist(), rtol=1e-6)


def test_the_graph_may_be_walked_twice():
    x = fg.ones(2, requires_grad=True)
    calls = []
    y = checkpoint(lambda x: calls.append(1) or fg.exp(x).sum(), x)
    y.backward(retain_graph=True)
    y.backward()
    np.testing.assert_allclose(x.grad.tolist(), [2 * np.e] * 2, rtol=1e-6)
    assert len(calls) in (2, 3)


def test_tuples_and_other_things_pass():
    x = fg.ones(2, requires_grad=True)

    def function(x, scale, nested):
        return x * scale * nested["y"], "text", None

    for reentrant in (True, False):
        x.grad = None
        out, text, none = checkpoint(function, x, 3.0, {"y": fg.ones(2)}, use_reentrant=reentrant)
        assert (text, none) == ("text", None)
        out.sum().backward()
        assert x.grad.tolist() == [3.0, 3.0]


def test_contexts_are_entered_for_each_call():
    entered = []

    class Context:
        def __init__(self, word):
            self.word = word

        def __enter__(self):
            entered.append(self.word)

        def __exit__(self, *error):
            pass

    x = fg.ones(2, requires_grad=True)
    y = checkpoint(lambda x: fg.exp(x).sum(), x, use_reentrant=False, context_fn=lambda: (Context(1), Context(2)))
    y.backward()
    assert entered == [1, 2]


@pytest.mark.parametrize("sizes", [(2, 3), (3, 2)])
def test_a_function_that_does_something_else_is_found_out(sizes):
    calls = iter(sizes)

    def function(x):
        for _ in range(next(calls)):
            x = x * x
        return x.sum()

    y = checkpoint(function, fg.ones(2, requires_grad=True), early_stop=False)
    with pytest.raises(CheckpointError, match="must do the same each time"):
        y.backward()


def test_another_shape_is_found_out():
    sizes = iter((2, 3))
    x = fg.ones(4, requires_grad=True)
    y = checkpoint(lambda x: fg.exp(x[: next(sizes)]).sum(), x)
    with pytest.raises(CheckpointError, match=r"was float32 of shape \(2,\), and is float32 of shape \(3,\)"):
        y.backward()


def test_bad_input():
    x = fg.ones(2, requires_grad=True)
    for call, error, message in (
        (lambda: checkpoint(3, x), TypeError, "function must be callable, got 3"),
        (
            lambda: checkpoint(fg.exp, x=x, use_reentrant=True),
            ValueError,
            "keyword arguments are for",
        ),
        (lambda: checkpoint(fg.exp, x, determinism_check="some"), ValueError, "determinism_check must be"),
        (lambda: checkpoint_sequential([fg.exp], 2, x), ValueError, "segments must be from 1 to 1, got 2"),
        (lambda: checkpoint_sequential([fg.exp], 1, x, other=1), ValueError, "unexpected keyword arguments"),
    ):
        with pytest.raises(error, match=message):
            call()
