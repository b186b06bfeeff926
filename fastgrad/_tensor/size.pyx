# distutils: language = c++
"""``Tensor.size``: an int, NumPy's number of elements, which can be called, for PyTorch's shape.

What is made of a subclass of int costs twenty times an int. So those made are kept, each where its shape's hash says,
until another shape comes there: a tensor finds its size by a product and a comparison for each axis.
"""
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int64_t, uint64_t

from fastgrad._tensor.convert cimport axis_of, dims_to_tuple
from fastgrad._tensor.cpp cimport Dims


cdef object _shape_type = None  # a subclass of tuple; None: tuple itself


def set_shape_type(kind: type | None) -> None:
    """Has every shape be of this subclass of tuple (None: a plain one): PyTorch's door asks for its ``Size``."""
    global _shape_type
    _shape_type = kind


cdef object shape_of(const Dims& shape):
    if _shape_type is None:
        return dims_to_tuple(shape)
    return _shape_type(dims_to_tuple(shape))


class Size(int):
    """The number of elements; called, the lengths of the axes, or of one of them."""

    def __call__(self, dim: int | None = None) -> tuple[int, ...] | int:
        if dim is None:
            return self._shape if _shape_type is None else _shape_type(self._shape)
        return self._shape[axis_of(dim, len(self._shape), b"size")]

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return int, (int(self),)


cdef object _new_int = int.__new__

# Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): the upper bits of a product with 2^64 / 1.618.
cdef uint64_t GOLDEN = 0x9E3779B97F4A7C15
cdef enum:
    KEPT_BITS = 6

cdef Dims _shapes[1 << KEPT_BITS]
cdef PyObject* _sizes[1 << KEPT_BITS]


cdef object size_of(const Dims& shape, int64_t count):
    """The size of a tensor of this shape, which has so many elements."""
    cdef uint64_t hashed = 0
    cdef int i
    for i in range(shape.size()):
        hashed = (hashed + <uint64_t>shape[i] + 1) * GOLDEN
    i = hashed >> 64 - KEPT_BITS
    if _sizes[i] != NULL and _shapes[i] == shape:
        return <object>_sizes[i]
    return _made(shape, count, i)


cdef object _made(const Dims& shape, int64_t count, int place):
    made = _new_int(Size, count)
    made._shape = dims_to_tuple(shape)
    cdef PyObject* before = _sizes[place]
    _shapes[place] = shape
    _sizes[place] = <PyObject*>made
    Py_INCREF(made)
    Py_XDECREF(before)
    return made
