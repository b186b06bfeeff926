# distutils: language = c++
"""Results without axes as NumPy's numbers: what its door has `x[i]`, `x @ y` and reductions give, and `x[i] = y` take."""
from libc.string cimport memcpy
from libcpp.vector cimport vector

from numpy import floating as _Float, zeros as numpy_zeros

from fastgrad._tensor cimport Tensor, recording, tracing
from fastgrad._tensor.cpp cimport DType, Kind, itemsize, kind, operator_slots
from fastgrad.ops._common cimport as_tensor, is_scalar
from fastgrad.ops.index cimport getitem_slot, place_of, setitem_slot

from fastgrad._tensor.dtype import ALL as _ALL, bfloat16
from fastgrad.ops.cast import clone as clone_tensor
from fastgrad.ops.creation import asarray


# NumPy's type of a single number, by dtype; bfloat16 has none.
cdef list NUMBERS = [d.dtype.type if d is not bfloat16 else None for d in _ALL]
cdef frozenset _KNOWN_NUMBERS = frozenset(NUMBERS)

# An array of one element for each: NumPy reads its scalar from there in a fifth of the time that the type's call takes.
cdef list CELLS = [numpy_zeros(1, d.dtype) if d is not bfloat16 else None for d in _ALL]
cdef vector[size_t] CELL_PLACES = [0 if cell is None else cell.__array_interface__["data"][0] for cell in CELLS]


cdef object numpys_number(const char* place, DType dtype):
    """NumPy's scalar of an element; None where NumPy has not the dtype."""
    cdef int at = <int>dtype
    cdef object cell = CELLS[at]
    if cell is None:
        return None
    memcpy(<char*>CELL_PLACES[at], place, itemsize(dtype))
    if dtype == DType.Bool:
        (<char*>CELL_PLACES[at])[0] = place[0] != 0
    return cell[0]


cdef bint _numbers = False  # whether floats are numbers, too
cdef object (*_product)(object, object)  # what `@` gives without that


cpdef object number(object result: Any):
    """A result without axes as what NumPy gives: its scalar, which can be a key and compares by value.

    What gradients flow to stays a tensor, and so do floats until NumPy's door is open.
    """
    if not isinstance(result, Tensor):
        return result
    cdef Tensor t = <Tensor>result
    if t.a.ndim() or t.requires_grad or tracing() or not _numbers and kind(t.a.dtype()) == Kind.Float:
        return t
    cdef object scalar = numpys_number(t.a.bytes(), t.a.dtype())
    return t if scalar is None else scalar


cpdef object unless_number(object value: Any):
    """What a program's rule or hook returns to the graph: a tensor again, where `number` has made a float of it."""
    if _numbers and isinstance(value, _Float):
        return asarray(value, dtype=value.dtype)
    return value


cdef object number_slot(object x, object key):
    """What NumPy reads: at a place that integers name a number, which no later write to the place changes; no view."""
    cdef object found, read
    cdef Tensor t = <Tensor>x
    cdef const char* place = place_of(t, key) if not recording(t) else NULL
    if place != NULL:
        read = numpys_number(place, t.a.dtype())
        if read is not None:
            return read
    found = getitem_slot(x, key)
    if (<Tensor>found).a.ndim() or tracing() or key is Ellipsis:
        return found
    if isinstance(key, tuple):
        for item in <tuple>key:
            if item is Ellipsis:
                return found
    read = number(found)
    return clone_tensor(<Tensor>found) if read is found else read


cdef object product_slot(object x, object y):
    return number(_product(x, y))


cdef object _cast(object value, Tensor t):
    """What is written to a tensor of integers or bools, where NumPy casts: floats go toward zero."""
    cdef Tensor v
    if is_scalar(value) or type(value) is NUMBERS[<int>t.a.dtype()]:
        return bool(value) if t.a.dtype() == DType.Bool else int(value)
    v = as_tensor(value, b"setitem")
    if v.requires_grad or kind(v.a.dtype()) != Kind.Float and t.a.dtype() != DType.Bool:
        return value
    return v.astype(t.dtype)


cdef object cast_slot(object x, object key, object value):
    """What NumPy writes: the value cast to the dtype, of whatever kind of number it is."""
    if kind((<Tensor>x).a.dtype()) != Kind.Float:
        value = _cast(value, <Tensor>x)
    elif not is_scalar(value) and not isinstance(value, Tensor) and type(value) in _KNOWN_NUMBERS:
        value = value.item()
    return setitem_slot(x, key, value)


def set_numbers(bint whether: bool) -> None:
    """Has results without axes be numbers: of reductions, of `x @ y`, and of `x[i]` of one axis and what iterates over
    it, which are views otherwise; and has `x[i] = y` cast y. For NumPy's door alone."""
    global _numbers, _product
    if whether and not _numbers:
        _product = operator_slots.matmul
    operator_slots.getitem = number_slot if whether else getitem_slot
    operator_slots.setitem = cast_slot if whether else setitem_slot
    if whether or _numbers:
        operator_slots.matmul = product_slot if whether else _product
    _numbers = whether
