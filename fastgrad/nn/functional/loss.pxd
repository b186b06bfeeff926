# What losses share: how they are reduced, and what they check.
from fastgrad._tensor cimport Tensor
from fastgrad.ops._native.loss cimport Reduction

cdef Reduction EACH  # the core's None, which is a keyword here

cdef Reduction reduction_of(object name, object size_average, object reduce, const char* op) except *
cdef Tensor reduced(object losses, Reduction r)
cdef Tensor class_weight(object weight, const char* op)
cdef tuple operands(object input, object target, const char* op)
cdef int check_shape(Tensor x, Tensor target, const char* op) except -1
