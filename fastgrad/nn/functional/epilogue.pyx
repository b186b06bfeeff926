# distutils: language = c++
"""Activations at the end of another operation, in the same kernel (src/kernels/epilogue.h)."""
from fastgrad._tensor cimport Tensor
from fastgrad.nn.functional.activation cimport gelu_of, silu_of
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops.elementwise cimport over_gradient
from fastgrad.ops.math cimport relu_gradient, relu_of, sigmoid_gradient, sigmoid_of, tanh_gradient, tanh_of

from fastgrad.errors import TensorValueError


cdef Activation activation_named(object name, const char* op) except *:
    if name is None:
        return Activation.Identity
    if name == "relu":
        return Activation.Relu
    if name == "sigmoid":
        return Activation.Sigmoid
    if name == "tanh":
        return Activation.Tanh
    if name == "silu":
        return Activation.Silu
    if name == "gelu":
        return Activation.Gelu
    raise TensorValueError(
        f"{op.decode()}: activation must be None, 'relu', 'sigmoid', 'tanh', 'silu' or 'gelu', got {name!r}")


cdef Tensor activated(Activation activation, Tensor x):
    """The activation as an operation of its own."""
    if activation == Activation.Relu:
        return relu_of(x)
    if activation == Activation.Sigmoid:
        return sigmoid_of(x)
    if activation == Activation.Tanh:
        return tanh_of(x)
    if activation == Activation.Silu:
        return silu_of(x)
    if activation == Activation.Gelu:
        return gelu_of(x)
    return x


cdef Tensor activation_backward(Activation activation, Tensor g, Tensor y, bint create_graph):
    """What an activation whose result was y passes on of g, as its own rule has it; for a rule that needs g no more."""
    if activation == Activation.Sigmoid:
        return sigmoid_gradient(g, y) if create_graph else over_gradient(UnaryOp.Sigmoid, g, y)
    if activation == Activation.Tanh:
        return tanh_gradient(g, y) if create_graph else over_gradient(UnaryOp.Tanh, g, y)
    return relu_gradient(g, y) if create_graph else over_gradient(UnaryOp.Relu, g, y)
