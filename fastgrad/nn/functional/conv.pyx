# distutils: language = c++
"""Convolution: the forward operation, the gradient of its input and the gradient of its weight are three operations,
and the gradient rule of each is the other two. Backward computes the gradients it wants together."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record1, record2, record3, recording, recording2,
    recording3, requires_grad, wrap,
)
from fastgrad._tensor.convert cimport pair
from fastgrad._tensor.cpp cimport Array, grad_off
from fastgrad.nn.functional._checks cimport as_given, batch_of
from fastgrad.nn.functional.epilogue cimport activated, activation_backward, activation_named, stays_apart
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.conv as native
from fastgrad.ops._native.conv cimport Conv2dGradients, Conv2dParams
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops._native.normalization cimport BatchNormArrays
from fastgrad.ops.view cimport ShapeAttributes, broadcast_tensor

from fastgrad.ops.pad import pad


cdef Conv2dParams _params(stride, padding, dilation, groups) except *:
    cdef Conv2dParams p
    p.stride[0], p.stride[1] = pair(stride, "conv2d", "stride", 1)
    p.padding[0], p.padding[1] = pair(padding, "conv2d", "padding")
    p.dilation[0], p.dilation[1] = pair(dilation, "conv2d", "dilation", 1)
    p.groups = groups
    return p


# Of a convolution, or of its gradients: where the filter is laid, and how large the third of them is that is neither
# operand nor result. Of a convolution itself both sizes are operands'.
cdef struct ConvAttributes:
    Conv2dParams params
    int64_t input_height, input_width
    int64_t weight_height, weight_width
    Activation activation


cdef ConvAttributes* set_conv(Node n, const Conv2dParams& params, Tensor x, Tensor w) except NULL:
    """x or w is None where only its gradient is at hand."""
    cdef ConvAttributes* at = n.attributes.set[ConvAttributes]()
    at.params = params
    at.activation = Activation.Identity
    if x is not None:
        at.input_height = x.a.shape(2)
        at.input_width = x.a.shape(3)
    if w is not None:
        at.weight_height = w.a.shape(2)
        at.weight_width = w.a.shape(3)
    return at


# Of the operands only those are kept that a wanted gradient is made of: the weight's of the input, and the other way.

cdef int conv2d_vjp(Node n, object gradient, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    cdef Tensor x, w, g
    cdef bint bias = to.wants(2)
    cdef Conv2dGradients found
    # where an activation was fused, its gradient first
    if at.activation == Activation.Identity:
        g = gradient
    else:
        g = activation_backward(at.activation, <Tensor>gradient, n.saved(2), to.create_graph)
    if not to.wants(1):
        if to.wants(0):
            to.give(0, grad_input(g, n.saved(1), at.params, at.input_height, at.input_width))
        if bias:
            to.give(2, g.sum(axis=(0, 2, 3)))
        return 0
    x = n.saved(0)
    if to.wants(0):
        w = n.saved(1)
        found = native.conv2d_gradients(g.a, x.a, w.a, at.params, bias)
        to.give(0, of_input(wrap(found.x), g, w, at.params))
    else:
        found = native.conv2d_grad_weight(g.a, x.a, at.params, at.weight_height, at.weight_width, bias)
    to.give(1, of_weight(wrap(found.w), g, x, at.params))
    if bias:
        to.give(2, of_bias(wrap(found.bias), g))
    return 0


cdef int grad_input_vjp(Node n, object g, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    if to.wants(0):
        to.give(0, forward(<Tensor>g, n.saved(1), None, at.params))
    if to.wants(1):
        to.give(1, grad_weight(n.saved(0), <Tensor>g, at.params, at.weight_height, at.weight_width))
    return 0


cdef int grad_weight_vjp(Node n, object g, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    if to.wants(0):
        to.give(0, forward(n.saved(1), <Tensor>g, None, at.params))
    if to.wants(1):
        to.give(1, grad_input(n.saved(0), <Tensor>g, at.params, at.input_height, at.input_width))
    return 0


cdef int grad_bias_vjp(Node n, object g, Backward to) except -1:
    cdef ShapeAttributes* at = n.attributes.get[ShapeAttributes]()
    to.give(0, broadcast_tensor((<Tensor>g).reshape((1, at.shape[1], 1, 1)), at.shape))
    return 0


cdef Primitive CONV2D = define(b"conv2d", conv2d_vjp)
cdef Primitive GRAD_INPUT = define(b"conv2d_grad_input", grad_input_vjp)
cdef Primitive GRAD_WEIGHT = define(b"conv2d_grad_weight", grad_weight_vjp)
cdef Primitive GRAD_BIAS = define(b"conv2d_grad_bias", grad_bias_vjp)


cdef inline int keep_for_other(Node n, Tensor a, Tensor b, int wanted) except -1:
    """Saves of two operands, each what the other's gradient is made of."""
    if wanted & SECOND:
        n.save(0, a)
    if wanted & FIRST:
        n.save(1, b)
    return 0


cdef Tensor forward(
    Tensor x, Tensor w, Tensor b, const Conv2dParams& params, Activation activation=Activation.Identity, bint keep=False
):
    cdef const Array* bias = NULL
    cdef Tensor out
    cdef Node n
    cdef int wanted
    if b is not None:
        bias = &b.a
    wanted = recording3(x, w, b)
    if stays_apart(activation, x, wanted != 0):
        return activated(activation, forward(x, w, b, params, Activation.Identity, keep))
    out = wrap(native.conv2d(x.a, w.a, bias, params, NULL, 0.0, activation, keep))
    if wanted:
        n = record3(out, &CONV2D, x, w, b)
        keep_for_other(n, x, w, wanted)
        set_conv(n, params, x, w).activation = activation
        if activation != Activation.Identity:
            n.save_output(2, out)
    return out


cdef Tensor grad_input(Tensor g, Tensor w, const Conv2dParams& params, int64_t height, int64_t width):
    return of_input(wrap(native.conv2d_grad_input(g.a, w.a, params, height, width)), g, w, params)


cdef Tensor grad_weight(Tensor g, Tensor x, const Conv2dParams& params, int64_t height, int64_t width):
    cdef Conv2dGradients found = native.conv2d_grad_weight(g.a, x.a, params, height, width, False)
    return of_weight(wrap(found.w), g, x, params)


cdef Tensor of_input(Tensor out, Tensor g, Tensor w, const Conv2dParams& params):
    """out, recorded as the input's gradient."""
    cdef Node n
    cdef int wanted = recording2(g, w)
    if wanted:
        n = record2(out, &GRAD_INPUT, g, w)
        keep_for_other(n, g, w, wanted)
        set_conv(n, params, None, w)
    return out


cdef Tensor of_weight(Tensor out, Tensor g, Tensor x, const Conv2dParams& params):
    """out, recorded as the weight's gradient."""
    cdef Node n
    cdef int wanted = recording2(g, x)
    if wanted:
        n = record2(out, &GRAD_WEIGHT, g, x)
        keep_for_other(n, g, x, wanted)
        set_conv(n, params, x, None)
    return out


cdef Tensor of_bias(Tensor out, Tensor g):
    """out, recorded as the bias's gradient: g summed over all but its channels."""
    if recording(g):
        record1(out, &GRAD_BIAS, g).attributes.set[ShapeAttributes]().shape = g.a.shape()
    return out


def check_padding(padding: int | Sequence[int] | str, op: str, stride: tuple[int, int]) -> None:
    """Refuses words that are no padding, and "same" with a stride that has no same size."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"{op}: padding must be 'same', 'valid', an int or a pair of ints, got {padding!r}")
        if padding == "same" and stride != (1, 1):
            raise ValueError(f"{op}: padding='same' is not supported for strided convolutions, got stride {stride}")


cdef tuple _padded(Tensor x, Tensor w, object stride, str padding, object dilation):
    """x, with a zero more at its ends where the two sides of "same" differ, and the padding as numbers."""
    check_padding(padding, "conv2d", pair(stride, "conv2d", "stride", 1))
    if padding == "valid" or w.a.ndim() != 4:  # the latter is refused by the operation
        return x, (0, 0)
    dilation = pair(dilation, "conv2d", "dilation", 1)
    total = [dilation[i] * (w.a.shape(2 + i) - 1) for i in range(2)]
    if total[0] % 2 or total[1] % 2:
        x = pad(x, ((0, 0), (0, 0), (0, total[0] % 2), (0, total[1] % 2)))
    return x, (total[0] // 2, total[1] // 2)


cdef int _check_single(Tensor image, Tensor w, object groups) except -1:
    """Refuses three axes that are no single image, in words that say so."""
    if w.a.ndim() == 4 and image.a.shape(0) != w.a.shape(1) * groups:
        raise ValueError(
            f"conv2d: three axes are one image (C, H, W) without a batch, so shape {image.shape} has {image.shape[0]} "
            f"channels, and the weight is for {w.a.shape(1) * groups}; a batch of images of one channel is "
            f"input.reshape(-1, 1, {image.shape[1]}, {image.shape[2]})"
        )
    return 0


cdef Tensor convolve(object input, object weight, object bias, object stride, object padding, object dilation,
                     object groups, Activation activation):
    cdef Tensor x = as_tensor(input, b"conv2d"), w = as_tensor(weight, b"conv2d"), images = batch_of(x, b"conv2d")
    cdef Tensor b = None if bias is None else as_tensor(bias, b"conv2d")
    cdef bint is_batch = images is x
    if not is_batch:
        _check_single(x, w, groups)
    if isinstance(padding, str):
        images, padding = _padded(images, w, stride, padding, dilation)
    return as_given(forward(images, w, b, _params(stride, padding, dilation, groups), activation, grad_off), is_batch)


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Tensor:
    """Cross-correlate images with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (K, C / groups, R, S)
    bias : Tensor, shape (K,), optional
    stride : int or pair of int, default 1
    padding : int, pair of int, "valid" or "same", default 0
        Zeros put on both sides of each axis. "valid" is none; "same" keeps height and width and needs stride 1. Where
        "same" needs an odd number of zeros, the last one goes to the end of the axis.
    dilation : int or pair of int, default 1
        Distance between the filter's elements.
    groups : int, default 1
        Channels and filters are cut into this many groups, each convolved by itself.

    Returns
    -------
    Tensor, shape (N, K, H', W') or (K, H', W')
        ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``. Its memory is channels
        last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv2d(fg.ones(1, 1, 5, 5), fg.ones(2, 1, 3, 3), padding=1).shape
    (1, 2, 5, 5)
    """
    return convolve(input, weight, bias, stride, padding, dilation, groups, Activation.Identity)


def conv2d_activated(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: int | Sequence[int], padding: int | Sequence[int] | str,
    dilation: int | Sequence[int], groups: int, activation: str | None,
) -> Tensor:
    """`conv2d`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what the two give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """
    return convolve(
        input, weight, bias, stride, padding, dilation, groups, activation_named(activation, b"conv2d"))


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
    return wrap(native.conv2d(t.a, w.a, bias_array, _params(stride, padding, dilation, groups), &arrays, eps,
                              activation_named(activation, b"conv2d"), grad_off))
