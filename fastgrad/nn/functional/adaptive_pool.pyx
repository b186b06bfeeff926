# distutils: language = c++
"""Pooling to a given size: windows that are chosen such that the output has it, evenly or at random."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport dims_from, flag, per_axis, real
from fastgrad._tensor.cpp cimport Array, is_computing_float
from fastgrad.nn.functional._checks cimport as_given, given_for
from fastgrad.nn.functional.pool cimport Dims2, Windows, as_columns, as_planes, batch_along, max_along, windows_of
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native.images cimport works_channels_last
cimport fastgrad.ops._native.pool as native

from math import prod

from fastgrad._tensor.convert import whole
from fastgrad._tensor.dtype import int64
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops.creation import arange, asarray
from fastgrad.ops.index import take_along_axis
from fastgrad.ops.join import concat
from fastgrad.ops.math import floor
from fastgrad.ops.view import own


cdef tuple output_lengths(Tensor x, object output_size, str op, int axes):
    """The output's lengths; None, alone or for an axis, is the input's."""
    cdef int i
    if output_size is None or hasattr(output_size, "__index__"):
        output_size = (output_size,) * axes
    try:
        wanted = tuple(output_size)
    except TypeError:
        wanted = ()
    if len(wanted) == 1:
        wanted = wanted * axes
    if len(wanted) != axes or any(n is not None and not hasattr(n, "__index__") for n in wanted):
        what = "an int or None" if axes == 1 else f"an int, None or {axes} of them"
        raise TypeError(f"{op}: output_size must be {what}, got {output_size!r}")
    found = []
    for i in range(axes):
        n = x.shape[2 + i] if wanted[i] is None else whole(wanted[i], op, "output_size")
        if n < 1 or n >= 1 << 31:
            raise TensorValueError(f"{op}: output_size must be positive and below 2**31, got {output_size!r}")
        found.append(n)
    return tuple(found)


# ---- means -----------------------------------------------------------------------------------------------------------

cdef struct AdaptiveAttributes:
    Dims2 size            # of adaptive pooling: the input's, in its layout; of its gradient: the pooled images'
    bint channels_last


cdef int set_adaptive(Node n, const Array& images) except -1:
    cdef AdaptiveAttributes* at = n.attributes.set[AdaptiveAttributes]()
    at.size.h = images.shape(2)
    at.size.w = images.shape(3)
    at.channels_last = works_channels_last(images)
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


cdef Tensor adaptive_forward(Tensor x, int64_t height, int64_t width, const char* op=b"adaptive_avg_pool2d"):
    cdef Tensor out = wrap(native.adaptive_avg_pool2d(x.a, height, width, op))
    if recording(x):
        set_adaptive(record1(out, &ADAPTIVE_AVG_POOL, x), x.a)
    return out


cdef Tensor adaptive_avg_pool(str op, int axes, object input, object output_size):
    cdef bytes name = op.encode()
    cdef Tensor x = as_tensor(input, name), batch = batch_along(x, axes, op), out
    cdef tuple shape = tuple(batch.shape), to = output_lengths(batch, output_size, op, axes)
    if axes == 2:
        return as_given(adaptive_forward(batch, to[0], to[1], name), batch is x)
    out = adaptive_forward(as_planes(batch), 1 if axes == 1 else to[1], to[axes - 1], name)
    if axes == 3 and to[0] != shape[2]:
        out = adaptive_forward(as_columns(out, shape), to[0], to[1] * to[2], name)
    return as_given(own(out.reshape((*shape[:2], *to)), x), batch is x)


def adaptive_avg_pool1d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average signals, (N, C, L) or (C, L), to a given length; as `adaptive_avg_pool2d` does with images.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[1.0, 4.0]]
    """
    return adaptive_avg_pool("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
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
    return adaptive_avg_pool("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average volumes, (N, C, D, H, W) or (C, D, H, W), to given lengths; as `adaptive_avg_pool2d` does with images."""
    return adaptive_avg_pool("adaptive_avg_pool3d", 3, input, output_size)


# ---- largest elements ------------------------------------------------------------------------------------------------

cdef tuple adaptive_max(Tensor x, tuple to, str op, bint with_indices):
    """The largest element of each window of x (N, C, ...), and its place in its channel or None."""
    cdef int i, axes = len(to)
    cdef tuple shape = tuple(x.shape), channels = shape[:2]
    cdef Tensor places
    if all([shape[2 + i] % to[i] == 0 for i in range(axes)]):
        return max_along(x, windows_of(op, axes, [shape[2 + i] // to[i] for i in range(axes)]), op, with_indices)
    places = wrap(native.adaptive_max_positions(x.a, dims_from(to, op.encode()), op.encode()))
    out = take_along_axis(x.reshape((*channels, prod(shape[2:]))), places.reshape((*channels, prod(to))), axis=2)
    return out.reshape((*channels, *to)), places


cdef Tensor places_before(Tensor laid, tuple laid_shape, tuple shape, list tables):
    """Places in channels whose windows were laid out, as those before: tables (N, C, length) say which they were of
    each axis."""
    cdef Tensor place = None
    cdef int i, last = len(shape) - 1
    for i in range(last + 1):
        step = 1
        for n in laid_shape[i + 1:]:
            step *= n
        at = laid // step % laid_shape[i] if i else laid // step
        at = take_along_axis(tables[i], at.reshape((*at.shape[:2], -1)), axis=2).reshape(at.shape)
        place = at if place is None else place * shape[i] + at
    return place


cdef object adaptive_max_pool(str op, int axes, object input, object output_size, object return_indices):
    cdef Tensor x = as_tensor(input, op.encode()), batch = batch_along(x, axes, op)
    cdef bint with_indices = flag(return_indices, op, "return_indices")
    out, indices = adaptive_max(batch, output_lengths(batch, output_size, op, axes), op, with_indices)
    out = as_given(own(out, x), batch is x)
    return (out, as_given(own(indices), batch is x)) if with_indices else out


def adaptive_max_pool1d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of signals, (N, C, L) or (C, L); as `adaptive_max_pool2d` of images.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_max_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[2.0, 5.0]]
    """
    return adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.
    return_indices : bool, default False
        Whether to return the pair of `adaptive_max_pool2d_with_indices`.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Output row i is of input rows ``floor(i * H / H')`` up to ``ceil((i + 1) * H / H')``.

    Raises
    ------
    ValueError
        If the input is not an image, or a size is below 1.

    See Also
    --------
    fastgrad.nn.AdaptiveMaxPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_max_pool2d(fg.arange(9.0).reshape(1, 3, 3), (2, 1)).tolist()
    [[[5.0], [8.0]]]
    """
    return adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> Any:
    """Take the largest elements of volumes, (N, C, D, H, W) or (C, D, H, W); as `adaptive_max_pool2d` of images."""
    return adaptive_max_pool("adaptive_max_pool3d", 3, input, output_size, return_indices)


def adaptive_max_pool1d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool1d` gives, and where: indices along L, int64. `return_indices` changes nothing."""
    return adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, True)


def adaptive_max_pool2d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool2d` gives, and where: ``row * W + column`` of each channel, int64; of equals the
    first. `return_indices` changes nothing."""
    return adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, True)


def adaptive_max_pool3d_with_indices(
    input: Tensor, output_size: int | Sequence[int | None] | None, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """Return what `adaptive_max_pool3d` gives, and where: ``(depth * H + row) * W + column`` of each channel, int64.

    Of equals it is the first. `return_indices` changes nothing.
    """
    return adaptive_max_pool("adaptive_max_pool3d", 3, input, output_size, True)


# ---- at random -------------------------------------------------------------------------------------------------------

cdef tuple ratio_lengths(Tensor x, object output_size, object output_ratio, str op, int axes):
    if output_size is not None:
        return per_axis(output_size, axes, op, "output_size", 1)
    if output_ratio is None:
        raise TensorValueError(f"{op}: output_size or output_ratio must be given")
    ratios = given_for(output_ratio, axes)
    if len(ratios) != axes:
        raise TensorValueError(f"{op}: output_ratio must be one number or {axes}, got {output_ratio!r}")
    found = []
    for i, ratio in enumerate(ratios):
        if not 0.0 < real(ratio, op, "output_ratio") < 1.0:
            raise TensorValueError(f"{op}: output_ratio must be between 0 and 1, both excluded, got {output_ratio!r}")
        found.append(int(x.shape[2 + i] * ratio))
    if min(found) < 1:
        raise TensorValueError(
            f"{op}: output_ratio {output_ratio!r} leaves nothing of an input of shape {x.shape}")
    return tuple(found)


cdef Tensor random_starts(Tensor sample, int64_t n, int64_t to, int64_t kernel):
    """Where each channel's windows begin along an axis of length n, the last one at its end: (N, C, to)."""
    n -= kernel
    last = asarray([n], dtype=int64)
    last = last.expand(*sample.shape, 1)
    if to == 1:
        return last
    each = <double>n / <double>(to - 1)
    sample = sample[..., None]
    starts = floor((arange(to - 1, dtype=sample.dtype) + sample) * each) - floor(sample * each)
    return concat([starts.astype(int64), last], axis=2)


cdef object fractional_max_pool(
    str op, int axes, object input, object kernel_size, object output_size, object output_ratio,
    object samples, object generator, object return_indices,
):
    from fastgrad.random import rand
    cdef Tensor x = as_tensor(input, op.encode()), batch = batch_along(x, axes, op), laid
    cdef Windows windows = windows_of(op, axes, kernel_size)
    cdef bint with_indices = flag(return_indices, op, "return_indices")
    cdef int i
    cdef tuple shape = tuple(batch.shape), to = ratio_lengths(batch, output_size, output_ratio, op, axes)
    for i in range(axes):
        if to[i] + windows.kernel[i] - 1 > shape[2 + i]:
            raise TensorValueError(
                f"{op}: output_size + kernel_size - 1 must be at most the input's length, got {to[i]} and "
                f"{windows.kernel[i]} for {shape[2 + i]}")
    if not is_computing_float(x.a.dtype()):
        raise UnsupportedDtypeError(f"{op}: input must be float32 or float64, got {x.dtype}")
    if samples is None:
        samples = rand(shape[0], shape[1], axes, dtype=x.dtype, generator=generator)
    else:
        samples = as_tensor(samples, op.encode())
        if samples.ndim != 3 or samples.shape[0] < shape[0] or samples.shape[1:] != (shape[1], axes):
            raise TensorValueError(
                f"{op}: _random_samples must have shape {(*shape[:2], axes)}, got {samples.shape}")
        if samples.dtype != x.dtype:
            raise TensorTypeError(f"{op}: _random_samples must have the input's dtype {x.dtype}, got {samples.dtype}")
        samples = samples.detach()[:shape[0]]
    tables = []
    laid = batch
    for i in range(axes):
        # of images the width's sample comes first
        sample = samples[..., i if axes == 3 else 1 - i]
        starts = random_starts(sample, shape[2 + i], to[i], windows.kernel[i])
        table = (starts[..., None] + arange(windows.kernel[i])).reshape((*shape[:2], to[i] * windows.kernel[i]))
        tables.append(table)
        ones = [1] * axes
        ones[i] = table.shape[2]
        laid = take_along_axis(laid, table.reshape((*shape[:2], *ones)), axis=2 + i)
    out, places = max_along(laid, windows, op, with_indices)
    out = as_given(own(out, x), batch is x)
    if not with_indices:
        return out
    return out, as_given(own(places_before(places, tuple(laid.shape[2:]), shape[2:], tables)), batch is x)


def fractional_max_pool2d(
    input: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
    _random_samples: Tensor | None = None, *, generator: Generator | None = None,
) -> Any:
    """Take the largest elements of windows that begin at random, in steps that make the output's size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    kernel_size : int or pair of int
        The window.
    output_size : int or pair of int, optional
        Height and width of the output: with ``kernel_size - 1`` more at most the input's.
    output_ratio : float or pair of float, optional
        They in parts of the input's, between 0 and 1, where `output_size` is not given.
    return_indices : bool, default False
        Whether to return the pair of `fractional_max_pool2d_with_indices`.
    _random_samples : Tensor, shape (N, C, 2), optional
        For width and height of each channel a number from 0 to 1; by default drawn.
    generator : Generator, optional
        Where they are drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Window i of an axis begins at ``floor((i + u) * a) - floor(u * a)``, u being the sample and ``a = (H -
        kernel_size) / (output_size - 1)``, and the last one ends at the end.

    Raises
    ------
    ValueError
        If neither size nor ratio is given, or they do not fit the input.

    See Also
    --------
    fastgrad.nn.FractionalMaxPool2d

    References
    ----------
    Graham, "Fractional max-pooling", https://arxiv.org/abs/1412.6071.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.fractional_max_pool2d(fg.zeros(1, 3, 9, 8), 2, output_ratio=0.7).shape
    (1, 3, 6, 5)
    """
    return fractional_max_pool(
        "fractional_max_pool2d", 2, input, kernel_size, output_size, output_ratio, _random_samples, generator,
        return_indices)


def fractional_max_pool3d(
    input: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
    _random_samples: Tensor | None = None, *, generator: Generator | None = None,
) -> Any:
    """Take the largest elements of windows of volumes, (N, C, D, H, W) or (C, D, H, W), that begin at random.

    As `fractional_max_pool2d` does with images; ``_random_samples``, (N, C, 3), are for depth, height and width.
    """
    return fractional_max_pool(
        "fractional_max_pool3d", 3, input, kernel_size, output_size, output_ratio, _random_samples, generator,
        return_indices)


def fractional_max_pool2d_with_indices(
    input: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
    _random_samples: Tensor | None = None, *, generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Return what `fractional_max_pool2d` gives, and where: ``row * W + column`` of each channel, int64.

    `return_indices` changes nothing.
    """
    return fractional_max_pool(
        "fractional_max_pool2d", 2, input, kernel_size, output_size, output_ratio, _random_samples, generator, True)


def fractional_max_pool3d_with_indices(
    input: Tensor, kernel_size: int | Sequence[int], output_size: int | Sequence[int] | None = None,
    output_ratio: float | Sequence[float] | None = None, return_indices: bool = False,
    _random_samples: Tensor | None = None, *, generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Return what `fractional_max_pool3d` gives, and where: ``(depth * H + row) * W + column``, int64.

    `return_indices` changes nothing.
    """
    return fractional_max_pool(
        "fractional_max_pool3d", 3, input, kernel_size, output_size, output_ratio, _random_samples, generator, True)
