"""HIPS autograd's names: in a program's imports ``autograd`` becomes ``fastgrad.numpy.autograd``.

Its derivatives of functions are here; `numpy` is the door itself; `scipy`, `misc`, `extend` and `test_util` stand
below. Derivatives call `fastgrad.func`, whose functions take PyTorch's arguments; these take `argnum`, a place or a
sequence of places among the arguments.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

import fastgrad.numpy as _numpy
from fastgrad import func as _func
from fastgrad.numpy import linalg, random
from fastgrad.ops.numpy.common import tensor_of
from fastgrad.utils.checkpoint import checkpoint as _checkpoint

Function = Callable[..., Any]


def _places(argnum: int | Sequence[int]) -> Any:
    return argnum if isinstance(argnum, int) else tuple(argnum)


def _one_number(fun: Function) -> Function:
    """The function, whose one number may have axes."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        result = fun(*args, **keywords)
        return result.reshape(()) if getattr(result, "ndim", 0) and result.size == 1 else result

    return call


def grad(fun: Function, argnum: int | Sequence[int] = 0) -> Function:
    """Make the gradient of a function that gives one number."""
    gradient: Function = _func.grad(_one_number(fun), _places(argnum))
    return gradient


def value_and_grad(fun: Function, argnum: int | Sequence[int] = 0) -> Function:
    """Make the function that returns a function's value and its gradient."""
    both = _func.grad_and_value(_one_number(fun), _places(argnum))

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        gradient, value = both(*args, **keywords)
        return value, gradient

    return call


def grad_and_aux(fun: Function, argnum: int | Sequence[int] = 0) -> Function:
    """Make the function that returns the gradient of the first of what a function gives, and the second as it is."""
    gradient: Function = _func.grad(fun, _places(argnum), has_aux=True)
    return gradient


def grad_named(fun: Function, argname: str) -> Function:
    """Make the gradient by the argument of a name."""
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))


def elementwise_grad(fun: Function, argnum: int | Sequence[int] = 0) -> Function:
    """Make the gradient of the sum of what a function gives: its slope at each element, where these are apart."""

    @functools.wraps(fun)
    def total(*args: Any, **keywords: Any) -> Any:
        return tensor_of(fun(*args, **keywords)).sum()

    return grad(total, argnum)


def jacobian(fun: Function, argnum: int = 0) -> Function:
    """Make the Jacobian of a function, of the output's shape and then the argument's."""
    rows: Function = _func.jacrev(fun, argnum)
    return rows


def hessian(fun: Function, argnum: int = 0) -> Function:
    """Make the Hessian of a function."""
    return jacobian(jacobian(fun, argnum), argnum)


def _of_one(fun: Function, argnum: int, args: tuple[Any, ...], keywords: dict[str, Any]) -> Function:
    """A function of the argument at a place, at which the others are given."""

    def of_one(x: Any) -> Any:
        given = list(args)
        given[argnum] = x
        return fun(*given, **keywords)

    return of_one


def make_vjp(fun: Function, argnum: int = 0) -> Function:
    """Make the function that returns what multiplies vectors by the Jacobian from the left, and a function's value."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        value, pull = _func.vjp(_of_one(fun, argnum, args, keywords), args[argnum])
        return lambda vector: pull(vector)[0], value

    return call


def make_jvp(fun: Function, argnum: int = 0) -> Function:
    """Make the function that returns what gives, of a vector, a function's value and the Jacobian times the vector."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        of_one = _of_one(fun, argnum, args, keywords)
        return lambda vector: _func.jvp(of_one, (args[argnum],), (vector,))

    return call


def deriv(fun: Function, argnum: int = 0) -> Function:
    """Make the derivative along ones: of a function of one number, its slope, of what it gives at once."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        return make_jvp(fun, argnum)(*args, **keywords)(_numpy.ones_like(args[argnum]))[1]

    return call


def make_hvp(fun: Function, argnum: int = 0) -> Function:
    """Make the function that returns what multiplies vectors by the Hessian, and the gradient."""
    return make_vjp(grad(fun, argnum), argnum)


def _half_square(x: Any) -> Any:
    return 0.5 * _numpy.sum(x**2, axis=-1)


def make_ggnvp(f: Function, g: Function = _half_square, f_argnum: int = 0) -> Function:
    """Make the function that returns what multiplies vectors by the Gauss-Newton matrix of ``g(f(x))``: the Hessian of
    `g` between the Jacobians of `f`."""

    @functools.wraps(f)
    def call(*args: Any, **keywords: Any) -> Any:
        push = make_jvp(f, f_argnum)(*args, **keywords)
        pull, value = make_vjp(f, f_argnum)(*args, **keywords)
        curve = make_hvp(g)(value)[0]
        return lambda vector: pull(curve(push(vector)[1]))

    return call


def hessian_vector_product(fun: Function, argnum: int = 0) -> Function:
    """Make the function of a function's arguments and a vector that returns the Hessian times the vector."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        *given, vector = args
        return make_hvp(fun, argnum)(*given, **keywords)[0](vector)

    return call


def vector_jacobian_product(fun: Function, argnum: int = 0) -> Function:
    """Make the function of a function's arguments and a vector that returns the vector times the Jacobian."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        *given, vector = args
        return make_vjp(fun, argnum)(*given, **keywords)[0](vector)

    return call


hessian_tensor_product = hessian_vector_product
tensor_jacobian_product = vector_jacobian_product


def checkpoint(fun: Function) -> Function:
    """Make a function that is computed again where gradients need what it has computed on its way, to keep less."""

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        return _checkpoint(fun, *args, use_reentrant=False, **keywords)

    return call


def multigrad_dict(fun: Function) -> Function:
    """Make the gradients by all arguments, as a mapping of their names."""
    signature = inspect.signature(fun)

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        bound = signature.bind(*args, **keywords)
        bound.apply_defaults()

        def of_names(named: dict[str, Any]) -> Any:
            again = inspect.BoundArguments(signature, dict(named))
            return fun(*again.args, **again.kwargs)

        return grad(of_names)(dict(bound.arguments))

    return call


# ``import autograd.numpy as np`` and what stands below it
for _module in (_numpy, linalg, random, _numpy.fft):
    sys.modules[f"{__name__}.{_module.__name__.removeprefix('fastgrad.')}"] = _module
numpy = _numpy
