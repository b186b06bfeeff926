# distutils: language = c++
"""New tensors: from Python's and NumPy's values, and filled with constants and ranges."""
from libc.stdint cimport int64_t

from fastgrad._convert cimport dims_from
from fastgrad._cpp cimport Array, DType, dtype_from_python
from fastgrad._tensor cimport Tensor, new_tensor, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_tensor, is_scalar, scalar_of
from fastgrad.ops._native cimport scalar_from_int

from fastgrad import _dtype
from fastgrad._exchange import tensor_from

cdef extern from "Python.h":
    bint PyIndex_Check(object)


cdef int _cpu(object device, str op) except -1:
    if device is not None and str(device) != "cpu":
        raise ValueError(f"{op}: fastgrad computes on the CPU; device {device!r} is not known")
    return 0


cdef Tensor _finish(Tensor t, object requires_grad):
    if requires_grad:
        t.requires_grad_(True)
    return t


cdef object _shape(tuple args, object shape, str op):
    """zeros(2, 3), zeros((2, 3)) and zeros(shape=(2, 3)) mean the same."""
    if shape is not None:
        if args:
            raise TypeError(f"{op}: the shape is given twice")
        return shape
    if len(args) == 1 and not PyIndex_Check(args[0]):
        return args[0]
    return args


def tensor(data, dtype=None, device=None, requires_grad=False):
    """A new tensor with a copy of the data.

    Parameters
    ----------
    data : number, nested sequences of numbers, array or Tensor
        Python floats become float32, ints int64; arrays keep their dtype.
    dtype : dtype, optional
    device : {"cpu"}, optional
    requires_grad : bool

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    _cpu(device, "tensor")
    t = tensor_from(data, dtype, False)
    return _finish(t.detach() if t is data else t, requires_grad)


def asarray(obj, /, *, dtype=None, device=None, copy=None):
    """A tensor on the same memory where that is possible: of NumPy arrays, and whatever has the buffer protocol.

    Parameters
    ----------
    obj : number, nested sequences of numbers, array or Tensor
    dtype : dtype, optional
    copy : bool, optional
        True always copies; False raises ValueError where sharing is impossible.
    """
    _cpu(device, "asarray")
    if copy:
        return tensor_from(obj, dtype, False)
    t = tensor_from(obj, dtype, True)
    if copy is False:
        if isinstance(obj, Tensor):
            shares = (<Tensor>t).a.bytes() == (<Tensor>obj).a.bytes()
        else:
            import numpy
            shares = isinstance(obj, numpy.ndarray) and (
                obj.size == 0 or obj.__array_interface__["data"][0] == (<Tensor>t).data_ptr())
        if not shares:
            raise ValueError(f"asarray: {type(obj).__name__} cannot become this tensor without a copy")
    return t


def from_numpy(array):
    """A tensor that shares the memory of a NumPy array.

    Raises TypeError for anything else, and ValueError where a copy would be needed (other byte orders, misaligned).
    """
    import numpy
    if not isinstance(array, numpy.ndarray):
        raise TypeError(f"from_numpy: wanted a NumPy array, got {type(array).__name__}")
    _dtype.as_dtype(array.dtype)
    return asarray(array, copy=False)


def empty(*args, shape=None, dtype=None, device=None, requires_grad=False):
    """A tensor of a shape, its elements not set."""
    _cpu(device, "empty")
    cdef DType t = DType.F32 if dtype is None else dtype_from_python(dtype)
    return _finish(wrap(Array.empty(dims_from(_shape(args, shape, "empty"), b"empty"), t)), requires_grad)


def zeros(*args, shape=None, dtype=None, device=None, requires_grad=False):
    """A tensor of zeros. ``zeros(2, 3)`` and ``zeros((2, 3))`` are the same."""
    _cpu(device, "zeros")
    cdef DType t = DType.F32 if dtype is None else dtype_from_python(dtype)
    return _finish(wrap(Array.zeros(dims_from(_shape(args, shape, "zeros"), b"zeros"), t)), requires_grad)


def ones(*args, shape=None, dtype=None, device=None, requires_grad=False):
    """A tensor of ones. ``ones(2, 3)`` and ``ones((2, 3))`` are the same."""
    _cpu(device, "ones")
    cdef DType t = DType.F32 if dtype is None else dtype_from_python(dtype)
    cdef Array a = Array.empty(dims_from(_shape(args, shape, "ones"), b"ones"), t)
    _native.fill(a, scalar_from_int(1))
    return _finish(new_tensor(a), requires_grad)


def full(shape, fill_value, *, dtype=None, device=None, requires_grad=False):
    """A tensor of one number: float32 for a float, int64 for an int, bool for a bool, unless dtype is given."""
    cdef Array a
    _cpu(device, "full")
    if not is_scalar(fill_value):
        value = as_tensor(fill_value, b"full")
        if value.ndim:
            raise ValueError(f"full: wanted a number, got shape {value.shape}")
        return _finish(full(shape, value.item(), dtype=value.dtype if dtype is None else dtype), requires_grad)
    if dtype is None:
        dtype = _dtype.bool_ if isinstance(fill_value, bool) else \
            _dtype.int64 if isinstance(fill_value, int) else _dtype.float32
    a = Array.empty(dims_from(shape, b"full"), dtype_from_python(dtype))
    _native.fill(a, scalar_of(fill_value))
    return _finish(new_tensor(a), requires_grad)


cdef Array _like(Tensor x, object dtype) except *:
    return Array.empty_with_layout(x.a.shape(), x.a.dtype() if dtype is None else dtype_from_python(dtype),
                                   x.a.strides())


def empty_like(x, /, *, dtype=None, device=None, requires_grad=False):
    """A tensor like x in shape, layout and dtype, its elements not set."""
    _cpu(device, "empty_like")
    return _finish(wrap(_like(as_tensor(x, b"empty_like"), dtype)), requires_grad)


def zeros_like(x, /, *, dtype=None, device=None, requires_grad=False):
    """Zeros like x in shape, layout and dtype."""
    return full_like(x, False, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(x, /, *, dtype=None, device=None, requires_grad=False):
    """Ones like x in shape, layout and dtype."""
    return full_like(x, True, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(x, /, fill_value, *, dtype=None, device=None, requires_grad=False):
    """One number in a tensor like x in shape, layout and dtype."""
    cdef Array a = _like(as_tensor(x, b"full_like"), dtype)
    _cpu(device, "full_like")
    _native.fill(a, scalar_of(fill_value))
    return _finish(new_tensor(a), requires_grad)


def arange(start, /, stop=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Numbers from start (default 0) up to, not including, stop, in steps: int64 of ints, float32 of floats.

    Raises ValueError for a step of 0.
    """
    import numpy
    _cpu(device, "arange")
    if stop is None:
        start, stop = 0, start
    numbers = [v.item() if isinstance(v, Tensor) else v for v in (start, stop, step)]
    start, stop, step = numbers
    if step == 0:
        raise ValueError("arange: the step must not be 0")
    if dtype is None:
        dtype = _dtype.int64 if all(isinstance(v, (int, numpy.integer)) for v in numbers) else _dtype.float32
    dtype = _dtype.as_dtype(dtype)
    length = -((start - stop) / step) if not all(isinstance(v, int) for v in numbers) else -((start - stop) // step)
    if length != length or length > (1 << 40):
        raise ValueError(f"arange: {start} to {stop} in steps of {step} is not a sensible range")
    if dtype.kind == "f":
        count = max(0, int(numpy.ceil(length)))
        values = tensor_from(numpy.arange(count, dtype=numpy.float64) * step + start, dtype, False)
    else:
        values = tensor_from(numpy.arange(start, stop, step, dtype=dtype.dtype), dtype, True)
    return _finish(values, requires_grad)


def linspace(start, stop, /, num, *, dtype=None, device=None, endpoint=True, requires_grad=False):
    """``num`` numbers evenly spaced from start to stop (included, unless ``endpoint=False``); float32."""
    import numpy
    _cpu(device, "linspace")
    if num < 0:
        raise ValueError(f"linspace: the number of samples must not be negative, got {num}")
    values = numpy.linspace(start, stop, num, endpoint=endpoint)
    return _finish(tensor_from(values, _dtype.float32 if dtype is None else dtype, False), requires_grad)


def eye(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None, requires_grad=False):
    """A matrix with ones on diagonal k and zeros elsewhere; float32."""
    cdef Tensor t
    cdef int64_t i, rows = n_rows, columns = n_rows if n_cols is None else n_cols, d = k, count
    t = zeros((rows, columns), dtype=dtype, device=device)
    count = min(rows, columns - d) if d >= 0 else min(rows + d, columns)
    if count > 0:
        diagonal = t.reshape(-1)[(d if d >= 0 else -d * columns)::columns + 1][:count]
        diagonal.fill_(True)
    return _finish(t, requires_grad)


def meshgrid(*arrays, indexing="xy"):
    """Grids of coordinates: one tensor per vector, of the shape of them all."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    vectors = [as_tensor(a, b"meshgrid") for a in arrays]
    if any(v.ndim != 1 for v in vectors):
        raise ValueError(f"meshgrid: wanted vectors, got shapes {', '.join(str(v.shape) for v in vectors)}")
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    shape = [vectors[i].size for i in order]
    return [v.reshape([-1 if i == order[p] else 1 for p in range(len(order))]).expand(shape).clone()
            for i, v in enumerate(vectors)]
