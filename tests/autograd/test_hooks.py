"""Tensor hooks, and gradients retained for what is not a leaf."""

import gc
import weakref

import pytest

import fastgrad as fg


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


def test_a_hook_on_a_leaf_sees_its_whole_gradient_once():
    x = leaf([1.0, 2.0])
    seen = []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2.0 + x * 3.0).sum().backward()
    assert seen == [[5.0, 5.0]]
    assert x.grad.tolist() == [5.0, 5.0]


def test_a_hook_on_a_leaf_sees_the_new_gradient_not_what_accumulated():
    x = leaf([1.0])
    seen = []
    x.register_hook(lambda g: seen.append(g.item()))
    for _ in range(2):
        (x * 2.0).backward()
    assert seen == [2.0, 2.0]


def test_a_hook_on_a_result_sees_its_gradient():
    x = leaf([1.0, 2.0])
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * 3.0).sum().backward()
    assert seen == [[3.0, 3.0]]
    assert x.grad.tolist() == [6.0, 12.0]


@pytest.mark.parametrize("on_leaf", [True, False])
def test_what_a_hook_returns_replaces_the_gradient(on_leaf):
    x = leaf([1.0, 2.0])
    y = x * 2.0
    (x if on_leaf else y).register_hook(lambda g: g * 10.0)
    y.sum().backward()
    assert x.grad.tolist() == [20.0, 20.0]


def test_hooks_run_in_order_each_on_what_the_last_returned():
    x = leaf(1.0)
    x.register_hook(lambda g: g + 1.0)
    x.register_hook(lambda g: g * 10.0)
    (x * 2.0).backward()
    assert x.grad.item() == 30.0


def test_a_removed_hook_does_not_run():
    x = leaf(1.0)
    seen = []
    handle = x.register_hook(seen.append)
    handle.remove()
    handle.remove()
    (x * 2.0).backward()
    assert seen == []


def test_a_handle_is_a_context_that_removes_its_hook():
    x = leaf(1.0)
    seen = []
    with x.register_hook(seen.append):
        (x * 2.0).backward()
    (x * 2.0).backward()
    assert len(seen) == 1


def test_a_hook_may_remove_itself_and_register_others():
    x = leaf(1.0)
    seen = []

    def once(g):
        seen.append("once")
        handle.remove()
        x.register_hook(lambda g: seen.append("later"))

    handle = x.register_hook(once)
    (x * 2.0).backward()
    assert seen == ["once"]
    (x * 2.0).backward()
    assert seen == ["once", "later"]


@pytest.mark.parametrize("wrong", [fg.ones(3, dtype=fg.float64), 1.0])
def test_a_hook_that_returns_something_else_is_an_error_that_names_the_shape(wrong):
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: wrong)
    with pytest.raises(ValueError, match=r"\(2,\)"):
        (x * 2.0).sum().backward()


def test_an_error_in_a_hook_reaches_the_caller():
    x = leaf(1.0)

    def fail(g):
        raise KeyError("mine")

    (x * 2.0).register_hook(fail)
    y = x * 2.0
    y.register_hook(fail)
    with pytest.raises(KeyError, match="mine"):
        y.backward()
    assert x.grad is None


def test_hooks_need_a_callable_and_a_tensor_with_gradients():
    with pytest.raises(TypeError, match="callable"):
        leaf(1.0).register_hook(3)
    with pytest.raises(RuntimeError, match="does not require gradients"):
        fg.ones(1).register_hook(print)


def test_hooks_run_for_autograd_grad():
    x = leaf(1.0)
    y = x * 2.0
    y.register_hook(lambda g: g * 5.0)
    x.register_hook(lambda g: g + 1.0)
    assert fg.autograd.grad(y, x)[0].item() == 11.0


def test_a_hook_on_one_of_several_outputs_sees_only_its_own():
    x = leaf([1.0, 2.0])
    first, second = fg.split(x, 2)
    seen = []
    first.register_hook(lambda g: seen.append(g.item()))
    (first * 2.0 + second * 3.0).sum().backward()
    assert seen == [2.0]


def test_a_hook_on_a_value_overwritten_since_still_means_that_value():
    x = leaf(1.0)
    y = x * 2.0
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    y *= 10.0
    y.backward()
    assert seen == [10.0]


class Double_(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2.0)

    @staticmethod
    def backward(ctx, g):
        return g * 2.0


def unrecorded(v):
    with fg.no_grad():
        v.mul_(2.0)


@pytest.mark.parametrize(("write", "wanted"), [(unrecorded, 1.0), (lambda v: v.mul_(2.0), 2.0), (Double_.apply, 2.0)])
@pytest.mark.parametrize("part", [lambda h: h[1], lambda h: h.T[1:, 1]])
def test_a_hook_on_a_view_written_to_since_still_means_its_value_before(part, write, wanted):
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    h = x * 1.0
    v = part(h)
    seen = []
    v.register_hook(lambda g: seen.append(g.tolist()))
    write(v)
    v.sum().backward()
    assert seen == [[wanted] * v.size]
    assert part(x.grad).tolist() == [wanted] * v.size


@pytest.mark.parametrize("key", [0, slice(0, 1), [0], fg.tensor([True, False, False])])
def test_a_hook_on_a_view_is_not_on_the_way_of_what_a_write_to_a_part_leaves(key):
    x = leaf([1.0, 2.0, 3.0])
    h = x * 1.0
    v = h[:]
    v.register_hook(lambda g: g * 10.0)
    v[key] = 5.0
    v.sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0]


def test_a_closure_over_the_tensor_itself_is_collected():
    x = leaf(1.0)
    alive = weakref.ref(x)
    x.register_hook(lambda g, x=x: None)
    del x
    gc.collect()
    assert alive() is None


def test_retain_grad_keeps_the_gradient_of_a_result():
    x = leaf([1.0, 2.0])
    y = x * x
    y.retain_grad()
    (y * 3.0).sum().backward()
    assert y.grad.tolist() == [3.0, 3.0]


def test_without_retain_grad_a_result_has_none():
    x = leaf(1.0)
    y = x * 2.0
    (y * 3.0).backward()
    assert y.grad is None


def test_retain_grad_twice_counts_once():
    x = leaf(1.0)
    y = x * 2.0
    y.retain_grad()
    y.retain_grad()
    (y * 3.0).backward()
    assert y.grad.item() == 3.0


def test_retain_grad_of_a_leaf_does_nothing_and_of_a_constant_is_an_error():
    x = leaf(1.0)
    x.retain_grad()
    (x * 2.0).backward()
    assert x.grad.item() == 2.0
    with pytest.raises(RuntimeError, match="does not require gradients"):
        fg.ones(1).retain_grad()


def test_retained_gradients_are_those_after_hooks():
    x = leaf(1.0)
    y = x * 2.0
    y.register_hook(lambda g: g * 10.0)
    y.retain_grad()
    (y * 3.0).backward()
    assert y.grad.item() == 30.0


def test_a_retained_gradient_shares_no_memory_with_another():
    x = leaf([1.0, 2.0])
    y = x.clone()
    y.retain_grad()
    start = fg.ones(2, dtype=fg.float64)
    y.backward(start)
    y.grad += 1.0
    assert x.grad.tolist() == [1.0, 1.0]
    assert start.tolist() == [1.0, 1.0]


def test_after_a_write_the_retained_gradient_is_that_of_the_new_value():
    x = leaf(1.0)
    y = x * 2.0
    y.retain_grad()
    y *= 10.0
    (y * 3.0).backward()
    assert y.grad.item() == 3.0
    assert x.grad.item() == 60.0


# ---- when a gradient is complete ----


def test_a_leaf_is_told_of_after_its_grad_was_added_to():
    x = leaf([1.0, 2.0])
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.tolist())))
    (x * 2.0 + x * 3.0).sum().backward()
    (x * 2.0).sum().backward()
    assert seen == [(True, [5.0, 5.0]), (True, [7.0, 7.0])]


def test_a_leaf_is_told_of_as_soon_as_nothing_leads_to_it_any_more():
    order = []
    weights = [leaf(float(i)) for i in range(4)]
    x = leaf(1.0)
    h = x
    for i, w in enumerate(weights):
        h = h * w
        h.register_hook(lambda g, i=i: order.append(f"result {i}"))
        w.register_post_accumulate_grad_hook(lambda p, i=i: order.append(f"weight {i}"))
    (h + weights[3] * 2.0).backward()
    assert order == [
        "result 3", "weight 3", "result 2", "weight 2", "result 1", "weight 1", "result 0", "weight 0",
    ]  # fmt: skip


def test_a_leaf_that_is_used_early_and_late_is_told_of_once_with_the_whole_gradient():
    w, x = leaf(3.0), leaf(2.0)
    seen = []
    w.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    h = x * w
    for _ in range(5):
        h = h * 1.0
    (h * w).backward()
    assert seen == [w.grad.item()] == [12.0]


def test_a_step_in_the_hook_gives_what_a_step_after_the_pass_gives():
    def net():
        return [fg.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=fg.float64, requires_grad=True) for _ in range(3)]

    def loss(weights):
        h = fg.ones(1, 2, dtype=fg.float64)
        for w in weights:
            h = (h @ w).tanh()
        return h.sum()

    def step(p):
        with fg.no_grad():
            p -= 0.1 * p.grad
        p.grad = None

    during, after = net(), net()
    for p in during:
        p.register_post_accumulate_grad_hook(step)
    for _ in range(3):
        loss(during).backward()
        loss(after).backward()
        for p in after:
            step(p)
    assert [p.tolist() for p in during] == [p.tolist() for p in after]
    assert all(p.grad is None for p in during)


def test_a_leaf_that_receives_nothing_is_not_told_of():
    x, y = leaf(1.0), leaf(1.0)
    seen = []
    for t in (x, y):
        t.register_post_accumulate_grad_hook(seen.append)
    fg.where(fg.tensor(True), x, x.detach()).backward()
    (x * 1.0 + y * 1.0).backward(inputs=[x])
    assert [t is x for t in seen] == [True, True]
    assert y.grad is None


def test_autograd_grad_adds_to_nothing_and_tells_no_leaf():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(seen.append)
    fg.autograd.grad(x * 2.0, x)
    assert seen == []


def test_a_pass_that_starts_at_a_leaf_tells_it():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    x.backward()
    assert seen == [1.0]


def test_other_hooks_of_the_leaf_come_first():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    x.register_hook(lambda g: g * 10.0)
    (x * 2.0).backward()
    assert seen == [20.0]


def test_a_removed_completion_hook_does_not_run():
    x = leaf(1.0)
    seen = []
    with x.register_post_accumulate_grad_hook(seen.append):
        (x * 2.0).backward()
    (x * 2.0).backward()
    assert len(seen) == 1


def test_after_an_error_leaves_that_were_told_of_have_their_grad_and_others_none():
    x, w = leaf(2.0), leaf(3.0)
    seen = []
    w.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))

    def fail(g):
        raise KeyError("mine")

    h = x * 1.0
    h.register_hook(fail)
    with pytest.raises(KeyError, match="mine"):
        (h * w).backward()
    assert (seen, x.grad) == ([2.0], None)


def test_completion_hooks_are_of_leaves_that_require_gradients():
    with pytest.raises(RuntimeError, match="must be a leaf"):
        (leaf(1.0) * 2.0).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="does not require gradients"):
        fg.ones(1).register_post_accumulate_grad_hook(print)
    with pytest.raises(TypeError, match="callable"):
        leaf(1.0).register_post_accumulate_grad_hook(3)


def test_all_hooks_give_the_same_kind_of_handle():
    x = leaf(1.0)
    kinds = {
        type(h).__name__
        for h in (
            x.register_hook(print),
            x.register_post_accumulate_grad_hook(print),
            fg.nn.Linear(1, 1).register_forward_hook(print),
        )
    }
    assert kinds == {"RemovableHandle"}
