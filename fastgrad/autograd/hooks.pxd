from libc.stdint cimport int64_t

from fastgrad._tensor.tensor cimport Tensor

cdef int64_t completion_hooks


cdef class CompletionHook:
    cdef object function


cdef bint awaits_completion(Tensor leaf)
