from cpython.ref cimport Py_REFCNT

from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport DType, Storage

cdef bint is_foreign(object x) except -1
cdef bint is_scalar(object x) noexcept
cdef bint is_weak(object x, DType beside) noexcept
cdef Tensor as_tensor(object x, const char* op)
cdef Tensor as_operand(object x, const char* op, DType other)
cdef Tensor as_value(object x, const char* op, DType target)
cpdef int refuse(dict unknown, str op, str difference=*) except -1
cdef tuple in_our_words(dict words, str op, object axis, object default=*, object keepdims=*)


# Whether the caller, which borrows the one reference to g that there is, may write its result over g: a gradient that
# nobody else can see, neither as a tensor nor through its memory.
cdef inline bint is_unseen(Tensor g) noexcept:
    cdef Storage* memory = g.a.storage().get()
    return Py_REFCNT(g) == 1 and memory.refs == 1 and memory.owner == NULL and memory.writable and g.a.is_dense()
