# Written by tools/stubs.py.
from typing import overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, DTypeLike, TensorLike

@overload
def all(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """Whether all elements along an axis, several, or all are nonzero."""

@overload
def all(x: TensorLike, axis: AxisLike = None, *, keepdim: bool) -> Tensor: ...
@overload
def all(x: TensorLike, *, dim: AxisLike = None, keepdim: bool = False) -> Tensor: ...
@overload
def any(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """Whether any element along an axis, several, or all is nonzero."""

@overload
def any(x: TensorLike, axis: AxisLike = None, *, keepdim: bool) -> Tensor: ...
@overload
def any(x: TensorLike, *, dim: AxisLike = None, keepdim: bool = False) -> Tensor: ...
def check_axes(axis: AxisLike, ndim: int, op: str) -> None:
    """Refuses what are no axes of an operation that is written in Python."""

@overload
def cumulative_sum(
    x: TensorLike, axis: int | None = None, dtype: DTypeLike | None = None, include_initial: bool = False
) -> Tensor:
    """Sums of all elements up to each one along an axis.

    Parameters
    ----------
    x : Tensor
        What is added up.
    axis : int, optional
        May be left out for one dimension.
    dtype : dtype, optional
        Convert to this dtype first; the result has it.
    include_initial : bool
        Begin with a 0: the result is one longer.
    """

@overload
def cumulative_sum(
    x: TensorLike, *, dim: int | None = None, dtype: DTypeLike | None = None, include_initial: bool = False
) -> Tensor: ...
@overload
def logsumexp(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) along an axis, several, or all, without overflow."""

@overload
def logsumexp(x: TensorLike, axis: AxisLike = None, *, keepdim: bool) -> Tensor: ...
@overload
def logsumexp(x: TensorLike, *, dim: AxisLike = None, keepdim: bool = False) -> Tensor: ...
def max(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The largest element along an axis, several, or all; NaN if any is. Ties share the gradient evenly.

    Values only: their places are ``argmax``. Of two tensors: ``maximum``. ValueError where there is no element.
    """

@overload
def mean(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False) -> Tensor:
    """The mean along an axis, several, or all; float64 of integers and bools. NaN of no elements."""

@overload
def mean(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: bool) -> Tensor: ...
@overload
def mean(x: TensorLike, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: bool = False) -> Tensor: ...
def min(x: TensorLike, axis: AxisLike = None, keepdims: bool = False) -> Tensor:
    """The smallest element along an axis, several, or all; NaN if any is. Ties share the gradient evenly.

    Values only: their places are ``argmin``. Of two tensors: ``minimum``. ValueError where there is no element.
    """

@overload
def prod(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False) -> Tensor:
    """The product along an axis, several, or all."""

@overload
def prod(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: bool) -> Tensor: ...
@overload
def prod(x: TensorLike, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: bool = False) -> Tensor: ...
def std(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
    """The standard deviation along an axis, several, or all: the root of ``var``."""

@overload
def sum(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False) -> Tensor:
    """The sum along an axis, several, or all.

    Integers and bools are summed as int64, unsigned integers as uint64, and stay so unless `dtype` is given. Floats are
    summed in fixed blocks by several accumulators, the blocks pairwise: see ``src/kernels/reduce/reduce.h`` for the
    error bound.

    Parameters
    ----------
    x : Tensor
        What is added up.
    axis : int or tuple of int, optional
        The axes summed over; None for all.
    dtype : dtype, optional
        Convert to this dtype first; the result has it. Sums of integers that do not fit wrap around.
    keepdims : bool
        Keep the summed axes, with length 1.
    """

@overload
def sum(x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: bool) -> Tensor: ...
@overload
def sum(x: TensorLike, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: bool = False) -> Tensor: ...
def var(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
    """The variance along an axis, several, or all: squared deviations from the mean over (elements - correction).

    ``correction=1`` gives the unbiased estimate. float64 of integers.
    """
