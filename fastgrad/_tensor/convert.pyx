# distutils: language = c++
"""Between the core's values and Python's: dtypes, shapes, axes, numbers, elements."""
from cpython.bool cimport PyBool_Check
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_Check, PyFloat_FromDouble
from cpython.long cimport PyLong_Check
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport INT64_MIN, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from fastgrad._tensor.cpp cimport Array, Dims, DType, dtype_objects, is_floating, normalize_axis
from fastgrad.ops._native.copy cimport (
    Scalar, scalar_array, scalar_from_bool, scalar_from_float, scalar_from_huge, scalar_from_int, scalar_from_uint,
)

from fastgrad._tensor.dtype import ALL as _ALL
from fastgrad.errors import TensorAxisError, TensorOverflowError, TensorTypeError, TensorValueError

cdef extern from "Python.h":
    bint PyIndex_Check(object)
    object PyNumber_Index(object)
    bint PyLong_CheckExact(object)
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1
    double PyLong_AsDouble(object) except? -1
    unsigned long long PyLong_AsUnsignedLongLong(object) except? 18446744073709551615

for _i, _d in enumerate(_ALL):
    Py_INCREF(_d)
    dtype_objects[<int>_i] = <PyObject*>_d


# Further from the main diagonal than any matrix reaches, and still safe to add lengths to.
cdef int64_t FAR = <int64_t>1 << 62


# ---- shapes and axes -------------------------------------------------------------------------------------------------

cdef tuple dims_to_tuple(const Dims& d):
    cdef int i
    return tuple([d[i] for i in range(d.size())])


cdef Dims dims_from(object shape, const char* op) except *:
    """A shape, or a list of axes: an int or a sequence of ints."""
    cdef Dims d
    cdef object item
    if isinstance(shape, (tuple, list)):
        for item in shape:
            d.push_back(_index(item, op))
    elif PyIndex_Check(shape) and not getattr(shape, "ndim", 0):
        d.push_back(_index(shape, op))
    else:
        try:
            items = list(shape)
        except TypeError:
            raise _not_ints(shape, op) from None
        for item in items:
            d.push_back(_index(item, op))
    return d


cdef object _not_ints(object given, const char* op):
    return TypeError(f"{op.decode()}: a shape or axes must be an int or a tuple of ints, got {given!r}")


cdef int64_t _index(object item, const char* op) except? -1:
    cdef int overflow = 0
    cdef int64_t i
    if not PyLong_CheckExact(item):  # to try costs as much as all the rest
        try:
            item = PyNumber_Index(item)
        except TypeError:
            raise _not_ints(item, op) from None
    i = PyLong_AsLongLongAndOverflow(item, &overflow)
    if overflow:
        raise TensorValueError(f"{op.decode()}: {item!r} is too large")
    return i


cpdef object whole(object value, str op, str argument):
    """An argument that must be an integer, as a Python int."""
    try:
        return PyNumber_Index(value)
    except TypeError:
        raise TypeError(f"{op}: {argument} must be an int, got {value!r}") from None


def word(value: Any, op: str, argument: str) -> int:
    """Such an argument, where it must fit in 64 bits."""
    n = whole(value, op, argument)
    if _small(n) == INT64_MIN:
        raise TensorValueError(f"{op}: {argument} must be from -2**63 + 1 to 2**63 - 1, got {n}")
    return n


cpdef tuple wholes(object value, str op, str argument):
    """An argument that must be an integer or several, as a tuple of Python ints."""
    try:
        if PyIndex_Check(value) and not getattr(value, "ndim", 0):
            return (PyNumber_Index(value),)
        if isinstance(value, (bytes, bytearray)):  # characters, though they give ints
            raise TypeError
        return tuple([PyNumber_Index(item) for item in value])
    except TypeError:
        raise TypeError(f"{op}: {argument} must be an int or a tuple of ints, got {value!r}") from None


cpdef tuple words(object value, str op, str argument):
    """Such an argument, where each must fit in 64 bits."""
    cdef tuple numbers = wholes(value, op, argument)
    _check_words(numbers, op, argument)
    return numbers


cpdef int64_t diagonal(object k, str op) except? -1:
    """The number of a diagonal; one beyond any matrix where it is too large for a word."""
    cdef int overflow = 0
    cdef int64_t d = PyLong_AsLongLongAndOverflow(whole(k, op, "k"), &overflow)
    return max(-FAR, min(d, FAR)) if overflow == 0 else FAR * overflow


cdef int axis_of(object axis, int ndim, const char* op) except -1:
    """One axis, as Python gave it: checked and not negative."""
    try:
        return normalize_axis(PyNumber_Index(axis), ndim, op)
    except TypeError:
        raise TypeError(f"{op.decode()}: an axis must be an int, got {axis!r}") from None
    except OverflowError:
        raise TensorAxisError(axis, ndim, op.decode()) from None


def axis_number(axis: Any, int ndim: int, str op: str) -> int:
    """`axis_of`, for operations that are written in Python."""
    return axis_of(axis, ndim, op.encode())


cdef inline int64_t _small(object number):
    """The number if a word can hold it, else the least one."""
    cdef int overflow = 0
    cdef long long n = PyLong_AsLongLongAndOverflow(number, &overflow)
    return INT64_MIN if overflow != 0 else n


cpdef tuple pair(value, operation, argument, int64_t least=0):
    """An int, alone or in a sequence, or two ints, as a tuple of two ints, each at least ``least``."""
    if PyTuple_CheckExact(value) and PyTuple_GET_SIZE(value) == 2:  # as layers keep them
        first, second = <object>PyTuple_GET_ITEM(value, 0), <object>PyTuple_GET_ITEM(value, 1)
        if PyLong_CheckExact(first) and PyLong_CheckExact(second):
            if _small(first) >= least and _small(second) >= least:
                return <tuple>value
    elif PyLong_CheckExact(value) and _small(value) >= least:
        return (value, value)
    try:
        first, second = (value, value) if PyIndex_Check(value) else _repeated(value, 2)
        first, second = PyNumber_Index(first), PyNumber_Index(second)
    except (TypeError, ValueError):
        raise TypeError(f"{operation}: {argument} must be an int or a tuple of 2 ints, got {value!r}") from None
    if first < least or second < least:
        raise TensorValueError(f"{operation}: {argument} must be at least {least}, got {value!r}")
    _check_words((first, second), operation, argument)
    return first, second


cdef int _check_words(tuple numbers, object operation, object argument) except -1:
    """See that each number fits in a word."""
    for i in numbers:
        if _small(i) == INT64_MIN:
            bound = "less than 2**63" if i > 0 else "greater than -2**63"
            raise TensorValueError(f"{operation}: {argument} must be {bound}, got {i}")
    return 0


cdef tuple _repeated(object sequence, int count):
    """Of one element as many, else the elements."""
    cdef tuple elements = tuple(sequence)
    return elements * count if len(elements) == 1 else elements


cpdef tuple per_axis(value, int axes, operation, argument, int64_t least=0):
    """An int, alone or in a sequence, or one int for each of so many axes, as a tuple of ints, each at least ``least``."""
    if axes == 2:
        return pair(value, operation, argument, least)
    cdef tuple numbers = None
    try:
        given = (value,) * axes if PyIndex_Check(value) else _repeated(value, axes)
        numbers = tuple([PyNumber_Index(i) for i in given])
    except TypeError:
        pass
    if numbers is None or len(numbers) != axes:
        raise TypeError(
            f"{operation}: {argument} must be an int or a tuple of {axes} int{'s' if axes > 1 else ''}, got {value!r}")
    for i in numbers:
        if i < least:
            raise TensorValueError(f"{operation}: {argument} must be at least {least}, got {value!r}")
    _check_words(numbers, operation, argument)
    return numbers


cpdef bint flag(object value, str operation, str argument) except -1:
    """An argument that is True or False, or an object of one truth value; the error of others names it."""
    if value is True or value is False:
        return value is True
    try:
        return bool(value)
    except ValueError:  # of tensors and arrays of several elements
        if not hasattr(value, "shape"):
            raise
        raise TensorTypeError(
            f"{operation}: {argument} must be True or False, got {type(value).__name__} of shape {tuple(value.shape)}"
        ) from None


cpdef object number(value, operation, argument):
    """A scalar argument that no rule differentiates, as Python's bool, int or float.

    A tensor that requires gradients would lose them silently, and is refused.
    """
    if PyFloat_Check(value) or PyLong_Check(value):
        return value
    if getattr(value, "requires_grad", False) is True:
        raise TypeError(
            f"{operation}: {argument} must be a number, got a tensor that requires gradients, which do not flow into "
            f"{argument}; give {argument}.item() or {argument}.detach()"
        )
    if getattr(value, "ndim", 0) != 0:
        raise TypeError(f"{operation}: {argument} must be a number, got {type(value).__name__} of shape {value.shape}")
    if hasattr(value, "item"):
        value = value.item()
        if PyFloat_Check(value) or PyLong_Check(value):
            return value
    elif hasattr(value, "__float__") or PyIndex_Check(value):
        return as_double(value, operation, argument)
    raise TypeError(f"{operation}: {argument} must be a number, got {value!r}")


cpdef double real(value, operation, argument) except? -1.0:
    """Such an argument as a float, where True and False are none."""
    if type(value) is float:
        return value
    found = number(value, operation, argument)
    if isinstance(found, bool):
        raise TypeError(f"{operation}: {argument} must be a number, got {value!r}")
    return as_double(found, operation, argument)


cdef double as_double(object value, object operation, object argument) except? -1.0:
    """A Python number as a float; ValueError where it is an int beyond all of them."""
    try:
        return float(value)
    except OverflowError:
        raise TensorValueError(
            f"{operation}: {argument} must be a number that a float can hold, got {value!r}") from None


# ---- numbers ---------------------------------------------------------------------------------------------------------

cdef Scalar scalar_for(object x, bint as_float, bint compared, const char* op) except *:
    """A Python number. An integer that no dtype holds is rounded where it meets floats, and kept as what it is where it
    is only compared; else an OverflowError, of the operation, which may be empty."""
    cdef int overflow = 0
    cdef long long value
    if PyFloat_Check(x):
        return scalar_from_float(PyFloat_AS_DOUBLE(x))
    if PyBool_Check(x):
        return scalar_from_bool(x is True)
    value = PyLong_AsLongLongAndOverflow(x, &overflow)
    if overflow == 0:
        return scalar_from_int(value)
    if overflow > 0 and x < (1 << 64):
        return scalar_from_uint(PyLong_AsUnsignedLongLong(x))
    if as_float and x.bit_length() <= 1024:
        return scalar_from_float(PyLong_AsDouble(x))
    if compared and not as_float:
        return scalar_from_huge(overflow)
    shown = x if x.bit_length() <= 1024 else f"of {x.bit_length()} bits"  # Python prints no numbers of any length
    name = op.decode()
    raise TensorOverflowError(f"{name}{': ' if name else ''}the Python int {shown} is out of range of every "
                        f"{'dtype' if as_float else 'integer dtype'}")


cdef Array number_array(object x, DType dtype, const char* op) except *:
    """A Python number as a 0-dimensional array."""
    return scalar_array(scalar_for(x, is_floating(dtype), False, op), dtype, op)


# ---- elements --------------------------------------------------------------------------------------------------------

cdef extern from *:
    """
    #include <cstring>
    static float fg_half_to_float(const char* p, bool brain) {
      unsigned short h; std::memcpy(&h, p, 2);
      unsigned int bits;
      if (brain) {
        bits = (unsigned int)h << 16;
      } else {
        unsigned int sign = (unsigned int)(h & 0x8000) << 16, exponent = (h >> 10) & 31, fraction = h & 0x3ff;
        if (exponent == 31) bits = sign | 0x7f800000u | (fraction << 13);
        else if (exponent) bits = sign | ((exponent + 112) << 23) | (fraction << 13);
        else {
          float f = (float)fraction * 5.9604644775390625e-08f;
          return sign ? -f : f;
        }
      }
      float f; std::memcpy(&f, &bits, 4); return f;
    }
    template <class T> static T fg_load(const char* p) { T x; std::memcpy(&x, p, sizeof(T)); return x; }
    """
    float fg_half_to_float(const char*, bint) nogil
    T fg_load[T](const char*) nogil


cdef object element(const char* p, DType t):
    """One element as a Python number."""
    if t == DType.F32: return PyFloat_FromDouble(fg_load[float](p))
    if t == DType.F64: return PyFloat_FromDouble(fg_load[double](p))
    if t == DType.I64: return fg_load[int64_t](p)
    if t == DType.Bool: return p[0] != 0
    if t == DType.I32: return fg_load[int32_t](p)
    if t == DType.U8: return <unsigned int>fg_load[uint8_t](p)
    if t == DType.I8: return <int>(<signed char>p[0])
    if t == DType.U16: return fg_load[uint16_t](p)
    if t == DType.I16: return fg_load[int16_t](p)
    if t == DType.U32: return fg_load[uint32_t](p)
    if t == DType.U64: return fg_load[uint64_t](p)
    return PyFloat_FromDouble(fg_half_to_float(p, t == DType.BF16))


# The buffer protocol's code of each dtype, in the core's order, each with its end; bfloat16 has none.
cdef const char* FORMATS = b"?\0B\0b\0H\0h\0I\0i\0Q\0q\0e\0\0\0f\0d"


cdef const char* format_of(DType t) noexcept:
    return FORMATS + 2 * <int>t
