from libc.stdint cimport int64_t

from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor
from fastgrad._tensor.tracer cimport Tracer

# How many blocks of `detect_anomaly` there are now, in all threads: where there are none, a pass does not look.
cdef int64_t anomalies


cdef class Watcher(Tracer):
    cdef bint check_forward, check_inf
    cdef int rules  # how many of them are running

cdef Watcher watcher_here()
cdef int check_gradient(Node n, int i, Tensor grad) except -1
cdef int say_place(object error, Node n) except -1
