from fastgrad._tensor cimport Tensor


cdef Tensor silu_of(object x)
cdef Tensor gelu_of(object x)
