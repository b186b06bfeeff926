# distutils: language = c++
"""Pooling over windows. Each pooling and its gradient are a pair of linear operations (for max pooling, given which
elements won): the gradient rule of each is the other. They are operations on images; signals are images of one row, and
volumes are pooled in each plane, and then, every pixel a column, along their depth."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libcpp.pair cimport pair

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport dims_from, flag, pair as two_ints, per_axis, real
from fastgrad._tensor.cpp cimport Array, DType
from fastgrad.nn.functional._checks cimport as_given, batch_of
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native.images cimport works_channels_last
from fastgrad.ops._native.index cimport put_along_axis
cimport fastgrad.ops._native.pool as native
from fastgrad.ops._native.pool cimport Pool2dParams


from fastgrad._tensor.convert import word, words
from fastgrad.errors import TensorIndexError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops.choose import minimum
from fastgrad.ops.index import take_along_axis
from fastgrad.ops.math import abs, relu, sign
from fastgrad.ops.view import own


# ---- windows ---------------------------------------------------------------------------------------------------------

cdef Pool2dParams window_of(
    str op, object kernel_size, object stride=None, object padding=0, object dilation=1
) except *:
    """The windows of images that these arguments say, by default side by side."""
    cdef Pool2dParams p
    p.kernel[0], p.kernel[1] = two_ints(kernel_size, op, "kernel_size", 1)
    p.stride[0], p.stride[1] = two_ints(kernel_size if stride is None else stride, op, "stride", 1)
    p.padding[0], p.padding[1] = two_ints(padding, op, "padding")
    p.dilation[0], p.dilation[1] = two_ints(dilation, op, "dilation", 1)
    return p


cdef Windows windows_of(
    str op, int axes, object kernel_size, object stride=None, object padding=0, object dilation=1
) except *:
    """The windows of 1 to 3 axes that these arguments say, by default side by side."""
    cdef Windows w
    cdef int i
    kernel = per_axis(kernel_size, axes, op, "kernel_size", 1)
    stride = kernel if stride is None else per_axis(stride, axes, op, "stride", 1)
    padding = per_axis(padding, axes, op, "padding", 0)
    dilation = per_axis(dilation, axes, op, "dilation", 1)
    if max(*kernel, *stride, *dilation) > 1 << 30:
        raise TensorValueError(
            f"{op}: numbers must be at most 2**30, got kernel_size {kernel}, stride {stride}, dilation {dilation}")
    w.axes = axes
    w.ceil_mode = False
    w.count_include_pad = True
    w.divisor_override = 0
    for i in range(axes):
        if padding[i] > kernel[i] // 2:
            raise TensorValueError(
                f"{op}: padding must be at least 0 and at most half of kernel_size, got padding {padding} and "
                f"kernel_size {kernel}")
        w.kernel[i], w.stride[i], w.padding[i], w.dilation[i] = kernel[i], stride[i], padding[i], dilation[i]
    return w


cdef Pool2dParams windows_over(const Windows& w, int rows, int columns):
    """Images' windows, of two of the axes; -1 for an axis that stays as it is."""
    cdef Pool2dParams p
    cdef int i, axis
    for i in range(2):
        axis = columns if i else rows
        p.kernel[i] = w.kernel[axis] if axis >= 0 else 1
        p.stride[i] = w.stride[axis] if axis >= 0 else 1
        p.padding[i] = w.padding[axis] if axis >= 0 else 0
        p.dilation[i] = w.dilation[axis] if axis >= 0 else 1
    p.ceil_mode = w.ceil_mode
    p.count_include_pad = w.count_include_pad
    p.divisor_override = w.divisor_override
    return p


cdef inline Pool2dParams in_plane(const Windows& w):
    return windows_over(w, w.axes - 2, w.axes - 1)


cdef inline Pool2dParams along_depth(const Windows& w):
    return windows_over(w, 0, -1)


def check_windows(
    op: str, axes: int, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None,
    padding: int | Sequence[int], dilation: int | Sequence[int] = 1,
) -> None:
    """Refuses, in a layer's name, windows that pooling would refuse whatever the input."""
    cdef Windows w = windows_of(op, axes, kernel_size, stride, padding, dilation)
    native.check_window(in_plane(w), op.encode())


cdef Tensor batch_along(Tensor x, int axes, str op):
    """`batch_of` of signals, images or volumes, none of whose lengths is zero."""
    cdef Tensor batch = batch_of(x, op.encode(), axes)
    cdef int i
    for i in range(2, axes + 2):
        if batch.a.shape(i) < 1:
            raise TensorValueError(f"{op}: lengths behind the channels must be positive, got input of shape {x.shape}")
    return batch


cdef Tensor as_planes(Tensor x):
    """Signals as images of one row, volumes as their planes, each a channel."""
    cdef tuple shape = tuple(x.shape)
    if len(shape) == 3:
        return x.reshape((shape[0], shape[1], 1, shape[2]))
    return x.reshape((shape[0], shape[1] * shape[2], shape[3], shape[4]))


cdef Tensor as_columns(Tensor planes, tuple volume):
    """The planes of a volume of this shape as images whose rows are the depth and whose columns are the pixels."""
    return planes.reshape((volume[0], volume[1], volume[2], planes.a.shape(2) * planes.a.shape(3)))


# Of a pooling, or of its gradient: the windows, and the images that they are laid on.
cdef struct PoolAttributes:
    Pool2dParams window
    Dims2 size
    bint channels_last


cdef int set_pool(Node n, const Pool2dParams& window, const Array& images) except -1:
    cdef PoolAttributes* at = n.attributes.set[PoolAttributes]()
    at.window = window
    at.size.h = images.shape(2)
    at.size.w = images.shape(3)
    at.channels_last = works_channels_last(images)
    return 0


# ---- max -------------------------------------------------------------------------------------------------------------

cdef int max_pool_vjp(Node n, object g, Backward to) except -1:
    cdef PoolAttributes* at = n.attributes.get[PoolAttributes]()
    to.give(0, max_scatter(<Tensor>g, n.saved(0), at.window, at.size, at.channels_last))
    return 0


cdef int max_scatter_vjp(Node n, object g, Backward to) except -1:
    to.give(0, max_gather(<Tensor>g, n.saved(0), n.attributes.get[PoolAttributes]().window))
    return 0


cdef int max_gather_vjp(Node n, object g, Backward to) except -1:
    cdef PoolAttributes* at = n.attributes.get[PoolAttributes]()
    to.give(0, max_scatter(<Tensor>g, n.saved(0), at.window, at.size, False))
    return 0


cdef Primitive MAX_POOL = define(b"max_pool2d", max_pool_vjp)
cdef Primitive MAX_SCATTER = define(b"max_pool2d_backward", max_scatter_vjp)
cdef Primitive MAX_GATHER = define(b"max_pool2d_gather", max_gather_vjp)


cdef Tensor max_scatter(Tensor g, Tensor indices, const Pool2dParams& window, Dims2 size, bint channels_last):
    """The gradient of max pooling's input: g at the elements that won, zeros elsewhere."""
    cdef Tensor out = wrap(
        native.max_pool2d_backward(g.a, indices.a, window, size.h, size.w, channels_last))
    cdef Node n
    if recording(g):
        n = record1(out, &MAX_SCATTER, g)
        n.save(0, indices)
        set_pool(n, window, out.a)
    return out


cdef Tensor max_gather(Tensor x, Tensor indices, const Pool2dParams& window):
    """The elements of x at the places that won."""
    cdef Tensor out = wrap(native.max_pool2d_gather(x.a, indices.a, window))
    cdef Node n
    if recording(x):
        n = record1(out, &MAX_GATHER, x)
        n.save(0, indices)
        set_pool(n, window, x.a)
    return out


cdef Tensor recorded_max(pair[Array, Array]& result, Tensor x, const Pool2dParams& window):
    cdef Tensor out = wrap(result.first)
    cdef Node n
    if recording(x):
        n = record1(out, &MAX_POOL, x)
        n.save(0, wrap(result.second))
        set_pool(n, window, x.a)
    return out


cdef tuple max_of_images(Tensor x, const Pool2dParams& window, str op, bint with_indices):
    """The largest element of each window of images (N, C, H, W); and its place in its channel, else None."""
    cdef pair[Array, Array] result = native.max_pool2d(x.a, window, op.encode())
    cdef Tensor positions = None
    if with_indices:
        positions = wrap(native.max_pool2d_positions(result.second, window, x.a.shape(2), x.a.shape(3)))
    return recorded_max(result, x, window), positions


cdef tuple max_along(Tensor x, const Windows& windows, str op, bint with_indices):
    """The same of signals (N, C, L), images, or volumes (N, C, D, H, W)."""
    cdef tuple shape = tuple(x.shape), lengths_out
    cdef Tensor out, at, columns
    if windows.axes == 2:
        return max_of_images(x, in_plane(windows), op, with_indices)
    out, indices = max_of_images(as_planes(x), in_plane(windows), op, with_indices)
    if windows.axes == 1:
        lengths_out = (out.a.shape(3),)
    else:
        columns = as_columns(out, shape)
        lengths_out = tuple(out.shape[2:])
        out, depths = max_of_images(columns, along_depth(windows), op, with_indices)
        lengths_out = (out.a.shape(2), *lengths_out)
        if with_indices:
            # a window that holds padding alone has a place that is none
            at = minimum(depths // max(columns.a.shape(3), 1), shape[2] - 1)
            indices = at * (shape[3] * shape[4]) + take_along_axis(as_columns(indices, shape), at, axis=2)
    if with_indices:
        indices = indices.reshape((*shape[:2], *lengths_out))
    return out.reshape((*shape[:2], *lengths_out)), indices


cdef object max_pool(
    str op, int axes, object input, object kernel_size, object stride, object padding, object dilation,
    object ceil_mode, object return_indices,
):
    cdef Tensor x = as_tensor(input, op.encode()), batch
    cdef Windows windows = windows_of(op, axes, kernel_size, stride, padding, dilation)
    windows.ceil_mode = flag(ceil_mode, op, "ceil_mode")
    cdef bint with_indices = flag(return_indices, op, "return_indices")
    batch = batch_along(x, axes, op)
    out, indices = max_along(batch, windows, op, with_indices)
    out = as_given(own(out, x), batch is x)
    return (out, as_given(own(indices), batch is x)) if with_indices else out


def max_pool1d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of signals.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As `max_pool2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        As for `max_pool2d`; with `return_indices` a pair of it and the indices.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool1d, max_unpool1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[1.0, 3.0, 5.0]]
    """
    return max_pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window; padding never wins, NaN always.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Minus infinity put on both sides; at most half the window.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    return_indices : bool, default False
        Whether to return the pair of `max_pool2d_with_indices`.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        ``H' = floor((H + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1``, or ``ceil``, and likewise
        ``W'``. Minus infinity, with no gradient, where the dilation steps over the whole input.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool2d, max_unpool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    cdef Tensor x, images
    cdef Pool2dParams window
    if return_indices is not False and flag(return_indices, "max_pool2d", "return_indices"):
        return max_pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, True)
    x = as_tensor(input, b"max_pool2d")
    images = batch_of(x, b"max_pool2d")
    window = window_of("max_pool2d", kernel_size, stride, padding, dilation)
    window.ceil_mode = flag(ceil_mode, "max_pool2d", "ceil_mode")
    return as_given(recorded_max(native.max_pool2d(images.a, window, b"max_pool2d"), images, window), images is x)


def max_pool3d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of volumes.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As `max_pool2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        As for `max_pool2d`; with `return_indices` a pair of it and the indices.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool3d, max_unpool3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool3d(fg.arange(8.0).reshape(1, 2, 2, 2), 2).tolist()
    [[[[7.0]]]]
    """
    return max_pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool1d_with_indices(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool1d` gives, and where: the indices along L, int64. `return_indices` changes nothing."""
    return max_pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool2d` gives, and where: ``row * W + column`` of each channel, int64; of equals the first.

    `return_indices` changes nothing. `max_unpool2d` takes the pair.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values, indices = fg.nn.functional.max_pool2d_with_indices(fg.arange(16.0).reshape(1, 1, 4, 4), 2)
    >>> indices.tolist()
    [[[[5, 7], [13, 15]]]]
    """
    return max_pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool3d` gives, and where: ``(depth * H + row) * W + column`` of each channel, int64; of equals
    the first. `return_indices` changes nothing."""
    return max_pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode, True)


# ---- back from the largest -------------------------------------------------------------------------------------------

cdef int unpool_vjp(Node n, object g, Backward to) except -1:
    to.give(0, take_along_axis(g, n.saved(0), axis=2))
    return 0


cdef Primitive UNPOOL = define(b"max_unpool", unpool_vjp)


cdef Tensor unpooled(Tensor x, Tensor indices, int64_t count):
    """Zeros (N, C, count), with x (N, C, n) at the places of each channel that indices name; the last one stays."""
    cdef Tensor out = wrap(Array.zeros(dims_from((x.a.shape(0), x.a.shape(1), count), b"max_unpool"), x.a.dtype()))
    put_along_axis(out.a, indices.a, x.a, 2, False)
    if recording(x):
        record1(out, &UNPOOL, x).save(0, indices)
    return out


cdef tuple unpooled_lengths(str op, tuple pooled, const Windows& w, object output_size):
    """The lengths that were pooled: those that fit closest, or the given ones, by less than a stride away."""
    cdef int i, axes = w.axes
    fitting = [(pooled[i] - 1) * w.stride[i] - 2 * w.padding[i] + w.kernel[i] for i in range(axes)]
    if output_size is None:
        found = fitting
    else:
        found = words(output_size, op, "output_size")
        if len(found) == axes + 2:
            found = found[2:]
        if len(found) != axes:
            raise TensorValueError(f"{op}: output_size must be {axes} lengths or {axes + 2}, got {output_size!r}")
        for i in range(axes):
            if not fitting[i] - w.stride[i] < found[i] < fitting[i] + w.stride[i]:
                raise TensorValueError(
                    f"{op}: output_size must be between {fitting[i] - w.stride[i]} and {fitting[i] + w.stride[i]}, "
                    f"both excluded, in axis {i} behind the channels, got {output_size!r}")
    if min(found) < 0:
        raise TensorValueError(f"{op}: lengths of the output must not be negative, got {tuple(found)}")
    return tuple(found)


cdef Tensor max_unpool(
    str op, int axes, object input, object indices, object kernel_size, object stride, object padding,
    object output_size,
):
    cdef Tensor x = as_tensor(input, op.encode()), at = as_tensor(indices, op.encode()), batch, out
    cdef Windows windows = windows_of(op, axes, kernel_size, stride)
    cdef int i
    for i, p in enumerate(per_axis(padding, axes, op, "padding", 0)):
        windows.padding[i] = p
    if at.a.dtype() != DType.I64:
        raise UnsupportedDtypeError(f"{op}: indices must be int64, got {at.dtype}")
    if at.shape != x.shape:
        raise TensorValueError(f"{op}: indices must have the input's shape {x.shape}, got {at.shape}")
    batch = batch_along(x, axes, op)
    found = unpooled_lengths(op, tuple(batch.shape[2:]), windows, output_size)
    count = 1
    for length in found:
        count *= length
    n, c = batch.shape[:2]
    at = at.reshape((n, c, batch.a.size() // max(n * c, 1)))
    if at.a.size():
        low, high = int(at.min()), int(at.max())
        if low < 0 or high >= count:
            raise TensorIndexError(
                f"{op}: indices must be places of an output of {tuple(found)}, from 0 to {count - 1}, got "
                f"{low if low < 0 else high}")
    out = unpooled(batch.reshape(at.shape), at, count)
    return own(out.reshape((*x.shape[:x.a.ndim() - axes], *found)))


def max_unpool1d(
    input: Tensor, indices: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool1d` found back to where it was, with zeros elsewhere; see `max_unpool2d`."""
    return max_unpool("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor, indices: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool2d` found back to where it was, with zeros elsewhere.

    Parameters
    ----------
    input, indices : Tensor, shape (N, C, H, W) or (C, H, W)
        What `max_pool2d_with_indices` returned. Of several values for one place the last stays.
    kernel_size, stride, padding : int or pair of int
        What pooling was given: they say the output's size.
    output_size : sequence of int, optional
        The output's height and width, or whole shape, where pooling rounded it down.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        ``H' = (H - 1) * stride - 2 * padding + kernel_size``, and likewise ``W'``, where no size is given.

    Raises
    ------
    ValueError
        If the shapes differ, or the output's size is not one that pooling would have made these of.
    IndexError
        If an index is no place of the output.

    See Also
    --------
    fastgrad.nn.MaxUnpool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> pooled = fg.nn.functional.max_pool2d_with_indices(fg.arange(4.0).reshape(1, 2, 2), 2)
    >>> fg.nn.functional.max_unpool2d(*pooled, 2).tolist()
    [[[0.0, 0.0], [0.0, 3.0]]]
    """
    return max_unpool("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor, indices: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool3d` found back to where it was, with zeros elsewhere; as `max_unpool2d` does with images."""
    return max_unpool("max_unpool3d", 3, input, indices, kernel_size, stride, padding, output_size)


# ---- average ---------------------------------------------------------------------------------------------------------

cdef int avg_pool_vjp(Node n, object g, Backward to) except -1:
    cdef PoolAttributes* at = n.attributes.get[PoolAttributes]()
    to.give(0, avg_spread(<Tensor>g, at.window, at.size, at.channels_last))
    return 0


cdef int avg_spread_vjp(Node n, object g, Backward to) except -1:
    to.give(0, avg_forward(<Tensor>g, n.attributes.get[PoolAttributes]().window))
    return 0


cdef Primitive AVG_POOL = define(b"avg_pool2d", avg_pool_vjp)
cdef Primitive AVG_SPREAD = define(b"avg_pool2d_backward", avg_spread_vjp)


cdef Tensor avg_spread(Tensor g, const Pool2dParams& window, Dims2 size, bint channels_last):
    cdef Tensor out = wrap(native.avg_pool2d_backward(g.a, window, size.h, size.w, channels_last))
    if recording(g):
        set_pool(record1(out, &AVG_SPREAD, g), window, out.a)
    return out


cdef Tensor avg_forward(Tensor x, const Pool2dParams& window, const char* op=b"avg_pool2d"):
    cdef Tensor out = wrap(native.avg_pool2d(x.a, window, op))
    if recording(x):
        set_pool(record1(out, &AVG_POOL, x), window, x.a)
    return out


def as_divisor(divisor_override: int | None, op: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""
    if divisor_override is None:
        return 0
    divisor = word(divisor_override, op, "divisor_override")
    if divisor == 0:
        raise TensorValueError(f"{op}: divisor_override must not be zero")
    return divisor


cdef Tensor avg_along(Tensor x, Windows windows, str op):
    """The mean of each window of signals (N, C, L), images, or volumes (N, C, D, H, W)."""
    cdef bytes name = op.encode()
    cdef tuple shape = tuple(x.shape), lengths_out
    cdef Tensor out
    if windows.axes == 2:
        return avg_forward(x, in_plane(windows), name)
    out = avg_forward(as_planes(x), in_plane(windows), name)
    if windows.axes == 1:
        return out.reshape((*shape[:2], out.a.shape(3)))
    lengths_out = tuple(out.shape[2:])
    if windows.divisor_override:
        windows.divisor_override = 1  # once is enough
    out = avg_forward(as_columns(out, shape), along_depth(windows), name)
    return out.reshape((*shape[:2], out.a.shape(2), *lengths_out))


cdef Tensor avg_pool(
    str op, int axes, object input, object kernel_size, object stride, object padding, object ceil_mode,
    object count_include_pad, object divisor_override,
):
    cdef Tensor x = as_tensor(input, op.encode()), batch
    cdef Windows windows = windows_of(op, axes, kernel_size, stride, padding)
    windows.ceil_mode = flag(ceil_mode, op, "ceil_mode")
    windows.count_include_pad = flag(count_include_pad, op, "count_include_pad")
    windows.divisor_override = as_divisor(divisor_override, op)
    batch = batch_along(x, axes, op)
    return as_given(own(avg_along(batch, windows, op), x), batch is x)


def avg_pool1d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of signals.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As `avg_pool2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        As for `avg_pool2d`.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[0.5, 2.5, 4.5]]
    """
    return avg_pool("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Zeros put on both sides; at most half the window.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    count_include_pad : bool, default True
        Whether the zeros count as elements.
    divisor_override : int, optional
        Divide the sums by this, not zero, instead of by the number of elements.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        As for `max_pool2d` without dilation.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    cdef Tensor x = as_tensor(input, b"avg_pool2d"), images = batch_of(x, b"avg_pool2d")
    cdef Pool2dParams window = window_of("avg_pool2d", kernel_size, stride, padding)
    window.ceil_mode = flag(ceil_mode, "avg_pool2d", "ceil_mode")
    window.count_include_pad = flag(count_include_pad, "avg_pool2d", "count_include_pad")
    window.divisor_override = as_divisor(divisor_override, "avg_pool2d")
    return as_given(avg_forward(images, window), images is x)


def avg_pool3d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window of volumes.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As `avg_pool2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        As for `avg_pool2d`.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool3d(fg.arange(8.0).reshape(1, 2, 2, 2), 2).tolist()
    [[[[3.5]]]]
    """
    return avg_pool(
        "avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


# ---- powers ----------------------------------------------------------------------------------------------------------

cdef Tensor lp_pool(
    str op, int axes, object input, object norm_type, object kernel_size, object stride, object ceil_mode
):
    cdef Tensor x = as_tensor(input, op.encode()), out
    p = real(norm_type, op, "norm_type")
    if p != p or p == 0:
        raise TensorValueError(f"{op}: norm_type must be a number other than zero, got {norm_type!r}")
    if p == INFINITY:
        return max_pool(op, axes, abs(x), kernel_size, stride, 0, 1, ceil_mode, False)
    if p == -INFINITY:
        return -max_pool(op, axes, -abs(x), kernel_size, stride, 0, 1, ceil_mode, False)
    count = 1
    for k in per_axis(kernel_size, axes, op, "kernel_size", 1):
        count *= k
    out = avg_pool(op, axes, x ** p, kernel_size, stride, 0, ceil_mode, True, None)
    return (sign(out) * relu(abs(out)) * count) ** (1.0 / p)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: int, stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window of signals; see `lp_pool2d`."""
    return lp_pool("lp_pool1d", 1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window: the root of the sum of its elements' powers.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    norm_type : float
        p, not zero. Powers are of the elements themselves, not of their absolute values; infinity takes the largest
        absolute value, and minus infinity the smallest.
    kernel_size, stride, ceil_mode
        As `avg_pool2d` has them. A window that covers the input in part counts as if it were full of its mean.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        As for `avg_pool2d` without padding.

    Raises
    ------
    ValueError
        If the window is larger than the input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.LPPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.lp_pool2d(fg.tensor([[[3.0, 4.0], [0.0, 0.0]]]), 2, 2).tolist()
    [[[5.0]]]
    """
    return lp_pool("lp_pool2d", 2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window of volumes; as `lp_pool2d` of images."""
    return lp_pool("lp_pool3d", 3, input, norm_type, kernel_size, stride, ceil_mode)
