# distutils: language = c++
"""Elementwise arithmetic: each operation's call and its gradient rule side by side.

A rule is given the recorded node and the gradient g of its output, and gives each input its gradient, in the output's
shape: the engine sums it back to the input's shape and dtype. Edges (ties, zeros) are as SEMANTICS lists them.
"""
from libc.math cimport INFINITY, log as c_log
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE

from fastgrad._cpp cimport Array, Kind, grad_off, kind, promote_weak
from fastgrad._tensor cimport Backward, Node, Rule, Tensor, record1, record2, recording, requires_grad, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport add_method, as_tensor, is_scalar, scalar_of
from fastgrad.ops._native cimport BinaryOp, Scalar, UnaryOp, operator_slots
from fastgrad.ops.inplace cimport check_writable, overwrite, past

cdef double PI = 3.141592653589793
cdef double LN2 = 0.6931471805599453
cdef double LN10 = 2.302585092994046


# What a rule finds saved: nothing, the input, or the output.
cdef enum Save:
    NOTHING, INPUT, OUTPUT


# ---- operations of one tensor ----------------------------------------------------------------------------------------

cdef Tensor plain_unary(UnaryOp op, Tensor x):
    return wrap(_native.unary(op, x.a))


cdef inline Tensor unary(UnaryOp op, object x, Rule rule, const char* label, Save save):
    cdef Tensor t = as_tensor(x, label)
    cdef Tensor out = wrap(_native.unary(op, t.a))
    cdef Node n
    if rule != NULL and recording(t):
        n = record1(out, rule, label, t)
        if save == INPUT:
            n.save(0, t)
        elif save == OUTPUT:
            n.save_output(0, out)
    return out


cdef int negative_vjp(Node n, object g, Backward to) except -1:
    to.give(0, -g)
    return 0


def negative(x, /):
    """-x, elementwise."""
    return unary(UnaryOp.Negative, x, negative_vjp, b"negative", NOTHING)


def positive(x, /):
    """+x: a copy of a number, elementwise."""
    return as_tensor(x, b"positive").clone()


cdef int abs_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sign(n.saved(0)))
    return 0


def abs(x, /):
    """The absolute value, elementwise. Its gradient at 0 is 0."""
    return unary(UnaryOp.Abs, x, abs_vjp, b"abs", INPUT)


cdef inline Tensor zeros_of(Tensor g):
    return wrap(Array.zeros(g.a.shape(), g.a.dtype()))


cdef int zero_vjp(Node n, object g, Backward to) except -1:
    to.give(0, zeros_of(<Tensor>g))  # not g * 0: that is NaN where g is infinite
    return 0


def sign(x, /):
    """-1, 0 or 1, elementwise; NaN of NaN. Its gradient is 0."""
    return unary(UnaryOp.Sign, x, zero_vjp, b"sign", NOTHING)


cdef int square_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * (n.saved(0) * 2.0))
    return 0


def square(x, /):
    """x * x, elementwise."""
    return unary(UnaryOp.Square, x, square_vjp, b"square", INPUT)


cdef int sqrt_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) * 2.0))
    return 0


def sqrt(x, /):
    """The square root, elementwise. Its gradient at 0 is infinite."""
    return unary(UnaryOp.Sqrt, x, sqrt_vjp, b"sqrt", OUTPUT)


cdef int rsqrt_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * (y * y * y * -0.5))
    return 0


def rsqrt(x, /):
    """1 / sqrt(x), elementwise."""
    return unary(UnaryOp.Rsqrt, x, rsqrt_vjp, b"rsqrt", OUTPUT)


cdef int reciprocal_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * -(y * y))
    return 0


def reciprocal(x, /):
    """1 / x, elementwise."""
    return unary(UnaryOp.Reciprocal, x, reciprocal_vjp, b"reciprocal", OUTPUT)


cdef int exp_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.saved(0))
    return 0


def exp(x, /):
    """e to the power x, elementwise."""
    return unary(UnaryOp.Exp, x, exp_vjp, b"exp", OUTPUT)


cdef int exp2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * (n.saved(0) * LN2))
    return 0


def exp2(x, /):
    """2 to the power x, elementwise."""
    return unary(UnaryOp.Exp2, x, exp2_vjp, b"exp2", OUTPUT)


cdef int expm1_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * (n.saved(0) + 1.0))
    return 0


def expm1(x, /):
    """exp(x) - 1, accurate near 0, elementwise."""
    return unary(UnaryOp.Expm1, x, expm1_vjp, b"expm1", OUTPUT)


cdef int log_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.saved(0))
    return 0


def log(x, /):
    """The natural logarithm, elementwise."""
    return unary(UnaryOp.Log, x, log_vjp, b"log", INPUT)


cdef int log1p_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) + 1.0))
    return 0


def log1p(x, /):
    """log(1 + x), accurate near 0, elementwise."""
    return unary(UnaryOp.Log1p, x, log1p_vjp, b"log1p", INPUT)


cdef int log2_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) * LN2))
    return 0


def log2(x, /):
    """The logarithm to base 2, elementwise."""
    return unary(UnaryOp.Log2, x, log2_vjp, b"log2", INPUT)


cdef int log10_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / (n.saved(0) * LN10))
    return 0


def log10(x, /):
    """The logarithm to base 10, elementwise."""
    return unary(UnaryOp.Log10, x, log10_vjp, b"log10", INPUT)


cdef int sin_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cos(n.saved(0)))
    return 0


def sin(x, /):
    """The sine of x in radians, elementwise."""
    return unary(UnaryOp.Sin, x, sin_vjp, b"sin", INPUT)


cdef int cos_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * -sin(n.saved(0)))
    return 0


def cos(x, /):
    """The cosine of x in radians, elementwise."""
    return unary(UnaryOp.Cos, x, cos_vjp, b"cos", INPUT)


cdef int tan_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    to.give(0, g * (y * y + 1.0))
    return 0


def tan(x, /):
    """The tangent of x in radians, elementwise."""
    return unary(UnaryOp.Tan, x, tan_vjp, b"tan", OUTPUT)


cdef int asin_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * rsqrt(1.0 - x * x))
    return 0


def asin(x, /):
    """The inverse sine in radians, elementwise."""
    return unary(UnaryOp.Asin, x, asin_vjp, b"asin", INPUT)


cdef int acos_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * -rsqrt(1.0 - x * x))
    return 0


def acos(x, /):
    """The inverse cosine in radians, elementwise."""
    return unary(UnaryOp.Acos, x, acos_vjp, b"acos", INPUT)


cdef int atan_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g / (x * x + 1.0))
    return 0


def atan(x, /):
    """The inverse tangent in radians, elementwise."""
    return unary(UnaryOp.Atan, x, atan_vjp, b"atan", INPUT)


cdef int sinh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * cosh(n.saved(0)))
    return 0


def sinh(x, /):
    """The hyperbolic sine, elementwise."""
    return unary(UnaryOp.Sinh, x, sinh_vjp, b"sinh", INPUT)


cdef int cosh_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sinh(n.saved(0)))
    return 0


def cosh(x, /):
    """The hyperbolic cosine, elementwise."""
    return unary(UnaryOp.Cosh, x, cosh_vjp, b"cosh", INPUT)


# tanh and sigmoid: a fused kernel for the first derivative, plain operations when it is to be differentiated again.

cdef int tanh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, g * (1.0 - y * y))
    else:
        to.give(0, plain_binary(BinaryOp.TanhGrad, g, y))
    return 0


def tanh(x, /):
    """The hyperbolic tangent, elementwise."""
    return unary(UnaryOp.Tanh, x, tanh_vjp, b"tanh", OUTPUT)


cdef int sigmoid_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, g * (y * (1.0 - y)))
    else:
        to.give(0, plain_binary(BinaryOp.SigmoidGrad, g, y))
    return 0


def sigmoid(x, /):
    """1 / (1 + exp(-x)), elementwise."""
    return unary(UnaryOp.Sigmoid, x, sigmoid_vjp, b"sigmoid", OUTPUT)


cdef int asinh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * rsqrt(x * x + 1.0))
    return 0


def asinh(x, /):
    """The inverse hyperbolic sine, elementwise."""
    return unary(UnaryOp.Asinh, x, asinh_vjp, b"asinh", INPUT)


cdef int acosh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * rsqrt(x * x - 1.0))
    return 0


def acosh(x, /):
    """The inverse hyperbolic cosine, elementwise."""
    return unary(UnaryOp.Acosh, x, acosh_vjp, b"acosh", INPUT)


cdef int atanh_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g / (1.0 - x * x))
    return 0


def atanh(x, /):
    """The inverse hyperbolic tangent, elementwise."""
    return unary(UnaryOp.Atanh, x, atanh_vjp, b"atanh", INPUT)


cdef int erf_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, g * (exp(-(x * x)) * 1.1283791670955126))  # 2 / sqrt(pi)
    return 0


def erf(x, /):
    """The error function, elementwise."""
    return unary(UnaryOp.Erf, x, erf_vjp, b"erf", INPUT)


def floor(x, /):
    """The largest integer not above x, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Floor, x, zero_vjp, b"floor", NOTHING)


def ceil(x, /):
    """The smallest integer not below x, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Ceil, x, zero_vjp, b"ceil", NOTHING)


def round(x, /):
    """The nearest integer, halves to even, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Round, x, zero_vjp, b"round", NOTHING)


def trunc(x, /):
    """x without its fraction, elementwise. Its gradient is 0."""
    return unary(UnaryOp.Trunc, x, zero_vjp, b"trunc", NOTHING)


def isnan(x, /):
    """Whether x is NaN, elementwise."""
    return unary(UnaryOp.IsNan, x, NULL, b"isnan", NOTHING)


def isinf(x, /):
    """Whether x is infinite, elementwise."""
    return unary(UnaryOp.IsInf, x, NULL, b"isinf", NOTHING)


def isfinite(x, /):
    """Whether x is neither infinite nor NaN, elementwise."""
    return unary(UnaryOp.IsFinite, x, NULL, b"isfinite", NOTHING)


def logical_not(x, /):
    """Whether x is zero, elementwise."""
    return unary(UnaryOp.LogicalNot, x, NULL, b"logical_not", NOTHING)


def bitwise_invert(x, /):
    """The bits of an integer, or the truth of a bool, inverted, elementwise."""
    return unary(UnaryOp.BitwiseInvert, x, NULL, b"bitwise_invert", NOTHING)


# ---- activations -----------------------------------------------------------------------------------------------------

cdef int relu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, where(y > 0.0, g, 0.0))
    else:
        to.give(0, plain_binary(BinaryOp.ReluGrad, g, y))
    return 0


def relu(x, /):
    """max(x, 0), elementwise. Its gradient at 0 is 0."""
    return unary(UnaryOp.Relu, x, relu_vjp, b"relu", OUTPUT)


cdef int leaky_relu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    to.give(0, where(x > 0.0, g, g * n.x0))
    return 0


def leaky_relu(x, negative_slope=0.01):
    """x where positive, else negative_slope * x, elementwise."""
    cdef Tensor t = as_tensor(x, b"leaky_relu")
    cdef double slope = negative_slope
    cdef Tensor out = wrap(_native.unary_with(UnaryOp.LeakyRelu, t.a, slope))
    cdef Node n
    if recording(t):
        n = record1(out, leaky_relu_vjp, b"leaky_relu", t)
        n.save(0, t)
        n.x0 = slope
    return out


cdef int softplus_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid(n.saved(0)))
    return 0


def softplus(x, /):
    """log(1 + exp(x)), without overflow, elementwise."""
    return unary(UnaryOp.Softplus, x, softplus_vjp, b"softplus", INPUT)


cdef int log_sigmoid_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid(-n.saved(0)))
    return 0


def log_sigmoid(x, /):
    """log(sigmoid(x)), without overflow, elementwise."""
    return unary(UnaryOp.LogSigmoid, x, log_sigmoid_vjp, b"log_sigmoid", INPUT)


cdef int silu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), s
    if to.create_graph:
        s = sigmoid(x)
        to.give(0, g * (s * (x * (1.0 - s) + 1.0)))
    else:
        to.give(0, plain_binary(BinaryOp.SiluGrad, g, x))
    return 0


def silu(x, /):
    """x * sigmoid(x), elementwise (Hendrycks and Gimpel, arXiv:1606.08415; Elfwing et al., arXiv:1702.03118)."""
    return unary(UnaryOp.Silu, x, silu_vjp, b"silu", INPUT)


cdef int gelu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    if to.create_graph:
        normal = (erf(x * 0.7071067811865476) + 1.0) * 0.5
        density = exp(x * x * -0.5) * 0.3989422804014327  # 1 / sqrt(2 pi)
        to.give(0, g * (normal + x * density))
    else:
        to.give(0, plain_binary(BinaryOp.GeluGrad, g, x))
    return 0


def gelu(x, /):
    """x times the normal distribution function of x, elementwise (Hendrycks and Gimpel, arXiv:1606.08415)."""
    return unary(UnaryOp.Gelu, x, gelu_vjp, b"gelu", INPUT)


# ---- operations of two -----------------------------------------------------------------------------------------------

# One operation of two operands: its kernel, its name, which operands its rules want saved, and the rules: for two
# tensors, for a tensor and a Python number on its right, for a number on its left (the number is the node's x0).
cdef struct Binary:
    BinaryOp op
    const char* name
    Rule rule, right, left
    bint save_a, save_b, save_out


cdef Tensor plain_binary(BinaryOp op, Tensor a, Tensor b):
    return wrap(_native.binary(op, a.a, b.a))


cdef Tensor binary_tensors(const Binary* f, Tensor a, Tensor b):
    cdef Tensor out = wrap(_native.binary(f.op, a.a, b.a))
    cdef Node n
    cdef bint da, db
    if f.rule != NULL and not grad_off:
        da = requires_grad(a)
        db = requires_grad(b)
        if da or db:
            n = record2(out, f.rule, f.name, a, b)
            if f.save_a and (db or f.save_out):
                n.save(0, a)
            if f.save_b and (da or f.save_out):
                n.save(1, b)
    return out


cdef Tensor binary_with_number(const Binary* f, Tensor a, object number, bint number_left):
    cdef Scalar s = scalar_of(number)
    cdef Tensor out = wrap(_native.binary_scalar(f.op, a.a, s, number_left))
    cdef Rule rule = f.left if number_left else f.right
    cdef Node n
    if rule != NULL and recording(a):
        n = record1(out, rule, f.name, a)
        n.x0 = number
        if f.save_a:
            n.save(0, a)
    elif f.rule != NULL and rule == NULL and recording(a):
        # No rule of its own: as if the number were a tensor.
        other = full_number(number, a)
        return binary_tensors(f, other, a) if number_left else binary_tensors(f, a, other)
    return out


cdef Tensor full_number(object number, Tensor like):
    """A Python number as a 0-dimensional tensor of the dtype it takes beside `like`."""
    cdef Kind k = Kind.Bool if isinstance(number, bool) else Kind.Signed if isinstance(number, int) else Kind.Float
    return wrap(_native.scalar_array(scalar_of(number), promote_weak(like.a.dtype(), k, b"number"), b"number"))


cdef object call_binary(const Binary* f, object x, object y):
    if isinstance(x, Tensor):
        if isinstance(y, Tensor):
            return binary_tensors(f, <Tensor>x, <Tensor>y)
        if is_scalar(y):
            return binary_with_number(f, <Tensor>x, y, False)
        return binary_tensors(f, <Tensor>x, as_tensor(y, f.name))
    if isinstance(y, Tensor):
        if is_scalar(x):
            return binary_with_number(f, <Tensor>y, x, True)
        return binary_tensors(f, as_tensor(x, f.name), <Tensor>y)
    return binary_tensors(f, as_tensor(x, f.name), as_tensor(y, f.name))


cdef object slot_binary(const Binary* f, object x, object y):
    """An operator: NotImplemented for operands that are none of ours."""
    if isinstance(x, Tensor) and isinstance(y, Tensor):
        return binary_tensors(f, <Tensor>x, <Tensor>y)
    cdef object other = y if isinstance(x, Tensor) else x
    if not is_scalar(other) and not isinstance(other, Tensor) and not hasattr(other, "__array__"):
        return NotImplemented
    return call_binary(f, x, y)


cdef Binary ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POW, ATAN2, HYPOT, MAXIMUM, MINIMUM
cdef Binary EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL
cdef Binary LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, AND, OR, XOR, LEFT_SHIFT, RIGHT_SHIFT


cdef void define(Binary* f, BinaryOp op, const char* name, Rule rule, Rule right, Rule left, str save) noexcept:
    f.op = op
    f.name = name
    f.rule = rule
    f.right = right
    f.left = left
    f.save_a = "a" in save
    f.save_b = "b" in save
    f.save_out = "+" in save  # both operands are needed for either gradient


cdef int add_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    to.give(1, g)
    return 0


cdef int pass_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    return 0


define(&ADD, BinaryOp.Add, b"add", add_vjp, pass_vjp, pass_vjp, "")


cdef int subtract_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    if to.wants(1):
        to.give(1, -g)
    return 0


define(&SUBTRACT, BinaryOp.Subtract, b"subtract", subtract_vjp, pass_vjp, negative_vjp, "")


cdef int multiply_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, g * n.saved(1))
    if to.wants(1):
        to.give(1, g * n.saved(0))
    return 0


cdef int scale_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.x0)
    return 0


define(&MULTIPLY, BinaryOp.Multiply, b"multiply", multiply_vjp, scale_vjp, scale_vjp, "ab")
# A number's product needs nothing saved; two tensors' needs the other one.


cdef int divide_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor b = n.saved(1)
    if to.wants(0):
        to.give(0, g / b)
    if to.wants(1):
        to.give(1, g * -(n.saved(0) / (b * b)))
    return 0


cdef int divide_number_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.x0)
    return 0


cdef int number_divided_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0)
    to.give(0, g * (-n.x0 / (a * a)))
    return 0


define(&DIVIDE, BinaryOp.Divide, b"divide", divide_vjp, divide_number_vjp, number_divided_vjp, "ab+")


cdef int floor_divide_vjp(Node n, object g, Backward to) except -1:
    zeros = zeros_of(<Tensor>g)
    to.give(0, zeros)
    to.give(1, zeros)
    return 0


define(&FLOOR_DIVIDE, BinaryOp.FloorDivide, b"floor_divide", floor_divide_vjp, zero_vjp, zero_vjp, "")


cdef int remainder_vjp(Node n, object g, Backward to) except -1:
    # a - floor(a / b) * b
    to.give(0, g)
    if to.wants(1):
        to.give(1, g * -floor_divide(n.saved(0), n.saved(1)))
    return 0


define(&REMAINDER, BinaryOp.Remainder, b"remainder", remainder_vjp, pass_vjp, NULL, "ab+")


cdef int pow_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0), b = n.saved(1)
    if to.wants(0):
        # x ** 0 is constant: 0, also where 0 ** -1 would be infinite
        to.give(0, g * where(b == 0.0, 0.0, b * pow(a, b - 1.0)))
    if to.wants(1):
        # 0 ** b is constant for positive b: 0, where 0 * log 0 would be NaN
        zero = logical_and(a == 0.0, b >= 0.0)
        to.give(1, g * where(zero, 0.0, pow(a, b) * log(where(zero, 1.0, a))))
    return 0


cdef int pow_number_vjp(Node n, object g, Backward to) except -1:
    cdef double p = n.x0
    if p == 0.0:
        to.give(0, zeros_of(<Tensor>g))
    elif p == 2.0:
        to.give(0, g * (n.saved(0) * 2.0))
    else:
        to.give(0, g * (pow(n.saved(0), p - 1.0) * p))
    return 0


cdef int number_pow_vjp(Node n, object g, Backward to) except -1:
    cdef double base = n.x0
    cdef Tensor a = n.saved(0)
    if base == 0.0:
        to.give(0, g * where(a >= 0.0, 0.0, pow(base, a) * c_log(base)))
    else:
        to.give(0, g * (pow(base, a) * (c_log(base) if base > 0 else float("nan"))))
    return 0


define(&POW, BinaryOp.Pow, b"pow", pow_vjp, pow_number_vjp, number_pow_vjp, "ab+")


cdef int atan2_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0), x = n.saved(1)
    scale = g / (x * x + y * y)
    if to.wants(0):
        to.give(0, scale * x)
    if to.wants(1):
        to.give(1, scale * -y)
    return 0


define(&ATAN2, BinaryOp.Atan2, b"atan2", atan2_vjp, NULL, NULL, "ab+")


cdef int hypot_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0), b = n.saved(1)
    length = hypot(a, b)
    at_zero = length == 0.0
    scale = where(at_zero, 0.0, g / where(at_zero, 1.0, length))
    if to.wants(0):
        to.give(0, scale * a)
    if to.wants(1):
        to.give(1, scale * b)
    return 0


define(&HYPOT, BinaryOp.Hypot, b"hypot", hypot_vjp, NULL, NULL, "ab+")


cdef int extremum(Node n, object g, Backward to, bint largest) except -1:
    """The gradient goes to the operand that won; at a tie half to each."""
    cdef Tensor a = n.saved(0), b = n.saved(1)
    half = where(a == b, 0.5, 0.0)
    wins = a > b if largest else a < b
    if to.wants(0):
        to.give(0, g * where(logical_or(wins, isnan(a)), 1.0, half))
    if to.wants(1):
        loses = a < b if largest else a > b
        to.give(1, g * where(logical_or(loses, isnan(b)), 1.0, half))
    return 0


cdef int maximum_vjp(Node n, object g, Backward to) except -1:
    return extremum(n, g, to, True)


cdef int minimum_vjp(Node n, object g, Backward to) except -1:
    return extremum(n, g, to, False)


define(&MAXIMUM, BinaryOp.Maximum, b"maximum", maximum_vjp, NULL, NULL, "ab+")
define(&MINIMUM, BinaryOp.Minimum, b"minimum", minimum_vjp, NULL, NULL, "ab+")
define(&EQUAL, BinaryOp.Equal, b"equal", NULL, NULL, NULL, "")
define(&NOT_EQUAL, BinaryOp.NotEqual, b"not_equal", NULL, NULL, NULL, "")
define(&LESS, BinaryOp.Less, b"less", NULL, NULL, NULL, "")
define(&LESS_EQUAL, BinaryOp.LessEqual, b"less_equal", NULL, NULL, NULL, "")
define(&GREATER, BinaryOp.Greater, b"greater", NULL, NULL, NULL, "")
define(&GREATER_EQUAL, BinaryOp.GreaterEqual, b"greater_equal", NULL, NULL, NULL, "")
define(&LOGICAL_AND, BinaryOp.LogicalAnd, b"logical_and", NULL, NULL, NULL, "")
define(&LOGICAL_OR, BinaryOp.LogicalOr, b"logical_or", NULL, NULL, NULL, "")
define(&LOGICAL_XOR, BinaryOp.LogicalXor, b"logical_xor", NULL, NULL, NULL, "")
define(&AND, BinaryOp.BitwiseAnd, b"bitwise_and", NULL, NULL, NULL, "")
define(&OR, BinaryOp.BitwiseOr, b"bitwise_or", NULL, NULL, NULL, "")
define(&XOR, BinaryOp.BitwiseXor, b"bitwise_xor", NULL, NULL, NULL, "")
define(&LEFT_SHIFT, BinaryOp.LeftShift, b"bitwise_left_shift", NULL, NULL, NULL, "")
define(&RIGHT_SHIFT, BinaryOp.RightShift, b"bitwise_right_shift", NULL, NULL, NULL, "")


def add(x, y, /):
    """x + y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&ADD, x, y)


def subtract(x, y, /):
    """x - y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&SUBTRACT, x, y)


def multiply(x, y, /):
    """x * y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&MULTIPLY, x, y)


def divide(x, y, /):
    """x / y, elementwise with broadcasting; float32 of two integers."""
    return call_binary(&DIVIDE, x, y)


def floor_divide(x, y, /):
    """floor(x / y), elementwise; 0 for an integer divided by 0."""
    return call_binary(&FLOOR_DIVIDE, x, y)


def remainder(x, y, /):
    """x - floor_divide(x, y) * y, elementwise, with the sign of y; 0 for an integer divided by 0."""
    return call_binary(&REMAINDER, x, y)


def pow(x, y, /):
    """x to the power y, elementwise with broadcasting."""
    return call_binary(&POW, x, y)


def atan2(y, x, /):
    """The angle of the point (x, y) in radians, elementwise."""
    return call_binary(&ATAN2, y, x)


def hypot(x, y, /):
    """sqrt(x * x + y * y) without overflow, elementwise. Its gradient at (0, 0) is 0."""
    return call_binary(&HYPOT, x, y)


def maximum(x, y, /):
    """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MAXIMUM, x, y)


def minimum(x, y, /):
    """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MINIMUM, x, y)


def equal(x, y, /):
    """x == y, elementwise."""
    return call_binary(&EQUAL, x, y)


def not_equal(x, y, /):
    """x != y, elementwise."""
    return call_binary(&NOT_EQUAL, x, y)


def less(x, y, /):
    """x < y, elementwise."""
    return call_binary(&LESS, x, y)


def less_equal(x, y, /):
    """x <= y, elementwise."""
    return call_binary(&LESS_EQUAL, x, y)


def greater(x, y, /):
    """x > y, elementwise."""
    return call_binary(&GREATER, x, y)


def greater_equal(x, y, /):
    """x >= y, elementwise."""
    return call_binary(&GREATER_EQUAL, x, y)


def logical_and(x, y, /):
    """Whether both are nonzero, elementwise."""
    return call_binary(&LOGICAL_AND, x, y)


def logical_or(x, y, /):
    """Whether either is nonzero, elementwise."""
    return call_binary(&LOGICAL_OR, x, y)


def logical_xor(x, y, /):
    """Whether exactly one is nonzero, elementwise."""
    return call_binary(&LOGICAL_XOR, x, y)


def bitwise_and(x, y, /):
    """x & y of integers or bools, elementwise."""
    return call_binary(&AND, x, y)


def bitwise_or(x, y, /):
    """x | y of integers or bools, elementwise."""
    return call_binary(&OR, x, y)


def bitwise_xor(x, y, /):
    """x ^ y of integers or bools, elementwise."""
    return call_binary(&XOR, x, y)


def bitwise_left_shift(x, y, /):
    """x << y of integers, elementwise; 0 where y is the width of x or more."""
    return call_binary(&LEFT_SHIFT, x, y)


def bitwise_right_shift(x, y, /):
    """x >> y of integers, elementwise, keeping the sign."""
    return call_binary(&RIGHT_SHIFT, x, y)


cdef Tensor add_tensors(Tensor a, Tensor b):
    return binary_tensors(&ADD, a, b)


cdef Tensor multiply_tensors(Tensor a, Tensor b):
    return binary_tensors(&MULTIPLY, a, b)


cdef int add_into(Tensor a, Tensor b) except -1:
    """a += b, unrecorded."""
    _native.binary_into(a.a, BinaryOp.Add, a.a, b.a)
    return 0


# ---- choice ----------------------------------------------------------------------------------------------------------

cdef int where_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor condition = n.saved(0)
    if to.wants(0):
        to.give(0, where(condition, g, 0.0))
    if to.wants(1):
        to.give(1, where(condition, 0.0, g))
    return 0


cdef Tensor where_tensors(Tensor condition, Tensor a, Tensor b):
    cdef Tensor out = wrap(_native.where(condition.a, a.a, b.a))
    if not grad_off and (requires_grad(a) or requires_grad(b)):
        record2(out, where_vjp, b"where", a, b).save(0, condition)
    return out


def where(condition, x1, x2, /):
    """x1 where the condition holds, else x2, elementwise with broadcasting. x1 and x2 may be Python numbers."""
    cdef Tensor c = as_tensor(condition, b"where")
    cdef Tensor a, b
    if is_scalar(x1):
        if is_scalar(x2):
            a = as_tensor(x1, b"where")
            b = as_tensor(x2, b"where")
        else:
            b = as_tensor(x2, b"where")
            a = full_number(x1, b)
    else:
        a = as_tensor(x1, b"where")
        b = full_number(x2, a) if is_scalar(x2) else as_tensor(x2, b"where")
    return where_tensors(c, a, b)


def _method_where(Tensor self, condition, other):
    """self where the condition holds, else other, elementwise."""
    return where(condition, self, other)


cdef int clip_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    inside = logical_and(x >= n.x0, x <= n.x1)
    to.give(0, where(inside, g, 0.0))
    return 0


def clip(x, min=None, max=None):
    """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

    Parameters
    ----------
    x : Tensor
    min, max : number or Tensor, optional
        Bounds; None for no bound: without any, the result is a copy.
    """
    cdef Tensor t = as_tensor(x, b"clip")
    cdef Tensor out
    cdef Node n
    cdef Scalar low, high
    cdef const Scalar* below = NULL
    cdef const Scalar* above = NULL
    if min is None and max is None:
        return t.clone()
    if (min is None or is_scalar(min)) and (max is None or is_scalar(max)):
        if min is not None:
            low = scalar_of(min)
            below = &low
        if max is not None:
            high = scalar_of(max)
            above = &high
        out = wrap(_native.clip(t.a, below, above))
        if recording(t):
            n = record1(out, clip_vjp, b"clip", t)
            n.save(0, t)
            n.x0 = -INFINITY if min is None else min
            n.x1 = INFINITY if max is None else max
        return out
    if min is not None:
        t = _bounded(t, full_number(min, t) if is_scalar(min) else as_tensor(min, b"clip"), True)
    if max is not None:
        t = _bounded(t, full_number(max, t) if is_scalar(max) else as_tensor(max, b"clip"), False)
    return t


cdef Tensor _bounded(Tensor t, Tensor bound, bint below):
    """t, or the bound where t is strictly beyond it: at the bound the gradient passes to t."""
    return where(less(t, bound) if below else greater(t, bound), bound, t)


# ---- in place --------------------------------------------------------------------------------------------------------

cdef object call_inplace(const Binary* f, Tensor x, object y):
    """x op= y. Recorded, it is the operation on x as it was, written back."""
    cdef Tensor other = None, result
    if not is_scalar(y):
        other = as_tensor(y, f.name)
    if not grad_off and (requires_grad(x) or other is not None and requires_grad(other)):
        check_writable(x, f.name)
        result = call_binary(f, past(x), y)
        _check_result(f, x, result)
        overwrite(x, result, f.name, True)
        return x
    check_writable(x, f.name)
    if other is None:
        _native.binary_scalar_into(x.a, f.op, x.a, scalar_of(y))
    else:
        _native.binary_into(x.a, f.op, x.a, other.a)
    return x


cdef int _check_result(const Binary* f, Tensor x, Tensor result) except -1:
    if not (result.a.shape() == x.a.shape()):
        raise ValueError(
            f"{f.name.decode()}: a result of shape {result.shape} cannot be written to a tensor of shape {x.shape}"
        )
    if kind(result.a.dtype()) > kind(x.a.dtype()):
        raise TypeError(
            f"{f.name.decode()}: a result of {result.dtype} cannot be written in place to {x.dtype}"
        )
    return 0


cdef object slot_inplace(const Binary* f, object x, object y):
    if not is_scalar(y) and not isinstance(y, Tensor) and not hasattr(y, "__array__"):
        return NotImplemented
    return call_inplace(f, <Tensor>x, y)


def _add_(Tensor self, other, *, alpha=1):
    """self += alpha * other."""
    return call_inplace(&ADD, self, other if alpha == 1 else other * alpha)


def _sub_(Tensor self, other, *, alpha=1):
    """self -= alpha * other."""
    return call_inplace(&SUBTRACT, self, other if alpha == 1 else other * alpha)


def _mul_(Tensor self, other):
    """self *= other."""
    return call_inplace(&MULTIPLY, self, other)


def _div_(Tensor self, other):
    """self /= other."""
    return call_inplace(&DIVIDE, self, other)


def _pow_(Tensor self, other):
    """self **= other."""
    return call_inplace(&POW, self, other)


cdef Tensor inplace_result(Tensor x, object f, const char* label):
    """Writes f(x) to x."""
    if not grad_off and requires_grad(x):
        check_writable(x, label)
        overwrite(x, f(past(x)), label, True)
        return x
    check_writable(x, label)
    overwrite(x, f(x), label)
    return x


def _clip_(Tensor self, min=None, max=None):
    """Limits the elements to a range, in place."""
    return inplace_result(self, lambda x: clip(x, min, max), b"clip_")


def _unary_method(function, str name):
    label = name.encode()  # nodes point to it: it lives as long as the method, which is for ever

    def method(Tensor self):
        return inplace_result(self, function, <const char*><bytes>label)
    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"``{function.__name__}`` of the elements, in place."
    return method


# ---- operators and methods -------------------------------------------------------------------------------------------

cdef object add_slot(object x, object y): return slot_binary(&ADD, x, y)
cdef object subtract_slot(object x, object y): return slot_binary(&SUBTRACT, x, y)
cdef object multiply_slot(object x, object y): return slot_binary(&MULTIPLY, x, y)
cdef object divide_slot(object x, object y): return slot_binary(&DIVIDE, x, y)
cdef object floor_divide_slot(object x, object y): return slot_binary(&FLOOR_DIVIDE, x, y)
cdef object remainder_slot(object x, object y): return slot_binary(&REMAINDER, x, y)
cdef object pow_slot(object x, object y): return slot_binary(&POW, x, y)
cdef object and_slot(object x, object y): return slot_binary(&AND, x, y)
cdef object or_slot(object x, object y): return slot_binary(&OR, x, y)
cdef object xor_slot(object x, object y): return slot_binary(&XOR, x, y)
cdef object left_shift_slot(object x, object y): return slot_binary(&LEFT_SHIFT, x, y)
cdef object right_shift_slot(object x, object y): return slot_binary(&RIGHT_SHIFT, x, y)
cdef object iadd_slot(object x, object y): return slot_inplace(&ADD, x, y)
cdef object isubtract_slot(object x, object y): return slot_inplace(&SUBTRACT, x, y)
cdef object imultiply_slot(object x, object y): return slot_inplace(&MULTIPLY, x, y)
cdef object idivide_slot(object x, object y): return slot_inplace(&DIVIDE, x, y)
cdef object ifloor_divide_slot(object x, object y): return slot_inplace(&FLOOR_DIVIDE, x, y)
cdef object iremainder_slot(object x, object y): return slot_inplace(&REMAINDER, x, y)
cdef object ipow_slot(object x, object y): return slot_inplace(&POW, x, y)
cdef object iand_slot(object x, object y): return slot_inplace(&AND, x, y)
cdef object ior_slot(object x, object y): return slot_inplace(&OR, x, y)
cdef object ixor_slot(object x, object y): return slot_inplace(&XOR, x, y)
cdef object ileft_shift_slot(object x, object y): return slot_inplace(&LEFT_SHIFT, x, y)
cdef object iright_shift_slot(object x, object y): return slot_inplace(&RIGHT_SHIFT, x, y)
cdef object negative_slot(object x): return negative(x)
cdef object positive_slot(object x): return positive(x)
cdef object absolute_slot(object x): return abs(x)
cdef object invert_slot(object x): return bitwise_invert(x)


cdef object compare_slot(object x, object y, object code):
    cdef int op = code
    if op == Py_EQ: return slot_binary(&EQUAL, x, y)
    if op == Py_NE: return slot_binary(&NOT_EQUAL, x, y)
    if op == Py_LT: return slot_binary(&LESS, x, y)
    if op == Py_LE: return slot_binary(&LESS_EQUAL, x, y)
    if op == Py_GT: return slot_binary(&GREATER, x, y)
    return slot_binary(&GREATER_EQUAL, x, y)


operator_slots.add = add_slot
operator_slots.subtract = subtract_slot
operator_slots.multiply = multiply_slot
operator_slots.divide = divide_slot
operator_slots.floor_divide = floor_divide_slot
operator_slots.remainder = remainder_slot
operator_slots.power = pow_slot
operator_slots.bitwise_and = and_slot
operator_slots.bitwise_or = or_slot
operator_slots.bitwise_xor = xor_slot
operator_slots.left_shift = left_shift_slot
operator_slots.right_shift = right_shift_slot
operator_slots.iadd = iadd_slot
operator_slots.isubtract = isubtract_slot
operator_slots.imultiply = imultiply_slot
operator_slots.idivide = idivide_slot
operator_slots.ifloor_divide = ifloor_divide_slot
operator_slots.iremainder = iremainder_slot
operator_slots.ipower = ipow_slot
operator_slots.iand = iand_slot
operator_slots.ior = ior_slot
operator_slots.ixor = ixor_slot
operator_slots.ilshift = ileft_shift_slot
operator_slots.irshift = iright_shift_slot
operator_slots.negative = negative_slot
operator_slots.positive = positive_slot
operator_slots.absolute = absolute_slot
operator_slots.invert = invert_slot
operator_slots.compare = compare_slot

for _f in (
    abs, sign, square, sqrt, rsqrt, reciprocal, exp, exp2, expm1, log, log1p, log2, log10, sin, cos, tan, asin, acos,
    atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, sigmoid, relu, floor, ceil, round, trunc, isnan, isinf, isfinite,
    logical_not, clip, pow, maximum, minimum,
):
    add_method(_f.__name__, _f)
for _f in (abs, sqrt, exp, log, sigmoid, tanh, relu, floor, ceil, round, trunc, square, reciprocal):
    add_method(_f.__name__ + "_", _unary_method(_f, _f.__name__ + "_"))
add_method("neg", negative)
add_method("where", _method_where)
add_method("clamp", clip)
add_method("add", add)
add_method("sub", subtract)
add_method("mul", multiply)
add_method("div", divide)
add_method("add_", _add_)
add_method("sub_", _sub_)
add_method("mul_", _mul_)
add_method("div_", _div_)
add_method("pow_", _pow_)
add_method("clip_", _clip_)
add_method("clamp_", _clip_)
