# distutils: language = c++
"""Pooling. Each pooling and its gradient are a pair of linear operations (for max pooling, given which elements won):
the gradient rule of each is the other."""
from libc.stdint cimport int64_t
from libcpp.pair cimport pair

from fastgrad._convert cimport pair as two_ints
from fastgrad._cpp cimport Array
from fastgrad._tensor cimport Backward, Node, Tensor, record1, recording, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native cimport Pool2dParams

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


# ---- max -------------------------------------------------------------------------------------------------------------

cdef int max_pool_vjp(Node n, object g, Backward to) except -1:
    cdef Dims2 size
    size.h = n.i0
    size.w = n.i1
    to.give(0, max_scatter(<Tensor>g, n.saved(0), n.context, size, n.x0 != 0))
    return 0


cdef int max_scatter_vjp(Node n, object g, Backward to) except -1:
    to.give(0, max_gather(<Tensor>g, n.saved(0), n.context))
    return 0


cdef int max_gather_vjp(Node n, object g, Backward to) except -1:
    cdef Dims2 size
    size.h = n.i0
    size.w = n.i1
    to.give(0, max_scatter(<Tensor>g, n.saved(0), n.context, size, False))
    return 0


cdef Tensor max_scatter(Tensor g, Tensor indices, tuple context, Dims2 size, bint channels_last):
    """The gradient of max pooling's input: g at the elements that won, zeros elsewhere."""
    cdef Tensor out = wrap(
        _native.max_pool2d_backward(g.a, indices.a, pool_params(context), size.h, size.w, channels_last))
    cdef Node n
    if recording(g):
        n = record1(out, max_scatter_vjp, b"max_pool2d_backward", g)
        n.save(0, indices)
        n.context = context
    return out


cdef Tensor max_gather(Tensor x, Tensor indices, tuple context):
    """The elements of x at the places that won."""
    cdef Tensor out = wrap(_native.max_pool2d_gather(x.a, indices.a, pool_params(context)))
    cdef Node n
    if recording(x):
        n = record1(out, max_gather_vjp, b"max_pool2d_gather", x)
        n.save(0, indices)
        n.context = context
        n.i0 = x.a.shape(2)
        n.i1 = x.a.shape(3)
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
    cdef tuple context = (
        two_ints(kernel, "max_pool2d", "kernel_size", 1), two_ints(stride, "max_pool2d", "stride", 1),
        two_ints(padding, "max_pool2d", "padding"), two_ints(dilation, "max_pool2d", "dilation", 1), ceil_mode, True, 0)
    cdef pair[Array, Array] result = _native.max_pool2d(t.a, pool_params(context))
    cdef Node n
    out = wrap(result.first)
    if recording(t):
        n = record1(out, max_pool_vjp, b"max_pool2d", t)
        n.save(0, wrap(result.second))
        n.context = context
        n.i0 = t.a.shape(2)
        n.i1 = t.a.shape(3)
        n.x0 = _native.pools_channels_last(t.a)
    return out


# ---- average ---------------------------------------------------------------------------------------------------------

cdef int avg_pool_vjp(Node n, object g, Backward to) except -1:
    cdef Dims2 size
    size.h = n.i0
    size.w = n.i1
    to.give(0, avg_spread(<Tensor>g, n.context, size, n.x0 != 0))
    return 0


cdef int avg_spread_vjp(Node n, object g, Backward to) except -1:
    to.give(0, avg_forward(<Tensor>g, n.context))
    return 0


cdef Tensor avg_spread(Tensor g, tuple context, Dims2 size, bint channels_last):
    cdef Tensor out = wrap(_native.avg_pool2d_backward(g.a, pool_params(context), size.h, size.w, channels_last))
    if recording(g):
        record1(out, avg_spread_vjp, b"avg_pool2d_backward", g).context = context
    return out


cdef Tensor avg_forward(Tensor x, tuple context):
    cdef Tensor out = wrap(_native.avg_pool2d(x.a, pool_params(context)))
    cdef Node n
    if recording(x):
        n = record1(out, avg_pool_vjp, b"avg_pool2d", x)
        n.context = context
        n.i0 = x.a.shape(2)
        n.i1 = x.a.shape(3)
        n.x0 = _native.pools_channels_last(x.a)
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
    cdef tuple context = (
        two_ints(kernel, "avg_pool2d", "kernel_size", 1), two_ints(stride, "avg_pool2d", "stride", 1),
        two_ints(padding, "avg_pool2d", "padding"), (1, 1), ceil_mode, count_include_pad,
        as_divisor(divisor_override, "avg_pool2d"))
    return avg_forward(as_tensor(x, b"avg_pool2d"), context)


cdef int adaptive_vjp(Node n, object g, Backward to) except -1:
    cdef Dims2 size
    size.h = n.i0
    size.w = n.i1
    to.give(0, adaptive_spread(<Tensor>g, size, n.x0 != 0))
    return 0


cdef int adaptive_spread_vjp(Node n, object g, Backward to) except -1:
    to.give(0, adaptive_forward(<Tensor>g, n.i0, n.i1))
    return 0


cdef Tensor adaptive_spread(Tensor g, Dims2 size, bint channels_last):
    cdef Tensor out = wrap(_native.adaptive_avg_pool2d_backward(g.a, size.h, size.w, channels_last))
    cdef Node n
    if recording(g):
        n = record1(out, adaptive_spread_vjp, b"adaptive_avg_pool2d_backward", g)
        n.i0 = g.a.shape(2)
        n.i1 = g.a.shape(3)
    return out


cdef Tensor adaptive_forward(Tensor x, int64_t height, int64_t width):
    cdef Tensor out = wrap(_native.adaptive_avg_pool2d(x.a, height, width))
    cdef Node n
    if recording(x):
        n = record1(out, adaptive_vjp, b"adaptive_avg_pool2d", x)
        n.i0 = x.a.shape(2)
        n.i1 = x.a.shape(3)
        n.x0 = _native.pools_channels_last(x.a)
    return out


def adaptive_avg_pool2d(x: TensorLike, output_size: Sequence[int]) -> Tensor:
    """Means of windows chosen so that the output has this height and width.

    Output o of an axis averages inputs floor(o * in / out) to ceil((o + 1) * in / out), the last not included.
    """
    height, width = output_size
    return adaptive_forward(as_tensor(x, b"adaptive_avg_pool2d"), height, width)
