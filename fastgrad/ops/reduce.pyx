# distutils: language = c++
"""Reductions along axes, cumulative sums, and their gradient rules.

A reduction's gradient is the output's, stretched back over the reduced axes: rules first put those axes back with
length 1 (`restored`), and broadcasting does the rest.
"""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, detached, record1, recording, wrap
from fastgrad._tensor.convert cimport as_double, axis_of, dims_from, flag, number
from fastgrad._tensor.cpp cimport DType, Dims, dtype_from_python, normalize_axis
cimport fastgrad.ops._native.reduce as native
from fastgrad.ops._common cimport as_tensor, in_our_words, refuse
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport INPUT, NOTHING, OUTPUT
from fastgrad.ops.view cimport ShapeAttributes, broadcast_tensor, flip_axes, reshape_to

from fastgrad._tensor.dtype import float32 as fg_float32, float64
from fastgrad.errors import TensorValueError
from fastgrad.ops._common import one_vocabulary
from fastgrad.ops.choose import clip, maximum, minimum, where
from fastgrad.ops.compare import equal, isnan, logical_and, logical_or
from fastgrad.ops.math import abs, exp, exp2, floor, log2


cdef Dims axes_of(object axis, int ndim, const char* op) except *:
    """The reduced axes: normalised, in ascending order; all of them for None."""
    cdef Dims axes, given
    cdef int i
    if axis is None:
        for i in range(ndim):
            axes.push_back(i)
        return axes
    given = dims_from(axis, op)
    numbers = sorted([normalize_axis(given[i], ndim, op) for i in range(given.size())])
    for i in range(1, len(numbers)):
        if numbers[i] == numbers[i - 1]:
            raise TensorValueError(f"{op.decode()}: repeated axis in {axis}")
    for i in numbers:
        axes.push_back(i)
    return axes


def check_axes(axis: AxisLike, int ndim: int, str op: str) -> None:
    """Refuses what are no axes of an operation that is written in Python."""
    axes_of(axis, ndim, op.encode())


cdef Tensor reduced_wide(const Reduction* r, Tensor x, const Dims& axes, bint keepdims, double correction):
    """Of a narrow float: in float32, the rule as well, with one rounding each way."""
    return cast_to(reduced(r, cast_to(x, DType.F32), axes, keepdims, correction), x.a.dtype())


cdef Tensor restored(Tensor g, Node n):
    """g with the axes that node n reduced as axes of length 1."""
    cdef ReduceAttributes* at = n.attributes.get[ReduceAttributes]()
    cdef Dims shape
    cdef int i
    if at.keepdims:
        return g
    shape = at.shape
    for i in range(shape.size()):
        if at.axes >> i & 1:
            shape[i] = 1
    return reshape_to(g, shape, b"reduction")


cdef int64_t reduced_count(Node n):
    """How many elements each output of node n is of."""
    cdef ReduceAttributes* at = n.attributes.get[ReduceAttributes]()
    cdef int64_t count = 1
    cdef int i
    for i in range(at.shape.size()):
        if at.axes >> i & 1:
            count *= at.shape[i]
    return count


cdef double _degrees(Node n):
    """The count less the correction; NaN instead of 0 or less, of which nothing is a quotient."""
    cdef double degrees = reduced_count(n) - n.attributes.get[ReduceAttributes]().correction
    return degrees if degrees > 0 else float("nan")


cdef tuple reduced_axes(Node n):
    cdef ReduceAttributes* at = n.attributes.get[ReduceAttributes]()
    return tuple([i for i in range(at.shape.size()) if at.axes >> i & 1])


cdef inline Tensor reduction_in(const Reduction* r, object x, object axis, object dtype, object keepdims, dict torchs):
    """`reduction` of what is converted to a dtype first."""
    cdef const char* name = r.primitive.name
    cdef Tensor t
    if torchs:
        axis, keepdims = in_our_words(torchs, name.decode(), axis, None, keepdims)
    if dtype is True or dtype is False:  # by position PyTorch's keepdim; no dtype in NumPy
        dtype, keepdims = None, dtype
    t = _cast_first(x, dtype, name)
    return _cast_last(reduced(r, t, axes_of(axis, t.a.ndim(), name), keeps_axes(keepdims, name), 0.0), dtype)


cdef Tensor _cast_first(object x, object dtype, const char* op):
    cdef Tensor t = as_tensor(x, op)
    if dtype is not None and t.dtype is not dtype:
        return cast_to(t, dtype_from_python(dtype))
    return t


cdef inline Tensor _cast_last(Tensor out, object dtype):
    """The result in the dtype that was asked for: those of small integers are wider."""
    if dtype is not None and out.a.dtype() != dtype_from_python(dtype):
        return cast_to(out, dtype_from_python(dtype))
    return out


# ---- sum and mean ----------------------------------------------------------------------------------------------------

# The engine broadcasts nothing: it takes gradients of the output's shape or larger. So a sum's rule stretches g itself.
cdef int sum_vjp(Node n, object g, Backward to) except -1:
    to.give(0, stretched(<Tensor>g, n))
    return 0


cdef Tensor stretched(Tensor g, Node n):
    """g repeated over the shape of what node n reduced."""
    return broadcast_tensor(restored(g, n), n.attributes.get[ReduceAttributes]().shape)


cdef Reduction SUM = define_reduction(b"sum", sum_vjp, NOTHING)


cdef Tensor sum_over(Tensor x, const Dims& axes, bint keepdims):
    return reduced(&SUM, x, axes, keepdims, 0.0)


@one_vocabulary
def sum(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The sum along an axis, several, or all.

    Integers and bools are summed as int64, unsigned integers as uint64, and stay so unless `dtype` is given. Floats are
    summed in fixed blocks by several accumulators, the blocks pairwise: see ``src/kernels/reduce/reduce.h`` for the
    error bound.

    Parameters
    ----------
    x : Tensor
        What is added up.
    axis : int or tuple of int, optional
        The axes summed over; None for all.
    dtype : dtype, optional
        Convert to this dtype first; the result has it. Sums of integers that do not fit wrap around.
    keepdims : bool
        Keep the summed axes, with length 1.
    """
    return reduction_in(&SUM, x, axis, dtype, keepdims, torchs)


cdef int sum_to_vjp(Node n, object g, Backward to) except -1:
    to.give(0, broadcast_tensor(<Tensor>g, n.attributes.get[ShapeAttributes]().shape))
    return 0


cdef Primitive SUM_TO = define(b"sum_to", sum_to_vjp)


cdef Tensor sum_to_shape(Tensor x, const Dims& shape):
    """Sums over what broadcasting from `shape` to x's shape repeated."""
    cdef Tensor out
    if x.a.shape() == shape:
        return x
    out = wrap(native.sum_to(x.a, shape))
    if recording(x):
        record1(out, &SUM_TO, x).attributes.set[ShapeAttributes]().shape = x.a.shape()
    return out


cdef int mean_vjp(Node n, object g, Backward to) except -1:
    to.give(0, stretched(<Tensor>(<Tensor>g / <double>reduced_count(n)), n))  # not of each repeated element
    return 0


cdef Reduction MEAN = define_reduction(b"mean", mean_vjp, NOTHING)


@one_vocabulary
def mean(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The mean along an axis, several, or all; float64 of integers and bools. NaN of no elements."""
    return reduction_in(&MEAN, x, axis, dtype, keepdims, torchs)


# ---- variance --------------------------------------------------------------------------------------------------------

cdef object centred_along(Tensor x, object axes):
    """x less its mean along the axes: exactly 0 where all are equal, because the mean is taken of differences from one
    of them."""
    if x.a.size() == 0:
        return x
    shifted = _from_first(x, axes)
    cdef Tensor average = mean(shifted, axis=axes, keepdims=True)
    cdef double large = _large(x)
    if native.within(average.a, -large, large):
        return shifted - average
    scale = scale_along(x, axes)  # the sum may have overflowed
    shifted = _from_first(<Tensor>(x * scale), axes)
    return (shifted - mean(shifted, axis=axes, keepdims=True)) / scale


cdef object _from_first(Tensor x, object axes):
    return x - detached(x)[tuple([slice(0, 1) if i in axes else slice(None) for i in range(x.a.ndim())])]


cdef inline double _large(Tensor x):
    # Numbers of this size add up, however many, without an overflow.
    return 2.0**60 if x.a.dtype() == DType.F32 else 2.0**900


cdef Tensor scale_along(Tensor x, object axes, double least=0.0):
    """A power of 2 for each line along the axes: times it, no square of the line's elements leaves the range."""
    return wrap(native.scale_of(x.a, dims_from(axes, b"reduction"), least))


cdef int var_vjp(Node n, object g, Backward to) except -1:
    to.give(0, restored(<Tensor>g, n) * (centred_along(n.saved(0), reduced_axes(n)) * (2.0 / _degrees(n))))
    return 0


cdef Reduction VAR = define_reduction(b"var", var_vjp, INPUT)


def var(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False, **unknown) -> Tensor:
    """The variance along an axis, several, or all: squared deviations from the mean over (elements - correction).

    ``correction=1`` gives the unbiased estimate. float64 of integers.
    """
    if unknown:
        refuse(unknown, "var", "correction is 0 unless given, not 1 (x.std and x.var take PyTorch's words)")
    return var_over(as_tensor(x, b"var"), axis, correction, keeps_axes(keepdims, b"var"))


cdef Tensor var_over(Tensor t, object axis, object correction, bint keepdims):
    return _corrected(&VAR, t, axis, correction, keepdims)


cdef Tensor _corrected(const Reduction* r, Tensor t, object axis, object correction, bint keepdims):
    cdef const char* name = r.primitive.name
    cdef double less = as_double(number(correction, name.decode(), "correction"), name.decode(), "correction")
    return reduced(r, t, axes_of(axis, t.a.ndim(), name), keepdims, less)


cdef int std_vjp(Node n, object g, Backward to) except -1:
    """0 where the standard deviation is, whatever comes in."""
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n)
    axes = reduced_axes(n)
    if not native.within(y.a, 0.0, _large(x)):  # differences may overflow, and their sums
        scale = scale_along(x, axes)
        x, y = <Tensor>(x * scale), <Tensor>(y * scale)
    flat = y == 0.0
    centred = centred_along(x, axes)
    share = where(flat, 0.0, restored(<Tensor>g, n) / _degrees(n))
    to.give(0, share * (centred / where(flat, 1.0, y)))
    return 0


cdef Reduction STD = define_reduction(b"std", std_vjp, INPUT | OUTPUT)


def std(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False, **unknown) -> Tensor:
    """The standard deviation along an axis, several, or all: the root of ``var``."""
    if unknown:
        refuse(unknown, "std", "correction is 0 unless given, not 1 (x.std and x.var take PyTorch's words)")
    return std_over(as_tensor(x, b"std"), axis, correction, keeps_axes(keepdims, b"std"))


cdef Tensor std_over(Tensor t, object axis, object correction, bint keepdims):
    return _corrected(&STD, t, axis, correction, keepdims)


# ---- products and extremes -------------------------------------------------------------------------------------------

cdef int prod_vjp(Node n, object g, Backward to) except -1:
    """g times, for each element, the product of all others along the axes: right also where some are zero."""
    cdef Tensor x = n.saved(0)
    cdef int i, ndim = x.a.ndim()
    reduced = reduced_axes(n)
    kept = [i for i in range(ndim) if i not in reduced]
    order = kept + list(reduced)
    flat = x.permute(order)
    shape = flat.shape
    flat = flat.reshape([x.shape[i] for i in kept] + [reduced_count(n)])
    incoming = restored(<Tensor>g, n).permute(order).reshape([x.shape[i] for i in kept] + [1])
    wide = flat.astype(float64)  # whose range holds the products of most float32 lines
    if x.a.size() == 0 or _products_are_near_one(<Tensor>wide):
        if all(wide.detach()).item():
            others = prod(wide, axis=-1, keepdims=True) / wide
        else:
            others = _shifted_products(wide) * flip_last(_shifted_products(flip_last(wide)))
        result = (incoming * others).astype(x.dtype)
    else:
        before, power = _shifted_powers(flat)
        after, other = _shifted_powers(flip_last(flat))
        result = _times_power(incoming * (before * flip_last(after)), power + flip_last(other))
    to.give(0, result.reshape(shape).permute([order.index(i) for i in range(ndim)]))
    return 0


cdef object flip_last(object x):
    cdef Dims axes
    axes.push_back((<Tensor>x).a.ndim() - 1)
    return flip_axes(<Tensor>x, axes)


cdef object _ahead(object x, int64_t step, double value):
    """x moved up by `step` along its last axis, behind as many of `value`."""
    from fastgrad import concat, full
    return concat([full((*x.shape[:-1], step), value, dtype=x.dtype), x[..., :-step]], axis=-1)


cdef object _shifted_products(object x):
    """At position i the product of x[..., :i], by doubling: log2(length) products."""
    cdef int64_t length = x.shape[-1], step = 1
    if length == 0:
        return x
    y = _ahead(x, 1, 1.0)
    while step < length:
        y = y * _ahead(y, step, 1.0)
        step *= 2
    return y


# Products that leave the range on the way, though not in the end: each as a factor from 1 to 2 and a power of 2.

cdef bint _products_are_near_one(Tensor x) except -1:
    """Whether no product of some of the float64 elements along the last axis leaves the middle of the range."""
    powers = log2(abs(where(equal(x.detach(), 0.0), 1.0, x.detach())))  # what raises a product, and what lowers it
    raised, lowered = sum(clip(powers, 0.0, None), axis=-1), sum(clip(powers, None, 0.0), axis=-1)
    return max(raised).item() < 1000.0 and min(lowered).item() > -1000.0


cdef object _power_of(object x):
    """The power of 2 in each number; 0 of zeros, infinities and NaN."""
    size = abs((<Tensor>x).detach())
    return floor(log2(where(logical_and(size > 0.0, size < float("inf")), size, 1.0)))


cdef object _times_power(object x, object power):
    """x times 2 to the power, which may be out of range itself: in steps, all to the same side."""
    limit = 480.0 if x.dtype is fg_float32 else 4000.0
    power = clip(power, -limit, limit)
    quarter = floor(power / 4.0)
    step = exp2(quarter)
    return x * step * step * step * exp2(power - quarter * 3.0)


cdef tuple _shifted_powers(object x):
    """`_shifted_products`, as factors and powers."""
    cdef int64_t length = x.shape[-1], step = 1
    power = _power_of(x)
    y = _ahead(_times_power(x, -power), 1, 1.0)
    power = _ahead(power, 1, 0.0)
    while step < length:
        y = y * _ahead(y, step, 1.0)
        more = _power_of(y)
        y = _times_power(y, -more)
        power = power + _ahead(power, step, 0.0) + more
        step *= 2
    return y, power


cdef Reduction PROD = define_reduction(b"prod", prod_vjp, INPUT)


@one_vocabulary
def prod(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The product along an axis, several, or all."""
    return reduction_in(&PROD, x, axis, dtype, keepdims, torchs)


cdef int extreme_vjp(Node n, object g, Backward to) except -1:
    """The gradient is shared evenly among the elements that equal the extreme."""
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n).detach()
    hits = logical_or(equal(x.detach(), y), logical_and(isnan(y), isnan(x.detach())))
    count = sum(hits, axis=reduced_axes(n), keepdims=True).astype(x.dtype)
    to.give(0, where(hits, restored(<Tensor>g, n) / where(count == 0.0, 1.0, count), 0.0))
    return 0


cdef Reduction MAX = define_reduction(b"max", extreme_vjp, INPUT | OUTPUT)
cdef Reduction MIN = define_reduction(b"min", extreme_vjp, INPUT | OUTPUT)


cdef Tensor max_over(Tensor t, object axis, bint keepdims):
    return reduced(&MAX, t, axes_of(axis, t.a.ndim(), b"max"), keepdims, 0.0)


cdef Tensor min_over(Tensor t, object axis, bint keepdims):
    return reduced(&MIN, t, axes_of(axis, t.a.ndim(), b"min"), keepdims, 0.0)


def max(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **unknown) -> Tensor:
    """The largest element along an axis, several, or all; NaN if any is. Ties share the gradient evenly.

    Values only: their places are ``argmax``. Of two tensors: ``maximum``. ValueError where there is no element.
    """
    if unknown:
        refuse(unknown, "max", "max gives values only (their places are argmax; x.max(dim=...) gives both)")
    if isinstance(axis, Tensor):
        if keepdims:
            raise TypeError("max: of two tensors there are no axes to keep")
        return maximum(x, axis)
    return max_over(as_tensor(x, b"max"), axis, keeps_axes(keepdims, b"max"))


def min(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **unknown) -> Tensor:
    """The smallest element along an axis, several, or all; NaN if any is. Ties share the gradient evenly.

    Values only: their places are ``argmin``. Of two tensors: ``minimum``. ValueError where there is no element.
    """
    if unknown:
        refuse(unknown, "min", "min gives values only (their places are argmin; x.min(dim=...) gives both)")
    if isinstance(axis, Tensor):
        if keepdims:
            raise TypeError("min: of two tensors there are no axes to keep")
        return minimum(x, axis)
    return min_over(as_tensor(x, b"min"), axis, keeps_axes(keepdims, b"min"))


# ---- logic -----------------------------------------------------------------------------------------------------------

cdef Reduction ANY = define_reduction(b"any", NULL, NOTHING)
cdef Reduction ALL = define_reduction(b"all", NULL, NOTHING)


@one_vocabulary
def any(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """Whether any element along an axis, several, or all is nonzero."""
    return reduction(&ANY, x, axis, keepdims, torchs)


@one_vocabulary
def all(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """Whether all elements along an axis, several, or all are nonzero."""
    return reduction(&ALL, x, axis, keepdims, torchs)


# ---- log of a sum of exponentials ------------------------------------------------------------------------------------

cdef int logsumexp_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n)
    # Where all is -inf, or the result +inf, the share of each element is not defined: exp(NaN), as in PyTorch. Of large
    # numbers the result has no digits left for the logarithm: shares are made to sum to 1.
    share = exp(x - y)
    to.give(0, restored(<Tensor>g, n) * (share / sum(share, reduced_axes(n), keepdims=True)))
    return 0


cdef Reduction LOGSUMEXP = define_reduction(b"logsumexp", logsumexp_vjp, INPUT | OUTPUT)


@one_vocabulary
def logsumexp(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """log(sum(exp(x))) along an axis, several, or all, without overflow."""
    return reduction(&LOGSUMEXP, x, axis, keepdims, torchs)


# ---- cumulative sums -------------------------------------------------------------------------------------------------

cdef struct CumulativeAttributes:
    int axis
    bint include_initial


cdef int cumulative_sum_vjp(Node n, object g, Backward to) except -1:
    cdef CumulativeAttributes* at = n.attributes.get[CumulativeAttributes]()
    cdef Dims axis = Dims(1, at.axis)
    cdef Tensor back = flip_axes(<Tensor>g, axis)
    if at.include_initial:  # the gradient of the leading zero goes nowhere
        back = back[tuple([slice(None)] * at.axis + [slice(None, -1)])]
    to.give(0, flip_axes(cumulative_sum(back, at.axis), axis))
    return 0


cdef Primitive CUMULATIVE_SUM = define(b"cumulative_sum", cumulative_sum_vjp)


@one_vocabulary
def cumulative_sum(
    x: TensorLike, axis: int | None = None, dtype: DTypeLike | None = None, include_initial: bool = False, **torchs
) -> Tensor:
    """Sums of all elements up to each one along an axis.

    Parameters
    ----------
    x : Tensor
        What is added up.
    axis : int, optional
        May be left out for one dimension.
    dtype : dtype, optional
        Convert to this dtype first; the result has it.
    include_initial : bool
        Begin with a 0: the result is one longer.
    """
    if torchs:
        axis = in_our_words(torchs, "cumulative_sum", axis)[0]
    cdef Tensor t = _cast_first(x, dtype, b"cumulative_sum")
    cdef Tensor out
    cdef CumulativeAttributes* attributes
    cdef int at
    if axis is None:
        if t.a.ndim() != 1:
            raise TensorValueError(f"cumulative_sum: name the axis of shape {t.shape}")
        axis = 0
    at = axis_of(axis, t.a.ndim(), b"cumulative_sum")
    cdef bint from_zero = flag(include_initial, "cumulative_sum", "include_initial")
    out = wrap(native.cumulative_sum(t.a, at, from_zero))
    if recording(t):
        attributes = record1(out, &CUMULATIVE_SUM, t).attributes.set[CumulativeAttributes]()
        attributes.axis = at
        attributes.include_initial = from_zero
    return _cast_last(out, dtype)
