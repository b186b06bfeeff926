from fastgrad._tensor cimport Tensor

cpdef double probability(object p, str op, str argument=*) except? -1.0
cdef tuple given_for(object value, int axes)
cdef Tensor batch_of(Tensor x, const char* op, int axes=*)
cdef Tensor as_given(Tensor out, bint is_batch)
cpdef Tensor overwritten(object x, str op)
cpdef Tensor source_of(Tensor x)
cdef Tensor over(object function, object input, tuple rest)
