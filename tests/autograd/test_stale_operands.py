"""A view taken before its base was written to is renewed where it is used, as any operand: the graph stays in order."""

import pytest

import fastgrad as fg
from fastgrad import autograd
from fastgrad.nn import functional as F


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


class Product(autograd.Function):
    @staticmethod
    def forward(ctx, a, v):
        ctx.save_for_backward(a, v)
        return a * v

    @staticmethod
    def backward(ctx, grad):
        a, v = ctx.saved_tensors
        return grad * v, grad * a


def put(place):
    def write(a, v):
        t = a * 1.0
        t[place] = v
        return t + 0.0

    return write


# Operations of a (which requires gradients, and is asked first) and v, both of 4 elements.
OPERATIONS = {
    "add": lambda a, v: a + v,
    "multiply": lambda a, v: a * v,
    "where": lambda a, v: fg.where(fg.tensor([True, False, True, False]), a, v),
    "where, the other way": lambda a, v: fg.where(fg.tensor([True, False, True, False]), v, a),
    "matmul": lambda a, v: a @ v,
    "matmul of matrices": lambda a, v: a.reshape(2, 2) @ v.reshape(2, 2),
    "mse_loss": lambda a, v: F.mse_loss(a, v),
    "concat": lambda a, v: fg.concat([a, v]),
    "stack": lambda a, v: fg.stack([a, a, a, a, v]),
    "layer_norm, weight": lambda a, v: F.layer_norm(a, (4,), v),
    "layer_norm, bias": lambda a, v: F.layer_norm(a, (4,), a, v),
    "linear, weight": lambda a, v: F.linear(a.reshape(1, 4), v.reshape(1, 4)),
    "linear, bias": lambda a, v: F.linear(a.reshape(4, 1), a.reshape(4, 1), v),
    "conv2d, weight": lambda a, v: F.conv2d(a.reshape(1, 1, 2, 2), v.reshape(4, 1, 1, 1)),
    "conv2d, bias": lambda a, v: F.conv2d(a.reshape(1, 1, 2, 2), a.reshape(4, 1, 1, 1), v),
    "maximum": lambda a, v: fg.maximum(a, v),
    "einsum": lambda a, v: fg.einsum("i,j->ij", a, v),
    "a write of all": put(slice(None)),
    "a write to places": put([0, 1, 2, 3]),
    "a write through a mask": lambda a, v: fg.where(a > 100.0, a, v),
    "in place": lambda a, v: (a * 1.0).mul_(v),
    "copy_": lambda a, v: (a * 1.0).copy_(v),
    "a custom function": lambda a, v: Product.apply(a, v),
}
# How v shows the memory of h, which is (4,).
VIEWS = {
    "a slice": lambda h: h[:],
    "a view of a view": lambda h: h[:][:],
    "a column": lambda h: h.reshape(4, 1)[:, 0],
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_path_is_found_and_hooks_run_once(operation, view):
    gradients = []
    for taken_before in (True, False):
        calls = []
        x, a = leaf([0.5, -1.0, 2.0, 1.5]), leaf([1.0, 2.0, -0.5, 0.25])
        h = fg.zeros(4, dtype=fg.float64)
        early = VIEWS[view](h)
        h.copy_(x * 2.0)
        v = early if taken_before else VIEWS[view](h)
        out = OPERATIONS[operation](a, v)
        for t in (v, h):
            t.register_hook(lambda g, t=t, calls=calls: calls.append(t))
        # Beside it another path, so that h has a gradient before v has handed its on.
        loss = (out * out).sum() + 100.0 * h.sum() + v.sum()
        gradients.append([g.tolist() for g in autograd.grad(loss, [x, a])])
        assert len(calls) == 2
    assert gradients[0] == gradients[1]


def test_hooks_of_a_renewed_view_run_once():
    x, a = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = fg.zeros(2, dtype=fg.float64)
    v, w = h[:], h[:1]
    h.copy_(x * 2.0)
    out = fg.where(fg.tensor([True, False]), a, v) + fg.concat([w, w])
    calls = []
    for t, name in ((v, "v"), (w, "w"), (h, "h")):
        t.register_hook(lambda g, name=name: calls.append(name))
    out.sum().backward()
    assert sorted(calls) == ["h", "v", "w"]
    assert x.grad.tolist() == [4.0, 2.0]
