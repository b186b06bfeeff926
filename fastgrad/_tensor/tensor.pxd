from libc.stdint cimport uint64_t

from fastgrad._tensor.cpp cimport Array


cdef class Tensor:
    cdef Array a
    cdef object node          # the Node that computed it, an object here, since Node knows Tensor; None for a leaf
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


# Kinds of view, which a view of the view inherits.
cdef enum:
    ONE_OF_SEVERAL = 1  # of the views that one operation made of one base
    UNRECORDED = 2      # made where nothing is recorded: without a history, and its base's cannot reach it; its
                        # `derived_at` is the newest node of that time
    OF_FUNCTION = 4     # what a custom function returned in memory that others reach: its history is the function's

# Flags beside them, of tensors that are no views.
cdef enum:
    DETACHED = 8        # `detach_` took its history, which nodes up to `derived_at` knew
    PACKED = 16         # it stands for a saved tensor, a `Packed` in `fastgrad._tensor.node`


cdef Tensor wrap(Array& a)  # takes the array's content
cdef Tensor detached(Tensor t)
cdef Tensor make_view(Tensor base, Array& a)
cdef int refresh_view(Tensor t) except -1
cdef void set_derive_view(int (*f)(Tensor) except -1)


# Whether gradients flow to t.
cdef inline bint requires_grad(Tensor t):
    if t.base is not None:
        refresh_view(t)
    return t.node is not None or t.leaf_requires_grad
