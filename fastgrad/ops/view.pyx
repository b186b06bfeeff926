# distutils: language = c++
"""Other views of the same memory. What writing to one means for the history of its base: ``_write``."""
from libc.stdint cimport int64_t, uint64_t, uintptr_t

from fastgrad._tensor cimport (
    Backward, Node, OF_FUNCTION, Primitive, Tensor, define, make_view, record1, recording, wrap,
)
from fastgrad._tensor.convert cimport axis_of, dims_from, dims_to_tuple
from fastgrad._tensor.cpp cimport (
    Array, Dims, contiguous_strides, count, is_computing_float, itemsize, normalize_axis, sees_every_write,
)
from fastgrad.ops._common cimport as_tensor, in_our_words
from fastgrad.ops._native.copy cimport contiguous, copy_into
from fastgrad.ops._native.elementwise cimport BinaryOp, binary_into
from fastgrad.ops._write cimport as_strided_view

from fastgrad.errors import TensorValueError
from fastgrad.ops._common import one_vocabulary

cdef extern from "Python.h":
    bint PyIndex_Check(object)


def own(Tensor result not None, *operands: Tensor) -> Tensor:
    """What an operation of several steps returns: where it is a view of what the operation alone has seen, a tensor of
    its own. A write to a view gives it another history, which the hooks that it had are not of."""
    cdef Tensor x
    if result.base is not None:
        for x in operands:
            if x.a.storage().get() == result.a.storage().get():
                return result
        result.base = None
        result.view_kind = 0
    return result


# ---- reshape ---------------------------------------------------------------------------------------------------------

cdef int reshape_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, reshape_to(<Tensor>g, n.attributes.get[ShapeAttributes]().shape, b"reshape"))
    return 0


cdef Primitive RESHAPE = define(b"reshape", reshape_vjp)


cdef inline Tensor _recorded_reshape(Tensor x, Tensor out):
    if recording(x):
        record1(out, &RESHAPE, x).attributes.set[ShapeAttributes]().shape = x.a.shape()
    return out


cdef Tensor reshape_to(Tensor x, const Dims& shape, const char* op):
    """The same elements in C order, in another shape: a view where the memory allows, else a copy."""
    cdef Array a
    if count(shape) != x.a.size():
        raise _misfit(x, shape, op)
    if x.a.try_reshape(shape, &a):
        return _recorded_reshape(x, make_view(x, a))
    a = contiguous(x.a).view(shape, contiguous_strides(shape), 0)
    return _recorded_reshape(x, wrap(a))


cdef tuple _tuple(const Dims& d):
    return dims_to_tuple(d)


cdef object _misfit(Tensor x, const Dims& shape, const char* op):
    """The error of another number of elements; its second sentence is PyTorch's, which programs look for."""
    return TensorValueError(
        f"{op.decode()}: {x.a.size()} elements of shape {tuple(x.shape)} do not fit into shape {_tuple(shape)}. "
        f"shape '{list(_tuple(shape))}' is invalid for input of size {x.a.size()}"
    )


cdef int _infer(Tensor x, Dims& shape, const char* op) except -1:
    """Replaces the one -1 in a shape by what fits."""
    cdef int i, at = -1
    cdef int64_t known
    for i in range(shape.size()):
        if shape[i] == -1:
            if at >= 0:
                raise TensorValueError(f"{op.decode()}: only one length can be -1, got {_tuple(shape)}")
            at = i
        elif shape[i] < 0:
            raise TensorValueError(f"{op.decode()}: negative length in shape {_tuple(shape)}")
    if at >= 0:
        shape[at] = 1
        known = count(shape)  # ValueError where it is more than can be addressed
        shape[at] = -1
        if known == 0 or x.a.size() % known:
            raise _misfit(x, shape, op)
        shape[at] = x.a.size() // known
    return 0


cdef object _one_or_many(tuple args):
    """f(2, 3) and f((2, 3)) mean the same."""
    return args[0] if len(args) == 1 and not PyIndex_Check(args[0]) else args


def reshape(x: TensorLike, shape: ShapeLike, *, copy: bool | None = None) -> Tensor:
    """The same elements, in C order, in another shape. One length may be -1: what fits.

    A view where the memory allows it, else a copy; ``copy=True`` always copies, ``copy=False`` never does.

    Parameters
    ----------
    x : Tensor
        What is given another shape, its elements in the same order.
    shape : int or tuple of int
        As many elements; one length may be -1, which is then found.
    copy : bool, optional
        True: always a copy; False: never, which is an error where one is needed; None: where one is needed.

    Raises
    ------
    ValueError
        If the number of elements differs, or ``copy=False`` and a copy is needed.
    """
    return _reshape(as_tensor(x, b"reshape"), shape, copy)


cdef Tensor _reshape(Tensor t, object shape, object copy):
    cdef Dims d = dims_from(shape, b"reshape")
    cdef Array a
    _infer(t, d, b"reshape")
    if copy is not None:
        if copy:
            return reshape_to(t, d, b"reshape").clone()
        if count(d) == t.a.size() and not t.a.try_reshape(d, &a):
            raise TensorValueError(
                f"reshape: shape {t.shape} with strides of {t.strides} bytes cannot become {_tuple(d)} without a copy")
    return reshape_to(t, d, b"reshape")


def _method_reshape(Tensor self, *shape: ShapeLike, copy: bool | None = None, order: str = "C") -> Tensor:
    """The same elements in another shape; see ``fastgrad.reshape``. With NumPy's ``order="F"`` they are read and placed
    with the first axis fastest, with "A" so where they lie so."""
    if order != "C":
        from fastgrad.ops.numpy.layout import reshaped
        return reshaped(self, _one_or_many(shape), order, copy)
    return _reshape(self, _one_or_many(shape), copy)


cdef Tensor _viewed(Tensor t, object shape):
    """A view; where an operation has laid out its result in another order than C's, as convolutions do, a copy: that
    order was not the program's choice. Of memory that is known elsewhere only a view will do."""
    cdef bint chosen_here = t.base is None and t.a.is_dense() and sees_every_write(t.a.storage().get())
    return _reshape(t, shape, None if chosen_here else False)


def _method_view(Tensor self, *shape: ShapeLike) -> Tensor:
    """The same memory in another shape. Raises ValueError where only a copy would do, see ``reshape``; but what an
    operation has laid out in another order than C's, such as a convolution's result, is copied."""
    return _viewed(self, _one_or_many(shape) if shape else self.shape)


def _method_view_as(Tensor self, other: Tensor) -> Tensor:
    """The same memory in the shape of another tensor; see ``view``."""
    if not isinstance(other, Tensor):
        raise TypeError(f"view_as: other must be a Tensor, got {type(other).__name__}")
    return _viewed(self, other.shape)


def flatten(x: TensorLike, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Joins the axes from ``start_dim`` to ``end_dim`` (both included) into one: a view where the memory allows one, else
    a copy; x itself where that is one axis already."""
    cdef Tensor t = as_tensor(x, b"flatten")
    cdef int i, first, last
    cdef Dims d
    if t.a.ndim() == 0:
        return reshape(t, (1,))
    first = axis_of(start_dim, t.a.ndim(), b"flatten")
    last = axis_of(end_dim, t.a.ndim(), b"flatten")
    if first > last:
        raise TensorValueError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    if first == last:
        return t
    for i in range(t.a.ndim()):
        if i > first and i <= last:
            d[first] = d[first] * t.a.shape(i)
        else:
            d.push_back(t.a.shape(i))
    return reshape_to(t, d, b"flatten")


def unflatten(x: TensorLike, dim: int, sizes: ShapeLike) -> Tensor:
    """One axis cut into several, whose lengths' product is its own; one of them may be -1: what fits. A view where the
    memory allows one, else a copy."""
    cdef Tensor t = as_tensor(x, b"unflatten")
    cdef int at = axis_of(dim, t.a.ndim(), b"unflatten"), i
    cdef Dims parts = dims_from(sizes, b"unflatten"), shape
    cdef int64_t length = t.a.shape(at), known = 1
    for i in range(parts.size()):
        if parts[i] != -1:
            known *= parts[i]
    unknown = [i for i in range(parts.size()) if parts[i] == -1]
    if len(unknown) == 1 and known > 0 and length % known == 0:
        parts[<int>unknown[0]] = length // known
        known = length
    if not parts.size() or len(unknown) > 1 or known != length or any([n < 0 for n in _tuple(parts)]):
        raise TensorValueError(
            f"unflatten: sizes must be lengths whose product is {length}, the length of axis {dim}, or one of them "
            f"-1, got {sizes}")
    for i in range(t.a.ndim()):
        if i == at:
            for part in _tuple(parts):
                shape.push_back(part)
        else:
            shape.push_back(t.a.shape(i))
    return reshape_to(t, shape, b"unflatten")


def ravel(x: TensorLike) -> Tensor:
    """All elements, in C order, along one axis."""
    return reshape(x, -1)


@one_vocabulary
def expand_dims(x: TensorLike, axis: int | Sequence[int] = 0, **torchs) -> Tensor:
    """Puts an axis of length 1 at position ``axis`` of the result (an int, or a tuple of them)."""
    if torchs:
        axis = in_our_words(torchs, "expand_dims", axis, 0)[0]
    cdef Tensor t = as_tensor(x, b"expand_dims")
    cdef Dims axes = dims_from(axis, b"expand_dims"), at
    cdef int i, n = t.a.ndim() + axes.size()
    for i in range(axes.size()):
        at.push_back(normalize_axis(axes[i], n, b"expand_dims"))
    if len(set(_tuple(at))) != axes.size():
        raise TensorValueError(f"expand_dims: repeated axis in {axis}")
    return expand_axes(t, _sorted(at))


cdef Dims _sorted(Dims d):
    cdef Dims out
    for i in sorted(_tuple(d)):
        out.push_back(i)
    return out


cdef Tensor expand_axes(Tensor x, const Dims& axes):
    """Axes of length 1 at these positions, given in ascending order."""
    cdef Array a = x.a
    cdef int i
    for i in range(axes.size()):
        a = a.expand_dims(<int>axes[i])
    return _recorded_reshape(x, make_view(x, a))


@one_vocabulary
def squeeze(x: TensorLike, axis: AxisLike = None, **torchs) -> Tensor:
    """Drops axes of length 1: those named (an int or a tuple), or all of them.

    Raises ValueError if a named axis has another length; PyTorch's ``dim`` leaves such an axis.
    """
    cdef bint leaves = False
    if torchs:
        axis = in_our_words(torchs, "squeeze", axis)[0]
        leaves = True
    return squeezed(as_tensor(x, b"squeeze"), axis, leaves)


cdef Tensor squeezed(Tensor t, object axis, bint leaves):
    cdef Array a = t.a
    cdef Dims axes
    cdef int i
    if axis is None:
        drop = [i for i in range(t.a.ndim()) if t.a.shape(i) == 1]
    else:
        axes = dims_from(axis, b"squeeze")
        drop = sorted({normalize_axis(axes[i], t.a.ndim(), b"squeeze") for i in range(axes.size())})
        if leaves:
            drop = [i for i in drop if t.a.shape(i) == 1]
        for i in drop:
            if t.a.shape(i) != 1:
                raise TensorValueError(
                    f"squeeze: an axis must have length 1, got axis {i} of shape {t.shape} (dim={i} leaves it)")
    for i in reversed(drop):
        a = a.squeeze(i)
    return _recorded_reshape(t, make_view(t, a))


def _method_unsqueeze(Tensor self, dim: int) -> Tensor:
    """Puts an axis of length 1 at position ``dim``."""
    return expand_dims(self, dim)


# ---- any strides -----------------------------------------------------------------------------------------------------

def storage_offset(Tensor x not None) -> int:
    """Where the first element of a view lies among those of the tensor that it is a view of; 0 of any other tensor."""
    if x.base is None or x.a.storage().get() != x.base.a.storage().get():
        return 0
    return (x.a.bytes() - x.base.a.bytes()) // <int64_t>itemsize(x.a.dtype())


def storage_place(Tensor x not None) -> tuple[int, int]:
    """The address and the bytes of the memory that a tensor shares with the tensor that it is a view of."""
    cdef Tensor whole = x
    if x.base is not None and x.base.a.storage().get() == x.a.storage().get():
        whole = x.base
    return <uintptr_t>whole.a.bytes(), whole.a.size() * <int64_t>itemsize(whole.a.dtype())


def as_strided(Tensor x not None, shape: Sequence[int], strides: Sequence[int], offset: int | None = None) -> Tensor:
    """A tensor of any shape whose elements are found in memory by any strides.

    What is not written for memory is better said by indexing, `permute_dims` and `broadcast_to`: strides mean what they
    do only where x is contiguous.

    Parameters
    ----------
    x : Tensor
        Contiguous, and of any dtype. If it is a view, the tensor that it is a view of must be contiguous, too, where
        elements outside of x are asked for.
    shape, strides : sequence of int
        Of each axis its length, and how many elements on the next one lies; not negative.
    offset : int or None, default None
        Where the first element lies among those of x or, where x is a view, of the tensor that it is a view of. None:
        where x begins.

    Returns
    -------
    Tensor
        A view; where elements would share memory (windows that overlap, strides of 0), a copy. Gradients of elements
        that are shown several times are summed.

    Raises
    ------
    ValueError
        If shape and strides differ in length, x is not contiguous, or elements would lie outside of it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.ops.view import as_strided
    >>> x = fg.arange(6)
    >>> as_strided(x, (2, 2), (3, 1), 1).tolist()
    [[1, 2], [4, 5]]
    >>> as_strided(x, (3, 3), (1, 1)).tolist()
    [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    """
    cdef Dims sizes = dims_from(tuple(shape), b"as_strided"), steps = dims_from(tuple(strides), b"as_strided")
    cdef Tensor source = x
    cdef int64_t own = storage_offset(x), first = own if offset is None else offset, last = 0, reach
    cdef Array a
    cdef int i
    if sizes.size() != steps.size():
        raise TensorValueError(
            f"as_strided: a stride is needed for each axis, got shape {_tuple(sizes)} and strides {_tuple(steps)}")
    for i in range(sizes.size()):
        if sizes[i] < 0 or steps[i] < 0:
            raise TensorValueError(
                f"as_strided: lengths and strides must not be negative, got {_tuple(sizes)} and {_tuple(steps)}")
        last += (sizes[i] - 1) * steps[i]
    first -= own
    if count(sizes) and not (0 <= first and first + last < x.a.size() and x.a.is_contiguous()):
        if x.base is not None and not x.view_kind & OF_FUNCTION and x.a.storage().get() == x.base.a.storage().get():
            source = x.base
            first += own
        reach = source.a.size()
        if not source.a.is_contiguous():
            raise TensorValueError(
                f"as_strided: the tensor must be contiguous, got strides of {source.strides} bytes; use contiguous()")
        if first < 0 or first + last >= reach:
            raise TensorValueError(
                f"as_strided: elements {first} to {first + last} are asked for, and the tensor of shape {source.shape} "
                f"has {reach}")
    a = source.a.view(sizes, steps, first if count(sizes) else 0)
    if not a.has_overlap():
        return as_strided_view(x, source, a)
    # Each element is taken by its number: their gradients add up.
    from fastgrad.ops.creation import arange

    places = arange(first, first + last + 1)
    return flatten(source)[wrap(contiguous((<Tensor>places).a.view(sizes, steps, 0)))]


# ---- permutations ----------------------------------------------------------------------------------------------------

cdef struct PermuteAttributes:
    Dims inverse


cdef int permute_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, permute_by(<Tensor>g, n.attributes.get[PermuteAttributes]().inverse))
    return 0


cdef Primitive PERMUTE_DIMS = define(b"permute_dims", permute_vjp)


cdef Tensor permute_by(Tensor x, const Dims& axes):
    """Axes in another order; axes are normalised and a permutation."""
    cdef Array a = x.a.permute(axes)
    cdef Tensor out = make_view(x, a)
    cdef PermuteAttributes* at
    cdef int i
    if recording(x):
        at = record1(out, &PERMUTE_DIMS, x).attributes.set[PermuteAttributes]()
        at.inverse = axes
        for i in range(axes.size()):
            at.inverse[<int>axes[i]] = i
    return out


cdef Tensor swap(Tensor x, int a, int b):
    cdef Dims axes
    cdef int i
    for i in range(x.a.ndim()):
        axes.push_back(b if i == a else a if i == b else i)
    return permute_by(x, axes)


def permute_dims(x: TensorLike, axes: Sequence[int]) -> Tensor:
    """Axes in another order: axis i of the result is axis ``axes[i]`` of ``x``. A view."""
    return permuted(as_tensor(x, b"permute_dims"), axes)


cdef Tensor permuted(Tensor t, object axes):
    cdef Dims given = dims_from(axes, b"permute_dims"), order
    cdef uint64_t seen = 0
    cdef int i
    if given.size() != t.a.ndim():
        raise TensorValueError(
            f"permute_dims: axes must be an order of the {t.a.ndim()} axes of shape {t.shape}, got {axes}")
    for i in range(given.size()):
        order.push_back(normalize_axis(given[i], t.a.ndim(), b"permute_dims"))
        seen |= <uint64_t>1 << order[i]
    if seen != (<uint64_t>1 << given.size()) - 1:
        raise TensorValueError(f"permute_dims: repeated axis in {axes}")
    return permute_by(t, order)


def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> Tensor:
    """NumPy's transpose: all axes reversed, or in the order ``axes``. A view."""
    return transposed(as_tensor(x, b"transpose"), axes)


cdef Tensor transposed(Tensor t, object axes):
    cdef Dims order
    cdef int i
    if axes is not None:
        return permuted(t, axes)
    for i in range(t.a.ndim() - 1, -1, -1):
        order.push_back(i)
    return permute_by(t, order)


def _method_permute(Tensor self, *dims: ShapeLike) -> Tensor:
    """Axes in another order; see ``fastgrad.permute_dims``."""
    return permute_dims(self, _one_or_many(dims))


def swapaxes(x: TensorLike, axis1: int, axis2: int) -> Tensor:
    """Exchanges two axes. A view."""
    cdef Tensor t = as_tensor(x, b"swapaxes")
    return swap(t, axis_of(axis1, t.a.ndim(), b"swapaxes"), axis_of(axis2, t.a.ndim(), b"swapaxes"))


def matrix_transpose(x: TensorLike) -> Tensor:
    """Exchanges the last two axes. A view."""
    cdef Tensor t = as_tensor(x, b"matrix_transpose")
    if t.a.ndim() < 2:
        raise TensorValueError(f"matrix_transpose: x must have at least 2 axes, got shape {t.shape}")
    return swap(t, t.a.ndim() - 2, t.a.ndim() - 1)


def _property_T(Tensor self) -> Tensor:
    """The transpose of a matrix; of fewer axes the tensor itself (of more see ``mT`` and ``permute_dims``; for programs
    that speak NumPy, all axes reversed)."""
    if self.ndim < 2:
        return self
    if self.ndim > 2:
        from fastgrad.ops.vocabulary import get_vocabulary
        if get_vocabulary() == "numpy":
            return transposed(self, None)
        raise TensorValueError(
            f"T: the tensor must have at most 2 axes, got shape {self.shape}; use mT or permute_dims")
    return swapaxes(self, 0, 1)


def moveaxis(x: TensorLike, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Moves axes to other positions; the rest keep their order. A view."""
    cdef Tensor t = as_tensor(x, b"moveaxis")
    cdef int i, n = t.a.ndim()
    cdef Dims from_ = dims_from(source, b"moveaxis"), to = dims_from(destination, b"moveaxis")
    if from_.size() != to.size():
        raise TensorValueError(f"moveaxis: {source} and {destination} differ in length")
    sources = [normalize_axis(from_[i], n, b"moveaxis") for i in range(from_.size())]
    targets = [normalize_axis(to[i], n, b"moveaxis") for i in range(to.size())]
    if len(set(sources)) != len(sources) or len(set(targets)) != len(targets):
        raise TensorValueError(f"moveaxis: repeated axis in {source} or {destination}")
    order = [i for i in range(n) if i not in sources]
    for target, s in sorted(zip(targets, sources)):
        order.insert(target, s)
    return permute_dims(t, tuple(order))


# ---- broadcasting ----------------------------------------------------------------------------------------------------

cdef int pass_vjp(Node n, object g, Backward to) except -1:
    to.give(0, <Tensor>g)  # the engine sums it back to the input's shape
    return 0


cdef Primitive BROADCAST_TO = define(b"broadcast_to", pass_vjp)


cdef Tensor broadcast_tensor(Tensor x, const Dims& shape):
    cdef Array a = x.a.broadcast_to(shape)
    cdef Tensor out = make_view(x, a)
    if recording(x):
        record1(out, &BROADCAST_TO, x)
    return out


def broadcast_to(x: TensorLike, shape: ShapeLike) -> Tensor:
    """Repeats axes of length 1, and new leading axes, to a shape, without a copy. A read-only kind of view: writing
    to a tensor whose elements share memory is an error."""
    return broadcast_tensor(as_tensor(x, b"broadcast_to"), dims_from(shape, b"broadcast_to"))


def broadcast_arrays(*tensors: TensorLike) -> tuple[Tensor, ...]:
    """All tensors broadcast to their common shape."""
    cdef list given = [as_tensor(t, b"broadcast_arrays") for t in tensors]
    shape = broadcast_shapes(*[t.shape for t in given])
    return tuple([broadcast_to(t, shape) for t in given])


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape that these shapes broadcast to.

    Raises ValueError if they do not.
    """
    import numpy
    try:
        return numpy.broadcast_shapes(*shapes)
    except ValueError:
        raise TensorValueError(
            f"broadcast_shapes: {', '.join(map(str, shapes))} cannot be broadcast together") from None


def _method_expand(Tensor self, *sizes: ShapeLike) -> Tensor:
    """Broadcasts to a shape in which -1 keeps an axis as it is."""
    cdef Tensor t = self
    cdef Dims d = dims_from(_one_or_many(sizes), b"expand")
    cdef int i, lead = d.size() - t.a.ndim()
    for i in range(d.size()):
        if d[i] == -1:
            if i < lead:
                raise TensorValueError(f"expand: -1 cannot stand for a new axis in {_tuple(d)} of shape {t.shape}")
            d[i] = t.a.shape(i - lead)
    return broadcast_tensor(t, d)


# ---- flips and slices ------------------------------------------------------------------------------------------------

cdef struct FlipAttributes:
    Dims axes


cdef int flip_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, flip_axes(<Tensor>g, n.attributes.get[FlipAttributes]().axes))
    return 0


cdef Primitive FLIP = define(b"flip", flip_vjp)


cdef Tensor flip_axes(Tensor x, const Dims& axes):
    cdef Array a = x.a
    cdef int i, axis
    cdef Tensor out
    for i in range(axes.size()):
        axis = <int>axes[i]
        a = a.slice(axis, a.shape(axis) - 1, -1, -1)
    out = make_view(x, a)
    if recording(x):
        record1(out, &FLIP, x).attributes.set[FlipAttributes]().axes = axes
    return out


@one_vocabulary
def flip(x: TensorLike, axis: AxisLike = None, **torchs) -> Tensor:
    """Reverses the order of elements along an axis, several, or all. A view."""
    if torchs:
        axis = in_our_words(torchs, "flip", axis)[0]
    cdef Tensor t = as_tensor(x, b"flip")
    cdef Dims given, axes
    cdef int i
    if axis is None:
        given = dims_from(tuple(range(t.a.ndim())), b"flip")
    else:
        given = dims_from(axis, b"flip")
    for i in range(given.size()):
        axes.push_back(normalize_axis(given[i], t.a.ndim(), b"flip"))
    if len(set(_tuple(axes))) != axes.size():
        raise TensorValueError(f"flip: repeated axis in {axis}")
    return flip_axes(t, axes)


# One axis narrowed, by an integer (the step is 0: the axis goes) or a slice: by far the most frequent keys.

cdef struct NarrowAttributes:
    Dims shape    # of the gradient that the rule gives
    int axis
    int64_t start, step


cdef int axis_vjp(Node n, object g, Backward to) except -1:
    """Of many slices of one tensor only the first makes a gradient of the whole; the others add to their part of it."""
    cdef NarrowAttributes* at = n.attributes.get[NarrowAttributes]()
    cdef Tensor total
    cdef Array part
    if not to.wants(0):
        return 0
    total = to.running_sum(0)
    if total is None or not is_computing_float(total.a.dtype()):
        to.give_own(0, unindex_axis(<Tensor>g, at.axis, at.start, at.step, at.shape))
    else:
        part = axis_array(total.a, at.axis, at.start, at.step, n.shape)
        binary_into(part, BinaryOp.Add, part, (<Tensor>g).a)
    return 0


cdef int unindex_axis_vjp(Node n, object g, Backward to) except -1:
    cdef NarrowAttributes* at = n.attributes.get[NarrowAttributes]()
    cdef Array a
    if to.wants(0):
        a = axis_array((<Tensor>g).a, at.axis, at.start, at.step, at.shape)
        to.give(0, axis_view(<Tensor>g, a, at.axis, at.start, at.step))
    return 0


cdef Primitive GETITEM_AXIS = define(b"getitem", axis_vjp)
cdef Primitive UNINDEX_AXIS = define(b"unindex", unindex_axis_vjp)


cdef Array axis_array(const Array& a, int axis, int64_t start, int64_t step, const Dims& shape) except *:
    """The part of a, which has the shape given."""
    if step == 0:
        return a.select(axis, start)
    if shape[axis] == 0:
        return a.slice(axis, start, start, step)
    # Past the last element by one, not by a step, which may lead out of what a word can hold.
    return a.slice(axis, start, start + (shape[axis] - 1) * step + (1 if step > 0 else -1), step)


cdef inline Tensor axis_view(Tensor x, Array& a, int axis, int64_t start, int64_t step):
    """The part of x that a shows, as its view."""
    cdef Tensor out = make_view(x, a)
    cdef NarrowAttributes* at
    if recording(x):
        at = record1(out, &GETITEM_AXIS, x).attributes.set[NarrowAttributes]()
        at.shape = x.a.shape()
        at.axis = axis
        at.start = start
        at.step = step
    return out


cdef inline Array zeros_around(const Array& part, const Dims& shape, bint same_axes) except *:
    """Zeros, their axes in the order of a part's, where it has the same ones."""
    cdef Array out
    if not same_axes or part.is_contiguous() or part.has_overlap():
        return Array.zeros(shape, part.dtype())
    out = Array.empty_with_layout(shape, part.dtype(), part.strides())
    copy_into(out, Array.zeros(Dims(), part.dtype()))
    return out


cdef Tensor unindex_axis(Tensor g, int axis, int64_t start, int64_t step, const Dims& shape):
    """Zeros of a shape with g written at a part: the transpose of narrowing one axis."""
    cdef Tensor out = wrap(zeros_around(g.a, shape, step != 0))
    cdef NarrowAttributes* at
    copy_into(axis_array(out.a, axis, start, step, g.a.shape()), g.a)
    if recording(g):
        at = record1(out, &UNINDEX_AXIS, g).attributes.set[NarrowAttributes]()
        at.shape = g.a.shape()
        at.axis = axis
        at.start = start
        at.step = step
    return out


cdef Tensor slice_axis(Tensor x, int axis, int64_t start, int64_t stop, int64_t step):
    cdef Array a = x.a.slice(axis, start, stop, step)
    return axis_view(x, a, axis, start, step)


cdef Tensor select_axis(Tensor x, int axis, int64_t index):
    cdef Array a = x.a.select(axis, index)
    return axis_view(x, a, axis, index, 0)


# Basic indexing. A key is normalised: one entry per axis of the input, in order, an int or a (start, stop, step), with
# None between them for each new axis.

cdef int basic_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor total
    cdef Array part
    if not to.wants(0):
        return 0
    total = to.running_sum(0)  # as in axis_vjp
    if total is None or not is_computing_float(total.a.dtype()):
        to.give_own(0, unindex(<Tensor>g, <tuple>n.context, n.attributes.get[ShapeAttributes]().shape))
    else:
        part = basic_array(total.a, <tuple>n.context)
        binary_into(part, BinaryOp.Add, part, (<Tensor>g).a)
    return 0


cdef int unindex_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, basic_view(<Tensor>g, <tuple>n.context))
    return 0


cdef Primitive GETITEM = define(b"getitem", basic_vjp)
cdef Primitive UNINDEX = define(b"unindex", unindex_vjp)


cdef Array basic_array(Array a, tuple key) except *:
    cdef int axis = 0
    for entry in key:
        if entry is None:
            a = a.expand_dims(axis)
            axis += 1
        elif isinstance(entry, tuple):
            a = a.slice(axis, <int64_t>entry[0], <int64_t>entry[1], <int64_t>entry[2])
            axis += 1
        else:
            a = a.select(axis, <int64_t>entry)
    return a


cdef Tensor basic_view(Tensor x, tuple key):
    cdef Array a = basic_array(x.a, key)
    cdef Tensor out = make_view(x, a)
    cdef Node n
    if recording(x):
        n = record1(out, &GETITEM, x)
        n.context = key
        n.attributes.set[ShapeAttributes]().shape = x.a.shape()
    return out


cdef Tensor unindex(Tensor g, tuple key, const Dims& shape):
    """Zeros of a shape with g written at a key: the transpose of basic indexing."""
    cdef Tensor out = wrap(zeros_around(g.a, shape, not g.a.is_contiguous() and all([type(e) is tuple for e in key])))
    cdef Node n
    copy_into(basic_array(out.a, key), g.a)
    if recording(g):
        n = record1(out, &UNINDEX, g)
        n.context = key
    return out
