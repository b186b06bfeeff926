"""The array standard's functions of sets: which elements there are, where, and how often."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import flag
from fastgrad._tensor.dtype import bool_, int64
from fastgrad._tensor.typing import TensorLike
from fastgrad.ops._arrays import array_of, tensor_of
from fastgrad.ops._common import operand
from fastgrad.ops.creation import ones, zeros
from fastgrad.ops.index import take
from fastgrad.ops.join import concat
from fastgrad.ops.reduce import cumulative_sum
from fastgrad.ops.scan import diff
from fastgrad.ops.search import nonzero
from fastgrad.ops.sort import argsort
from fastgrad.ops.view import ravel, reshape


class UniqueAll(NamedTuple):
    """What ``unique_all`` returns."""

    values: Tensor
    indices: Tensor  #: Where each occurs first, in C order.
    inverse_indices: Tensor  #: Of each element, its place in `values`.
    counts: Tensor


class UniqueCounts(NamedTuple):
    """What ``unique_counts`` returns."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """What ``unique_inverse`` returns."""

    values: Tensor
    inverse_indices: Tensor


def unique_all(x: TensorLike, /) -> UniqueAll:
    """The different elements in ascending order, where each occurs first, which each element is, and how often.

    Parameters
    ----------
    x : Tensor, any shape and dtype
        The elements. No NaN equals another; -0.0 equals 0.0.

    Returns
    -------
    UniqueAll
        A named tuple: `values`, (K,), differentiable; `indices`, (K,), in C order; `inverse_indices`, the shape of `x`;
        `counts`, (K,). All but the values are int64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values, indices, inverse_indices, counts = fg.unique_all(fg.tensor([3, 1, 3]))
    >>> values.tolist(), indices.tolist(), inverse_indices.tolist(), counts.tolist()
    ([1, 3], [1, 0], [1, 0, 1], [1, 2])
    """
    t = operand(x, "unique_all")
    line, order, new = _in_order(t)
    starts = nonzero(new)[0]
    inverse = zeros(line.shape, dtype=int64)
    inverse[order] = cumulative_sum(new) - 1
    counts = diff(starts, append=line.shape[0])
    return UniqueAll(take(line, starts), take(order, starts), reshape(inverse, t.shape), counts)


def _in_order(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The elements in ascending order, where they were, and which of them differ from the one before."""
    flat = ravel(x)
    order = argsort(flat.detach())
    line = take(flat, order)
    first, others = ones(min(1, line.shape[0]), dtype=bool_), line.detach()
    return line, order, concat([first, others[1:] != others[:-1]])


def unique_counts(x: TensorLike, /) -> UniqueCounts:
    """The different elements in ascending order, and how often each occurs.

    Parameters
    ----------
    x : Tensor, any shape and dtype
        The elements. No NaN equals another; -0.0 equals 0.0.

    Returns
    -------
    UniqueCounts
        A named tuple: `values`, (K,), differentiable; `counts`, (K,), int64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values, counts = fg.unique_counts(fg.tensor([3, 1, 3]))
    >>> values.tolist(), counts.tolist()
    ([1, 3], [1, 2])
    """
    line, _, new = _in_order(operand(x, "unique_counts"))
    starts = nonzero(new)[0]
    return UniqueCounts(take(line, starts), diff(starts, append=line.shape[0]))


def unique_inverse(x: TensorLike, /) -> UniqueInverse:
    """The different elements in ascending order, and which of them each element is.

    Parameters
    ----------
    x : Tensor, any shape and dtype
        The elements. No NaN equals another; -0.0 equals 0.0.

    Returns
    -------
    UniqueInverse
        A named tuple: `values`, (K,), differentiable; `inverse_indices`, the shape of `x`, int64, with
        ``values[inverse_indices]`` equal to `x`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values, inverse_indices = fg.unique_inverse(fg.tensor([3, 1, 3]))
    >>> values.tolist(), inverse_indices.tolist()
    ([1, 3], [1, 0, 1])
    """
    found = unique_all(operand(x, "unique_inverse"))
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: TensorLike, /) -> Tensor:
    """The different elements in ascending order.

    Parameters
    ----------
    x : Tensor, any shape and dtype
        The elements. No NaN equals another; -0.0 equals 0.0.

    Returns
    -------
    Tensor, shape (K,)
        Differentiable: the gradient goes to where each occurs first.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.unique_values(fg.tensor([[3, 1], [3, 2]])).tolist()
    [1, 2, 3]
    """
    line, _, new = _in_order(operand(x, "unique_values"))
    return take(line, nonzero(new)[0])


def isin(x1: TensorLike, x2: TensorLike, /, *, invert: bool = False) -> Tensor:
    """Whether each element is among others.

    Parameters
    ----------
    x1 : Tensor
        The elements, or a number.
    x2 : Tensor
        The others, or a number. NaN is among none.
    invert : bool, default False
        Whether it says which are not.

    Returns
    -------
    Tensor of bool, shape of `x1`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.isin(fg.tensor([[1, 2], [3, 4]]), fg.tensor([4, 1])).tolist()
    [[True, False], [False, True]]
    """
    t1, t2 = (operand(x, "isin") for x in (x1, x2))
    if isinstance(x1, float) and t2.dtype.kind == "f":  # a Python number is weak
        t1 = t1.astype(t2.dtype)
    if isinstance(x2, float) and t1.dtype.kind == "f":
        t2 = t2.astype(t1.dtype)
    return tensor_of(np.isin(array_of(t1), array_of(t2), invert=flag(invert, "isin", "invert")))
