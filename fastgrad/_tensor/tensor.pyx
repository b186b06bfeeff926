# distutils: language = c++
# cython: binding=False, embedsignature.format=clinic
# (Methods without binding are method descriptors, which check that what they are called on is a Tensor.)
"""The type Tensor: data, gradient, history. No operation is known here: ``fastgrad.ops.methods`` fills them in."""
cimport cython
from cpython.buffer cimport Py_buffer, PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libcpp.utility cimport move

from fastgrad._tensor.convert cimport axis_of, dims_to_tuple, dtype_object, element, flag, format_of
from fastgrad._tensor.cpp cimport (
    Array, Dims, DType, Kind, end_loan, grad_off, is_floating, itemsize, kind, lend, lend_for_good, newest_node,
    next_sequence, operator_slots, tensor_bridge,
)
from fastgrad._tensor.recycle cimport kept_tensors, unwatch, watch
from fastgrad._tensor.size cimport shape_of, size_of

from fastgrad._tensor.device import CPU as _CPU
from fastgrad.errors import TensorIndexError, TensorTypeError, TensorValueError, UnsupportedDtypeError

cdef extern from "bindings/gil.h" namespace "fastgrad::bindings":
    void wait_for_long_work()


@cython.c_api_binop_methods(True)
@cython.auto_pickle(False)
cdef class Tensor:
    """An n-dimensional array that remembers how it was computed, so that gradients can flow back through it.

    Make one with ``fastgrad.tensor`` (which copies) or ``fastgrad.asarray`` (which shares memory).
    """

    __array_priority__ = 1000

    def __init__(self, data=None, requires_grad=False, *more):
        cdef Tensor source
        if type(self) is Tensor:
            from fastgrad.ops.vocabulary import torchs_tensor
            source = torchs_tensor(data, requires_grad, more)
            if source is not None:
                replace_array(self, source.a)
                return
        if more:
            raise TypeError(f"Tensor: data and requires_grad are wanted, got {2 + len(more)} arguments")
        if data is None:
            raise TypeError("Tensor: data must be given; see fastgrad.tensor and fastgrad.empty")
        from fastgrad._tensor.construct import tensor_from
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
        return shape_of(self.a.shape())

    @shape.setter
    def shape(self, value: ShapeLike) -> None:
        _set_shape(self, value)

    @property
    def strides(self) -> tuple[int, ...]:
        """The step of each axis in memory, in bytes: NumPy's ``x.strides``."""
        cdef int i
        cdef Dims steps = self.a.strides()
        for i in range(steps.size()):
            steps[i] = steps[i] * <int64_t>itemsize(self.a.dtype())
        return dims_to_tuple(steps)

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
        """The number of elements: NumPy's ``x.size``. Called, as PyTorch's: ``x.size()`` is the shape, ``x.size(0)``
        the length of an axis."""
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
        """Always ``"cpu"``, with PyTorch's ``type`` and ``index`` beside what a str has."""
        return _CPU

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        import fastgrad
        if api_version is not None:
            from fastgrad.ops.inspection import check_version
            check_version(api_version)
        return fastgrad

    def dim(self) -> int:
        """The number of axes."""
        return self.a.ndim()

    def numel(self) -> int:
        """The number of elements."""
        return self.a.size()

    def stride(self, dim: int | None = None) -> tuple[int, ...] | int:
        """The step of each axis in memory, or of one, in elements: PyTorch's ``x.stride()``."""
        if dim is None:
            return dims_to_tuple(self.a.strides())
        return self.a.stride(axis_of(dim, self.a.ndim(), b"stride"))

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

    @property
    def _base(self) -> Tensor | None:
        """Of a view the tensor whose memory it shows, which is no view itself; None of others."""
        return self.base

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
        cdef bint on = flag(requires_grad, "requires_grad_", "requires_grad")
        if self.base is not None:
            refresh_view(self)
        if self.node is not None:
            if not on:
                raise RuntimeError(
                    "requires_grad can only be turned off on a leaf; use detach() for a tensor without history"
                )
            return self
        if on and not is_floating(self.a.dtype()):
            raise RuntimeError(f"only floating-point tensors can require gradients, got {self.dtype}")
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
            raise TensorValueError(f"grad must have the tensor's shape {self.shape}, got {value.shape}")
        if (<Tensor>value).a.dtype() != self.a.dtype():
            raise TensorTypeError(f"grad must have the tensor's dtype {self.dtype}, got {value.dtype}")
        if value is self:
            raise TensorValueError("a tensor cannot be its own gradient")
        self.grad_ = value
        watch(self)

    @grad.deleter
    def grad(self) -> None:
        self.grad_ = None

    @property
    def data(self) -> Tensor:
        """The same memory without history. Assigning replaces the memory and leaves the history as it is; what was
        saved of the old memory for a gradient counts as modified."""
        return detached(self)

    @data.setter
    def data(self, value: Tensor) -> None:
        cdef Tensor source
        if not isinstance(value, Tensor):
            raise TypeError(f"data must be a Tensor, got {type(value).__name__}")
        source = value
        if source.a.dtype() != self.a.dtype() and (self.leaf_requires_grad and not is_floating(source.a.dtype())):
            raise UnsupportedDtypeError(
                f"data of a tensor that requires gradients must be floating-point, got {source.dtype}")
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

    # -- values

    def item(self, *place: int) -> bool | int | float:
        """The one element, as a Python number; or the element at a place: an index for each axis, or one number among
        all elements in C order.

        Raises ValueError if there are more or fewer, and IndexError if there is no such place.
        """
        if place:
            return _element_at(self, place)
        if self.a.size() != 1:
            raise TensorValueError(f"item: only a tensor of one element has a value, got shape {self.shape}")
        return element(self.a.bytes(), self.a.dtype())

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        cdef int i, n = self.a.ndim()
        cdef Py_ssize_t item = itemsize(self.a.dtype())
        cdef const char* code = format_of(self.a.dtype())
        cdef Py_ssize_t* sizes
        if requires_grad(self):
            raise BufferError("a tensor that requires gradients cannot lend its memory; use detach()")
        if code[0] == 0:
            raise BufferError("bfloat16 has no buffer format; convert with .astype(fg.float32)")
        if sizeof(long) == 8:  # NumPy's int64 is then a long, and an array of long long another dtype
            if code[0] == b"q":
                code = b"l"
            elif code[0] == b"Q":
                code = b"L"
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
            from fastgrad._tensor.flags import as_argument
            named = as_argument(self)
            if named:
                raise TensorTypeError(f"{named} must be True or False, got a tensor of shape {tuple(self.shape)}")
            raise TensorValueError(  # the second sentence is PyTorch's: programs look for it
                f"the truth value of a tensor of shape {self.shape} is ambiguous; use any() or all(). Boolean value of "
                f"Tensor with {'more than one' if self.a.size() else 'no'} value{'' if self.a.size() else 's'} is ambiguous"
            )
        return bool(element(self.a.bytes(), self.a.dtype()))

    def __float__(self) -> float:
        return float(_scalar(self, "float"))

    def __int__(self) -> int:
        return int(_scalar(self, "int"))

    def __complex__(self) -> complex:
        return complex(_scalar(self, "complex"))

    def __index__(self) -> int:
        if kind(self.a.dtype()) == Kind.Float or \
                ((kind(self.a.dtype()) == Kind.Bool or self.a.ndim() != 0) and not (_any_index and self.a.size() == 1)):
            raise TensorTypeError(
                f"only a 0-dimensional integer tensor can be an index, got shape {self.shape} of {self.dtype}"
            )
        return int(element(self.a.bytes(), self.a.dtype()))

    def __iter__(self) -> Iterator[Tensor]:
        if self.a.ndim() == 0:
            raise TypeError("iteration over a 0-dimensional tensor")
        return _iterate(self)

    def __contains__(self, value: object) -> bool:
        found = self == value
        if not isinstance(found, Tensor):
            raise TypeError(f"in: a tensor holds numbers; got a {type(value).__name__}")
        return bool(found.any())

    def __format__(self, str spec not None) -> str:
        if self.a.ndim() == 0 or spec and self.a.size() == 1:
            return format(self.item(), spec)
        try:
            return format(str(self), spec)
        except ValueError:
            raise TypeError(
                f"format: {spec!r} is of one number, and a tensor of shape {self.shape} is not one") from None

    def __str__(self):
        from fastgrad._tensor.printing import tensor_str
        return tensor_str(self)

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

    def __divmod__(self, other):
        quotient = operator_slots.floor_divide(self, other)
        return quotient if quotient is NotImplemented else (quotient, operator_slots.remainder(self, other))

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
    def __imatmul__(self, other): return _imatmul(self, other)
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


cdef int _set_shape(Tensor t, object shape) except -1:
    """`x.shape = ...` is NumPy's: the same memory from now on in another shape."""
    from fastgrad.ops.vocabulary import get_vocabulary

    if get_vocabulary() != "numpy":
        raise AttributeError("shape: a tensor's shape cannot be set; use x.reshape")
    if requires_grad(t):
        raise TensorValueError("shape: a tensor that requires gradients must keep its shape; use x.reshape")
    replace_array(t, (<Tensor>t.reshape(shape, copy=False)).a)
    t.a.storage().get().version = t.a.version() + 1  # who kept this tensor for a gradient kept its shape, too
    return 0


cdef object _imatmul(Tensor t, object other):
    """`x @= y` writes to x in NumPy; elsewhere it is `x = x @ y`."""
    from fastgrad.ops.vocabulary import get_vocabulary

    if get_vocabulary() != "numpy":
        return NotImplemented
    before = t.clone()  # what the product's gradient needs is not what is written over
    product = before @ (before if other is t else other)
    if product.shape != t.shape:
        raise TensorValueError(f"matmul: the product must have shape {t.shape} to be written there, got {product.shape}")
    return t.copy_(product)


cdef object _element_at(Tensor t, tuple place):
    cdef int64_t offset = 0, length, i
    cdef int axis
    if len(place) == 1 and isinstance(place[0], tuple):
        place = place[0]
    if len(place) == 1 and t.a.ndim() != 1:
        i = _within(place[0], t.a.size())
        for axis in range(t.a.ndim() - 1, -1, -1):
            length = t.a.shape(axis)
            offset += i % length * t.a.stride(axis)
            i //= length
    elif len(place) != t.a.ndim():
        raise TensorValueError(f"item: a place must have {t.a.ndim()} indices, or one, got {place}")
    else:
        for axis in range(t.a.ndim()):
            offset += _within(place[axis], t.a.shape(axis)) * t.a.stride(axis)
    return element(t.a.bytes() + offset * <int64_t>itemsize(t.a.dtype()), t.a.dtype())


cdef int64_t _within(object index, int64_t length) except -1:
    cdef int64_t i = index
    if i < -length or i >= length:
        raise TensorIndexError(f"item: index {i} is out of bounds for {length} elements")
    return i + length if i < 0 else i


cdef _scalar(Tensor t, str to):
    if t.a.size() != 1:
        raise TypeError(f"{to}(): only a tensor of one element can be converted, got shape {t.shape}")
    return element(t.a.bytes(), t.a.dtype())


# Whether a truth value and any tensor of one integer are an index, as in PyTorch; NumPy takes an integer without axes.
cdef bint _any_index = False


def set_any_index(bint whether: bool) -> None:
    """Has every tensor of one integer or truth value be an index where Python wants one: for PyTorch's door alone."""
    global _any_index
    _any_index = whether


def _iterate(Tensor t):
    cdef Py_ssize_t i
    for i in range(t.a.shape(0)):
        yield operator_slots.getitem(t, i)


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
    #define FG_SET_TP_NAME(type, name) (((PyTypeObject*)(type))->tp_name = (name))
    """
    void FG_SET_TP_NEW(object, NewFunction)
    void FG_SET_TP_NAME(object, const char*)

FG_SET_TP_NEW(Tensor, _new_with_memory)
FG_SET_TP_NAME(Tensor, "fastgrad.Tensor")  # the name that pickles keep, wherever this is


# ---- new ones --------------------------------------------------------------------------------------------------------

cdef inline Tensor _bare_tensor():
    cdef Tensor t
    if kept_tensors.any():
        return <Tensor>kept_tensors.take()
    t = Tensor.__new__(Tensor)
    unwatch(t)
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
    if kept_tensors.revive(o):
        _clear_tensor(<Tensor>o)
        kept_tensors.keep(o)


kept_tensors.install(<PyTypeObject*>Tensor, _drop_tensor)


cdef Tensor wrap(Array& a):
    cdef Tensor t = _bare_tensor()
    t.a = move(a)
    return t


cdef Tensor detached(Tensor t):
    cdef Array a = t.a
    return wrap(a)


# ---- views -----------------------------------------------------------------------------------------------------------

cdef Tensor make_view(Tensor base, Array& a):
    """A tensor on base's memory whose history follows base's: in-place writes to either reach the other."""
    cdef Tensor t = wrap(a)
    t.base = base if base.base is None else base.base
    t.view_kind = base.view_kind & ~DETACHED
    if grad_off:
        t.view_kind = UNRECORDED | base.view_kind & ONE_OF_SEVERAL
        t.derived_at = newest_node
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
    """Gives a view the history that follows from its base's, where that was written to since."""
    if t.view_kind & UNRECORDED:
        if t.base.node is not None:
            derive_view(t)
    elif t.derived_at != t.a.version():
        derive_view(t)
    return 0


# ---- other languages' way here ---------------------------------------------------------------------------------------

cdef Array* _array_of(PyObject* t) noexcept:
    return &(<Tensor>t).a


cdef PyObject* _wrap_array(Array* a) noexcept:
    cdef Tensor t = wrap(a[0])
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
