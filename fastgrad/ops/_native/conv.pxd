# Convolutions; one may have the batch normalisation after it folded in.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, translate_exception
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops._native.normalization cimport BatchNormArrays


cdef extern from "ops/conv.h" namespace "fastgrad::ops":
    cdef cppclass Conv2dParams:
        int64_t stride[2]
        int64_t padding[2]
        int64_t dilation[2]
        int64_t groups
    Array conv2d(
        const Array&, const Array&, const Array*, const Conv2dParams&, const BatchNormArrays*, double, Activation, bint
    ) except +translate_exception
    Array conv2d_grad_input(const Array&, const Array&, const Conv2dParams&, int64_t, int64_t) \
        except +translate_exception
    cdef cppclass Conv2dGradients:
        Array x, w, bias
    Conv2dGradients conv2d_grad_weight(const Array&, const Array&, const Conv2dParams&, int64_t, int64_t, bint) \
        except +translate_exception
    Conv2dGradients conv2d_gradients(const Array&, const Array&, const Array&, const Conv2dParams&, bint) \
        except +translate_exception
