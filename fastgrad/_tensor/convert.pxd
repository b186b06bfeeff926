from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, Dims, DType, dtype_objects
from fastgrad.ops._native.copy cimport Scalar


cdef inline object dtype_object(DType t):
    return <object>dtype_objects[<int>t]


cdef tuple dims_to_tuple(const Dims& d)
cdef int axis_of(object axis, int ndim, const char* op) except -1
cdef Dims dims_from(object shape, const char* op) except *
cpdef object number(value, operation, argument)
cpdef bint flag(object value, str operation, str argument) except -1
cpdef double real(value, operation, argument) except? -1.0
cdef double as_double(object value, object operation, object argument) except? -1.0
cpdef object whole(object value, str op, str argument)
cpdef tuple wholes(object value, str op, str argument)
cpdef tuple words(object value, str op, str argument)
cpdef int64_t diagonal(object k, str op) except? -1
cpdef tuple pair(value, operation, argument, int64_t least=*)
cpdef tuple per_axis(value, int axes, operation, argument, int64_t least=*)
cdef Scalar scalar_for(object x, bint as_float, bint compared, const char* op) except *
cdef Array number_array(object x, DType dtype, const char* op) except *
cdef object element(const char* p, DType t)
cdef const char* format_of(DType t) noexcept
