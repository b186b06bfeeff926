# distutils: language = c++
"""Values in and out: Python's numbers and sequences, NumPy and the buffer protocol, DLPack, pickles."""
from cpython.bool cimport PyBool_Check
from cpython.buffer cimport Py_buffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_Check
from cpython.long cimport PyLong_Check
from libc.stdint cimport int64_t, uint64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from fastgrad._convert cimport dims_from, dtype_object, element
from fastgrad._cpp cimport (
    Array, Dims, DType, Kind, dtype_from_python, is_floating, is_integer, itemsize, kind, operator_slots, promote,
    promote_weak, translate_exception,
)
from fastgrad._tensor cimport Tensor, detached, new_tensor, requires_grad
from fastgrad.ops._common cimport scalar_for
from fastgrad.ops._native.copy cimport Scalar, cast, fits, scalar_array, store_scalar

from fastgrad import _core, _dtype
from fastgrad._tables import no_numbers

cdef extern from "array/borrow.h" namespace "fastgrad" nogil:
    cppclass ForeignMemory:
        void* data
        uint64_t byte_offset
        DType dtype
        Dims shape, strides
        bint writable
    Array borrow_array(const ForeignMemory&, void* owner, void (*release_owner)(void*) noexcept, const char* op) \
        except +translate_exception

# ---- out -------------------------------------------------------------------------------------------------------------

cdef _nested(Array& a, const char* p, int axis):
    cdef int64_t i
    cdef Py_ssize_t step
    if axis == a.ndim():
        return element(p, a.dtype())
    step = a.stride(axis) * <Py_ssize_t>itemsize(a.dtype())
    return [_nested(a, p + i * step, axis + 1) for i in range(a.shape(axis))]


cdef _to_numpy(Tensor t):
    import numpy
    if requires_grad(t):
        raise RuntimeError("a tensor that requires gradients cannot become a NumPy array; use detach().numpy()")
    if t.a.dtype() == DType.BF16:
        raise TypeError("NumPy has no bfloat16; convert with .astype(fg.float32)")
    return numpy.asarray(memoryview(t))


cdef bytes bytes_of(Tensor t):
    """The elements in C order; of bools, 0 and 1."""
    cdef Tensor c = t.detach()
    c = (c.clone() if c.a.dtype() == DType.Bool else c).contiguous()
    return PyBytes_FromStringAndSize(c.a.bytes(), c.a.nbytes())


def _rebuild(cls, bytes data, dtype, shape, leaf_requires_grad):
    cdef Dims d = dims_from(shape, "unpickle")
    cdef DType held = dtype_from_python(dtype)
    cdef Tensor t = cls.__new__(cls)
    cdef Py_ssize_t i, n = len(data)
    cdef object wanted  # may be any size
    cdef unsigned char* truth
    wanted = <size_t>itemsize(held)
    for i in range(d.size()):
        wanted *= max(d[i], 0)
    if wanted != n or any([d[i] < 0 for i in range(d.size())]):
        raise ValueError(f"unpickle: {n} bytes are not an array of shape {shape} and dtype {dtype}")
    t.a = Array.empty(d, held)
    memcpy(t.a.bytes(), PyBytes_AS_STRING(data), n)
    if held == DType.Bool:  # of a file that anybody may have written
        truth = <unsigned char*>t.a.bytes()
        for i in range(n):
            truth[i] = truth[i] != 0
    if leaf_requires_grad:
        t.requires_grad_(True)
    return t


def tolist(Tensor self) -> list[Any] | Any:
    """The elements as nested lists of Python numbers (a number for 0 dimensions)."""
    return _nested(self.a, self.a.bytes(), 0)


def numpy(Tensor self) -> np.ndarray[Any, Any]:
    """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""
    return _to_numpy(self)


def __array__(Tensor self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    """NumPy's protocol: what ``np.asarray`` calls."""
    result = _to_numpy(self)
    if dtype is not None and result.dtype != dtype:
        if copy is False:
            raise ValueError(f"a {self.dtype} tensor cannot become an array of {dtype} without a copy")
        return result.astype(dtype)
    return result.copy() if copy else result



def __reduce_ex__(Tensor self, protocol: Any) -> tuple[Any, ...]:
    """Pickled by value, as plain bytes; history does not travel."""
    if not self.is_leaf:
        raise RuntimeError("only leaves can be pickled or deep-copied; use detach() first")
    return _rebuild, (type(self), bytes_of(self), self.dtype, self.shape, self.requires_grad)


def __copy__(Tensor self) -> Tensor:
    """Another tensor on the same memory with the same history, of the same class and with its attributes.

    A leaf's is a leaf of its own where it requires gradients or is a subclass's; else it is a view.
    """
    cdef Tensor source, t
    requires_grad(self)
    if self.node is None and self.base is None and (self.leaf_requires_grad or type(self) is not Tensor):
        source = self
    else:
        source = operator_slots.getitem(self, Ellipsis)
    if type(self) is Tensor and source is not self:
        return source
    t = type(self).__new__(type(self))
    t.a = source.a
    t.node = source.node
    t.output = source.output
    t.leaf_requires_grad = source.leaf_requires_grad
    t.view_kind = source.view_kind
    t.base = source.base
    t.derived_at = source.derived_at
    t.grad = self.grad_
    attributes = getattr(self, "__dict__", None)
    if attributes:
        t.__dict__.update(attributes)
    return t


def __deepcopy__(Tensor self, memo: dict[int, Any]) -> Tensor:
    """A copy of the values and of ``grad``, with the attributes of a subclass."""
    if not self.is_leaf:
        raise RuntimeError(
            "deepcopy: only leaves can be deep-copied, not results of recorded operations; use detach().clone() for the "
            "values, clone() for a copy on the graph, copy.copy() for another name of it")
    if id(self) in memo:
        return memo[id(self)]
    copy = _rebuild(type(self), bytes_of(self), self.dtype, self.shape, self.requires_grad)
    if self.grad is not None:
        copy.grad = __deepcopy__(self.grad, memo)
    attributes = getattr(self, "__dict__", None)
    if attributes:
        from copy import deepcopy
        copy.__dict__.update(deepcopy(attributes, memo))
    memo[id(self)] = copy
    return copy


def __dlpack__(
    Tensor self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """A DLPack capsule of the tensor's memory.

    Raises BufferError if the tensor requires gradients, or is asked for on another device than the CPU.
    """
    if self.requires_grad:
        raise BufferError("__dlpack__: a tensor that requires gradients cannot lend its memory; use detach()")
    if stream is not None:
        raise BufferError(f"__dlpack__: the CPU has no streams, got {stream!r}")
    if dl_device is not None and tuple(dl_device) != (1, 0):
        raise BufferError(f"__dlpack__: the tensor is on the CPU, (1, 0), not on {dl_device}")
    lent = self.clone() if copy else self
    return _core.to_dlpack(lent, max_version is not None and max_version[0] >= 1, bool(copy))


def __dlpack_device__(self) -> tuple[int, int]:
    """DLPack's name of the CPU: (1, 0)."""
    return (1, 0)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of any object that has ``__dlpack__`` (arrays of NumPy, PyTorch, JAX on the CPU, ...).

    Parameters
    ----------
    x : object
    device : {"cpu"}, optional
    copy : bool, optional
        True always copies; None and False never do.

    Raises
    ------
    BufferError
        If the memory is not the CPU's, or its dtype is none of fastgrad's.
    """
    if device is not None and str(device) != "cpu":
        raise ValueError(f"from_dlpack: fastgrad computes on the CPU; device {device!r} is not known")
    if not hasattr(x, "__dlpack__"):
        raise TypeError(f"from_dlpack: {type(x).__name__} has no __dlpack__")
    place = x.__dlpack_device__()
    if not isinstance(place, tuple) or len(place) != 2:
        raise BufferError(f"from_dlpack: __dlpack_device__ must give a pair of a device type and an id, got {place!r}")
    if place[0] != 1:
        raise BufferError(f"from_dlpack: the data is not in the CPU's memory, but on the device {place}")
    try:
        capsule = x.__dlpack__(max_version=(1, 0))
    except TypeError:  # a producer from before DLPack 1.0
        capsule = x.__dlpack__()
    try:
        t = _core.from_dlpack(capsule)
    finally:
        del capsule  # refused, it lets go of its memory: with no exception in flight, for that may run Python
    return t.clone() if copy else t


# ---- in --------------------------------------------------------------------------------------------------------------

# The buffer protocol's code of each dtype, in the core's order; bfloat16 has none.
FORMATS = (b"?"[0], b"B"[0], b"b"[0], b"H"[0], b"h"[0], b"I"[0], b"i"[0], b"Q"[0], b"q"[0], b"e"[0], -1, b"f"[0], b"d"[0])


# A borrowed buffer: the Py_buffer lives until the last array on it is gone.
cdef extern from *:
    """
    #include "bindings/gil.h"
    static void fg_release_buffer(void* view) {
      if (!Py_IsInitialized()) return;
      const fastgrad::bindings::AnyThreadGil gil;
      const fastgrad::bindings::KeptError kept;
      PyBuffer_Release((Py_buffer*)view);
      std::free(view);
    }
    """
    void fg_release_buffer(void*) noexcept nogil
    int PyObject_CheckBuffer(object)
    int PyObject_GetBuffer(object, Py_buffer*, int) except -1
    void PyBuffer_Release(Py_buffer*)
    enum: PyBUF_RECORDS_RO


cdef Tensor borrow_buffer(object source):
    """A tensor on the memory of an object with the buffer protocol; None where that memory is not of our dtypes."""
    cdef Py_buffer* view = <Py_buffer*>malloc(sizeof(Py_buffer))
    cdef ForeignMemory memory
    cdef Array a
    cdef int i, found
    if view == NULL:
        raise MemoryError()
    try:
        PyObject_GetBuffer(source, view, PyBUF_RECORDS_RO)
    except:
        free(view)
        raise
    try:
        found = _dtype_of_format(view)
        if found < 0 or view.suboffsets != NULL or itemsize(<DType>found) != <size_t>view.itemsize \
                or <uintptr_t>view.buf % <uintptr_t>view.itemsize \
                or any([view.strides[i] % view.itemsize for i in range(view.ndim)]):
            PyBuffer_Release(view)
            free(view)
            return None
        memory.data = view.buf
        memory.byte_offset = 0
        memory.dtype = <DType>found
        memory.writable = not view.readonly
        for i in range(view.ndim):
            memory.shape.push_back(view.shape[i])
            memory.strides.push_back(view.strides[i] // view.itemsize)
        a = borrow_array(memory, view, fg_release_buffer, b"asarray")
    except:
        PyBuffer_Release(view)
        free(view)
        raise
    return new_tensor(a)


cdef int _dtype_of_format(Py_buffer* view) noexcept:
    """The dtype of a buffer's elements; -1 where they are none of ours."""
    cdef const char* code = b"B"
    cdef int i
    if view.format != NULL:
        code = view.format
    if code[0] == b"@" or code[0] == b"=" or code[0] == b"<":  # native, or little-endian on a little-endian machine
        code += 1
    if code[0] == 0 or code[1] != 0:
        return -1
    if code[0] == b"l":
        return <int>DType.I64 if view.itemsize == 8 else <int>DType.I32
    if code[0] == b"L":
        return <int>DType.U64 if view.itemsize == 8 else <int>DType.U32
    for i in range(13):
        if FORMATS[i] == code[0]:
            return i
    return -1


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
        t = _of_array(data, &share)
    if dtype is not None and t.dtype is not _dtype.as_dtype(dtype):
        return t.astype(dtype)
    return t if share else t.clone()


cdef Tensor _of_array(data, bint* share):
    """A tensor on the memory of an array, or of a copy of it; then share is set: nobody else has that memory."""
    cdef Tensor t
    import numpy
    if isinstance(data, complex):
        raise TypeError("fastgrad has no complex dtypes")
    if not isinstance(data, (numpy.ndarray, numpy.generic)):
        if isinstance(data, (bytes, bytearray)) or not (PyObject_CheckBuffer(data) or hasattr(data, "__array__")):
            raise TypeError(
                f"{type(data).__name__} cannot become a tensor: wanted an array, a number or sequences of them")
    array = numpy.asarray(data)
    if array.dtype == object and array.size and all(isinstance(item, int) for item in array.flat):
        if not all(-(1 << 63) <= item < 1 << 63 for item in array.flat):
            raise OverflowError("an array of Python ints with one out of the range of int64 cannot become a tensor")
    if array.dtype.kind not in "biuf" and (refusal := no_numbers(data)):
        raise TypeError(refusal)
    _dtype.as_dtype(array.dtype.newbyteorder("="))  # TypeError for what is not ours
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind in "mM":  # these have no buffer format
        _dtype.as_dtype(array.dtype)
    t = borrow_buffer(array)
    if t is None:
        wanted = _dtype.as_dtype(array.dtype)  # TypeError for what is not ours
        t = borrow_buffer(numpy.ascontiguousarray(array).astype(wanted.dtype, copy=True).reshape(array.shape))
        if t is None:
            raise TypeError(f"an array of {array.dtype} cannot become a tensor")
        share[0] = True
    return t


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
        raise ValueError(f"a sequence nested more than {MAX_DEPTH} deep (does it hold itself?) cannot become a tensor")
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
                    raise TypeError(f"a sequence of {type(item).__name__} cannot become a tensor")
                item = items[i] = _of_array(item, &share)
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
        raise ValueError(
            f"inhomogeneous sequences, of lengths {nest.shape[depth]} and {len(items)}, cannot become a tensor")
    for item in items:
        if _is_number(item):
            leaves = True
        else:
            lists = True
            _measure(item, depth + 1, nest)
    if lists and leaves or leaves and nest.shape.size() != depth + 1:
        raise ValueError("inhomogeneous sequences, numbers beside sequences of them, cannot become a tensor")
    return 0


cdef char* _fill(object item, char* p, DType dtype, size_t width) except NULL:
    """Writes the numbers in nested lists of them from p on, one after the other."""
    cdef char unit[8]
    cdef object inner
    cdef Scalar s
    if isinstance(item, list):
        for inner in <list>item:
            p = _fill(inner, p, dtype, width)
        return p
    if PyFloat_Check(item) and is_integer(dtype):  # toward zero, as a cast
        memcpy(p, cast(scalar_array(scalar_for(item, True, False), DType.F64, b""), dtype).bytes(), width)
        return p + width
    s = scalar_for(item, is_floating(dtype), dtype == DType.Bool)
    if is_integer(dtype) and not fits(s, dtype):
        raise OverflowError(f"the Python int {item} is out of the range of {dtype_object(dtype)}"
                            + ("; give dtype=fg.uint64" if dtype == DType.I64 and 0 < item < 1 << 64 else ""))
    store_scalar(s, dtype, unit, b"tensor")
    memcpy(p, unit, width)
    return p + width


cdef Tensor _filled(object items, const Dims& shape, DType dtype):
    cdef Array a = Array.empty(shape, dtype)
    _fill(items, a.bytes(), dtype, itemsize(dtype))
    return new_tensor(a)


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
            raise ValueError(f"a sequence of shapes {parts[0].shape} and {t.shape} cannot become a tensor")
    from fastgrad.ops.join import stack
    return stack(parts)


cdef Tensor _of_numbers(object data, object wanted, object beside, bint written):
    cdef _Nest nest = _Nest.__new__(_Nest)
    cdef DType dtype, other = DType.F32 if beside is None else dtype_from_python(beside)
    cdef object items = data
    if _is_number(data):
        nest.number(data)
    else:
        items = _copied(data, 0, nest)
        nest.floats = nest.floats or not nest.numbers  # of no numbers: float32
    if wanted is not None:
        dtype = dtype_from_python(wanted)
    elif nest.strong:
        dtype = promote_weak(nest.dtype, nest.common_kind(), b"a sequence") if nest.numbers else nest.dtype
        if dtype == DType.F32 and not is_floating(nest.dtype) and other == DType.F64:
            dtype = other
    elif written and (nest.floats and is_floating(other) or nest.ints and not nest.floats and kind(other) != Kind.Bool):
        dtype = other
    elif nest.floats:
        dtype = DType.F64 if other == DType.F64 else DType.F32
    else:
        dtype = DType.I64 if nest.ints else DType.Bool
    if nest.strong:
        return _stacked(items, dtype)
    if isinstance(items, list):
        _measure(items, 0, nest)
    return _filled(items, nest.shape, dtype)
