from libc.stdint cimport int64_t

from fastgrad._tensor.node cimport Node
from fastgrad._tensor.tensor cimport Tensor

# How many blocks of `detect_anomaly` there are now, in all threads: where there are none, a pass does not look.
cdef int64_t anomalies

cdef int check_gradient(Node n, int i, Tensor grad) except -1
cdef int say_place(object error, Node n) except -1
