"""Dead tensors and nodes are used again: nothing of the former one is left in the next."""

import os
import subprocess
import sys
import weakref

import numpy as np
import pytest

import fastgrad as fg


def recorded_and_dropped():
    """A tensor whose node holds all that a node can hold, dead when this returns."""
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    y = x[:1] * x[1]
    y.register_hook(lambda g: g * 100.0)
    y.retain_grad()
    y.sum().backward()
    x.register_hook(lambda g: g * 100.0)


def test_hooks_and_gradients_of_a_dead_tensor_do_not_come_back():
    for _ in range(20):
        recorded_and_dropped()
        x = fg.tensor([3.0, 4.0], requires_grad=True)
        y = x * x
        assert x.grad is None
        assert y.grad is None
        y.sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), [6.0, 8.0])
        assert y.grad is None
        assert not fg.tensor([1.0]).requires_grad


def test_weak_references_die_with_their_tensor():
    x = fg.tensor([1.0])
    died = []
    watch = weakref.ref(x, lambda _: died.append(True))
    del x
    y = fg.tensor([2.0])
    assert watch() is None
    assert died == [True]
    assert weakref.ref(y)() is y


def test_a_reused_tensor_is_out_of_the_collectors_books_until_a_cycle_is_possible():
    """In a process of its own: one hook, or a gradient that is set, is one for good."""
    program = """
import gc
import fastgrad as fg

def tracked():
    x = fg.tensor([1.0], requires_grad=True)
    y = x * 2.0
    return [gc.is_tracked(t) for t in (x, y, y.grad_fn)]

assert not any(tracked() + tracked()), "before"
x = fg.tensor([1.0], requires_grad=True)
x.grad = fg.tensor([1.0])
assert gc.is_tracked(x)
del x
assert all(tracked() + tracked()), "after"
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=os.sep)


def test_an_error_on_its_way_survives_the_death_of_a_graph():
    def fail():
        x = fg.tensor([1.0], requires_grad=True)
        y = x
        for _ in range(1000):
            y = y * 2.0
        raise KeyError("kept")

    with pytest.raises(KeyError, match="kept"):
        fail()


def test_more_than_are_kept_may_die_at_once():
    x = fg.tensor([1.0], requires_grad=True)
    many = [x * 2.0 for _ in range(2000)]
    del many
    y = [x * 2.0 for _ in range(2000)]
    sum(y[1:], y[0]).backward()
    assert x.grad.item() == 4000.0
