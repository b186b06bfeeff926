# distutils: language = c++
"""Pooling. Each pooling and its gradient are a pair of linear operations (for max pooling, given which elements won):
the gradient rule of each is the other."""
from libc.stdint cimport int64_t
from libcpp.pair cimport pair

from fastgrad._convert cimport pair as two_ints
from fastgrad._cpp cimport Array
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.pool as native
from fastgrad.ops._native.pool cimport Pool2dParams

from operator import index as as_int


cdef Pool2dParams pool_params(tuple context) except *:
    """Of (kernel, stride, padding, dilation, ceil_mode, count_include_pad, divisor_override)."""
    cdef Pool2dParams p
    kernel, stride, padding, dilation, ceil_mode, count_include_pad, divisor_override = context
    p.kernel[0], p.kernel[1] = kernel
    p.stride[0], p.stride[1] = stride
    p.padding[0], p.padding[1] = padding
    p.dilation[0], p.dilation[1] = dilation
    p.ceil_mode = ceil_mode
    p.count_include_pad = count_include_pad
    p.divisor_override = divisor_override
    return p


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
    x: TensorLike, kernel: int | Sequence[int], stride: int | Sequence[int], padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1), ceil_mode: bool = False,
) -> Tensor:
    """The largest element of each window; padding never wins, NaN always.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel, stride, padding, dilation : int or pair of int
    ceil_mode : bool
        Keep windows that reach over the lower or right edge.
    """
    cdef Tensor t = as_tensor(x, b"max_pool2d"), out
    cdef Pool2dParams window = pool_params((
        two_ints(kernel, "max_pool2d", "kernel_size", 1), two_ints(stride, "max_pool2d", "stride", 1),
        two_ints(padding, "max_pool2d", "padding"), two_ints(dilation, "max_pool2d", "dilation", 1), ceil_mode, True, 0))
    cdef pair[Array, Array] result = native.max_pool2d(t.a, window)
    cdef Node n
    out = wrap(result.first)
    if recording(t):
        n = record1(out, &MAX_POOL, t)
        n.save(0, wrap(result.second))
        set_pool(n, window, t.a)
    return out


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


def as_divisor(divisor_override: int | None, str operation: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""
    if divisor_override is None:
        return 0
    try:
        divisor = as_int(divisor_override)
    except TypeError:
        raise TypeError(f"{operation}: divisor_override must be an int or None, got {divisor_override!r}") from None
    if divisor == 0:
        raise ValueError(f"{operation}: divisor_override must not be zero")
    return divisor


def avg_pool2d(
    x: TensorLike, kernel: int | Sequence[int], stride: int | Sequence[int], padding: int | Sequence[int] = (0, 0),
    ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel, stride, padding : int or pair of int
    ceil_mode : bool
        Keep windows that reach over the lower or right edge.
    count_include_pad : bool
        Whether padding counts as elements (zeros).
    divisor_override : int, optional
        Divide sums by this.
    """
    cdef Pool2dParams window = pool_params((
        two_ints(kernel, "avg_pool2d", "kernel_size", 1), two_ints(stride, "avg_pool2d", "stride", 1),
        two_ints(padding, "avg_pool2d", "padding"), (1, 1), ceil_mode, count_include_pad,
        as_divisor(divisor_override, "avg_pool2d")))
    return avg_forward(as_tensor(x, b"avg_pool2d"), window)


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


def adaptive_avg_pool2d(x: TensorLike, output_size: Sequence[int]) -> Tensor:
    """Means of windows chosen so that the output has this height and width.

    Output o of an axis averages inputs floor(o * in / out) to ceil((o + 1) * in / out), the last not included.
    """
    height, width = output_size
    return adaptive_forward(as_tensor(x, b"adaptive_avg_pool2d"), height, width)
