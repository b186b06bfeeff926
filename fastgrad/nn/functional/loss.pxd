# What compiled losses share: how they are reduced.
from fastgrad._tensor cimport Tensor
from fastgrad.ops._native.loss cimport Reduction

cdef Reduction EACH  # the core's None, which is a keyword here

cdef Reduction reduction_of(object name, object size_average, object reduce, const char* op) except *
cdef Tensor reduced(object losses, Reduction r)
