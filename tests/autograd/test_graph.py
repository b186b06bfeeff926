"""Graphs as they are: of any depth, freed at once, the same sums every time, from any thread."""

import gc
import threading
import weakref

import numpy as np
import pytest

import fastgrad as fg

DEPTH = 200_000


def test_a_chain_of_200_000_operations_runs_backward_without_recursion():
    x = fg.ones(2, dtype=fg.float64, requires_grad=True)
    y = x
    for _ in range(DEPTH):
        y = y + 1.0
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "step",
    [
        lambda y: y * 1.0,
        lambda y: y.reshape(1, 2).reshape(2),
        lambda y: fg.concat([y[:1], y[1:]]),
        lambda y: fg.exp(y) * 0.0,
    ],
    ids=["multiply", "views", "lists of inputs", "saved outputs"],
)
def test_a_deep_graph_is_freed_without_recursion(step):
    y = fg.ones(2, requires_grad=True)
    for _ in range(DEPTH // 4):
        y = step(y)
    del y


def test_a_deep_chain_of_writes_runs_backward_and_is_freed():
    x = fg.ones(2, dtype=fg.float64, requires_grad=True)
    y = x * 1.0
    for _ in range(DEPTH // 4):
        y += 1.0
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_deep_gradient_of_gradients():
    x = fg.tensor(1.0, dtype=fg.float64, requires_grad=True)
    y = x
    for _ in range(5_000):
        y = y * 1.0001
    (g,) = fg.autograd.grad(y * y, x, create_graph=True)
    g.backward()
    assert x.grad.item() == pytest.approx(2 * 1.0001**10_000, rel=1e-9)


def test_a_wide_graph():
    x = fg.ones(1, dtype=fg.float64, requires_grad=True)
    fg.concat([x * float(i) for i in range(2_000)]).sum().backward()
    assert x.grad.item() == sum(range(2_000))


def test_a_value_used_on_many_paths_is_visited_once():
    x = fg.tensor(1.0, dtype=fg.float64, requires_grad=True)
    y = x
    for _ in range(60):  # 2 ** 60 paths
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_a_graph_is_freed_with_its_output_without_the_garbage_collector():
    x = fg.ones(3, requires_grad=True)
    gc.disable()
    try:
        h = x.exp()
        y = fg.sigmoid(h * h).sum()
        alive = weakref.ref(h)
        nodes = weakref.ref(y.grad_fn)
        del h
        assert alive() is not None  # saved by the product
        y.backward()
        assert alive() is None  # let go by the backward pass
        del y
        assert nodes() is None
    finally:
        gc.enable()


def test_a_gradient_with_a_graph_does_not_keep_itself_alive():
    x = fg.tensor(2.0, requires_grad=True)
    (g,) = fg.autograd.grad(x.exp(), x, create_graph=True)
    alive = weakref.ref(g)
    gc.disable()
    try:
        del g
        assert alive() is None
    finally:
        gc.enable()


def test_gradients_sum_in_the_same_order_every_time():
    rng = np.random.default_rng(0)
    parts = [fg.tensor(rng.standard_normal(50).astype(np.float32) * 10.0**k) for k in range(-4, 5)]

    def run():
        x = fg.tensor(np.linspace(-1, 1, 50, dtype=np.float32), requires_grad=True)
        sum((fg.sin(x * p) * p).sum() for p in parts).backward()
        return x.grad.numpy().tobytes()

    assert len({run() for _ in range(5)}) == 1


def test_threads_can_run_backward_on_graphs_that_share_a_leaf():
    x = fg.ones(100, dtype=fg.float64, requires_grad=True)
    results, errors = [], []

    def work(k):
        try:
            for _ in range(20):
                results.append((k, fg.autograd.grad((x * float(k)).sum(), x)[0].tolist()))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors
    assert all(set(g) == {float(k)} for k, g in results)
    assert len(results) == 80


def test_a_backward_pass_within_a_hook_of_another():
    x = fg.tensor(2.0, dtype=fg.float64, requires_grad=True)
    y = x * x
    inner = []

    def hook(g):
        with fg.enable_grad():
            inner.append(fg.autograd.grad(x * x * x, x)[0].item())

    y.register_hook(hook)
    y.backward()
    assert inner == [12.0]
    assert x.grad.item() == 4.0


def test_a_backward_pass_within_a_rule_of_another_over_the_same_nodes():
    x = fg.tensor(2.0, dtype=fg.float64, requires_grad=True)
    h = x * x

    class Nested(fg.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1.0

        @staticmethod
        def backward(ctx, g):
            return g * fg.autograd.grad(h, x, retain_graph=True)[0]

    (Nested.apply(h) + h).backward()
    assert x.grad.item() == 4.0 * 4.0 + 4.0


def test_the_graph_can_be_read():
    x = fg.tensor(2.0, requires_grad=True)
    y = x.exp() * 3.0
    assert y.grad_fn.name == "multiply"
    ((below, output),) = y.grad_fn.next_functions
    assert (below.name, output) == ("exp", 0)
    assert below.next_functions == ((x, 0),)
