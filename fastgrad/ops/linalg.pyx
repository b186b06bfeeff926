# distutils: language = c++
"""Products of matrices: matmul, tensordot and vecdot; norms; with their gradient rules."""
from libc.float cimport DBL_MAX, FLT_MAX
from libc.math cimport INFINITY, fabs
from libc.stdint cimport int64_t

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, detached, record2, recording, recording2, wrap,
)
from fastgrad._tensor.convert cimport as_double, axis_of, dims_from, dims_to_tuple, number, whole, wholes
from fastgrad._tensor.cpp cimport (
    Dims, DType, is_floating, is_narrow_float, normalize_axis, operator_slots, promote,
)
from fastgrad.ops._common cimport as_operand, as_tensor, in_our_words, is_foreign, is_scalar, refuse
cimport fastgrad.ops._native.matmul as native
cimport fastgrad.ops._native.reduce as native_reduce
from fastgrad.ops._native.reduce cimport scale_of, within
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport INPUT, OUTPUT
from fastgrad.ops.reduce cimport Reduction, axes_of, define_reduction, keeps_axes, record_reduction, restored
from fastgrad.ops.view cimport reshape_to

from fastgrad._tensor.dtype import float32 as fg_float32, float64 as fg_float64
from fastgrad.errors import TensorValueError, UnsupportedDtypeError
from fastgrad.ops._common import foreign_operator, one_vocabulary
from fastgrad.ops.choose import clip, where
from fastgrad.ops.compare import isnan, logical_and
from fastgrad.ops.creation import zeros
from fastgrad.ops.join import concat
from fastgrad.ops.math import abs, sign, sqrt
from fastgrad.ops.reduce import max, min, sum
from fastgrad.ops.view import broadcast_shapes, own, permute_dims, reshape, squeeze

cdef extern from "Python.h":
    bint PyIndex_Check(object)


cdef struct MatmulAttributes:
    int ndim_a, ndim_b


cdef int matmul_vjp(Node n, object gradient, Backward to) except -1:
    """Of vectors as of the matrices they stand for; batches that were broadcast are summed by the engine."""
    cdef Tensor g = gradient, row, column, d
    cdef MatmulAttributes* at = n.attributes.get[MatmulAttributes]()
    cdef bint vector_a = at.ndim_a == 1, vector_b = at.ndim_b == 1
    if vector_b:
        g = with_axis(g, g.a.ndim())
    if vector_a:
        g = with_axis(g, g.a.ndim() - 1)
    if to.wants(0):
        column = n.saved(1)
        if vector_b:
            column = with_axis(column, 1)
        d = matmul_tensors(g, transposed(column))
        if vector_a:
            d = reshape_to(d, _without(d, d.a.ndim() - 2), b"matmul")
        to.give(0, d)
    if to.wants(1):
        row = n.saved(0)
        if vector_a:
            row = with_axis(row, 0)
        if at.ndim_a > 2 and at.ndim_b == 2:
            # One matrix for a batch: one product over the batch instead of a batch of products to sum.
            row = joined_rows(row, b"matmul")
            g = joined_rows(g, b"matmul")
        d = matmul_tensors(transposed(row), g)
        if vector_b:
            d = reshape_to(d, _without(d, d.a.ndim() - 1), b"matmul")
        to.give(1, d)
    return 0


cdef Primitive MATMUL = define(b"matmul", matmul_vjp)


cdef Dims _without(Tensor x, int axis):
    cdef Dims d = x.a.shape()
    d.erase(axis)
    return d


cdef Tensor joined_rows(Tensor x, const char* op):
    """x with all but its last axis joined: a matrix."""
    cdef Dims d
    cdef int64_t columns = x.a.shape(x.a.ndim() - 1), rows = 1
    cdef int i
    for i in range(x.a.ndim() - 1):
        rows *= x.a.shape(i)
    d.push_back(rows)
    d.push_back(columns)
    return reshape_to(x, d, op)


cdef Tensor matmul_tensors(Tensor a, Tensor b):
    cdef Tensor out = wrap(native.matmul(a.a, b.a))
    cdef Node n
    cdef MatmulAttributes* at
    cdef int wanted = recording2(a, b)
    if wanted:
        n = record2(out, &MATMUL, a, b)
        if wanted & SECOND:
            n.save(0, a)
        if wanted & FIRST:
            n.save(1, b)
        at = n.attributes.set[MatmulAttributes]()
        at.ndim_a = a.a.ndim()
        at.ndim_b = b.a.ndim()
    return out


cdef tuple _operands(object x1, object x2, const char* op):
    cdef Tensor t
    if isinstance(x1, Tensor):
        t = <Tensor>x1
        return t, as_operand(x2, op, t.a.dtype())
    t = as_tensor(x2, op)
    return as_operand(x1, op, t.a.dtype()), t


def matmul(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """The matrix product; leading axes broadcast as batches.

    Parameters
    ----------
    x1 : Tensor, shape (..., M, K) or (K,)
        The first factor, or a row.
    x2 : Tensor, shape (..., K, N) or (K,)
        The second factor, or a column; leading axes broadcast.

    Returns
    -------
    Tensor, shape (..., M, N)
        Without the axis M or N where that operand is a vector.

    Raises
    ------
    ValueError
        If K differs, or an operand is a number.
    """
    cdef Tensor a, b
    a, b = _operands(x1, x2, b"matmul")
    return matmul_tensors(a, b)


cdef object matmul_slot(object x, object y):
    if isinstance(x, Tensor) and isinstance(y, Tensor):
        return matmul_tensors(<Tensor>x, <Tensor>y)
    cdef object other = y if isinstance(x, Tensor) else x
    if is_scalar(other):
        raise TensorValueError(f"matmul: a number cannot be multiplied as a matrix, got {other!r}; use *")
    if is_foreign(other):
        return foreign_operator("matmul", x, y)
    return matmul(x, y)


operator_slots.matmul = matmul_slot


# ---- contractions ----------------------------------------------------------------------------------------------------

@one_vocabulary
def vecdot(x1: TensorLike, x2: TensorLike, /, axis: int = -1, **torchs) -> Tensor:
    """Sums of products along an axis; the other axes broadcast."""
    if torchs:
        axis = in_our_words(torchs, "vecdot", axis, -1)[0]
    cdef Tensor a, b
    a, b = _operands(x1, x2, b"vecdot")
    if a.a.ndim() == 0 or b.a.ndim() == 0:
        raise TensorValueError(f"vecdot: operands must have at least 1 axis, got shapes {a.shape} and {b.shape}")
    axis = whole(axis, "vecdot", "axis")
    for t in (a, b):
        axis_of(axis, t.ndim, b"vecdot")
    if a.shape[axis] != b.shape[axis]:
        raise TensorValueError(f"vecdot: lengths {a.shape[axis]} and {b.shape[axis]} of axis {axis} differ, "
                         f"of shapes {a.shape} and {b.shape}")
    from fastgrad.ops.view import moveaxis
    row = moveaxis(a, axis, -1)
    column = moveaxis(b, axis, -1)
    return own(matmul(row[..., None, :], column[..., :, None])[..., 0, 0])


def tensordot(x1: TensorLike, x2: TensorLike, /, axes: int | Sequence[Sequence[int]] = 2) -> Tensor:
    """The sum of products over several axes of each operand.

    Parameters
    ----------
    x1, x2 : Tensor
        The factors.
    axes : int or pair of sequences of int
        How many of the last axes of x1 meet the first of x2, or which axes of each.
    """
    cdef Tensor a, b
    a, b = _operands(x1, x2, b"tensordot")
    if isinstance(axes, float) or PyIndex_Check(axes) and not getattr(axes, "ndim", 0):
        count = whole(axes, "tensordot", "axes")
        if count < 0 or count > a.ndim or count > b.ndim:
            raise TensorValueError(f"tensordot: {count} axes cannot be summed of shapes {a.shape} and {b.shape}")
        axes_a, axes_b = list(range(a.ndim - count, a.ndim)), list(range(count))
    else:
        try:
            first, second = axes
        except (TypeError, ValueError):
            raise TypeError(f"tensordot: axes must be an int or two sequences of ints, got {axes!r}") from None
        axes_a, axes_b = list(wholes(first, "tensordot", "axes")), list(wholes(second, "tensordot", "axes"))
        for names, t in ((axes_a, a), (axes_b, b)):
            for i, e in enumerate(names):
                names[i] = axis_of(e, t.ndim, b"tensordot")
            if len(set(names)) != len(names):
                raise TensorValueError(f"tensordot: repeated axis in {axes}")
    if len(axes_a) != len(axes_b) or any(a.shape[i] != b.shape[j] for i, j in zip(axes_a, axes_b)):
        raise TensorValueError(
            f"tensordot: axes {axes_a} of shape {a.shape} do not match axes {axes_b} of shape {b.shape}")
    free_a = [i for i in range(a.ndim) if i not in axes_a]
    free_b = [i for i in range(b.ndim) if i not in axes_b]
    inner = 1
    for i in axes_a:
        inner *= a.shape[i]
    rows, columns = 1, 1
    for i in free_a:
        rows *= a.shape[i]
    for i in free_b:
        columns *= b.shape[i]
    left = reshape(permute_dims(a, free_a + axes_a), (rows, inner))
    right = reshape(permute_dims(b, axes_b + free_b), (inner, columns))
    return own(reshape(matmul(left, right), [a.shape[i] for i in free_a] + [b.shape[i] for i in free_b]))


def outer(x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """All products of an element of one vector with one of another."""
    cdef Tensor a, b
    a, b = _operands(x1, x2, b"outer")
    if a.a.ndim() != 1 or b.a.ndim() != 1:
        raise TensorValueError(f"outer: operands must be vectors, got shapes {a.shape} and {b.shape}")
    return a[:, None] * b[None, :]


# ---- norms -----------------------------------------------------------------------------------------------------------

cdef int norm_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0), y = restored(n.saved(1), n)
    at_zero = y == 0.0  # where x is 0, too
    to.give(0, where(at_zero, 0.0, restored(<Tensor>g, n)) * (x / where(at_zero, 1.0, y)))
    return 0


cdef Reduction NORM = define_reduction(b"norm", norm_vjp, INPUT | OUTPUT)


cdef Tensor _norm_of(Tensor x, const Dims& axes, bint keepdims):
    """The norm, by way of a scaled copy where squares overflow, or are so small that their lost bits would show."""
    cdef Tensor out = wrap(native_reduce.reduce(NORM.op, x.a, axes, keepdims))
    cdef double small, large
    if x.dtype is fg_float32:
        small, large = 2.0**-50, FLT_MAX
    elif x.dtype is fg_float64:
        small, large = 2.0**-490, DBL_MAX
    else:
        return out
    if x.a.size() == 0 or within(out.a, small, large):
        return out
    x = detached(x)
    scale = wrap(scale_of(x.a, axes, 0.0))
    scaled = <Tensor>(x * scale)
    return <Tensor>(wrap(native_reduce.reduce(NORM.op, scaled.a, axes, True)) / scale).reshape(out.shape)


cdef Tensor _two_norm(Tensor t, object axis, bint keepdims):
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"norm")
    cdef Tensor out = _norm_of(t, axes, keepdims)
    if recording(t):
        record_reduction(out, &NORM, t, axes, keepdims, 0.0)
    return out


cdef Tensor _power_norm(Tensor t, double p, object axis, bint keepdims):
    """sum(|x| ** p) ** (1 / p) of elements scaled so that no power overflows or vanishes. The gradient at 0 is 0."""
    cdef Dims axes = axes_of(axis, t.a.ndim(), b"norm")
    size = abs(t)
    plain = size.detach()
    scale = 1.0
    if t.a.size():
        scale = (max if p > 0 else min)(plain, axis, True)
        scale = where(logical_and(scale > 0.0, scale < float("inf")), scale, 1.0)
    zero = plain == 0.0
    powers = where(zero, 0.0 if p > 0 else float("inf"), where(zero, 1.0, size / scale) ** p)
    total = sum(powers, axis, None, True)
    nothing = total == 0.0
    cdef double least = 0.0 if p > 0 else INFINITY, most = INFINITY if p > 0 else 0.0
    if fabs(1.0 / p) <= (FLT_MAX if t.a.dtype() == DType.F32 else DBL_MAX):
        out = where(nothing, least, scale * where(nothing, 1.0, total) ** (1.0 / p))
    else:  # powers are 1: of one element it is that one, of several the limit, which has no slope
        out = where(total == 1.0, sum(size, axis, None, True), where(nothing, least, most))
    return out if keepdims else own(squeeze(out, dims_to_tuple(axes)))


cdef Tensor _norm_by_singular_values(Tensor t, object ord, object axis, bint keepdims):
    """Of the matrices along two axes, or of the matrix that t is."""
    from fastgrad.linalg import matrix_norm
    from fastgrad.ops.view import moveaxis
    axes = tuple(range(t.ndim)) if axis is None else wholes(axis, "norm", "axis")
    if len(axes) != 2:
        raise TensorValueError(f"norm: ord={ord!r} is of matrices, along two axes, got axis {axis} of shape {t.shape}")
    at = [axis_of(i, t.a.ndim(), b"norm") for i in axes]
    if at[0] == at[1]:
        raise TensorValueError(f"norm: repeated axis in {axis}")
    out = matrix_norm(moveaxis(t, at, (-2, -1)), ord=ord)
    return out.reshape([1 if i in at else n for i, n in enumerate(t.shape)]) if keepdims else out


cdef Tensor _vector_norm(Tensor t, object ord, object axis, bint keepdims):
    """Of all elements along the axes, as if they were one vector."""
    if isinstance(ord, str):
        if ord == "nuc":
            return _norm_by_singular_values(t, ord, axis, keepdims)
        if ord != "fro":
            raise TensorValueError(f"norm: ord must be a number, 'fro' or None, got {ord!r}")
        ord = None
    if is_narrow_float(t.a.dtype()):
        return cast_to(_vector_norm(cast_to(t, DType.F32), ord, axis, keepdims), t.a.dtype())
    if not is_floating(t.a.dtype()):
        t = cast_to(t, DType.F32)
    if ord is None or ord == 2:
        return _two_norm(t, axis, keepdims)
    if ord == float("inf"):
        return max(abs(t), axis, keepdims)
    if ord == -float("inf"):
        return min(abs(t), axis, keepdims)
    if ord == 0:  # how many are not zero, on the graph, where its gradient is 0
        return sum(where(isnan(t), 1.0, abs(sign(t))), axis, None, keepdims)
    if ord == 1:
        return sum(abs(t), axis, None, keepdims)
    return _power_norm(t, ord, axis, keepdims)


cdef Tensor _matrix_norm(Tensor t, object ord, object axis, bint keepdims):
    cdef Dims axes = dims_from(axis, b"norm")
    cdef int rows = normalize_axis(axes[0], t.a.ndim(), b"norm"), columns = normalize_axis(axes[1], t.a.ndim(), b"norm")
    if ord == "fro" or ord == "nuc":
        return _vector_norm(t, ord, axis, keepdims)
    if ord == 2 or ord == -2:
        return _norm_by_singular_values(t, ord, axis, keepdims)
    if ord not in (1, -1, float("inf"), -float("inf")):
        raise TensorValueError(f"norm: ord of a matrix must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}")
    if rows == columns:
        raise TensorValueError(f"norm: repeated axis in {axis}")
    sums = _vector_norm(t, 1, rows if ord == 1 or ord == -1 else columns, True)
    out = (max if ord > 0 else min)(sums, (rows, columns), True)
    return out if keepdims else own(squeeze(out, (rows, columns)))


cdef object _order(object ord):
    if ord is None or isinstance(ord, str):
        return ord
    ord = number(ord, "norm", "ord")
    as_double(ord, "norm", "ord")
    return ord


def norm(
    x: TensorLike, ord: float | str | None = None, axis: AxisLike = None, keepdims: bool = False, **unknown
) -> Tensor:
    """The norm of vectors or matrices (NumPy's ``linalg.norm``); by default the root of the sum of squares, in which no
    square overflows or vanishes. float32 of integers. Its gradient at 0 is 0.

    Parameters
    ----------
    x : Tensor
        A vector or a matrix, or what has them along `axis`.
    ord : number, "fro" or "nuc", optional
        Of vectors: 1, 2, inf, -inf, 0 (how many are not zero) or p, for ``sum(abs(x) ** p) ** (1 / p)``. Of matrices:
        "fro" (the default), 1 and -1 (the largest and smallest sum of a column), inf and -inf (of a row), 2 and -2 (the
        largest and smallest singular value), "nuc" (their sum).
    axis : int or pair of int, optional
        One axis: of vectors; two: of matrices. None: of the vector or matrix that x is, and without `ord` of all
        elements.
    keepdims : bool
        Whether the axes stay, with length 1; by default not.

    Raises
    ------
    ValueError
        If there is no such order, or the axes are not those of a vector or a matrix.
    """
    if unknown:
        refuse(unknown, "norm",
               "two axes are those of matrices; x.norm, which is PyTorch's, takes them as one vector's")
    cdef Tensor t = as_tensor(x, b"norm")
    cdef bint kept = keeps_axes(keepdims, b"norm")
    ord = _order(ord)
    if ord is None:
        return _vector_norm(t, ord, axis, kept)
    if axis is None:
        if t.a.ndim() not in (1, 2):
            raise TensorValueError(f"norm: with ord, name the one or two axes of shape {t.shape}")
        axis = tuple(range(t.a.ndim()))
    axis = wholes(axis, "norm", "axis")
    if len(axis) == 1:
        return _vector_norm(t, ord, axis, kept)
    if len(axis) != 2:
        raise TensorValueError(f"norm: with ord, axis must be an int or two, got {axis}")
    return _matrix_norm(t, ord, axis, kept)


@one_vocabulary
def _method_norm(
    Tensor self, ord: float | str | None = None, axis: AxisLike = None, keepdims: bool = False, **torchs
) -> Tensor:
    """The norm of all elements along the axes as of one vector, of any order (PyTorch's): see ``fastgrad.norm``."""
    if torchs:
        if "p" in torchs and ord is None:
            ord = torchs.pop("p")
        axis, keepdims = in_our_words(torchs, "norm", axis, None, keepdims)
    return _vector_norm(self, _order(ord), axis, keeps_axes(keepdims, b"norm"))


# ---- distances -------------------------------------------------------------------------------------------------------

# As many differences are made at a time as stay in the outer cache.
cdef int64_t _MOST_DIFFERENCES = 1 << 20


cdef list _row_cuts(Tensor a, Tensor b):
    """Where to cut the rows of a, so that their differences from those of b are not too many at once."""
    cdef int64_t rows = a.shape[a.a.ndim() - 2], each = b.a.size()
    for length in a.shape[:a.a.ndim() - 2]:
        each *= length
    cdef int64_t step = _MOST_DIFFERENCES // each if each else rows
    step = step if step > 1 else 1
    return [(i, i + step if i + step < rows else rows) for i in range(0, rows, step)] or [(0, 0)]


cdef object _distances(Tensor a, Tensor b, double p):
    parts = [(a[..., i:j, :].unsqueeze(-2) - b.unsqueeze(-3)).norm(p, -1) for i, j in _row_cuts(a, b)]
    return parts[0] if len(parts) == 1 else concat(parts, axis=-2)


cdef object _distances_by_product(Tensor a, Tensor b):
    squares = (a * a).sum(-1, keepdims=True) + (b * b).sum(-1, keepdims=True).mT
    return sqrt(clip(squares - (a @ b.mT) * 2.0, min=0.0))


cdef object _along_differences(object difference, object distance, object g, double p):
    """What each coordinate's difference passes on of g, the gradient of distances: nothing at equal points."""
    if p == 1.0:
        return sign(difference) * g
    if p == float("inf"):
        return where(abs(difference) == distance, sign(difference) * g, 0.0)
    g = where(distance == 0.0, 0.0, g)
    distance = where(distance == 0.0, 1.0, distance)
    if p == 2.0:
        return difference * (g / distance)
    size = where(difference == 0.0, 1.0, abs(difference))
    return sign(difference) * (size / distance) ** (p - 1.0) * g


cdef struct DistanceAttributes:
    double p
    bint by_product


cdef int cdist_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0), b = n.saved(1), d = n.saved(2)
    cdef DistanceAttributes* at = n.attributes.get[DistanceAttributes]()
    if at.by_product:
        ratio = where(d == 0.0, 0.0, g / where(d == 0.0, 1.0, d))
        if to.wants(0):
            to.give(0, a * ratio.sum(-1, keepdims=True) - ratio @ b)
        if to.wants(1):
            to.give(1, b * ratio.sum(-2, keepdims=True).mT - ratio.mT @ a)
        return 0
    first, second = [], None
    for i, j in _row_cuts(a, b):
        part = _along_differences(
            a[..., i:j, :].unsqueeze(-2) - b.unsqueeze(-3), d[..., i:j, :].unsqueeze(-1), g[..., i:j, :].unsqueeze(-1),
            at.p)
        if to.wants(0):
            first.append(part.sum(-2))
        if to.wants(1):
            second = part.sum(-3) if second is None else second + part.sum(-3)
    if to.wants(0):
        to.give(0, first[0] if len(first) == 1 else concat(first, axis=-2))
    if to.wants(1):
        to.give(1, -second)
    return 0


cdef Primitive CDIST = define(b"cdist", cdist_vjp)


cdef Tensor _of_no_slope(Tensor out, Tensor a, Tensor b):
    """On the graph of a and b, with a gradient that is 0, of which nothing need be kept."""
    return out + where(False, a, 0.0).sum() + where(False, b, 0.0).sum()


cdef tuple _MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
)


def cdist(
    x1: TensorLike, x2: TensorLike, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The p-norm distances between each row of one matrix and each of another. The gradient between equal rows is 0.

    Parameters
    ----------
    x1 : Tensor, shape (..., P, M)
        P points of M coordinates.
    x2 : Tensor, shape (..., R, M)
        The leading axes broadcast.
    p : float, default 2.0
        The norm's order, not negative.
    compute_mode : str
        "use_mm_for_euclid_dist" computes distances of order 2 by a product of matrices: faster, and less exact between
        rows that are close to each other; "donot_use_mm_for_euclid_dist" does not, and
        "use_mm_for_euclid_dist_if_necessary" where P or R is above 25.

    Returns
    -------
    Tensor, shape (..., P, R)

    Raises
    ------
    ValueError
        If the shapes do not fit, p is negative, or the mode is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.cdist(fg.tensor([[0.0, 0.0], [3.0, 0.0]]), fg.tensor([[3.0, 4.0]])).tolist()
    [[5.0], [4.0]]
    """
    cdef Tensor a = as_tensor(x1, b"cdist"), b = as_operand(x2, b"cdist", a.a.dtype()), out
    cdef double power = as_double(number(p, "cdist", "p"), "cdist", "p")
    cdef bint by_product
    cdef DType common
    cdef Node n
    cdef int wanted
    cdef DistanceAttributes* at
    if compute_mode not in _MODES:
        raise TensorValueError(
            f"cdist: compute_mode must be one of {', '.join(map(repr, _MODES))}, got {compute_mode!r}")
    if not power >= 0.0:
        raise TensorValueError(f"cdist: p must not be negative, got {p}")
    if not (is_floating(a.a.dtype()) and is_floating(b.a.dtype())):
        raise UnsupportedDtypeError(f"cdist: x1 and x2 must be floats, got {a.dtype} and {b.dtype}; convert with "
                        ".astype(fg.float32)")
    if a.a.ndim() < 2 or b.a.ndim() < 2 or a.shape[-1] != b.shape[-1]:
        raise TensorValueError(
            f"cdist: x1 and x2 must have shapes (..., P, M) and (..., R, M), got {a.shape} and {b.shape}")
    try:
        leading = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise TensorValueError(f"cdist: the leading axes of {a.shape} and {b.shape} do not broadcast") from None
    common = promote(a.a.dtype(), b.a.dtype(), b"cdist")
    a, b = cast_to(a, common), cast_to(b, common)
    if is_narrow_float(common):
        return cast_to(cdist(cast_to(a, DType.F32), cast_to(b, DType.F32), p, compute_mode), common)
    wanted = recording2(a, b)
    if a.shape[-1] == 0:
        out = zeros((*leading, a.shape[-2], b.shape[-2]), dtype=a.dtype)
        return _of_no_slope(out, a, b) if wanted else out
    by_product = power == 2.0 and (compute_mode == _MODES[1] or compute_mode == _MODES[0] and (
        a.shape[-2] > 25 or b.shape[-2] > 25))
    if by_product:
        out = _distances_by_product(detached(a), detached(b))
    else:
        out = _distances(detached(a), detached(b), power)
    if wanted and power == 0.0:  # counts
        return _of_no_slope(out, a, b)
    if wanted:
        n = record2(out, &CDIST, a, b)
        n.save(0, a)
        n.save(1, b)
        n.save_output(2, out)
        at = n.attributes.set[DistanceAttributes]()
        at.p = power
        at.by_product = by_product
    return out
