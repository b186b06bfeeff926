# Products of matrices.
from libc.stdint cimport uint8_t

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "kernels/gemm/gemm.h" namespace "fastgrad" nogil:
    cdef enum class Activation(uint8_t):
        Relu


cdef extern from "ops/matmul.h" namespace "fastgrad::ops":
    Array matmul(const Array&, const Array&) except +translate_exception
    Array linear(const Array&, const Array&, const Array*, Activation) except +translate_exception
