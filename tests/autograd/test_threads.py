"""Backward passes in several threads: over graphs that share leaves and nodes, with hooks and custom functions."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd

THREADS = 8
LARGE = 200_000  # elements: kernels of this size release the GIL


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


@pytest.fixture(autouse=True)
def eager_switching():
    """The interpreter offers the GIL to other threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(*functions):
    """Runs them at the same time, and returns their results."""
    barrier = threading.Barrier(len(functions))

    def run(function):
        barrier.wait(timeout=60)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, f) for f in functions]]


class Meeting(autograd.Function):
    """Its backward does what the test says, and passes the gradient on."""

    @staticmethod
    def forward(ctx, x, meet):
        ctx.meet = meet
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        ctx.meet()
        return grad, None


# ---- one leaf or node in two passes, in a fixed order ----------------------------------------------------------------


@pytest.mark.parametrize("shared", ["a leaf", "a node", "an output of several"])
def test_what_another_pass_had_claimed_is_found_when_that_pass_is_over(shared):
    x = leaf([1.0, 2.0])
    if shared == "a leaf":
        w = x
    elif shared == "a node":
        w = x * 1.0
    else:
        w = fg.split(fg.concat([x, x]), 2)[1]
    claimed, second_has_one, first_is_over = threading.Event(), threading.Event(), threading.Event()

    def wait(event):
        assert event.wait(timeout=60)

    def first():
        # Its pass has given w a gradient by `fast` when the hook of `slow`, which is older, holds it.
        slow = w * 4.0
        fast = w * 4.0

        def hold(grad):
            claimed.set()
            wait(second_has_one)

        slow.register_hook(hold)
        (g,) = autograd.grad((slow + fast).sum(), w, retain_graph=True)
        first_is_over.set()
        return g.tolist()

    def second():
        # Its pass gives w a gradient while the first has w, waits until that is over, and gives w the rest.
        oldest = Meeting.apply(w * 3.0, lambda: (second_has_one.set(), wait(first_is_over)))
        late = w * 5.0
        wait(claimed)
        (g,) = autograd.grad((oldest + late).sum(), w, retain_graph=True)
        return g.tolist()

    assert together(first, second) == [[8.0, 8.0], [8.0, 8.0]]


def test_a_custom_node_that_two_passes_run_at_once_keeps_its_saved_output():
    inside = threading.Barrier(2)

    class Exp(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            inside.wait(timeout=60)
            (y,) = ctx.saved_tensors
            inside.wait(timeout=60)
            return grad * y * ctx.saved_tensors[0] / y

    x = leaf([0.5])
    y = Exp.apply(x)

    def first_derivative():
        return autograd.grad(y, x, create_graph=True)[0]

    firsts = together(first_derivative, first_derivative)
    seconds = together(*[lambda f=f: autograd.grad(f, x)[0].item() for f in firsts])
    assert seconds == pytest.approx([np.exp(0.5)] * 2, rel=1e-12)


@pytest.mark.parametrize("custom", [False, True])
def test_two_passes_without_retain_graph_are_right_or_a_clear_error(custom):
    class Square(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[0] * 2.0

    right = errors = 0
    for _ in range(30):
        x = fg.ones(20_000, dtype=fg.float64, requires_grad=True)
        h = x
        for _ in range(6):
            h = Square.apply(h) if custom else h * h / (h + 0.0)
            h = h * 1.0
        loss = h.sum()
        expected = 64.0 if custom else 1.0

        def run(loss=loss, x=x):
            try:
                return autograd.grad(loss, x)[0]
            except RuntimeError as error:
                assert "second time" in str(error)  # noqa: PT017
                return None

        for g in together(run, run, run):
            if g is None:
                errors += 1
            else:
                right += 1
                assert fg.all(g == expected)
    assert right + errors == 90


# ---- adding to one .grad ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retained", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
def test_no_addition_to_a_gradient_is_lost(create_graph, retained):
    x = fg.zeros(LARGE, dtype=fg.float64, requires_grad=True)
    target = x * 1.0 if retained else x
    if retained:
        target.retain_grad()

    def run():
        for _ in range(5):
            (target * 1.0).sum().backward(create_graph=create_graph, retain_graph=True)

    together(*[run] * 4)
    assert fg.all(target.grad.detach() == 20.0)
    assert fg.all(x.grad.detach() == 20.0)


def test_gradients_set_to_none_meanwhile_are_whole_or_gone():
    x = fg.zeros(LARGE, dtype=fg.float64, requires_grad=True)

    def run():
        for _ in range(10):
            (x * 1.0).sum().backward()

    def reset():
        for _ in range(30):
            x.grad = None

    together(run, run, reset)
    x.grad = None
    run()
    assert fg.all(x.grad == 10.0)


# ---- many at once ----------------------------------------------------------------------------------------------------


class Halved(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x * 0.5
        ctx.save_for_backward(x, y)
        return y, x.argsort(axis=-1)

    @staticmethod
    def backward(ctx, grad, _):
        x, y = ctx.saved_tensors
        return grad * (y / x)


def make_shared(n):
    """Leaves and nodes that every thread's graph has in common. Small powers of two: sums in any order are exact."""
    rng = np.random.default_rng(n)
    w = fg.tensor(2.0 ** rng.integers(-2, 3, (n, n)), requires_grad=True)
    b = fg.tensor(2.0 ** rng.integers(-2, 3, n), requires_grad=True)
    node = Halved.apply(w * 2.0)[0] + b
    seen = []
    node.register_hook(lambda g: seen.append(1) or g * 2.0)
    w.register_hook(lambda g: g + 0.0)
    return w, b, node, seen


def loss_of(shared, k):
    w, b, node, _ = shared
    x = fg.tensor(2.0 ** (np.arange(len(b)) % 3 + k % 2 - 1))
    h = Halved.apply(x @ w)[0] + b * float(k)
    view = h[1:]
    h = fg.concat([view * 2.0, h[:1]])
    return (h * node[k % len(b)]).sum() + (node * w).sum() + fg.where(x > 1.0, b, h).sum()


@pytest.mark.parametrize("n", [3, 40])
def test_many_passes_over_shared_leaves_and_nodes_give_what_they_give_one_by_one(n):
    rounds = 25 if n == 3 else 6
    serial = make_shared(n)
    expected = [
        [g.tolist() for g in autograd.grad(loss_of(serial, k), serial[:2], retain_graph=True)] for k in range(THREADS)
    ]
    for k in range(THREADS):
        for _ in range(rounds):
            loss_of(serial, k).backward(retain_graph=True)

    shared = make_shared(n)

    def run(k):
        for _ in range(rounds):
            got = autograd.grad(loss_of(shared, k), shared[:2], retain_graph=True)
            assert [g.tolist() for g in got] == expected[k]
            recorded = autograd.grad(loss_of(shared, k), shared[:2], create_graph=True)
            assert [g.tolist() for g in recorded] == expected[k]
            loss_of(shared, k).backward(retain_graph=True)

    together(*[lambda k=k: run(k) for k in range(THREADS)])
    assert shared[0].grad.tolist() == serial[0].grad.tolist()
    assert shared[1].grad.tolist() == serial[1].grad.tolist()
    assert len(shared[3]) == 3 * THREADS * rounds


def test_graphs_of_their_own_that_share_one_large_weight():
    w = fg.ones(LARGE, dtype=fg.float64, requires_grad=True)

    def run(k):
        return [fg.all(autograd.grad((w * float(k) + w * w).sum(), w)[0] == k + 2.0).item() for _ in range(4)]

    assert together(*[lambda k=k: run(k) for k in range(THREADS)]) == [[True] * 4] * THREADS


def test_hooks_come_and_go_while_passes_run():
    x = leaf([1.0, 2.0])
    h = x * 2.0
    h.register_hook(lambda g: None)
    stop = threading.Event()

    def register():
        while not stop.is_set():
            handles = [t.register_hook(lambda g: g * 1.0) for t in (x, h)]
            h.retain_grad()
            for handle in handles:
                handle.remove()

    def run():
        try:
            return [autograd.grad((h * 3.0).sum(), x, retain_graph=True)[0].tolist() for _ in range(300)]
        finally:
            stop.set()

    assert together(run, register)[0] == [[6.0, 6.0]] * 300
