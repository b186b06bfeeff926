from libc.stdint cimport int64_t

from fastgrad._tensor cimport Tensor
from fastgrad.ops._native.pool cimport Pool2dParams

cdef struct Dims2:
    int64_t h, w

# The windows of 1 to 3 axes.
cdef struct Windows:
    int axes
    int64_t kernel[3]
    int64_t stride[3]
    int64_t padding[3]
    int64_t dilation[3]
    bint ceil_mode, count_include_pad
    int64_t divisor_override

cdef Tensor max_scatter(Tensor g, Tensor indices, const Pool2dParams& window, Dims2 size, bint channels_last)
cdef Pool2dParams window_of(str op, object kernel_size, object stride=*, object padding=*, object dilation=*) except *
cdef Windows windows_of(
    str op, int axes, object kernel_size, object stride=*, object padding=*, object dilation=*
) except *
cdef Tensor batch_along(Tensor x, int axes, str op)
cdef Tensor as_planes(Tensor x)
cdef Tensor as_columns(Tensor planes, tuple volume)
cdef tuple max_along(Tensor x, const Windows& windows, str op, bint with_positions)
