# Operations of one array or two, element by element.
from libc.stdint cimport uint8_t

from fastgrad._cpp cimport Array, translate_exception
from fastgrad.ops._native.copy cimport Scalar


cdef extern from "kernels/elementwise/elementwise.h" namespace "fastgrad" nogil:
    cdef enum class UnaryOp(uint8_t):
        Abs, Negative, Sign, Square, Relu, Floor, Ceil, Round, Trunc
        BitwiseInvert
        IsNan, IsInf, IsFinite, LogicalNot
        Sqrt, Rsqrt, Reciprocal
        Exp, Exp2, Expm1, Log, Log1p, Log2, Log10
        Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh
        Erf, Sigmoid, LogSigmoid, Softplus, Silu, Gelu
        LeakyRelu
    cdef enum class BinaryOp(uint8_t):
        Add, Subtract, Multiply, FloorDivide, Remainder, Pow, Maximum, Minimum
        BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift
        Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual
        LogicalAnd, LogicalOr, LogicalXor
        Divide, Atan2, Hypot
        ReluGrad, SigmoidGrad, TanhGrad
        LeakyReluGrad, SoftplusGrad, SiluGrad, GeluGrad, LogSigmoidGrad


cdef extern from "ops/elementwise.h" namespace "fastgrad::ops":
    Array unary(UnaryOp, const Array&) except +translate_exception
    Array unary_with "fastgrad::ops::unary"(UnaryOp, const Array&, double) except +translate_exception
    Array binary(BinaryOp, const Array&, const Array&) except +translate_exception
    Array binary_with "fastgrad::ops::binary"(BinaryOp, const Array&, const Array&, double) except +translate_exception
    Array binary_scalar(BinaryOp, const Array&, Scalar, bint) except +translate_exception
    void unary_into(const Array&, UnaryOp, const Array&) except +translate_exception
    void binary_into(const Array&, BinaryOp, const Array&, const Array&) except +translate_exception
    void binary_scalar_into(const Array&, BinaryOp, const Array&, Scalar) except +translate_exception
    Array where(const Array&, const Array&, const Array&) except +translate_exception
    Array clip(const Array&, const Scalar*, const Scalar*) except +translate_exception
