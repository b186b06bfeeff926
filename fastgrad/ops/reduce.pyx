# distutils: language = c++
"""Reductions along axes, cumulative sums, and their gradient rules.

A reduction's gradient is the output's, stretched back over the reduced axes: rules first put those axes back with
length 1 (`restored`), and broadcasting does the rest.
"""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, detached, record1, recording, wrap
from fastgrad._tensor.convert cimport axis_of, dims_from, dims_to_tuple, number
from fastgrad._tensor.cpp cimport DType, Dims, dtype_from_python, is_computing_float, normalize_axis
from fastgrad.ops._common cimport as_tensor, in_our_words, refuse
cimport fastgrad.ops._native.reduce as native
from fastgrad.ops._native.reduce cimport ReduceOp
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.view cimport ShapeAttributes, broadcast_tensor, flip_axes, reshape_to

from fastgrad._tensor.dtype import float32 as fg_float32
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
            raise ValueError(f"{op.decode()}: repeated axis in {axis}")
    for i in numbers:
        axes.push_back(i)
    return axes


cdef Tensor restored(Tensor g, Node n):
    """g with the axes that node n reduced as axes of length 1."""
    cdef ReduceAttributes* reduced = n.attributes.get[ReduceAttributes]()
    cdef Dims shape
    cdef int i, k = 0, at = 0, ndim
    if reduced.keepdims:
        return g
    ndim = g.a.ndim() + reduced.axes.size()
    for i in range(ndim):
        if k < reduced.axes.size() and reduced.axes[k] == i:
            shape.push_back(1)
            k += 1
        else:
            shape.push_back(g.a.shape(at))
            at += 1
    return reshape_to(g, shape, b"reduction")


cdef int64_t _reduced_count(Tensor x, const Dims& axes):
    cdef int64_t n = 1
    cdef int i
    for i in range(axes.size()):
        n *= x.a.shape(<int>axes[i])
    return n


cdef inline tuple reduced_axes(Node n):
    return dims_to_tuple(n.attributes.get[ReduceAttributes]().axes)


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

# Of a reduction whose rule wants the input's shape, not the input.
cdef struct StretchAttributes:
    Dims shape
    int64_t axes      # one bit for each that is reduced
    bint keepdims
    double count      # of mean: how many elements each is of


# The engine broadcasts nothing: it takes gradients of the output's shape or larger. So a sum's rule stretches g itself.
cdef int sum_vjp(Node n, object g, Backward to) except -1:
    to.give(0, stretched(<Tensor>g, n))
    return 0


cdef Tensor stretched(Tensor g, Node n):
    """g repeated over the shape of what node n, recorded by `recorded_stretch`, reduced."""
    cdef StretchAttributes* at = n.attributes.get[StretchAttributes]()
    cdef Dims shape
    cdef int i
    if not at.keepdims:
        shape = at.shape
        for i in range(shape.size()):
            if at.axes >> i & 1:
                shape[i] = 1
        g = reshape_to(g, shape, b"reduction")
    return broadcast_tensor(g, at.shape)


cdef inline StretchAttributes* recorded_stretch(
    Tensor out, const Primitive* p, Tensor x, const Dims& axes, bint keepdims
) except NULL:
    cdef StretchAttributes* at = record1(out, p, x).attributes.set[StretchAttributes]()
    cdef int i
    at.shape = x.a.shape()
    at.keepdims = keepdims
    at.axes = 0
    for i in range(axes.size()):
        at.axes |= <int64_t>1 << axes[i]
    return at


cdef Primitive SUM = define(b"sum", sum_vjp)


cdef Tensor sum_over(Tensor x, const Dims& axes, bint keepdims):
    cdef Tensor out = wrap(native.reduce(ReduceOp.Sum, x.a, axes, keepdims))
    if recording(x):
        recorded_stretch(out, &SUM, x, axes, keepdims)
    return out


@one_vocabulary
def sum(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The sum along an axis, several, or all.

    Integers and bools are summed as int64, unsigned integers as uint64, and stay so unless `dtype` is given. Floats are summed in fixed blocks by several
    accumulators, the blocks pairwise: see ``src/kernels/reduce.h`` for the error bound.

    Parameters
    ----------
    x : Tensor
    axis : int or tuple of int, optional
        The axes summed over; None for all.
    dtype : dtype, optional
        Convert to this dtype first; the result has it. Sums of integers that do not fit wrap around.
    keepdims : bool
        Keep the summed axes, with length 1.
    """
    if torchs:
        axis, keepdims = in_our_words(torchs, "sum", axis, None, keepdims)
    if dtype is True or dtype is False:  # by position PyTorch's keepdim; no dtype in NumPy
        dtype, keepdims = None, dtype
    cdef Tensor t = _cast_first(x, dtype, b"sum")
    return _cast_last(sum_over(t, axes_of(axis, t.a.ndim(), b"sum"), keepdims), dtype)


cdef int sum_to_vjp(Node n, object g, Backward to) except -1:
    to.give(0, broadcast_tensor(<Tensor>g, n.attributes.get[ShapeAttributes]().shape))
    return 0


cdef Primitive SUM_TO = define(b"sum_to", sum_to_vjp)


cdef Tensor sum_to_shape(Tensor x, const Dims& shape):
    """Sums over what broadcasting from `shape` to x's shape repeated."""
    cdef Tensor out
    if x.a.shape() == shape:
        return x
    if not is_computing_float(x.a.dtype()):  # a gradient of a dtype that is for storage
        return cast_to(sum_to_shape(cast_to(x, DType.F32), shape), x.a.dtype())
    out = wrap(native.sum_to(x.a, shape))
    if recording(x):
        record1(out, &SUM_TO, x).attributes.set[ShapeAttributes]().shape = x.a.shape()
    return out


cdef int mean_vjp(Node n, object g, Backward to) except -1:
    to.give(0, stretched(<Tensor>g, n) / n.attributes.get[StretchAttributes]().count)
    return 0


cdef Primitive MEAN = define(b"mean", mean_vjp)


@one_vocabulary
def mean(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The mean along an axis, several, or all; float64 of integers and bools. NaN of no elements."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "mean", axis, None, keepdims)
    if dtype is True or dtype is False:  # by position PyTorch's keepdim; no dtype in NumPy
        dtype, keepdims = None, dtype
    cdef Tensor t = _cast_first(x, dtype, b"mean")
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"mean")
    cdef Tensor out = wrap(native.reduce(ReduceOp.Mean, t.a, axes, keepdims))
    if recording(t):
        recorded_stretch(out, &MEAN, t, axes, keepdims).count = _reduced_count(t, axes)
    return _cast_last(out, dtype)


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
    cdef double divisor = n.attributes.get[ReduceAttributes]().divisor
    centred = centred_along(n.saved(0), reduced_axes(n))
    to.give(0, restored(<Tensor>g, n) * (centred * (2.0 / divisor if divisor else float("nan"))))
    return 0


cdef Primitive VAR = define(b"var", var_vjp)


def var(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False, **unknown) -> Tensor:
    """The variance along an axis, several, or all: squared deviations from the mean over (elements - correction).

    ``correction=1`` gives the unbiased estimate. float64 of integers.
    """
    if unknown:
        refuse(unknown, "var", "correction is 0 unless given, not 1 (x.std and x.var take PyTorch's words)")
    return var_over(as_tensor(x, b"var"), axis, correction, keepdims)


cdef Tensor var_over(Tensor t, object axis, object correction, bint keepdims):
    cdef double less = number(correction, "var", "correction")
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"var")
    cdef Tensor out = wrap(native.reduce_corrected(ReduceOp.Var, t.a, axes, keepdims, less))
    if recording(t):
        recorded(out, &VAR, t, axes, keepdims, max_float(_reduced_count(t, axes) - less, 0.0)).save(0, t)
    return out


cdef inline double max_float(double a, double b):
    return a if a > b else b


cdef int std_vjp(Node n, object g, Backward to) except -1:
    """0 where the standard deviation is, whatever comes in."""
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n)
    cdef double divisor = n.attributes.get[ReduceAttributes]().divisor
    axes = reduced_axes(n)
    if not native.within(y.a, 0.0, _large(x)):  # differences may overflow, and their sums
        scale = scale_along(x, axes)
        x, y = <Tensor>(x * scale), <Tensor>(y * scale)
    flat = y == 0.0
    centred = centred_along(x, axes)
    share = where(flat, 0.0, restored(<Tensor>g, n) / (divisor if divisor else float("nan")))
    to.give(0, share * (centred / where(flat, 1.0, y)))
    return 0


cdef Primitive STD = define(b"std", std_vjp)


def std(x: TensorLike, axis: AxisLike = None, *, correction: float = 0, keepdims: bool = False, **unknown) -> Tensor:
    """The standard deviation along an axis, several, or all: the root of ``var``."""
    if unknown:
        refuse(unknown, "std", "correction is 0 unless given, not 1 (x.std and x.var take PyTorch's words)")
    return std_over(as_tensor(x, b"std"), axis, correction, keepdims)


cdef Tensor std_over(Tensor t, object axis, object correction, bint keepdims):
    cdef double less = number(correction, "std", "correction")
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"std")
    cdef Tensor out = wrap(native.reduce_corrected(ReduceOp.Std, t.a, axes, keepdims, less))
    cdef Node n
    if recording(t):
        n = recorded(out, &STD, t, axes, keepdims, max_float(_reduced_count(t, axes) - less, 0.0))
        n.save(0, t)
        n.save_output(1, out)
    return out


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
    flat = flat.reshape([x.shape[i] for i in kept] + [_reduced_count(x, n.attributes.get[ReduceAttributes]().axes)])
    incoming = restored(<Tensor>g, n).permute(order).reshape([x.shape[i] for i in kept] + [1])
    if x.a.size() == 0 or _products_are_near_one(<Tensor>flat):
        result = incoming * (_shifted_products(flat) * flip_last(_shifted_products(flip_last(flat))))
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
    """Whether no product of some of the elements along the last axis leaves the middle of the range."""
    x = detached(x)
    powers = abs(log2(abs(where(x == 0.0, 1.0, x)))).sum(axis=-1)
    return max(powers).item() < (100.0 if x.a.dtype() == DType.F32 else 1000.0)


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


cdef Primitive PROD = define(b"prod", prod_vjp)


@one_vocabulary
def prod(
    x: TensorLike, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The product along an axis, several, or all."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "prod", axis, None, keepdims)
    if dtype is True or dtype is False:  # by position PyTorch's keepdim; no dtype in NumPy
        dtype, keepdims = None, dtype
    cdef Tensor t = _cast_first(x, dtype, b"prod")
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"prod")
    cdef Tensor out = wrap(native.reduce(ReduceOp.Prod, t.a, axes, keepdims))
    if recording(t):
        recorded(out, &PROD, t, axes, keepdims).save(0, t)
    return _cast_last(out, dtype)


cdef int extreme_vjp(Node n, object g, Backward to) except -1:
    """The gradient is shared evenly among the elements that equal the extreme."""
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n).detach()
    hits = logical_or(equal(x.detach(), y), logical_and(isnan(y), isnan(x.detach())))
    count = hits.sum(axis=reduced_axes(n), keepdims=True).astype(x.dtype)
    to.give(0, where(hits, restored(<Tensor>g, n) / where(count == 0.0, 1.0, count), 0.0))
    return 0


cdef Primitive MAX = define(b"max", extreme_vjp)
cdef Primitive MIN = define(b"min", extreme_vjp)


cdef Tensor max_over(Tensor t, object axis, bint keepdims):
    return _extreme(ReduceOp.Max, &MAX, t, axis, keepdims)


cdef Tensor min_over(Tensor t, object axis, bint keepdims):
    return _extreme(ReduceOp.Min, &MIN, t, axis, keepdims)


cdef Tensor _extreme(ReduceOp op, const Primitive* p, Tensor t, object axis, bint keepdims):
    cdef Dims axes = axes_of(axis, t.a.ndim(), p.name)
    cdef Tensor out = wrap(native.reduce(op, t.a, axes, keepdims))
    cdef Node n
    if recording(t):
        n = recorded(out, p, t, axes, keepdims)
        n.save(0, t)
        n.save_output(1, out)
    return out


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
    return max_over(as_tensor(x, b"max"), axis, keepdims)


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
    return min_over(as_tensor(x, b"min"), axis, keepdims)


# ---- logic -----------------------------------------------------------------------------------------------------------

@one_vocabulary
def any(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """Whether any element along an axis, several, or all is nonzero."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "any", axis, None, keepdims)
    cdef Tensor t = as_tensor(x, b"any")
    return wrap(native.reduce(ReduceOp.Any, t.a, axes_of(axis, t.a.ndim(), b"any"), keepdims))


@one_vocabulary
def all(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """Whether all elements along an axis, several, or all are nonzero."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "all", axis, None, keepdims)
    cdef Tensor t = as_tensor(x, b"all")
    return wrap(native.reduce(ReduceOp.All, t.a, axes_of(axis, t.a.ndim(), b"all"), keepdims))


# ---- log of a sum of exponentials ------------------------------------------------------------------------------------

cdef int logsumexp_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n)
    # Where all is -inf, or the result +inf, the share of each element is not defined: exp(NaN), as in PyTorch.
    to.give(0, restored(<Tensor>g, n) * exp(x - y))
    return 0


cdef Primitive LOGSUMEXP = define(b"logsumexp", logsumexp_vjp)


@one_vocabulary
def logsumexp(x: TensorLike, axis: AxisLike = None, keepdims: bool = False, **torchs) -> Tensor:
    """log(sum(exp(x))) along an axis, several, or all, without overflow."""
    if torchs:
        axis, keepdims = in_our_words(torchs, "logsumexp", axis, None, keepdims)
    cdef Tensor t = as_tensor(x, b"logsumexp")
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"logsumexp")
    cdef Tensor out = wrap(native.reduce(ReduceOp.LogSumExp, t.a, axes, keepdims))
    cdef Node n
    if recording(t):
        n = recorded(out, &LOGSUMEXP, t, axes, keepdims)
        n.save(0, t)
        n.save_output(1, out)
    return out


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
            raise ValueError(f"cumulative_sum: name the axis of shape {t.shape}")
        axis = 0
    at = axis_of(axis, t.a.ndim(), b"cumulative_sum")
    out = wrap(native.cumulative_sum(t.a, at, include_initial))
    if recording(t):
        attributes = record1(out, &CUMULATIVE_SUM, t).attributes.set[CumulativeAttributes]()
        attributes.axis = at
        attributes.include_initial = include_initial
    return _cast_last(out, dtype)
