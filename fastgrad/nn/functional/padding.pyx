# distutils: language = c++
"""Padding of signals, images and volumes. Elements repeated at the edges are copies of slices, axis by axis; the gradient
adds those slices back in the opposite order. The two are a pair of linear operations: the rule of each is the other."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport number, words
from fastgrad._tensor.cpp cimport Array, Dims, DType, is_narrow_float
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops._native.copy cimport cast, clone, copy_into
from fastgrad.ops._native.elementwise cimport BinaryOp, binary_into
from fastgrad.ops.pad cimport pad_constant
from fastgrad.ops.reduce cimport sum_over
from fastgrad.ops.view cimport basic_view

from fastgrad.errors import TensorValueError

cdef enum Mode:
    REFLECT
    REPLICATE
    CIRCULAR

cdef dict MODES = {"reflect": REFLECT, "replicate": REPLICATE, "circular": CIRCULAR}


# How many elements are repeated before and after each of the last axes, the last one first.
cdef struct EdgeAttributes:
    Mode mode
    int axes
    int64_t[3] before
    int64_t[3] after


cdef int extend_vjp(Node n, object g, Backward to) except -1:
    to.give(0, fold_edges(<Tensor>g, n.attributes.get[EdgeAttributes]()))
    return 0


cdef int fold_edges_vjp(Node n, object g, Backward to) except -1:
    to.give(0, extend(<Tensor>g, n.attributes.get[EdgeAttributes]()))
    return 0


cdef Primitive EXTEND = define(b"pad", extend_vjp)
cdef Primitive FOLD_EDGES = define(b"pad_backward", fold_edges_vjp)


# Of one axis of a padded array: which elements are padding, and which ones of the same array they repeat.
cdef struct Edge:
    int64_t begin, end
    int64_t source_begin, source_end, source_step


cdef Edge edge_of(Mode mode, bint last, int64_t before, int64_t size, int64_t after) noexcept:
    """The padding after the elements, or before them. Of REPLICATE, one element is repeated."""
    cdef Edge e
    cdef int64_t width = after if last else before
    e.begin = before + size if last else 0
    e.end = e.begin + width
    e.source_step = 1
    if mode == REFLECT:
        e.source_step = -1
        e.source_begin = before + size - 2 if last else 2 * before
        e.source_end = e.source_begin - width
    elif mode == CIRCULAR:
        e.source_begin = before if last else size
        e.source_end = e.source_begin + width
    else:
        e.source_begin = before + size - 1 if last else before
        e.source_end = e.source_begin + 1
    return e


cdef Array without_padding(Array a, const EdgeAttributes* p, int first) except *:
    """A padded array without the padding of the axes from `first` on."""
    cdef int i, axis
    for i in range(first, p.axes):
        axis = a.ndim() - 1 - i
        a = a.slice(axis, p.before[i], a.shape(axis) - p.after[i], 1)
    return a


cdef Tensor extend(Tensor x, const EdgeAttributes* p):
    cdef Dims shape = x.a.shape()
    cdef int i, axis
    cdef bint last
    cdef Array out, part, padding
    cdef Edge e
    cdef Tensor result
    for i in range(p.axes):
        shape[x.a.ndim() - 1 - i] += p.before[i] + p.after[i]
    out = Array.empty_with_layout(shape, x.a.dtype(), x.a.strides())
    copy_into(without_padding(out, p, 0), x.a)
    for i in range(p.axes):
        axis = x.a.ndim() - 1 - i
        part = without_padding(out, p, i + 1)
        for last in range(2):
            e = edge_of(p.mode, last, p.before[i], x.a.shape(axis), p.after[i])
            padding = part.slice(axis, e.begin, e.end, 1)
            if padding.size():
                copy_into(
                    padding,
                    part.slice(axis, e.source_begin, e.source_end, e.source_step).broadcast_to(padding.shape()))
    result = wrap(out)
    if recording(x):
        record1(result, &EXTEND, x).attributes.set[EdgeAttributes]()[0] = p[0]
    return result


cdef Tensor fold_edges(Tensor g, const EdgeAttributes* p):
    """The gradient of what was extended: that of its elements, and of all that repeated them."""
    cdef DType dtype = g.a.dtype()
    cdef bint narrow = is_narrow_float(dtype)
    cdef Array out = cast(g.a, DType.F32) if narrow else clone(g.a), part, source, padding
    cdef int i, axis
    cdef bint last
    cdef Edge e
    cdef Tensor result
    for i in range(p.axes - 1, -1, -1):
        axis = g.a.ndim() - 1 - i
        part = without_padding(out, p, i + 1)
        for last in range(2):
            e = edge_of(p.mode, last, p.before[i], part.shape(axis) - p.before[i] - p.after[i], p.after[i])
            padding = part.slice(axis, e.begin, e.end, 1)
            if padding.size():
                source = part.slice(axis, e.source_begin, e.source_end, e.source_step)
                if p.mode == REPLICATE and padding.shape(axis) > 1:
                    padding = sum_over(wrap(padding), Dims(1, axis), True).a
                binary_into(source, BinaryOp.Add, source, padding)
    result = wrap(cast(without_padding(out, p, 0), dtype))  # a copy, its axes in the order of g's
    if recording(g):
        record1(result, &FOLD_EDGES, g).attributes.set[EdgeAttributes]()[0] = p[0]
    return result


cdef Tensor cropped(Tensor x, list widths):
    """x without what is before and after its last axes, so much as these pairs say, the last axis first."""
    cdef int first = x.a.ndim() - len(widths)
    if not any(before or after for before, after in widths):
        return x
    kept = [(0, x.a.shape(i), 1) for i in range(first)]
    for i, (before, after) in enumerate(reversed(widths), first):
        kept.append((before, x.a.shape(i) - after, 1))
    return basic_view(x, tuple(kept))


cdef Tensor padded_constant(Tensor x, list widths, object value):
    """With a number around the last axes, so often as the pairs say, the last axis first; cropped where they are negative."""
    cdef list pairs = [(0, 0)] * (x.a.ndim() - len(widths))
    pairs += [(max(before, 0), max(after, 0)) for before, after in reversed(widths)]
    return pad_constant(cropped(x, [(max(-before, 0), max(-after, 0)) for before, after in widths]), pairs, value)


cdef Tensor repeated(Tensor x, list widths, str mode):
    cdef EdgeAttributes p
    cdef list crops = [(max(-before, 0), max(-after, 0)) for before, after in widths]
    p.mode = MODES[mode]
    p.axes = len(widths)
    for i, (before, after) in enumerate(widths):
        size = x.a.shape(x.a.ndim() - 1 - i)
        # reflection leaves out the edge itself, and nothing of what is left goes round more than once
        most = {"reflect": size - 1, "circular": size + min(before, 0) + min(after, 0)}.get(mode, None if size else 0)
        if most is not None and max(before, after) > most:
            raise TensorValueError(
                f"pad: with mode {mode!r}, the padding of an axis of length {size} must be at most {max(most, 0)}, got "
                f"{(before, after)} for axis {x.a.ndim() - 1 - i} of shape {x.shape}"
            )
        p.before[i], p.after[i] = max(before, 0), max(after, 0)
    # Cyclic is what is left; a reflection is that of the whole.
    if p.mode == CIRCULAR:
        return extend(cropped(x, crops), &p)
    cdef Tensor out = cropped(extend(x, &p), crops)
    return out if out.base is None else out.clone()


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Put elements around the last axes.

    Parameters
    ----------
    input : Tensor
        Of any shape with mode "constant". The other modes pad the last one, two or three axes of signals (N, C, L),
        images (N, C, H, W) and volumes (N, C, D, H, W), or of one of them without N.
    pad : sequence of int
        How many before and after the last axis, then before and after the one before it, and so on. Negative numbers
        take elements away.
    mode : {"constant", "reflect", "replicate", "circular"}
        The elements put there: `value`; the axis mirrored at its first and last element; the first and the last element
        over and over; the axis from its other end on.
    value : number, optional
        What mode "constant" puts there, by default 0.

    Returns
    -------
    Tensor
        Of the input's dtype and layout.

    Raises
    ------
    ValueError
        If there are more numbers than sides, or more is to be mirrored or repeated than there is.
    TypeError
        If `pad` holds anything but ints.

    See Also
    --------
    fastgrad.pad : NumPy's, of which the first axis comes first.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0, 2.0, 3.0]])
    >>> fg.nn.functional.pad(x, (1, 2)).tolist()
    [[0.0, 1.0, 2.0, 3.0, 0.0, 0.0]]
    >>> fg.nn.functional.pad(x, (1, 2), mode="reflect").tolist()
    [[2.0, 1.0, 2.0, 3.0, 2.0, 1.0]]
    """
    cdef Tensor x = as_tensor(input, b"pad")
    cdef tuple given = words(pad, "pad", "pad")
    cdef list widths = list(zip(given[::2], given[1::2]))
    cdef int axes = len(widths)
    if len(given) % 2:
        raise TensorValueError(
            f"pad: pad must have two numbers for each axis, the last axis first, got {len(given)}: {pad}")
    if axes > x.a.ndim():
        raise TensorValueError(
            f"pad: pad has numbers for {axes} axes, {pad}, and the input {x.a.ndim()}, of shape {x.shape}")
    for i, (before, after) in enumerate(widths):
        if x.a.shape(x.a.ndim() - 1 - i) + before + after < 0 or -min(before, after) > x.a.shape(x.a.ndim() - 1 - i):
            raise TensorValueError(
                f"pad: {pad} takes more away of axis {x.a.ndim() - 1 - i} than there is, got an input of shape {x.shape}")
    if mode == "constant":
        return padded_constant(x, widths, 0 if value is None else number(value, "pad", "value"))
    if not isinstance(mode, str) or mode not in MODES:
        raise TensorValueError(f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}")
    if value is not None and value != 0:
        raise TensorValueError(f"pad: value is for mode 'constant', got {value!r} with mode {mode!r}")
    if not 1 <= axes <= 3 or x.a.ndim() not in (axes + 1, axes + 2):
        raise TensorValueError(
            f"pad: mode {mode!r} pads the last axis of 2 or 3, the last two of 3 or 4, or the last three of 4 or 5, got "
            f"numbers for {axes} axes of an input of shape {x.shape}"
        )
    return repeated(x, widths, mode)
