"""Fixed points of functions, differentiated where they are and not along the way there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad import func
from fastgrad.autograd import Function
from fastgrad.numpy.autograd.misc.flatten import flatten
from fastgrad.ops.numpy.common import tensor_of


def _iterate(step: Callable[[Any], Any], x: Any, distance: Callable[[Any, Any], Any], tol: float) -> Any:
    while True:
        before, x = x, step(x)
        if float(distance(x, before)) <= tol:
            return x


class _FixedPoint(Function):
    """The solution of ``x = f(a)(x)``, whose derivative by `a` follows from the equation itself (the implicit function
    theorem): what is given back solves ``w = g + w df/dx``, and is then multiplied by ``df/da``."""

    @staticmethod
    def forward(ctx: Any, solve: Any, flat: Any) -> Any:
        x = solve.point(flat)
        ctx.solve = solve
        ctx.save_for_backward(flat, x)
        return x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        solve = ctx.solve
        flat, x = ctx.saved_tensors

        def given_back(at: Any) -> Callable[[Any], Any]:
            g, flat, x = at
            return lambda w: g + func.vjp(lambda x: solve.step(flat, x), x)[1](w)[0]

        # by the same function, so that second derivatives follow
        w = fixed_point(given_back, (g, flat, x), g.detach(), solve.distance, solve.tol)
        return None, func.vjp(lambda flat: solve.step(flat, x), flat)[1](w)[0]


class _Solve:
    """A function of parameters as a vector, where it starts and when it is there."""

    def __init__(self, f: Any, unflatten: Any, start: Any, distance: Any, tol: float) -> None:
        self.f, self.unflatten, self.start, self.distance, self.tol = f, unflatten, start, distance, tol

    def step(self, flat: Any, x: Any) -> Any:
        return tensor_of(self.f(self.unflatten(flat))(x))

    def point(self, flat: Any) -> Any:
        with fg.no_grad():
            return tensor_of(_iterate(lambda x: self.step(flat, x), self.start, self.distance, self.tol))


def fixed_point(
    f: Callable[[Any], Callable[[Any], Any]],
    a: Any,
    x0: Any,
    distance: Callable[[Any, Any], Any],
    tol: float,
) -> Any:
    """Apply the function ``f(a)`` from `x0` on until a step's `distance` is at most `tol`.

    The result has gradients by `a`, numbers or arrays in any structure; `f` must contract near it.
    """
    flat, unflatten = flatten(a)
    return _FixedPoint.apply(_Solve(f, unflatten, tensor_of(x0), distance, tol), flat)
