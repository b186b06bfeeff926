from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Array, DType

cdef Tensor cast_to(Tensor x, DType dtype)
cdef Tensor dense_copy(Tensor x, const Array& like)
cdef Tensor ones_for(Tensor x)
