from fastgrad._tensor cimport Tensor
from fastgrad.ops.elementwise cimport Binary

cdef Binary ADD, SUBTRACT, MULTIPLY, DIVIDE, POW

cdef Tensor add_tensors(Tensor a, Tensor b)
cdef int add_into(Tensor a, Tensor b) except -1
