"""HIPS autograd's operators: each gives what mathematics says of one function."""

from __future__ import annotations

import inspect

import fastgrad.numpy.autograd.numpy as np
import numpy
import pytest

from fastgrad.numpy import autograd

A = numpy.array([[2.0, 0.5, -1.0], [0.3, 1.5, 0.7]])
X = numpy.array([0.4, -1.2, 0.9])
U, V = numpy.array([1.0, -2.0, 0.5]), numpy.array([0.5, 3.0])
JACOBIAN = A * numpy.cos(A @ X)[:, None]  # of `curve`
GRADIENT = JACOBIAN.sum(0)  # of its sum, as the Hessian is
HESSIAN = -(A.T * numpy.sin(A @ X)) @ A


def curve(x):
    return np.sin(np.dot(A, x))


def total(x):
    return np.sum(curve(x))


def scaled(x, scale=2.0):
    return scale * total(x)


def with_extra(x):
    return total(x), "extra"


def pulled(operator, *vectors):
    """What the function that a maker returns first gives, and what it returns second."""
    first, second = operator(X)
    return first(*vectors), second


CALLS = {
    "grad": lambda: (autograd.grad(total)(X), GRADIENT),
    "value_and_grad": lambda: (autograd.value_and_grad(total)(X), (total(X), GRADIENT)),
    "grad_and_aux": lambda: (autograd.grad_and_aux(with_extra)(X), (GRADIENT, "extra")),
    "grad_named": lambda: (autograd.grad_named(scaled, "scale")(X, 3.0), total(X)),
    "multigrad_dict": lambda: (autograd.multigrad_dict(scaled)(X), {"x": 2 * GRADIENT, "scale": total(X)}),
    "elementwise_grad": lambda: (autograd.elementwise_grad(np.sin)(X), numpy.cos(X)),
    "deriv": lambda: (autograd.deriv(curve)(X), JACOBIAN @ numpy.ones(3)),
    "jacobian": lambda: (autograd.jacobian(curve)(X), JACOBIAN),
    "hessian": lambda: (autograd.hessian(total)(X), HESSIAN),
    "make_vjp": lambda: (pulled(autograd.make_vjp(curve), V), (V @ JACOBIAN, curve(X))),
    "make_jvp": lambda: (autograd.make_jvp(curve)(X)(U), (curve(X), JACOBIAN @ U)),
    "make_hvp": lambda: (pulled(autograd.make_hvp(total), U), (HESSIAN @ U, GRADIENT)),
    "make_ggnvp": lambda: (autograd.make_ggnvp(curve)(X)(U), JACOBIAN.T @ (JACOBIAN @ U)),
    "hessian_vector_product": lambda: (autograd.hessian_vector_product(total)(X, U), HESSIAN @ U),
    "hessian_tensor_product": lambda: (autograd.hessian_tensor_product(total)(X, U), HESSIAN @ U),
    "vector_jacobian_product": lambda: (autograd.vector_jacobian_product(curve)(X, V), V @ JACOBIAN),
    "tensor_jacobian_product": lambda: (autograd.tensor_jacobian_product(curve)(X, V), V @ JACOBIAN),
    "checkpoint": lambda: (autograd.grad(autograd.checkpoint(total))(X), GRADIENT),
}


def assert_same(got, want):
    if isinstance(want, str):
        assert got == want
    elif isinstance(want, dict):
        assert set(got) == set(want)
        for name, value in want.items():
            assert_same(got[name], value)
    elif isinstance(want, tuple):
        for one, other in zip(got, want, strict=True):
            assert_same(one, other)
    else:
        assert numpy.shape(got) == numpy.shape(want)
        numpy.testing.assert_allclose(numpy.asarray(got), numpy.asarray(want), rtol=1e-12)


def test_a_derivative_may_be_of_one_number():
    assert_same(autograd.deriv(np.sin)(0.3), numpy.cos(0.3))


def test_a_gauss_newton_matrix_is_of_any_outer_function():
    product = autograd.make_ggnvp(curve, lambda y: np.sum(y**3))(X)(U)
    assert_same(product, JACOBIAN.T @ (6 * numpy.sin(A @ X) * (JACOBIAN @ U)))


@pytest.mark.parametrize("name", CALLS)
def test_an_operator_gives_what_mathematics_says(name):
    assert_same(*CALLS[name]())


def test_every_operator_is_called():
    public = {n for n, v in vars(autograd).items() if inspect.isfunction(v) and not n.startswith("_")}
    assert public - {"tensor_of"} <= {*CALLS}
