from libc.stdint cimport int64_t
from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Array, Dims


# Of an operation whose gradient has a shape that is known: the input's.
cdef struct ShapeAttributes:
    Dims shape


cdef Tensor reshape_to(Tensor x, const Dims& shape, const char* op)
cdef Tensor permute_by(Tensor x, const Dims& axes)
cdef Tensor broadcast_tensor(Tensor x, const Dims& shape)
cdef Tensor expand_axes(Tensor x, const Dims& axes)
cdef Tensor squeezed(Tensor t, object axis, bint leaves)
cdef Tensor permuted(Tensor t, object axes)
cdef Tensor transposed(Tensor t, object axes)
cdef Tensor swap(Tensor x, int a, int b)
cdef Tensor slice_axis(Tensor x, int axis, int64_t start, int64_t stop, int64_t step)
cdef Tensor select_axis(Tensor x, int axis, int64_t index)
cdef Tensor basic_view(Tensor x, tuple key)
cdef Tensor flip_axes(Tensor x, const Dims& axes)
