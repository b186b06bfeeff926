# distutils: language = c++
"""What every family of operations shares: arguments that are not tensors yet, the words of two libraries, and how
members reach Tensor."""
from cpython.float cimport PyFloat_Check
from cpython.long cimport PyLong_Check
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF

from fastgrad._tensor cimport Tensor
from fastgrad._tensor.construct cimport strong_floats
from fastgrad._tensor.convert cimport dtype_object, flag
from fastgrad._tensor.cpp cimport DType, is_floating, operator_slots

from sys import intern

from numpy import float64, ndarray

from fastgrad._tensor.construct import tensor_from
from fastgrad.errors import TensorOverflowError, TensorTypeError, TensorValueError

cdef extern from "Python.h":
    void PyType_Modified(PyTypeObject*)
    cdef struct _typeobject "_typeobject":
        PyObject* tp_dict
        Py_ssize_t tp_vectorcall_offset
        object (*tp_getattro)(object, object)
        int (*tp_setattro)(object, object, PyObject*) except -1
    _typeobject* Py_TYPE(object)
    object PyObject_GenericGetAttr(object, object)
    int PyObject_GenericSetAttr(object, object, PyObject*) except -1
    Py_ssize_t PyTuple_GET_SIZE(PyObject*)
    PyObject* PyTuple_GET_ITEM(PyObject*, Py_ssize_t)
    ctypedef object (*vectorcallfunc)(object, PyObject**, size_t, PyObject*)
    int METH_FASTCALL, METH_KEYWORDS
    ctypedef struct PyMethodDef:
        int ml_flags
    ctypedef struct PyCFunctionObject:
        PyMethodDef* m_ml


# In NumPy's door: whether no tensor can be made of an array, and what answers operators with that and with complex
# numbers.
cdef object _is_foreign_array = None
cdef object _foreign_operator = None


def set_foreign_operator(operator: Any, is_foreign_array: Any) -> None:
    """Has operators of a tensor with what no tensor can be be answered by ``operator(name, x, y)``: for NumPy's door
    alone. None: as they are without."""
    global _is_foreign_array, _foreign_operator
    _is_foreign_array = is_foreign_array
    _foreign_operator = operator


def foreign_operator(name: str, x: Any, y: Any) -> Any:
    """What an operator is whose other operand is foreign: of that operand's methods, outside NumPy's door."""
    return NotImplemented if _foreign_operator is None else _foreign_operator(name, x, y)


cdef bint is_foreign(object x) except -1:
    """Whether an operator leaves the other operand to that operand's own methods: neither an array nor a sequence."""
    if isinstance(x, (Tensor, list, tuple)) or type(x) is ndarray and x.dtype.char in "?bBhHiIlLqQefd":
        return False
    return not hasattr(x, "__array__") or _is_foreign_array is not None and _is_foreign_array(x)


cdef bint is_scalar(object x) noexcept:
    """A Python number: weak, it takes the dtype of the tensor it meets."""
    return PyFloat_Check(x) or PyLong_Check(x)


cdef bint is_weak(object x, DType beside) noexcept:
    """Such a number beside a tensor of a dtype: in NumPy's door, NumPy's float64 is one of its own beside narrower
    floats."""
    return is_scalar(x) and not (
        strong_floats and type(x) is float64 and is_floating(beside) and beside != DType.F64)


cdef Tensor as_tensor(object x, const char* op):
    """An argument as a tensor: itself, or what ``asarray`` makes of an array, a number or nested sequences of them."""
    if isinstance(x, Tensor):
        return <Tensor>x
    return _made(x, op, None, False)


cdef Tensor as_operand(object x, const char* op, DType other):
    """`as_tensor` of what meets a tensor of another dtype: of sequences, Python's floats lose nothing beside
    float64."""
    if isinstance(x, Tensor):
        return <Tensor>x
    return _made(x, op, dtype_object(other), False)


cdef Tensor as_value(object x, const char* op, DType target):
    """`as_tensor` of what is written to a tensor: Python's numbers in sequences take its dtype, and must fit."""
    if isinstance(x, Tensor):
        return <Tensor>x
    return _made(x, op, dtype_object(target), True)


def operand(x: TensorLike, str op: str, beside: Tensor | None = None) -> Tensor:
    """`as_tensor` for operations that are written in Python, and, beside another tensor, `as_operand`."""
    if isinstance(x, Tensor):
        return <Tensor>x
    return _made(x, op.encode(), None if beside is None else beside.dtype, False)


cdef Tensor _made(object x, const char* op, object beside, bint written):
    try:
        return tensor_from(x, None, True, beside, written)
    except TypeError as error:
        raise TensorTypeError(f"{op.decode()}: {error}") from None
    except OverflowError as error:
        raise TensorOverflowError(f"{op.decode()}: {error}") from None
    except ValueError as error:
        raise TensorValueError(f"{op.decode()}: {error}") from None


cpdef int refuse(dict unknown, str op, str difference="") except -1:
    """Raises the TypeError of keywords that a function does not have; of PyTorch's, it names ours and what differs."""
    ours = {"dim": "axis", "keepdim": "keepdims", "dims": "axis", "unbiased": "correction"}
    for word in unknown:
        if word in ours:
            raise TypeError(
                f"{op}: got PyTorch's keyword '{word}'; here it is '{ours[word]}'"
                + (f", and {difference}" if difference else "")
            )
        raise TypeError(f"{op}() got an unexpected keyword argument '{word}'")
    return 0


# ---- two vocabularies ------------------------------------------------------------------------------------------------

cdef tuple in_our_words(dict words, str op, object axis, object default=None, object keepdims=None):
    """The axis, whose default is given, and keepdims (None: the function has none) of a call that gives PyTorch's
    words."""
    for word, value in words.items():
        if word == "dim" or word == "dims":
            if axis != default:
                raise TypeError(f"{op}: got the axis twice, {axis} by position and {word} = {value}")
            axis = value
        elif word == "keepdim" and keepdims is not None:
            if keepdims is not False and flag(keepdims, op, "keepdims"):
                raise TypeError(f"{op}: got keepdims by position, and keepdim = {value}")
            keepdims = value
        else:
            refuse({word: value}, op)
    return axis, keepdims


cdef set _NUMPYS = {"axis", "keepdims", "ddof", "ord"}, _TORCHS = {"dim", "keepdim", "unbiased", "dims", "p"}

# What calls are full of, interned as keywords are: found without a look at their letters.
cdef PyObject* _AXIS = _interned("axis")
cdef PyObject* _KEEPDIMS = _interned("keepdims")
cdef PyObject* _DTYPE = _interned("dtype")
cdef PyObject* _CORRECTION = _interned("correction")


cdef PyObject* _interned(str word) except NULL:
    word = intern(word)
    Py_INCREF(word)
    return <PyObject*>word


cdef inline bint _has_others(PyObject* names) noexcept:
    """Whether there are keywords beside NumPy's commonest."""
    cdef PyObject* name
    for i in range(PyTuple_GET_SIZE(names)):
        name = PyTuple_GET_ITEM(names, i)
        if name != _AXIS and name != _KEEPDIMS and name != _DTYPE and name != _CORRECTION:
            return True
    return False


cdef tuple _of_one_vocabulary(object function, tuple names):
    """Keywords of one vocabulary. PyTorch takes NumPy's `axis` and `keepdims` beside its own words, so a program that
    has said that it speaks those may, too; to others it is a TypeError."""
    if _NUMPYS.isdisjoint(names) or _TORCHS.isdisjoint(names):
        return names
    from fastgrad.ops.vocabulary import get_vocabulary

    if get_vocabulary() == "torch":
        from fastgrad.ops.pytorch.common import NUMPYS

        names = tuple([NUMPYS.get(name, name) for name in names])
        if len(set(names)) < len(names):
            raise TypeError(f"{function.__name__}: got one argument twice, by NumPy's keyword and by PyTorch's")
    for numpys in _NUMPYS.intersection(names):
        for torchs in _TORCHS.intersection(names):
            raise TypeError(
                f"{function.__name__}: got NumPy's keyword '{numpys}' and PyTorch's '{torchs}' in one call; use the "
                "words of one")
    return names


# The entry of every compiled function with keywords. (Each module has its copy; all do the same.)
cdef vectorcallfunc _entry = NULL


cdef object _called(object function, PyObject** args, size_t given, PyObject* names):
    if names != NULL and PyTuple_GET_SIZE(names) > 1 and _has_others(names):
        words = _of_one_vocabulary(function, <tuple>names)
        return _entry(function, args, given, <PyObject*>words)
    return _entry(function, args, given, names)


cdef inline vectorcallfunc* _slot(object function):
    return <vectorcallfunc*>(<char*><PyObject*>function + Py_TYPE(function).tp_vectorcall_offset)


def one_vocabulary(function: Any) -> Any:
    """Has a compiled function refuse keywords of NumPy and of PyTorch in one call, unless the program speaks PyTorch's;
    returns it.

    What it is called with by name and what by position a function cannot tell: ``sum(x, 1, keepdim=True)`` is
    PyTorch's, ``sum(x, axis=1, keepdim=True)`` nobody's. So `_called` stands before its entry, in the slot that callers
    read; calls with less than two keywords are passed on by two comparisons.
    """
    global _entry
    if (<PyCFunctionObject*>function).m_ml.ml_flags != (METH_FASTCALL | METH_KEYWORDS):
        raise TypeError(f"one_vocabulary: {function.__name__} takes no keywords")
    _entry = _slot(function)[0]
    _slot(function)[0] = <vectorcallfunc>_called
    return function


# ---- members of Tensor -----------------------------------------------------------------------------------------------


def set_members(dict members: dict[str, Any]) -> None:
    """Makes functions of a tensor, or properties, Tensor's members of these names: Python sets none on a compiled
    type."""
    (<dict><object>(<_typeobject*>Tensor).tp_dict).update(members)
    PyType_Modified(<PyTypeObject*>Tensor)


def drop_members(list names: list[str]) -> None:
    """Takes members of these names from Tensor again."""
    cdef dict members = <dict><object>(<_typeobject*>Tensor).tp_dict
    for name in names:
        members.pop(name, None)
    PyType_Modified(<PyTypeObject*>Tensor)


# ---- attributes that programs give tensors ---------------------------------------------------------------------------
# A tensor has no dict: most never need one, and it would make each larger. What a program assigns stands here, by the
# tensor's address, as long as that tensor lives. Tensors that have attributes of the kind cost look-ups; until the
# first is assigned, nothing is slower but an assignment that would be an error.

cdef dict _given = {}  # address -> (weak reference, attributes)


cdef int _set_attribute(object t, object name, PyObject* value) except -1:
    try:
        return PyObject_GenericSetAttr(t, name, value)
    except AttributeError:
        if hasattr(type(t), name) or hasattr(t, "__dict__"):
            raise
    cdef object key = <size_t><PyObject*>t
    entry = _given.get(key)
    if value == NULL:
        if entry is None or name not in entry[1]:
            raise AttributeError(f"'{type(t).__name__}' object has no attribute {name!r}")
        del entry[1][name]
        return 0
    if entry is None:
        from weakref import ref
        entry = (ref(t, lambda gone, key=key: _given.pop(key, None)), {})
        _given[key] = entry
        (<_typeobject*>Tensor).tp_getattro = _get_attribute
        PyType_Modified(<PyTypeObject*>Tensor)
    entry[1][name] = <object>value
    return 0


cdef object _get_attribute(object t, object name):
    try:
        return PyObject_GenericGetAttr(t, name)
    except AttributeError:
        entry = _given.get(<size_t><PyObject*>t)
        if entry is None or name not in entry[1]:
            raise
        return entry[1][name]


def take_attributes(bint whether: bool) -> None:
    """Says whether programs may give tensors attributes of their own, as PyTorch's have."""
    (<_typeobject*>Tensor).tp_setattro = _set_attribute if whether else PyObject_GenericSetAttr
    if not whether:
        (<_typeobject*>Tensor).tp_getattro = PyObject_GenericGetAttr
        _given.clear()
    PyType_Modified(<PyTypeObject*>Tensor)


cdef object repr_slot(object t):
    from fastgrad._tensor.printing import tensor_repr
    return tensor_repr(t)


operator_slots.repr = repr_slot
