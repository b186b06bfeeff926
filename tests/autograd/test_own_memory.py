"""A gradient is memory of its own, of its tensor's dtype and layout, and has a history only where one was asked for."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd
from fastgrad.nn.utils import clip_grad_norm_


def leaf(values, dtype=fg.float64):
    return fg.tensor(values, dtype=dtype, requires_grad=True)


def shares(a, b):
    return np.shares_memory(a.detach().numpy(), b.detach().numpy())


def assert_own(gradients, others=()):
    gradients = list(gradients)
    for i, g in enumerate(gradients):
        assert 0 not in [s for s, n in zip(g.strides, g.shape, strict=True) if n > 1]
        for other in (*gradients[:i], *others):
            assert g is not other
            assert not shares(g, other)


# Programs of two leaves of shape (2, 3), through which gradients pass as they are.
PROGRAMS = {
    "a + b": lambda a, b: a + b,
    "a - b": lambda a, b: a - b,
    "a alone": lambda a, b: a,
    "views": lambda a, b: a.reshape(3, 2).reshape(2, 3) + b.T.T,
    "broadcast": lambda a, b: a[:1] + b,
    "stack": lambda a, b: fg.stack([a, b])[0] + fg.concat([a, b])[2:],
    "clone": lambda a, b: a.clone() + b.contiguous(),
    "split": lambda a, b: fg.concat(fg.split(a, 2)) + b,
    "in place": lambda a, b: (a * 1.0).copy_(b) + a,
}


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("program", PROGRAMS)
def test_leaves_the_callers_gradient_and_the_results_of_grad_share_nothing(program, create_graph):
    a, b = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), leaf([[6.0, 5.0, 4.0], [3.0, 2.0, 1.0]])
    u = fg.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=fg.float64)
    before = u.tolist()
    for _ in range(2):  # the second adds to the first
        PROGRAMS[program](a, b).backward(u, create_graph=create_graph)
        assert_own([t.grad for t in (a, b) if t.grad is not None], [u, a, b])
    h = a * 1.0
    results = autograd.grad(
        PROGRAMS[program](h, b), [h, a, b, h, a], u, create_graph=create_graph, allow_unused=True, retain_graph=True
    )
    results = [r for r in results if r is not None]
    assert_own(results, [u, a, b])
    with fg.no_grad():
        for g in (*results, *[t.grad for t in (a, b) if t.grad is not None]):
            g.mul_(3.0)
    assert u.tolist() == before


@pytest.mark.parametrize("create_graph", [False, True])
def test_clipping_scales_each_gradient_once(create_graph):
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    ((a + b) * 4.0).sum().backward(create_graph=create_graph)
    assert a.grad is not b.grad
    clip_grad_norm_([a, b], 1.0)
    assert a.grad.tolist() == b.grad.tolist() == pytest.approx([0.5, 0.5], rel=1e-6)


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_gradient_of_a_sum_can_be_written_to_and_added_to(create_graph):
    p = leaf([[1.0, 2.0], [3.0, 4.0]])
    p.sum().backward(create_graph=create_graph)
    assert p.grad.strides == p.strides
    p.sum().backward()
    assert p.grad.tolist() == [[2.0, 2.0], [2.0, 2.0]]
    with fg.no_grad():
        p.grad.zero_()
    p.sum().backward(create_graph=create_graph)
    assert p.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_lies_in_memory_as_its_tensor_does(create_graph):
    p = fg.ones((3, 4), dtype=fg.float64).T.requires_grad_()
    h = p * 1.0
    (g,) = autograd.grad((h * 2.0).sum(), h, create_graph=create_graph, retain_graph=True)
    assert g.strides == h.strides
    h.retain_grad()
    for _ in range(2):
        (h * 2.0).contiguous().sum().backward(create_graph=create_graph, retain_graph=True)
        assert p.grad.stride() == p.stride() == (1, 4)
        assert h.grad.strides == h.strides
    (g,) = autograd.grad(p.sum(), p, create_graph=create_graph)
    assert g.strides == p.strides


@pytest.mark.parametrize("create_graph", [False, True])
def test_retained_gradients_are_memory_of_their_own(create_graph):
    a = leaf([1.0, 2.0])
    h = a + 0.0
    k = h + 0.0
    h.retain_grad()
    k.retain_grad()
    u = fg.ones(2, dtype=fg.float64)
    for _ in range(2):
        k.backward(u, retain_graph=True, create_graph=create_graph)
        assert_own([a.grad, h.grad, k.grad], [u])
    assert h.grad.tolist() == k.grad.tolist() == a.grad.tolist() == [2.0, 2.0]


# ---- what comes from outside -----------------------------------------------------------------------------------------


class SavedOutput(autograd.Function):
    """Its gradient is its saved output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0]


class SavedInput(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0]


class Recording(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        with fg.enable_grad():
            return ctx.saved_tensors[0] * 1.0


class Broadcast(autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        return fg.ones(1, dtype=fg.float64).expand(2)


def hooked(hook):
    def program(x):
        t = x * 1.0
        t.register_hook(lambda g: hook(g, x))
        return t

    return program


def hooked_leaf(hook):
    def program(x):
        x.register_hook(lambda g: hook(g, x))
        return x * 1.0

    return program


def enabled(g, x):
    with fg.enable_grad():
        return g * x


FROM_OUTSIDE = {
    "a saved output": SavedOutput.apply,
    "a saved input": SavedInput.apply,
    "a recorded backward": Recording.apply,
    "a broadcast gradient": Broadcast.apply,
    "a hook's recorded result": hooked(enabled),
    "a leaf's hook's recorded result": hooked_leaf(enabled),
    "a hook that returns the leaf": hooked(lambda g, x: x),
    "a leaf's hook that returns the leaf": hooked_leaf(lambda g, x: x),
    "a leaf's hook that returns a new leaf": hooked_leaf(lambda g, x: leaf([1.0, 2.0])),
    "a leaf's hook that broadcasts": hooked_leaf(lambda g, x: fg.ones(1, dtype=fg.float64).expand(2)),
    "a leaf's hook that returns a view of it": hooked_leaf(lambda g, x: x.detach()[:]),
}


@pytest.mark.parametrize("source", FROM_OUTSIDE)
def test_without_create_graph_no_gradient_has_a_history_whoever_made_it(source):
    x = leaf([1.0, 2.0])
    h = x * 1.0
    h.retain_grad()
    y = FROM_OUTSIDE[source](x) + FROM_OUTSIDE[source](h)
    for _ in range(2):
        y.sum().backward(retain_graph=True)
        for g in (x.grad, h.grad):
            assert not g.requires_grad
            assert g.numpy().shape == (2,)
        assert_own([x.grad, h.grad], [x])
        x.grad.add_(1.0)
    results = autograd.grad(y.sum(), [x, h])
    assert not any(g.requires_grad for g in results)
    assert_own(results, [x])
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("source", FROM_OUTSIDE)
def test_with_create_graph_it_is_memory_of_its_own_too(source):
    x = leaf([1.0, 2.0])
    y = FROM_OUTSIDE[source](x)
    y.sum().backward(create_graph=True)
    (g,) = autograd.grad(FROM_OUTSIDE[source](x).sum(), x, create_graph=True)
    assert_own([x.grad, g], [x])
    with fg.no_grad():
        x.grad.zero_()
        g.zero_()
    assert x.tolist() == [1.0, 2.0]


def test_a_gradient_to_start_from_brings_no_history():
    x, u = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + 0.0).backward(u)
    x.backward(u)
    assert not x.grad.requires_grad
    assert not autograd.grad(x + 0.0, x, u)[0].requires_grad
    assert autograd.grad(x + 0.0, x, u, create_graph=True)[0].requires_grad


@pytest.mark.parametrize("on_leaf", [True, False])
@pytest.mark.parametrize("dtype", [fg.int64, fg.float32, fg.bool])
def test_a_hook_cannot_change_the_dtype(on_leaf, dtype):
    x = leaf([1.0, 2.0])
    h = x if on_leaf else x * 1.0
    h.register_hook(lambda g: g.astype(dtype))
    with pytest.raises(TypeError, match=rf"hook.*float64.*{dtype.name}"):
        (h * 2.0).sum().backward()
    assert x.grad is None


def test_a_gradient_assigned_by_the_user_that_cannot_be_added_to_in_place_is_replaced():
    x = leaf([1.0, 2.0])
    x.grad = fg.ones(1, dtype=fg.float64).expand(2)
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    assert x.grad.stride() == (1,)
    read_only = np.ones(2)
    read_only.flags.writeable = False
    x.grad = fg.asarray(read_only)
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    assert read_only.tolist() == [1.0, 1.0]
