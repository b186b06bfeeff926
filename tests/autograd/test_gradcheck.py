"""``gradcheck`` and ``gradgradcheck`` find wrong gradients."""

import pytest

import fastgrad as fg
from fastgrad import autograd
from fastgrad.autograd import gradcheck, gradgradcheck


def leaf(values):
    return fg.tensor(values, dtype=fg.float64, requires_grad=True)


def function(forward, backward):
    class F(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return backward(grad, x)

    return F.apply


WRONG = {
    "a factor": lambda g, x: g * x * 2.01,
    "a sign": lambda g, x: g * x * -2.0,
    "one element": lambda g, x: g * x * fg.tensor([2.0, 2.0, 2.1], dtype=fg.float64),
    "a constant": lambda g, x: g * x * 2.0 + 0.01,
    "NaN": lambda g, x: g * x * float("nan"),
    "nothing": lambda g, x: None,
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_gradient_is_found(what):
    f = function(lambda x: x * x, WRONG[what])
    x = leaf([0.5, 1.0, -2.0])
    with pytest.raises(autograd.GradcheckError, match="gradcheck: derivative of element"):
        gradcheck(f, x)
    assert gradcheck(f, x, raise_exception=False) is False


def test_a_right_gradient_passes():
    assert gradcheck(function(lambda x: x * x, lambda g, x: g * x * 2.0), leaf([0.5, 1.0, -2.0]))


def test_a_wrong_second_derivative_is_found_though_the_first_is_right():
    f = function(lambda x: x * x, lambda g, x: g * x.detach() * 2.0)
    x = leaf([0.5, 1.0, -2.0])
    assert gradcheck(f, x)
    with pytest.raises(RuntimeError):
        gradgradcheck(f, x)
    assert gradgradcheck(f, x, raise_exception=False) is False


def test_a_gradient_wrong_for_one_of_several_inputs_or_outputs_is_found():
    square = function(lambda x: x * x, lambda g, x: g * x)
    x, y = leaf([0.5]), leaf([2.0])
    with pytest.raises(RuntimeError, match="input 1"):
        gradcheck(lambda x, y: x * 2.0 + square(y), (x, y))
    with pytest.raises(RuntimeError, match="output 1"):
        gradcheck(lambda x: (x * 2.0, square(x)), x)


def test_inputs_must_be_float64_and_require_gradients():
    with pytest.raises(TypeError, match="float32"):
        gradcheck(lambda x: x * x, fg.ones(2, requires_grad=True))
    with pytest.raises(ValueError, match="no input"):
        gradcheck(lambda x: x * x, fg.ones(2, dtype=fg.float64))


def test_there_must_be_something_to_check():
    for f in (lambda x: x.astype(fg.int64), lambda x: 3.0, lambda x: ()):
        with pytest.raises(ValueError, match="no floating-point tensor"):
            gradcheck(f, leaf([1.0]))
        with pytest.raises(ValueError, match="no tensor that requires gradients"):
            gradgradcheck(f, leaf([1.0]))
    with pytest.raises(ValueError, match="no tensor that requires gradients"):
        gradgradcheck(lambda x: (x * x).detach(), leaf([1.0]))


def test_inputs_that_do_not_require_gradients_are_left_alone():
    assert gradcheck(lambda x, n, k: x * n * k, (leaf([1.0, 2.0]), fg.tensor([1, 2]), 3.0))


def test_an_output_that_does_not_depend_on_an_input_has_zero_gradient():
    x, y = leaf([1.0]), leaf([2.0])
    assert gradcheck(lambda x, y: x * 3.0, (x, y))
    assert gradcheck(lambda x, y: (x * 3.0, y * y), (x, y))
    assert gradgradcheck(lambda x, y: (x * 3.0, y * y), (x, y))


def test_grad_and_values_of_the_inputs_are_untouched():
    x = leaf([1.0, 2.0])
    gradcheck(lambda x: x * x, x)
    assert x.grad is None
    assert x.tolist() == [1.0, 2.0]


def test_an_empty_input_passes():
    assert gradcheck(lambda x: x * x, leaf([]))
