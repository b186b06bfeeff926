"""What ``backward`` and ``autograd.grad`` mean."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd


def leaf(values, dtype=fg.float64):
    return fg.tensor(values, dtype=dtype, requires_grad=True)


def values(t):
    return t.detach().numpy()


# ---- backward --------------------------------------------------------------------------------------------------------


def test_a_scalar_starts_from_one():
    x = leaf([1.0, 2.0, 3.0])
    (x * x).sum().backward()
    np.testing.assert_array_equal(values(x.grad), [2, 4, 6])


def test_one_element_of_any_shape_starts_from_one():
    x = leaf([[3.0]])
    (x * 2.0).backward()
    assert x.grad.tolist() == [[2.0]]


def test_more_elements_need_a_gradient_to_start_from():
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"\(2,\)"):
        (x * 2.0).backward()
    (x * 2.0).backward(fg.tensor([1.0, 10.0], dtype=fg.float64))
    assert x.grad.tolist() == [2.0, 20.0]


def test_a_gradient_of_another_shape_is_refused_with_both_shapes():
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"\(2,\), got \(3,\)"):
        (x * 2.0).backward(fg.ones(3, dtype=fg.float64))


@pytest.mark.parametrize("gradient", [1.0, np.ones(2), [1.0, 1.0]])
def test_a_gradient_must_be_a_tensor(gradient):
    x = leaf([1.0, 2.0])
    with pytest.raises(TypeError, match="Tensor"):
        (x * 2.0).backward(gradient)


def test_an_integer_gradient_is_refused():
    x = leaf([1.0, 2.0])
    with pytest.raises(TypeError, match="int64"):
        (x * 2.0).backward(fg.ones(2, dtype=fg.int64))


def test_gradients_accumulate_over_backward_passes():
    x = leaf([1.0, 2.0])
    for _ in range(3):
        (x * x).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_accumulation_adds_to_the_tensor_that_grad_is():
    x = leaf([1.0, 2.0])
    x.sum().backward()
    grad = x.grad
    x.sum().backward()
    assert x.grad is grad
    assert grad.tolist() == [2.0, 2.0]


def test_a_leaf_used_many_times_gets_the_sum_of_its_gradients():
    x = leaf(2.0)
    (x * x * x + x).backward()
    assert x.grad.item() == 13.0


def test_backward_on_a_leaf_gives_it_the_gradient():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1.0


def test_the_gradient_given_is_not_aliased_by_grad():
    x = leaf([1.0, 2.0])
    start = fg.ones(2, dtype=fg.float64)
    x.backward(start)
    x.reshape(2).backward(start)
    start += 1.0
    assert x.grad.tolist() == [2.0, 2.0]


def test_two_leaves_never_share_the_memory_of_their_gradients():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    x.grad += 1.0
    assert y.grad.tolist() == [1.0, 1.0]


def test_backward_without_history_is_an_error():
    with pytest.raises(RuntimeError, match="does not require gradients"):
        fg.ones(1).backward()


def test_a_second_backward_through_freed_values_is_an_error():
    x = leaf(2.0)
    y = x * x
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()
    assert x.grad.item() == 4.0


def test_a_second_backward_is_allowed_where_nothing_was_saved():
    x = leaf([1.0, 2.0])
    y = x[1:] + 1.0
    y.backward()
    y.backward()
    assert x.grad.tolist() == [0.0, 2.0]


def test_retain_graph_allows_more_backward_passes():
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()


def test_two_outputs_of_one_graph_share_what_lies_below():
    x = leaf(3.0)
    h = x * x
    (h + 1.0).backward(retain_graph=True)
    (h * 2.0).backward()
    assert x.grad.item() == 18.0


def test_create_graph_makes_gradients_differentiable():
    x = leaf(3.0)
    (x * x * x).backward(create_graph=True)
    assert x.grad.requires_grad
    assert x.grad.item() == 27.0
    g = x.grad
    x.grad = None
    g.backward()
    assert x.grad.item() == 18.0


def test_without_create_graph_gradients_have_no_history():
    x = leaf(3.0)
    (x * x).backward()
    assert not x.grad.requires_grad
    assert x.grad.grad_fn is None


def test_backward_to_inputs_touches_no_other_leaf():
    x, y = leaf(2.0), leaf(3.0)
    (x * y).backward(inputs=[x])
    assert x.grad.item() == 3.0
    assert y.grad is None


@pytest.mark.parametrize("inputs", [[], "x"])
def test_backward_inputs_must_be_leaves(inputs):
    x = leaf(2.0)
    with pytest.raises(ValueError, match="inputs"):
        (x * x).backward(inputs=inputs)


def test_an_error_in_a_rule_leaves_every_grad_untouched():
    x, y = leaf(2.0), leaf(3.0)

    class Fails(autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1.0

        @staticmethod
        def backward(ctx, g):
            raise KeyError("mine")

    z = (y * 2.0) + Fails.apply(x)
    with pytest.raises(KeyError, match="mine"):
        z.backward()
    assert x.grad is None
    assert y.grad is None
    (x * y).backward()  # and the leaves work on
    assert (x.grad.item(), y.grad.item()) == (3.0, 2.0)


def test_broadcast_inputs_get_gradients_of_their_own_shape():
    x, y = leaf(np.ones((3, 1))), leaf(np.ones(4))
    (x + y).sum().backward()
    assert x.grad.tolist() == [[4.0], [4.0], [4.0]]
    assert y.grad.tolist() == [3.0, 3.0, 3.0, 3.0]


def test_a_gradient_has_the_dtype_of_its_leaf():
    x = leaf([1.0, 2.0], fg.float32)
    y = leaf([3.0, 4.0], fg.float64)
    (x * y).sum().backward()
    assert x.grad.dtype == fg.float32
    assert y.grad.dtype == fg.float64


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16])
def test_a_half_precision_leaf_gets_a_half_precision_gradient(dtype):
    x = fg.tensor([1.0, 2.0]).astype(dtype).requires_grad_()
    (x.astype(fg.float32) * 3.0).sum().backward()
    assert x.grad.dtype == dtype
    assert x.grad.astype(fg.float32).tolist() == [3.0, 3.0]


def test_a_gradient_has_the_layout_of_its_leaf():
    x = fg.tensor(np.arange(12.0).reshape(3, 4)).T.clone().detach()
    x = fg.asarray(np.asfortranarray(np.arange(12.0).reshape(3, 4))).requires_grad_()
    assert not x.is_contiguous()
    (x * fg.tensor(np.arange(12.0).reshape(3, 4))).sum().backward()
    assert x.grad.strides == x.strides


# ---- the attribute grad ----------------------------------------------------------------------------------------------


def test_grad_can_be_replaced_and_removed():
    x = leaf([1.0, 2.0])
    x.grad = fg.ones(2, dtype=fg.float64)
    x.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    x.grad = None
    assert x.grad is None
    del x.grad
    assert x.grad is None


@pytest.mark.parametrize(
    ("grad", "error"),
    [
        (np.ones(2), TypeError),
        (fg.ones(3, dtype=fg.float64), ValueError),
        (fg.ones(2, dtype=fg.float32), TypeError),
    ],
)
def test_grad_must_fit_its_tensor(grad, error):
    x = leaf([1.0, 2.0])
    with pytest.raises(error):
        x.grad = grad


def test_only_floats_can_require_gradients():
    with pytest.raises(RuntimeError, match="int64"):
        fg.tensor([1, 2], requires_grad=True)
    with pytest.raises(RuntimeError, match="bool"):
        fg.tensor([True]).requires_grad_()


def test_requires_grad_of_a_result_cannot_be_turned_off():
    y = leaf(1.0) * 2.0
    with pytest.raises(RuntimeError, match="detach"):
        y.requires_grad = False
    y.requires_grad = True  # is so already


def test_integer_results_have_no_history():
    x = leaf([1.0, 2.0])
    for y in (x > 1.5, x.astype(fg.int64), x.argmax(), fg.isnan(x)):
        assert not y.requires_grad


def test_a_gradient_stops_at_a_cast_to_integers():
    x = leaf([1.5, 2.5])
    y = x * x.astype(fg.int64).astype(fg.float64)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]


def test_is_leaf_and_grad_fn():
    x = leaf(1.0)
    y = x * 2.0
    assert x.is_leaf
    assert x.grad_fn is None
    assert not y.is_leaf
    assert y.grad_fn.name == "multiply"
    assert fg.ones(1).is_leaf
    assert y.detach().is_leaf


# ---- detach ----------------------------------------------------------------------------------------------------------


def test_detach_shares_memory_and_stops_gradients():
    x = leaf([1.0, 2.0])
    y = x.detach()
    assert y.data_ptr() == x.data_ptr()
    assert not y.requires_grad
    (x * y).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]


def test_detach_shares_the_version_counter():
    x = leaf([1.0, 2.0])
    y = x * x
    x.detach().zero_()
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()


# ---- autograd.grad ---------------------------------------------------------------------------------------------------


def test_grad_returns_gradients_and_touches_no_grad():
    x, y = leaf(2.0), leaf(3.0)
    gx, gy = autograd.grad(x * x * y, [x, y])
    assert (gx.item(), gy.item()) == (12.0, 4.0)
    assert x.grad is None
    assert y.grad is None


def test_grad_of_one_input_is_a_tuple_of_one():
    x = leaf(2.0)
    result = autograd.grad(x * x, x)
    assert isinstance(result, tuple)
    assert len(result) == 1


def test_grad_with_respect_to_what_is_not_a_leaf():
    x = leaf(2.0)
    h = x * x
    (g,) = autograd.grad(h * h, h)
    assert g.item() == 8.0
    assert x.grad is None


def test_grad_does_not_go_below_its_inputs():
    x = leaf(2.0)
    seen = []
    below = x * x
    below.register_hook(seen.append)
    h = below + 1.0
    autograd.grad(h * h, h)
    assert seen == []


def test_grad_with_respect_to_a_value_and_to_what_it_was_computed_from():
    x = leaf(2.0)
    h = x * x
    gh, gx = autograd.grad(h * h * x, [h, x])
    assert gh.item() == 16.0
    assert gx.item() == 16.0 * 4.0 + 16.0


def test_grad_of_the_output_itself_is_what_it_starts_from():
    y = leaf(2.0) * 3.0
    assert autograd.grad(y, y)[0].item() == 1.0


def test_grad_sums_over_several_outputs():
    x = leaf(2.0)
    (g,) = autograd.grad([x * x, x * 3.0], x, [None, fg.tensor(10.0, dtype=fg.float64)])
    assert g.item() == 34.0


def test_an_unused_input_is_an_error_unless_allowed():
    x, y = leaf(2.0), leaf(3.0)
    with pytest.raises(RuntimeError, match=r"input 1.*allow_unused"):
        autograd.grad(x * x, [x, y])
    gx, gy = autograd.grad(x * x, [x, y], allow_unused=True)
    assert gx.item() == 4.0
    assert gy is None


def test_an_input_given_twice_gets_its_gradient_twice():
    x = leaf(2.0)
    a, b = autograd.grad(x * x, [x, x])
    assert a.item() == b.item() == 4.0


def test_grad_of_an_input_without_gradients_is_an_error():
    x = leaf(2.0)
    with pytest.raises(RuntimeError, match="input 0"):
        autograd.grad(x * x, fg.ones(1))


def test_grad_needs_outputs_and_inputs():
    x = leaf(2.0)
    with pytest.raises(ValueError, match="empty"):
        autograd.grad([], [x])
    with pytest.raises(ValueError, match="empty"):
        autograd.grad(x * x, [])
    with pytest.raises(ValueError, match="1 outputs but 2"):
        autograd.grad(x * x, [x], [None, None])
    with pytest.raises(TypeError, match="float"):
        autograd.grad(x * x, [2.0])


def test_grad_takes_tensors_one_or_several():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    for outputs, inputs in (([y], (x,)), (iter([y]), iter([x])), (y, [x])):
        assert autograd.grad(outputs, inputs, retain_graph=True)[0].tolist() == [2.0, 4.0]
    for outputs, inputs in ((3.0, x), (y, 3.0), ([y, None], x), (y, "ab")):
        with pytest.raises(TypeError, match="grad: outputs and inputs must be tensors, got"):
            autograd.grad(outputs, inputs)


def test_derivatives_of_any_order():
    x = leaf(2.0)
    g = x**5.0
    for wanted in (80.0, 160.0, 240.0, 240.0, 120.0):
        (g,) = autograd.grad(g, x, create_graph=True)
        assert g.item() == wanted


def test_one_of_several_outputs_may_stay_unused():
    x = leaf(np.arange(6.0))
    first, _, third = fg.split(x, 3)
    (first * 2.0 + third).sum().backward()
    assert x.grad.tolist() == [2, 2, 0, 0, 1, 1]
