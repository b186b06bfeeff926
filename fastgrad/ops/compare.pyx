# distutils: language = c++
"""Comparisons, logic and bits, and what chooses by them: the larger and the smaller, ``where``, ``clip``."""
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE
from libc.math cimport INFINITY

from fastgrad._cpp cimport is_floating, operator_slots
from fastgrad._tensor cimport (
    Backward, Node, Primitive, Tensor, define, record1, record2, recording, recording2, wrap,
)
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport as_operand, as_tensor, is_scalar, scalar_for
from fastgrad.ops._native cimport BinaryOp, Scalar, UnaryOp
from fastgrad.ops.elementwise cimport (
    Binary, NOTHING, Unary, call_binary, define_binary, define_unary, full_number, inplace_result, slot_binary,
    slot_inplace, unary,
)



# ---- comparisons -----------------------------------------------------------------------------------------------------

cdef Binary EQUAL = define_binary(b"equal", BinaryOp.Equal, NULL, NULL, NULL)
cdef Binary NOT_EQUAL = define_binary(b"not_equal", BinaryOp.NotEqual, NULL, NULL, NULL)
cdef Binary LESS = define_binary(b"less", BinaryOp.Less, NULL, NULL, NULL)
cdef Binary LESS_EQUAL = define_binary(b"less_equal", BinaryOp.LessEqual, NULL, NULL, NULL)
cdef Binary GREATER = define_binary(b"greater", BinaryOp.Greater, NULL, NULL, NULL)
cdef Binary GREATER_EQUAL = define_binary(b"greater_equal", BinaryOp.GreaterEqual, NULL, NULL, NULL)


def equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x == y, elementwise."""
    return call_binary(&EQUAL, x, y)


def not_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x != y, elementwise."""
    return call_binary(&NOT_EQUAL, x, y)


def less(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x < y, elementwise."""
    return call_binary(&LESS, x, y)


def less_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x <= y, elementwise."""
    return call_binary(&LESS_EQUAL, x, y)


def greater(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x > y, elementwise."""
    return call_binary(&GREATER, x, y)


def greater_equal(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x >= y, elementwise."""
    return call_binary(&GREATER_EQUAL, x, y)


cdef Unary ISNAN = define_unary(b"isnan", UnaryOp.IsNan, NULL, NOTHING)


def isnan(x: TensorLike, /) -> Tensor:
    """Whether x is NaN, elementwise."""
    return unary(&ISNAN, x)


cdef Unary ISINF = define_unary(b"isinf", UnaryOp.IsInf, NULL, NOTHING)


def isinf(x: TensorLike, /) -> Tensor:
    """Whether x is infinite, elementwise."""
    return unary(&ISINF, x)


cdef Unary ISFINITE = define_unary(b"isfinite", UnaryOp.IsFinite, NULL, NOTHING)


def isfinite(x: TensorLike, /) -> Tensor:
    """Whether x is neither infinite nor NaN, elementwise."""
    return unary(&ISFINITE, x)


# ---- logic -----------------------------------------------------------------------------------------------------------

cdef Binary LOGICAL_AND = define_binary(b"logical_and", BinaryOp.LogicalAnd, NULL, NULL, NULL)
cdef Binary LOGICAL_OR = define_binary(b"logical_or", BinaryOp.LogicalOr, NULL, NULL, NULL)
cdef Binary LOGICAL_XOR = define_binary(b"logical_xor", BinaryOp.LogicalXor, NULL, NULL, NULL)


def logical_and(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether both are nonzero, elementwise."""
    return call_binary(&LOGICAL_AND, x, y)


def logical_or(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether either is nonzero, elementwise."""
    return call_binary(&LOGICAL_OR, x, y)


def logical_xor(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether exactly one is nonzero, elementwise."""
    return call_binary(&LOGICAL_XOR, x, y)


cdef Unary LOGICAL_NOT = define_unary(b"logical_not", UnaryOp.LogicalNot, NULL, NOTHING)


def logical_not(x: TensorLike, /) -> Tensor:
    """Whether x is zero, elementwise."""
    return unary(&LOGICAL_NOT, x)


# ---- bits ------------------------------------------------------------------------------------------------------------

cdef Binary AND = define_binary(b"bitwise_and", BinaryOp.BitwiseAnd, NULL, NULL, NULL)
cdef Binary OR = define_binary(b"bitwise_or", BinaryOp.BitwiseOr, NULL, NULL, NULL)
cdef Binary XOR = define_binary(b"bitwise_xor", BinaryOp.BitwiseXor, NULL, NULL, NULL)
cdef Binary LEFT_SHIFT = define_binary(b"bitwise_left_shift", BinaryOp.LeftShift, NULL, NULL, NULL)
cdef Binary RIGHT_SHIFT = define_binary(b"bitwise_right_shift", BinaryOp.RightShift, NULL, NULL, NULL)


def bitwise_and(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x & y of integers or bools, elementwise."""
    return call_binary(&AND, x, y)


def bitwise_or(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x | y of integers or bools, elementwise."""
    return call_binary(&OR, x, y)


def bitwise_xor(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x ^ y of integers or bools, elementwise."""
    return call_binary(&XOR, x, y)


def bitwise_left_shift(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x << y of integers, elementwise; 0 where y is the width of x or more."""
    return call_binary(&LEFT_SHIFT, x, y)


def bitwise_right_shift(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x >> y of integers, elementwise, keeping the sign."""
    return call_binary(&RIGHT_SHIFT, x, y)


cdef Unary BITWISE_INVERT = define_unary(b"bitwise_invert", UnaryOp.BitwiseInvert, NULL, NOTHING)


def bitwise_invert(x: TensorLike, /) -> Tensor:
    """The bits of an integer, or the truth of a bool, inverted, elementwise."""
    return unary(&BITWISE_INVERT, x)


# ---- choice ----------------------------------------------------------------------------------------------------------

cdef int where_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor condition = n.saved(0)
    if to.wants(0):
        to.give(0, where(condition, g, 0.0))
    if to.wants(1):
        to.give(1, where(condition, 0.0, g))
    return 0


cdef Primitive WHERE = define(b"where", where_vjp)


cdef Tensor where_tensors(Tensor condition, Tensor a, Tensor b):
    cdef Tensor out = wrap(_native.where(condition.a, a.a, b.a))
    if recording2(a, b):
        record2(out, &WHERE, a, b).save(0, condition)
    return out


def where(condition: TensorLike, x1: TensorLike, x2: TensorLike, /) -> Tensor:
    """x1 where the condition holds, else x2, elementwise with broadcasting. x1 and x2 may be Python numbers."""
    cdef Tensor c = as_tensor(condition, b"where")
    cdef Tensor a, b
    if is_scalar(x1):
        if is_scalar(x2):
            a = as_tensor(x1, b"where")
            b = as_tensor(x2, b"where")
        else:
            b = as_tensor(x2, b"where")
            a = full_number(x1, b, b"where")
    elif isinstance(x2, Tensor):
        b = <Tensor>x2
        a = as_operand(x1, b"where", b.a.dtype())
    else:
        a = as_tensor(x1, b"where")
        b = full_number(x2, a, b"where") if is_scalar(x2) else as_operand(x2, b"where", a.a.dtype())
    return where_tensors(c, a, b)


def _method_where(Tensor self, condition: TensorLike, other: TensorLike) -> Tensor:
    """self where the condition holds, else other, elementwise."""
    return where(condition, self, other)


cdef int extremum(Node n, object g, Backward to, bint largest) except -1:
    """The gradient goes to the operand that won; at a tie half to each."""
    cdef Tensor a = n.saved(0), b = n.saved(1)
    half = where(a == b, g * 0.5, 0.0)  # chosen, not multiplied by 0: the gradient may be infinite
    if to.wants(0):
        to.give(0, where(logical_or(a > b if largest else a < b, isnan(a)), g, half))
    if to.wants(1):
        to.give(1, where(logical_or(a < b if largest else a > b, isnan(b)), g, half))
    return 0


cdef int maximum_vjp(Node n, object g, Backward to) except -1:
    return extremum(n, g, to, True)


cdef int minimum_vjp(Node n, object g, Backward to) except -1:
    return extremum(n, g, to, False)


cdef Binary MAXIMUM = define_binary(b"maximum", BinaryOp.Maximum, maximum_vjp, NULL, NULL, "ab", "ab")
cdef Binary MINIMUM = define_binary(b"minimum", BinaryOp.Minimum, minimum_vjp, NULL, NULL, "ab", "ab")


def maximum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MAXIMUM, x, y)


def minimum(x: TensorLike, y: TensorLike, /) -> Tensor:
    """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    return call_binary(&MINIMUM, x, y)


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
    if (min is None or is_scalar(min)) and (max is None or is_scalar(max)):
        if min is not None:
            low = scalar_for(min, is_floating(t.a.dtype()), False)
            below = &low
        if max is not None:
            high = scalar_for(max, is_floating(t.a.dtype()), False)
            above = &high
        out = wrap(_native.clip(t.a, below, above))
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
    """t, or the bound where t is strictly beyond it (at the bound the gradient passes to t), or where the bound is NaN."""
    cdef Tensor bound = full_number(limit, t, b"clip") if is_scalar(limit) else as_operand(limit, b"clip", t.a.dtype())
    beyond = less(t, bound) if below else greater(t, bound)
    return where(logical_or(beyond, isnan(bound)), bound, t)


def _clip_(Tensor self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
    """Limits the elements to a range, in place."""
    return inplace_result(self, lambda x: clip(x, min, max), b"clip_")


# ---- operators -------------------------------------------------------------------------------------------------------

cdef object and_slot(object x, object y): return slot_binary(&AND, x, y)
cdef object or_slot(object x, object y): return slot_binary(&OR, x, y)
cdef object xor_slot(object x, object y): return slot_binary(&XOR, x, y)
cdef object left_shift_slot(object x, object y): return slot_binary(&LEFT_SHIFT, x, y)
cdef object right_shift_slot(object x, object y): return slot_binary(&RIGHT_SHIFT, x, y)
cdef object iand_slot(object x, object y): return slot_inplace(&AND, x, y)
cdef object ior_slot(object x, object y): return slot_inplace(&OR, x, y)
cdef object ixor_slot(object x, object y): return slot_inplace(&XOR, x, y)
cdef object ileft_shift_slot(object x, object y): return slot_inplace(&LEFT_SHIFT, x, y)
cdef object iright_shift_slot(object x, object y): return slot_inplace(&RIGHT_SHIFT, x, y)
cdef object invert_slot(object x): return bitwise_invert(x)


cdef object compare_slot(object x, object y, object code):
    cdef int op = code
    if op == Py_EQ or op == Py_NE:
        if isinstance(y, (list, tuple)):
            try:
                y = as_operand(y, b"equal", (<Tensor>x).a.dtype())
            except TypeError:
                return NotImplemented  # it holds no numbers: to Python that is not equal
        return slot_binary(&EQUAL if op == Py_EQ else &NOT_EQUAL, x, y)
    if op == Py_LT: return slot_binary(&LESS, x, y)
    if op == Py_LE: return slot_binary(&LESS_EQUAL, x, y)
    if op == Py_GT: return slot_binary(&GREATER, x, y)
    return slot_binary(&GREATER_EQUAL, x, y)


operator_slots.bitwise_and = and_slot
operator_slots.bitwise_or = or_slot
operator_slots.bitwise_xor = xor_slot
operator_slots.left_shift = left_shift_slot
operator_slots.right_shift = right_shift_slot
operator_slots.iand = iand_slot
operator_slots.ior = ior_slot
operator_slots.ixor = ixor_slot
operator_slots.ilshift = ileft_shift_slot
operator_slots.irshift = iright_shift_slot
operator_slots.invert = invert_slot
operator_slots.compare = compare_slot
