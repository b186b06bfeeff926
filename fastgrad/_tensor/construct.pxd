from fastgrad._tensor.cpp cimport DType

cdef DType default_float  # of what is given no dtype
