"""Graphs of any depth go backward and are freed without recursion, and by reference counts alone."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref

import pytest

import fastgrad as fg
from fastgrad import _core

DEPTH = 200_000


@pytest.fixture
def no_gc():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def chain(x: fg.Tensor, depth: int = DEPTH) -> fg.Tensor:
    for _ in range(depth):
        x = x + 1.0
    return x


def on_a_small_stack(function) -> None:
    """Runs function on a thread whose stack no recursion of such depth fits."""
    failures: list[BaseException] = []

    def call() -> None:
        try:
            function()
        except BaseException as error:
            failures.append(error)

    size = threading.stack_size(512 * 1024)
    try:
        t = threading.Thread(target=call)
        t.start()
    finally:
        threading.stack_size(size)
    t.join()
    if failures:
        raise failures[0]


def test_backward_through_a_deep_chain():
    def work() -> None:
        x = fg.ones(2, requires_grad=True)
        chain(x).sum().backward()
        assert x.grad.tolist() == [1, 1]

    on_a_small_stack(work)


def test_a_chain_of_a_million_nodes_is_freed(no_gc):
    def work() -> None:
        before = _core.memory_stats()["in_use"]
        y = chain(fg.ones(2, requires_grad=True), 1_000_000)
        del y
        assert _core.memory_stats()["in_use"] <= before

    on_a_small_stack(work)


def resident_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the resident size from /proc")
def test_a_million_steps_take_no_memory(no_gc):
    w = fg.ones(8, requires_grad=True)
    x, target = fg.linspace(-1, 1, 8), fg.linspace(0, 1, 8)
    optimizer = fg.optim.SGD([w], lr=1e-3, momentum=0.5)

    def steps(n: int) -> None:
        for _ in range(n):
            optimizer.zero_grad()
            error = (w * x).tanh() - target
            (error * error).sum().backward()
            optimizer.step()

    steps(10_000)
    resident, in_use, blocks = resident_bytes(), fg.memory.stats()["in_use"], sys.getallocatedblocks()
    steps(1_000_000)
    assert resident_bytes() - resident < 256 << 10
    assert fg.memory.stats()["in_use"] == in_use
    assert sys.getallocatedblocks() - blocks < 100


def test_a_deep_chain_of_saved_values_is_freed(no_gc):
    def work() -> None:
        before = _core.memory_stats()["in_use"]
        y = fg.ones(2, requires_grad=True)
        for _ in range(DEPTH // 4):
            y = y.exp().log() * y
        del y
        assert _core.memory_stats()["in_use"] <= before

    on_a_small_stack(work)


def test_a_deep_chain_of_views_and_joins_is_freed():
    def work() -> None:
        y = fg.ones(4, requires_grad=True)
        for _ in range(DEPTH // 20):
            a, b = fg.split(y, 2)
            y = fg.concat([a, b])
        y.sum().backward()
        del y, a, b

    on_a_small_stack(work)


def test_second_derivative_through_a_deep_chain():
    def work() -> None:
        x = fg.ones(1, dtype=fg.float64, requires_grad=True)
        y = x
        for _ in range(DEPTH // 10):
            y = y * 1.0
        (g,) = fg.autograd.grad((y * y).sum(), x, create_graph=True)
        (h,) = fg.autograd.grad(g.sum(), x)
        assert h.tolist() == [2]

    on_a_small_stack(work)


OPERATIONS = {
    "an output saved": lambda x: x.exp(),
    "an input saved": lambda x: x.sin(),
    "both inputs": lambda x: x * x,
    "softmax": lambda x: fg.softmax(x),
    "a reduction": lambda x: x.max(axis=0),
    "a view": lambda x: x.reshape(3, 3).mT[1:],
    "several outputs": lambda x: fg.split(x.reshape(-1), 3)[1],
    "an index": lambda x: x[fg.tensor([0, 2, 2])],
    "in place": lambda x: (x * 1).mul_(2).exp_(),
    "through a view": lambda x: (x * 1)[0].fill_(0),
    "a product": lambda x: x @ x,
    "a gradient with a graph": lambda x: fg.autograd.grad((x**3).sum(), x, create_graph=True)[0],
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_graph_is_a_reference_cycle(name, no_gc):
    x = fg.rand(3, 3, generator=fg.Generator(0)).requires_grad_(True)
    y = OPERATIONS[name](x)
    node = weakref.ref(y.grad_fn)
    assert node() is not None
    del y
    assert node() is None


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_graph_stays_after_backward(name, no_gc):
    x = fg.rand(3, 3, generator=fg.Generator(0)).requires_grad_(True)
    y = OPERATIONS[name](x).sum()
    node = weakref.ref(y.grad_fn)
    y.backward()
    del y
    assert node() is None


def test_custom_functions_make_no_cycle(no_gc):
    class Exp(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            (y,) = ctx.saved_tensors
            return g * y

    x = fg.ones(3, requires_grad=True)
    y = Exp.apply(x)
    node = weakref.ref(y.grad_fn)
    del y
    assert node() is None
