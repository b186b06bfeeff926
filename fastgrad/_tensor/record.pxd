# How an operation enters the graph, the one way through: where `recording` says so, it makes its output the output of a
# new node by one of `record1` to `record_all`, saves in it what its rule needs, and sets its attributes.
from libc.stdint cimport uint8_t

from fastgrad._tensor.cpp cimport TRACED_MODE, UNRECORDED_MODE, mode, tracers
from fastgrad._tensor.node cimport Node, Primitive
from fastgrad._tensor.tensor cimport Tensor, requires_grad


cdef Node record1(Tensor out, const Primitive* p, Tensor a)
cdef Node record2(Tensor out, const Primitive* p, Tensor a, Tensor b)
cdef Node record3(Tensor out, const Primitive* p, Tensor a, Tensor b, Tensor c)
cdef Node record_all(Tensor out, const Primitive* p, list inputs)
cdef Node record_edges(Tensor out, const Primitive* p, object edge0, int from0, object edge1, int from1)
cdef Node record_untold(Tensor out, const Primitive* p, list inputs)
cdef int trace_write(Tensor x, const Primitive* p, Tensor value) except -1
cdef int add_output(Node n, Tensor out) except -1


# What an operation is recorded for: a bit for each input that gradients flow to, and one for this thread's tracer. 0:
# it is not recorded. Every operation asks one of the functions below, and makes its node by one of `record1` to
# `record_all`.
cdef enum:
    FIRST = 1
    SECOND = 2
    THIRD = 4
    TRACED = 8


cdef inline int tracing() noexcept:
    return TRACED if tracers and mode & TRACED_MODE else 0


cdef inline int recording(Tensor a) except -1:
    cdef uint8_t m = mode
    if not m:
        return requires_grad(a)
    return (TRACED if m & TRACED_MODE else 0) | (not m & UNRECORDED_MODE and requires_grad(a))


cdef inline int recording2(Tensor a, Tensor b) except -1:
    cdef uint8_t m = mode
    if not m:
        return requires_grad(a) * FIRST | requires_grad(b) * SECOND
    cdef int found = TRACED if m & TRACED_MODE else 0
    if not m & UNRECORDED_MODE:
        found |= requires_grad(a) * FIRST | requires_grad(b) * SECOND
    return found


cdef inline int recording3(Tensor a, Tensor b, Tensor c) except -1:
    """b and c may be None."""
    cdef uint8_t m = mode
    cdef int found = TRACED if m & TRACED_MODE else 0
    if m & UNRECORDED_MODE:
        return found
    found |= requires_grad(a) * FIRST
    if b is not None:
        found |= requires_grad(b) * SECOND
    if c is not None:
        found |= requires_grad(c) * THIRD
    return found
