# distutils: language = c++
"""The nodes of custom functions: their rule is the ``backward`` that a subclass of ``Function`` defines."""
from cpython.ref cimport Py_REFCNT

from fastgrad._tensor cimport (
    Backward, Node, OF_FUNCTION, Primitive, Tensor, add_output, define, detached, record_all, requires_grad, tracing,
    wrap,
)
from fastgrad._tensor.convert cimport dims_to_tuple
from fastgrad._tensor.cpp cimport Array, Dims, DType, may_share_memory
from fastgrad._tensor.recycle cimport watch
from fastgrad.autograd._mode cimport call_user
from fastgrad.ops._native.copy cimport clone
from fastgrad.ops._write cimport check_writable, rewrite

import weakref

from fastgrad.errors import TensorValueError


cdef int custom_rule(Node n, object g, Backward to) except -1:
    cdef Tensor grad
    cdef int i
    context = n.context
    cdef Py_ssize_t arguments = len(context.needs_input_grad)
    name = type(context).__name__
    grads = context._gradients(g if n.more_outputs is not None else (g,))
    results = call_user(context._rule(), (context, *grads))
    if not isinstance(results, tuple):
        results = (results,)
    if len(results) != arguments and not (
        len(results) > arguments and all(r is None for r in results[arguments:])
    ):
        raise RuntimeError(f"{name}.backward returned {len(results)} gradients for {arguments} arguments")
    for i, position in enumerate(context._positions):
        r = results[position]
        if r is None:
            continue
        if not isinstance(r, Tensor):
            from fastgrad.ops.numbers import unless_number
            r = unless_number(r)
        if not isinstance(r, Tensor):
            raise TypeError(f"{name}.backward must return tensors or None, got {type(r).__name__}")
        if not to.wants(i):
            continue
        grad = r
        _check_shape(grad.shape, _input_shape(n, i), name, position)
        if not to.create_graph and requires_grad(grad):
            grad = detached(grad)
        to.give(i, grad)
    return 0


cdef object _input_shape(Node n, int i):
    cdef object edge = n.input(i)
    cdef int output = n.source(i)
    if not isinstance(edge, Node):
        return (<Tensor>edge).shape
    return dims_to_tuple((<Node>edge).shape) if output == 0 else (<Node>edge).more_outputs[output - 1][0]


cdef int _check_shape(object got, object wanted, str name, object position) except -1:
    cdef Py_ssize_t lead = len(got) - len(wanted)
    if lead < 0 or not all(w == n or w == 1 for w, n in zip(wanted, got[lead:])):
        raise TensorValueError(
            f"{name}.backward: the gradient of argument {position} must be of its shape {wanted}, or of one that this "
            f"broadcasts to, got {got}"
        )
    return 0


cdef Primitive FUNCTION = define(b"Function", custom_rule)


def connect_function(
    context: Any, tensors: list[Tensor], outputs: Sequence[Tensor], returned: list[Tensor]
) -> Node | None:
    """Makes the outputs of a custom function's forward the outputs of one node whose rule is its backward. `returned`
    are all tensors that it returns."""
    cdef Node n = None
    cdef Tensor t
    for t in outputs:
        _settle_memory(t, tensors, returned)
    for t in outputs:
        if n is None:
            n = record_all(t, &FUNCTION, tensors)
            n.context = context
            context._node = weakref.ref(n)
        else:
            add_output(n, t)
        # The output may be an attribute of the context, a cycle: the garbage collector must see both.
        watch(t)
    if n is None:
        return None
    watch(n)
    return n


cdef int _settle_memory(Tensor t, list tensors, list returned) except -1:
    """Whose memory an output lies in. A view of what forward alone has seen becomes a tensor of its own; where others
    reach the memory, a write could not bring its history to all of them, and is an error."""
    cdef Tensor other, base = t.base
    cdef bint shared = base is not None and Py_REFCNT(base) > 2  # t holds it, and this function
    for other in returned:
        if other is not t and other.a.storage().get() == t.a.storage().get():
            shared = True
    for other in tensors:
        if other.a.storage().get() == t.a.storage().get():
            shared = True
            base = other if other.base is None else other.base
        elif may_share_memory(other.a, t.a):  # by way of NumPy, say: neither's version counts writes to the other
            t.a = clone(t.a)
    t.base = base if shared else None
    t.view_kind = OF_FUNCTION if shared else 0
    t.derived_at = t.a.version()
    return 0


def settle_unrecorded(Tensor t: Tensor, tensors: list[Tensor]) -> None:
    """Makes an output of a forward that is not recorded a tensor of its own, if it is a view of what forward alone has
    seen."""
    cdef Tensor other, base = t.base
    if base is None or Py_REFCNT(base) > 2:  # t holds it, and this function
        return
    for other in tensors:
        if other.a.storage().get() == t.a.storage().get():
            return
    t.base = None
    t.view_kind = 0


def tell(Tensor t: Tensor, tensors: list[Tensor]) -> None:
    """Tells a tracer of what NumPy computed from these tensors, and no graph has."""
    if tracing():
        record_all(t, &FUNCTION, tensors)


def attach(Tensor t: Tensor, Node n: Node, int output: int) -> Tensor:
    """The same values as output `output` of n (a saved output given back its history)."""
    cdef Tensor d = detached(t)
    d.node = n
    d.output = output
    return d


def arguments(Node n: Node) -> list[Tensor]:
    """For each input of n that gradients flow to a tensor with that history, without its values."""
    cdef list found = []
    cdef Tensor t
    cdef int i
    for i in range(n.inputs):
        if isinstance(n.input(i), Node):
            t = wrap(Array.empty(Dims(1, 0), DType.F32))
            t.node, t.output = n.input(i), n.source(i)
            found.append(t)
        elif n.input(i) is not None:
            found.append(n.input(i))
    return found


def give_history(Tensor x: Tensor, Tensor output: Tensor) -> None:
    """Makes x, which a forward wrote to, that function's output; `output` stands for it so far, on the same memory."""
    check_writable(x, b"Function")
    rewrite(x, output.node, output.output, b"Function", True)
    cdef Tensor t
    for t in (x, x.base):  # as the other outputs
        if t is not None:
            watch(t)
            watch(t.node)
