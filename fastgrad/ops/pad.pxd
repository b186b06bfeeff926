from fastgrad._tensor cimport Tensor

cdef Tensor pad_constant(Tensor t, list widths, object value)
