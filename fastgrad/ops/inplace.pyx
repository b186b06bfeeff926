# distutils: language = c++
"""Methods of Tensor that write to it: copies and constants, arithmetic, elementwise functions of one tensor.

What a write means for the graph: ``_write``.
"""
from fastgrad._tensor cimport Tensor, recording, tracing, wrap
from fastgrad._tensor.convert cimport number_array, scalar_for
from fastgrad._tensor.cpp cimport DType, Dims, is_computing_float, is_floating
from fastgrad.ops._common cimport as_value, is_scalar
from fastgrad.ops._native.copy cimport fill
from fastgrad.ops._native.elementwise cimport (
    BinaryOp, UnaryOp, binary_into, binary_named, binary_scalar_into, compares, takes_floats, unary_into, unary_named,
)
from fastgrad.ops._write cimport check_writable, overwrite
from fastgrad.ops.arithmetic cimport ADD, DIVIDE, MULTIPLY, POW, SUBTRACT
from fastgrad.ops.elementwise cimport call_inplace, inplace_result

from fastgrad._tensor.dtype import bool_
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.ops.choose import clip


# ---- copies and constants --------------------------------------------------------------------------------------------

def copy_(Tensor self, source: TensorLike) -> Tensor:
    """Writes the elements of source, broadcast and cast, to this tensor; returns it."""
    cdef Tensor x = self, value = as_value(source, b"copy_", x.a.dtype())
    if value.a.ndim() > x.a.ndim():
        raise TensorValueError(f"copy_: a source of shape {value.shape} does not broadcast to shape {self.shape}")
    _check_kind(x, value, "copy_")
    overwrite(x, value, b"copy_")
    return self


cdef int _check_kind(Tensor x, Tensor value, str op) except -1:
    if is_floating(value.a.dtype()) and not is_floating(x.a.dtype()):
        raise TensorTypeError(f"{op}: {value.dtype} cannot be written to {x.dtype}; convert it first")
    return 0


def fill_(Tensor self, value: TensorLike) -> Tensor:
    """Sets every element to a number; returns the tensor."""
    if is_scalar(value):
        return _filled(self, value, b"fill_")
    cdef Tensor v = as_value(value, b"fill_", self.a.dtype())
    if v.a.ndim() != 0:
        raise TensorValueError(f"fill_: value must be a number or a 0-dimensional tensor, got shape {v.shape}")
    _check_kind(self, v, "fill_")
    overwrite(self, v, b"fill_")
    return self


def zero_(Tensor self) -> Tensor:
    """Sets every element to 0; returns the tensor."""
    return _filled(self, False if self.dtype is bool_ else 0, b"zero_")


cdef Tensor _filled(Tensor x, object number, const char* op):
    check_writable(x, op)
    if recording(x):
        overwrite(x, wrap(number_array(number, x.a.dtype(), op)), op)
    else:
        fill(x.a, scalar_for(number, is_floating(x.a.dtype()), False, op))
    return x


# ---- arithmetic ------------------------------------------------------------------------------------------------------

cdef object _scaled(Tensor x, object other, object alpha, const char* op):
    """alpha * other, where other is written to x: a sequence is not repeated."""
    if not isinstance(alpha, Tensor) and alpha == 1:
        return other
    return (other if is_scalar(other) else as_value(other, op, x.a.dtype())) * alpha


def _add_(Tensor self, other: TensorLike, *, alpha: float = 1) -> Tensor:
    """self += alpha * other."""
    return call_inplace(&ADD, self, _scaled(self, other, alpha, b"add_"))


def _sub_(Tensor self, other: TensorLike, *, alpha: float = 1) -> Tensor:
    """self -= alpha * other."""
    return call_inplace(&SUBTRACT, self, _scaled(self, other, alpha, b"sub_"))


def _mul_(Tensor self, other: TensorLike) -> Tensor:
    """self *= other."""
    return call_inplace(&MULTIPLY, self, other)


def _div_(Tensor self, other: TensorLike) -> Tensor:
    """self /= other."""
    return call_inplace(&DIVIDE, self, other)


def _pow_(Tensor self, other: TensorLike) -> Tensor:
    """self **= other."""
    return call_inplace(&POW, self, other)


def _clip_(Tensor self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """Limits the elements to a range, in place."""
    return inplace_result(self, lambda x: clip(x, min, max), b"clip_")


# ---- functions of one tensor -----------------------------------------------------------------------------------------

def in_place(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The method that writes what an elementwise function of one tensor gives to the tensor itself."""
    cdef int kernel = <int>unary_named(<bytes>function.__name__.encode())
    label = f"{function.__name__}_".encode()  # nodes point to it: it lives as long as the method, which is for ever

    def method(Tensor self) -> Tensor:
        cdef const char* op = <const char*><bytes>label
        if not is_computing_float(self.a.dtype()) or recording(self):
            return inplace_result(self, function, op)
        check_writable(self, op)
        unary_into(self.a, <UnaryOp>kernel, self.a)
        return self
    method.__doc__ = f"``{function.__name__}`` of the elements, in place."
    return method


# ---- to another tensor -----------------------------------------------------------------------------------------------

cdef dict _operations = {}  # by name and how many operands; None where there is no such operation


cdef object _operation(str name, bint two):
    cdef bytes text
    key = (name, two)
    if key not in _operations:
        text = name.encode()
        try:
            _operations[key] = <int>binary_named(text) if two else <int>unary_named(text)
        except ValueError:
            _operations[key] = None
    return _operations[key]


cdef bint _fits(const Dims& shape, const Dims& whole) noexcept:
    """Whether a shape broadcasts to another."""
    cdef int i, before = whole.size() - shape.size()
    if before < 0:
        return False
    for i in range(shape.size()):
        if shape[i] != 1 and shape[i] != whole[before + i]:
            return False
    return True


def write_elementwise(str name, out: Any, x: Any, y: Any = None) -> bool:
    """Writes what an elementwise operation gives, of a tensor or of two operands, to `out`, without a tensor between.

    Returns whether it has: it does where nothing is recorded, and where `out` has the dtype and shape of the result.
    """
    cdef Tensor a = <Tensor>x if isinstance(x, Tensor) else None, b = <Tensor>y if isinstance(y, Tensor) else None
    cdef Tensor target = <Tensor>out if isinstance(out, Tensor) else None, first = b if a is None else a
    cdef bint number_left = a is None
    cdef object number = None if a is not None and b is not None else x if number_left else y
    cdef DType dtype
    if target is None or first is None or tracing() or number is not None and not is_scalar(number):
        return False
    dtype = first.a.dtype()
    if b is not None and b.a.dtype() != dtype or not (first.a.shape() == target.a.shape() or b is not None and (
            b.a.shape() == target.a.shape())):
        return False
    if recording(target) or recording(first) or b is not None and recording(b):
        return False
    found = _operation(name, y is not None)
    if found is None:
        return False
    if y is None:
        if target.a.dtype() != dtype or not is_computing_float(dtype):
            return False
        check_writable(target, b"out")
        unary_into(target.a, <UnaryOp><int>found, first.a)
        return True
    cdef BinaryOp op = <BinaryOp><int>found
    if target.a.dtype() != dtype and not (target.a.dtype() == DType.Bool and compares(op)) or dtype == DType.Bool:
        return False
    if not is_computing_float(dtype) and (is_floating(dtype) or takes_floats(op) or isinstance(number, float)):
        return False
    if not _fits(first.a.shape(), target.a.shape()) or b is not None and not _fits(b.a.shape(), target.a.shape()):
        return False
    check_writable(target, b"out")
    if number is None:
        binary_into(target.a, op, a.a, b.a)
    else:
        binary_scalar_into(
            target.a, op, first.a, scalar_for(number, takes_floats(op) or is_floating(dtype), compares(op), b""),
            number_left)
    return True
