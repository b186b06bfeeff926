from fastgrad._cpp cimport Dims
from fastgrad._tensor cimport Tensor

cdef Tensor sum_to_shape(Tensor x, const Dims& shape)
cdef Tensor sum_over(Tensor x, const Dims& axes, bint keepdims)
cdef Dims axes_of(object axis, int ndim, const char* op) except *
cdef object centred_along(Tensor x, object axes)
