# distutils: language = c++
"""Reading and writing by index: integers, slices, integer arrays and masks, with NumPy's meaning."""
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.string cimport memcpy
from libcpp.vector cimport vector

from warnings import warn

from fastgrad._tensor cimport (
    Backward, Node, Primitive, Tensor, define, record1, record2, recording, recording2, wrap,
)
from fastgrad._tensor.convert cimport axis_of, dims_from, dims_to_tuple, number_array, scalar_for, whole
from fastgrad._tensor.cpp cimport (
    Array, DType, Dims, Kind, count, dtype_from_python, is_floating, is_integer, itemsize, kind, operator_slots,
)
cimport fastgrad.ops._native.index as native
from fastgrad.ops._native.copy cimport clone, store_scalar
from fastgrad.ops._common cimport as_tensor, as_value, in_our_words, is_scalar
from fastgrad.ops._write cimport check_writable, overwrite, past, rest
from fastgrad.ops.search cimport places
from fastgrad.ops.view cimport basic_view, broadcast_tensor, reshape_to, select_axis, slice_axis

from fastgrad._tensor.dtype import bool_, int64, uint8
from fastgrad.errors import TensorIndexError, TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops._common import one_vocabulary
from fastgrad.ops.choose import where
from fastgrad.ops.compare import equal
from fastgrad.ops.creation import zeros


cdef extern from "Python.h":
    ctypedef struct PySliceObject:
        PyObject* start
        PyObject* stop
        PyObject* step
    object PyNumber_Index(object)
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1
    int PySlice_Unpack(object slice, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)


# ---- keys ------------------------------------------------------------------------------------------------------------

cdef class Key:
    """A key taken apart: the basic part, applied first, and the index arrays of the axes that it leaves."""
    cdef tuple basic
    cdef list arrays  # one entry per axis of the basic part's result: an int64 Tensor or None; None if there are none
    cdef int behind   # as many axes before neighbouring arrays come behind theirs: an ellipsis of no axes parts them
    cdef bint distinct  # the arrays are those of one mask, which names no place twice


cdef object _as_index_array(object item):
    """An array of integers or bools from what stands in a key."""
    cdef Tensor t
    if isinstance(item, list) and not item:
        return as_tensor(item, b"indexing").astype(int64)
    try:
        t = as_tensor(item, b"indexing")
    except TypeError:
        from fastgrad.ops.vocabulary import get_vocabulary
        if get_vocabulary() == "torch" and isinstance(item, (str, bytes)):
            raise
        raise TensorIndexError(
            "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are "
            f"valid indices (got {type(item).__name__})") from None
    if not (is_integer(t.a.dtype()) or t.a.dtype() == DType.Bool):
        raise TensorIndexError(f"an index must hold integers or bools, got {t.dtype}")
    return t


# Whether tensors of uint8 are masks, which they were in PyTorch before it had booleans, and still are there.
cdef bint _byte_masks = False


def set_byte_masks(bint whether: bool) -> None:
    """Has indices of uint8 be masks: for PyTorch's door alone."""
    global _byte_masks
    _byte_masks = whether


cdef object _mask_of_bytes(object item):
    """Where bytes are masks, the mask that an array of them is; all else as it is."""
    dtype = getattr(item, "dtype", None)
    if dtype is not None and dtype == uint8 and hasattr(item, "__setitem__"):  # not NumPy's scalars
        warn("indexing with dtype uint8 is deprecated, use bool instead", UserWarning, stacklevel=2)
        return as_tensor(item, b"indexing") != 0
    return item


cdef int64_t _checked(object item, int axis, int64_t size) except? -1:
    cdef object number = PyNumber_Index(item)
    cdef int overflow = 0
    cdef int64_t i = PyLong_AsLongLongAndOverflow(number, &overflow)
    if overflow:
        i = size
    if i < -size or i >= size:
        raise TensorIndexError(f"index {number} is out of bounds for axis {axis} of length {size}")
    return i + size if i < 0 else i


cdef bint _plain(PyObject* item) noexcept:
    return <object>item is None or PyLong_CheckExact(<object>item)


cdef tuple plain_key(Tensor x, object key):
    """The basic part of a key of integers, slices of integers, None and one ellipsis alone, at most one per axis; of any
    other None.

    These are what keys mostly are, and run no code of their own.
    """
    cdef Py_ssize_t start, stop, step
    cdef PySliceObject* s
    cdef list basic = []
    cdef tuple items = <tuple>key if isinstance(key, tuple) else (key,)
    cdef object item
    cdef int axis = 0, left = x.a.ndim()
    cdef bint ellipsis = False
    for item in items:
        if item is Ellipsis:
            if ellipsis:
                return None
            ellipsis = True
        elif item is not None:
            left -= 1
    if left < 0:
        return None
    for item in items:
        if PyLong_CheckExact(item):
            basic.append(_checked(item, axis, x.a.shape(axis)))
        elif isinstance(item, slice):
            s = <PySliceObject*>item
            if not (_plain(s.start) and _plain(s.stop) and _plain(s.step)):
                return None
            PySlice_Unpack(item, &start, &stop, &step)
            PySlice_AdjustIndices(x.a.shape(axis), &start, &stop, step)
            basic.append((start, stop, step))
        elif item is Ellipsis:
            for _ in range(left):
                basic.append((0, x.a.shape(axis), 1))
                axis += 1
            continue
        elif item is None:
            basic.append(None)
            continue
        else:
            return None
        axis += 1
    return tuple(basic)


cdef char* place_of(Tensor x, object key) except? NULL:
    cdef char* p = x.a.bytes()
    cdef int64_t width = itemsize(x.a.dtype())
    cdef Py_ssize_t i
    if PyLong_CheckExact(key):
        return p + _checked(key, 0, x.a.shape(0)) * x.a.stride(0) * width if x.a.ndim() == 1 else NULL
    if not isinstance(key, tuple) or len(<tuple>key) != x.a.ndim() or not x.a.ndim():
        return NULL
    for i in range(len(<tuple>key)):
        if not PyLong_CheckExact((<tuple>key)[i]):
            return NULL
    for i in range(len(<tuple>key)):
        p += _checked((<tuple>key)[i], i, x.a.shape(i)) * x.a.stride(i) * width
    return p


cdef bint _indexes_first(Tensor x, object key):
    """Whether the key is one tensor of integers, for the first axis."""
    cdef Tensor t
    if not isinstance(key, Tensor) or not x.a.ndim():
        return False
    t = <Tensor>key
    return t.a.ndim() > 0 and is_integer(t.a.dtype()) and not (_byte_masks and t.a.dtype() == DType.U8)


cdef list _items(Tensor x, object key, int* used, bint* advanced):
    """What a key holds, one ellipsis always among it; how many axes that uses, and whether arrays index any."""
    cdef bint ellipsis = False
    cdef list items = []
    used[0] = 0
    advanced[0] = False
    for item in (key if isinstance(key, tuple) else (key,)):
        if item is None or isinstance(item, slice):
            used[0] += item is not None
        elif item is Ellipsis:
            if ellipsis:
                raise TensorIndexError("an index can hold only one ellipsis ('...')")
            ellipsis = True
        elif isinstance(item, bool):
            item = as_tensor(item, b"indexing")
            advanced[0] = True
        elif not isinstance(item, (Tensor, list)) and hasattr(item, "__index__") and not hasattr(item, "shape"):
            used[0] += 1
        else:
            if _byte_masks:
                item = _mask_of_bytes(item)
            number = _number_of(item)
            if number is not None:
                item = number
                used[0] += 1
            else:
                item = _as_index_array(item)
                advanced[0] = True
                used[0] += item.ndim if item.dtype is bool_ else 1
        items.append(item)
    if used[0] > x.a.ndim():
        raise TensorIndexError(f"too many indices: {used[0]} for shape {x.shape}")
    if not ellipsis:
        items.append(Ellipsis)
    return items


cdef object _number_of(object item):
    """The integer that an array of no dimensions is as an index; None of all else, masks too."""
    if hasattr(item, "shape") and item.shape == () and hasattr(item, "__index__") and \
            not (isinstance(item, Tensor) and item.dtype is bool_):
        try:
            return item.__index__()
        except TypeError:
            pass
    return None


cdef int _check_mask(Tensor mask, Tensor x, const Dims& shape, int axis) except -1:
    cdef int i
    for i in range(mask.a.ndim()):
        if mask.a.shape(i) != shape[axis + i] and mask.a.shape(i) != 0:  # NumPy lets one of length 0 pass
            raise TensorIndexError(
                f"a mask of shape {mask.shape} does not fit axes {axis} to {axis + mask.a.ndim() - 1} of shape "
                f"{x.shape}"
            )
    return 0


cdef Key parse(Tensor x, object key):
    # The shape as it is now: an index is any object's __index__, which may give the tensor other memory meanwhile.
    cdef Dims shape = x.a.shape()
    cdef Key k = Key()
    k.basic = plain_key(x, key)
    if k.basic is not None:
        return k
    if _indexes_first(x, key):
        k.basic = ()
        k.arrays = [key] + [None] * (x.a.ndim() - 1)
        return k
    cdef int axis = 0, ndim = x.a.ndim(), used = 0, split_at = 0
    cdef Py_ssize_t start, stop, step
    cdef bint advanced = False, parted = False
    cdef int masks = 0, lists = 0
    cdef list items = _items(x, key, &used, &advanced), basic = [], arrays = []
    for item in items:
        if item is None:
            basic.append(None)
            arrays.append(None)
        elif item is Ellipsis:
            parted = bool(arrays) and arrays[-1] is not None and used == ndim
            split_at = len(arrays)
            for _ in range(ndim - used):
                basic.append((0, shape[axis], 1))
                arrays.append(None)
                axis += 1
        elif isinstance(item, slice):
            try:
                PySlice_Unpack(item, &start, &stop, &step)
            except TypeError:
                raise TensorIndexError(f"a slice must hold integers or None, got {item}") from None
            PySlice_AdjustIndices(shape[axis], &start, &stop, step)
            basic.append((start, stop, step))
            arrays.append(None)
            axis += 1
        elif isinstance(item, Tensor):
            if item.dtype is bool_:
                _check_mask(<Tensor>item, x, shape, axis)
                if item.ndim == 0:  # a new axis, of length 1 where it is true, else 0
                    basic.append(None)
                    arrays.append(zeros(1 if item else 0, dtype=int64))
                    continue
                found = places(item)
                masks += 1
            else:
                found = (item,)
                lists += 1
            for one in found:
                basic.append((0, shape[axis], 1))
                arrays.append(one)
                axis += 1
        else:
            number = _checked(item, axis, shape[axis])
            if advanced:  # beside arrays an integer is an array too: it decides where the result's axes go
                basic.append((0, shape[axis], 1))
                arrays.append(as_tensor(number, b"indexing"))
            else:
                basic.append(number)
            axis += 1
    while basic and isinstance(basic[-1], tuple) and basic[-1] == (0, shape[axis - 1], 1):
        basic.pop()
        axis -= 1
    if not (x.a.shape() == shape):
        raise RuntimeError(
            f"the tensor's shape changed from {dims_to_tuple(shape)} to {x.shape} while it was being indexed")
    k.basic = tuple(basic)
    k.arrays = arrays if advanced else None
    k.distinct = masks == 1 and lists == 0
    k.behind = 0
    if advanced and parted and split_at < len(arrays) and arrays[split_at] is not None:
        array_axes = [i for i, entry in enumerate(arrays) if entry is not None]
        if array_axes[-1] - array_axes[0] == len(array_axes) - 1:  # else they go first anyway
            k.behind = array_axes[0]
    return k


cdef vector[Array] _arrays(object entries) except *:
    cdef vector[Array] v
    cdef Array none
    for entry in entries:
        if entry is None:
            v.push_back(none)
        else:
            v.push_back((<Tensor>entry).a)
    return v


# ---- reading ---------------------------------------------------------------------------------------------------------

# Of reading and writing at arrays, which are saved, each at its axis' place.
cdef struct IndexAttributes:
    Dims shape       # of what was read
    int axes         # how many have an array, or none, before the last array
    bint distinct    # no place is named twice


cdef IndexAttributes* keep_entries(Node n, list entries) except NULL:
    cdef IndexAttributes* at = n.attributes.set[IndexAttributes]()
    cdef int i
    at.axes = len(entries)
    for i in range(at.axes):
        n.save(i, entries[i])
    return at


cdef list kept_entries(Node n):
    cdef int i
    return [n.saved(i) for i in range(n.attributes.get[IndexAttributes]().axes)]


cdef int gather_vjp(Node n, object g, Backward to) except -1:
    to.give(0, scatter(<Tensor>g, kept_entries(n), n.attributes.get[IndexAttributes]().shape))
    return 0


cdef int scatter_vjp(Node n, object g, Backward to) except -1:
    to.give(0, gather(<Tensor>g, kept_entries(n)))
    return 0


cdef Primitive GATHER = define(b"getitem", gather_vjp)
cdef Primitive SCATTER = define(b"scatter", scatter_vjp)


cdef Tensor gather(Tensor x, list entries):
    cdef Tensor out = wrap(native.index_get(x.a, _arrays(entries)))
    if recording(x):
        keep_entries(record1(out, &GATHER, x), entries).shape = x.a.shape()
    return out


cdef Tensor scatter(Tensor g, list entries, const Dims& shape):
    """Zeros with g added at the entries: the transpose of gather."""
    cdef Tensor out = wrap(Array.zeros(shape, g.a.dtype()))
    native.index_put(out.a, _arrays(entries), g.a, True)
    if recording(g):
        keep_entries(record1(out, &SCATTER, g), entries)
    return out


cdef object getitem_slot(object x, object key):
    cdef Tensor t = <Tensor>x
    cdef Key k
    cdef Tensor v
    cdef tuple basic
    cdef Py_ssize_t start, stop, step
    if PyLong_CheckExact(key):
        if t.a.ndim() == 0:
            raise TensorIndexError("too many indices: 1 for shape ()")
        return select_axis(t, 0, _checked(key, 0, t.a.shape(0)))
    if isinstance(key, slice) and t.a.ndim():
        try:
            PySlice_Unpack(key, &start, &stop, &step)
        except TypeError:
            raise TensorIndexError(f"a slice must hold integers or None, got {key}") from None
        if t.a.ndim() == 0:  # the slice's own __index__ gave the tensor other memory
            raise RuntimeError("the tensor's shape changed to () while it was being indexed")
        PySlice_AdjustIndices(t.a.shape(0), &start, &stop, step)
        return slice_axis(t, 0, start, stop, step)
    if isinstance(key, tuple) or key is None or key is Ellipsis:
        basic = plain_key(t, key)
        if basic is not None:
            return basic_view(t, basic)
    if _is_mask(t, key):
        t = _masked_axes_joined(t, <Tensor>key)
        key = reshape_to(<Tensor>key, _flat(<Tensor>key), b"indexing")
    k = parse(t, key)
    v = basic_view(t, k.basic)
    if k.arrays is None:
        return v
    return arrays_first(gather(v, k.arrays), k) if k.behind else gather(v, k.arrays)


cdef Tensor arrays_first(Tensor out, Key k):
    """What was gathered with the axes of the arrays in front of those before them."""
    cdef int wide = out.a.ndim() - k.arrays.count(None)
    return out.permute((*range(k.behind, k.behind + wide), *range(k.behind), *range(k.behind + wide, out.a.ndim())))


cdef Tensor arrays_in_place(Tensor source, Tensor target, Key k):
    """The inverse: a value for what `arrays_first` gives, stretched to it, as a value for what is gathered."""
    cdef Dims place = native.index_shape(target.a, _arrays(k.arrays)), front
    cdef int wide = place.size() - k.arrays.count(None), i
    for i in range(wide):
        front.push_back(place[k.behind + i])
    for i in range(place.size()):
        if i < k.behind or i >= k.behind + wide:
            front.push_back(place[i])
    source = broadcast_tensor(source, front)
    return source.permute((*range(wide, wide + k.behind), *range(wide), *range(wide + k.behind, place.size())))


cdef bint _is_mask(Tensor x, object key) noexcept:
    """Whether the key is one mask, of x's first axes."""
    cdef Tensor mask
    cdef int i
    if not isinstance(key, Tensor) or (<Tensor>key).a.dtype() != DType.Bool:
        return False
    mask = <Tensor>key
    if mask.a.ndim() == 0 or mask.a.ndim() > x.a.ndim():
        return False
    for i in range(mask.a.ndim()):
        if mask.a.shape(i) != x.a.shape(i):
            return False
    return True


cdef Dims _flat(Tensor mask):
    cdef Dims shape
    shape.push_back(mask.a.size())
    return shape


cdef Tensor _masked_axes_joined(Tensor x, Tensor mask):
    """x with the axes of the mask as one: then one list of indices is enough."""
    cdef Dims shape = _flat(mask)
    cdef int i
    for i in range(mask.a.ndim(), x.a.ndim()):
        shape.push_back(x.a.shape(i))
    return reshape_to(x, shape, b"indexing")


# ---- writing ---------------------------------------------------------------------------------------------------------

cdef int put_vjp(Node n, object g, Backward to) except -1:
    cdef list entries = kept_entries(n)
    cdef bint distinct = n.attributes.get[IndexAttributes]().distinct
    if to.wants(0):
        to.give(0, blanked(<Tensor>g, entries))
    if to.wants(1):
        found = gather(<Tensor>g, entries)
        to.give(1, found if distinct else where(_stayed(<Tensor>g, entries), found, 0.0))
    return 0


cdef Tensor _stayed(Tensor target, object entries):
    """Of what is written at the entries, what is not overwritten by a later one at the same place; for axes without an
    entry, one for all. The places are numbered by the same write."""
    cdef Dims shape, written
    cdef Array owner
    cdef Tensor numbers
    cdef int i
    for i in range(target.a.ndim()):
        shape.push_back(target.a.shape(i) if i < len(entries) and entries[i] is not None else 1)
    owner = Array.zeros(shape, DType.I64)
    written = native.index_shape(owner, _arrays(entries))
    from fastgrad.ops.creation import arange
    numbers = arange(count(written)).reshape(dims_to_tuple(written))
    native.index_put(owner, _arrays(entries), numbers.a, False)
    return equal(wrap(native.index_get(owner, _arrays(entries))), numbers)


cdef int blanked_vjp(Node n, object g, Backward to) except -1:
    to.give(0, blanked(<Tensor>g, kept_entries(n)))
    return 0


cdef Primitive PUT = define(b"setitem", put_vjp)
cdef Primitive BLANK = define(b"blank", blanked_vjp)


cdef Tensor blanked(Tensor g, list entries):
    """g with zeros at the entries."""
    cdef Tensor out = wrap(clone(g.a))
    native.index_put(out.a, _arrays(entries), Array.zeros(Dims(), g.a.dtype()), False)
    if recording(g):
        keep_entries(record1(out, &BLANK, g), entries)
    return out


cdef int _store(object number, Tensor t, char* place) except -1:
    """Writes a number to the place of one element, which nothing records."""
    cdef char unit[8]
    store_scalar(scalar_for(number, is_floating(t.a.dtype()), False, b"setitem"), t.a.dtype(), unit, b"setitem")
    memcpy(place, unit, itemsize(t.a.dtype()))
    t.a.bump_version()
    return 0


cdef object setitem_slot(object x, object key, object value):
    cdef Tensor t = <Tensor>x, v, source, result
    cdef Key k
    cdef char* place
    check_writable(t, b"setitem")
    if is_scalar(value):
        place = place_of(t, key) if not recording(t) else NULL
        if place != NULL:
            _store(value, t, place)
            return None
        source = wrap(number_array(value, t.a.dtype(), b"setitem"))
    else:
        source = as_value(value, b"setitem", t.a.dtype())
        if kind(source.a.dtype()) > kind(t.a.dtype()) and (
                kind(source.a.dtype()) == Kind.Float or kind(t.a.dtype()) == Kind.Bool):
            raise TensorTypeError(f"setitem: {source.dtype} cannot be written to a {t.dtype} tensor; convert it first")
    if source.a.ndim() == 0 and _is_mask(t, key):
        v = rest(t) if recording(t) else t
        overwrite(t, where(_with_axes(<Tensor>key, t.a.ndim()), source, v), b"setitem", True)
        return None
    k = parse(t, key)
    v = basic_view(t, k.basic)
    source = _without_leading_ones(source, v, k)
    if k.arrays is not None and k.behind:
        source = arrays_in_place(source, v, k)
    if k.arrays is None:
        overwrite(v, source, b"setitem")
        return None
    if recording2(t, source):
        result = wrap(clone(v.a))
        native.index_put(result.a, _arrays(k.arrays), source.a, False)
        before = past(v) if t.base is None else rest(v)
        keep_entries(record2(result, &PUT, before, source), k.arrays).distinct = k.distinct
        overwrite(v, result, b"setitem", True)
    else:
        native.index_put(v.a, _arrays(k.arrays), source.a, False)
    return None


cdef Tensor _with_axes(Tensor mask, int ndim):
    """The mask with axes of length 1 behind, to broadcast along what it does not choose among."""
    cdef Dims shape = mask.a.shape()
    while shape.size() < ndim:
        shape.push_back(1)
    return reshape_to(mask, shape, b"setitem")


cdef Tensor _without_leading_ones(Tensor source, Tensor target, Key k):
    """NumPy lets a value have more axes than its place if the first are of length 1."""
    cdef int ndim = target.a.ndim()
    cdef Dims shape
    cdef int i
    if k.arrays is not None:
        ndim = native.index_shape(target.a, _arrays(k.arrays)).size()
    if source.a.ndim() <= ndim:
        return source
    for i in range(source.a.ndim() - ndim):
        if source.a.shape(i) != 1:
            raise TensorValueError(
                f"setitem: a value of shape {source.shape} does not fit the place of shape {target.shape}")
    for i in range(source.a.ndim() - ndim, source.a.ndim()):
        shape.push_back(source.a.shape(i))
    return reshape_to(source, shape, b"setitem")


operator_slots.getitem = getitem_slot
operator_slots.setitem = setitem_slot


# ---- functions -------------------------------------------------------------------------------------------------------

cdef struct TakeAttributes:
    Dims shape       # of what was taken from
    int axis


cdef TakeAttributes* set_take(Node n, Tensor indices, int axis) except NULL:
    cdef TakeAttributes* at = n.attributes.set[TakeAttributes]()
    at.axis = axis
    n.save(0, indices)
    return at


cdef int take_vjp(Node n, object g, Backward to) except -1:
    cdef TakeAttributes* at = n.attributes.get[TakeAttributes]()
    to.give(0, take_back(<Tensor>g, n.saved(0), at.axis, at.shape))
    return 0


cdef int take_back_vjp(Node n, object g, Backward to) except -1:
    to.give(0, take(g, n.saved(0), axis=n.attributes.get[TakeAttributes]().axis))
    return 0


cdef Primitive TAKE = define(b"take", take_vjp)
cdef Primitive TAKE_BACK = define(b"take_back", take_back_vjp)


cdef Tensor take_back(Tensor g, Tensor indices, int axis, const Dims& shape):
    cdef Tensor out = wrap(Array.zeros(shape, g.a.dtype()))
    native.index_add(out.a, axis, indices.a, g.a)
    if recording(g):
        set_take(record1(out, &TAKE_BACK, g), indices, axis)
    return out


cdef Tensor _indices(object indices, const char* op):
    cdef Tensor t = as_tensor(indices, op)
    if not is_integer(t.a.dtype()):
        raise UnsupportedDtypeError(f"{op.decode()}: indices must be integers, got {t.dtype}")
    return t


@one_vocabulary
def take(x: TensorLike, indices: TensorLike, /, axis: int | None = None, **torchs) -> Tensor:
    """Elements at these places along an axis (of all elements in C order for None).

    Parameters
    ----------
    x : Tensor
        What elements are taken of.
    indices : integer Tensor of any shape
        Its axes take the place of ``axis``. Negative ones count from the end.
    axis : int, optional
        The axis that they are counted along; without it `x` has one.

    Raises
    ------
    IndexError
        If an index is out of bounds.
    """
    if torchs:
        axis = in_our_words(torchs, "take", axis)[0]
    cdef Tensor t = as_tensor(x, b"take"), i = _indices(indices, b"take"), out
    cdef int at
    if axis is None:
        t = t.reshape(-1)
        axis = 0
    at = axis_of(axis, t.a.ndim(), b"take")
    out = wrap(native.take(t.a, i.a, at))
    if recording(t):
        set_take(record1(out, &TAKE, t), i, at).shape = t.a.shape()
    return out


cdef int along_vjp(Node n, object g, Backward to) except -1:
    cdef TakeAttributes* at = n.attributes.get[TakeAttributes]()
    cdef Dims shape = (<Tensor>g).a.shape()  # what x was broadcast to
    shape[at.axis] = at.shape[at.axis]
    to.give(0, along_back(<Tensor>g, n.saved(0), at.axis, shape))
    return 0


cdef int along_back_vjp(Node n, object g, Backward to) except -1:
    to.give(0, take_along_axis(g, n.saved(0), axis=n.attributes.get[TakeAttributes]().axis))
    return 0


cdef Primitive TAKE_ALONG_AXIS = define(b"take_along_axis", along_vjp)
cdef Primitive TAKE_ALONG_AXIS_BACK = define(b"take_along_axis_back", along_back_vjp)


cdef Tensor along_back(Tensor g, Tensor indices, int axis, const Dims& shape):
    cdef Tensor out = wrap(Array.zeros(shape, g.a.dtype()))
    native.put_along_axis(out.a, indices.a, g.a, axis, True)
    if recording(g):
        set_take(record1(out, &TAKE_ALONG_AXIS_BACK, g), indices, axis)
    return out


@one_vocabulary
def take_along_axis(x: TensorLike, indices: TensorLike, /, axis: int = -1, **torchs) -> Tensor:
    """Along an axis, each line's elements at that line's places: ``out[i, j] = x[i, indices[i, j]]`` for the last of
    two.

    ``x`` and ``indices`` have equally many axes, and broadcast along all but ``axis``.
    """
    if torchs:
        axis = in_our_words(torchs, "take_along_axis", axis, -1)[0]
    cdef Tensor t = as_tensor(x, b"take_along_axis"), i = _indices(indices, b"take_along_axis"), out
    cdef int at = axis_of(axis, t.a.ndim(), b"take_along_axis")
    out = wrap(native.take_along_axis(t.a, i.a, at))
    if recording(t):
        set_take(record1(out, &TAKE_ALONG_AXIS, t), i, at).shape = t.a.shape()
    return out


def sums_at(values: TensorLike, indices: TensorLike, axis: int, shape: ShapeLike) -> Tensor:
    """Zeros of this shape, and the values added at these places along an axis: what `take` does, transposed."""
    cdef Tensor v = as_tensor(values, b"sums_at"), i = _indices(indices, b"sums_at")
    cdef Dims wanted = dims_from(shape, b"sums_at")
    return take_back(v, i, axis_of(axis, wanted.size(), b"sums_at"), wanted)


def sums_along(values: TensorLike, indices: TensorLike, axis: int, shape: ShapeLike) -> Tensor:
    """Zeros of this shape, and each line's values added at that line's places along an axis: what `take_along_axis`
    does, transposed."""
    cdef Tensor v = as_tensor(values, b"sums_along"), i = _indices(indices, b"sums_along")
    cdef Dims wanted = dims_from(shape, b"sums_along")
    return along_back(v, i, axis_of(axis, wanted.size(), b"sums_along"), wanted)


def one_hot(indices: TensorLike, num_classes: int = -1, dtype: DTypeLike | None = None) -> Tensor:
    """A last axis with 1 at each index and 0 elsewhere.

    Parameters
    ----------
    indices : integer Tensor, shape (...)
        The classes, not negative.
    num_classes : int
        Its length; -1 for the largest index + 1.
    dtype : dtype, optional
        Default int64.

    Raises
    ------
    IndexError
        If an index is negative or not less than ``num_classes``.
    """
    cdef Tensor i = _indices(indices, b"one_hot")
    num_classes = whole(num_classes, "one_hot", "num_classes")
    if num_classes == -1:
        if i.a.size() == 0:
            raise TensorValueError("one_hot: give num_classes where there are no indices")
        num_classes = int(i.max()) + 1
    try:
        return wrap(native.one_hot(i.a, num_classes, dtype_from_python(int64 if dtype is None else dtype)))
    except (MemoryError, OverflowError, ValueError) as error:
        if str(error).startswith("one_hot"):
            raise
        raise type(error)(f"one_hot: {num_classes} classes for indices of shape {i.shape}: {error}") from None
