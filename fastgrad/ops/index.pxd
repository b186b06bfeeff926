from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Dims

# Zeros of this shape, to which g is added at these places along the axis: the gradient of `take`, itself differentiable.
cdef Tensor take_back(Tensor g, Tensor indices, int axis, const Dims& shape)

# What `x[key]` and `x[key] = value` call.
cdef object getitem_slot(object x, object key)
cdef object setitem_slot(object x, object key, object value)
# Where the one element lies that Python's integers name, one for each axis; NULL for any other key.
cdef char* place_of(Tensor x, object key) except? NULL
