from fastgrad._tensor cimport Tensor

cdef tuple places(Tensor mask)
