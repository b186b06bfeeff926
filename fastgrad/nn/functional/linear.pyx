# distutils: language = c++
"""Affine maps, with their gradient rule."""
from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record3, recording3, wrap,
)
from fastgrad._tensor.cpp cimport Array
from fastgrad.nn.functional.epilogue cimport activated, activation_backward, activation_named, stays_apart
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.matmul as native
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops.linalg cimport joined_rows, matmul_tensors, transposed, with_axis

from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.view import own


cdef struct LinearAttributes:
    Activation activation


cdef int linear_vjp(Node n, object gradient, Backward to) except -1:
    cdef Tensor g, x, w
    # where an activation was fused, its gradient first
    cdef Activation activation = n.attributes.get[LinearAttributes]().activation
    if activation == Activation.Identity:
        g = gradient
    else:
        g = activation_backward(activation, <Tensor>gradient, n.saved(2), to.create_graph)
    if to.wants(0):
        w = n.saved(1)
        to.give(0, matmul_tensors(g, w))
    if to.wants(1):
        x = n.saved(0)
        if g.a.ndim() == 1:
            g = with_axis(g, 0)
            x = with_axis(x, 0)
        elif g.a.ndim() > 2:
            g = joined_rows(g, b"linear")
            x = joined_rows(x, b"linear")
        to.give(1, matmul_tensors(transposed(g), x))
    if to.wants(2):
        to.give(2, g)  # the engine sums over the rows
    return 0


cdef Primitive LINEAR = define(b"linear", linear_vjp)


cdef Tensor affine(object input, object weight, object bias, Activation activation):
    cdef Tensor x = as_tensor(input, b"linear"), w = as_tensor(weight, b"linear"), b = None
    cdef Tensor out
    cdef Node n
    cdef const Array* bias_array = NULL
    cdef int wanted
    if bias is not None:
        b = as_tensor(bias, b"linear")
        bias_array = &b.a
    wanted = recording3(x, w, b)
    if stays_apart(activation, x, wanted != 0):
        return activated(activation, affine(x, w, b, Activation.Identity))
    out = wrap(native.linear(x.a, w.a, bias_array, activation))
    if wanted:
        n = record3(out, &LINEAR, x, w, b)
        if wanted & SECOND:
            n.save(0, x)
        if wanted & FIRST:
            n.save(1, w)
        n.attributes.set[LinearAttributes]().activation = activation
        if activation != Activation.Identity:
            n.save_output(2, out)
    return out


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``input @ weight.T + bias``, computed by one kernel.

    Parameters
    ----------
    input : Tensor, shape (..., in_features)
        What is multiplied: each line along the last axis.
    weight : Tensor, shape (out_features, in_features)
        A line for each output feature.
    bias : Tensor, shape (out_features,), optional
        What is added to each output feature.

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Linear

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.linear(fg.ones(2, 3), fg.ones(4, 3), fg.ones(4)).shape
    (2, 4)
    """
    return affine(input, weight, bias, Activation.Identity)


def linear_activated(input: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """`linear`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what the two give.

    In one kernel, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """
    return affine(input, weight, bias, activation_named(activation, b"linear"))


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``input1 @ weight[k] @ input2 + bias[k]`` for each k.

    Parameters
    ----------
    input1 : Tensor, shape (..., in1_features)
        The first factor.
    input2 : Tensor, shape (..., in2_features)
        The second factor; its leading axes are those of `input1`.
    weight : Tensor, shape (out_features, in1_features, in2_features)
        A matrix for each output feature.
    bias : Tensor, shape (out_features,), optional
        What is added to each output feature.

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ValueError
        If the shapes do not fit.

    See Also
    --------
    fastgrad.nn.Bilinear

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.bilinear(fg.ones(5, 2), fg.ones(5, 3), fg.ones(4, 2, 3)).shape
    (5, 4)
    """
    cdef Tensor a = as_tensor(input1, b"bilinear"), b = as_tensor(input2, b"bilinear")
    cdef Tensor w = as_tensor(weight, b"bilinear")
    cdef Tensor c = None if bias is None else as_tensor(bias, b"bilinear")
    if w.a.ndim() != 3 or a.a.ndim() == 0 or a.a.ndim() != b.a.ndim() or a.shape[:-1] != b.shape[:-1] or (
            (a.shape[-1], b.shape[-1]) != w.shape[1:]):
        raise TensorValueError("bilinear: input1 (..., I), input2 (..., J) and weight (K, I, J) must fit, got shapes "
                         f"{a.shape}, {b.shape} and {w.shape}")
    if c is not None and c.shape != w.shape[:1]:
        raise TensorValueError(f"bilinear: bias must have shape {w.shape[:1]}, got {c.shape}")
    for t in (b, w) if c is None else (b, w, c):
        if t.dtype != a.dtype:
            raise TensorTypeError(
                f"bilinear: input1 is {a.dtype}, but another argument {t.dtype}; convert with .astype(...)")
    # x1 meets all matrices at once: (..., I) @ (I, K * J)
    k, i, j = w.shape
    rows = matmul_tensors(a.reshape((-1, i)), w.permute((1, 0, 2)).reshape((i, k * j))).reshape((-1, k, j))
    out = matmul_tensors(rows, b.reshape((-1, j, 1))).reshape((*a.shape[:-1], k))
    return own(out) if c is None else out + c
