# distutils: language = c++
"""Pooling. Each pooling and its gradient are a pair of linear operations (for max pooling, given which elements won):
the gradient rule of each is the other."""
from libc.stdint cimport int64_t
from libcpp.pair cimport pair

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport pair as two_ints
from fastgrad._tensor.cpp cimport Array
from fastgrad.nn.functional._checks cimport as_given, batch_of
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.pool as native
from fastgrad.ops._native.pool cimport Pool2dParams

from operator import index as as_int


cdef Pool2dParams window_of(
    str op, object kernel_size, object stride=None, object padding=0, object dilation=1
) except *:
    """The windows that these arguments say, by default side by side."""
    cdef Pool2dParams p
    p.kernel[0], p.kernel[1] = two_ints(kernel_size, op, "kernel_size", 1)
    p.stride[0], p.stride[1] = two_ints(kernel_size if stride is None else stride, op, "stride", 1)
    p.padding[0], p.padding[1] = two_ints(padding, op, "padding")
    p.dilation[0], p.dilation[1] = two_ints(dilation, op, "dilation", 1)
    return p


def check_window(
    op: str, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None, padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
) -> None:
    """Refuses, in a layer's name, windows that pooling would refuse whatever the input."""
    native.check_window(window_of(op, kernel_size, stride, padding, dilation), op.encode())


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
    at.channels_last = native.pools_channels_last(images)
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


def max_pool2d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """Return the largest element of each window; padding never wins, NaN always.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Minus infinity put on both sides; at most half the window.
    dilation : int or pair of int, default 1
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    return_indices : bool, default False
        Not supported.

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
    fastgrad.nn.MaxPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    if return_indices:
        raise NotImplementedError("max_pool2d: return_indices=True is not supported")
    cdef Tensor x = as_tensor(input, b"max_pool2d"), images = batch_of(x, b"max_pool2d"), out
    cdef Pool2dParams window = window_of("max_pool2d", kernel_size, stride, padding, dilation)
    window.ceil_mode = ceil_mode
    cdef pair[Array, Array] result = native.max_pool2d(images.a, window)
    cdef Node n
    out = wrap(result.first)
    if recording(images):
        n = record1(out, &MAX_POOL, images)
        n.save(0, wrap(result.second))
        set_pool(n, window, images.a)
    return as_given(out, images is x)


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


cdef Tensor avg_forward(Tensor x, const Pool2dParams& window):
    cdef Tensor out = wrap(native.avg_pool2d(x.a, window))
    if recording(x):
        set_pool(record1(out, &AVG_POOL, x), window, x.a)
    return out


def as_divisor(divisor_override: int | None, op: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""
    if divisor_override is None:
        return 0
    try:
        divisor = as_int(divisor_override)
    except TypeError:
        raise TypeError(f"{op}: divisor_override must be an int or None, got {divisor_override!r}") from None
    if divisor == 0:
        raise ValueError(f"{op}: divisor_override must not be zero")
    return divisor


def avg_pool2d(
    input: Tensor, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
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
    window.ceil_mode = ceil_mode
    window.count_include_pad = count_include_pad
    window.divisor_override = as_divisor(divisor_override, "avg_pool2d")
    return as_given(avg_forward(images, window), images is x)


cdef struct AdaptiveAttributes:
    Dims2 size            # of adaptive pooling: the input's, in its layout; of its gradient: the pooled images'
    bint channels_last


cdef int set_adaptive(Node n, const Array& images) except -1:
    cdef AdaptiveAttributes* at = n.attributes.set[AdaptiveAttributes]()
    at.size.h = images.shape(2)
    at.size.w = images.shape(3)
    at.channels_last = native.pools_channels_last(images)
    return 0


cdef int adaptive_vjp(Node n, object g, Backward to) except -1:
    cdef AdaptiveAttributes* at = n.attributes.get[AdaptiveAttributes]()
    to.give(0, adaptive_spread(<Tensor>g, at.size, at.channels_last))
    return 0


cdef int adaptive_spread_vjp(Node n, object g, Backward to) except -1:
    cdef AdaptiveAttributes* at = n.attributes.get[AdaptiveAttributes]()
    to.give(0, adaptive_forward(<Tensor>g, at.size.h, at.size.w))
    return 0


cdef Primitive ADAPTIVE_AVG_POOL = define(b"adaptive_avg_pool2d", adaptive_vjp)
cdef Primitive ADAPTIVE_SPREAD = define(b"adaptive_avg_pool2d_backward", adaptive_spread_vjp)


cdef Tensor adaptive_spread(Tensor g, Dims2 size, bint channels_last):
    cdef Tensor out = wrap(native.adaptive_avg_pool2d_backward(g.a, size.h, size.w, channels_last))
    if recording(g):
        set_adaptive(record1(out, &ADAPTIVE_SPREAD, g), g.a)
    return out


cdef Tensor adaptive_forward(Tensor x, int64_t height, int64_t width):
    cdef Tensor out = wrap(native.adaptive_avg_pool2d(x.a, height, width))
    if recording(x):
        set_adaptive(record1(out, &ADAPTIVE_AVG_POOL, x), x.a)
    return out


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Output row i is the mean of input rows ``floor(i * H / H')`` up to ``ceil((i + 1) * H / H')``.

    Raises
    ------
    ValueError
        If the input is not an image, or a size is below 1.

    See Also
    --------
    fastgrad.nn.AdaptiveAvgPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool2d(fg.ones(2, 3, 7, 5), 1).shape
    (2, 3, 1, 1)
    """
    cdef Tensor x = as_tensor(input, b"adaptive_avg_pool2d"), images = batch_of(x, b"adaptive_avg_pool2d")
    wanted = (output_size, output_size) if output_size is None or hasattr(output_size, "__index__") else output_size
    try:
        height, width = wanted
    except (TypeError, ValueError):
        raise TypeError(
            f"adaptive_avg_pool2d: output_size must be an int or a pair of int or None, got {output_size!r}"
        ) from None
    size = (images.a.shape(2) if height is None else height, images.a.shape(3) if width is None else width)
    height, width = two_ints(size, "adaptive_avg_pool2d", "output_size", 1)
    return as_given(adaptive_forward(images, height, width), images is x)
