# distutils: language = c++
"""Activations. Where plain operations would lose digits of a gradient that is recorded, its kernel is an operation with a
rule of its own."""
from fastgrad._tensor cimport (
    Backward, Node, Primitive, SECOND, Tensor, define, record1, record2, recording, recording2, wrap,
)
from fastgrad._tensor.convert cimport number
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops.elementwise cimport INPUT, OUTPUT, Unary, define_unary, unary

from fastgrad.ops.choose import clip, where
from fastgrad.ops.math import exp


cdef Tensor relu_gradient(Tensor g, Tensor y):
    """What relu, which gave y, passes on of g; for operations with a relu in them, too."""
    return where(y <= 0.0, 0.0, g)


cdef int relu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, relu_gradient(<Tensor>g, n.saved(0)))
    return 0


cdef Unary RELU = define_unary(b"relu", relu_vjp, OUTPUT)


def relu(x: TensorLike, /) -> Tensor:
    """max(x, 0), elementwise. Its gradient at 0 is 0."""
    return unary(&RELU, x)


cdef struct LeakyReluAttributes:
    double negative_slope


cdef int leaky_relu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    cdef double slope = n.attributes.get[LeakyReluAttributes]().negative_slope
    if to.create_graph or slope == 0.0:
        to.give(0, where(x > 0.0, g, g * slope if slope else 0.0))
    else:
        to.give(0, wrap(native.unary_gradient_with(UnaryOp.LeakyRelu, (<Tensor>g).a, x.a, slope)))
    return 0


cdef Primitive LEAKY_RELU = define(b"leaky_relu", leaky_relu_vjp)


def leaky_relu(x: TensorLike, negative_slope: float = 0.01) -> Tensor:
    """x where positive, else negative_slope * x, elementwise."""
    cdef Tensor t = as_tensor(x, b"leaky_relu")
    cdef double slope = number(negative_slope, "leaky_relu", "negative_slope")
    cdef Tensor out = wrap(native.unary_with(UnaryOp.LeakyRelu, t.a, slope))
    cdef Node n
    if recording(t):
        n = record1(out, &LEAKY_RELU, t)
        n.save(0, t)
        n.attributes.set[LeakyReluAttributes]().negative_slope = slope
    return out


cdef Tensor sigmoid_gradient(Tensor g, Tensor y):
    """Of the result alone, so that x need not be kept: right to a rounding of g, not of the gradient, where y or 1 - 2 y
    (in the second derivative) has lost the digits of x."""
    return g * (y * (1.0 - y))


cdef int sigmoid_vjp(Node n, object g, Backward to) except -1:
    to.give(0, sigmoid_gradient(<Tensor>g, n.saved(0)))
    return 0


cdef Unary SIGMOID = define_unary(b"sigmoid", sigmoid_vjp, OUTPUT)


def sigmoid(x: TensorLike, /) -> Tensor:
    """1 / (1 + exp(-x)), elementwise."""
    return unary(&SIGMOID, x)


cdef int log_sigmoid_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid(-n.saved(0)))
    return 0


cdef Unary LOG_SIGMOID = define_unary(b"log_sigmoid", log_sigmoid_vjp, INPUT)


def log_sigmoid(x: TensorLike, /) -> Tensor:
    """log(sigmoid(x)), without overflow, elementwise."""
    return unary(&LOG_SIGMOID, x)


cdef int softplus_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid(n.saved(0)))
    return 0


cdef Unary SOFTPLUS = define_unary(b"softplus", softplus_vjp, INPUT)


def softplus(x: TensorLike, /) -> Tensor:
    """log(1 + exp(x)), without overflow, elementwise."""
    return unary(&SOFTPLUS, x)


cdef Tensor kernel_gradient(const Unary* f, const Primitive* p, Tensor g, Tensor x):
    """What the kernel says that f passes on of g at x, recorded as the product with g that it is."""
    cdef Tensor out = wrap(native.unary_gradient(f.op, g.a, x.a))
    cdef Node n
    cdef int wanted = recording2(g, x)
    if wanted:
        n = record2(out, p, g, x)
        if wanted & SECOND:
            n.save(0, g)
        n.save(1, x)
    return out


cdef int silu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1), s
    if to.wants(0):
        to.give(0, kernel_gradient(&SILU, &SILU_BACKWARD, h, x))
    if to.wants(1):
        s = sigmoid(x)
        x = clip(x, -1000.0, 1000.0)  # beyond, s and 1 - s are 0 exactly: 0 times infinity is none of this
        to.give(1, h * n.saved(0) * (s * (1.0 - s) * (x * (1.0 - s * 2.0) + 2.0)))
    return 0


cdef Primitive SILU_BACKWARD = define(b"silu_backward", silu_slope_vjp)


cdef int silu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, kernel_gradient(&SILU, &SILU_BACKWARD, g, n.saved(0)))
    return 0


cdef Unary SILU = define_unary(b"silu", silu_vjp, INPUT)


def silu(x: TensorLike, /) -> Tensor:
    """x * sigmoid(x), elementwise (Hendrycks and Gimpel, arXiv:1606.08415; Elfwing et al., arXiv:1702.03118)."""
    return unary(&SILU, x)


cdef int gelu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1)
    if to.wants(0):
        to.give(0, kernel_gradient(&GELU, &GELU_BACKWARD, h, x))
    if to.wants(1):
        x = clip(x, -100.0, 100.0)  # beyond, the density is 0 exactly
        density = exp(x * x * -0.5) * 0.3989422804014327  # 1 / sqrt(2 pi)
        to.give(1, h * n.saved(0) * (density * (2.0 - x * x)))
    return 0


cdef Primitive GELU_BACKWARD = define(b"gelu_backward", gelu_slope_vjp)


cdef int gelu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, kernel_gradient(&GELU, &GELU_BACKWARD, g, n.saved(0)))
    return 0


cdef Unary GELU = define_unary(b"gelu", gelu_vjp, INPUT)


def gelu(x: TensorLike, /) -> Tensor:
    """x times the normal distribution function of x, elementwise (Hendrycks and Gimpel, arXiv:1606.08415)."""
    return unary(&GELU, x)
