from fastgrad._tensor cimport Tensor

cdef Tensor matmul_tensors(Tensor a, Tensor b)
