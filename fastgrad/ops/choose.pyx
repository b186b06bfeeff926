# distutils: language = c++
"""Choosing between elements: ``where``, the larger and the smaller, ``clip``."""
from libc.math cimport INFINITY

from fastgrad._tensor cimport (
    Backward, Node, Primitive, Tensor, define, record1, record2, recording, recording2, wrap,
)
from fastgrad._tensor.convert cimport scalar_for
from fastgrad._tensor.cpp cimport is_floating
from fastgrad.ops._common cimport as_operand, as_tensor, is_scalar, is_weak
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.copy cimport Scalar
from fastgrad.ops.elementwise cimport Binary, call_binary, define_binary, full_number

from fastgrad.errors import TensorTypeError
from fastgrad.ops.compare import greater, isnan, less, logical_and, logical_or


# ---- where -----------------------------------------------------------------------------------------------------------

cdef int where_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor condition = n.saved(0)
    if to.wants(0):
        to.give(0, where(condition, g, 0.0))
    if to.wants(1):
        to.give(1, where(condition, 0.0, g))
    return 0


cdef Primitive WHERE = define(b"where", where_vjp)


cdef Tensor _beside(object x, Tensor like, const char* op):
    """An argument as a tensor, a number in the dtype it takes beside another."""
    return full_number(x, like, op) if is_weak(x, like.a.dtype()) else as_operand(x, op, like.a.dtype())


cdef Tensor where_tensors(Tensor condition, Tensor a, Tensor b):
    cdef Tensor out = wrap(native.where(condition.a, a.a, b.a))
    if recording2(a, b):
        record2(out, &WHERE, a, b).save(0, condition)
    return out


def where(condition: TensorLike, x1: TensorLike = ..., x2: TensorLike = ..., /) -> Any:
    """x1 where the condition holds, else x2, elementwise with broadcasting. x1 and x2 may be Python numbers.

    Of a condition alone, the places where it holds: `nonzero`.
    """
    cdef Tensor c = as_tensor(condition, b"where")
    cdef Tensor a, b
    if x2 is Ellipsis:
        if x1 is not Ellipsis:
            raise TensorTypeError("where: x1 and x2 must be given both or not at all, got x1 alone")
        from fastgrad.ops.search import nonzero
        return nonzero(c)
    if is_scalar(x1):
        if is_scalar(x2):
            a = as_tensor(x1, b"where")
            b = as_tensor(x2, b"where")
        else:
            b = as_tensor(x2, b"where")
            a = _beside(x1, b, b"where")
    elif isinstance(x2, Tensor):
        b = <Tensor>x2
        a = as_operand(x1, b"where", b.a.dtype())
    else:
        a = as_tensor(x1, b"where")
        b = _beside(x2, a, b"where")
    return where_tensors(c, a, b)


def _method_where(Tensor self, condition: TensorLike, other: TensorLike) -> Tensor:
    """self where the condition holds, else other, elementwise."""
    return where(condition, self, other)


# ---- the larger and the smaller --------------------------------------------------------------------------------------

cdef int extremum_vjp(Node n, object g, Backward to) except -1:
    """The gradient goes to the operand that won; at a tie half to each."""
    cdef Tensor a = n.saved(0), b = n.saved(1)
    cdef bint largest = n.primitive == &MAXIMUM.tensors
    half = where(a == b, g * 0.5, 0.0)  # chosen, not multiplied by 0: the gradient may be infinite
    if to.wants(0):
        to.give(0, where(logical_or(a > b if largest else a < b, isnan(a)), g, half))
    if to.wants(1):
        to.give(1, where(logical_or(a < b if largest else a > b, isnan(b)), g, half))
    return 0


cdef Binary MAXIMUM = define_binary(b"maximum", extremum_vjp, NULL, NULL, "ab", "ab")
cdef Binary MINIMUM = define_binary(b"minimum", extremum_vjp, NULL, NULL, "ab", "ab")


def maximum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MAXIMUM, x, y)


def minimum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MINIMUM, x, y)


# ---- clip ------------------------------------------------------------------------------------------------------------

cdef struct ClipAttributes:
    double low, high


cdef int clip_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    cdef ClipAttributes* at = n.attributes.get[ClipAttributes]()
    inside = logical_and(x >= at.low, x <= at.high)
    to.give(0, where(inside, g, 0.0))
    return 0


cdef Primitive CLIP = define(b"clip", clip_vjp)


def clip(x: TensorLike, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

    Parameters
    ----------
    x : Tensor
        What is brought into the interval.
    min, max : number or Tensor, optional
        Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
    """
    cdef Tensor t = as_tensor(x, b"clip")
    cdef Tensor out
    cdef Node n
    cdef ClipAttributes* at
    cdef Scalar low, high
    cdef const Scalar* below = NULL
    cdef const Scalar* above = NULL
    if min is None and max is None:
        return t.clone()
    if (min is None or is_weak(min, t.a.dtype())) and (max is None or is_weak(max, t.a.dtype())):
        if min is not None:
            low = scalar_for(min, is_floating(t.a.dtype()), False, b"clip")
            below = &low
        if max is not None:
            high = scalar_for(max, is_floating(t.a.dtype()), False, b"clip")
            above = &high
        out = wrap(native.clip(t.a, below, above))
        if recording(t):
            n = record1(out, &CLIP, t)
            n.save(0, t)
            at = n.attributes.set[ClipAttributes]()
            at.low = -INFINITY if min is None else min
            at.high = INFINITY if max is None else max
        return out
    if min is not None:
        t = _bounded(t, min, True)
    if max is not None:
        t = _bounded(t, max, False)
    return t


cdef Tensor _bounded(Tensor t, object limit, bint below):
    """t, or the bound where t is strictly beyond it (at the bound the gradient passes to t), or where the bound is
    NaN."""
    cdef Tensor bound = _beside(limit, t, b"clip")
    beyond = less(t, bound) if below else greater(t, bound)
    return where(logical_or(beyond, isnan(bound)), bound, t)
