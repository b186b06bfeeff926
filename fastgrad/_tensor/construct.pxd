from fastgrad._tensor.cpp cimport DType

cdef DType default_float  # of what is given no dtype
cdef bint strong_floats   # whether NumPy's float64, and lists of floats, are no narrower beside narrower ones
