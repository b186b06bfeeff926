from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Dims

cdef object shape_of(const Dims& shape)
cdef object size_of(const Dims& shape, int64_t count)
