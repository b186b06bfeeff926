# Products of matrices.
from fastgrad._tensor.cpp cimport Array, translate_exception
from fastgrad.ops._native.epilogue cimport Activation


cdef extern from "ops/matmul.h" namespace "fastgrad::ops":
    Array matmul(const Array&, const Array&) except +translate_exception
    Array linear(const Array&, const Array&, const Array*, Activation) except +translate_exception
