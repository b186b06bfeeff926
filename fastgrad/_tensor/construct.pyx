# distutils: language = c++
"""What becomes a tensor: arrays, Python's numbers, nested sequences of both."""
from cpython.bool cimport PyBool_Check
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_Check
from cpython.long cimport PyLong_Check
from libc.string cimport memcpy

from fastgrad._tensor.convert cimport dtype_object, scalar_for
from fastgrad._tensor.cpp cimport (
    Array, Dims, DType, Kind, dtype_from_python, is_floating, is_integer, itemsize, kind, promote, promote_weak,
    set_zero_dimensional_weak,
)
from fastgrad._tensor.exchange cimport of_array
from fastgrad._tensor.tensor cimport Tensor, detached, wrap
from fastgrad.ops._native.copy cimport Scalar, cast, fits, scalar_array, store_scalar

from numpy import float64

from fastgrad._tensor.dtype import as_dtype
from fastgrad.errors import TensorOverflowError, TensorTypeError, TensorValueError

cdef extern from "array/default_float.h" namespace "fastgrad" nogil:
    void set_core_default_float "fastgrad::set_default_float"(DType)
    DType to_default_float(DType)

default_float = DType.F32
strong_floats = False


def set_default_float(dtype: DTypeLike) -> None:
    """Sets the dtype of Python's floats, of new tensors that are given none and of what integers become beside them:
    for PyTorch's door alone."""
    global default_float
    cdef DType wanted = dtype_from_python(dtype)
    if not is_floating(wanted):
        raise TypeError(f"set_default_dtype: a floating dtype is wanted, got {as_dtype(dtype)}")
    default_float = wanted
    set_core_default_float(wanted)


def set_float_of_integers(dtype: DTypeLike) -> None:
    """Sets what integers become where floats are computed from them, and beside Python's floats; what is made new
    keeps the default dtype. For NumPy's door alone."""
    set_core_default_float(dtype_from_python(dtype))


def set_strong_floats(bint strong: bool) -> None:
    """Has NumPy's float64 scalars, and Python's floats in sequences, be float64 beside narrower floats, as NumPy has it:
    for NumPy's door alone."""
    global strong_floats
    strong_floats = strong


def get_default_float() -> Any:
    """The dtype of Python's floats and of new tensors that are given none."""
    return dtype_object(default_float)


def set_weak_zero_dimensional(weak: bool) -> None:
    """Has tensors of 0 dimensions take the dtype of tensors that have some, if their kind of number is no wider: for
    PyTorch's door alone."""
    set_zero_dimensional_weak(weak)


def tensor_from(
    data: Any, dtype: DTypeLike | None, bint share: bool, beside: DTypeLike | None = None, bint written: bool = False
) -> Tensor:
    """A tensor of an array, a Python number or nested sequences; on the same memory if share and possible.

    Python's numbers take the default dtypes, but float64 `beside` a tensor of that, and the dtype of the tensor that
    they are `written` to if their kind fits into it.
    """
    cdef Tensor t = None
    if isinstance(data, Tensor):
        t = detached(<Tensor>data) if not share else <Tensor>data
    elif isinstance(data, (float, int, list, tuple, range)):
        return _of_numbers(data, dtype, beside, written)
    else:
        t = of_array(data, &share)
    if dtype is not None and t.dtype is not as_dtype(dtype):
        return t.astype(dtype)
    return t if share else t.clone()


# ---- numbers and nested sequences ------------------------------------------------------------------------------------

# Deeper than any array of NumPy's.
cdef int MAX_DEPTH = 64


# What nested sequences hold. Of Python's numbers alone they are an array of this shape; with tensors and arrays among
# them they are the stack of those, on the graph.
cdef class _Nest:
    cdef Dims shape
    cdef bint numbers, bools, ints, floats
    cdef bint stacked, strong   # tensors or arrays are among them, and have this dtype in common
    cdef DType dtype

    cdef Kind common_kind(self):
        return Kind.Float if self.floats else Kind.Signed if self.ints else Kind.Bool

    cdef int number(self, object item) noexcept:
        self.numbers = True
        if PyFloat_Check(item):
            self.floats = True
        elif PyBool_Check(item):
            self.bools = True
        else:
            self.ints = True
        return 0


cdef inline bint _is_number(object item):
    return PyFloat_Check(item) or PyLong_Check(item)


cdef inline bint _is_sequence(object item):
    return isinstance(item, (list, tuple, range))


cdef object _copied(object data, int depth, _Nest nest):
    """The sequences as lists of their own, so that nothing changes them meanwhile, of numbers and tensors."""
    cdef list items
    cdef object item
    cdef Py_ssize_t i
    cdef bint share = False
    if depth == MAX_DEPTH:
        raise TensorValueError(
            f"a sequence nested more than {MAX_DEPTH} deep (does it hold itself?) cannot become a tensor")
    items = list(data)
    for i in range(len(items)):
        item = items[i]
        if _is_number(item):
            nest.number(item)
        elif _is_sequence(item):
            items[i] = _copied(item, depth + 1, nest)
        else:
            if not isinstance(item, Tensor):
                if isinstance(item, (str, bytes, bytearray)) or item is None:
                    raise TensorTypeError(f"a sequence of {type(item).__name__} cannot become a tensor")
                item = items[i] = of_array(item, &share)
            nest.stacked = True
            nest.dtype = (<Tensor>item).a.dtype() if not nest.strong \
                else promote(nest.dtype, (<Tensor>item).a.dtype(), b"a sequence")
            nest.strong = True
    return items


cdef int _measure(list items, int depth, _Nest nest) except -1:
    """The shape of nested lists of numbers."""
    cdef object item
    cdef bint leaves = False, lists = False
    if depth == nest.shape.size():
        nest.shape.push_back(len(items))
    elif nest.shape[depth] != len(items):
        raise TensorValueError(
            f"inhomogeneous sequences, of lengths {nest.shape[depth]} and {len(items)}, cannot become a tensor")
    for item in items:
        if _is_number(item):
            leaves = True
        else:
            lists = True
            _measure(item, depth + 1, nest)
    if lists and leaves or leaves and nest.shape.size() != depth + 1:
        raise TensorValueError("inhomogeneous sequences, numbers beside sequences of them, cannot become a tensor")
    return 0


cdef char* _fill(object item, char* p, DType dtype, size_t width) except NULL:
    """Writes the numbers in nested lists of them from p on, one after the other."""
    cdef char unit[8]
    cdef object inner
    cdef Scalar s
    if isinstance(item, list):
        for inner in <list>item:
            if dtype == DType.F64 and PyFloat_Check(inner):  # mostly it is just this
                (<double*>p)[0] = PyFloat_AS_DOUBLE(inner)
                p += width
            else:
                p = _fill(inner, p, dtype, width)
        return p
    if PyFloat_Check(item) and is_integer(dtype):  # toward zero, as a cast
        memcpy(p, cast(scalar_array(scalar_for(item, True, False, b""), DType.F64, b""), dtype).bytes(), width)
        return p + width
    s = scalar_for(item, is_floating(dtype), dtype == DType.Bool, b"")
    if is_integer(dtype) and not fits(s, dtype):
        raise TensorOverflowError(f"the Python int {item} is out of the range of {dtype_object(dtype)}"
                            + ("; give dtype=fg.uint64" if dtype == DType.I64 and 0 < item < 1 << 64 else ""))
    store_scalar(s, dtype, unit, b"tensor")
    memcpy(p, unit, width)
    return p + width


cdef Tensor _filled(object items, const Dims& shape, DType dtype):
    cdef Array a = Array.empty(shape, dtype)
    _fill(items, a.bytes(), dtype, itemsize(dtype))
    return wrap(a)


cdef Tensor _stacked(object item, DType dtype):
    """Nested lists of numbers and tensors as one tensor."""
    cdef Tensor t
    cdef list parts
    if isinstance(item, Tensor):
        t = <Tensor>item
        return t if t.a.dtype() == dtype else t.astype(dtype_object(dtype))
    if not isinstance(item, list):
        return _filled(item, Dims(), dtype)
    parts = [_stacked(inner, dtype) for inner in <list>item]
    if not parts:
        return _filled([], Dims(1, 0), dtype)
    for t in parts:
        if t.shape != parts[0].shape:
            raise TensorValueError(f"a sequence of shapes {parts[0].shape} and {t.shape} cannot become a tensor")
    from fastgrad.ops.join import stack
    return stack(parts)


cdef Tensor _of_numbers(object data, object wanted, object beside, bint written):
    cdef _Nest nest = _Nest.__new__(_Nest)
    cdef DType dtype, other = default_float if beside is None else dtype_from_python(beside)
    cdef object items = data
    if _is_number(data):
        nest.number(data)
    else:
        items = _copied(data, 0, nest)
        nest.floats = nest.floats or not nest.numbers  # of no numbers: float32
    if strong_floats and beside is not None and not written and (items is not data or type(data) is float64):
        other = DType.F64
    if wanted is not None:
        dtype = dtype_from_python(wanted)
    elif nest.strong:
        dtype = promote_weak(nest.dtype, nest.common_kind(), b"a sequence") if nest.numbers else nest.dtype
        if other == DType.F64 and dtype == DType.F32 and not is_floating(nest.dtype):
            dtype = other
        if strong_floats and not written and nest.numbers and (nest.floats or nest.ints):
            dtype = promote(dtype, DType.I64 if is_integer(dtype) and dtype != DType.U64 else DType.F64, b"a sequence")
    elif written and (nest.floats and is_floating(other) or nest.ints and not nest.floats and kind(other) != Kind.Bool):
        dtype = other
    elif nest.floats:
        dtype = DType.F64 if other == DType.F64 else default_float if is_floating(other) else to_default_float(other)
    else:
        dtype = DType.I64 if nest.ints else DType.Bool
    if nest.strong:
        return _stacked(items, dtype)
    if isinstance(items, list):
        _measure(items, 0, nest)
    return _filled(items, nest.shape, dtype)
