from cpython.object cimport PyObject

from fastgrad._tensor.cpp cimport here
from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor


cdef class Tracer:
    cdef Node node       # the operation that was recorded last, which its function may not have finished yet
    cdef list inputs, outputs
    cdef PyObject* outer

    cdef int begin(self, Node n, list inputs, Tensor out) except -1
    cdef int finish(self) except -1


cdef inline Tracer tracer_here():
    """This thread's."""
    return None if here.tracer == NULL else <Tracer>here.tracer
