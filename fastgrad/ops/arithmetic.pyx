# distutils: language = c++
"""Arithmetic: sums, products, quotients, powers, and the operators of Tensor that they are."""
from cpython.long cimport PyLong_Check
from libc.math cimport INFINITY, log as c_log

from fastgrad._tensor cimport Backward, Node, Tensor
from fastgrad._tensor.cpp cimport is_floating, is_integer, operator_slots
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport (
    Binary, NOTHING, NumberAttributes, Unary, binary_tensors, call_binary, define_binary, define_unary, slot_binary,
    slot_inplace, unary, zero_vjp, zeros_of,
)

from fastgrad.errors import IntegerDivisionError
from fastgrad.ops._common import foreign_operator
from fastgrad.ops.choose import where
from fastgrad.ops.compare import logical_and, logical_or
from fastgrad.ops.math import log, reciprocal

cdef extern from *:
    """
    // Whether Python's * knows no product with it, but repeats it a whole number of times.
    static inline bool fg_is_repeated(PyObject* o) {
      const PySequenceMethods* sequence = Py_TYPE(o)->tp_as_sequence;
      const PyNumberMethods* numbers = Py_TYPE(o)->tp_as_number;
      return sequence && sequence->sq_repeat && !(numbers && numbers->nb_multiply);
    }
    """
    bint fg_is_repeated(object)


# ---- signs -----------------------------------------------------------------------------------------------------------

cdef int negative_vjp(Node n, object g, Backward to) except -1:
    to.give(0, -g)
    return 0


cdef Unary NEGATIVE = define_unary(b"negative", negative_vjp, NOTHING)


def negative(x: TensorLike, /) -> Tensor:
    """-x, elementwise."""
    return unary(&NEGATIVE, x)


def positive(x: TensorLike, /) -> Tensor:
    """+x: a copy of a number, elementwise."""
    return as_tensor(x, b"positive").clone()


# ---- sums ------------------------------------------------------------------------------------------------------------

cdef int add_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    to.give(1, g)
    return 0


cdef int pass_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    return 0


cdef Binary ADD = define_binary(b"add", add_vjp, pass_vjp, pass_vjp)


def add(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x + y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&ADD, x, y)


cdef Tensor add_tensors(Tensor a, Tensor b):
    """The sum of two gradients."""
    return binary_tensors(&ADD, a, b)


cdef int add_into(Tensor a, Tensor b) except -1:
    """a += b of gradients, unrecorded."""
    native.binary_into(a.a, ADD.op, a.a, b.a)
    return 0


cdef int subtract_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g)
    if to.wants(1):
        to.give(1, -g)
    return 0


cdef Binary SUBTRACT = define_binary(b"subtract", subtract_vjp, pass_vjp, negative_vjp)


def subtract(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x - y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&SUBTRACT, x, y)


# ---- products and quotients ------------------------------------------------------------------------------------------

cdef int multiply_vjp(Node n, object g, Backward to) except -1:
    if to.wants(0):
        to.give(0, g * n.saved(1))
    if to.wants(1):
        to.give(1, g * n.saved(0))
    return 0


cdef int scale_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * n.attributes.get[NumberAttributes]().number)
    return 0


cdef Binary MULTIPLY = define_binary(b"multiply", multiply_vjp, scale_vjp, scale_vjp, "b", "a")


def multiply(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x * y, elementwise with broadcasting; either may be a Python number."""
    return call_binary(&MULTIPLY, x, y)


cdef int divide_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor b = n.saved(1)
    if to.wants(0):
        to.give(0, g / b)
    if to.wants(1):
        to.give(1, -(g * (n.saved(0) / b) / b))  # b * b may overflow or vanish where this does not
    return 0


cdef int divide_number_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g / n.attributes.get[NumberAttributes]().number)
    return 0


cdef int number_divided_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = n.saved(0)
    to.give(0, -(g * (n.attributes.get[NumberAttributes]().number / a) / a))
    return 0


cdef Binary DIVIDE = define_binary(b"divide", divide_vjp, divide_number_vjp, number_divided_vjp, "b", "ab", "left")


def divide(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x / y, elementwise with broadcasting; float32 of two integers."""
    return call_binary(&DIVIDE, x, y)


cdef int floor_divide_vjp(Node n, object g, Backward to) except -1:
    zeros = zeros_of(<Tensor>g)
    to.give(0, zeros)
    to.give(1, zeros)
    return 0


cdef Binary FLOOR_DIVIDE = define_binary(b"floor_divide", floor_divide_vjp, zero_vjp, zero_vjp)


# Whether integers divided by zero are an error, as PyTorch has it, or defined.
cdef bint _zero_refused = False


def refuse_division_by_zero(bint whether: bool) -> None:
    """Says whether an integer divided by zero is an error."""
    global _zero_refused
    _zero_refused = whether


cdef inline bint _is_whole(object x) noexcept:
    return not is_floating((<Tensor>x).a.dtype()) if isinstance(x, Tensor) else PyLong_Check(x)


cdef const Binary* _divided(const Binary* f, object x, object y) except NULL:
    """The operation, where it divides by nothing that is refused."""
    if _zero_refused and _is_whole(x) and _is_whole(y):
        import numpy as np
        if not np.asarray(y).all():
            name = f.tensors.name.decode()
            raise IntegerDivisionError(f"{name}: an integer cannot be divided by zero (ZeroDivisionError)")
    return f


def floor_divide(x: TensorLike, y: TensorLike, /) -> Tensor:
    """floor(x / y), elementwise; 0 for an integer divided by 0, an error in programs that open the PyTorch door."""
    return call_binary(_divided(&FLOOR_DIVIDE, x, y), x, y)


cdef int remainder_vjp(Node n, object g, Backward to) except -1:
    # a - floor(a / b) * b
    to.give(0, g)
    if to.wants(1):
        to.give(1, g * -floor_divide(n.saved(0), n.saved(1)))
    return 0


cdef Binary REMAINDER = define_binary(b"remainder", remainder_vjp, pass_vjp, NULL, "", "ab")


def remainder(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x - floor_divide(x, y) * y, elementwise, with the sign of y; 0 for an integer divided by 0, see ``floor_divide``."""
    return call_binary(_divided(&REMAINDER, x, y), x, y)


# ---- powers ----------------------------------------------------------------------------------------------------------

cdef Tensor as_wide(Tensor x, Tensor g):
    """An operand in g's dtype: what is computed of it alone would have no more digits than its own."""
    return x if x.a.dtype() == g.a.dtype() else cast_to(x, g.a.dtype())


cdef int pow_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor a = as_wide(n.saved(0), <Tensor>g), b = as_wide(n.saved(1), <Tensor>g)
    if to.wants(0):
        # x ** 0 is constant: 0, also where 0 ** -1 would be infinite
        to.give(0, where(b == 0.0, 0.0, g * (b * pow(a, b - 1.0))))
    if to.wants(1):
        # 0 ** b is constant for positive b, and so is infinity ** b for negative b: 0, where 0 * log 0 would be NaN
        constant = logical_or(logical_and(a == 0.0, b >= 0.0), logical_and(a == INFINITY, b < 0.0))
        to.give(1, where(constant, 0.0, g * pow(a, b) * log(where(constant, 1.0, a))))
    return 0


cdef int pow_number_vjp(Node n, object g, Backward to) except -1:
    cdef double p = n.attributes.get[NumberAttributes]().number
    if p == 0.0:
        to.give(0, zeros_of(<Tensor>g))
    elif p == 1.0:
        to.give(0, <Tensor>g)
    elif p == 2.0:
        to.give(0, g * n.saved(0) * 2.0)
    elif p == -1.0:
        y = reciprocal(n.saved(0))
        to.give(0, -(g * y * y))
    else:
        to.give(0, g * (pow(n.saved(0), p - 1.0) * p))
    return 0


cdef int number_pow_vjp(Node n, object g, Backward to) except -1:
    cdef double base = n.attributes.get[NumberAttributes]().number
    cdef Tensor a = n.saved(0), slope
    if base == 1.0:
        to.give(0, zeros_of(<Tensor>g))
        return 0
    slope = g * pow(base, a) * (c_log(base) if base >= 0 else float("nan"))
    if base == 0.0:  # as where the base is a tensor
        slope = where(a >= 0.0, 0.0, slope)
    elif base == INFINITY:
        slope = where(a < 0.0, 0.0, slope)
    to.give(0, slope)
    return 0


cdef Binary POW = define_binary(b"pow", pow_vjp, pow_number_vjp, number_pow_vjp, "ab", "ab", "right left")


def pow(x: TensorLike, y: TensorLike, /) -> Tensor:
    """x to the power y, elementwise with broadcasting."""
    return call_binary(&POW, x, y)


cdef int refuse_repetition(object x, object y) except -1:
    """Python would now take the product of a tensor and a string, say, for its repetition, and ask for the tensor as an
    index. Only whole numbers are."""
    cdef Tensor t = <Tensor>x if isinstance(x, Tensor) else <Tensor>y
    if fg_is_repeated(y if t is x else x) and (t.a.ndim() or not is_integer(t.a.dtype())):
        raise TypeError(f"unsupported operand type(s) for *: {type(x).__name__!r} and {type(y).__name__!r}")
    return 0


# ---- operators -------------------------------------------------------------------------------------------------------

cdef object answered(const Binary* f, object x, object y):
    cdef object result = slot_binary(f, x, y)
    return foreign_operator(f.tensors.name.decode(), x, y) if result is NotImplemented else result


cdef object add_slot(object x, object y): return answered(&ADD, x, y)
cdef object subtract_slot(object x, object y): return answered(&SUBTRACT, x, y)
cdef object multiply_slot(object x, object y):
    cdef object result = answered(&MULTIPLY, x, y)
    if result is NotImplemented:
        refuse_repetition(x, y)
    return result
cdef object divide_slot(object x, object y): return answered(&DIVIDE, x, y)
cdef object floor_divide_slot(object x, object y): return answered(_divided(&FLOOR_DIVIDE, x, y), x, y)
cdef object remainder_slot(object x, object y): return answered(_divided(&REMAINDER, x, y), x, y)
cdef object pow_slot(object x, object y): return answered(&POW, x, y)
cdef object iadd_slot(object x, object y): return slot_inplace(&ADD, x, y)
cdef object isubtract_slot(object x, object y): return slot_inplace(&SUBTRACT, x, y)
cdef object imultiply_slot(object x, object y): return slot_inplace(&MULTIPLY, x, y)
cdef object idivide_slot(object x, object y): return slot_inplace(&DIVIDE, x, y)
cdef object ifloor_divide_slot(object x, object y): return slot_inplace(_divided(&FLOOR_DIVIDE, x, y), x, y)
cdef object iremainder_slot(object x, object y): return slot_inplace(_divided(&REMAINDER, x, y), x, y)
cdef object ipow_slot(object x, object y): return slot_inplace(&POW, x, y)
cdef object negative_slot(object x): return negative(x)
cdef object positive_slot(object x): return positive(x)


operator_slots.add = add_slot
operator_slots.subtract = subtract_slot
operator_slots.multiply = multiply_slot
operator_slots.divide = divide_slot
operator_slots.floor_divide = floor_divide_slot
operator_slots.remainder = remainder_slot
operator_slots.power = pow_slot
operator_slots.iadd = iadd_slot
operator_slots.isubtract = isubtract_slot
operator_slots.imultiply = imultiply_slot
operator_slots.idivide = idivide_slot
operator_slots.ifloor_divide = ifloor_divide_slot
operator_slots.iremainder = iremainder_slot
operator_slots.ipower = ipow_slot
operator_slots.negative = negative_slot
operator_slots.positive = positive_slot
