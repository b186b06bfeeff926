from fastgrad._tensor cimport Tensor
from fastgrad.ops._native cimport Scalar

cdef bint is_scalar(object x)
cdef Scalar scalar_of(object x) except *
cdef Tensor as_tensor(object x, const char* op)
cpdef add_method(str name, object function)
cpdef add_property(str name, object function)
cpdef int refuse(dict unknown, str op, str difference=*) except -1
