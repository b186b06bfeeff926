from fastgrad._tensor cimport Tensor


# Of what these gave, y, in plain operations.
cdef Tensor relu_gradient(Tensor g, Tensor y)
cdef Tensor sigmoid_gradient(Tensor g, Tensor y)
