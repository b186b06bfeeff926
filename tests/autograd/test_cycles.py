"""What hooks and custom functions refer to is let go with the graph that they hang on, cycles or not."""

from __future__ import annotations

import gc
import weakref

import pytest

import fastgrad as fg


def by_a_hook():
    x = fg.ones(3, requires_grad=True)
    h = x * 2.0
    held = []
    h.register_hook(lambda g: g * len(held))
    held.append((h + 1.0).exp())  # the hook holds what was computed from its tensor
    return held[0]


def by_a_hook_of_a_leaf():
    x = fg.ones(3, requires_grad=True)
    held = []
    x.register_hook(lambda g: g * len(held))
    held.append((x * 2.0).sum())
    return held[0]


def by_a_hook_after_the_gradient():
    x = fg.ones(3, requires_grad=True)
    held = []
    x.register_post_accumulate_grad_hook(lambda t: held)
    held.append((x * 2.0).sum())
    held[0].backward(retain_graph=True)
    return held[0]


def by_a_custom_function():
    held = []

    class Scaled(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2.0

        @staticmethod
        def backward(ctx, grad):
            return grad * len(held)

    held.append(Scaled.apply(fg.ones(3, requires_grad=True)) * 3.0)
    return held[0]


def by_the_signature_of_a_custom_function():
    held = []

    class Scaled(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor=2.0):
            held.append(x)
            return x * factor

        @staticmethod
        def backward(ctx, grad):
            return grad, None

    return Scaled.apply(fg.ones(3, requires_grad=True) * 1.0, factor=3.0) * 3.0


def by_a_hook_of_a_module():
    net = fg.nn.Sequential(fg.nn.Linear(3, 3), fg.nn.Tanh())
    held = []
    net[0].register_full_backward_hook(lambda module, into, out: held and None)
    held.append(net(fg.ones(2, 3)) * 2.0)
    return held[0]


def by_a_gradient_with_a_history():
    x = fg.ones(3, requires_grad=True)
    y = (x * x * x).sum()
    (g,) = fg.autograd.grad(y, x, create_graph=True)
    x.grad = g * 1.0
    return y


@pytest.mark.parametrize(
    "make",
    [
        by_a_hook,
        by_a_hook_of_a_leaf,
        by_a_hook_after_the_gradient,
        by_a_custom_function,
        by_the_signature_of_a_custom_function,
        by_a_hook_of_a_module,
        by_a_gradient_with_a_history,
    ],
)
def test_a_cycle_is_let_go(make):
    make()  # from the first one on all tensors are seen by the garbage collector
    died = []
    for _ in range(3):
        made = make()
        weakref.finalize(made, died.append, True)
        del made
    gc.collect()
    assert len(died) == 3
