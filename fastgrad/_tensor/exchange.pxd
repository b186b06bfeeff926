from fastgrad._tensor.tensor cimport Tensor

cdef Tensor of_array(object data, bint* share)
