from fastgrad._tensor cimport Tensor

cdef tuple pieces(Tensor t, int axis, list bounds, bint drop)
