from libc.stdint cimport int64_t, uint8_t, uint64_t
from fastgrad._cpp cimport Array, Attributes, Dims, DType, TRACED_MODE, UNRECORDED_MODE, grad_off, mode, tracers

cdef class Node
cdef class Tensor
cdef class Backward

# A gradient rule: given a recorded node and the gradient of its output, hands the gradients of its inputs to `to`.
# Of a node with several outputs, g is a tuple with None where no gradient arrived.
ctypedef int (*Rule)(Node n, object g, Backward to) except -1

# The other rules that an operation may have, given its node: the tangent of its output from its inputs and their
# tangents; the operation on inputs that have a batch axis (-1: none), with that of the output; its attributes, in words.
ctypedef object (*Tangents)(Node n, list inputs, list tangents)
ctypedef tuple (*Batched)(Node n, list inputs, list axes)
ctypedef str (*Description)(Node n)


# An operation: one object for as long as the program runs, beside its rules, to which its nodes point. A rule that it
# does not have is NULL: what would need it is refused, by the operation's name.
cdef struct Primitive:
    const char* name
    Rule vjp
    Tangents jvp
    Batched batch
    Description describe


cdef inline Primitive define(const char* name, Rule vjp) noexcept:
    cdef Primitive p
    p.name = name
    p.vjp = vjp
    p.jvp = NULL
    p.batch = NULL
    p.describe = NULL
    return p


cdef class Tensor:
    cdef Array a
    cdef Node node            # what computed it; None for a leaf
    cdef int output           # which of the node's outputs it is
    cdef bint leaf_requires_grad
    cdef int view_kind        # of a view: 0 if its history follows its base's, else flags from below
    cdef Tensor base          # whose memory and history it is a view of
    cdef uint64_t derived_at  # version of the storage when `node` was derived from base's
    cdef object grad_
    cdef list hooks
    cdef uint64_t run         # the backward pass that holds a gradient for this leaf; 0 for none
    cdef Py_ssize_t slot      # where in that pass
    cdef object __weakref__


# One operation of the graph: where its inputs come from, what its rule needs, what its outputs look like.
cdef class Node:
    cdef const Primitive* primitive
    cdef uint64_t sequence    # order of creation
    cdef uint64_t run         # the backward pass that holds a gradient for it; 0 for none
    cdef Py_ssize_t slot      # where in that pass
    cdef int inputs, outputs
    cdef bint released
    cdef unsigned int outputs_saved  # a bit for each of the first four saved tensors: whether it is an output
    cdef object in0, in1, in2   # a Node, a leaf Tensor, or None where no gradient goes
    cdef int from0, from1, from2
    cdef list in_more, from_more
    cdef Tensor s0, s1, s2, s3  # the saved tensors, and their versions
    cdef uint64_t v0, v1, v2, v3
    cdef list saved_more        # (tensor, version, whether it is an output) or None, from the fifth on
    cdef object context         # what else the rule needs, as a Python object
    cdef Attributes attributes  # and as numbers, each under its name
    cdef Dims shape             # of output 0
    cdef DType dtype
    cdef list more_outputs      # (shape, dtype) of outputs 1, 2, ...
    cdef list hooks             # lists of tensor hooks, by output
    cdef list retained          # weak references to tensors that keep their gradient, by output
    cdef object __weakref__

    cdef object input(self, int i)
    cdef int source(self, int i)
    cdef int connect(self, int i, Tensor t) except -1
    cdef int save(self, int i, Tensor t) except -1
    cdef int save_output(self, int i, Tensor out) except -1
    cdef int save_more(self, int i, Tensor t, bint output) except -1
    cdef Tensor saved(self, int i)
    cdef int refuse_released(self) except -1
    cdef void release(self) noexcept


# The backward pass in progress, as a rule sees it.
cdef class Backward:
    cdef bint create_graph
    cdef bint wants(self, int i)
    cdef int give(self, int i, Tensor grad) except -1
    cdef int give_own(self, int i, Tensor grad) except -1
    cdef Tensor running_sum(self, int i)


cdef Tensor new_tensor(Array& a)                # takes the array's content
cdef Tensor wrap(Array a)
cdef Tensor detached(Tensor t)
cdef Node record1(Tensor out, const Primitive* p, Tensor a)
cdef Node record2(Tensor out, const Primitive* p, Tensor a, Tensor b)
cdef Node record3(Tensor out, const Primitive* p, Tensor a, Tensor b, Tensor c)
cdef Node record_all(Tensor out, const Primitive* p, list inputs)
cdef Node record_edges(Tensor out, const Primitive* p, object edge0, int from0, object edge1, int from1)
cdef Node record_untold(Tensor out, const Primitive* p, list inputs)
cdef int trace_write(Tensor x, const Primitive* p, Tensor value) except -1
cdef int add_output(Node n, Tensor out) except -1
cdef int refresh_view(Tensor t) except -1
cdef int refresh_operand(Node n, Tensor t) except -1
cdef Tensor make_view(Tensor base, Array& a)
cdef uint64_t next_sequence()
cdef void set_derive_view(int (*f)(Tensor) except -1)


# Kinds of view, which a view of the view inherits.
cdef enum:
    ONE_OF_SEVERAL = 1  # of the views that one operation made of one base
    UNRECORDED = 2      # made where nothing is recorded: without a history, and its base's cannot reach it; its
                        # `derived_at` is the newest node of that time
    OF_FUNCTION = 4     # what a custom function returned in memory that others reach: its history is the function's


# Whether gradients flow to t.
cdef inline bint requires_grad(Tensor t):
    if t.base is not None:
        refresh_view(t)
    return t.node is not None or t.leaf_requires_grad


# What an operation is recorded for: a bit for each input that gradients flow to, and one for this thread's tracer. 0: it
# is not recorded. Every operation asks one of the functions below, and makes its node by one of `record1` to `record_all`.
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
