# distutils: language = c++
"""New tensors: from Python's and NumPy's values, filled with constants and ranges, and the triangles of matrices."""
from cpython.buffer cimport PyBUF_RECORDS_RO, PyBuffer_Release, PyObject_GetBuffer
from cpython.unicode cimport PyUnicode_AsUTF8
from libc.stdint cimport int64_t
from libc.string cimport memset

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.construct cimport default_float
from fastgrad._tensor.convert cimport diagonal, dims_from, flag, number as number_of, scalar_for, whole
from fastgrad._tensor.cpp cimport Array, Dims, DType, dtype_from_python, is_floating, itemsize
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.copy as native
from fastgrad.ops._native.copy cimport scalar_from_int

from numpy import dtype as numpy_dtype

from fastgrad._tensor import dtype as dtypes
from fastgrad._tensor.construct import get_default_float, tensor_from
from fastgrad.errors import TensorOverflowError, TensorValueError
from fastgrad.ops.cast import clone


cdef int _cpu(object device, str op) except -1:
    if device is not None and str(device) != "cpu":
        raise TensorValueError(f"{op}: fastgrad computes on the CPU; device {device!r} is not known")
    return 0


cdef Tensor _finish(Tensor t, object requires_grad, str op):
    if requires_grad is not False and flag(requires_grad, op, "requires_grad"):
        t.requires_grad_(True)
    return t


cdef Array _new(object shape, tuple more, object dtype, bint zero, const char* op) except *:
    """zeros(2, 3), zeros((2, 3)) and zeros(shape=(2, 3)) mean the same, and zeros((2, 3), "int8") gives NumPy's
    dtype."""
    cdef DType t
    cdef Dims d
    if len(more) == 1 and not isinstance(more[0], int) and isinstance(more[0], (dtypes.dtype, numpy_dtype, type, str)):
        if dtype is not None:
            raise TypeError(f"{op.decode()}: the dtype is given twice")
        dtype = more[0]
    elif more:
        shape = (shape,) + more
    t = default_float if dtype is None else dtype_from_python(dtype)
    d = dims_from(shape, op)
    return Array.zeros(d, t) if zero else Array.empty(d, t)


def tensor(data: Any, dtype: DTypeLike | None = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A new tensor with a copy of the data.

    Parameters
    ----------
    data : number, nested sequences of numbers, array or Tensor
        Python floats become float32, ints int64; arrays keep their dtype.
    dtype : dtype, optional
        By default that of an array, float32 for Python's floats, int64 for its ints.
    device : {"cpu"}, optional
        Where it is: there is one device.
    requires_grad : bool
        Whether gradients are to be found for it, by default not.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    _cpu(device, "tensor")
    return _finish(tensor_from(data, dtype, False), requires_grad, "tensor")


cdef bint _begins_at(object array, const char* place) except -1:
    """Whether an array's memory begins there."""
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_RECORDS_RO)
    PyBuffer_Release(&view)
    return view.buf == place


def asarray(
    obj: Any, /, *, dtype: DTypeLike | None = None, device: str | None = None, copy: bool | None = None
) -> Tensor:
    """A tensor on the same memory where that is possible: of NumPy arrays, and whatever has the buffer protocol.

    Parameters
    ----------
    obj : number, nested sequences of numbers, array or Tensor
        What becomes a tensor; memory of arrays and tensors is shared where it can be.
    dtype : dtype, optional
        By default that of an array, float32 for Python's floats, int64 for its ints.
    copy : bool, optional
        True always copies; False raises ValueError where sharing is impossible.
    """
    _cpu(device, "asarray")
    if flag(copy, "asarray", "copy"):
        return clone(obj) if isinstance(obj, Tensor) and dtype in (None, obj.dtype) else \
            tensor_from(obj, dtype, isinstance(obj, Tensor))
    t = tensor_from(obj, dtype, True)
    if copy is False:
        if isinstance(obj, Tensor):
            shares = (<Tensor>t).a.bytes() == (<Tensor>obj).a.bytes()
        else:
            import numpy
            shares = isinstance(obj, numpy.ndarray) and (obj.size == 0 or _begins_at(obj, (<Tensor>t).a.bytes()))
        if not shares:
            raise TensorValueError(f"asarray: {type(obj).__name__} cannot become this tensor without a copy")
    return t


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares the memory of a NumPy array.

    Raises TypeError for anything else, and ValueError where a copy would be needed (other byte orders, misaligned).
    """
    import numpy
    if not isinstance(array, numpy.ndarray):
        raise TypeError(f"from_numpy: array must be a NumPy array, got {type(array).__name__}")
    if array.dtype.char not in "?bBhHiIlLqQefd" or not array.dtype.isnative:
        dtypes.as_dtype(array.dtype)  # or what is wrong with it
    return asarray(array, copy=False)


def empty(
    shape: ShapeLike = (), *more: ShapeLike | DTypeLike, dtype: DTypeLike | None = None,
    device: str | None = None, requires_grad: bool = False,
) -> Tensor:
    """A tensor of a shape, its elements not set."""
    _cpu(device, "empty")
    return _finish(wrap(_new(shape, more, dtype, False, b"empty")), requires_grad, "empty")


def zeros(
    shape: ShapeLike = (), *more: ShapeLike | DTypeLike, dtype: DTypeLike | None = None,
    device: str | None = None, requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros. ``zeros(2, 3)`` and ``zeros((2, 3))`` are the same."""
    _cpu(device, "zeros")
    return _finish(wrap(_new(shape, more, dtype, True, b"zeros")), requires_grad, "zeros")


def ones(
    shape: ShapeLike = (), *more: ShapeLike | DTypeLike, dtype: DTypeLike | None = None,
    device: str | None = None, requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones. ``ones(2, 3)`` and ``ones((2, 3))`` are the same."""
    _cpu(device, "ones")
    cdef Array a = _new(shape, more, dtype, False, b"ones")
    native.fill(a, scalar_from_int(1))
    return _finish(wrap(a), requires_grad, "ones")


cdef Tensor _filled(Array a, object number, str op):
    native.fill(a, scalar_for(number_of(number, op, "fill_value"), is_floating(a.dtype()), False, PyUnicode_AsUTF8(op)))
    return wrap(a)


def full(
    shape: ShapeLike, fill_value: TensorLike, dtype: DTypeLike | None = None, *, device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one number: float32 for a float, int64 for an int, bool for a bool, unless dtype is given."""
    _cpu(device, "full")
    number = number_of(fill_value, "full", "fill_value")
    if dtype is None:
        dtype = fill_value.dtype if hasattr(fill_value, "dtype") and not isinstance(fill_value, float) else \
            dtypes.bool_ if isinstance(number, bool) else \
            dtypes.int64 if isinstance(number, int) else get_default_float()
    return _finish(_filled(Array.empty(dims_from(shape, b"full"), dtype_from_python(dtype)), number, "full"),
                   requires_grad, "full")


cdef Array _like(Tensor x, object dtype) except *:
    return Array.empty_with_layout(x.a.shape(), x.a.dtype() if dtype is None else dtype_from_python(dtype),
                                   x.a.strides())


def empty_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor like x in shape, layout and dtype, its elements not set."""
    _cpu(device, "empty_like")
    return _finish(wrap(_like(as_tensor(x, b"empty_like"), dtype)), requires_grad, "empty_like")


def zeros_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Zeros like x in shape, layout and dtype."""
    return full_like(x, False, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Ones like x in shape, layout and dtype."""
    return full_like(x, True, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(
    x: TensorLike, /, fill_value: TensorLike, dtype: DTypeLike | None = None, *, device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """One number in a tensor like x in shape, layout and dtype."""
    _cpu(device, "full_like")
    cdef Array like = _like(as_tensor(x, b"full_like"), dtype)
    return _finish(_filled(like, fill_value, "full_like"), requires_grad, "full_like")


def arange(
    start: float, /, stop: float | None = None, step: float = 1, dtype: DTypeLike | None = None, *,
    device: str | None = None, requires_grad: bool = False,
) -> Tensor:
    """Numbers from start (default 0) up to, not including, stop, in steps: int64 of ints, float32 of floats.

    Raises
    ------
    ValueError
        For a step of 0, and where an end or the step is not finite.
    OverflowError
        If a number is out of the range of an integer dtype.
    """
    if stop is None:
        start, stop = 0, start
    if (dtype is None or dtype is dtypes.int64) and device is None and not requires_grad and (
            type(start) is int and type(stop) is int and type(step) is int):
        if step > 0 and -FAR < start <= stop < FAR or step < 0 and -FAR < stop <= start < FAR:
            return _whole_numbers(start, -((start - stop) // step), step)
    import numpy
    _cpu(device, "arange")
    start, stop, step = [number_of(v, "arange", name)
                         for v, name in ((start, "start"), (stop, "stop"), (step, "step"))]
    exact = all(isinstance(v, int) for v in (start, stop, step))
    if step == 0:
        raise TensorValueError("arange: the step must not be 0")
    dtype = dtypes.as_dtype(dtype if dtype is not None else dtypes.int64 if exact else get_default_float())
    length = -((start - stop) // step) if exact else (stop - start) / step
    if length != length or length > (1 << 40):
        raise TensorValueError(f"arange: {start} to {stop} in steps of {step} is not a sensible range")
    count = max(0, int(numpy.ceil(length)))
    if dtype.kind == "f":
        values = numpy.arange(count, dtype=numpy.float64) * step + start
    elif exact:
        _check_ends(start, start + (count - 1) * step, count, dtype, "arange")
        # Modulo 2**64 on the way: every number fits again once start is added.
        values = numpy.arange(count, dtype=numpy.uint64) * numpy.uint64(step % (1 << 64))
        values = (values + numpy.uint64(start % (1 << 64))).astype(dtype.dtype)
    else:
        _check_ends(start, start + (count - 1) * step, count, dtype, "arange")
        values = numpy.arange(start, stop, step, dtype=dtype.dtype)
    return _finish(tensor_from(values, dtype, False), requires_grad, "arange")


cdef int64_t FAR = 1 << 39  # no range of more numbers is sensible


cdef Tensor _whole_numbers(int64_t start, int64_t count, object step):
    """Numbers from a start on; a step is taken where there is a second number, whose distance fits."""
    cdef Array a = Array.empty(Dims(1, count), DType.I64)
    cdef int64_t* p = <int64_t*>a.bytes()
    cdef int64_t i, by = step if count > 1 else 0
    for i in range(count):
        p[i] = start + i * by
    return wrap(a)


cdef int _check_ends(object first, object last, object count, object dtype, str op) except -1:
    """Whether an integer dtype holds the ends of what is made."""
    import numpy
    if count > 0 and dtype.kind in "ui":
        limits = numpy.iinfo(dtype.dtype)
        for end in (first, last):
            if not limits.min <= end <= limits.max:
                raise TensorOverflowError(f"{op}: {end} is out of the range of {dtype}")
    return 0


def linspace(
    start: float, stop: float, /, num: int = 50, *, dtype: DTypeLike | None = None, device: str | None = None,
    endpoint: bool = True, requires_grad: bool = False,
) -> Tensor:
    """``num`` numbers evenly spaced from start to stop (included, unless ``endpoint=False``); float32.

    Raises OverflowError if an end is out of the range of an integer dtype, which gets the numbers rounded down.
    """
    import numpy
    _cpu(device, "linspace")
    start, stop = number_of(start, "linspace", "start"), number_of(stop, "linspace", "stop")
    num = whole(num, "linspace", "num")
    if num < 0:
        raise TensorValueError(f"linspace: the number of samples must not be negative, got {num}")
    if num >= 1 << 60:
        raise MemoryError(f"linspace: {num} samples are more than can be addressed")
    dtype = get_default_float() if dtype is None else dtypes.as_dtype(dtype)
    endpoint = flag(endpoint, "linspace", "endpoint")
    _check_ends(start, stop if endpoint else start, num, dtype, "linspace")
    values = numpy.linspace(start, stop, num, endpoint=endpoint)
    if dtype.kind in "ui":
        values = numpy.floor(values)
    return _finish(tensor_from(values, dtype, False), requires_grad, "linspace")


def eye(
    n_rows: int, n_cols: int | None = None, /, k: int = 0, *, dtype: DTypeLike | None = None, device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on diagonal k and zeros elsewhere; float32."""
    cdef Tensor t
    cdef int64_t rows, columns, d = diagonal(k, "eye"), count
    t = zeros((n_rows, n_rows if n_cols is None else n_cols), dtype=dtype, device=device)
    rows, columns = t.a.shape(0), t.a.shape(1)
    count = min(rows, columns - d) if d >= 0 else min(rows + d, columns)
    if count > 0:
        ones_at = t.reshape(-1)[(d if d >= 0 else -d * columns)::columns + 1][:count]
        ones_at.fill_(True)
    return _finish(t, requires_grad, "eye")


def meshgrid(*arrays: TensorLike, indexing: str = "xy") -> tuple[Tensor, ...]:
    """Grids of coordinates: one tensor per vector, of the shape of them all."""
    if indexing not in ("xy", "ij"):
        raise TensorValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    vectors = [as_tensor(a, b"meshgrid") for a in arrays]
    if any(v.ndim != 1 for v in vectors):
        raise TensorValueError(
            f"meshgrid: arrays must be vectors, got shapes {', '.join(str(v.shape) for v in vectors)}")
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    shape = [vectors[i].size for i in order]
    return tuple([v.reshape([-1 if i == order[p] else 1 for p in range(len(order))]).expand(shape).clone()
                  for i, v in enumerate(vectors)])


# ---- triangles -------------------------------------------------------------------------------------------------------

cdef struct TriangleAttributes:
    int64_t k


cdef int triangle_vjp(Node n, object g, Backward to) except -1:
    to.give(0, _triangle(<Tensor>g, n.attributes.get[TriangleAttributes]().k, n.primitive))
    return 0


cdef Primitive TRIL = define(b"tril", triangle_vjp)
cdef Primitive TRIU = define(b"triu", triangle_vjp)


cdef Tensor _triangle(Tensor x, int64_t k, const Primitive* p):
    """A copy in C order; of row i, the lower triangle keeps elements 0 to i + k, the upper one those from i + k on."""
    cdef int64_t rows, columns, _matrix, i, reach, edge, line, item = itemsize(x.a.dtype())
    cdef Array out
    cdef Tensor result
    cdef char* row
    cdef bint lower = p == &TRIL
    if x.a.ndim() < 2:
        raise TensorValueError(f"{p.name.decode()}: x must have at least 2 axes, got shape {x.shape}")
    out = Array.empty(x.a.shape(), x.a.dtype())
    native.copy_into(out, x.a)
    rows, columns = out.shape(out.ndim() - 2), out.shape(out.ndim() - 1)
    line = columns * item
    row = out.bytes()
    reach = max(-rows, min(k, columns)) + lower
    with nogil:
        for _matrix in range(out.size() // (rows * columns) if out.size() else 0):
            for i in range(rows):
                edge = max(<int64_t>0, min(i + reach, columns)) * item
                if lower:
                    memset(row + edge, 0, line - edge)
                else:
                    memset(row, 0, edge)
                row += line
    result = wrap(out)
    if recording(x):
        record1(result, p, x).attributes.set[TriangleAttributes]().k = k
    return result


def tril(x: TensorLike, /, k: int = 0) -> Tensor:
    """The lower triangle of matrices: elements on and below diagonal k, zeros above."""
    return _triangle(as_tensor(x, b"tril"), diagonal(k, "tril"), &TRIL)


def triu(x: TensorLike, /, k: int = 0) -> Tensor:
    """The upper triangle of matrices: elements on and above diagonal k, zeros below."""
    return _triangle(as_tensor(x, b"triu"), diagonal(k, "triu"), &TRIU)
