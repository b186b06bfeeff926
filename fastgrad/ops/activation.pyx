# distutils: language = c++
"""Activations. Where a fused kernel gives the first derivative, plain operations give it when it is to be recorded; or the
kernel, as an operation with a rule of its own, where they would lose digits."""
from fastgrad._convert cimport number
from fastgrad._cpp cimport grad_off
from fastgrad._tensor cimport Backward, Node, Rule, Tensor, record1, record2, recording, requires_grad, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native cimport BinaryOp, UnaryOp
from fastgrad.ops.elementwise cimport INPUT, OUTPUT, over_gradient, plain_binary, unary

from fastgrad.ops.compare import clip, where
from fastgrad.ops.math import exp


cdef Tensor relu_gradient(Tensor g, Tensor y, bint create_graph):
    """What relu, which gave y, passes on of g; for a rule that needs g no more. For operations with a relu in them, too."""
    return where(y <= 0.0, 0.0, g) if create_graph else over_gradient(BinaryOp.ReluGrad, g, y)


cdef int relu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, relu_gradient(<Tensor>g, n.saved(0), to.create_graph))
    return 0


def relu(x: TensorLike, /) -> Tensor:
    """max(x, 0), elementwise. Its gradient at 0 is 0."""
    return unary(UnaryOp.Relu, x, relu_vjp, b"relu", OUTPUT)


cdef int leaky_relu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    if to.create_graph or n.x0 == 0.0:
        to.give(0, where(x > 0.0, g, g * n.x0 if n.x0 else 0.0))
    else:
        to.give(0, wrap(_native.binary_with(BinaryOp.LeakyReluGrad, (<Tensor>g).a, x.a, n.x0)))
    return 0


def leaky_relu(x: TensorLike, negative_slope: float = 0.01) -> Tensor:
    """x where positive, else negative_slope * x, elementwise."""
    cdef Tensor t = as_tensor(x, b"leaky_relu")
    cdef double slope = number(negative_slope, "leaky_relu", "negative_slope")
    cdef Tensor out = wrap(_native.unary_with(UnaryOp.LeakyRelu, t.a, slope))
    cdef Node n
    if recording(t):
        n = record1(out, leaky_relu_vjp, b"leaky_relu", t)
        n.save(0, t)
        n.x0 = slope
    return out


cdef int sigmoid_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, g * (y * (1.0 - y)))
    else:
        to.give(0, over_gradient(BinaryOp.SigmoidGrad, g, y))
    return 0


def sigmoid(x: TensorLike, /) -> Tensor:
    """1 / (1 + exp(-x)), elementwise."""
    return unary(UnaryOp.Sigmoid, x, sigmoid_vjp, b"sigmoid", OUTPUT)


cdef int log_sigmoid_vjp(Node n, object g, Backward to) except -1:
    if to.create_graph:
        to.give(0, g * sigmoid(-n.saved(0)))
    else:
        to.give(0, over_gradient(BinaryOp.LogSigmoidGrad, g, n.saved(0)))
    return 0


def log_sigmoid(x: TensorLike, /) -> Tensor:
    """log(sigmoid(x)), without overflow, elementwise."""
    return unary(UnaryOp.LogSigmoid, x, log_sigmoid_vjp, b"log_sigmoid", INPUT)


cdef int softplus_vjp(Node n, object g, Backward to) except -1:
    if to.create_graph:
        to.give(0, g * sigmoid(n.saved(0)))
    else:
        to.give(0, over_gradient(BinaryOp.SoftplusGrad, g, n.saved(0)))
    return 0


def softplus(x: TensorLike, /) -> Tensor:
    """log(1 + exp(x)), without overflow, elementwise."""
    return unary(UnaryOp.Softplus, x, softplus_vjp, b"softplus", INPUT)


cdef Tensor slope(BinaryOp op, Tensor g, Tensor x, Rule rule, const char* label):
    """g times the derivative at x that a kernel gives, recorded with the rule of that product."""
    cdef Tensor out = plain_binary(op, g, x)
    cdef Node n
    cdef bint of_g = requires_grad(g), of_x = requires_grad(x)
    if not grad_off and (of_g or of_x):
        n = record2(out, rule, label, g, x)
        if of_x:
            n.save(0, g)
        n.save(1, x)
    return out


cdef int silu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1), s
    if to.wants(0):
        to.give(0, slope(BinaryOp.SiluGrad, h, x, silu_slope_vjp, b"silu_backward"))
    if to.wants(1):
        s = sigmoid(x)
        x = clip(x, -1000.0, 1000.0)  # beyond, s and 1 - s are 0 exactly: 0 times infinity is none of this
        to.give(1, h * n.saved(0) * (s * (1.0 - s) * (x * (1.0 - s * 2.0) + 2.0)))
    return 0


cdef int silu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    if to.create_graph:
        to.give(0, slope(BinaryOp.SiluGrad, g, x, silu_slope_vjp, b"silu_backward"))
    else:
        to.give(0, over_gradient(BinaryOp.SiluGrad, g, x))
    return 0


def silu(x: TensorLike, /) -> Tensor:
    """x * sigmoid(x), elementwise (Hendrycks and Gimpel, arXiv:1606.08415; Elfwing et al., arXiv:1702.03118)."""
    return unary(UnaryOp.Silu, x, silu_vjp, b"silu", INPUT)


cdef int gelu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1)
    if to.wants(0):
        to.give(0, slope(BinaryOp.GeluGrad, h, x, gelu_slope_vjp, b"gelu_backward"))
    if to.wants(1):
        x = clip(x, -100.0, 100.0)  # beyond, the density is 0 exactly
        density = exp(x * x * -0.5) * 0.3989422804014327  # 1 / sqrt(2 pi)
        to.give(1, h * n.saved(0) * (density * (2.0 - x * x)))
    return 0


cdef int gelu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    if to.create_graph:
        to.give(0, slope(BinaryOp.GeluGrad, g, x, gelu_slope_vjp, b"gelu_backward"))
    else:
        to.give(0, over_gradient(BinaryOp.GeluGrad, g, x))
    return 0


def gelu(x: TensorLike, /) -> Tensor:
    """x times the normal distribution function of x, elementwise (Hendrycks and Gimpel, arXiv:1606.08415)."""
    return unary(UnaryOp.Gelu, x, gelu_vjp, b"gelu", INPUT)
