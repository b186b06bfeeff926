# distutils: language = c++
"""Tensors in pickles, and copies of them."""
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.string cimport memcpy

from fastgrad._tensor.convert cimport dims_from
from fastgrad._tensor.cpp cimport Array, Dims, DType, dtype_from_python, itemsize, operator_slots
from fastgrad._tensor.tensor cimport Tensor, requires_grad

from fastgrad.errors import TensorValueError


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
        raise TensorValueError(f"unpickle: {n} bytes are not an array of shape {shape} and dtype {dtype}")
    t.a = Array.empty(d, held)
    memcpy(t.a.bytes(), PyBytes_AS_STRING(data), n)
    if held == DType.Bool:  # of a file that anybody may have written
        truth = <unsigned char*>t.a.bytes()
        for i in range(n):
            truth[i] = truth[i] != 0
    if leaf_requires_grad:
        t.requires_grad_(True)
    return t


def __reduce_ex__(Tensor self, protocol: Any) -> tuple[Any, ...]:
    """Pickled by value, as plain bytes; history does not travel."""
    if not self.is_leaf:
        raise RuntimeError("only leaves can be pickled or deep-copied; use detach() first")
    return _rebuild, (type(self), bytes_of(self), self.dtype, tuple(self.shape), self.requires_grad)


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
            "deepcopy: only leaves can be deep-copied, not results of recorded operations; use detach().clone() for "
            "the values, clone() for a copy on the graph, copy.copy() for another name of it")
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
