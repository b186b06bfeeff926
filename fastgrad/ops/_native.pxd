# The operations of the C++ core, as Cython calls them.
from libc.stdint cimport int64_t, uint64_t, uint8_t
from libcpp cimport bool as cbool
from fastgrad._cpp cimport Array, Dims, DType, Kind, translate_exception


cdef extern from "bindings/bridge.h" namespace "fastgrad::bindings":
    ctypedef object (*UnarySlot)(object)
    ctypedef object (*BinarySlot)(object, object)
    ctypedef object (*TernarySlot)(object, object, object)
    cdef cppclass OperatorSlots:
        BinarySlot add, subtract, multiply, divide, floor_divide, remainder, power, matmul
        BinarySlot bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift
        BinarySlot iadd, isubtract, imultiply, idivide, ifloor_divide, iremainder, ipower, iand, ior, ixor
        BinarySlot ilshift, irshift
        UnarySlot negative, positive, absolute, invert
        TernarySlot compare
        BinarySlot getitem
        TernarySlot setitem
        UnarySlot repr
    OperatorSlots operator_slots


cdef extern from "kernels/elementwise.h" namespace "fastgrad" nogil:
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
        AddScaled
        ReluGrad, SigmoidGrad, TanhGrad
        LeakyReluGrad, SoftplusGrad, SiluGrad, GeluGrad, LogSigmoidGrad


cdef extern from "ops/copy.h" namespace "fastgrad::ops":
    cdef cppclass Scalar:
        Scalar()
        double as_double()
    Scalar scalar_from_bool "fastgrad::ops::Scalar::of_bool"(cbool)
    Scalar scalar_from_int "fastgrad::ops::Scalar::of_int"(int64_t)
    Scalar scalar_from_uint "fastgrad::ops::Scalar::of_unsigned"(uint64_t)
    Scalar scalar_from_float "fastgrad::ops::Scalar::of_float"(double)
    Array scalar_array(Scalar, DType, const char*) except +translate_exception
    Array contiguous(const Array&) except +translate_exception
    Array clone(const Array&) except +translate_exception
    Array to_layout(const Array&, const Dims&) except +translate_exception
    Array cast(const Array&, DType) except +translate_exception
    void copy_into(const Array&, const Array&) except +translate_exception
    void fill(const Array&, Scalar) except +translate_exception


cdef extern from "ops/elementwise.h" namespace "fastgrad::ops":
    Array unary(UnaryOp, const Array&) except +translate_exception
    Array unary_with "fastgrad::ops::unary"(UnaryOp, const Array&, double) except +translate_exception
    Array binary(BinaryOp, const Array&, const Array&) except +translate_exception
    Array binary_scalar(BinaryOp, const Array&, Scalar, bint) except +translate_exception
    void binary_into(const Array&, BinaryOp, const Array&, const Array&) except +translate_exception
    void binary_scalar_into(const Array&, BinaryOp, const Array&, Scalar) except +translate_exception
    Array where(const Array&, const Array&, const Array&) except +translate_exception
    Array clip(const Array&, const Scalar*, const Scalar*) except +translate_exception
