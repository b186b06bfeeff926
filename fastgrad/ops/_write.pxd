from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Array

cdef int check_writable(Tensor x, const char* op) except -1
cdef Tensor as_strided_view(Tensor x, Tensor source, Array& a)
cdef Tensor past(Tensor x)
cdef Tensor rest(Tensor x)
cdef int overwrite(Tensor x, Tensor value, const char* op, bint computed_from_x=*) except -1
cdef int rewrite(Tensor x, object edge, int output, const char* op, bint computed_from_x) except -1
