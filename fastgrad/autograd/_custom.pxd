from fastgrad._tensor cimport Backward, Node

cdef int custom_rule(Node n, object g, Backward to) except -1
