# Operations of one array or two, element by element.
from libc.stdint cimport uint8_t

from fastgrad._tensor.cpp cimport Array, translate_exception
from fastgrad.ops._native.copy cimport Scalar


cdef extern from "kernels/elementwise/elementwise.h" namespace "fastgrad" nogil:
    # Those that rules call by themselves; the others are found by their names (`define_unary`, `define_binary`).
    cdef enum class UnaryOp(uint8_t):
        Relu, LeakyRelu, Sigmoid, Tanh
    cdef enum class BinaryOp(uint8_t):
        Add


cdef extern from "ops/elementwise.h" namespace "fastgrad::ops":
    UnaryOp unary_named(const char*) except +translate_exception
    BinaryOp binary_named(const char*) except +translate_exception
    bint has_gradient(UnaryOp)
    bint takes_floats(BinaryOp)
    bint compares(BinaryOp)
    Array unary(UnaryOp, const Array&) except +translate_exception
    Array unary_with "fastgrad::ops::unary"(UnaryOp, const Array&, const double*) except +translate_exception
    Array binary(BinaryOp, const Array&, const Array&) except +translate_exception
    Array binary_scalar(BinaryOp, const Array&, Scalar, bint) except +translate_exception
    void unary_into(const Array&, UnaryOp, const Array&) except +translate_exception
    void binary_into(const Array&, BinaryOp, const Array&, const Array&) except +translate_exception
    void binary_scalar_into(const Array&, BinaryOp, const Array&, Scalar, bint) except +translate_exception
    Array unary_gradient(UnaryOp, const Array&, const Array&) except +translate_exception
    Array unary_gradient_with "fastgrad::ops::unary_gradient"(UnaryOp, const Array&, const Array&, const double*) \
        except +translate_exception
    void unary_gradient_into(const Array&, UnaryOp, const Array&) except +translate_exception
    Array where(const Array&, const Array&, const Array&) except +translate_exception
    Array clip(const Array&, const Scalar*, const Scalar*) except +translate_exception
