from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Dims

# Zeros of this shape, to which g is added at these places along the axis: the gradient of `take`, itself differentiable.
cdef Tensor take_back(Tensor g, Tensor indices, int axis, const Dims& shape)
