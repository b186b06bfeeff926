from fastgrad._tensor cimport Tensor
from fastgrad.ops._native.epilogue cimport Activation


cdef Activation activation_named(object name, const char* op) except *
cdef Tensor activated(Activation activation, Tensor x)
cdef Tensor activation_backward(Activation activation, Tensor g, Tensor y, bint create_graph)


# Whether the gradient is made of the result. Others' is made of what they were given, which one operation with them
# would have to keep as well: recorded, they stay operations of their own.
cdef inline bint is_of_result(Activation activation) noexcept:
    return activation <= Activation.Tanh
