# Convolutions; one may have the batch normalisation after it folded in.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, translate_exception
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops._native.normalization cimport BatchNormArrays


cdef extern from "ops/conv.h" namespace "fastgrad::ops":
    cdef cppclass ConvAxes:
        int64_t of[3]
    cdef cppclass ConvParams:
        int axes
        ConvAxes stride, padding, dilation
        int64_t groups
    Array conv(
        const Array&, const Array&, const Array*, const ConvParams&, const BatchNormArrays*, double, Activation, bint
    ) except +translate_exception
    Array conv_transpose(const Array&, const Array&, const Array*, const ConvParams&, const ConvAxes&) \
        except +translate_exception
    Array conv_grad_input(const Array&, const Array&, const ConvParams&, const ConvAxes&) except +translate_exception
    cdef cppclass ConvGradients:
        Array x, w, bias
    ConvGradients conv_grad_weight(const Array&, const Array&, const ConvParams&, const ConvAxes&, bint) \
        except +translate_exception
    ConvGradients conv_gradients(const Array&, const Array&, const Array&, const ConvParams&, bint) \
        except +translate_exception
