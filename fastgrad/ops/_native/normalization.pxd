# Batch, layer, RMS and group normalisation.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, translate_exception
from fastgrad.ops._native.epilogue cimport Activation


cdef extern from "ops/normalization.h" namespace "fastgrad::ops":
    cdef cppclass BatchNormArrays:
        Array weight, bias, running_mean, running_var
    cdef cppclass BatchNormParams:
        bint training
        double momentum, eps
        Activation activation
        bint pool
        int64_t kernel[2]
    cdef cppclass BatchNormResult:
        Array out, statistics, indices
    cdef cppclass NormResult:
        Array out, mean, rstd
    cdef cppclass NormGrads:
        Array x, weight, bias
    BatchNormResult batch_norm(const Array&, const BatchNormArrays&, const BatchNormParams&) except +translate_exception
    bint batch_norm_scales(const Array&) except +translate_exception
    Array batch_norm_again(const Array&, const Array&) except +translate_exception
    NormGrads batch_norm_backward(
        const Array&, const Array&, const Array&, const BatchNormResult&, const BatchNormParams&, bint, bint, bint, bint
    ) except +translate_exception
    bint batch_norm_pools(const Array&, int64_t, int64_t)
    NormResult layer_norm(
        const Array&, int, const Array&, const Array&, double, bint, const char*
    ) except +translate_exception
    NormGrads layer_norm_backward(
        const Array&, const Array&, int, const Array&, const Array&, const Array&, double, bint, bint, bint, bint
    ) except +translate_exception
    BatchNormResult group_norm(
        const Array&, int64_t, const BatchNormArrays&, double, double, const char*
    ) except +translate_exception
    NormGrads group_norm_backward(
        const Array&, const Array&, int64_t, const Array&, const Array&, bint, bint, bint
    ) except +translate_exception
