# distutils: language = c++
"""Convolution: the forward operation, the gradient of its input and the gradient of its weight are three operations,
and the gradient rule of each is the other two. Backward computes the gradients it wants together."""
from fastgrad._convert cimport pair
from fastgrad._cpp cimport Array, grad_off
from fastgrad._tensor cimport Backward, Node, Tensor, record, record1, record2, requires_grad, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native cimport BatchNormArrays, Conv2dGradients, Conv2dParams
from fastgrad.ops.activation cimport relu_gradient
from fastgrad.ops.view cimport broadcast_tensor


cdef inline tuple _context(stride, padding, dilation, groups):
    return (pair(stride, "conv2d", "stride", 1), pair(padding, "conv2d", "padding"),
            pair(dilation, "conv2d", "dilation", 1), groups)


cdef Conv2dParams _params(tuple context) except *:
    cdef Conv2dParams p
    stride, padding, dilation, groups = context
    p.stride[0], p.stride[1] = stride
    p.padding[0], p.padding[1] = padding
    p.dilation[0], p.dilation[1] = dilation
    p.groups = groups
    return p


# Of the operands only those are kept that a wanted gradient is made of: the weight's of the input, and the other way.

cdef int conv2d_vjp(Node n, object gradient, Backward to) except -1:
    """dims: the input's height and width, then the weight's."""
    cdef Tensor x, w, g
    cdef bint bias = n.inputs > 2 and to.wants(2)
    cdef Conv2dGradients found
    # where relu was fused, its gradient first
    g = relu_gradient(<Tensor>gradient, n.saved(2), to.create_graph) if n.i0 else gradient
    if not to.wants(1):
        if to.wants(0):
            to.give(0, grad_input(g, n.saved(1), n.context, n.dims[0], n.dims[1]))
        if bias:
            to.give(2, g.sum(axis=(0, 2, 3)))
        return 0
    x = n.saved(0)
    if to.wants(0):
        w = n.saved(1)
        found = _native.conv2d_gradients(g.a, x.a, w.a, _params(n.context), bias)
        to.give(0, of_input(wrap(found.x), g, w, n.context))
    else:
        found = _native.conv2d_grad_weight(g.a, x.a, _params(n.context), n.dims[2], n.dims[3], bias)
    to.give(1, of_weight(wrap(found.w), g, x, n.context))
    if bias:
        to.give(2, of_bias(wrap(found.bias), g))
    return 0


cdef int grad_input_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, forward(<Tensor>g, n.saved(1), None, n.context))
    if to.wants(1):
        to.give(1, grad_weight(n.saved(0), <Tensor>g, n.context, n.i0, n.i1))
    return 0


cdef int grad_weight_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, forward(n.saved(1), <Tensor>g, None, n.context))
    if to.wants(1):
        to.give(1, grad_input(n.saved(0), <Tensor>g, n.context, n.i0, n.i1))
    return 0


cdef int grad_bias_vjp(Node n, object g, Backward to) except -1:
    to.give(0, broadcast_tensor((<Tensor>g).reshape((1, n.dims[1], 1, 1)), n.dims))
    return 0


cdef inline int keep_for_other(Node n, Tensor a, bint gradient_of_a, Tensor b, bint gradient_of_b) except -1:
    """Saves of two operands, each what the other's gradient is made of."""
    if gradient_of_b:
        n.save(0, a)
    if gradient_of_a:
        n.save(1, b)
    return 0


cdef Tensor forward(Tensor x, Tensor w, Tensor b, tuple context, bint relu=False, bint keep=False):
    cdef const Array* bias = NULL
    cdef Tensor out
    cdef Node n
    cdef bint of_x, of_w, of_b
    if b is not None:
        bias = &b.a
    out = wrap(_native.conv2d(x.a, w.a, bias, _params(context), NULL, 0.0, relu, keep))
    if grad_off:
        return out
    of_x = requires_grad(x)
    of_w = requires_grad(w)
    of_b = b is not None and requires_grad(b)
    if of_x or of_w or of_b:
        n = record(out, conv2d_vjp, b"conv2d", 2 if b is None else 3)
        n.connect(0, x)
        n.connect(1, w)
        if b is not None:
            n.connect(2, b)
        keep_for_other(n, x, of_x, w, of_w)
        n.dims.push_back(x.a.shape(2))
        n.dims.push_back(x.a.shape(3))
        n.dims.push_back(w.a.shape(2))
        n.dims.push_back(w.a.shape(3))
        n.context = context
        n.i0 = relu
        if relu:
            n.save_output(2, out)
    return out


cdef Tensor grad_input(Tensor g, Tensor w, tuple context, long height, long width):
    return of_input(wrap(_native.conv2d_grad_input(g.a, w.a, _params(context), height, width)), g, w, context)


cdef Tensor grad_weight(Tensor g, Tensor x, tuple context, long height, long width):
    cdef Conv2dGradients found = _native.conv2d_grad_weight(g.a, x.a, _params(context), height, width, False)
    return of_weight(wrap(found.w), g, x, context)


cdef Tensor of_input(Tensor out, Tensor g, Tensor w, tuple context):
    """out, recorded as the input's gradient."""
    cdef Node n
    cdef bint of_g, of_w
    if grad_off:
        return out
    of_g = requires_grad(g)
    of_w = requires_grad(w)
    if of_g or of_w:
        n = record2(out, grad_input_vjp, b"conv2d_grad_input", g, w)
        keep_for_other(n, g, of_g, w, of_w)
        n.context = context
        n.i0 = w.a.shape(2)
        n.i1 = w.a.shape(3)
    return out


cdef Tensor of_weight(Tensor out, Tensor g, Tensor x, tuple context):
    """out, recorded as the weight's gradient."""
    cdef Node n
    cdef bint of_g, of_x
    if grad_off:
        return out
    of_g = requires_grad(g)
    of_x = requires_grad(x)
    if of_g or of_x:
        n = record2(out, grad_weight_vjp, b"conv2d_grad_weight", g, x)
        keep_for_other(n, g, of_g, x, of_x)
        n.context = context
        n.i0 = x.a.shape(2)
        n.i1 = x.a.shape(3)
    return out


cdef Tensor of_bias(Tensor out, Tensor g):
    """out, recorded as the bias's gradient: g summed over all but its channels."""
    if not grad_off and requires_grad(g):
        record1(out, grad_bias_vjp, b"conv2d_grad_bias", g).dims = g.a.shape()
    return out


cdef bint _has_relu(object activation) except -1:
    if activation is not None and activation != "relu":
        raise ValueError(f"conv2d: activation must be None or 'relu', got {activation!r}")
    return activation is not None


def conv2d(
    x: TensorLike, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = (1, 1),
    padding: int | Sequence[int] = (0, 0), dilation: int | Sequence[int] = (1, 1), groups: int = 1,
    activation: str | None = None,
) -> Tensor:
    """Cross-correlation of images with filters; ``activation="relu"`` applies relu in the same pass.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    weight : Tensor, shape (K, C / groups, R, S)
    bias : Tensor, shape (K,), optional
    stride, padding, dilation : int or pair of int
        Vertical, horizontal.
    groups : int
    activation : {None, "relu"}

    Returns
    -------
    Tensor, shape (N, K, H', W')
        Its memory is channels last.

    Raises
    ------
    ValueError
        If shapes do not fit, or the filter is larger than the padded image.
    TypeError
        If dtypes differ or are not floating-point.
    """
    cdef tuple context = _context(stride, padding, dilation, groups)
    return forward(as_tensor(x, b"conv2d"), as_tensor(weight, b"conv2d"),
                   None if bias is None else as_tensor(bias, b"conv2d"), context, _has_relu(activation), grad_off)


cdef Array _constant(object operand) except *:
    """The operand's array, undefined for None."""
    cdef Tensor t
    if operand is None:
        return Array()
    t = as_tensor(operand, b"conv2d_normalized")
    if not grad_off and requires_grad(t):
        raise RuntimeError("conv2d_normalized: an operand requires a gradient, and this operation has none")
    return t.a


def conv2d_normalized(
    x: TensorLike, weight: Tensor, bias: Tensor | None, stride: int | Sequence[int], padding: int | Sequence[int],
    dilation: int | Sequence[int], groups: int, norm: tuple[Tensor, Tensor, Tensor | None, Tensor | None, float],
    activation: str | None = None,
) -> Tensor:
    """batch_norm(conv2d(...)) by running statistics, then the activation, in one pass; bit for bit what the three give.

    Nothing is recorded.

    Parameters
    ----------
    x, weight, bias, stride, padding, dilation, groups, activation
        As `conv2d` has them.
    norm : tuple
        running_mean, running_var, weight, bias, eps, as `batch_norm` has them: Tensors of shape (K,), and a float.

    Returns
    -------
    Tensor, shape (N, K, H', W')
        Its memory is channels last.

    Raises
    ------
    RuntimeError
        If an operand requires a gradient, and gradients are enabled.
    """
    cdef Tensor t = as_tensor(x, b"conv2d"), w = as_tensor(weight, b"conv2d"), b = None
    cdef BatchNormArrays arrays
    cdef const Array* bias_array = NULL
    if bias is not None:
        b = as_tensor(bias, b"conv2d")
        bias_array = &b.a
    mean, var, scale, shift, eps = norm
    arrays.running_mean = _constant(mean)
    arrays.running_var = _constant(var)
    arrays.weight = _constant(scale)
    arrays.bias = _constant(shift)
    if not grad_off:
        for operand in (t, w, b):
            _constant(operand)
    return wrap(_native.conv2d(t.a, w.a, bias_array, _params(_context(stride, padding, dilation, groups)), &arrays, eps,
                               _has_relu(activation), grad_off))
