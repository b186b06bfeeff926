# distutils: language = c++
# cython: binding=False, embedsignature.format=clinic
# (Methods without binding are method descriptors, which check that what they are called on is a Tensor.)
"""The types Tensor and Node: data, gradient, history. No operation is known here: ``fastgrad.ops`` fills them in."""
cimport cython
from cpython.buffer cimport Py_buffer, PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE
from cpython.object cimport PyObject, PyTypeObject, destructor
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uint64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libcpp.utility cimport move
from libcpp.vector cimport vector

from fastgrad._convert cimport dims_to_tuple, dtype_object, element
from fastgrad._cpp cimport (
    Array, Dims, DType, Kind, end_loan, grad_off, here, is_floating, itemsize, kind, lend,
    lend_for_good, name, operator_slots, set_tracer, tensor_bridge, tracers,
)
from fastgrad._size cimport size_of

import weakref

cdef extern from "bindings/gil.h" namespace "fastgrad::bindings":
    void wait_for_long_work()

cdef extern from "Python.h":
    void PyObject_GC_UnTrack(PyObject*)
    void PyObject_GC_Track(PyObject*)
    int PyObject_GC_IsTracked(PyObject*)
    void Py_SET_REFCNT(PyObject*, Py_ssize_t)
    Py_ssize_t Py_REFCNT(PyObject*)

# ---- Tensor ----------------------------------------------------------------------------------------------------------

@cython.c_api_binop_methods(True)
@cython.auto_pickle(False)
cdef class Tensor:
    """An n-dimensional array that remembers how it was computed, so that gradients can flow back through it.

    Make one with ``fastgrad.tensor`` (which copies) or ``fastgrad.asarray`` (which shares memory).
    """

    # Indicates to NumPy that its ufuncs must leave expressions with tensors to the tensor's own operators.
    __array_ufunc__ = None
    __array_priority__ = 1000

    def __init__(self, data=None, requires_grad=False):
        cdef Tensor source
        if data is None:
            raise TypeError("Tensor() needs data; see fastgrad.tensor and fastgrad.empty")
        from fastgrad._exchange import tensor_from
        source = data if isinstance(data, Tensor) else tensor_from(data, None, False)
        replace_array(self, source.a)
        if source is not data and type(self) is Tensor:  # nested sequences of tensors
            self.node = source.node
            self.output = source.output
        if requires_grad:
            self.requires_grad_(True)

    # -- what it is

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis, a tuple of ints."""
        return dims_to_tuple(self.a.shape())

    @property
    def strides(self) -> tuple[int, ...]:
        """The step of each axis in memory, in elements."""
        return dims_to_tuple(self.a.strides())

    @property
    def dtype(self) -> dtype:
        """The element type."""
        return dtype_object(self.a.dtype())

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.a.ndim()

    @property
    def size(self) -> Size:
        """The number of elements: NumPy's ``x.size``. Called, as PyTorch's: ``x.size()`` is the shape, ``x.size(0)`` the length
        of an axis."""
        return size_of(self.a.shape(), self.a.size())

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return itemsize(self.a.dtype())

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.a.nbytes()

    @property
    def device(self) -> str:
        """Always ``"cpu"``."""
        return "cpu"

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        import fastgrad
        return fastgrad

    def dim(self) -> int:
        """The number of axes."""
        return self.a.ndim()

    def numel(self) -> int:
        """The number of elements."""
        return self.a.size()

    def element_size(self) -> int:
        """Bytes of one element."""
        return itemsize(self.a.dtype())

    def is_contiguous(self) -> bool:
        """Whether the elements lie in memory in C order."""
        return self.a.is_contiguous()

    def is_floating_point(self) -> bool:
        """Whether the elements are floating-point numbers."""
        return is_floating(self.a.dtype())

    def data_ptr(self) -> int:
        """Address of the first element."""
        lend_for_good(self.a.storage().get())
        return <uintptr_t>self.a.bytes()

    @property
    def _version(self) -> int:
        return self.a.version()

    # -- gradients

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded, so that gradients flow back to it."""
        return requires_grad(self)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets whether operations on this leaf are recorded; returns it."""
        cdef bint on = requires_grad
        if self.base is not None:
            refresh_view(self)
        if self.node is not None:
            if not on:
                raise RuntimeError(
                    "requires_grad can only be turned off on a leaf; use detach() for a tensor without history"
                )
            return self
        if on and not is_floating(self.a.dtype()):
            raise RuntimeError(f"only floating-point tensors can require gradients, got {name(self.a.dtype()).decode()}")
        self.leaf_requires_grad = on
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user, not by a recorded operation."""
        if self.base is not None:
            refresh_view(self)
        return self.node is None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the graph that computed this tensor; None for a leaf."""
        if self.base is not None:
            refresh_view(self)
        return self.node

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated by ``backward``; None before."""
        return self.grad_

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is None:
            self.grad_ = None
            return
        if not isinstance(value, Tensor):
            raise TypeError(f"grad must be a Tensor or None, got {type(value).__name__}")
        if not ((<Tensor>value).a.shape() == self.a.shape()):
            raise ValueError(f"grad of a tensor of shape {self.shape} cannot have shape {value.shape}")
        if (<Tensor>value).a.dtype() != self.a.dtype():
            raise TypeError(f"grad of a {self.dtype} tensor cannot be {value.dtype}")
        if value is self:
            raise ValueError("a tensor cannot be its own gradient")
        self.grad_ = value
        _watch(<PyObject*>self)

    @grad.deleter
    def grad(self) -> None:
        self.grad_ = None

    @property
    def data(self) -> Tensor:
        """The same memory without history. Assigning replaces the memory and leaves the history as it is; what was saved of
        the old memory for a gradient counts as modified."""
        return detached(self)

    @data.setter
    def data(self, value: Tensor) -> None:
        cdef Tensor source
        if not isinstance(value, Tensor):
            raise TypeError(f"data must be a Tensor, got {type(value).__name__}")
        source = value
        if source.a.dtype() != self.a.dtype() and (self.leaf_requires_grad and not is_floating(source.a.dtype())):
            raise TypeError(f"data of a tensor that requires gradients cannot be {source.dtype}")
        if same_place(source.a, self.a):
            return
        # What kept this tensor for a gradient knows it by its version, which no other memory may repeat.
        if source.a.version() <= self.a.version():
            source.a.storage().get().version = self.a.version() + 1
        replace_array(self, source.a)
        self.base = None
        self.view_kind = 0

    def detach(self) -> Tensor:
        """A tensor that shares the memory and has no history."""
        return detached(self)

    def detach_(self) -> Tensor:
        """Forgets this tensor's history; returns it."""
        if self.base is not None:
            raise RuntimeError("detach_: a view cannot forget its history; use detach()")
        self.node = None
        self.leaf_requires_grad = False
        self.view_kind |= DETACHED
        self.derived_at = next_sequence()
        return self

    def retain_grad(self) -> None:
        """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
        if self.base is not None:
            refresh_view(self)
        if self.node is None:
            if not self.leaf_requires_grad:
                raise RuntimeError("retain_grad: the tensor does not require gradients")
            return
        if self.node.retained is None:
            self.node.retained = []
        if not any([entry[1]() is self for entry in self.node.retained]):
            self.node.retained.append((self.output, weakref.ref(self)))
        _watch(<PyObject*>self.node)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
        """Calls ``hook(grad)`` whenever this tensor's gradient is computed; what it returns, if not None, replaces it.

        Returns a handle with ``remove()``.
        """
        if not callable(hook):
            raise TypeError(f"register_hook: wanted a callable, got {hook!r}")
        if not requires_grad(self):
            raise RuntimeError("register_hook: the tensor does not require gradients")
        entry = [hook]
        if self.node is not None:
            self.node.hooks = _with_hook(self.node.hooks, self.output, entry)
            _watch(<PyObject*>self.node)
        else:
            self.hooks = _with_hook(self.hooks, 0, entry)
        _watch(<PyObject*>self)
        return HookHandle(entry)

    # -- values

    def item(self) -> bool | int | float:
        """The one element, as a Python number.

        Raises ValueError if there are more or fewer.
        """
        if self.a.size() != 1:
            raise ValueError(f"item: only a tensor of one element has a value, got shape {self.shape}")
        return element(self.a.bytes(), self.a.dtype())

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        cdef int i, n = self.a.ndim()
        cdef Py_ssize_t item = itemsize(self.a.dtype())
        cdef const char* code = _FORMATS[<int>self.a.dtype()]
        cdef Py_ssize_t* sizes
        if requires_grad(self):
            raise BufferError("a tensor that requires gradients cannot lend its memory; use detach()")
        if code[0] == 0:
            raise BufferError("bfloat16 has no buffer format; convert with .astype(fg.float32)")
        if flags & PyBUF_WRITABLE and not self.a.writable():
            raise BufferError("the tensor is read-only")
        if not (flags & PyBUF_STRIDES == PyBUF_STRIDES) and not self.a.is_contiguous():
            raise BufferError("the tensor is not contiguous")
        sizes = <Py_ssize_t*>malloc((2 * n + 1) * sizeof(Py_ssize_t))
        if sizes == NULL:
            raise MemoryError()
        for i in range(n):
            sizes[i] = self.a.shape(i)
            sizes[n + i] = self.a.stride(i) * item
        buffer.buf = self.a.bytes()
        buffer.len = self.a.nbytes()
        buffer.itemsize = item
        buffer.readonly = not self.a.writable()
        buffer.ndim = n
        buffer.format = <char*>code if flags & PyBUF_FORMAT else NULL
        buffer.shape = sizes if flags & PyBUF_ND else NULL
        buffer.strides = sizes + n if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL
        buffer.internal = sizes
        buffer.obj = detached(self)  # holds this memory even if the tensor's data is replaced
        lend(self.a.storage().get())

    def __releasebuffer__(self, Py_buffer* buffer):
        end_loan(self.a.storage().get())
        free(buffer.internal)

    def __len__(self) -> int:
        if self.a.ndim() == 0:
            raise TypeError("len() of a 0-dimensional tensor")
        return self.a.shape(0)

    def __bool__(self) -> bool:
        if self.a.size() != 1:
            raise ValueError(
                f"the truth value of a tensor of shape {self.shape} is ambiguous; use any() or all()"
            )
        return bool(element(self.a.bytes(), self.a.dtype()))

    def __float__(self) -> float:
        return float(_scalar(self, "float"))

    def __int__(self) -> int:
        return int(_scalar(self, "int"))

    def __complex__(self) -> complex:
        return complex(_scalar(self, "complex"))

    def __index__(self) -> int:
        if kind(self.a.dtype()) == Kind.Float or kind(self.a.dtype()) == Kind.Bool or self.a.ndim() != 0:
            raise TypeError(
                f"only a 0-dimensional integer tensor can be an index, got shape {self.shape} of {self.dtype}"
            )
        return element(self.a.bytes(), self.a.dtype())

    def __iter__(self) -> Iterator[Tensor]:
        if self.a.ndim() == 0:
            raise TypeError("iteration over a 0-dimensional tensor")
        return _iterate(self)

    def __contains__(self, value: object) -> bool:
        return bool((self == value).any())

    def __format__(self, str spec not None) -> str:
        if self.a.ndim() == 0 or spec and self.a.size() == 1:
            return format(self.item(), spec)
        try:
            return format(str(self), spec)
        except ValueError:
            raise TypeError(
                f"format: {spec!r} is of one number, and a tensor of shape {self.shape} is not one") from None

    def __str__(self):
        return str(self.item()) if self.a.ndim() == 0 else repr(self)

    def __repr__(self):
        return operator_slots.repr(self)

    def __hash__(self) -> int:
        return <Py_ssize_t>(<uintptr_t><void*>self >> 4)

    # -- operators: the way from here is a C function pointer

    def __add__(self, other): return operator_slots.add(self, other)
    def __sub__(self, other): return operator_slots.subtract(self, other)
    def __mul__(self, other): return operator_slots.multiply(self, other)
    def __truediv__(self, other): return operator_slots.divide(self, other)
    def __floordiv__(self, other): return operator_slots.floor_divide(self, other)
    def __mod__(self, other): return operator_slots.remainder(self, other)
    def __matmul__(self, other): return operator_slots.matmul(self, other)
    def __and__(self, other): return operator_slots.bitwise_and(self, other)
    def __or__(self, other): return operator_slots.bitwise_or(self, other)
    def __xor__(self, other): return operator_slots.bitwise_xor(self, other)
    def __lshift__(self, other): return operator_slots.left_shift(self, other)
    def __rshift__(self, other): return operator_slots.right_shift(self, other)

    def __pow__(self, other, modulo):
        if modulo is not None:
            return NotImplemented
        return operator_slots.power(self, other)

    def __iadd__(self, other): return operator_slots.iadd(self, other)
    def __isub__(self, other): return operator_slots.isubtract(self, other)
    def __imul__(self, other): return operator_slots.imultiply(self, other)
    def __itruediv__(self, other): return operator_slots.idivide(self, other)
    def __ifloordiv__(self, other): return operator_slots.ifloor_divide(self, other)
    def __imod__(self, other): return operator_slots.iremainder(self, other)
    def __ipow__(self, other): return operator_slots.ipower(self, other)
    def __iand__(self, other): return operator_slots.iand(self, other)
    def __ior__(self, other): return operator_slots.ior(self, other)
    def __ixor__(self, other): return operator_slots.ixor(self, other)
    def __ilshift__(self, other): return operator_slots.ilshift(self, other)
    def __irshift__(self, other): return operator_slots.irshift(self, other)

    def __neg__(self): return operator_slots.negative(self)
    def __pos__(self): return operator_slots.positive(self)
    def __abs__(self): return operator_slots.absolute(self)
    def __invert__(self): return operator_slots.invert(self)

    def __richcmp__(self, other, int op): return operator_slots.compare(self, other, op)

    def __getitem__(self, key: IndexLike) -> Tensor: return operator_slots.getitem(self, key)
    def __setitem__(self, key: IndexLike, value: TensorLike) -> None: operator_slots.setitem(self, key, value)


# Buffer-protocol codes by DType; bfloat16 has none.
cdef const char* _FORMATS[13]
_FORMATS[0] = "?"; _FORMATS[1] = "B"; _FORMATS[2] = "b"; _FORMATS[3] = "H"; _FORMATS[4] = "h"; _FORMATS[5] = "I"
_FORMATS[6] = "i"; _FORMATS[7] = "Q"; _FORMATS[8] = "q"; _FORMATS[9] = "e"; _FORMATS[10] = ""; _FORMATS[11] = "f"
_FORMATS[12] = "d"


cdef _scalar(Tensor t, str to):
    if t.a.size() != 1:
        raise TypeError(f"{to}(): only a tensor of one element can be converted, got shape {t.shape}")
    return element(t.a.bytes(), t.a.dtype())


def _iterate(Tensor t):
    cdef Py_ssize_t i
    for i in range(t.a.shape(0)):
        yield operator_slots.getitem(t, i)


cdef list _with_hook(list hooks, int output, list entry):
    """The hooks that were not removed, and a new one. A new list: a backward pass may be walking the old one."""
    cdef list kept = [] if hooks is None else [h for h in hooks if h[1][0] is not None]
    kept.append((output, entry))
    return kept


class HookHandle:
    """What ``register_hook`` returns: ``remove()`` takes the hook away again."""

    __slots__ = ("_entry",)

    def __init__(self, entry: list[Any]) -> None:
        self._entry = entry

    def remove(self) -> None:
        self._entry[0] = None

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


cdef _watch(PyObject* o):
    """Enters an object in the garbage collector's books: from now on it may be part of a cycle."""
    if not PyObject_GC_IsTracked(o):
        PyObject_GC_Track(o)


# Tensor.__new__, as Python calls it: there is no tensor without memory, whoever forgets __init__.
ctypedef PyObject* (*NewFunction)(PyTypeObject*, PyObject*, PyObject*) except NULL

cdef extern from *:
    """
    #define FG_TP_NEW(type) (((PyTypeObject*)(type))->tp_new)
    """
    NewFunction FG_TP_NEW(object)

cdef NewFunction _bare_new = FG_TP_NEW(Tensor)


cdef PyObject* _new_with_memory(PyTypeObject* cls, PyObject* args, PyObject* keywords) except NULL:
    cdef PyObject* t = _bare_new(cls, args, keywords)
    try:
        (<Tensor>t).a = Array.empty(Dims(1, 0), DType.F32)
    except:
        Py_DECREF(<object>t)
        raise
    return t


cdef extern from *:
    """
    #define FG_SET_TP_NEW(type, f) (((PyTypeObject*)(type))->tp_new = (f))
    """
    void FG_SET_TP_NEW(object, NewFunction)

FG_SET_TP_NEW(Tensor, _new_with_memory)


# Dead tensors and nodes, kept to be used again: cleared, out of the collector's books, with one reference, which is
# the list's. Making one anew would set its several hundred bytes twice and enter it in those books and take it out.
cdef enum:
    KEPT = 512
cdef PyObject* _kept_tensors[KEPT]
cdef PyObject* _kept_nodes[KEPT]
cdef int _kept_tensor_count = 0
cdef int _kept_node_count = 0

cdef extern from *:
    """
    #define FG_TAKE(o) (o)
    #define FG_TP_DEALLOC(type) (((PyTypeObject*)(type))->tp_dealloc)
    #define FG_SET_TP_DEALLOC(type, f) (((PyTypeObject*)(type))->tp_dealloc = (f))
    // An object whose last reference went: has it exactly this type, and nobody who watches it die?
    static inline bool fg_can_keep(PyObject* o, PyTypeObject* type) {
      return Py_TYPE(o) == type && *(PyObject**)((char*)o + type->tp_weaklistoffset) == NULL;
    }
    static inline void fg_revive(PyObject* o) {
    #if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
      _Py_NewReference(o);
    #else
      Py_SET_REFCNT(o, 1);
    #endif
    }
    """
    object FG_TAKE(PyObject*)  # the list's reference becomes the caller's
    destructor FG_TP_DEALLOC(object)
    void FG_SET_TP_DEALLOC(object, destructor)
    bint fg_can_keep(PyObject*, PyTypeObject*)
    void fg_revive(PyObject*)

cdef destructor _free_tensor = FG_TP_DEALLOC(Tensor)


cdef inline Tensor _bare_tensor():
    global _kept_tensor_count
    cdef Tensor t
    if _kept_tensor_count:
        _kept_tensor_count -= 1
        return <Tensor>FG_TAKE(_kept_tensors[_kept_tensor_count])
    t = Tensor.__new__(Tensor)
    PyObject_GC_UnTrack(<PyObject*>t)
    return t


cdef inline void _clear_tensor(Tensor t) noexcept:
    t.a.let_go()
    if t.node is not None: t.node = None
    if t.base is not None: t.base = None
    if t.grad_ is not None: t.grad_ = None
    if t.hooks is not None: t.hooks = None
    t.output = 0
    t.leaf_requires_grad = False
    t.view_kind = 0
    t.derived_at = t.run = 0
    t.slot = 0


cdef void _drop_tensor(PyObject* o) noexcept:
    global _kept_tensor_count
    if fg_can_keep(o, <PyTypeObject*>Tensor) and _kept_tensor_count < KEPT:
        PyObject_GC_UnTrack(o)
        fg_revive(o)
        _clear_tensor(<Tensor>o)
        if _kept_tensor_count < KEPT:  # what it held may have died with it, and been kept
            _kept_tensors[_kept_tensor_count] = o
            _kept_tensor_count += 1
            return
        Py_SET_REFCNT(o, 0)
    _free_tensor(o)


FG_SET_TP_DEALLOC(Tensor, _drop_tensor)


cdef Tensor new_tensor(Array& a):
    cdef Tensor t = _bare_tensor()
    t.a = move(a)
    return t


cdef Tensor wrap(Array a):
    return new_tensor(a)


cdef Tensor detached(Tensor t):
    cdef Array a = t.a
    return new_tensor(a)


# A flag beside the kinds of view, of a tensor that is none: `detach_` took its history, which nodes up to `derived_at` knew.
cdef enum:
    DETACHED = 8


def refuse_detached(Node n: Node, Tensor t: Tensor) -> None:
    """Where a gradient is recorded, what n saved must have the history that it had; `detach_` leaves none."""
    if t.view_kind & DETACHED and n.sequence < t.derived_at:
        raise RuntimeError(
            f"{n.name}: a tensor of shape {t.shape} was detached by detach_() after it was used, so that this gradient has "
            "no derivatives; assign h = h.detach() instead"
        )


cdef Tensor make_view(Tensor base, Array& a):
    """A tensor on base's memory whose history follows base's: in-place writes to either reach the other."""
    cdef Tensor t = new_tensor(a)
    t.base = base if base.base is None else base.base
    t.view_kind = base.view_kind & ~DETACHED
    if grad_off:
        t.view_kind = UNRECORDED | base.view_kind & ONE_OF_SEVERAL
        t.derived_at = _sequence
    elif base.view_kind & UNRECORDED:
        t.derived_at = base.derived_at
    else:
        t.derived_at = t.a.version()
    return t


# Replaces what a view's history is when its base was written to since; set by fastgrad.ops._write.
cdef int (*derive_view)(Tensor) except -1
derive_view = NULL


cdef void set_derive_view(int (*f)(Tensor) except -1):
    global derive_view
    derive_view = f


cdef int refresh_view(Tensor t) except -1:
    if t.view_kind & UNRECORDED:
        if t.base.node is not None and t.base.node.sequence > t.derived_at:
            derive_view(t)
    elif t.derived_at != t.a.version():
        derive_view(t)
    return 0


cdef int refresh_operand(Node n, Tensor t) except -1:
    """`refresh_view` of a tensor that is about to be an input of n: n stays newer than all that it comes from."""
    refresh_view(t)
    if t.node is not None and t.node.sequence > n.sequence:
        n.sequence = next_sequence()
    return 0


cdef Array* _array_of(PyObject* t) noexcept:
    return &(<Tensor>t).a


cdef PyObject* _wrap_array(Array* a) noexcept:
    cdef Tensor t = new_tensor(a[0])
    Py_INCREF(t)
    return <PyObject*>t


tensor_bridge.type = <PyTypeObject*>Tensor
tensor_bridge.array = _array_of
tensor_bridge.wrap = _wrap_array


cdef bint same_place(Array& a, Array& b):
    """Whether two arrays show the same elements of the same memory."""
    return a.bytes() == b.bytes() and a.dtype() == b.dtype() and a.shape() == b.shape() and a.strides() == b.strides()


cdef replace_array(Tensor t, Array& a):
    """Gives a tensor other memory, when no other thread works with what it has (without the GIL)."""
    cdef Array _old
    wait_for_long_work()
    _old = t.a  # let go last: what dies with it may run code that sees the tensor
    t.a = a


# ---- Node ------------------------------------------------------------------------------------------------------------

cdef uint64_t _sequence = 0


cdef uint64_t next_sequence():
    global _sequence
    _sequence += 1
    return _sequence


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


@cython.auto_pickle(False)
cdef class Node:
    """One recorded operation."""

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.primitive.name.decode() if self.primitive != NULL else ""

    @property
    def next_functions(self) -> tuple[tuple[Node | Tensor | None, int], ...]:
        """Where each input comes from: (node or leaf tensor or None, which of its outputs)."""
        return tuple([(self.input(i), self.source(i)) for i in range(self.inputs)])

    def __repr__(self):
        return f"<{self.name} node>"

    cdef object input(self, int i):
        if i == 0: return self.in0
        if i == 1: return self.in1
        if i == 2: return self.in2
        return self.in_more[i - 3]

    cdef int source(self, int i):
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
        cdef uint64_t v
        if t is None:
            return 0
        v = t.a.version()
        if i == 0 and self.s0 is None: self.s0 = t; self.v0 = v
        elif i == 1 and self.s1 is None: self.s1 = t; self.v1 = v
        elif i == 2 and self.s2 is None: self.s2 = t; self.v2 = v
        elif i == 3 and self.s3 is None: self.s3 = t; self.v3 = v
        else: self.save_more(i, t, False)
        return 0

    cdef int save_output(self, int i, Tensor out) except -1:
        """Keeps this node's own output: without its history, or the graph would hold itself."""
        if i >= 4:
            return self.save_more(i, detached(out), True)
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
        if t.view_kind & DETACHED and not grad_off:
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


cdef destructor _free_node = FG_TP_DEALLOC(Node)


cdef void _drop_node(PyObject* o) noexcept:
    global _kept_node_count
    if fg_can_keep(o, <PyTypeObject*>Node) and _kept_node_count < KEPT:
        PyObject_GC_UnTrack(o)
        fg_revive(o)
        _clear_node(<Node>o)
        if _kept_node_count < KEPT:
            _kept_nodes[_kept_node_count] = o
            _kept_node_count += 1
        else:
            Py_SET_REFCNT(o, 0)
            _free_node(o)
        if _pending.size():
            _drain()
        return
    _free_node(o)


FG_SET_TP_DEALLOC(Node, _drop_node)


cdef inline Node _bare_node():
    global _kept_node_count
    cdef Node n
    if _kept_node_count:
        _kept_node_count -= 1
        return <Node>FG_TAKE(_kept_nodes[_kept_node_count])
    n = Node.__new__(Node)
    PyObject_GC_UnTrack(<PyObject*>n)
    return n


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


# How an operation enters the graph: out is made the output of a new node. The caller then saves what the rule needs, and
# sets the attributes. Where there is a tracer, it is told when all that is done.

cdef Node record1(Tensor out, const Primitive* p, Tensor a):
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a])
    n = _bare_node()
    _begin(n, out, p, 1)
    _connect0(n, a)
    return n


cdef Node record2(Tensor out, const Primitive* p, Tensor a, Tensor b):
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a, b])
    n = _bare_node()
    _begin(n, out, p, 2)
    _connect0(n, a)
    _connect1(n, b)
    return n


cdef Node record3(Tensor out, const Primitive* p, Tensor a, Tensor b, Tensor c):
    """b and c may be None."""
    cdef Node n
    if tracers:
        return _record_seen(out, p, [a, b, c])
    n = _bare_node()
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
    cdef Node n = _bare_node()
    _begin(n, out, p, len(inputs))
    cdef int i
    for i in range(len(inputs)):
        if inputs[i] is not None:
            n.connect(i, <Tensor>inputs[i])
    return n


cdef Node record_edges(Tensor out, const Primitive* p, object edge0, int from0, object edge1, int from1):
    """Of a write to out, whose inputs are what they were before it: each an output of a node, a leaf, or None."""
    cdef Node n = _bare_node()
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


# ---- tracing ---------------------------------------------------------------------------------------------------------

cdef class _Tracer:
    """Inside a ``with``, it is handed every operation that the thread computes, recorded or not: to count them, to compute
    tangents beside them, to keep a program. A subclass says what to do in ``operation``; what that computes itself goes
    to the tracer around this one, if there is one."""

    cdef Node node       # the operation that was recorded last, which its function may not have finished yet
    cdef list inputs, outputs
    cdef PyObject* outer

    def operation(self, Node node, list inputs, list outputs):
        """One operation, complete: ``inputs`` are what gradients could flow to, None for those left out."""
        raise NotImplementedError

    cdef int begin(self, Node n, list inputs, Tensor out) except -1:
        self.node = n
        self.inputs = inputs
        self.outputs = [out]
        return 0

    cdef int finish(self) except -1:
        cdef Node n = self.node
        cdef list inputs = self.inputs, outputs = self.outputs
        if n is None:
            return 0
        self.node = self.inputs = self.outputs = None
        set_tracer(self.outer)
        try:
            self.operation(n, inputs, outputs)
        finally:
            set_tracer(<PyObject*>self)
        return 0

    def __enter__(self):
        Py_INCREF(self)
        self.outer = set_tracer(<PyObject*>self)
        return self

    def __exit__(self, error, *exc):
        try:
            if error is None:
                self.finish()
        finally:
            self.node = self.inputs = self.outputs = None
            set_tracer(self.outer)
            Py_DECREF(self)


cdef inline _Tracer _tracer_here():
    return None if here.tracer == NULL else <_Tracer>here.tracer


cdef Node _record_seen(Tensor out, const Primitive* p, list inputs):
    """`record_all` where there are tracers. An operation that no gradient flows through leaves no history."""
    cdef _Tracer tracer = _tracer_here()
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
        n = _bare_node()
        _begin(n, out, p, len(inputs))
        out.node = None
    tracer.begin(n, inputs, out)
    return n


cdef bint _is_untold_output(Node n, Tensor out) except -1:
    """Whether n, whose next output is out, is known to a tracer alone. It is told of the output."""
    cdef _Tracer tracer = _tracer_here()
    if tracer is None or tracer.node is not n:
        return False
    tracer.outputs.append(out)
    return (<Tensor>tracer.outputs[0]).node is not n


cdef int trace_write(Tensor x, const Primitive* p, Tensor value) except -1:
    """Tells the tracer that value was written to x."""
    cdef _Tracer tracer = _tracer_here()
    cdef Node n, history = x.node
    cdef int output = x.output
    if tracer is not None:
        tracer.finish()
        n = _bare_node()
        _begin(n, x, p, 2)
        x.node = history
        x.output = output
        tracer.begin(n, [x, value], x)
    return 0


cdef class Backward:
    cdef bint wants(self, int i):
        return False

    cdef int give(self, int i, Tensor grad) except -1:
        return 0

    cdef int give_own(self, int i, Tensor grad) except -1:
        return 0

    cdef Tensor running_sum(self, int i):
        return None
