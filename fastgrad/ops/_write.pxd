from fastgrad._tensor cimport Tensor

cdef int check_writable(Tensor x, const char* op) except -1
cdef Tensor past(Tensor x)
cdef Tensor rest(Tensor x)
cdef int overwrite(Tensor x, Tensor value, const char* op, bint computed_from_x=*) except -1
cdef int rewrite(Tensor x, object edge, int output, const char* op, bint computed_from_x) except -1
