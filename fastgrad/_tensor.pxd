from libc.stdint cimport int64_t, uint64_t
from fastgrad._cpp cimport Array, Dims, DType, grad_off

cdef class Node
cdef class Tensor
cdef class Backward

# A gradient rule: given a recorded node and the gradient of its output, hands the gradients of its inputs to `to`.
# Of a node with several outputs, g is a tuple with None where no gradient arrived.
ctypedef int (*Rule)(Node n, object g, Backward to) except -1


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
    cdef Rule rule
    cdef const char* label
    cdef uint64_t sequence    # order of creation
    cdef uint64_t run         # the backward pass that holds a gradient for it; 0 for none
    cdef Py_ssize_t slot      # where in that pass
    cdef int inputs, outputs
    cdef int axis             # a plain number for the rule, like those below
    cdef bint released
    cdef bint outputs_saved[4]
    cdef object in0, in1, in2   # a Node, a leaf Tensor, or None where no gradient goes
    cdef int from0, from1, from2
    cdef list in_more, from_more
    cdef Tensor s0, s1, s2, s3
    cdef uint64_t v0, v1, v2, v3
    cdef object context         # what else the rule needs, as a Python object
    cdef double x0, x1          # and as plain numbers
    cdef int64_t i0, i1
    cdef Dims dims
    cdef Dims shape             # of output 0
    cdef DType dtype
    cdef list more_outputs      # (shape, dtype) of outputs 1, 2, ...
    cdef list hooks             # lists of tensor hooks, by output
    cdef list retained          # weak references to tensors that keep their gradient, by output
    cdef object __weakref__

    cdef object input(self, int i)
    cdef int source(self, int i)
    cdef int connect(self, int i, Tensor t) except -1
    cdef void save(self, int i, Tensor t) noexcept
    cdef int save_output(self, int i, Tensor out) except -1
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
cdef Node record(Tensor out, Rule rule, const char* label, int inputs)
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


cdef inline bint recording(Tensor t):
    return not grad_off and requires_grad(t)


# `connect` for the first two inputs of a new node.
cdef inline int connect0(Node n, Tensor t) except -1:
    if t.base is not None:
        refresh_operand(n, t)
    n.from0 = t.output
    if t.node is not None:
        n.in0 = t.node
    elif t.leaf_requires_grad:
        n.in0 = t
    return 0


cdef inline int connect1(Node n, Tensor t) except -1:
    if t.base is not None:
        refresh_operand(n, t)
    n.from1 = t.output
    if t.node is not None:
        n.in1 = t.node
    elif t.leaf_requires_grad:
        n.in1 = t
    return 0


cdef inline Node record1(Tensor out, Rule rule, const char* label, Tensor a):
    cdef Node n = record(out, rule, label, 1)
    connect0(n, a)
    return n


cdef inline Node record2(Tensor out, Rule rule, const char* label, Tensor a, Tensor b):
    cdef Node n = record(out, rule, label, 2)
    connect0(n, a)
    connect1(n, b)
    return n
