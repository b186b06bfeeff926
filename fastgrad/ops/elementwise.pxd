from fastgrad._tensor cimport Tensor
from fastgrad.ops._native cimport BinaryOp, UnaryOp

cdef Tensor add_tensors(Tensor a, Tensor b)
cdef int add_into(Tensor a, Tensor b) except -1
cdef Tensor multiply_tensors(Tensor a, Tensor b)
cdef Tensor where_tensors(Tensor condition, Tensor a, Tensor b)
cdef Tensor plain_unary(UnaryOp op, Tensor x)
cdef Tensor plain_binary(BinaryOp op, Tensor a, Tensor b)
