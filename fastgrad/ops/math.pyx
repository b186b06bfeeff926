# distutils: language = c++
"""The functions of mathematics: size and sign, powers and roots, exponentials and logarithms, angles, rounding, and the
functions of networks that arrays have: relu, sigmoid, tanh."""
from libc.math cimport INFINITY

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, detached, record1, recording, wrap
from fastgrad._tensor.cpp cimport operator_slots
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops.elementwise cimport (
    Binary, INPUT, NOTHING, OUTPUT, Unary, call_binary, define_binary, define_unary, unary, zero_vjp,
)

from fastgrad.errors import TensorValueError
from fastgrad.ops.choose import where
from fastgrad.ops.compare import logical_or

cdef double LN2 = 0.6931471805599453
cdef double LOG2_E = 1.4426950408889634
cdef double LOG10_E = 0.4342944819032518



# ---- absolute value and sign -----------------------------------------------------------------------------------------

cdef int abs_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, where(x == 0.0, 0.0, g * sign(x)))  # not g * 0: that is NaN where g is infinite
    return 0


cdef Unary ABS = define_unary(b"abs", abs_vjp, INPUT)


def abs(x: TensorLike, /) -> Tensor:
    """The absolute value, elementwise. Its gradient at 0 is 0."""
    return unary(&ABS, x)


cdef Unary SIGN = define_unary(b"sign", zero_vjp, NOTHING)


def sign(x: TensorLike, /) -> Tensor:
    """-1, 0 or 1, elementwise; NaN of NaN. Its gradient is 0."""
    return unary(&SIGN, x)


cdef object absolute_slot(object x): return abs(x)


operator_slots.absolute = absolute_slot


# ---- powers and roots ------------------------------------------------------------------------------------------------

cdef int square_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * 2.0)
    return 0


cdef Unary SQUARE = define_unary(b"square", square_vjp, INPUT)


def square(x: TensorLike, /) -> Tensor:
    """x * x, elementwise."""
    return unary(&SQUARE, x)


cdef int sqrt_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) * 2.0))
    return 0


cdef Unary SQRT = define_unary(b"sqrt", sqrt_vjp, OUTPUT)


def sqrt(x: TensorLike, /) -> Tensor:
    """The square root, elementwise. Its gradient at 0 is infinite."""
    return unary(&SQRT, x)


cdef int rsqrt_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * y * y * (y * -0.5))  # in this order no product leaves the range that g and the result span
    return 0


cdef Unary RSQRT = define_unary(b"rsqrt", rsqrt_vjp, OUTPUT)


def rsqrt(x: TensorLike, /) -> Tensor:
    """1 / sqrt(x), elementwise."""
    return unary(&RSQRT, x)


cdef int reciprocal_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, -(g * y * y))
    return 0


cdef Unary RECIPROCAL = define_unary(b"reciprocal", reciprocal_vjp, OUTPUT)


def reciprocal(x: TensorLike, /) -> Tensor:
    """1 / x, elementwise."""
    return unary(&RECIPROCAL, x)


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


cdef Binary HYPOT = define_binary(b"hypot", hypot_vjp, NULL, NULL, "ab", "ab")


def hypot(x: TensorLike, y: TensorLike, /) -> Tensor:
    """sqrt(x * x + y * y) without overflow, elementwise. Its gradient at (0, 0) is 0."""
    return call_binary(&HYPOT, x, y)


# ---- exponentials and logarithms -------------------------------------------------------------------------------------

cdef int exp_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0))
    return 0


cdef Unary EXP = define_unary(b"exp", exp_vjp, OUTPUT)


def exp(x: TensorLike, /) -> Tensor:
    """e to the power x, elementwise."""
    return unary(&EXP, x)


cdef int exp2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * LN2)
    return 0


cdef Unary EXP2 = define_unary(b"exp2", exp2_vjp, OUTPUT)


def exp2(x: TensorLike, /) -> Tensor:
    """2 to the power x, elementwise."""
    return unary(&EXP2, x)


cdef int expm1_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * exp(n.saved(0)))  # the output plus 1 would have lost the digits of exp(x) below 0
    return 0


cdef Unary EXPM1 = define_unary(b"expm1", expm1_vjp, INPUT)


def expm1(x: TensorLike, /) -> Tensor:
    """exp(x) - 1, accurate near 0, elementwise."""
    return unary(&EXPM1, x)


cdef int log_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0))
    return 0


cdef Unary LOG = define_unary(b"log", log_vjp, INPUT)


def log(x: TensorLike, /) -> Tensor:
    """The natural logarithm, elementwise."""
    return unary(&LOG, x)


cdef int log1p_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) + 1.0))
    return 0


cdef Unary LOG1P = define_unary(b"log1p", log1p_vjp, INPUT)


def log1p(x: TensorLike, /) -> Tensor:
    """log(1 + x), accurate near 0, elementwise."""
    return unary(&LOG1P, x)


cdef int log2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0) * LOG2_E)
    return 0


cdef Unary LOG2 = define_unary(b"log2", log2_vjp, INPUT)


def log2(x: TensorLike, /) -> Tensor:
    """The logarithm to base 2, elementwise."""
    return unary(&LOG2, x)


cdef int log10_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0) * LOG10_E)
    return 0


cdef Unary LOG10 = define_unary(b"log10", log10_vjp, INPUT)


def log10(x: TensorLike, /) -> Tensor:
    """The logarithm to base 10, elementwise."""
    return unary(&LOG10, x)


# ---- angles ----------------------------------------------------------------------------------------------------------

# x * x + y * y is here the square of a hypotenuse, which neither overflows nor vanishes, and 1 - x * x a product that
# keeps its digits next to 1.

cdef int one_less_square_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0) * -2.0)
    return 0


cdef Primitive ONE_LESS_SQUARE = define(b"one_less_square", one_less_square_vjp)


cdef Tensor one_less_square(Tensor x):
    """1 - x * x. Its rule is not the product's, which would lose digits in its turn, next to 0."""
    cdef Tensor plain = detached(x)
    cdef Tensor out = (1.0 - plain) * (plain + 1.0)
    if recording(x):
        record1(out, &ONE_LESS_SQUARE, x).save(0, x)
    return out


cdef int sin_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cos(n.saved(0)))
    return 0


cdef Unary SIN = define_unary(b"sin", sin_vjp, INPUT)


def sin(x: TensorLike, /) -> Tensor:
    """The sine of x in radians, elementwise."""
    return unary(&SIN, x)


cdef int cos_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * -sin(n.saved(0)))
    return 0


cdef Unary COS = define_unary(b"cos", cos_vjp, INPUT)


def cos(x: TensorLike, /) -> Tensor:
    """The cosine of x in radians, elementwise."""
    return unary(&COS, x)


cdef int tan_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * (y * y + 1.0))
    return 0


cdef Unary TAN = define_unary(b"tan", tan_vjp, OUTPUT)


def tan(x: TensorLike, /) -> Tensor:
    """The tangent of x in radians, elementwise."""
    return unary(&TAN, x)


cdef int asin_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * rsqrt(one_less_square(x)))
    return 0


cdef Unary ASIN = define_unary(b"asin", asin_vjp, INPUT)


def asin(x: TensorLike, /) -> Tensor:
    """The inverse sine in radians, elementwise."""
    return unary(&ASIN, x)


cdef int acos_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, -(g * rsqrt(one_less_square(x))))
    return 0


cdef Unary ACOS = define_unary(b"acos", acos_vjp, INPUT)


def acos(x: TensorLike, /) -> Tensor:
    """The inverse cosine in radians, elementwise."""
    return unary(&ACOS, x)


cdef int atan_vjp(Node n, object g, Backward to) except -1:
    length = hypot(n.saved(0), 1.0)
    to.give(0, g / length / length)
    return 0


cdef Unary ATAN = define_unary(b"atan", atan_vjp, INPUT)


def atan(x: TensorLike, /) -> Tensor:
    """The inverse tangent in radians, elementwise."""
    return unary(&ATAN, x)


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


cdef Binary ATAN2 = define_binary(b"atan2", atan2_vjp, NULL, NULL, "ab", "ab")


def atan2(y: TensorLike, x: TensorLike, /) -> Tensor:
    """The angle of the point (x, y) in radians, elementwise. Its gradient at (0, 0) is 0."""
    return call_binary(&ATAN2, y, x)


# ---- hyperbolic functions --------------------------------------------------------------------------------------------

cdef int sinh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cosh(n.saved(0)))
    return 0


cdef Unary SINH = define_unary(b"sinh", sinh_vjp, INPUT)


def sinh(x: TensorLike, /) -> Tensor:
    """The hyperbolic sine, elementwise."""
    return unary(&SINH, x)


cdef int cosh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sinh(n.saved(0)))
    return 0


cdef Unary COSH = define_unary(b"cosh", cosh_vjp, INPUT)


def cosh(x: TensorLike, /) -> Tensor:
    """The hyperbolic cosine, elementwise."""
    return unary(&COSH, x)


cdef Tensor tanh_gradient(Tensor g, Tensor y):
    return g * one_less_square(y)


cdef int tanh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, tanh_gradient(<Tensor>g, n.saved(0)))
    return 0


cdef Unary TANH = define_unary(b"tanh", tanh_vjp, OUTPUT)


cdef Tensor tanh_of(object x):
    return unary(&TANH, x)


def tanh(x: TensorLike, /) -> Tensor:
    """The hyperbolic tangent, elementwise."""
    return tanh_of(x)


cdef int asinh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / hypot(n.saved(0), 1.0))
    return 0


cdef Unary ASINH = define_unary(b"asinh", asinh_vjp, INPUT)


def asinh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic sine, elementwise."""
    return unary(&ASINH, x)


cdef int leg_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * (x / leg(x)))
    return 0


cdef Primitive LEG = define(b"leg", leg_vjp)


cdef Tensor leg(Tensor x):
    """sqrt(x * x - 1), without overflow, and with all digits next to 1."""
    cdef Tensor plain = detached(x)
    cdef Tensor out = sqrt(plain - 1.0) * sqrt(plain + 1.0)
    if recording(x):
        record1(out, &LEG, x).save(0, x)
    return out


cdef int acosh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / leg(n.saved(0)))
    return 0


cdef Unary ACOSH = define_unary(b"acosh", acosh_vjp, INPUT)


def acosh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic cosine, elementwise."""
    return unary(&ACOSH, x)


cdef int atanh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g / one_less_square(x))
    return 0


cdef Unary ATANH = define_unary(b"atanh", atanh_vjp, INPUT)


def atanh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic tangent, elementwise."""
    return unary(&ATANH, x)


# ---- rectifier and logistic function ---------------------------------------------------------------------------------

cdef Tensor relu_gradient(Tensor g, Tensor y):
    """What relu, which gave y, passes on of g; for operations with a relu in them, too."""
    return where(y <= 0.0, 0.0, g)


cdef int relu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, relu_gradient(<Tensor>g, n.saved(0)))
    return 0


cdef Unary RELU = define_unary(b"relu", relu_vjp, OUTPUT)


cdef Tensor relu_of(object x):
    return unary(&RELU, x)


def relu(x: TensorLike, /) -> Tensor:
    """max(x, 0), elementwise. Its gradient at 0 is 0."""
    return relu_of(x)


cdef Tensor sigmoid_gradient(Tensor g, Tensor y):
    """Of the result alone, so that x need not be kept: right to a rounding of g, not of the gradient, where y or
    1 - 2 y (in the second derivative) has lost the digits of x."""
    return g * (y * (1.0 - y))


cdef int sigmoid_vjp(Node n, object g, Backward to) except -1:
    to.give(0, sigmoid_gradient(<Tensor>g, n.saved(0)))
    return 0


cdef Unary SIGMOID = define_unary(b"sigmoid", sigmoid_vjp, OUTPUT)


cdef Tensor sigmoid_of(object x):
    return unary(&SIGMOID, x)


def sigmoid(x: TensorLike, /) -> Tensor:
    """1 / (1 + exp(-x)), elementwise."""
    return sigmoid_of(x)


# ---- the error function ----------------------------------------------------------------------------------------------

cdef int erf_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * (exp(-(x * x)) * 1.1283791670955126))  # 2 / sqrt(pi)
    return 0


cdef Unary ERF = define_unary(b"erf", erf_vjp, INPUT)


def erf(x: TensorLike, /) -> Tensor:
    """The error function, elementwise."""
    return unary(&ERF, x)


cdef int erfinv_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * (exp(y * y) * 0.886226925452758))  # sqrt(pi) / 2
    return 0


cdef Unary ERFINV = define_unary(b"erfinv", erfinv_vjp, OUTPUT)


def erfinv(x: TensorLike, /) -> Tensor:
    """The inverse of the error function, elementwise: infinite at -1 and 1, NaN beyond."""
    return unary(&ERFINV, x)


# ---- the gamma function ----------------------------------------------------------------------------------------------

cdef int lgamma_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * digamma(n.saved(0)))
    return 0


cdef Unary LGAMMA = define_unary(b"lgamma", lgamma_vjp, INPUT)


def lgamma(x: TensorLike, /) -> Tensor:
    """The logarithm of the absolute value of the gamma function, elementwise.

    Infinite at 0 and the negative integers. Its gradient is `digamma`.

    Parameters
    ----------
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Notes
    -----
    Within 2 ulp of the exact value, next to its zeros at 1 and 2 as elsewhere; next to the zeros below -2 within 4.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.lgamma(fg.tensor([1.0, 5.0])).exp().tolist()
    [1.0, 24.0]
    """
    return unary(&LGAMMA, x)


cdef int digamma_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * polygamma(1, n.saved(0)))
    return 0


cdef Unary DIGAMMA = define_unary(b"digamma", digamma_vjp, INPUT)


def digamma(x: TensorLike, /) -> Tensor:
    """The logarithmic derivative of the gamma function, elementwise.

    Minus infinity at 0 (infinity at -0), NaN at the negative integers. Its gradient is ``polygamma(1, x)``.

    Parameters
    ----------
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Notes
    -----
    Within 2 ulp of the exact value for x above 0. Below, where every zero lies between two poles, within 3 ulp of the
    larger of the value and 1.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([1.0, 2.0])
    >>> (fg.digamma(x + 1) - fg.digamma(x)).tolist()
    [1.0, 0.5]
    """
    return unary(&DIGAMMA, x)


# The order n, and (-1)^(n + 1) n!.
cdef struct PolygammaAttributes:
    double value[2]


cdef int polygamma_vjp(Node n, object g, Backward to) except -1:
    cdef PolygammaAttributes* p = n.attributes.get[PolygammaAttributes]()
    to.give(0, g * polygamma(<int>p.value[0] + 1, n.saved(0)))
    return 0


cdef Primitive POLYGAMMA = define(b"polygamma", polygamma_vjp)
cdef UnaryOp POLYGAMMA_OP = native.unary_named(b"polygamma")


def polygamma(n: int, x: TensorLike, /) -> Tensor:
    """The derivative of order n of `digamma`, elementwise.

    Parameters
    ----------
    n : int
        From 0, `digamma` itself, to 170.
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Raises
    ------
    ValueError
        If `n` is out of its range.

    Notes
    -----
    For n above 0 it is ``(-1)**(n + 1) * n! * zeta(n + 1, x)``, of Hurwitz's zeta function, which is summed by Euler's
    and Maclaurin's formula.

    Examples
    --------
    >>> import fastgrad as fg
    >>> f"{fg.polygamma(1, fg.tensor(1.0)).item():.6f}"  # pi^2 / 6
    '1.644934'
    """
    if not hasattr(n, "__index__"):
        raise TypeError(f"polygamma: the order n comes first and must be an int, got a {type(n).__name__}")
    cdef int order = min(max(n.__index__(), -1), 171)
    if not 0 <= order <= 170:
        raise TensorValueError(f"polygamma: the order n must be from 0 to 170, got {n}")
    if order == 0:
        return digamma(x)
    cdef Tensor t = as_tensor(x, b"polygamma")
    cdef PolygammaAttributes p
    cdef int k
    p.value[0], p.value[1] = order, 1.0 if order % 2 else -1.0
    for k in range(2, order + 1):
        p.value[1] *= k
    cdef Tensor out = wrap(native.unary_with(POLYGAMMA_OP, t.a, p.value))
    cdef Node node
    if recording(t):
        node = record1(out, &POLYGAMMA, t)
        node.save(0, t)
        node.attributes.set[PolygammaAttributes]()[0] = p
    return out


# ---- rounding --------------------------------------------------------------------------------------------------------

cdef Unary FLOOR = define_unary(b"floor", zero_vjp, NOTHING)


def floor(x: TensorLike, /) -> Tensor:
    """The largest integer not above x, elementwise. Its gradient is 0."""
    return unary(&FLOOR, x)


cdef Unary CEIL = define_unary(b"ceil", zero_vjp, NOTHING)


def ceil(x: TensorLike, /) -> Tensor:
    """The smallest integer not below x, elementwise. Its gradient is 0."""
    return unary(&CEIL, x)


cdef Unary ROUND = define_unary(b"round", zero_vjp, NOTHING)


def round(x: TensorLike, /) -> Tensor:
    """The nearest integer, halves to even, elementwise. Its gradient is 0."""
    return unary(&ROUND, x)


cdef Unary TRUNC = define_unary(b"trunc", zero_vjp, NOTHING)


def trunc(x: TensorLike, /) -> Tensor:
    """x without its fraction, elementwise. Its gradient is 0."""
    return unary(&TRUNC, x)
