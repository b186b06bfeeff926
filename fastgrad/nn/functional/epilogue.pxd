from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport is_narrow_float
from fastgrad.ops._native.epilogue cimport Activation


cdef Activation activation_named(object name, const char* op) except *
cdef Tensor activated(Activation activation, Tensor x)
cdef Tensor activation_backward(Activation activation, Tensor g, Tensor y, bint create_graph)


# Whether an activation after this operand's operation must be one of its own: where narrow floats are rounded between
# the two, and recorded, where its gradient is made of what it was given, which one operation with it would have to
# keep.
cdef inline bint stays_apart(Activation activation, Tensor x, bint recorded):
    if activation <= Activation.Relu:
        return False
    return is_narrow_float(x.a.dtype()) or recorded and activation > Activation.Tanh
