# distutils: language = c++
"""Writing in place: what may be written to, and what that means for the history of a tensor, its base and its views."""
from libc.stdint cimport int64_t
from libcpp.string cimport string
from libcpp.unordered_map cimport unordered_map

from fastgrad._tensor cimport (
    Backward, Node, OF_FUNCTION, ONE_OF_SEVERAL, Primitive, Tensor, UNRECORDED, define, make_view, record1,
    record_edges, record_untold, recording, requires_grad, set_derive_view, trace_write, tracing, wrap,
)
from fastgrad._tensor.convert cimport dims_from, dims_to_tuple
from fastgrad._tensor.cpp cimport Array, Dims, DType, grad_off, itemsize
from fastgrad.ops._native.copy cimport clone, contiguous, copy_into

from fastgrad.errors import TensorValueError


# ---- views as functions of their base --------------------------------------------------------------------------------

# Where a view lies in its base: (base shape, base strides, view shape, view strides, offset), strides in elements.

cdef tuple _geometry(Tensor base, Tensor view):
    return (
        dims_to_tuple(base.a.shape()), dims_to_tuple(base.a.strides()),
        dims_to_tuple(view.a.shape()), dims_to_tuple(view.a.strides()),
        (view.a.bytes() - base.a.bytes()) // <int64_t>itemsize(base.a.dtype()),
    )


cdef Array _flat_like(tuple where, DType dtype, int64_t* origin) except *:
    """Zeros that cover the memory of the base, and where its first element lies in them."""
    cdef int64_t low = 0, high = 0
    for n, s in zip(where[0], where[1]):
        if n > 1:
            if s < 0: low += s * (n - 1)
            else: high += s * (n - 1)
    origin[0] = -low
    cdef Dims d
    d.push_back(high - low + 1)
    return Array.zeros(d, dtype)


cdef Array _at(Array flat, tuple shape, tuple strides, int64_t offset) except *:
    return flat.view(dims_from(shape, b"view"), dims_from(strides, b"view"), offset)


cdef int gather_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, strided_scatter(<Tensor>g, <tuple>n.context))
    return 0


cdef int scatter_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, strided_gather(<Tensor>g, <tuple>n.context))
    return 0


cdef Primitive VIEW = define(b"view", gather_vjp)
cdef Primitive VIEW_SCATTER = define(b"view_scatter", scatter_vjp)


cdef Tensor as_strided_view(Tensor x, Tensor source, Array& a):
    """A view of x that is a, which lies in the memory of source: x itself, or its base."""
    cdef Tensor out = make_view(x, a)
    if recording(x):
        record1(out, &VIEW, source).context = _geometry(source, out)
    return out


cdef Tensor strided_gather(Tensor x, tuple where):
    """The elements of x, which has the base's shape, that the view shows."""
    cdef int64_t origin = 0
    cdef Array flat = _flat_like(where, x.a.dtype(), &origin)
    cdef Tensor out
    copy_into(_at(flat, where[0], where[1], origin), x.a)
    out = wrap(contiguous(_at(flat, where[2], where[3], origin + <int64_t>where[4])))
    if recording(x):
        record1(out, &VIEW, x).context = where
    return out


cdef Tensor strided_scatter(Tensor g, tuple where):
    """Zeros of the base's shape with g written (and where the view repeats elements, summed) at the view."""
    cdef int64_t origin = 0
    cdef Array flat = _flat_like(where, g.a.dtype(), &origin)
    cdef Tensor out, source = g
    cdef tuple repeated = tuple([i for i, s in enumerate(where[3]) if s == 0 and where[2][i] > 1])
    cdef tuple shape = where[2]
    if repeated:
        shape = tuple([1 if i in repeated else n for i, n in enumerate(where[2])])
        from fastgrad.ops.reduce import sum
        source = sum(g.detach(), axis=repeated, keepdims=True)
    copy_into(_at(flat, shape, where[3], origin + <int64_t>where[4]), source.a)
    out = wrap(contiguous(_at(flat, where[0], where[1], origin)))
    if recording(g):
        record1(out, &VIEW_SCATTER, g).context = where
    return out


cdef int blank_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, blanked(<Tensor>g, <tuple>n.context))
    return 0


cdef Primitive VIEW_BLANK = define(b"view_blank", blank_vjp)


cdef Tensor blanked(Tensor g, tuple where):
    """g, which has the base's shape, with zeros at the view."""
    cdef int64_t origin = 0
    cdef Array flat = _flat_like(where, g.a.dtype(), &origin)
    cdef Array base = _at(flat, where[0], where[1], origin)
    cdef Array view = _at(flat, where[2], where[3], origin + <int64_t>where[4])
    cdef Tensor out
    copy_into(base, g.a)
    copy_into(view, Array.zeros(Dims(), g.a.dtype()))
    out = wrap(contiguous(base))
    if recording(g):
        record1(out, &VIEW_BLANK, g).context = where
    return out


cdef int overwrite_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, blanked(<Tensor>g, <tuple>n.context))
    if to.wants(1):
        to.give(1, strided_gather(<Tensor>g, <tuple>n.context))
    return 0


cdef int derive(Tensor t) except -1:
    """Gives a view whose base was written to the history that follows from the base's."""
    cdef Node old = t.node, base_node = t.base.node
    if t.view_kind & UNRECORDED and (base_node is None or base_node.sequence <= t.derived_at):
        return 0
    if not _shares_memory(t):
        return 0
    if t.view_kind & UNRECORDED:
        raise RuntimeError(
            f"a view of shape {t.shape} was made under no_grad, and the tensor that it is a view of was modified in "
            "place since, which was recorded: whether gradients flow through the view is ambiguous; make the view "
            "where operations are recorded, or detach() it"
        )
    if t.view_kind & OF_FUNCTION:
        raise RuntimeError(
            f"an output of shape {t.shape} of a custom function shares memory with its input, or with another tensor, "
            "that was modified in place since: its history cannot follow; return a clone() from forward"
        )
    t.derived_at = t.a.version()
    if old is not None and (base_node is None or base_node.sequence < old.sequence):
        return 0  # the base's history is the one that this view's was made of: what was written was not recorded
    t.node = None
    t.output = 0
    if requires_grad(t.base):
        t.leaf_requires_grad = False
        record_untold(t, &VIEW, [t.base]).context = _geometry(t.base, t)
        _keep_retaining(t, old)
    return 0


cdef bint _shares_memory(Tensor t) noexcept:
    """Whether a view still lies in its base's memory; if either was given other memory (``.data =``), it is cut off."""
    if t.a.storage().get() == t.base.a.storage().get():
        return True
    t.base = None
    t.view_kind = 0
    return False


cdef int _keep_retaining(Tensor t, Node old) except -1:
    """After a write, ``retain_grad`` means the gradient of the new value."""
    if old is None or old.retained is None:
        return 0
    for entry in [e for e in old.retained if e[1]() is t]:
        old.retained.remove(entry)
        t.retain_grad()
    return 0


set_derive_view(derive)


# ---- writing ---------------------------------------------------------------------------------------------------------

cdef int check_writable(Tensor x, const char* op) except -1:
    """What an in-place operation may write to."""
    cdef Tensor root
    if not x.a.writable():
        raise TensorValueError(f"{op.decode()}: the tensor is read-only")
    if x.a.has_overlap():
        raise TensorValueError(
            f"{op.decode()}: elements of the tensor share memory (it was broadcast); write to a clone() instead"
        )
    if grad_off:
        return 0
    if x.base is not None and _shares_memory(x):
        root = x.base
        if root.node is None and root.leaf_requires_grad:
            raise RuntimeError(
                f"{op.decode()}: a view of a leaf that requires gradients cannot be modified in place; use no_grad()"
            )
        if x.view_kind & UNRECORDED and requires_grad(root):
            _refuse_unrecorded(op)
    if requires_grad(x):
        if x.node is None:
            raise RuntimeError(
                f"{op.decode()}: a leaf that requires gradients cannot be modified in place; use no_grad()"
            )
        if x.view_kind & ONE_OF_SEVERAL:
            raise RuntimeError(
                f"{op.decode()}: one of several outputs that are views of one tensor cannot be modified in place; use "
                "clone()"
            )
        if x.view_kind & OF_FUNCTION:
            raise RuntimeError(
                f"{op.decode()}: an output of a custom function that shares memory with its input, or with another "
                "tensor, cannot be modified in place; use clone()"
            )
    return 0


cdef int _refuse_unrecorded(const char* op) except -1:
    raise RuntimeError(
        f"{op.decode()}: a view made under no_grad cannot be modified in place where that is recorded: its history "
        "does not lead to the tensor that it is a view of"
    )


cdef Tensor past(Tensor x):
    """A copy of x's values with x's history: x as it was before the write that follows."""
    cdef Tensor t
    requires_grad(x)
    t = wrap(clone(x.a))
    t.node = x.node
    t.output = x.output
    return t


cdef Tensor rest(Tensor x):
    """As past, for a write that leaves a part of x. If x is a view, that part stays the base's: a hook on x, or on what
    x is a view of on the way, means a value, not the way."""
    cdef Tensor t
    if x.base is None or not requires_grad(x.base):
        return past(x)
    t = wrap(clone(x.a))
    record_untold(t, &VIEW, [x.base]).context = _geometry(x.base, x)
    return t


cdef int replace_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, wrap(Array.zeros((<Tensor>g).a.shape(), (<Tensor>g).a.dtype())))
    if to.wants(1):
        to.give(1, <Tensor>g)
    return 0


# Writes are named by the operation that wrote: there is one of these for each name, as long as the program runs. The
# names are literals, or kept by the method that gives them.
cdef unordered_map[string, Primitive] _replacements, _overwritings


cdef const Primitive* _write(const char* op, bint through_view) except NULL:
    cdef unordered_map[string, Primitive]* known = &_overwritings if through_view else &_replacements
    cdef string name = op
    if not known.count(name):
        known[0][name] = define(op, overwrite_vjp if through_view else replace_vjp)
    return &known[0][name]


cdef int overwrite(Tensor x, Tensor value, const char* op, bint computed_from_x=False) except -1:
    """Writes value (of x's shape and dtype, or broadcast and cast to them) to x, and value's history into x's."""
    cdef object edge = None
    cdef int output = value.output
    cdef bint differentiable = not grad_off and (requires_grad(x) or requires_grad(value))
    check_writable(x, op)
    if differentiable and x.view_kind & UNRECORDED:
        _refuse_unrecorded(op)
    if differentiable and requires_grad(value):
        # Where the value comes from, before the write: afterwards a value that shares x's memory comes from x.
        edge = value.node if value.node is not None else value
        output = value.output
    copy_into(x.a, value.a)
    if differentiable:
        rewrite(x, edge, output, op, computed_from_x)
    if tracing():
        trace_write(x, _write(op, False), value)
    return 0


cdef int rewrite(Tensor x, object edge, int output, const char* op, bint computed_from_x) except -1:
    """The history of x, which was written to: what stands in it now is an output of edge.

    A value computed from all of x carries x's history itself. Otherwise what x was computed from gets zeros.
    """
    cdef Node n, old
    cdef Tensor changed = x if x.base is None else x.base
    cdef int old_output
    requires_grad(changed)
    old, old_output = changed.node, changed.output
    if changed is not x:
        n = record_edges(changed, _write(op, True), old, old_output, edge, output)
        n.context = _geometry(changed, x)
    elif computed_from_x:
        record_edges(x, _write(op, False), None, 0, edge, output)
    else:
        record_edges(x, _write(op, False), old, old_output, edge, output)
    _keep_retaining(changed, old)
    if changed is not x:
        derive(x)
    return 0
