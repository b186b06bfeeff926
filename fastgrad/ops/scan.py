"""Along one axis: products up to each element, differences of neighbours, and derivatives by them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, flag, whole
from fastgrad._tensor.dtype import as_dtype, bfloat16, bool_, float16, float32, int64, uint64
from fastgrad._tensor.typing import DTypeLike, TensorLike
from fastgrad.errors import TensorValueError
from fastgrad.ops._common import operand
from fastgrad.ops._words import in_both_vocabularies
from fastgrad.ops.compare import bitwise_xor
from fastgrad.ops.creation import asarray, ones
from fastgrad.ops.dtypes import result_type
from fastgrad.ops.join import concat
from fastgrad.ops.view import broadcast_to, moveaxis


def _cut(x: Tensor, at: int, start: int | None, stop: int | None) -> Tensor:
    """A part of one axis, as a view."""
    part: Tensor = x[(slice(None),) * at + (slice(start, stop),)]
    return part


@in_both_vocabularies
def cumulative_prod(
    x: TensorLike, axis: int | None = None, dtype: DTypeLike | None = None, include_initial: bool = False
) -> Tensor:
    """Products of all elements up to each one along an axis. Gradients are exact also at zeros.

    Parameters
    ----------
    x : Tensor
        The factors.
    axis : int, optional
        May be left out for one dimension.
    dtype : dtype, optional
        Convert to this dtype first; the result has it. By default int64 of bools and signed integers, uint64 of
        unsigned ones.
    include_initial : bool
        Begin with a 1: the result is one longer.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If no axis is given, and there is not one.

    Notes
    -----
    It multiplies one after the other. The gradient of factor i is the product of those before it times r[i], where
    r[i] = g[i] + x[i + 1] r[i + 1], which nothing divides by: that is summed up by doubling, in log2(n) passes, each of
    which gives derivatives of any order.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.cumulative_prod(fg.tensor([1, 2, 3, 4])).tolist()
    [1, 2, 6, 24]
    """
    t = operand(x, "cumulative_prod")
    if axis is None and t.ndim != 1:
        raise TensorValueError(f"cumulative_prod: name the axis of shape {tuple(t.shape)}")
    at = axis_number(0 if axis is None else axis, t.ndim, "cumulative_prod")
    from_one = flag(include_initial, "cumulative_prod", "include_initial")
    if dtype is not None:
        t = t.astype(as_dtype(dtype), copy=False)
    elif t.dtype.kind != "f":
        t = t.astype(uint64 if t.dtype.kind == "u" else int64, copy=False)
    given = t.dtype
    if given is float16 or given is bfloat16 or given is bool_:  # computed wide, and rounded once
        t = t.astype(int64 if given is bool_ else float32)
    if from_one:
        t = concat([ones([1 if i == at else n for i, n in enumerate(t.shape)], dtype=t.dtype), t], axis=at)
    from fastgrad.autograd import _custom, is_grad_enabled

    found: Tensor
    if t.requires_grad and is_grad_enabled():
        found = _products().apply(t, at)
    else:
        found = _multiplied(t, at)
        _custom.tell(found, [t])
    return found.astype(given, copy=False)


def _multiplied(x: Tensor, at: int) -> Tensor:
    with np.errstate(all="ignore"):  # what leaves the range is infinite, as everywhere
        return asarray(np.multiply.accumulate(x.detach().numpy(), at))


@cache
def _products() -> Any:
    """The function with its gradient; made when it is first asked for, since fastgrad.autograd needs the operations."""
    from fastgrad.autograd import Function

    class CumulativeProduct(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, at: int) -> Tensor:
            ctx.save_for_backward(x)
            ctx.at = at
            return _multiplied(x, at)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            (x,), at = ctx.saved_tensors, ctx.at
            one = ones([1 if i == at else n for i, n in enumerate(x.shape)], dtype=x.dtype)
            before = cumulative_prod(concat([one, _cut(x, at, None, -1)], axis=at), at)
            factor, total, step = concat([_cut(x, at, 1, None), one], axis=at), g, 1
            while step < x.shape[at]:  # total[i]: of g[i] to g[i + step - 1]; factor[i]: the product of as many
                head, tail = _cut(factor, at, None, -step), _cut(factor, at, -step, None)
                total = concat([_cut(total, at, None, -step) + head * _cut(total, at, step, None),
                                _cut(total, at, -step, None)], axis=at)  # fmt: skip
                factor = concat([head * _cut(factor, at, step, None), tail], axis=at)
                step *= 2
            return before * total, None

    return CumulativeProduct


@in_both_vocabularies
def diff(
    x: TensorLike,
    /,
    n: int = 1,
    axis: int = -1,
    prepend: TensorLike | None = None,
    append: TensorLike | None = None,
) -> Tensor:
    """Differences of neighbours along an axis, n times over.

    Parameters
    ----------
    x : Tensor, at least one axis
        What is subtracted; of bools the exclusive or is taken.
    n : int, default 1
        How often; 0 gives `x`.
    axis : int, default -1
        Where neighbours are.
    prepend, append : Tensor, optional
        What stands before and after `x` along the axis; a number stands there once.

    Returns
    -------
    Tensor
        The axis is shorter by n.

    Raises
    ------
    ValueError
        If there is no axis, or n is negative.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.diff(fg.tensor([1.0, 4.0, 9.0])).tolist(), fg.diff(fg.tensor([1, 4, 9]), n=2).tolist()
    ([3.0, 5.0], [2])
    """
    t = operand(x, "diff")
    times = whole(n, "diff", "n")
    if t.ndim == 0:
        raise TensorValueError("diff: x must have at least one axis, got shape ()")
    if times < 0:
        raise TensorValueError(f"diff: n must not be negative, got {times}")
    at = axis_number(axis, t.ndim, "diff")
    parts = [_beside(prepend, t, at), [t], _beside(append, t, at)]
    t = concat([part for side in parts for part in side], axis=at)
    for _ in range(min(times, t.shape[at])):  # after which nothing is left
        after, before = _cut(t, at, 1, None), _cut(t, at, None, -1)
        t = bitwise_xor(after, before) if t.dtype is bool_ else after - before
    return t


def _beside(end: TensorLike | None, x: Tensor, at: int) -> list[Tensor]:
    """What stands at an end of an axis, if anything does."""
    if end is None:
        return []
    if isinstance(end, (bool, int, float)):  # weak
        e = operand(end, "diff").astype(result_type(x, end))
    else:
        e = operand(end, "diff", x)
    if e.ndim == 0:
        e = broadcast_to(e, [1 if i == at else n for i, n in enumerate(x.shape)])
    return [e]


def derivative(x: Tensor, space: Tensor, at: int, edge_order: int) -> Tensor:
    """The derivative of samples along an axis, by differences of second order, at the ends of the order that is given.

    Their distance is a number, or their places are a vector. Formula: Fornberg, "Generation of finite difference
    formulas on arbitrarily spaced grids" (1988), of three points.
    """
    n = x.shape[at]
    if n < edge_order + 1:
        raise TensorValueError(f"gradient: an axis must have at least {edge_order + 1} samples, got {n}")
    y = moveaxis(x, at, -1)
    h = space.astype(y.dtype, copy=False)
    if not h.ndim:
        inner = (y[..., 2:] - y[..., :-2]) / (2 * h)
        first, last = (y[..., 1:2] - y[..., :1]) / h, (y[..., -1:] - y[..., -2:-1]) / h
        if edge_order == 2:
            first = (2 * y[..., 1:2] - 1.5 * y[..., :1] - 0.5 * y[..., 2:3]) / h
            last = (1.5 * y[..., -1:] - 2 * y[..., -2:-1] + 0.5 * y[..., -3:-2]) / h
        return moveaxis(concat([first, inner, last], axis=-1), -1, at)
    h = h[1:] - h[:-1]
    slopes = (y[..., 1:] - y[..., :-1]) / h
    before, after = h[:-1], h[1:]
    inner = (slopes[..., :-1] * after + slopes[..., 1:] * before) / (before + after)
    first, last = slopes[..., :1], slopes[..., -1:]
    if edge_order == 2:
        bend = (slopes[..., 1:] - slopes[..., :-1]) / (before + after)
        first = first - bend[..., :1] * h[0]
        last = last + bend[..., -1:] * h[-1]
    return moveaxis(concat([first, inner, last], axis=-1), -1, at)
