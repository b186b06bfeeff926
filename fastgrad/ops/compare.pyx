# distutils: language = c++
"""Comparisons, logic and bits."""
from cpython.object cimport Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE

from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport operator_slots
from fastgrad.ops._common cimport as_operand
from fastgrad.ops.elementwise cimport (
    Binary, NOTHING, Unary, call_binary, define_binary, define_unary, slot_binary, slot_inplace, unary,
)

from fastgrad.ops._common import foreign_operator


# ---- comparisons -----------------------------------------------------------------------------------------------------

cdef Binary EQUAL = define_binary(b"equal", NULL, NULL, NULL)
cdef Binary NOT_EQUAL = define_binary(b"not_equal", NULL, NULL, NULL)
cdef Binary LESS = define_binary(b"less", NULL, NULL, NULL)
cdef Binary LESS_EQUAL = define_binary(b"less_equal", NULL, NULL, NULL)
cdef Binary GREATER = define_binary(b"greater", NULL, NULL, NULL)
cdef Binary GREATER_EQUAL = define_binary(b"greater_equal", NULL, NULL, NULL)


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


cdef Unary ISNAN = define_unary(b"isnan", NULL, NOTHING)


def isnan(x: TensorLike, /) -> Tensor:
    """Whether x is NaN, elementwise."""
    return unary(&ISNAN, x)


cdef Unary ISINF = define_unary(b"isinf", NULL, NOTHING)


def isinf(x: TensorLike, /) -> Tensor:
    """Whether x is infinite, elementwise."""
    return unary(&ISINF, x)


cdef Unary ISFINITE = define_unary(b"isfinite", NULL, NOTHING)


def isfinite(x: TensorLike, /) -> Tensor:
    """Whether x is neither infinite nor NaN, elementwise."""
    return unary(&ISFINITE, x)


# ---- logic -----------------------------------------------------------------------------------------------------------

cdef Binary LOGICAL_AND = define_binary(b"logical_and", NULL, NULL, NULL)
cdef Binary LOGICAL_OR = define_binary(b"logical_or", NULL, NULL, NULL)
cdef Binary LOGICAL_XOR = define_binary(b"logical_xor", NULL, NULL, NULL)


def logical_and(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether both are nonzero, elementwise."""
    return call_binary(&LOGICAL_AND, x, y)


def logical_or(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether either is nonzero, elementwise."""
    return call_binary(&LOGICAL_OR, x, y)


def logical_xor(x: TensorLike, y: TensorLike, /) -> Tensor:
    """Whether exactly one is nonzero, elementwise."""
    return call_binary(&LOGICAL_XOR, x, y)


cdef Unary LOGICAL_NOT = define_unary(b"logical_not", NULL, NOTHING)


def logical_not(x: TensorLike, /) -> Tensor:
    """Whether x is zero, elementwise."""
    return unary(&LOGICAL_NOT, x)


# ---- bits ------------------------------------------------------------------------------------------------------------

cdef Binary AND = define_binary(b"bitwise_and", NULL, NULL, NULL)
cdef Binary OR = define_binary(b"bitwise_or", NULL, NULL, NULL)
cdef Binary XOR = define_binary(b"bitwise_xor", NULL, NULL, NULL)
cdef Binary LEFT_SHIFT = define_binary(b"bitwise_left_shift", NULL, NULL, NULL)
cdef Binary RIGHT_SHIFT = define_binary(b"bitwise_right_shift", NULL, NULL, NULL)


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


cdef Unary BITWISE_INVERT = define_unary(b"bitwise_invert", NULL, NOTHING)


def bitwise_invert(x: TensorLike, /) -> Tensor:
    """The bits of an integer, or the truth of a bool, inverted, elementwise."""
    return unary(&BITWISE_INVERT, x)


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


cdef const Binary* _comparison(int op) noexcept:
    if op == Py_EQ: return &EQUAL
    if op == Py_NE: return &NOT_EQUAL
    if op == Py_LT: return &LESS
    if op == Py_LE: return &LESS_EQUAL
    return &GREATER if op == Py_GT else &GREATER_EQUAL


cdef object compare_slot(object x, object y, object code):
    cdef int op = code
    cdef const Binary* f = _comparison(op)
    cdef object result
    if (op == Py_EQ or op == Py_NE) and isinstance(y, (list, tuple)):
        try:
            y = as_operand(y, b"equal", (<Tensor>x).a.dtype())
        except TypeError:
            return NotImplemented  # it holds no numbers: to Python that is not equal
    result = slot_binary(f, x, y)
    return foreign_operator(f.tensors.name.decode(), x, y) if result is NotImplemented else result


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
