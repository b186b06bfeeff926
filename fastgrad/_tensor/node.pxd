from libc.stdint cimport int64_t, uint64_t

from fastgrad._tensor.cpp cimport Attributes, Dims, DType
from fastgrad._tensor.recycle cimport kept_nodes
from fastgrad._tensor.tensor cimport Tensor

cdef class Node
cdef class Backward

# A gradient rule: given a recorded node and the gradient of its output, hands the gradients of its inputs to `to`.
# Of a node with several outputs, g is a tuple with None where no gradient arrived.
ctypedef int (*Rule)(Node n, object g, Backward to) except -1

# The other rules that an operation may have, given its node: the tangent of its output from its inputs and their
# tangents; the operation on inputs that have a batch axis (-1: none), with that of the output; its attributes, in
# words.
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
    cdef list hooks             # hooks of its outputs, as `fastgrad.autograd.hooks` keeps them
    cdef list retained          # weak references to tensors that keep their gradient, by output
    cdef object __weakref__

    cdef object input(self, int i)
    cdef int source(self, int i) except -1
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
    cdef bint wants(self, int i) except -1
    cdef int give(self, int i, Tensor grad) except -1
    cdef int give_own(self, int i, Tensor grad) except -1
    cdef Tensor running_sum(self, int i)


# What a node holds in a saved tensor's place, where a hook has made something else of that.
cdef class Packed(Tensor):
    cdef object held, unpack
    cdef Tensor leaf            # that it was, if gradients flow to it
    cdef Dims shape_of
    cdef DType dtype_of

# How many blocks of `saved_tensors_hooks` there are now, in all threads.
cdef int64_t saving_hooks

cdef Tensor packed(Tensor t)
cdef Tensor unpacked(Tensor t)


# Inline: `Node.save` in the first two places of a node just begun.

cdef inline int save0(Node n, Tensor t) except -1:
    if saving_hooks:
        return n.save(0, t)
    n.s0 = t
    n.v0 = t.a.version()
    return 0


cdef inline int save1(Node n, Tensor t) except -1:
    if saving_hooks:
        return n.save(1, t)
    n.s1 = t
    n.v1 = t.a.version()
    return 0


cdef Node make_node()
cdef int refresh_operand(Node n, Tensor t) except -1


cdef inline Node bare_node():
    """A node in which nothing is set but what says that there is nothing."""
    return <Node>kept_nodes.take() if kept_nodes.any() else make_node()
