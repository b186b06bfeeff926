"""Functions with gradients of one's own: ``@primitive``, and ``defvjp`` for what multiplies by their Jacobians."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.errors import TensorTypeError
from fastgrad.ops.numpy.common import tensor_of

Rule = Callable[..., Callable[[Any], Any]]


class _Primitive(Function):
    """A call of a function whose inside is not recorded."""

    @staticmethod
    def forward(ctx: Any, fun: Any, keywords: dict[str, Any], *args: Any) -> Any:
        ctx.fun, ctx.keywords, ctx.args = fun, keywords, args
        result = tensor_of(fun(*(arg.detach() if isinstance(arg, Tensor) else arg for arg in args), **keywords))
        ctx.save_for_backward(result)  # with its history, for second derivatives
        return result

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        rules, (result,) = ctx.fun.rules, ctx.saved_tensors
        found: list[Any] = [None, None]
        for place, arg in enumerate(ctx.args):
            if not (isinstance(arg, Tensor) and arg.requires_grad):
                found.append(None)
            elif place in rules:
                found.append(rules[place](result, *ctx.args, **ctx.keywords)(g))
            else:
                raise TensorTypeError(f"{ctx.fun.__name__}: argument {place} has no gradient; defvjp gives it one")
        return tuple(found)


def primitive(fun: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a primitive: nothing in it is recorded, and its gradients are what `defvjp` says."""
    fun.rules = {}  # type: ignore[attr-defined]

    @functools.wraps(fun)
    def call(*args: Any, **keywords: Any) -> Any:
        return _Primitive.apply(fun, keywords, *args)

    return call


def defvjp(fun: Callable[..., Any], *vjpmakers: Rule | None, argnums: Sequence[int] | None = None) -> None:
    """Give a primitive its gradients: of each argument a function of the result and all arguments that returns the
    function of the result's gradient. None: there is none, and the argument counts as constant."""
    rules = fun.rules  # type: ignore[attr-defined]
    for place, maker in zip(range(len(vjpmakers)) if argnums is None else argnums, vjpmakers, strict=False):
        rules[place] = maker if maker is not None else (lambda *args, **keywords: lambda g: None)
