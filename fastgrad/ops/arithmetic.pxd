from fastgrad._tensor cimport Tensor

cdef Tensor add_tensors(Tensor a, Tensor b)
cdef int add_into(Tensor a, Tensor b) except -1
