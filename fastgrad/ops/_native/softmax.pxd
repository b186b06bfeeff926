# Softmax and its logarithm.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "ops/softmax.h" namespace "fastgrad::ops":
    Array softmax(const Array&, int64_t) except +translate_exception
    Array log_softmax(const Array&, int64_t) except +translate_exception
    Array softmax_backward(const Array&, const Array&, int64_t) except +translate_exception
    Array log_softmax_backward(const Array&, const Array&, int64_t) except +translate_exception
