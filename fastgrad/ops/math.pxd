from fastgrad._tensor cimport Tensor


# Of what tanh gave, y, in plain operations.
cdef Tensor tanh_gradient(Tensor g, Tensor y)
