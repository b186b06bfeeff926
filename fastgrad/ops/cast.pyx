# distutils: language = c++
"""Copies: in another dtype, in another layout."""
from fastgrad._tensor cimport (
    Backward, Node, Primitive, Tensor, define, record1, recording, tracing, wrap,
)
from fastgrad._tensor.convert cimport flag
from fastgrad._tensor.cpp cimport Array, DType, dtype_from_python, is_floating
cimport fastgrad.ops._native.copy as native
from fastgrad.ops._common cimport as_tensor

from fastgrad._tensor import dtype as dtypes
from fastgrad.errors import TensorValueError


cdef int copy_vjp(Node n, object g, Backward to) except -1:
    to.give(0, <Tensor>g)  # the engine casts it back to the input's dtype
    return 0


cdef Primitive ASTYPE = define(b"astype", copy_vjp)
cdef Primitive TO_INTEGERS = define(b"astype", NULL)
cdef Primitive CLONE = define(b"clone", copy_vjp)
cdef Primitive CONTIGUOUS = define(b"contiguous", copy_vjp)


cdef Tensor cast_to(Tensor x, DType dtype):
    cdef Tensor out = wrap(native.cast(x.a, dtype))
    cdef bint floating = is_floating(dtype)
    if recording(x) if floating else tracing():
        record1(out, &ASTYPE if floating else &TO_INTEGERS, x)
    return out


cdef Tensor dense_copy(Tensor x, const Array& like):
    """A copy, through which gradients flow, that lies in memory as `like` does."""
    cdef Array a = Array.empty_with_layout(x.a.shape(), x.a.dtype(), like.strides())
    cdef Tensor out
    native.copy_into(a, x.a)
    out = wrap(a)
    if recording(x):
        record1(out, &CLONE, x)
    return out


cdef Tensor ones_for(Tensor x):
    cdef Array a = Array.empty_with_layout(x.a.shape(), x.a.dtype(), x.a.strides())
    native.fill(a, native.scalar_from_int(1))
    return wrap(a)


cdef int _check_device(object device, str op) except -1:
    if str(device) != "cpu":
        raise TensorValueError(f"{op}: device must be 'cpu', as fastgrad computes on CPUs, got {device!r}")
    return 0


def astype(x: TensorLike, dtype: DTypeLike, /, *, copy: bool = True, device: str | None = None) -> Tensor:
    """The same numbers in another dtype.

    Floats become integers toward zero, clamped to the dtype's range, NaN as 0; integers wrap; to bool: whether nonzero.

    Parameters
    ----------
    x : Tensor
        What is converted.
    dtype : dtype
        The dtype that it is to have.
    copy : bool
        False: give x itself where it already has the dtype.
    device : {"cpu"}, optional
        Where the result is: there is one device.
    """
    if device is not None:
        _check_device(device, "astype")
    cdef Tensor t = as_tensor(x, b"astype")
    cdef DType wanted = dtype_from_python(dtype)
    if not flag(copy, "astype", "copy") and t.a.dtype() == wanted:
        return t
    return cast_to(t, wanted)


def contiguous(x: TensorLike) -> Tensor:
    """x itself if it lies in memory in C order, else a copy that does."""
    cdef Tensor t = as_tensor(x, b"contiguous")
    cdef Tensor out
    if t.a.is_contiguous():
        return t
    out = wrap(native.contiguous(t.a))
    if recording(t):
        record1(out, &CONTIGUOUS, t)
    return out


def clone(x: TensorLike) -> Tensor:
    """A copy, through which gradients flow; its axes lie in the order of what is copied."""
    cdef Tensor t = as_tensor(x, b"clone")
    cdef Tensor out = wrap(native.cast(t.a, t.a.dtype()))
    if recording(t):
        record1(out, &CLONE, t)
    return out


def to(
    Tensor self, *args: Any, dtype: DTypeLike | None = None, device: str | None = None, copy: bool = False,
    non_blocking: bool = False, memory_format: Any = None,
) -> Tensor:
    """The tensor in another dtype, or itself if it has it. ``device`` may only be ``"cpu"``; ``non_blocking`` and
    ``memory_format`` choose how PyTorch copies, and change nothing."""
    flags = [argument for argument in args if argument is True or argument is False]  # non_blocking, copy
    copy = copy or len(flags) > 1 and flags[1]
    for argument in args:
        if argument is True or argument is False:
            continue
        if isinstance(argument, str) and argument not in _names:
            device = argument
        elif isinstance(argument, Tensor):
            dtype = argument.dtype
        elif argument is not None:
            dtype = argument
    if device is not None:
        _check_device(device, "to")
    if dtype is None:
        return clone(self) if flag(copy, "to", "copy") else self
    return astype(self, dtype, copy=copy)


_names = frozenset(d.name for d in dtypes.ALL)


def conversion(dtype: DTypeLike) -> Callable[[Tensor], Tensor]:
    """The method that gives a tensor in this dtype."""
    def method(self) -> Tensor:
        return astype(self, dtype, copy=False)
    method.__doc__ = f"The tensor as {dtype.name}; itself if it is."
    return method


def cpu(Tensor self) -> Tensor:
    """The tensor itself: it is on the CPU."""
    return self


def to_device(Tensor self, device: str, /, *, stream: None = None) -> Tensor:
    """The tensor itself: it is on the CPU, the one ``device`` there is, which has no ``stream``."""
    _check_device(device, "to_device")
    if stream is not None:
        raise TensorValueError(f"to_device: stream must be None, the CPU has none, got {stream!r}")
    return self
