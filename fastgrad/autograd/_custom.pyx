# distutils: language = c++
"""The nodes of custom functions: their rule is the ``backward`` that a subclass of ``Function`` defines."""
from cpython.object cimport PyObject

from fastgrad._tensor cimport Backward, Node, Tensor, add_output, detached, record
from fastgrad.ops.inplace cimport check_writable, rewrite

cdef extern from "Python.h":
    void PyObject_GC_Track(PyObject*)
    int PyObject_GC_IsTracked(PyObject*)


cdef _watch(o):
    """Enters an object in the garbage collector's books."""
    if not PyObject_GC_IsTracked(<PyObject*>o):
        PyObject_GC_Track(<PyObject*>o)


cdef int custom_rule(Node n, object g, Backward to) except -1:
    cdef Tensor grad
    cdef int i
    context = n.context
    cdef Py_ssize_t arguments = len(context.needs_input_grad)
    grads = g if n.more_outputs is not None else (g,)
    if context.materialize_grads and None in grads:
        grads = tuple([context._zero_gradient(k) if x is None else x for k, x in enumerate(grads)])
    context._node = n
    try:
        results = type(context).backward(context, *grads)
    finally:
        context._node = None
    if not isinstance(results, tuple):
        results = (results,)
    if len(results) != arguments and not (
        len(results) > arguments and all(r is None for r in results[arguments:])
    ):
        raise RuntimeError(
            f"{type(context).__name__}.backward returned {len(results)} gradients for {arguments} arguments"
        )
    for i, position in enumerate(context._positions):
        r = results[position]
        if r is None:
            continue
        if not isinstance(r, Tensor):
            raise TypeError(f"{type(context).__name__}.backward must return tensors or None, got {type(r).__name__}")
        grad = r
        if not to.wants(i):
            continue
        to.give(i, grad)
    return 0


def connect_function(context, tensors, outputs):
    """Makes the outputs of a custom function's forward the outputs of one node whose rule is its backward."""
    cdef Node n = None
    cdef Tensor t
    cdef int i
    for t in outputs:
        if n is None:
            n = record(t, custom_rule, b"Function", len(tensors))
            n.context = context
        else:
            add_output(n, t)
        # The output may be an attribute of the context, a cycle: the garbage collector must see both.
        _watch(t)
    if n is None:
        return None
    _watch(n)
    for i, t in enumerate(tensors):
        n.connect(i, t)
        for out in outputs:
            if (<Tensor>out).a.storage().get() == t.a.storage().get():
                (<Tensor>out).multi_view = True  # a write to it would not reach the input's history
    return n


def attach(Tensor t, Node n, int output):
    """The same values as output `output` of n (a saved output given back its history)."""
    cdef Tensor d = detached(t)
    d.node = n
    d.output = output
    return d


def give_history(Tensor x, Tensor output):
    """Makes x, which a forward wrote to, that function's output; `output` stands for it so far, on the same memory."""
    check_writable(x, b"Function")
    rewrite(x, output.node, output.output, b"Function", True)
    cdef Tensor t
    for t in (x, x.base):  # as the other outputs
        if t is not None:
            _watch(t)
            _watch(t.node)
