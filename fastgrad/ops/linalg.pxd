from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Dims
from fastgrad.ops.view cimport expand_axes, swap


cdef inline Tensor transposed(Tensor x):
    return swap(x, x.a.ndim() - 2, x.a.ndim() - 1)


cdef inline Tensor with_axis(Tensor x, int axis):
    cdef Dims axes
    axes.push_back(axis)
    return expand_axes(x, axes)


cdef Tensor joined_rows(Tensor x, const char* op)
cdef Tensor matmul_tensors(Tensor a, Tensor b)
