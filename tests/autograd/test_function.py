"""Custom functions."""

import gc
import weakref

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import autograd


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


class Cube(autograd.Function):
    """Saves its input."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 3.0 * x * x


class Exp(autograd.Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * y


class SumAndProduct(autograd.Function):
    @staticmethod
    def forward(ctx, x, y, scale):
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        return (x + y) * scale, x * y

    @staticmethod
    def backward(ctx, grad_sum, grad_product):
        x, y = ctx.saved_tensors
        return grad_sum * ctx.scale + grad_product * y, grad_sum * ctx.scale + grad_product * x, None


@pytest.mark.parametrize("function", [Cube, Exp])
def test_first_and_second_derivatives(function):
    x = leaf([0.5, -1.5])
    assert autograd.gradcheck(function.apply, x)
    assert autograd.gradgradcheck(function.apply, x)


def test_several_outputs_and_arguments_that_are_no_tensors():
    x, y = leaf([0.5, 1.5]), leaf([2.0, -1.0])
    f = lambda x, y: SumAndProduct.apply(x, y, 3.0)  # noqa: E731
    assert autograd.gradcheck(f, (x, y))
    assert autograd.gradgradcheck(f, (x, y))


def test_an_output_without_gradient_arrives_as_zeros():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    _, product = SumAndProduct.apply(x, y, 3.0)
    product.sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]


def test_or_as_none_if_asked():
    got = []

    class Two(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1.0, x * 2.0

        @staticmethod
        def backward(ctx, a, b):
            got.append((a, b))
            return b * 2.0

    Two.apply(leaf([1.0]))[1].backward()
    assert got[0][0] is None
    assert got[0][1].item() == 1.0


def test_none_means_no_gradient():
    class First(autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, grad):
            return grad, None

    x, y = leaf(1.0), leaf(2.0)
    First.apply(x, y).backward()
    assert x.grad.item() == 1.0
    assert y.grad is None


def test_needs_input_grad_says_which_arguments_want_gradients():
    seen = []

    class Look(autograd.Function):
        @staticmethod
        def forward(ctx, x, y, z):
            seen.append(ctx.needs_input_grad)
            return x + y

        @staticmethod
        def backward(ctx, grad):
            return grad, grad, None

    Look.apply(leaf(1.0), fg.ones((), dtype=fg.float64), 3)
    assert seen == [(True, False, False)]


def test_forward_runs_unrecorded_and_backward_recorded_only_if_asked():
    modes = []

    class Look(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            modes.append(fg.is_grad_enabled())
            return x * 2.0

        @staticmethod
        def backward(ctx, grad):
            modes.append(fg.is_grad_enabled())
            return grad * 2.0

    x = leaf(1.0)
    Look.apply(x).backward()
    Look.apply(x).backward(create_graph=True)
    assert modes == [False, False, False, True]


def test_without_gradients_nothing_is_recorded():
    assert not Cube.apply(fg.ones(2)).requires_grad
    with fg.no_grad():
        assert not Cube.apply(leaf(1.0)).requires_grad


def test_non_differentiable_outputs():
    class WithPlaces(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            order = x.argsort()
            rank = order.astype(fg.float64)
            ctx.mark_non_differentiable(rank)
            return x * 2.0, order, rank

        @staticmethod
        def backward(ctx, grad, *zeros):
            assert [(g.dtype, g.tolist()) for g in zeros] == [(fg.int64, [0, 0]), (fg.float64, [0.0, 0.0])]
            return grad * 2.0

    x = leaf([2.0, 1.0])
    y, order, rank = WithPlaces.apply(x)
    assert y.requires_grad
    assert not order.requires_grad
    assert not rank.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_wrong_number_of_gradients_is_an_error():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, grad):
            return grad

    with pytest.raises(RuntimeError, match=r"Wrong\.backward returned 1 gradients for 2 arguments"):
        Wrong.apply(leaf(1.0), leaf(2.0)).backward()


def test_a_gradient_that_is_no_tensor_is_an_error():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1.0

        @staticmethod
        def backward(ctx, grad):
            return 1.0

    with pytest.raises(TypeError, match=r"Wrong\.backward.*float"):
        Wrong.apply(leaf(1.0)).backward()


def test_a_gradient_that_cannot_be_its_inputs_is_an_error_that_names_both_shapes():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1.0

        @staticmethod
        def backward(ctx, grad):
            return fg.ones(3, dtype=fg.float64)

    with pytest.raises((RuntimeError, ValueError), match=r"\(3,\).*\(2,\)|\(2,\).*\(3,\)"):
        Wrong.apply(leaf([1.0, 2.0])).sum().backward()


def test_a_list_of_outputs_is_refused_because_pytorch_would_detach_them():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return [x * 2.0, x * 3.0]

    with pytest.raises(TypeError, match=r"Wrong\.forward.*tuple.*list"):
        Wrong.apply(leaf(1.0))


@pytest.mark.parametrize("materialize", [True, False])
def test_backward_gets_a_gradient_for_everything_that_forward_returned(materialize):
    got = []

    class Several(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(materialize)
            constant, places = x * 3.0, x.argsort()
            ctx.mark_non_differentiable(constant)
            return constant, x * 2.0, None, places, "name", 7, x * 4.0

        @staticmethod
        def backward(ctx, *grads):
            got.extend(grads)
            return grads[1] * 2.0

    x = leaf([1.0, 2.0])
    outputs = Several.apply(x)
    assert [getattr(o, "requires_grad", o) for o in outputs] == [False, True, None, False, "name", 7, True]
    outputs[1].sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    none = [0.0, 0.0] if materialize else None
    places = [0, 0] if materialize else None
    assert [None if g is None else g.tolist() for g in got] == [
        none, [1.0, 1.0], None, places, None, None, none,
    ]  # fmt: skip
    assert [getattr(o, "requires_grad", o) for o in Several.apply(x.detach())][2:6] == [None, False, "name", 7]


def test_a_forward_may_return_nothing():
    class Nothing(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return None

    assert Nothing.apply(leaf(1.0)) is None
    assert Nothing.apply(1.0) is None


class Weighted(autograd.Function):
    @staticmethod
    def forward(ctx, x, weight=None, power=1, *, sign=1.0):
        ctx.power = power * sign
        return x * power

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.power, grad * 7.0, None


class WeightedApart(autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, weight=None, power=1, *, sign=1.0):
        return x * power

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, weight, power = inputs
        assert isinstance(output, fg.Tensor)
        assert ctx.needs_input_grad == (True, weight is not None, False)
        ctx.save_for_backward(x, weight, output)
        ctx.power = power

    @staticmethod
    def vjp(ctx, grad):
        x, weight, output = ctx.saved_tensors
        assert output.tolist() == (x * ctx.power).tolist()
        return grad * ctx.power, grad * 7.0 if weight is not None else None, None


@pytest.mark.parametrize("function", [Weighted, WeightedApart])
def test_arguments_by_name_take_their_places_and_get_their_gradients(function):
    x, weight = leaf([1.0]), leaf([1.0])
    function.apply(x, power=2, weight=weight).backward()
    assert (x.grad.tolist(), weight.grad.tolist()) == ([2.0], [7.0])
    function.apply(x, weight, 3).backward()
    assert (x.grad.tolist(), weight.grad.tolist()) == ([5.0], [14.0])
    function.apply(x, power=2, sign=1.0).backward()
    assert x.grad.tolist() == [7.0]
    with pytest.raises(TypeError, match="scale"):
        function.apply(x, scale=2)
    with pytest.raises(TypeError, match=r"sign.*positional"):
        function.apply(x, sign=leaf(1.0))


def test_backward_and_vjp_in_one_class_are_an_error():
    class Both(Weighted):
        @staticmethod
        def vjp(ctx, grad):
            return grad, None, None

    with pytest.raises(RuntimeError, match=r"Both.*backward and vjp"):
        Both.apply(leaf([1.0]), None, 1).backward()


class SquareOnce(autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        return x * x * factor

    @staticmethod
    @autograd.function.once_differentiable
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        assert not fg.is_grad_enabled()
        return fg.asarray(grad.detach().numpy() * 2.0 * x.detach().numpy()), None


def test_a_backward_marked_once_differentiable_runs_unrecorded_and_refuses_second_derivatives():
    x = leaf([3.0])
    SquareOnce.apply(x, 1).backward()
    assert x.grad.tolist() == [6.0]
    (first,) = autograd.grad(SquareOnce.apply(x, 1), x, create_graph=True)
    assert first.tolist() == [6.0]
    with pytest.raises(RuntimeError, match=r"SquareOnce.*once_differentiable"):
        first.backward()


class WeighedOnce(autograd.Function):
    """x * y, by NumPy: what backward computes with is nothing that has a history."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.kept = x.detach().numpy(), y.detach().numpy()
        return fg.asarray(ctx.kept[0] * ctx.kept[1])

    @staticmethod
    @autograd.function.once_differentiable
    def backward(ctx, grad):
        x, y = (fg.asarray(k) for k in ctx.kept)
        return grad * y, grad * x


@pytest.mark.parametrize("wanted", ["x", "y"])
@pytest.mark.parametrize("inner", [lambda t: t, lambda t: t * 2.0], ids=["leaves", "results"])
def test_a_second_derivative_through_once_differentiable_is_refused_whatever_it_is_asked_for(wanted, inner):
    given = {"x": leaf([3.0]), "y": leaf([4.0])}
    x, y = map(inner, given.values())
    firsts = autograd.grad(WeighedOnce.apply(x, y).sum(), list(given.values()), create_graph=True)
    assert all(g.requires_grad for g in firsts)
    with pytest.raises(RuntimeError, match=r"WeighedOnce.*once_differentiable"):
        autograd.grad(sum(g.sum() for g in firsts), given[wanted])


def test_a_second_derivative_beside_once_differentiable_is_none_of_its_business():
    x, y = leaf([3.0]), leaf([4.0])
    (first,) = autograd.grad((WeighedOnce.apply(x, leaf([1.0])) + y * y * y).sum(), y, create_graph=True)
    assert autograd.grad(first.sum(), y)[0].tolist() == [24.0]


def test_only_tensors_can_be_saved():
    class Wrong(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3.0)
            return x * 1.0

    with pytest.raises(TypeError, match="attribute"):
        Wrong.apply(leaf(1.0))


@pytest.mark.parametrize("function", [Cube, Exp])
def test_a_saved_tensor_changed_since_is_an_error(function):
    x = leaf([1.0, 2.0])
    h = x * 1.0
    y = function.apply(h)
    with fg.no_grad():
        h.zero_() if function is Cube else y.zero_()
    with pytest.raises(RuntimeError, match=f"{function.__name__}.*modified in place"):
        y.sum().backward()


def test_a_second_backward_needs_retain_graph():
    y = Cube.apply(leaf(2.0))
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()


def test_an_input_returned_as_it_is_becomes_a_new_tensor():
    class Same(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 5.0

    x = leaf([1.0, 2.0])
    y = Same.apply(x)
    assert y is not x
    assert x.is_leaf
    y.sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]
    with pytest.raises(RuntimeError, match="in place"):
        y += 1.0
    assert x.tolist() == [1.0, 2.0]


def test_a_graph_with_saved_outputs_is_freed_at_once():
    x = leaf([1.0, 2.0])
    y = Exp.apply(x)
    alive = weakref.ref(y)
    gc.disable()
    try:
        del y
        assert alive() is None
    finally:
        gc.enable()


def test_an_output_kept_as_an_attribute_is_collected():
    class Keeps(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.y = x * 2.0
            return ctx.y

        @staticmethod
        def backward(ctx, grad):
            return grad * 2.0

    y = Keeps.apply(leaf([1.0, 2.0]))
    alive = weakref.ref(y)
    del y
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("of_a_view", [False, True])
def test_an_argument_written_to_and_kept_as_an_attribute_is_collected(of_a_view):
    class Keeps(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            ctx.mark_dirty(x)
            return x.mul_(2.0)

        @staticmethod
        def backward(ctx, grad):
            return grad * 2.0

    h = leaf([1.0, 2.0]) * 1.0
    y = Keeps.apply(h[:1] if of_a_view else h)
    alive = weakref.ref(y), weakref.ref(h)
    del y, h
    gc.collect()
    assert [reference() for reference in alive] == [None, None]


def test_saved_tensors_are_freed_by_backward():
    x = leaf(np.ones(3))
    h = x * 1.0
    y = Cube.apply(h)
    alive = weakref.ref(h)
    del h
    y.sum().backward()
    assert alive() is None


class Double_(autograd.Function):
    """In place."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2.0)

    @staticmethod
    def backward(ctx, grad):
        return grad * 2.0


class Exp_(autograd.Function):
    """In place, with its output saved, and something else beside it."""

    @staticmethod
    def forward(ctx, x, scale):
        square = x * x
        x.copy_(x.exp() * scale)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x, scale)
        return square, x

    @staticmethod
    def backward(ctx, grad_square, grad):
        y, scale = ctx.saved_tensors
        return grad * y + grad_square * 2.0 * (y / scale).log(), (grad * y / scale).sum()


def test_an_argument_that_is_written_to_and_marked_is_the_output():
    x = leaf([1.0, 3.0])
    h = x * x
    y = Double_.apply(h)
    assert y is h
    assert h.tolist() == [2.0, 18.0]
    (h * h).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 16 * np.array([1.0, 3.0]) ** 3)
    with fg.no_grad():
        assert Double_.apply(x) is x
    assert x.tolist() == [2.0, 6.0]
    assert x.is_leaf


def test_first_and_second_derivatives_of_a_write():
    def through_all(x, scale):
        h = x * 1.0
        square, y = Exp_.apply(h, scale)
        assert y is h
        return square, y

    def through_a_view(x, scale):
        h = x * 1.0
        whole, row = h.reshape(4), h[1]
        square, y = Exp_.apply(row, scale)
        assert y is row
        return square, h, whole * row.sum()

    arguments = leaf([[0.3, -0.2], [0.5, 1.1]]), leaf(1.7)
    for f in (through_all, through_a_view):
        autograd.gradcheck(f, arguments)
        autograd.gradgradcheck(f, arguments)


def test_what_is_written_to_gets_a_history_from_the_other_arguments():
    class Scaled_(autograd.Function):
        @staticmethod
        def forward(ctx, out, x):
            ctx.mark_dirty(out)
            return out.mul_(x)

        @staticmethod
        def backward(ctx, grad):
            assert ctx.needs_input_grad == (False, True)
            return None, grad * 5.0

    x, out = leaf([1.0, 2.0]), fg.full((2,), 5.0, dtype=fg.float64)
    Scaled_.apply(out, x)
    assert out.requires_grad
    out.sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]


def test_a_value_saved_before_a_custom_write_is_an_error_at_backward():
    h = leaf([1.0, 2.0]) * 1.0
    y = h * h
    Double_.apply(h)
    with pytest.raises(RuntimeError, match="modified in place"):
        y.sum().backward()


def test_writes_that_are_not_marked_are_refused():
    class Unmarked(Double_):
        @staticmethod
        def forward(ctx, x, count):
            count.add_(1)
            return x.mul_(2.0)

    x, count = leaf([1.0, 2.0]), fg.zeros(())
    with pytest.raises(RuntimeError, match=r"Unmarked\.forward wrote to argument 0 of shape \(2,\).*mark_dirty"):
        Unmarked.apply(x * 1.0, count)
    Unmarked.apply(fg.ones(2), count)  # nothing here has a history
    Unmarked.apply(x, count)
    assert x.tolist() == [2.0, 4.0]
    assert count.item() == 3


def test_marks_that_cannot_be_are_refused():
    def function(marked, returned, constant=False):
        class Marks(Double_):
            @staticmethod
            def forward(ctx, x):
                y = x * 1.0
                ctx.mark_dirty({"x": x, "y": y}[marked])
                if constant:
                    ctx.mark_non_differentiable(x)
                return {"x": x, "y": y}[returned]

        return Marks

    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match="takes arguments of forward"):
        function("y", "y").apply(x)
    with pytest.raises(RuntimeError, match="must return every argument"):
        function("x", "y").apply(x)
    with pytest.raises(ValueError, match="cannot be non-differentiable"):
        function("x", "x", constant=True).apply(x)
    with pytest.raises(RuntimeError, match="leaf that requires gradients"):
        function("x", "x").apply(x)
    assert x.is_leaf


def test_an_input_returned_and_marked_non_differentiable_has_no_gradient():
    class Both(Double_):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_non_differentiable(x)
            return x, x * 2.0

        @staticmethod
        def backward(ctx, of_same, of_double):
            return of_same + of_double * 2.0

    x = leaf([1.0, 2.0])
    same, y = Both.apply(x)
    assert not same.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_attributes_of_the_context_are_the_users():
    class Named(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.node, ctx.arguments, ctx.positions = "a", "b", "c"
            return x * 2.0

        @staticmethod
        def backward(ctx, grad):
            assert (ctx.node, ctx.arguments, ctx.positions) == ("a", "b", "c")
            return grad * 2.0

    x = leaf([1.0, 2.0])
    Named.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
