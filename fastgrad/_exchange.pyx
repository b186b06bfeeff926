# distutils: language = c++
"""Values in and out: Python's numbers and sequences, NumPy and the buffer protocol, DLPack, pickles."""
from cpython.buffer cimport Py_buffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from fastgrad._convert cimport dims_from, element
from fastgrad._cpp cimport Array, Dims, DType, dtype_from_python, itemsize, translate_exception
from fastgrad._tensor cimport Tensor, detached, new_tensor, requires_grad
from fastgrad.ops._common cimport add_method

from fastgrad import _core, _dtype

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


def _rebuild(cls, bytes data, dtype, shape, requires_grad):
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
    if requires_grad:
        t.requires_grad_(True)
    return t


def tolist(Tensor self):
    """The elements as nested lists of Python numbers (a number for 0 dimensions)."""
    return _nested(self.a, self.a.bytes(), 0)


def numpy(Tensor self):
    """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""
    return _to_numpy(self)


def __array__(Tensor self, dtype=None, copy=None):
    """NumPy's protocol: what ``np.asarray`` calls."""
    result = _to_numpy(self)
    if dtype is not None and result.dtype != dtype:
        if copy is False:
            raise ValueError(f"a {self.dtype} tensor cannot become an array of {dtype} without a copy")
        return result.astype(dtype)
    return result.copy() if copy else result



def __reduce_ex__(Tensor self, protocol):
    """Pickled by value, as plain bytes; history does not travel."""
    if not self.is_leaf:
        raise RuntimeError("only leaves can be pickled or deep-copied; use detach() first")
    return _rebuild, (type(self), bytes_of(self), self.dtype, self.shape, self.requires_grad)


def __deepcopy__(Tensor self, memo):
    """A copy of the values and of ``grad``, with the attributes of a subclass."""
    if not self.is_leaf:
        raise RuntimeError("only leaves can be deep-copied; use detach().clone()")
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


def __dlpack__(Tensor self, *, stream=None, max_version=None, dl_device=None, copy=None):
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


def __dlpack_device__(self):
    """DLPack's name of the CPU: (1, 0)."""
    return (1, 0)


def from_dlpack(x, /, *, device=None, copy=None):
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


def tensor_from(data, dtype, bint share):
    """A tensor of an array, a Python number or nested sequences of them; on the same memory if share and possible."""
    cdef Tensor t = None
    import numpy
    if isinstance(data, Tensor):
        t = detached(<Tensor>data) if not share else <Tensor>data
    else:
        if not isinstance(data, numpy.ndarray) and not isinstance(data, numpy.generic):
            if PyObject_CheckBuffer(data) and not isinstance(data, (bytes, bytearray)):
                data = numpy.asarray(data)
            elif hasattr(data, "__array__") and not isinstance(data, (list, tuple)):
                data = numpy.asarray(data)
            else:
                data = _array_of_numbers(data, dtype)
                share = True
        array = numpy.asarray(data)
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
            share = True
    if dtype is not None and t.dtype is not _dtype.as_dtype(dtype):
        return t.astype(dtype)
    return t if share else t.clone()


cdef _array_of_numbers(data, dtype):
    """Python numbers, nested sequences of them, or sequences of tensors, as a NumPy array of the default dtypes."""
    import numpy
    if isinstance(data, bool):
        return numpy.array(data)
    if isinstance(data, int):
        return _in_range(_default_ints(data, dtype), dtype)
    if isinstance(data, float):
        return numpy.array(data, numpy.float32 if dtype is None else numpy.float64)
    if isinstance(data, complex):
        raise TypeError("fastgrad has no complex dtypes")
    if isinstance(data, (list, tuple, range)):
        array = numpy.array(_plain(data))
        if array.dtype == object and all(isinstance(item, int) for item in array.flat):
            raise OverflowError("a Python int is out of range of every integer dtype")
        if array.dtype == object or array.dtype.kind not in "buif":
            raise TypeError(f"a sequence of {type(data[0]).__name__} cannot become a tensor")
        if array.dtype == numpy.float64 and dtype is None and not _has_numpy_floats(data):
            return array.astype(numpy.float32)
        if array.dtype.kind == "u" and dtype is None and not _has_numpy_floats(data):
            raise OverflowError("a Python int is out of int64's range; give dtype=fg.uint64")
        return _in_range(array, dtype)
    raise TypeError(f"{type(data).__name__} cannot become a tensor: wanted an array, a number or sequences of them")


cdef _in_range(array, dtype):
    """Python's ints must fit the integer dtype that was asked for: only arrays and tensors wrap."""
    import numpy
    if dtype is None or array.size == 0 or array.dtype.kind not in "ui":
        return array
    wanted = _dtype.as_dtype(dtype)
    if wanted.kind in "ui":
        limits = numpy.iinfo(wanted.dtype)
        for value in (int(array.min()), int(array.max())):
            if not limits.min <= value <= limits.max:
                raise OverflowError(f"the Python int {value} is out of range for {wanted}")
    return array


cdef _default_ints(data, dtype):
    import numpy
    try:
        return numpy.array(data, numpy.int64)
    except OverflowError:
        if dtype is not None and _dtype.as_dtype(dtype) is _dtype.uint64:
            return numpy.array(data, numpy.uint64)
        raise OverflowError(f"{data} is out of int64's range") from None


# Deeper than any array of NumPy's.
cdef int MAX_DEPTH = 64


cdef _plain(data, int depth=0):
    """Sequences with tensors among them, as NumPy arrays."""
    if isinstance(data, Tensor):
        return (<Tensor>data).detach().numpy()
    if isinstance(data, (list, tuple)):
        if depth == MAX_DEPTH:
            raise ValueError(f"a sequence nested more than {MAX_DEPTH} deep (does it hold itself?) cannot become a tensor")
        return [_plain(item, depth + 1) if isinstance(item, (list, tuple, Tensor)) else item for item in data]
    return data


cdef bint _has_numpy_floats(data):
    """Whether the dtype of the numbers is somebody's choice (NumPy's or a tensor's), not Python's."""
    import numpy
    if isinstance(data, (list, tuple)):
        return len(data) > 0 and _has_numpy_floats(data[0])
    return isinstance(data, (numpy.ndarray, numpy.generic, Tensor)) and not isinstance(data, float)


add_method("tolist", tolist)
add_method("numpy", numpy)
add_method("__array__", __array__)
add_method("__reduce_ex__", __reduce_ex__)
add_method("__deepcopy__", __deepcopy__)
add_method("__dlpack__", __dlpack__)
add_method("__dlpack_device__", __dlpack_device__)
