from fastgrad._tensor cimport Tensor


cdef Tensor relu_gradient(Tensor g, Tensor y, bint create_graph)
