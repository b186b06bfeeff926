"""A pass owns what it walks: hooks, custom functions and other threads may detach, free and replace what they like."""

import gc

import pytest

import fastgrad as fg
from fastgrad import autograd


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


def from_hook(x, action):
    def hook(grad):
        action()

    x.register_hook(hook)
    return x


class Acting(autograd.Function):
    @staticmethod
    def forward(ctx, x, action):
        ctx.action = action
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        ctx.action()
        return grad, None


def from_backward(x, action):
    return Acting.apply(x, action)


WAYS = {"a hook": from_hook, "a custom backward": from_backward}


def chain(x, length):
    for _ in range(length):
        x = x * 1.0
    return x


@pytest.mark.parametrize("length", [1, 2000])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("compute", ["backward", "grad", "inputs"])
def test_the_graph_may_be_let_go_while_it_is_walked(compute, way, length):
    x = leaf([1.0, 2.0])
    kept = {}
    unrelated = []

    def let_go():
        kept["loss"].detach_()
        kept.clear()
        gc.collect()
        # New nodes and leaves, where those that are freed too early would have been.
        unrelated.extend(leaf([3.0, 4.0]) * 2.0 for _ in range(200))

    below = chain(x * 3.0, length)
    above = chain(WAYS[way](below * 1.0, let_go), length)
    kept["loss"] = loss = (above * 2.0).sum()
    del below, above
    if compute == "backward":
        del loss
        kept["loss"].backward()
        assert x.grad.tolist() == [6.0, 6.0]
    elif compute == "grad":
        (g,) = autograd.grad(loss, x)
        assert g.tolist() == [6.0, 6.0]
    else:
        loss.backward(inputs=[x])
        assert x.grad.tolist() == [6.0, 6.0]
    assert len(unrelated) == 200


@pytest.mark.parametrize("way", WAYS)
def test_a_wanted_value_may_be_let_go_while_the_graph_is_walked(way):
    x = leaf([1.0, 2.0])
    h = x * 2.0
    loss = WAYS[way](h * 3.0, lambda: (h.detach_(), gc.collect())).sum()
    assert autograd.grad(loss, h)[0].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("way", WAYS)
def test_a_leaf_that_wants_no_gradient_any_more_gets_none(way):
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (WAYS[way](x * 2.0, lambda: x.requires_grad_(False)) * w + x).sum().backward()
    assert x.grad is None
    assert w.grad.tolist() == [2.0, 4.0]


def test_what_is_asked_for_is_given_whatever_became_of_the_leaf():
    x = leaf([1.0, 2.0])
    loss = (from_hook(x * 2.0, lambda: x.requires_grad_(False)) + x).sum()
    assert autograd.grad(loss, x)[0].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("way", WAYS)
def test_a_gradient_removed_during_the_pass_starts_anew(way):
    x = leaf([1.0, 2.0])
    x.sum().backward()
    WAYS[way](x * 2.0, lambda: setattr(x, "grad", None)).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("way", WAYS)
def test_memory_replaced_during_the_pass_does_not_change_what_was_computed(way):
    x = leaf([1.0, 2.0])
    (WAYS[way](x * 3.0, lambda: setattr(x, "data", fg.zeros(2, dtype=fg.float64))) * x.detach()).sum().backward()
    assert x.grad.tolist() == [3.0, 6.0]
    assert x.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "data", [fg.zeros(3, dtype=fg.float64), fg.zeros((2, 1), dtype=fg.float64), fg.zeros(1, dtype=fg.float64)]
)
def test_memory_of_another_shape_with_a_gradient_from_before_is_an_error(data):
    x, w = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    (x * w).sum().backward()
    x.data = data
    with pytest.raises(RuntimeError, match=r"data of a leaf was replaced.*grad to None"):
        (x.sum() * w.sum()).backward()
    assert w.grad.tolist() == [1.0, 2.0]  # nothing is written before all is known to fit
    x.grad = None
    x.sum().backward()
    assert x.grad.shape == x.shape


def test_an_error_in_a_leafs_hook_leaves_every_grad_untouched():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    w.register_hook(lambda g: 1 / 0)
    for order in ((x, w), (w, x)):
        with pytest.raises(ZeroDivisionError):
            (order[0] * order[1]).sum().backward()
    assert x.grad is None
    assert w.grad is None


def test_a_pass_inside_a_pass_over_the_same_graph():
    x = leaf([1.0, 2.0])
    h = x * 3.0
    inner = []
    out = (h * h).sum()

    def again():
        if len(inner) < 3:
            inner.append(None)
            inner[inner.index(None)] = autograd.grad(out, x, retain_graph=True)[0].tolist()

    from_hook(h, again)
    (g,) = autograd.grad(out, x, retain_graph=True)
    assert inner == [[18.0, 36.0]] * 3
    assert g.tolist() == [18.0, 36.0]
    out.backward()
    assert x.grad.tolist() == [18.0, 36.0]
