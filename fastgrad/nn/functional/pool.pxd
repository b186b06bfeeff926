from libc.stdint cimport int64_t

from fastgrad._tensor cimport Tensor
from fastgrad.ops._native.pool cimport Pool2dParams

cdef struct Dims2:
    int64_t h, w

cdef Tensor max_scatter(Tensor g, Tensor indices, const Pool2dParams& window, Dims2 size, bint channels_last)
cdef Pool2dParams window_of(str op, object kernel_size, object stride=*, object padding=*, object dilation=*) except *
