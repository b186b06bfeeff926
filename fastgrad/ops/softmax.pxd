from fastgrad._tensor cimport Tensor

cdef Tensor softmax_along(Tensor x, object axis)
cdef Tensor log_softmax_along(Tensor x, object axis)
