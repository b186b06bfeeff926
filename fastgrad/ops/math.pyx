# distutils: language = c++
"""The functions of mathematics: powers and roots, exponentials and logarithms, angles, rounding."""
from libc.math cimport INFINITY

from fastgrad._tensor cimport Backward, Node, Tensor, detached, record1, recording
from fastgrad.ops._native cimport BinaryOp, UnaryOp
from fastgrad.ops.elementwise cimport Binary, INPUT, NOTHING, OUTPUT, call_binary, define, over_gradient, unary, zero_vjp

from fastgrad.ops.compare import logical_or, where

cdef double LN2 = 0.6931471805599453
cdef double LOG2_E = 1.4426950408889634
cdef double LOG10_E = 0.4342944819032518

cdef Binary ATAN2, HYPOT


# ---- powers and roots ------------------------------------------------------------------------------------------------

cdef int square_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * 2.0)
    return 0


def square(x: TensorLike, /) -> Tensor:
    """x * x, elementwise."""
    return unary(UnaryOp.Square, x, square_vjp, b"square", INPUT)


cdef int sqrt_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) * 2.0))
    return 0


def sqrt(x: TensorLike, /) -> Tensor:
    """The square root, elementwise. Its gradient at 0 is infinite."""
    return unary(UnaryOp.Sqrt, x, sqrt_vjp, b"sqrt", OUTPUT)


cdef int rsqrt_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * y * y * (y * -0.5))  # in this order no product leaves the range that g and the result span
    return 0


def rsqrt(x: TensorLike, /) -> Tensor:
    """1 / sqrt(x), elementwise."""
    return unary(UnaryOp.Rsqrt, x, rsqrt_vjp, b"rsqrt", OUTPUT)


cdef int reciprocal_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, -(g * y * y))
    return 0


def reciprocal(x: TensorLike, /) -> Tensor:
    """1 / x, elementwise."""
    return unary(UnaryOp.Reciprocal, x, reciprocal_vjp, b"reciprocal", OUTPUT)


cdef int hypot_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0), b = n.saved(1)
    length = hypot(a, b)
    at_zero = length == 0.0
    length = where(at_zero, 1.0, length)
    if to.wants(0):
        to.give(0, where(at_zero, 0.0, g * (a / length)))
    if to.wants(1):
        to.give(1, where(at_zero, 0.0, g * (b / length)))
    return 0


define(&HYPOT, BinaryOp.Hypot, b"hypot", hypot_vjp, NULL, NULL, "ab", "ab")


def hypot(x: TensorLike, y: TensorLike, /) -> Tensor:
    """sqrt(x * x + y * y) without overflow, elementwise. Its gradient at (0, 0) is 0."""
    return call_binary(&HYPOT, x, y)


# ---- exponentials and logarithms -------------------------------------------------------------------------------------

cdef int exp_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0))
    return 0


def exp(x: TensorLike, /) -> Tensor:
    """e to the power x, elementwise."""
    return unary(UnaryOp.Exp, x, exp_vjp, b"exp", OUTPUT)


cdef int exp2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * LN2)
    return 0


def exp2(x: TensorLike, /) -> Tensor:
    """2 to the power x, elementwise."""
    return unary(UnaryOp.Exp2, x, exp2_vjp, b"exp2", OUTPUT)


cdef int expm1_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * exp(n.saved(0)))  # the output plus 1 would have lost the digits of exp(x) below 0
    return 0


def expm1(x: TensorLike, /) -> Tensor:
    """exp(x) - 1, accurate near 0, elementwise."""
    return unary(UnaryOp.Expm1, x, expm1_vjp, b"expm1", INPUT)


cdef int log_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0))
    return 0


def log(x: TensorLike, /) -> Tensor:
    """The natural logarithm, elementwise."""
    return unary(UnaryOp.Log, x, log_vjp, b"log", INPUT)


cdef int log1p_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) + 1.0))
    return 0


def log1p(x: TensorLike, /) -> Tensor:
    """log(1 + x), accurate near 0, elementwise."""
    return unary(UnaryOp.Log1p, x, log1p_vjp, b"log1p", INPUT)


cdef int log2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0) * LOG2_E)
    return 0


def log2(x: TensorLike, /) -> Tensor:
    """The logarithm to base 2, elementwise."""
    return unary(UnaryOp.Log2, x, log2_vjp, b"log2", INPUT)


cdef int log10_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0) * LOG10_E)
    return 0


def log10(x: TensorLike, /) -> Tensor:
    """The logarithm to base 10, elementwise."""
    return unary(UnaryOp.Log10, x, log10_vjp, b"log10", INPUT)


# ---- angles ----------------------------------------------------------------------------------------------------------

# x * x + y * y is here the square of a hypotenuse, which neither overflows nor vanishes, and 1 - x * x a product that keeps
# its digits next to 1.

cdef int one_less_square_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * -2.0)
    return 0


cdef Tensor one_less_square(Tensor x):
    """1 - x * x. Its rule is not the product's, which would lose digits in its turn, next to 0."""
    cdef Tensor plain = detached(x)
    cdef Tensor out = (1.0 - plain) * (plain + 1.0)
    if recording(x):
        record1(out, one_less_square_vjp, b"one_less_square", x).save(0, x)
    return out


cdef int sin_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cos(n.saved(0)))
    return 0


def sin(x: TensorLike, /) -> Tensor:
    """The sine of x in radians, elementwise."""
    return unary(UnaryOp.Sin, x, sin_vjp, b"sin", INPUT)


cdef int cos_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * -sin(n.saved(0)))
    return 0


def cos(x: TensorLike, /) -> Tensor:
    """The cosine of x in radians, elementwise."""
    return unary(UnaryOp.Cos, x, cos_vjp, b"cos", INPUT)


cdef int tan_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * (y * y + 1.0))
    return 0


def tan(x: TensorLike, /) -> Tensor:
    """The tangent of x in radians, elementwise."""
    return unary(UnaryOp.Tan, x, tan_vjp, b"tan", OUTPUT)


cdef int asin_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * rsqrt(one_less_square(x)))
    return 0


def asin(x: TensorLike, /) -> Tensor:
    """The inverse sine in radians, elementwise."""
    return unary(UnaryOp.Asin, x, asin_vjp, b"asin", INPUT)


cdef int acos_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, -(g * rsqrt(one_less_square(x))))
    return 0


def acos(x: TensorLike, /) -> Tensor:
    """The inverse cosine in radians, elementwise."""
    return unary(UnaryOp.Acos, x, acos_vjp, b"acos", INPUT)


cdef int atan_vjp(Node n, object g, Backward to) except -1:
    length = hypot(n.saved(0), 1.0)
    to.give(0, g / length / length)
    return 0


def atan(x: TensorLike, /) -> Tensor:
    """The inverse tangent in radians, elementwise."""
    return unary(UnaryOp.Atan, x, atan_vjp, b"atan", INPUT)


cdef int atan2_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0), x = n.saved(1)
    length = hypot(y, x)
    flat = logical_or(length == 0.0, length == INFINITY)
    length = where(flat, 1.0, length)
    if to.wants(0):
        to.give(0, where(flat, 0.0, g * (x / length) / length))
    if to.wants(1):
        to.give(1, where(flat, 0.0, -(g * (y / length) / length)))
    return 0


define(&ATAN2, BinaryOp.Atan2, b"atan2", atan2_vjp, NULL, NULL, "ab", "ab")


def atan2(y: TensorLike, x: TensorLike, /) -> Tensor:
    """The angle of the point (x, y) in radians, elementwise. Its gradient at (0, 0) is 0."""
    return call_binary(&ATAN2, y, x)


# ---- hyperbolic functions --------------------------------------------------------------------------------------------

cdef int sinh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cosh(n.saved(0)))
    return 0


def sinh(x: TensorLike, /) -> Tensor:
    """The hyperbolic sine, elementwise."""
    return unary(UnaryOp.Sinh, x, sinh_vjp, b"sinh", INPUT)


cdef int cosh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sinh(n.saved(0)))
    return 0


def cosh(x: TensorLike, /) -> Tensor:
    """The hyperbolic cosine, elementwise."""
    return unary(UnaryOp.Cosh, x, cosh_vjp, b"cosh", INPUT)


# A fused kernel for the first derivative, plain operations when it is to be differentiated again.

cdef int tanh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, g * one_less_square(y))
    else:
        to.give(0, over_gradient(BinaryOp.TanhGrad, g, y))
    return 0


def tanh(x: TensorLike, /) -> Tensor:
    """The hyperbolic tangent, elementwise."""
    return unary(UnaryOp.Tanh, x, tanh_vjp, b"tanh", OUTPUT)


cdef int asinh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / hypot(n.saved(0), 1.0))
    return 0


def asinh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic sine, elementwise."""
    return unary(UnaryOp.Asinh, x, asinh_vjp, b"asinh", INPUT)


cdef int leg_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * (x / leg(x)))
    return 0


cdef Tensor leg(Tensor x):
    """sqrt(x * x - 1), without overflow, and with all digits next to 1."""
    cdef Tensor plain = detached(x)
    cdef Tensor out = sqrt(plain - 1.0) * sqrt(plain + 1.0)
    if recording(x):
        record1(out, leg_vjp, b"leg", x).save(0, x)
    return out


cdef int acosh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / leg(n.saved(0)))
    return 0


def acosh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic cosine, elementwise."""
    return unary(UnaryOp.Acosh, x, acosh_vjp, b"acosh", INPUT)


cdef int atanh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g / one_less_square(x))
    return 0


def atanh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic tangent, elementwise."""
    return unary(UnaryOp.Atanh, x, atanh_vjp, b"atanh", INPUT)


# ---- the error function ----------------------------------------------------------------------------------------------

cdef int erf_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * (exp(-(x * x)) * 1.1283791670955126))  # 2 / sqrt(pi)
    return 0


def erf(x: TensorLike, /) -> Tensor:
    """The error function, elementwise."""
    return unary(UnaryOp.Erf, x, erf_vjp, b"erf", INPUT)


# ---- rounding --------------------------------------------------------------------------------------------------------

def floor(x: TensorLike, /) -> Tensor:
    """The largest integer not above x, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Floor, x, zero_vjp, b"floor", NOTHING)


def ceil(x: TensorLike, /) -> Tensor:
    """The smallest integer not below x, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Ceil, x, zero_vjp, b"ceil", NOTHING)


def round(x: TensorLike, /) -> Tensor:
    """The nearest integer, halves to even, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Round, x, zero_vjp, b"round", NOTHING)


def trunc(x: TensorLike, /) -> Tensor:
    """x without its fraction, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Trunc, x, zero_vjp, b"trunc", NOTHING)
