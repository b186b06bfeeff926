# distutils: language = c++
"""Putting tensors together and taking them apart: concat, stack, split, tile, repeat, roll."""
from libc.stdint cimport INT64_MAX, int64_t

from fastgrad._tensor cimport (
    Backward, Node, ONE_OF_SEVERAL, Primitive, Tensor, add_output, define, make_view, record1, record_all,
    recording, wrap,
)
from fastgrad._tensor.convert cimport axis_of, whole, wholes
from fastgrad._tensor.cpp cimport Array, Dims, DType, grad_off, promote
from fastgrad.ops._native.copy cimport copy_into
from fastgrad.ops._common cimport as_operand, as_tensor, in_our_words, refuse
from fastgrad.ops.view cimport slice_axis

from fastgrad.errors import TensorValueError, UnsupportedDtypeError
from fastgrad.ops._common import one_vocabulary
from fastgrad.ops.view import broadcast_to, expand_dims, own, reshape

cdef extern from "Python.h":
    bint PyIndex_Check(object)


# ---- together --------------------------------------------------------------------------------------------------------

cdef struct ConcatAttributes:
    int axis


cdef int concat_vjp(Node n, object g, Backward to) except -1:
    cdef int i, axis = n.attributes.get[ConcatAttributes]().axis
    cdef int64_t start = 0, length
    for i in range(n.inputs):
        length = n.context[i]
        if to.wants(i):
            to.give(i, slice_axis(<Tensor>g, axis, start, start + length, 1))
        start += length
    return 0


cdef Primitive CONCAT = define(b"concat", concat_vjp)


cdef list _tensors(object tensors, const char* op):
    if isinstance(tensors, Tensor) or not hasattr(tensors, "__iter__"):
        raise TypeError(f"{op.decode()}: tensors must be a sequence of tensors, got {type(tensors).__name__}")
    cdef list found = list(tensors)  # a copy: converting what it holds may run code that changes it
    cdef DType widest = DType.F32
    if not found:
        raise TensorValueError(f"{op.decode()}: there must be at least one tensor, got none")
    for t in found:
        if isinstance(t, Tensor) and (<Tensor>t).a.dtype() == DType.F64:
            widest = DType.F64
    return [as_operand(t, op, widest) for t in found]


cdef object _differ(list parts, int at, int axis, Tensor t):
    """The error of lengths that differ; its other sentences are PyTorch's, which programs look for."""
    cdef Tensor first = parts[0]
    number = [part is t for part in parts].index(True)
    return TensorValueError(
        f"concat: shapes {first.shape} and {t.shape} differ on another axis than {at}. Sizes of tensors must match except "
        f"in dimension {at}. Expected size {first.a.shape(axis)} but got size {t.a.shape(axis)} for tensor number {number} "
        "in the list."
    )


@one_vocabulary
def concat(tensors: Sequence[TensorLike], /, axis: int = 0, **torchs) -> Tensor:
    """Tensors one after the other along an axis (flattened first for ``axis=None``); dtypes are promoted.

    Raises
    ------
    ValueError
        If there are none, or the other axes differ.
    """
    if torchs:
        axis = in_our_words(torchs, "concat", axis, 0)[0]
    cdef list parts = _tensors(tensors, b"concat")
    cdef Tensor first, t, out
    cdef Dims shape
    cdef DType dtype
    cdef Array a
    cdef int at, i
    cdef int64_t start = 0
    cdef Node n
    if axis is None:
        parts = [reshape(t, -1) for t in parts]
        axis = 0
    first = parts[0]
    if first.a.ndim() == 0:
        raise TensorValueError("concat: 0-dimensional tensors have no axis to join along; use stack")
    at = axis_of(axis, first.a.ndim(), b"concat")
    shape = first.a.shape()
    dtype = first.a.dtype()
    shape[at] = 0
    for t in parts:
        if t.a.ndim() != first.a.ndim():
            raise TensorValueError(f"concat: shapes {first.shape} and {t.shape} have different numbers of axes")
        for i in range(t.a.ndim()):
            if i != at and t.a.shape(i) != shape[i]:
                raise _differ(parts, at, i, t)
        if t.a.shape(at) > INT64_MAX - shape[at]:
            raise TensorValueError(f"concat: the lengths along axis {at} add up to more than can be addressed")
        shape[at] += t.a.shape(at)
        dtype = promote(dtype, t.a.dtype(), b"concat")
    for t in parts:  # the axes lie in the order of the first part's that repeats nothing
        if not t.a.has_overlap():
            a = Array.empty_with_layout(shape, dtype, t.a.strides())
            break
    else:
        a = Array.empty(shape, dtype)
    for t in parts:
        if t.a.size():
            copy_into(a.slice(at, start, start + t.a.shape(at), 1), t.a)
        start += t.a.shape(at)
    out = wrap(a)
    if any([recording(<Tensor>p) for p in parts]):
        n = record_all(out, &CONCAT, parts)
        n.context = tuple([(<Tensor>p).a.shape(at) for p in parts])
        n.attributes.set[ConcatAttributes]().axis = at
    return out


@one_vocabulary
def stack(tensors: Sequence[TensorLike], /, axis: int = 0, **torchs) -> Tensor:
    """Tensors of one shape along a new axis.

    Raises ValueError if there are none or their shapes differ.
    """
    if torchs:
        axis = in_our_words(torchs, "stack", axis, 0)[0]
    parts = _tensors(tensors, b"stack")
    for t in parts:
        if t.shape != parts[0].shape:
            raise TensorValueError(
                f"stack: shapes {parts[0].shape} and {t.shape} differ; stack expects each tensor to be equal size")
    at = axis_of(axis, parts[0].ndim + 1, b"stack")
    return concat([expand_dims(t, at) for t in parts], axis=at)


# ---- apart -----------------------------------------------------------------------------------------------------------

cdef struct SplitAttributes:
    int axis
    bint drop   # the pieces are without it


cdef int pieces_vjp(Node n, object grads, Backward to) except -1:
    """One node for all pieces: their gradients are put side by side once, not padded one by one."""
    cdef SplitAttributes* at = n.attributes.get[SplitAttributes]()
    cdef int i
    parts = []
    some = None
    for g in (grads if n.more_outputs is not None else (grads,)):
        some = g if g is not None else some
        parts.append(g)
    from fastgrad.ops.creation import zeros
    for i, g in enumerate(parts):
        if g is None:  # one zero, repeated: the order of axes is that of the others
            parts[i] = zeros((), dtype=some.dtype).expand(n.context[i])
    to.give(0, stack(parts, axis=at.axis) if at.drop else concat(parts, axis=at.axis))
    return 0


cdef Primitive SPLIT = define(b"split", pieces_vjp)


cdef tuple pieces(Tensor t, int axis, list bounds, bint drop):
    """Views of t between bounds along an axis, as outputs of one node; drop: without the axis."""
    cdef list parts = []
    cdef Array a
    cdef Tensor part
    cdef Node n = None
    cdef SplitAttributes* at
    cdef int recorded
    for start, stop in bounds:
        a = t.a.slice(axis, start, stop, 1)
        if drop:
            a = a.squeeze(axis)
        parts.append(make_view(t, a))
    if not parts:
        return ()
    recorded = recording(t)
    if recorded or grad_off:  # else they are views like slices: a write to one gives the base a history, and it follows
        for part in parts:
            part.view_kind |= ONE_OF_SEVERAL
    if recorded:
        n = record1(<Tensor>parts[0], &SPLIT, t)
        for part in parts[1:]:
            add_output(n, part)
        n.context = tuple([p.shape for p in parts])
        at = n.attributes.set[SplitAttributes]()
        at.axis = axis
        at.drop = drop
    return tuple(parts)


def split(x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0, **unknown) -> list[Tensor]:
    """Views of consecutive parts along an axis: equal ones, or up to each of these indices (NumPy's split).

    Parameters
    ----------
    x : Tensor
        What is cut.
    indices_or_sections : int or sequence of int
        The number of equal parts, or where to cut.
    axis : int
        The axis that is cut, by default the first.

    Raises
    ------
    ValueError
        If the axis cannot be cut into that many equal parts.
    """
    if unknown:
        refuse(unknown, "split", "split cuts into sections or at indices, not into lengths, as x.split does")
    cdef Tensor t = as_tensor(x, b"split")
    cdef int at = axis_of(axis, t.a.ndim(), b"split")
    cdef int64_t length = t.a.shape(at), each
    if PyIndex_Check(indices_or_sections) and not getattr(indices_or_sections, "ndim", 0):
        sections = whole(indices_or_sections, "split", "indices_or_sections")
        if sections < 1 or length % sections:
            raise TensorValueError(f"split: an axis of length {length} cannot be cut into {sections} equal parts")
        each = length // sections
        bounds = [(i * each, (i + 1) * each) for i in range(sections)]
    else:
        cuts = [0] + [min(max(i + length if i < 0 else i, 0), length) 
                      for i in wholes(indices_or_sections, "split", "indices_or_sections")] + [length]
        bounds = [(a, max(a, b)) for a, b in zip(cuts, cuts[1:])]
        if cuts != sorted(cuts):  # then parts overlap, and their gradients are not those of the whole side by side
            return [slice_axis(t, at, a, b, 1) for a, b in bounds]
    return pieces(t, at, bounds, False)


@one_vocabulary
def unstack(x: TensorLike, /, axis: int = 0, **torchs) -> tuple[Tensor, ...]:
    """Views of each position along an axis, without that axis."""
    if torchs:
        axis = in_our_words(torchs, "unstack", axis, 0)[0]
    cdef Tensor t = as_tensor(x, b"unstack")
    cdef int at
    if t.a.ndim() == 0:
        raise TensorValueError("unstack: a 0-dimensional tensor has no axis")
    at = axis_of(axis, t.a.ndim(), b"unstack")
    return pieces(t, at, [(i, i + 1) for i in range(t.a.shape(at))], True)


# ---- repetition ------------------------------------------------------------------------------------------------------

def tile(x: TensorLike, repetitions: ShapeLike, /) -> Tensor:
    """The whole tensor repeated along each axis."""
    cdef Tensor t = as_tensor(x, b"tile")
    reps = wholes(repetitions, "tile", "repetitions")
    if any(r < 0 for r in reps):
        raise TensorValueError(f"tile: negative repetitions in {repetitions}")
    ndim = max(t.ndim, len(reps))
    shape = (1,) * (ndim - t.ndim) + t.shape
    reps = (1,) * (ndim - len(reps)) + reps
    doubled, wide, merged = [], [], []
    for n, r in zip(shape, reps):
        doubled += [1, n]
        wide += [r, n]
        merged.append(n * r)
    return _own(reshape(broadcast_to(reshape(t, doubled), wide), merged), t)


cdef Tensor _own(Tensor result, Tensor source):
    """The result, or a copy where it is still a view of its source (nothing, or only axes of length 1, repeated)."""
    return result.clone() if result.a.storage().get() == source.a.storage().get() else result


def repeat(x: TensorLike, repeats: TensorLike, /, axis: int | None = None, **unknown) -> Tensor:
    """Each element repeated, along an axis or (None) of all in C order. ``tile`` repeats the whole.

    Parameters
    ----------
    x : Tensor
        What is repeated.
    repeats : int, or integer Tensor or sequence with one number for each position
        How often each position stands in the result.
    axis : int, optional
        The axis whose positions are repeated; without it, all elements in a line.
    """
    if unknown:
        refuse(unknown, "repeat", "it repeats each element (PyTorch's repeat is tile)")
    cdef Tensor t = as_tensor(x, b"repeat")
    if axis is None:
        t = reshape(t, -1)
        axis = 0
    at = axis_of(axis, t.a.ndim(), b"repeat")
    if isinstance(repeats, float) or PyIndex_Check(repeats) and not getattr(repeats, "ndim", 0):
        count = whole(repeats, "repeat", "repeats")
        if count < 0:
            raise TensorValueError(f"repeat: negative repeats, {count}")
        wide = expand_dims(t, at + 1)
        shape = wide.shape[:at + 1] + (count,) + wide.shape[at + 2:]
        return _own(reshape(broadcast_to(wide, shape), t.shape[:at] + (t.shape[at] * count,) + t.shape[at + 1:]), t)
    import numpy
    counts = numpy.array(as_tensor(repeats, b"repeat").detach())  # a copy: what is checked is what is used
    if counts.size == 0:
        counts = counts.astype(numpy.int64)
    if counts.dtype.kind not in "iu":
        raise UnsupportedDtypeError(f"repeat: repeats must be integers, got {counts.dtype}")
    if counts.shape != (t.shape[at],) and counts.shape != (1,):
        raise TensorValueError(f"repeat: {counts.shape} repeats do not fit axis {at} of shape {t.shape}")
    if (counts < 0).any():
        raise TensorValueError("repeat: repeats must not be negative")
    total = float(counts.sum(dtype=numpy.float64)) * (t.shape[at] if counts.shape == (1,) else 1)
    if total >= 2.0**60:  # of places, which are int64; their sum in integers may wrap around
        raise MemoryError(f"repeat: the repeats add up to {total:.6g} places, more than can be addressed")
    from fastgrad.ops.index import take
    return take(t, as_tensor(numpy.repeat(numpy.arange(t.shape[at]), counts), b"repeat"), axis=at)


# ---- rolling ---------------------------------------------------------------------------------------------------------

@one_vocabulary
def roll(x: TensorLike, /, shift: ShapeLike, axis: AxisLike = None, **torchs) -> Tensor:
    """Elements shifted along axes (of all in C order for None); what leaves at the end comes back at the start."""
    if torchs:
        axis = in_our_words(torchs, "roll", axis)[0]
    cdef Tensor t = as_tensor(x, b"roll")
    if axis is None:
        return own(reshape(roll(reshape(t, -1), whole(shift, "roll", "shift"), axis=0), t.shape))
    shifts, axes = wholes(shift, "roll", "shift"), wholes(axis, "roll", "axis")
    if len(shifts) == 1:
        shifts = shifts * len(axes)
    if len(shifts) != len(axes):
        raise TensorValueError(f"roll: {len(shifts)} shifts for {len(axes)} axes")
    for s, e in zip(shifts, axes):
        at = axis_of(e, t.a.ndim(), b"roll")
        length = t.a.shape(at)
        if length == 0 or s % length == 0:
            continue
        cut = length - s % length
        t = concat([slice_axis(t, at, cut, length, 1), slice_axis(t, at, 0, cut, 1)], axis=at)
    return t if t is not x else t.clone()
