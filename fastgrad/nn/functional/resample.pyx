# distutils: language = c++
"""Images at other sizes, and at places of one's choice. All of it is linear in the images: the gradient rule of each
operation is its transpose, and the other way round."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, detached, record1, record2, recording, recording2, wrap,
)
from fastgrad._tensor.convert cimport flag
from fastgrad._tensor.cpp cimport Array, Dims, is_computing_float
from fastgrad.nn.functional._checks cimport given_for
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native.images cimport works_channels_last
cimport fastgrad.ops._native.resample as native
from fastgrad.ops._native.resample cimport Beyond, Filter, GridPlaces, Mode, ResampleAxisParams, ResampleParams
from fastgrad.ops.view cimport ShapeAttributes

from math import isfinite
from warnings import warn

from fastgrad._tensor.convert import real, whole, words
from fastgrad._tensor.dtype import float32
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.nn.functional.adaptive_pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from fastgrad.ops.creation import asarray, linspace, ones, zeros
from fastgrad.ops.index import take
from fastgrad.ops.join import concat, stack
from fastgrad.ops.linalg import matmul
from fastgrad.ops.view import broadcast_to, own


# ---- along axes ------------------------------------------------------------------------------------------------------

cdef struct ResampleAttributes:
    ResampleParams params
    int64_t height, width  # of the input
    bint channels_last     # of the input, or the gradient


cdef int set_resample(Node n, const ResampleParams& params, int64_t height, int64_t width, const Array& x) except -1:
    cdef ResampleAttributes* at = n.attributes.set[ResampleAttributes]()
    at.params = params
    at.height = height
    at.width = width
    at.channels_last = works_channels_last(x)
    return 0


cdef int resample_vjp(Node n, object g, Backward to) except -1:
    cdef ResampleAttributes* at = n.attributes.get[ResampleAttributes]()
    to.give(0, resample_back(<Tensor>g, at.params, at.height, at.width, at.channels_last))
    return 0


cdef int resample_back_vjp(Node n, object g, Backward to) except -1:
    to.give(0, resample(<Tensor>g, n.attributes.get[ResampleAttributes]().params))
    return 0


cdef Primitive RESAMPLE = define(b"interpolate", resample_vjp)
cdef Primitive RESAMPLE_BACK = define(b"interpolate_backward", resample_back_vjp)


cdef Tensor resample(Tensor x, const ResampleParams& params):
    """Images (N, C, H, W) at other heights and widths."""
    cdef Tensor out = wrap(native.resample2d(x.a, params))
    if recording(x):
        set_resample(record1(out, &RESAMPLE, x), params, x.a.shape(2), x.a.shape(3), x.a)
    return out


cdef Tensor resample_back(Tensor g, const ResampleParams& params, int64_t height, int64_t width, bint channels_last):
    cdef Tensor out = wrap(native.resample2d_backward(g.a, params, height, width, channels_last))
    if recording(g):
        set_resample(record1(out, &RESAMPLE_BACK, g), params, height, width, g.a)
    return out


cdef ResampleAxisParams axis_of_size(object size, object scale, Filter filter) except *:
    cdef ResampleAxisParams p
    p.size = size
    p.scale = scale
    p.filter = filter
    return p


cdef Tensor along(Tensor x, Filter filter, bint align_corners, list sizes, list scales):
    """Images, volumes or signals at other sizes, by a filter that is the same along each axis.

    Signals are images whose rows are the channels; volumes are images in each plane, and then, every pixel a column,
    along their depth. What becomes smaller comes first.
    """
    cdef ResampleParams params, depth
    cdef tuple shape = tuple(x.shape)
    cdef int axes = len(sizes)
    params.align_corners = align_corners
    params.columns = axis_of_size(sizes[axes - 1], scales[axes - 1], filter)
    if axes == 1:
        rows = max(shape[1], 1)
        params.rows = axis_of_size(rows, 0.0, Filter.Identity)
        x = resample(x.reshape((shape[0], min(shape[1], 1), rows, shape[2])), params)
        return x.reshape((*shape[:2], *sizes))
    params.rows = axis_of_size(sizes[axes - 2], scales[axes - 2], filter)
    if axes == 2:
        return resample(x, params)
    depth.align_corners = align_corners
    depth.rows = axis_of_size(sizes[0], scales[0], filter)
    n, c, d, h, w = shape
    if sizes[0] < d:
        depth.columns = axis_of_size(h * w, 0.0, Filter.Identity)
        x = resample(resample(x.reshape((n, c, d, h * w)), depth).reshape((n, c * sizes[0], h, w)), params)
        return x.reshape((n, c, *sizes))
    x = resample(x.reshape((n, c * d, h, w)), params)
    if sizes[0] > d or scales[0]:
        depth.columns = axis_of_size(sizes[1] * sizes[2], 0.0, Filter.Identity)
        x = resample(x.reshape((n, c, d, sizes[1] * sizes[2])), depth)
    return x.reshape((n, c, *sizes))


cdef Tensor nearest_of_any(Tensor x, Filter filter, list sizes, list scales):
    """The nearest elements, of any dtype."""
    for i, size in enumerate(sizes):
        x = take(x, wrap(native.nearest_inputs(axis_of_size(size, scales[i], filter), x.shape[2 + i])), axis=2 + i)
    return x


# The filters of each mode, plain and antialiased, and the number of axes that it is for, 0 for any.
cdef dict MODES = {
    "nearest": (<int>Filter.Nearest, None, 0),
    "nearest-exact": (<int>Filter.NearestExact, None, 0),
    "area": (None, None, 0),
    "linear": (<int>Filter.Linear, None, 1),
    "bilinear": (<int>Filter.Linear, <int>Filter.SmoothLinear, 2),
    "trilinear": (<int>Filter.Linear, None, 3),
    "bicubic": (<int>Filter.Cubic, <int>Filter.SmoothCubic, 2),
    "lanczos": (None, <int>Filter.SmoothLanczos, 2),
}


cdef list numbers_of(object value, str argument, int axes, object convert):
    """A number for each axis."""
    given = given_for(value, axes)
    if len(given) != axes:
        raise TensorValueError(
            f"interpolate: {argument} must be one number or {axes}, one for each axis behind batch and channels, "
            f"got {value!r}")
    return [convert(v, "interpolate", argument) for v in given]


cdef tuple sizes_of(Tensor x, object size, object scale_factor, bint recompute):
    """The output's sizes and the scales that were given, 0 where the sizes say them."""
    cdef int axes = x.a.ndim() - 2
    if (size is None) == (scale_factor is None):
        raise TensorValueError(
            f"interpolate: one of size and scale_factor must be given, got size={size!r} and "
            f"scale_factor={scale_factor!r}")
    if size is not None:
        if recompute:
            raise TensorValueError("interpolate: recompute_scale_factor is for a scale_factor, and size is given")
        sizes, scales = numbers_of(size, "size", axes, whole), [0.0] * axes
    else:
        scales = numbers_of(scale_factor, "scale_factor", axes, real)
        for scale in scales:
            if not (isfinite(scale) and scale > 0):
                raise TensorValueError(f"interpolate: scale_factor must be positive and finite, got {scale_factor!r}")
        sizes = [int(x.a.shape(2 + i) * scale) for i, scale in enumerate(scales)]
        if recompute:
            scales = [0.0] * axes
    for i in range(axes):
        if sizes[i] < 1 or x.a.shape(2 + i) < 1:
            raise TensorValueError(
                f"interpolate: sizes must be positive, got input of shape {x.shape} and an output of {tuple(sizes)}")
        if sizes[i] > 1 << 28:
            raise TensorValueError(f"interpolate: sizes must be at most 2**28, got an output of {tuple(sizes)}")
    return sizes, scales


def interpolate(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest", align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Make signals, images or volumes larger or smaller.

    Parameters
    ----------
    input : Tensor, shape (N, C, L), (N, C, H, W) or (N, C, D, H, W)
        float32 or float64; of mode "nearest" and "nearest-exact" any dtype.
    size : int or sequence of int, optional
        The output's lengths behind batch and channels, or one for all.
    scale_factor : float or sequence of float, optional
        Outputs per input, instead of `size`; lengths are rounded down.
    mode : str, default "nearest"
        "nearest" takes the input that holds an output's first corner, "nearest-exact" the one that holds its centre;
        "linear" (signals), "bilinear" (images) and "trilinear" (volumes) weigh the two on either side of each axis,
        "bicubic" (images) four of them, by the cubic convolution with a = -3/4; "area" takes means, as
        `adaptive_avg_pool2d`; "lanczos" (images, antialiased only) a windowed sinc of six.
    align_corners : bool, optional
        Of the linear and cubic modes: whether the corner pixels' centres stay where they are, instead of the corners
        of the image. By default not.
    recompute_scale_factor : bool, optional
        Whether the lengths, which are whole, say the scale instead of `scale_factor`.
    antialias : bool, default False
        Whether the filter grows with the inputs per output where an axis becomes shorter, as Pillow's does: of
        "bilinear", "bicubic" and "lanczos".

    Returns
    -------
    Tensor, shape (N, C, *size)

    Raises
    ------
    ValueError
        If the mode is unknown or not one for so many axes, a size or scale is not positive, or arguments exclude each
        other.
    TypeError
        If the dtype is not one that the mode computes in.

    See Also
    --------
    fastgrad.nn.Upsample, grid_sample

    Notes
    -----
    Samples lie where PyTorch has them. An input of weight zero is not read: it may be infinite.

    References
    ----------
    R. Keys, "Cubic convolution interpolation for digital image processing", 1981.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[[0.0, 2.0]]])
    >>> fg.nn.functional.interpolate(x, size=4, mode="linear").tolist()
    [[[0.0, 0.5, 1.5, 2.0]]]
    >>> fg.nn.functional.interpolate(x, scale_factor=2).tolist()
    [[[0.0, 0.0, 2.0, 2.0]]]
    """
    cdef Tensor x = as_tensor(input, b"interpolate")
    cdef int axes = x.a.ndim() - 2
    if not isinstance(mode, str) or mode not in MODES:
        raise TensorValueError(f"interpolate: mode must be one of {', '.join(map(repr, MODES))}, got {mode!r}")
    if axes < 1 or axes > 3:
        raise TensorValueError(
            f"interpolate: input must be (N, C, L), (N, C, H, W) or (N, C, D, H, W), got shape {x.shape}")
    plain, smooth, wanted = MODES[mode]
    if wanted and axes != wanted:
        raise TensorValueError(f"interpolate: mode {mode!r} is for input of {wanted + 2} axes, got shape {x.shape}")
    if mode in ("nearest", "nearest-exact", "area") and align_corners is not None:
        raise TensorValueError(f"interpolate: align_corners is for linear and cubic modes, got mode {mode!r}")
    cdef bint aligned = flag(align_corners, "interpolate", "align_corners")
    cdef bint smoothed = flag(antialias, "interpolate", "antialias")
    if smoothed and smooth is None:
        raise TensorValueError(
            f"interpolate: antialias is for images and mode 'bilinear', 'bicubic' or 'lanczos', got {mode!r}")
    if mode == "lanczos" and (aligned or not smoothed):
        raise TensorValueError("interpolate: mode 'lanczos' must have antialias=True, and no align_corners")
    cdef bint by_size = flag(recompute_scale_factor, "interpolate", "recompute_scale_factor")
    sizes, scales = sizes_of(x, size, scale_factor, by_size)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[axes - 1](x, sizes)
    if not is_computing_float(x.a.dtype()) and wanted == 0:
        return nearest_of_any(x, <Filter><int>plain, sizes, scales)
    return own(along(x, <Filter><int>(smooth if smoothed else plain), aligned, sizes, scales), x)


def upsample(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest", align_corners: bool | None = None,
) -> Tensor:
    """Do what `interpolate` does, under the name that PyTorch has given up; with a UserWarning."""
    warn("nn.functional.upsample is deprecated; use nn.functional.interpolate instead", stacklevel=1)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """Do what `interpolate` does with mode "nearest", under the name that PyTorch has given up; with a UserWarning."""
    warn("nn.functional.upsample_nearest is deprecated; use nn.functional.interpolate instead", stacklevel=1)
    return interpolate(input, size, scale_factor)


def upsample_bilinear(
    input: Tensor, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """Do what `interpolate` does with mode "bilinear" and ``align_corners=True``, under the name that PyTorch has given
    up; with a UserWarning."""
    warn("nn.functional.upsample_bilinear is deprecated; use nn.functional.interpolate instead", stacklevel=1)
    return interpolate(input, size, scale_factor, "bilinear", True)


# ---- at places -------------------------------------------------------------------------------------------------------
#
# A sum of pixels weighed, its transpose along the pixels, and that along the weights: the rule of each is the other two.

cdef struct PlacesAttributes:
    int64_t pixels


cdef inline int keep_places(Node n, Tensor index, Tensor a, Tensor b, int wanted) except -1:
    """Saves the indices, and of two operands each what the other's gradient is made of."""
    n.save(0, index)
    if wanted & SECOND:
        n.save(1, a)
    if wanted & FIRST:
        n.save(2, b)
    return 0


cdef int gather_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, places_scatter(<Tensor>g, n.saved(2), n.saved(0), n.attributes.get[PlacesAttributes]().pixels))
    if to.wants(1):
        to.give(1, places_match(<Tensor>g, n.saved(1), n.saved(0)))
    return 0


cdef int scatter_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, places_gather(<Tensor>g, n.saved(2), n.saved(0)))
    if to.wants(1):
        to.give(1, places_match(n.saved(1), <Tensor>g, n.saved(0)))
    return 0


cdef int match_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, places_gather(n.saved(2), <Tensor>g, n.saved(0)))
    if to.wants(1):
        to.give(1, places_scatter(n.saved(1), <Tensor>g, n.saved(0), n.attributes.get[PlacesAttributes]().pixels))
    return 0


cdef Primitive GATHER_PLACES = define(b"grid_sample", gather_vjp)
cdef Primitive SCATTER_PLACES = define(b"grid_sample_backward", scatter_vjp)
cdef Primitive MATCH_PLACES = define(b"grid_sample_weights", match_vjp)


cdef Tensor places_gather(Tensor x, Tensor weight, Tensor index):
    """(N, C, places): at each place the sum of the pixels of x (N, C, pixels) that index names, weighed."""
    cdef Tensor out = wrap(native.sample_places(x.a, weight.a, index.a))
    cdef int wanted = recording2(x, weight)
    cdef Node n
    if wanted:
        n = record2(out, &GATHER_PLACES, x, weight)
        keep_places(n, index, x, weight, wanted)
        n.attributes.set[PlacesAttributes]().pixels = x.a.shape(2)
    return out


cdef Tensor places_scatter(Tensor g, Tensor weight, Tensor index, int64_t pixels):
    """(N, C, pixels): at each pixel the sum of g (N, C, places) wherever index names it, weighed."""
    cdef Tensor out = wrap(native.sample_places_scatter(g.a, weight.a, index.a, pixels))
    cdef int wanted = recording2(g, weight)
    if wanted:
        keep_places(record2(out, &SCATTER_PLACES, g, weight), index, g, weight, wanted)
    return out


cdef Tensor places_match(Tensor g, Tensor x, Tensor index):
    """(N, taps, places): the sum over channels of g (N, C, places) times the pixel of x that index names."""
    cdef Tensor out = wrap(native.sample_places_match(g.a, x.a, index.a))
    cdef int wanted = recording2(g, x)
    cdef Node n
    if wanted:
        n = record2(out, &MATCH_PLACES, g, x)
        keep_places(n, index, g, x, wanted)
        n.attributes.set[PlacesAttributes]().pixels = x.a.shape(2)
    return out


cdef int part_vjp(Node n, object g, Backward to) except -1:
    to.give(0, ((<Tensor>g) * n.saved(0)).permute(0, 2, 1))
    return 0


cdef Primitive GRID_PART = define(b"grid_part", part_vjp)


cdef Tensor cubic_weights(Tensor t):
    """The cubic convolution's weights, a = -3/4, of the four inputs around a place: (N, 4, places), for t (N, places)."""
    a = -0.75
    rest = 1 - t
    return stack([
        a * t * rest * rest,
        rest * ((1 - (a + 2) * t) * t + 1),
        t * ((1 - (a + 2) * rest) * rest + 1),
        a * t * t * rest,
    ], axis=1)


cdef Tensor tap_weights(Tensor part, Mode mode):
    """The product over axes of the weights of each tap, (N, taps, places); the first axis varies fastest."""
    cdef list axes = []
    if mode == Mode.Nearest:
        return ones((part.a.shape(0), 1, part.a.shape(2)), dtype=part.dtype)
    for a in range(part.a.shape(1)):
        t = part[:, a]
        axes.append(stack([1 - t, t], axis=1) if mode == Mode.Linear else cubic_weights(t))
    weight = axes[0]
    for other in axes[1:]:
        taps = weight.shape[1] * other.shape[1]
        weight = (other[:, :, None] * weight[:, None]).reshape((weight.shape[0], taps, weight.shape[2]))
    return weight


# The nearest pixel stays the same where the place moves a little: a gradient of zeros.

cdef int unmoved_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, <Tensor>g)
    if to.wants(1):
        to.give(1, wrap(Array.zeros(n.attributes.get[ShapeAttributes]().shape, (<Tensor>g).a.dtype())))
    return 0


cdef Primitive UNMOVED = define(b"grid_sample_nearest", unmoved_vjp)


cdef Tensor unmoved(Tensor x, Tensor grid):
    cdef Tensor out
    if not recording2(x, grid) & SECOND:
        return x
    out = detached(x)
    record2(out, &UNMOVED, x, grid).attributes.set[ShapeAttributes]().shape = grid.a.shape()
    return out


cdef dict GRID_MODES = {"bilinear": <int>Mode.Linear, "nearest": <int>Mode.Nearest, "bicubic": <int>Mode.Cubic}
cdef dict PADDING_MODES = {
    "zeros": <int>Beyond.Zeros, "border": <int>Beyond.Border, "reflection": <int>Beyond.Reflection}


cdef int check_grid(Tensor x, Tensor grid, object mode, object padding_mode) except -1:
    cdef int axes = x.a.ndim() - 2
    if not isinstance(mode, str) or mode not in GRID_MODES:
        raise TensorValueError(f"grid_sample: mode must be 'bilinear', 'nearest' or 'bicubic', got {mode!r}")
    if not isinstance(padding_mode, str) or padding_mode not in PADDING_MODES:
        raise TensorValueError(
            f"grid_sample: padding_mode must be 'zeros', 'border' or 'reflection', got {padding_mode!r}")
    if axes not in (2, 3):
        raise TensorValueError(f"grid_sample: input must be (N, C, H, W) or (N, C, D, H, W), got shape {x.shape}")
    if mode == "bicubic" and axes != 2:
        raise TensorValueError(f"grid_sample: mode 'bicubic' is for images (N, C, H, W), got shape {x.shape}")
    if grid.a.ndim() != axes + 2 or grid.a.shape(0) != x.a.shape(0) or grid.a.shape(axes + 1) != axes:
        wanted = "(N, H', W', 2)" if axes == 2 else "(N, D', H', W', 3)"
        raise TensorValueError(
            f"grid_sample: grid must be {wanted} for {x.shape[0]} images of shape {x.shape[1:]}, got shape {grid.shape}")
    for t, what in ((x, "input"), (grid, "grid")):
        if not is_computing_float((<Tensor>t).a.dtype()):
            raise UnsupportedDtypeError(f"grid_sample: {what} must be float32 or float64, got {t.dtype}")
    if x.a.dtype() != grid.a.dtype():
        raise TensorTypeError(
            f"grid_sample: input and grid must have one dtype, got {x.dtype} and {grid.dtype}; "
            f"convert one with .astype")
    if min(x.shape[2:]) < 1:
        raise TensorValueError(f"grid_sample: the input's sizes must be positive, got shape {x.shape}")
    return 0


def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Take from images what is at the places of a grid.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (N, C, D, H, W)
        float32 or float64.
    grid : Tensor, shape (N, H', W', 2) or (N, D', H', W', 3)
        The places, of the input's dtype: ``(x, y)`` or ``(x, y, z)`` from -1 to 1 over the width, height and depth of
        the image. NaN is taken for -1.
    mode : {"bilinear", "nearest", "bicubic"}
        What is between pixels: the two on either side of each axis weighed (of volumes, too), the nearest (of two, the
        even one), or four of each axis by the cubic convolution with a = -3/4 (images only).
    padding_mode : {"zeros", "border", "reflection"}
        What is outside of the image: zeros, its border, or its reflection.
    align_corners : bool, optional
        Whether -1 and 1 are the centres of the corner pixels, instead of the corners of the image. By default not.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (N, C, D', H', W')

    Raises
    ------
    ValueError
        If the shapes do not fit, or a mode is unknown.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    See Also
    --------
    affine_grid, interpolate

    References
    ----------
    Jaderberg et al., "Spatial transformer networks", https://arxiv.org/abs/1506.02025.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    >>> fg.nn.functional.grid_sample(x, fg.tensor([[[[0.0, 0.0], [1.0, 1.0]]]]), align_corners=True).tolist()
    [[[[1.5, 3.0]]]]
    """
    cdef bint aligned = flag(align_corners, "grid_sample", "align_corners")
    cdef Tensor x = as_tensor(input, b"grid_sample"), given = as_tensor(grid, b"grid_sample"), places, part
    cdef GridPlaces found
    cdef Dims sizes
    cdef int i
    cdef Mode how
    cdef Node n
    check_grid(x, given, mode, padding_mode)
    how = <Mode><int>GRID_MODES[mode]
    shape, out_shape, axes = x.shape, given.shape[1:-1], given.shape[-1]
    pixels, count = 1, 1
    for i in range(2, x.a.ndim()):
        sizes.push_back(x.a.shape(i))
        pixels *= shape[i]
        count *= out_shape[i - 2]
    places = given.reshape((shape[0], count, axes))
    found = native.grid_places(
        places.a, sizes, how, <Beyond><int>PADDING_MODES[padding_mode], aligned)
    part = wrap(found.part)
    if how != Mode.Nearest and recording(places):
        n = record1(part, &GRID_PART, places)
        n.save(0, wrap(found.slope))
    out = places_gather(x.reshape((*shape[:2], pixels)), tap_weights(part, how), wrap(found.index))
    if how == Mode.Nearest:
        out = unmoved(out, given)
    return own(out.reshape((*shape[:2], *out_shape)))


cdef Tensor centres(object count, bint align_corners, object dtype):
    """Places of `count` pixels from -1 to 1; 0 of one alone."""
    if count <= 1:
        return zeros((1,), dtype=dtype)
    if dtype == float32:  # rounded as PyTorch's: a place on a pixel has another slope on either side
        import numpy

        left = -1.0 + numpy.arange((count + 1) // 2) * float(numpy.float32(2) / numpy.float32(count - 1))
        line = left.astype("float32")
        x = asarray(numpy.concatenate([line[:count // 2], -line[::-1]]))
    else:
        x = linspace(-1.0, 1.0, count, dtype=dtype)
    return x if align_corners else x * (count - 1) / count


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Make the grid whose places, seen by `grid_sample`, turn, stretch and move images.

    Parameters
    ----------
    theta : Tensor, shape (N, 2, 3) or (N, 3, 4)
        A matrix for each image, or volume: the place of an output is theta times ``(x, y, 1)`` or ``(x, y, z, 1)``.
    size : sequence of int
        The output's shape, (N, C, H, W) or (N, C, D, H, W).
    align_corners : bool, optional
        As `grid_sample` has it.

    Returns
    -------
    Tensor, shape (N, H, W, 2) or (N, D, H, W, 3)

    Raises
    ------
    ValueError
        If the shape of theta is not that for the size, or a length is not positive.
    TypeError
        If theta is not floating-point.

    See Also
    --------
    grid_sample

    Examples
    --------
    >>> import fastgrad as fg
    >>> theta = fg.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> fg.nn.functional.affine_grid(theta, (1, 1, 1, 2)).tolist()
    [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """
    cdef Tensor t = as_tensor(theta, b"affine_grid")
    sizes = words(size, "affine_grid", "size")
    if len(sizes) not in (4, 5):
        raise TensorValueError(f"affine_grid: size must be (N, C, H, W) or (N, C, D, H, W), got {size!r}")
    axes = len(sizes) - 2
    if not t.is_floating_point():
        raise UnsupportedDtypeError(f"affine_grid: theta must be floating-point, got {t.dtype}")
    if t.shape != (sizes[0], axes, axes + 1):
        raise TensorValueError(
            f"affine_grid: theta must have shape {(sizes[0], axes, axes + 1)} for size {tuple(sizes)}, got {t.shape}")
    if min(sizes[1:]) < 1:
        raise TensorValueError(f"affine_grid: lengths of size must be positive, got {tuple(sizes)}")
    cdef bint aligned = flag(align_corners, "affine_grid", "align_corners")
    spatial = sizes[2:]
    columns = []
    for a in range(axes):  # of the grid; the output's are in the other order
        line = centres(spatial[axes - 1 - a], aligned, t.dtype)
        line = line.reshape((-1, *(1,) * a))
        columns.append(broadcast_to(line, spatial).reshape((-1, 1)))
    columns.append(ones((columns[0].shape[0], 1), dtype=t.dtype))
    return own(matmul(concat(columns, axis=1), t.mT).reshape((sizes[0], *spatial, axes)))
