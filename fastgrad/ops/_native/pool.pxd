# Pooling.
from libc.stdint cimport int64_t
from libcpp.pair cimport pair

from fastgrad._tensor.cpp cimport Array, Dims, translate_exception


cdef extern from "ops/pool.h" namespace "fastgrad::ops":
    cdef cppclass Pool2dParams:
        int64_t kernel[2]
        int64_t stride[2]
        int64_t padding[2]
        int64_t dilation[2]
        bint ceil_mode
        bint count_include_pad
        int64_t divisor_override
    void check_window(const Pool2dParams&, const char*) except +translate_exception
    pair[Array, Array] max_pool2d(const Array&, const Pool2dParams&, const char*) except +translate_exception
    Array max_pool2d_positions(const Array&, const Pool2dParams&, int64_t, int64_t) except +translate_exception
    Array max_pool2d_backward(const Array&, const Array&, const Pool2dParams&, int64_t, int64_t, bint) \
        except +translate_exception
    Array max_pool2d_gather(const Array&, const Array&, const Pool2dParams&) except +translate_exception
    Array avg_pool2d(const Array&, const Pool2dParams&, const char*) except +translate_exception
    Array avg_pool2d_backward(const Array&, const Pool2dParams&, int64_t, int64_t, bint) except +translate_exception
    Array adaptive_max_positions(const Array&, const Dims&, const char*) except +translate_exception
    Array adaptive_avg_pool2d(const Array&, int64_t, int64_t, const char*) except +translate_exception
    Array adaptive_avg_pool2d_backward(const Array&, int64_t, int64_t, bint) except +translate_exception
