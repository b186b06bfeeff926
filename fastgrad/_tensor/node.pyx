# distutils: language = c++
# cython: binding=False, embedsignature.format=clinic
"""The type Node, an operation of the graph, and how a graph of any depth dies."""
cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uint64_t
from libcpp.vector cimport vector

from fastgrad._tensor.convert cimport dims_to_tuple, dtype_object
from fastgrad._tensor.cpp cimport Array, Dims, DType, grad_off, next_sequence
from fastgrad._tensor.recycle cimport kept_nodes, unwatch
from fastgrad._tensor.tensor cimport DETACHED, PACKED, Tensor, detached, refresh_view

from fastgrad.errors import TensorValueError

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject*)


cdef int refresh_operand(Node n, Tensor t) except -1:
    """`refresh_view` of a tensor that is about to be an input of n: n stays newer than all that it comes from."""
    refresh_view(t)
    if t.node is not None and (<Node>t.node).sequence > n.sequence:
        n.sequence = next_sequence()
    return 0


def refuse_detached(Node n: Node, Tensor t: Tensor) -> None:
    """Where a gradient is recorded, what n saved must have the history that it had; `detach_` leaves none."""
    if t.view_kind & DETACHED and n.sequence < t.derived_at:
        raise RuntimeError(
            f"{n.name}: a tensor of shape {t.shape} was detached by detach_() after it was used, so that this gradient "
            "has no derivatives; assign h = h.detach() instead"
        )


# What `Node.name` and, of leaf tensors, `Node.next_functions` give on the PyTorch door; None elsewhere.
cdef object _name_for = None
cdef object _leaf_for = None


def show_nodes_by(name_for: Any, leaf_for: Any) -> None:
    """Have nodes give ``name_for(node, name)`` for a name and ``leaf_for(tensor)`` for a leaf; None, None: their own."""
    global _name_for, _leaf_for
    _name_for, _leaf_for = name_for, leaf_for


@cython.auto_pickle(False)
cdef class Node:
    """One recorded operation."""

    @property
    def name(self) -> str:
        """The operation's name; on the PyTorch door, one that can be called, for PyTorch's."""
        own = self.primitive.name.decode() if self.primitive != NULL else ""
        return own if _name_for is None else _name_for(self, own)

    @property
    def next_functions(self) -> tuple[tuple[Node | Tensor | None, int], ...]:
        """Where each input comes from: (node or leaf tensor or None, which of its outputs). On the PyTorch door, what
        stands for a leaf is a function that adds up its gradient."""
        if _leaf_for is None:
            return self._edges
        return tuple([(_leaf_for(e) if isinstance(e, Tensor) else e, output) for e, output in self._edges])

    @property
    def _edges(self) -> tuple[tuple[Node | Tensor | None, int], ...]:
        return tuple([(self.input(i), self.source(i)) for i in range(self.inputs)])

    def _outputs(self) -> list[tuple[tuple[int, ...], Any]]:
        """Shape and dtype of each output, for those who draw the graph."""
        return [(dims_to_tuple(self.shape), dtype_object(self.dtype)), *(self.more_outputs or ())]

    def _saved(self) -> list[tuple[tuple[int, ...], Any, bool]] | None:
        """Shape and dtype of each tensor that is kept for the rule, and whether it is an output; None where they were
        let go of. Hooks of saved tensors are not called."""
        cdef list found = []
        cdef int i
        if self.released:
            return None
        for i, one in enumerate((self.s0, self.s1, self.s2, self.s3)):
            if one is not None:
                found.append((*_kept(<Tensor>one), bool(self.outputs_saved >> i & 1)))
        for entry in self.saved_more or ():
            if entry is not None:
                found.append((*_kept(<Tensor>(<tuple>entry)[0]), bool((<tuple>entry)[2])))
        return found

    def __repr__(self):
        return f"<{self.name} node>" if _name_for is None else f"<{self.name()} object at {id(self):#x}>"

    def __getattr__(self, str name) -> Any:
        """What a custom function's context has: programs that PyTorch runs, where it is the node, look for it here."""
        from fastgrad.autograd.function import Function

        if isinstance(self.context, Function):
            return getattr(self.context, name)
        raise AttributeError(f"{self.name} node: there is no attribute {name!r}")

    cdef object input(self, int i):
        if i == 0: return self.in0
        if i == 1: return self.in1
        if i == 2: return self.in2
        return self.in_more[i - 3]

    cdef int source(self, int i) except -1:
        if i == 0: return self.from0
        if i == 1: return self.from1
        if i == 2: return self.from2
        return self.from_more[i - 3]

    cdef int connect(self, int i, Tensor t) except -1:
        """Input i comes from t: from the node that computed it, or from t itself if it is a leaf."""
        cdef object edge = None
        if t.base is not None:
            refresh_operand(self, t)
        if t.node is not None:
            edge = t.node
        elif t.leaf_requires_grad:
            edge = t
        if i == 0:
            self.in0 = edge
            self.from0 = t.output
        elif i == 1:
            self.in1 = edge
            self.from1 = t.output
        elif i == 2:
            self.in2 = edge
            self.from2 = t.output
        else:
            if self.in_more is None:
                self.in_more = [None] * (self.inputs - 3)
                self.from_more = [0] * (self.inputs - 3)
            self.in_more[i - 3] = edge
            self.from_more[i - 3] = t.output
        return 0

    cdef int save(self, int i, Tensor t) except -1:
        """Keeps t for the rule, in a place of its own; writing to it before backward becomes an error."""
        if t is None:
            return 0
        if saving_hooks:
            return put(self, i, packed(t))
        return put(self, i, t)

    cdef int save_output(self, int i, Tensor out) except -1:
        """Keeps this node's own output: without its history, or the graph would hold itself."""
        if i >= 4:
            return self.save_more(i, packed(detached(out)) if saving_hooks else detached(out), True)
        self.save(i, detached(out))
        self.outputs_saved |= 1 << i
        return 0

    cdef int save_more(self, int i, Tensor t, bint output) except -1:
        """Of the places from the fifth on, which are as many as are asked for."""
        if self.saved_more is None:
            self.saved_more = []
        while 0 <= len(self.saved_more) <= i - 4:
            self.saved_more.append(None)
        if i < 4 or self.saved_more[i - 4] is not None:
            raise RuntimeError(f"{self.name}: saved two tensors at place {i}")
        self.saved_more[i - 4] = (t, t.a.version(), output)
        return 0

    cdef Tensor saved(self, int i):
        cdef Tensor t = None
        cdef uint64_t v = 0
        cdef bint output = False
        if i == 0: t = self.s0; v = self.v0
        elif i == 1: t = self.s1; v = self.v1
        elif i == 2: t = self.s2; v = self.v2
        elif i == 3: t = self.s3; v = self.v3
        elif self.saved_more is not None and i - 4 < len(self.saved_more) and self.saved_more[i - 4] is not None:
            t, v, output = self.saved_more[i - 4]
        if t is None:
            if self.released:  # by another thread's pass through this node since this one began
                self.refuse_released()
            return None
        if t.a.version() != v:
            raise RuntimeError(
                f"{self.name}: a tensor of shape {t.shape} needed for the gradient was modified in place: "
                f"it is at version {t.a.version()}, version {v} was saved"
            )
        if t.view_kind & (DETACHED | PACKED):
            if t.view_kind & PACKED:
                t = unpacked(t)
            elif not grad_off:
                refuse_detached(self, t)
        if self.outputs_saved and not grad_off and (self.outputs_saved >> i & 1 if i < 4 else output):
            t = detached(t)
            t.node = self
        return t

    cdef int refuse_released(self) except -1:
        raise RuntimeError(
            f"{self.name}: going backward a second time through a graph whose saved values were freed; "
            "pass retain_graph=True the first time"
        )

    cdef void release(self) noexcept:
        """Lets go of saved values. What stays (shapes, places) is enough for the rules that save none."""
        if (
            self.s0 is not None or self.s1 is not None or self.s2 is not None or self.s3 is not None
            or self.saved_more is not None
        ):
            self.released = True
            _let_go_saved(self)
            _drain()

    def __dealloc__(self):
        _let_go_all(self)
        _drain()


cdef tuple _kept(Tensor t):
    """Shape and dtype of what was saved, also of what hooks have packed."""
    if t.view_kind & PACKED:
        return dims_to_tuple((<Packed>t).shape_of), dtype_object((<Packed>t).dtype_of)
    return dims_to_tuple(t.a.shape()), dtype_object(t.a.dtype())


cdef inline int put(Node n, int i, Tensor t) except -1:
    """Keeps t in place i."""
    cdef uint64_t v = t.a.version()
    if i == 0 and n.s0 is None: n.s0 = t; n.v0 = v
    elif i == 1 and n.s1 is None: n.s1 = t; n.v1 = v
    elif i == 2 and n.s2 is None: n.s2 = t; n.v2 = v
    elif i == 3 and n.s3 is None: n.s3 = t; n.v3 = v
    else: n.save_more(i, t, False)
    return 0


# ---- saved tensors that hooks make something else of ------------------------------------------------------------------

cdef int64_t saving_hooks = 0

# What `fastgrad.autograd.graph` says they are: of a tensor, None (it stays as it is) or what is held of it and the
# function that makes it a tensor again; and how that is called.
cdef object _pack = None, _unpack = None


def set_saving(pack: Callable[..., Any], unpack: Callable[..., Any]) -> None:
    """Says what makes something of saved tensors while there are hooks, and tensors of that."""
    global _pack, _unpack
    _pack, _unpack = pack, unpack


def count_saving_hooks(change: int) -> None:
    """Says that there is a block of hooks more, or less."""
    global saving_hooks
    saving_hooks += change


@cython.auto_pickle(False)
cdef class Packed(Tensor):
    """Has the history of the tensor that it stands for, and not its memory."""


cdef Tensor packed(Tensor t):
    """What a node is to hold of t."""
    cdef Packed p
    found = _pack(detached(t))
    if found is None:
        return t
    p = Packed.__new__(Packed)
    p.a = Array.empty(Dims(1, 0), DType.F32)
    p.view_kind = PACKED
    p.held, p.unpack = found
    p.node, p.output = t.node, t.output
    p.leaf = t if t.node is None and t.leaf_requires_grad else None
    p.shape_of, p.dtype_of = t.a.shape(), t.a.dtype()
    return p


cdef Tensor unpacked(Tensor t):
    """The tensor that t stands for: on the graph only where this is recorded, a leaf as itself."""
    cdef Packed p = <Packed>t
    cdef Tensor found
    if p.leaf is not None and not grad_off:
        return p.leaf
    value = _unpack(p.unpack, p.held)
    if not isinstance(value, Tensor):
        raise TypeError(f"saved_tensors_hooks: the unpack hook must return a Tensor, got {type(value).__name__}")
    found = detached(<Tensor>value)
    if not (found.a.shape() == p.shape_of) or found.a.dtype() != p.dtype_of:
        raise TensorValueError(
            f"saved_tensors_hooks: the unpack hook must return a tensor like the one that was packed, got {found.dtype} "
            f"of shape {found.shape}")
    found.node, found.output = p.node, p.output
    return found


def pack_for_function(Tensor t: Tensor) -> Tensor:
    """What a custom function is to hold of t."""
    return packed(t) if saving_hooks else t


def unpack_for_function(Tensor t: Tensor) -> Tensor:
    """The tensor that t stands for, if it stands for one."""
    return unpacked(t) if t.view_kind & PACKED else t


# ---- the end of nodes ------------------------------------------------------------------------------------------------

# What dying nodes held, to be let go one after the other: a graph of any depth is freed without recursion.
cdef vector[PyObject*] _pending
cdef bint _draining = False


cdef inline void _later(PyObject* o) noexcept:
    if Py_REFCNT(o) == 1:  # else another holds it, and nothing dies with this reference
        Py_INCREF(<object>o)
        _pending.push_back(o)


cdef void _drain() noexcept:
    global _draining
    cdef PyObject* o
    if _draining:
        return
    _draining = True
    while _pending.size():
        o = _pending.back()
        _pending.pop_back()
        Py_DECREF(<object>o)
    _draining = False


# What a node holds that can hold another node goes through the queue, so that freeing never recurses.

cdef void _let_go_more(Node n) noexcept:
    cdef Tensor t
    for entry in n.saved_more:
        if entry is not None:
            t = <Tensor>(<tuple>entry)[0]
            Py_INCREF(t)
            _pending.push_back(<PyObject*>t)
    n.saved_more = None


cdef inline void _let_go_saved(Node n) noexcept:
    if n.s0 is not None: _later(<PyObject*>n.s0); n.s0 = None
    if n.s1 is not None: _later(<PyObject*>n.s1); n.s1 = None
    if n.s2 is not None: _later(<PyObject*>n.s2); n.s2 = None
    if n.s3 is not None: _later(<PyObject*>n.s3); n.s3 = None
    if n.saved_more is not None: _let_go_more(n)


cdef inline void _let_go_all(Node n) noexcept:
    if n.in0 is not None: _later(<PyObject*>n.in0); n.in0 = None
    if n.in1 is not None: _later(<PyObject*>n.in1); n.in1 = None
    if n.in2 is not None: _later(<PyObject*>n.in2); n.in2 = None
    if n.in_more is not None: _later(<PyObject*>n.in_more); n.in_more = None
    if n.context is not None: _later(<PyObject*>n.context); n.context = None
    _let_go_saved(n)


cdef inline void _clear_node(Node n) noexcept:
    _let_go_all(n)
    if n.from_more is not None: n.from_more = None
    if n.more_outputs is not None: n.more_outputs = None
    if n.hooks is not None: n.hooks = None
    if n.retained is not None: n.retained = None
    n.run = 0
    n.slot = 0
    n.released = False
    n.outputs_saved = 0
    n.from0 = n.from1 = n.from2 = 0
    n.attributes.clear()


cdef void _drop_node(PyObject* o) noexcept:
    if kept_nodes.revive(o):
        _clear_node(<Node>o)
        kept_nodes.keep(o)
        if _pending.size():
            _drain()


kept_nodes.install(<PyTypeObject*>Node, _drop_node)


cdef Node make_node():
    cdef Node n = Node.__new__(Node)
    unwatch(n)
    return n


# ---- the backward pass, as rules see it ------------------------------------------------------------------------------

cdef class Backward:
    cdef bint wants(self, int i) except -1:
        return False

    cdef int give(self, int i, Tensor grad) except -1:
        return 0

    cdef int give_own(self, int i, Tensor grad) except -1:
        return 0

    cdef Tensor running_sum(self, int i):
        return None
