# distutils: language = c++
"""Convolution: the forward operation, the gradient of its input and the gradient of its weight are three operations,
and the gradient rule of each is the other two. Backward computes the gradients it wants together."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record1, record2, record3, recording, recording2,
    recording3, requires_grad, wrap,
)
from fastgrad._tensor.convert cimport per_axis
from fastgrad._tensor.cpp cimport Array, grad_off
from fastgrad.nn.functional._checks cimport as_given, batch_of
from fastgrad.nn.functional.epilogue cimport activated, activation_backward, activation_named, stays_apart
from fastgrad.nn.functional.padding cimport padded_constant
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.conv as native
from fastgrad.ops._native.conv cimport ConvAxes, ConvGradients, ConvParams
from fastgrad.ops._native.epilogue cimport Activation
from fastgrad.ops._native.normalization cimport BatchNormArrays
from fastgrad.ops.pad cimport pad_constant
from fastgrad.ops.view cimport ShapeAttributes, broadcast_tensor

from fastgrad._tensor.convert import word
from fastgrad.errors import TensorValueError
from fastgrad.ops.view import own

# By the number of axes, less one; as C and as Python want them.
cdef const char* NAMES[3]
cdef const char* TRANSPOSED_NAMES[3]
NAMES[:] = [b"conv1d", b"conv2d", b"conv3d"]
TRANSPOSED_NAMES[:] = [b"conv_transpose1d", b"conv_transpose2d", b"conv_transpose3d"]
cdef tuple WORDS = ("conv1d", "conv2d", "conv3d")
cdef tuple TRANSPOSED_WORDS = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


cdef int set_axes(ConvAxes* to, object value, int axes, str op, str argument, int64_t least) except -1:
    cdef tuple numbers = per_axis(value, axes, op, argument, least)
    cdef int i
    for i in range(axes):
        to.of[3 - axes + i] = numbers[i]
    return 0


cdef ConvParams _params(str op, int axes, stride, padding, dilation, int64_t groups) except *:
    cdef ConvParams p
    p.axes = axes
    set_axes(&p.stride, stride, axes, op, "stride", 1)
    set_axes(&p.padding, padding, axes, op, "padding", 0)
    set_axes(&p.dilation, dilation, axes, op, "dilation", 1)
    p.groups = groups
    return p


# Of a convolution, or of its gradients: where the filter is laid, and how large the third of them is that is neither
# operand nor result. Of a convolution itself both sizes are operands'.
cdef struct ConvAttributes:
    ConvParams params
    ConvAxes input, weight
    Activation activation


cdef inline ConvAxes sizes_of(Tensor t):
    """All but the first two axes' lengths."""
    cdef ConvAxes sizes
    cdef int i, first = 5 - t.a.ndim()
    for i in range(3):
        sizes.of[i] = 1 if i < first else t.a.shape(2 + i - first)
    return sizes


cdef ConvAttributes* set_conv(Node n, const ConvParams& params, Tensor x, Tensor w) except NULL:
    """x or w is None where only its gradient is at hand."""
    cdef ConvAttributes* at = n.attributes.set[ConvAttributes]()
    at.params = params
    at.activation = Activation.Identity
    if x is not None:
        at.input = sizes_of(x)
    if w is not None:
        at.weight = sizes_of(w)
    return at


cdef inline Tensor sum_of_channels(Tensor g):
    """The gradient of a bias."""
    return g.sum(axis=(0, *range(2, g.a.ndim())))


# Of the operands only those are kept that a wanted gradient is made of: the weight's of the input, and the other way.

cdef int conv_vjp(Node n, object gradient, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    cdef Tensor x, w, g
    cdef bint bias = to.wants(2)
    cdef ConvGradients found
    # where an activation was fused, its gradient first
    if at.activation == Activation.Identity:
        g = gradient
    else:
        g = activation_backward(at.activation, <Tensor>gradient, n.saved(2), to.create_graph)
    if not to.wants(1):
        if to.wants(0):
            to.give(0, grad_input(g, n.saved(1), at.params, at.input))
        if bias:
            to.give(2, sum_of_channels(g))
        return 0
    x = n.saved(0)
    if to.wants(0):
        w = n.saved(1)
        found = native.conv_gradients(g.a, x.a, w.a, at.params, bias)
        to.give(0, of_input(wrap(found.x), g, w, at.params))
    else:
        found = native.conv_grad_weight(g.a, x.a, at.params, at.weight, bias)
    to.give(1, of_weight(wrap(found.w), g, x, at.params))
    if bias:
        to.give(2, of_bias(wrap(found.bias), g))
    return 0


cdef int grad_input_vjp(Node n, object g, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    if to.wants(0):
        to.give(0, forward(<Tensor>g, n.saved(1), None, at.params))
    if to.wants(1):
        to.give(1, grad_weight(n.saved(0), <Tensor>g, at.params, at.weight))
    return 0


cdef int grad_weight_vjp(Node n, object g, Backward to) except -1:
    cdef ConvAttributes* at = n.attributes.get[ConvAttributes]()
    if to.wants(0):
        to.give(0, forward(n.saved(1), <Tensor>g, None, at.params))
    if to.wants(1):
        to.give(1, grad_input(n.saved(0), <Tensor>g, at.params, at.input))
    return 0


cdef int grad_bias_vjp(Node n, object g, Backward to) except -1:
    cdef ShapeAttributes* at = n.attributes.get[ShapeAttributes]()
    to.give(0, broadcast_tensor((<Tensor>g).reshape((1, -1, *([1] * (at.shape.size() - 2)))), at.shape))
    return 0


cdef int conv_transpose_vjp(Node n, object g, Backward to) except -1:
    grad_input_vjp(n, g, to)
    if to.wants(2):
        to.give(2, sum_of_channels(<Tensor>g))
    return 0


cdef Primitive[3] CONV = [define(NAMES[0], conv_vjp), define(NAMES[1], conv_vjp), define(NAMES[2], conv_vjp)]
cdef Primitive[3] CONV_TRANSPOSE = [
    define(TRANSPOSED_NAMES[0], conv_transpose_vjp), define(TRANSPOSED_NAMES[1], conv_transpose_vjp),
    define(TRANSPOSED_NAMES[2], conv_transpose_vjp),
]
cdef Primitive GRAD_INPUT = define(b"conv_grad_input", grad_input_vjp)
cdef Primitive GRAD_WEIGHT = define(b"conv_grad_weight", grad_weight_vjp)
cdef Primitive GRAD_BIAS = define(b"conv_grad_bias", grad_bias_vjp)


cdef inline int keep_for_other(Node n, Tensor a, Tensor b, int wanted) except -1:
    """Saves of two operands, each what the other's gradient is made of."""
    if wanted & SECOND:
        n.save(0, a)
    if wanted & FIRST:
        n.save(1, b)
    return 0


cdef Tensor forward(
    Tensor x, Tensor w, Tensor b, const ConvParams& params, Activation activation=Activation.Identity, bint keep=False
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
    out = wrap(native.conv(x.a, w.a, bias, params, NULL, 0.0, activation, keep))
    if wanted:
        n = record3(out, &CONV[params.axes - 1], x, w, b)
        keep_for_other(n, x, w, wanted)
        set_conv(n, params, x, w).activation = activation
        if activation != Activation.Identity:
            n.save_output(2, out)
    return out


cdef Tensor transposed(Tensor x, Tensor w, Tensor b, const ConvParams& params, const ConvAxes& output_padding):
    """The input's gradient, and a bias to it."""
    cdef const Array* bias = NULL
    cdef Tensor out
    cdef Node n
    cdef int wanted
    if b is not None:
        bias = &b.a
    out = wrap(native.conv_transpose(x.a, w.a, bias, params, output_padding))
    wanted = recording3(x, w, b)
    if wanted:
        n = record3(out, &CONV_TRANSPOSE[params.axes - 1], x, w, b)
        keep_for_other(n, x, w, wanted)
        set_conv(n, params, None, w)
    return out


cdef Tensor grad_input(Tensor g, Tensor w, const ConvParams& params, const ConvAxes& size):
    return of_input(wrap(native.conv_grad_input(g.a, w.a, params, size)), g, w, params)


cdef Tensor grad_weight(Tensor g, Tensor x, const ConvParams& params, const ConvAxes& size):
    cdef ConvGradients found = native.conv_grad_weight(g.a, x.a, params, size, False)
    return of_weight(wrap(found.w), g, x, params)


cdef Tensor of_input(Tensor out, Tensor g, Tensor w, const ConvParams& params):
    """out, recorded as the input's gradient."""
    cdef Node n
    cdef int wanted = recording2(g, w)
    if wanted:
        n = record2(out, &GRAD_INPUT, g, w)
        keep_for_other(n, g, w, wanted)
        set_conv(n, params, None, w)
    return out


cdef Tensor of_weight(Tensor out, Tensor g, Tensor x, const ConvParams& params):
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


def check_padding(padding: int | Sequence[int] | str, op: str, stride: tuple[int, ...]) -> None:
    """Refuses words that are no padding, and "same" with a stride that has no same size."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            numbers = {1: "an int", 2: "an int or a pair of ints"}.get(len(stride), "an int or 3 ints")
            raise TensorValueError(f"{op}: padding must be 'same', 'valid', {numbers}, got {padding!r}")
        if padding == "same" and any(step != 1 for step in stride):
            raise TensorValueError(
                f"{op}: padding='same' is not supported for strided convolutions, got stride {stride}")


cdef tuple _padded(str op, int axes, Tensor x, Tensor w, object stride, str padding, object dilation):
    """x, with a zero more at its ends where the two sides of "same" differ, and the padding as numbers."""
    check_padding(padding, op, per_axis(stride, axes, op, "stride", 1))
    if padding == "valid" or w.a.ndim() != axes + 2:  # the latter is refused by the operation
        return x, 0
    dilation = per_axis(dilation, axes, op, "dilation", 1)
    total = [dilation[i] * (w.a.shape(2 + i) - 1) for i in range(axes)]
    if any(t % 2 for t in total):
        x = pad_constant(x, [(0, 0), (0, 0), *[(0, t % 2) for t in total]], 0)
    return x, tuple([t // 2 for t in total])


cdef int _check_single(Tensor image, object channels, const char* name) except -1:
    """Refuses axes without a batch that are no single image, in words that say so."""
    if image.a.shape(0) == channels:
        return 0
    cdef int axes = image.a.ndim() - 1
    what, letters = (("signal", "L"), ("image", "H, W"), ("volume", "D, H, W"))[axes - 1]
    shape = image.shape
    raise TensorValueError(
        f"{name.decode()}: {('two', 'three', 'four')[axes - 1]} axes are one {what} (C, {letters}) without a batch, so "
        f"shape {shape} has {shape[0]} channels, and the weight is for {channels}; a batch of {what}s of one channel "
        f"is input.reshape(-1, 1, {', '.join([str(length) for length in shape[1:]])})"
    )


cdef Tensor convolve(int axes, object input, object weight, object bias, object stride, object padding,
                     object dilation, object groups, Activation activation):
    cdef const char* name = NAMES[axes - 1]
    cdef Tensor x = as_tensor(input, name), w = as_tensor(weight, name), images = batch_of(x, name, axes)
    cdef Tensor b = None if bias is None else as_tensor(bias, name)
    cdef bint is_batch = images is x
    groups = word(groups, WORDS[axes - 1], "groups")
    if not is_batch and w.a.ndim() == axes + 2:
        _check_single(x, w.shape[1] * groups, name)
    if isinstance(padding, str):
        images, padding = _padded(WORDS[axes - 1], axes, images, w, stride, padding, dilation)
    cdef ConvParams params = _params(WORDS[axes - 1], axes, stride, padding, dilation, groups)
    return as_given(forward(images, w, b, params, activation, grad_off), is_batch)


cdef Tensor convolve_transposed(int axes, object input, object weight, object bias, object stride, object padding,
                                object output_padding, object groups, object dilation):
    cdef const char* name = TRANSPOSED_NAMES[axes - 1]
    cdef str op = TRANSPOSED_WORDS[axes - 1]
    cdef Tensor x = as_tensor(input, name), w = as_tensor(weight, name), images = batch_of(x, name, axes)
    cdef Tensor b = None if bias is None else as_tensor(bias, name), out
    cdef bint is_batch = images is x
    cdef ConvParams params = _params(op, axes, stride, padding, dilation, word(groups, op, "groups"))
    cdef ConvAxes extra
    cdef list widths = []
    cdef bint is_plain = True
    cdef int i
    if not is_batch and w.a.ndim() == axes + 2:
        _check_single(x, w.a.shape(0), name)
    set_axes(&extra, output_padding, axes, op, "output_padding", 0)
    # A dilation may be larger than the stride, and the padding at the end then more than between two outputs: what is
    # padded away at the start is taken away afterwards.
    for i in range(2, 2 - axes, -1):
        if params.stride.of[i] <= extra.of[i] < params.dilation.of[i]:
            widths.append((-params.padding.of[i], extra.of[i] - params.padding.of[i]))
            params.padding.of[i] = extra.of[i] = 0
            is_plain = False
        else:
            widths.append((0, 0))
    if is_plain:
        return as_given(transposed(images, w, b, params, extra), is_batch)
    out = padded_constant(transposed(images, w, None, params, extra), widths, 0)
    return as_given(out if b is None else out + b.reshape((-1, *([1] * axes))), is_batch)


def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Tensor:
    """Cross-correlate signals with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride, padding, dilation, groups
        As `conv2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, K, L') or (K, L')
        ``L' = (L + 2 * padding - dilation * (S - 1) - 1) // stride + 1``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv1d(fg.tensor([[[1.0, 2.0, 4.0]]]), fg.tensor([[[-1.0, 1.0]]])).tolist()
    [[[1.0, 2.0]]]
    """
    return convolve(1, input, weight, bias, stride, padding, dilation, groups, Activation.Identity)


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Tensor:
    """Cross-correlate images with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, R, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.
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
    return convolve(2, input, weight, bias, stride, padding, dilation, groups, Activation.Identity)


def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0, dilation: int | Sequence[int] = 1, groups: int = 1,
) -> Tensor:
    """Cross-correlate volumes with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, Q, R, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride, padding, dilation, groups
        As `conv2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, K, D', H', W') or (K, D', H', W')
        ``D' = (D + 2 * padding - dilation * (Q - 1) - 1) // stride + 1``, and likewise ``H'`` and ``W'``. Its memory is
        channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv3d(fg.ones(1, 1, 4, 5, 6), fg.ones(2, 1, 3, 3, 3), padding=1).shape
    (1, 2, 4, 5, 6)
    """
    return convolve(3, input, weight, bias, stride, padding, dilation, groups, Activation.Identity)


def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of signals: what `conv1d` does to a gradient on its way back.

    Parameters
    ----------
    input : Tensor, shape (N, K, L) or (K, L)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride, padding, output_padding, groups, dilation
        As `conv_transpose2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        ``L' = (L - 1) * stride - 2 * padding + dilation * (S - 1) + output_padding + 1``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose1d(fg.tensor([[[1.0, 2.0]]]), fg.tensor([[[1.0, 10.0]]]), stride=2).tolist()
    [[[1.0, 10.0, 2.0, 20.0]]]
    """
    return convolve_transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of images: what `conv2d` does to a gradient on its way back.

    Each element of the input, times the filter, is added to the result where the filter would have been laid on it.

    Parameters
    ----------
    input : Tensor, shape (N, K, H, W) or (K, H, W)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, R, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride : int or pair of int, default 1
        From where one element of the input is added to where the next one is.
    padding : int or pair of int, default 0
        Taken away at both sides of each axis.
    output_padding : int or pair of int, default 0
        Put to the end of each axis, less than stride or dilation: a convolution gives inputs of several sizes results
        of one, and this says which is meant.
    groups : int, default 1
        The channels of input and result are cut into this many groups, each by itself.
    dilation : int or pair of int, default 1
        Distance between the filter's elements.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        ``H' = (H - 1) * stride - 2 * padding + dilation * (R - 1) + output_padding + 1``, and likewise ``W'``. Its
        memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose2d(fg.ones(1, 3, 7, 7), fg.ones(3, 8, 4, 4), stride=2, padding=1).shape
    (1, 8, 14, 14)
    """
    return convolve_transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0, output_padding: int | Sequence[int] = 0, groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of volumes: what `conv3d` does to a gradient on its way back.

    Parameters
    ----------
    input : Tensor, shape (N, K, D, H, W) or (K, D, H, W)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, Q, R, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride, padding, output_padding, groups, dilation
        As `conv_transpose2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        ``D' = (D - 1) * stride - 2 * padding + dilation * (Q - 1) + output_padding + 1``, and likewise ``H'`` and
        ``W'``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose3d(fg.ones(1, 3, 2, 3, 3), fg.ones(3, 8, 2, 2, 2), stride=2).shape
    (1, 8, 4, 6, 6)
    """
    return convolve_transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """`conv1d` of signals whose first axis is time.

    Parameters
    ----------
    input : Tensor, shape (L, N, C)
        Lines of C channels, time first.
    weight : Tensor, shape (S, C, K)
        The kernels, S elements long, of K output channels.
    bias : Tensor, shape (K,)
        What is added to each output channel.
    pad : int, default 0
        Zeros put on both sides of the first axis.

    Returns
    -------
    Tensor, shape (L', N, K)
        ``L' = L + 2 * pad - S + 1``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the filter is longer than the padded input.
    TypeError
        If the dtypes differ or are not floating-point.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_tbc(fg.ones(9, 2, 3), fg.ones(5, 3, 8), fg.zeros(8), pad=2).shape
    (9, 2, 8)
    """
    cdef Tensor x = as_tensor(input, b"conv_tbc"), w = as_tensor(weight, b"conv_tbc")
    for name, t, letters in (("input", x, "(L, N, C)"), ("weight", w, "(S, C, K)")):
        if (<Tensor>t).a.ndim() != 3:
            raise TensorValueError(f"conv_tbc: {name} must be 3-D {letters}, got shape {t.shape}")
    return own(conv1d(x.permute(1, 2, 0), w.permute(2, 1, 0), bias, 1, pad).permute(2, 0, 1))


def conv_activated(
    axes: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride: int | Sequence[int],
    padding: int | Sequence[int] | str, dilation: int | Sequence[int], groups: int, activation: str | None,
) -> Tensor:
    """`conv1d` to `conv3d`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what
    the two give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """
    return convolve(
        axes, input, weight, bias, stride, padding, dilation, groups, activation_named(activation, NAMES[axes - 1]))


cdef Array _constant(object operand) except *:
    """The operand's array, undefined for None."""
    cdef Tensor t
    if operand is None:
        return Array()
    t = as_tensor(operand, b"conv_normalized")
    if not grad_off and requires_grad(t):
        raise RuntimeError("conv_normalized: an operand requires a gradient, and this operation has none")
    return t.a


def conv_normalized(
    axes: int, x: TensorLike, weight: Tensor, bias: Tensor | None, stride: int | Sequence[int],
    padding: int | Sequence[int], dilation: int | Sequence[int], groups: int,
    norm: tuple[Tensor, Tensor, Tensor | None, Tensor | None, float], activation: str | None = None,
) -> Tensor:
    """batch_norm of `conv1d` to `conv3d` by running statistics, then the activation, in one pass; bit for bit what the
    three give.

    Nothing is recorded.

    Parameters
    ----------
    axes : int
        1, 2 or 3.
    x, weight, bias, stride, padding, dilation, groups, activation
        As these have them, x with its batch axis.
    norm : tuple
        running_mean, running_var, weight, bias, eps, as `batch_norm` has them: Tensors of shape (K,), and a float.

    Returns
    -------
    Tensor, shape (N, K, ...)
        Its memory is channels last.

    Raises
    ------
    RuntimeError
        If an operand requires a gradient, and gradients are enabled.
    """
    cdef int n = axes
    cdef const char* name = NAMES[n - 1]
    cdef Tensor t = as_tensor(x, name), w = as_tensor(weight, name), b = None
    cdef BatchNormArrays arrays
    cdef const Array* bias_array = NULL
    if bias is not None:
        b = as_tensor(bias, name)
        bias_array = &b.a
    mean, var, scale, shift, eps = norm
    arrays.running_mean = _constant(mean)
    arrays.running_var = _constant(var)
    arrays.weight = _constant(scale)
    arrays.bias = _constant(shift)
    if not grad_off:
        for operand in (t, w, b):
            _constant(operand)
    cdef ConvParams params = _params(
        WORDS[n - 1], n, stride, padding, dilation, word(groups, WORDS[n - 1], "groups"))
    return wrap(native.conv(t.a, w.a, bias_array, params, &arrays, eps, activation_named(activation, name), grad_off))
