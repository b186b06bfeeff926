# Connectionist temporal classification.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "ops/ctc.h" namespace "fastgrad::ops":
    cdef cppclass CtcLoss:
        Array loss, alpha
    CtcLoss ctc_loss(const Array&, const Array&, const Array&, const Array&, int64_t) except +translate_exception
    Array ctc_loss_backward(
        const Array&, const Array&, const CtcLoss&, const Array&, const Array&, const Array&, int64_t, bint
    ) except +translate_exception
