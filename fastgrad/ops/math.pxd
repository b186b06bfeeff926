from fastgrad._tensor cimport Tensor


cdef Tensor relu_of(object x)
cdef Tensor sigmoid_of(object x)
cdef Tensor tanh_of(object x)

# Of what these gave, y, in plain operations.
cdef Tensor relu_gradient(Tensor g, Tensor y)
cdef Tensor sigmoid_gradient(Tensor g, Tensor y)
cdef Tensor tanh_gradient(Tensor g, Tensor y)
