# distutils: language = c++
"""Arrays in and out: NumPy and the buffer protocol, DLPack."""
from cpython.buffer cimport Py_buffer
from libc.stdint cimport int64_t, uint64_t, uintptr_t
from libc.stdlib cimport free, malloc

from fastgrad._tensor.convert cimport element, flag, format_of
from fastgrad._tensor.cpp cimport Array, Dims, DType, itemsize, translate_exception
from fastgrad._tensor.tensor cimport Tensor, requires_grad, wrap

from fastgrad import _core
from fastgrad._tables import no_numbers
from fastgrad._tensor.dtype import as_dtype
from fastgrad.errors import TensorOverflowError, TensorValueError

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
            raise TensorValueError(f"a {self.dtype} tensor cannot become an array of {dtype} without a copy")
        return result.astype(dtype)
    return result.copy() if flag(copy, "__array__", "copy") else result


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
    lent = self.clone() if flag(copy, "__dlpack__", "copy") else self
    return _core.to_dlpack(lent, max_version is not None and max_version[0] >= 1, flag(copy, "__dlpack__", "copy"))


def __dlpack_device__(self) -> tuple[int, int]:
    """DLPack's name of the CPU: (1, 0)."""
    return (1, 0)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of any object that has ``__dlpack__`` (arrays of NumPy, PyTorch, JAX on the CPU, ...).

    Parameters
    ----------
    x : object
        What has ``__dlpack__``: an array or tensor of another library, in the CPU's memory.
    device : {"cpu"}, optional
        Where it is: there is one device.
    copy : bool, optional
        True always copies; None and False never do.

    Raises
    ------
    BufferError
        If the memory is not the CPU's, or its dtype is none of fastgrad's.
    """
    if device is not None and str(device) != "cpu":
        raise TensorValueError(f"from_dlpack: fastgrad computes on the CPU; device {device!r} is not known")
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
    return t.clone() if flag(copy, "from_dlpack", "copy") else t


# ---- in --------------------------------------------------------------------------------------------------------------

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
    return wrap(a)


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
        if format_of(<DType>i)[0] == code[0]:
            return i
    return -1


cdef Tensor of_array(data, bint* share):
    """A tensor on the memory of an array, or of a copy of it; then share is set: nobody else has that memory."""
    cdef Tensor t
    import numpy
    if type(data) is numpy.ndarray and data.dtype.kind in "biuf":  # mostly it is just this
        t = borrow_buffer(data)
        if t is not None:
            return t
    if isinstance(data, complex):
        raise TypeError("fastgrad has no complex dtypes")
    if not isinstance(data, (numpy.ndarray, numpy.generic)):
        if isinstance(data, (bytes, bytearray)) or not (PyObject_CheckBuffer(data) or hasattr(data, "__array__")):
            raise TypeError(
                f"{type(data).__name__} cannot become a tensor, which must be made of an array, a number or sequences "
                "of them")
    array = numpy.asarray(data)
    if array.dtype == object and array.size and all(isinstance(item, int) for item in array.flat):
        if not all(-(1 << 63) <= item < 1 << 63 for item in array.flat):
            raise TensorOverflowError(
                "an array of Python ints with one out of the range of int64 cannot become a tensor")
    if array.dtype.kind not in "biuf" and (refusal := no_numbers(data)):
        raise TypeError(refusal)
    as_dtype(array.dtype.newbyteorder("="))  # TypeError for what is not ours
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype.kind in "mM":  # these have no buffer format
        as_dtype(array.dtype)
    t = borrow_buffer(array)
    if t is None:
        wanted = as_dtype(array.dtype)  # TypeError for what is not ours
        t = borrow_buffer(numpy.ascontiguousarray(array).astype(wanted.dtype, copy=True).reshape(array.shape))
        if t is None:
            raise TypeError(f"an array of {array.dtype} cannot become a tensor")
        share[0] = True
    return t
