# distutils: language = c++
"""How an operation enters the graph: its output is made the output of a new node.

The caller then saves what the rule needs, and sets the attributes. Where there is a tracer, it is told when all that is
done.
"""
from fastgrad._tensor.cpp cimport grad_off, next_sequence, tracers
from fastgrad._tensor.node cimport Node, Primitive, bare_node, refresh_operand
from fastgrad._tensor.tensor cimport Tensor, requires_grad
from fastgrad._tensor.tracer cimport Tracer, tracer_here


cdef inline void _begin(Node n, Tensor out, const Primitive* p, int inputs) noexcept:
    n.primitive = p
    n.sequence = next_sequence()
    n.inputs = inputs
    n.outputs = 1
    n.shape = out.a.shape()
    n.dtype = out.a.dtype()
    out.node = n
    out.output = 0


cdef inline int _connect0(Node n, Tensor t) except -1:
    if t.base is not None:
        refresh_operand(n, t)
    n.from0 = t.output
    if t.node is not None:
        n.in0 = t.node
    elif t.leaf_requires_grad:
        n.in0 = t
    return 0


cdef inline int _connect1(Node n, Tensor t) except -1:
    if t.base is not None:
        refresh_operand(n, t)
    n.from1 = t.output
    if t.node is not None:
        n.in1 = t.node
    elif t.leaf_requires_grad:
        n.in1 = t
    return 0


cdef Node record1(Tensor out, const Primitive* p, Tensor a):
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a])
    n = bare_node()
    _begin(n, out, p, 1)
    _connect0(n, a)
    return n


cdef Node record2(Tensor out, const Primitive* p, Tensor a, Tensor b):
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a, b])
    n = bare_node()
    _begin(n, out, p, 2)
    _connect0(n, a)
    _connect1(n, b)
    return n


cdef Node record3(Tensor out, const Primitive* p, Tensor a, Tensor b, Tensor c):
    """b and c may be None."""
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a, b, c])
    n = bare_node()
    _begin(n, out, p, 3)
    _connect0(n, a)
    if b is not None:
        _connect1(n, b)
    if c is not None:
        n.connect(2, c)
    return n


cdef Node record_all(Tensor out, const Primitive* p, list inputs):
    """Of any number of inputs, each a tensor or None."""
    if tracers:
        return _record_seen(out, p, inputs)
    return record_untold(out, p, inputs)


cdef Node record_untold(Tensor out, const Primitive* p, list inputs):
    """`record_all`, but no tracer is told: of the graph's own bookkeeping."""
    cdef Node n = bare_node()
    _begin(n, out, p, len(inputs))
    cdef int i
    for i in range(len(inputs)):
        if inputs[i] is not None:
            n.connect(i, <Tensor>inputs[i])
    return n


cdef Node record_edges(Tensor out, const Primitive* p, object edge0, int from0, object edge1, int from1):
    """Of a write to out, whose inputs are what they were before it: each an output of a node, a leaf, or None."""
    cdef Node n = bare_node()
    _begin(n, out, p, 2)
    n.in0 = edge0
    n.from0 = from0
    n.in1 = edge1
    n.from1 = from1
    return n


cdef int add_output(Node n, Tensor out) except -1:
    """Makes out the next output of an operation that has several."""
    if n.more_outputs is None:
        n.more_outputs = []
    n.more_outputs.append((out.shape, out.dtype))
    if not (tracers and _is_untold_output(n, out)):
        out.node = n
        out.output = n.outputs
    n.outputs += 1
    return 0


# ---- where there are tracers -----------------------------------------------------------------------------------------

cdef Node _record_seen(Tensor out, const Primitive* p, list inputs):
    """`record_all` where there are tracers. An operation that no gradient flows through leaves no history."""
    cdef Tracer tracer = tracer_here()
    cdef Node n
    cdef bint flows = False
    if tracer is None:  # it is another thread's
        return record_untold(out, p, inputs)
    tracer.finish()
    if p.vjp != NULL and not grad_off:
        for t in inputs:
            flows = flows or t is not None and requires_grad(<Tensor>t)
    if flows:
        n = record_untold(out, p, inputs)
    else:
        n = bare_node()
        _begin(n, out, p, len(inputs))
        out.node = None
    tracer.begin(n, inputs, out)
    return n


cdef bint _is_untold_output(Node n, Tensor out) except -1:
    """Whether n, whose next output is out, is known to a tracer alone. It is told of the output."""
    cdef Tracer tracer = tracer_here()
    if tracer is None or tracer.node is not n:
        return False
    tracer.outputs.append(out)
    return (<Tensor>tracer.outputs[0]).node is not n


cdef int trace_write(Tensor x, const Primitive* p, Tensor value) except -1:
    """Tells the tracer that value was written to x."""
    cdef Tracer tracer = tracer_here()
    cdef Node n, history = x.node
    cdef int output = x.output
    if tracer is not None:
        tracer.finish()
        n = bare_node()
        _begin(n, x, p, 2)
        x.node = history
        x.output = output
        tracer.begin(n, [x, value], x)
    return 0
