from fastgrad._cpp cimport Array, DType
from fastgrad._tensor cimport Tensor

cdef Tensor cast_to(Tensor x, DType dtype)
cdef Tensor dense_copy(Tensor x, const Array& like)
cdef Tensor ones_for(Tensor x)
