# distutils: language = c++
"""Searching: the places of extremes and of what is not zero, and how many that is."""
from libcpp.vector cimport vector

from fastgrad._tensor cimport Tensor, wrap
from fastgrad._tensor.convert cimport axis_of
from fastgrad._tensor.cpp cimport Array, Dims
from fastgrad.ops._common cimport as_tensor, in_our_words
cimport fastgrad.ops._native.reduce as native
cimport fastgrad.ops._native.index as native_index
from fastgrad.ops._native.copy cimport contiguous
from fastgrad.ops.elementwise cimport NOTHING
from fastgrad.ops.reduce cimport Reduction, define_reduction, keeps_axes, reduction
from fastgrad.ops.view cimport reshape_to

from fastgrad.ops._common import one_vocabulary


# ---- extremes --------------------------------------------------------------------------------------------------------

cdef Tensor _arg(bint largest, object x, object axis, object keepdims, const char* label):
    cdef bint kept = keeps_axes(keepdims, label)
    cdef Tensor t = as_tensor(x, label), out
    if axis is not None:
        return wrap(native.arg_reduce(largest, t.a, axis_of(axis, t.a.ndim(), label), kept))
    cdef Array line = contiguous(t.a).view(Dims(1, t.a.size()), Dims(1, 1), 0)
    out = wrap(native.arg_reduce(largest, line, 0, False))
    if kept:
        return reshape_to(out, Dims(t.a.ndim(), 1), label)
    return out


@one_vocabulary
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False, **torchs) -> Tensor:
    """The place of the largest element, the first if several, as int64: along an axis, or in C order of all."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "argmax", axis, None, keepdims)
    return _arg(True, x, axis, keepdims, b"argmax")


@one_vocabulary
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False, **torchs) -> Tensor:
    """The place of the smallest element, the first if several, as int64: along an axis, or in C order of all."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "argmin", axis, None, keepdims)
    return _arg(False, x, axis, keepdims, b"argmin")


# ---- what is not zero ------------------------------------------------------------------------------------------------

cdef tuple places(Tensor mask):
    """Where a mask is true: one int64 tensor per axis."""
    cdef vector[Array] found = native_index.nonzero(mask.a)
    cdef size_t i
    return tuple([wrap(found[i]) for i in range(found.size())])


def nonzero(x: TensorLike, /) -> tuple[Tensor, ...]:
    """Where the elements are not zero, in C order: a tuple of int64 tensors, one per axis."""
    return places(as_tensor(x, b"nonzero"))


cdef Reduction COUNT_NONZERO = define_reduction(b"count_nonzero", NULL, NOTHING)


@one_vocabulary
def count_nonzero(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """The number of nonzero elements along an axis, several, or all, as int64."""
    return reduction(&COUNT_NONZERO, x, axis, keepdims, torchs)
