# Scaled dot product attention.
from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "ops/attention.h" namespace "fastgrad::ops":
    cdef cppclass AttentionResult:
        Array out, log_sums
    cdef cppclass AttentionGrads:
        Array q, k, v
    AttentionResult attention(
        const Array&, const Array&, const Array&, const Array&, bint, double
    ) except +translate_exception
    AttentionGrads attention_backward(
        const Array&, const Array&, const Array&, const Array&, const Array&, bint, double, const AttentionResult&,
        bint, bint, bint
    ) except +translate_exception
    void attention_check(const Array&, const Array&, const Array&, const Array&) except +translate_exception
