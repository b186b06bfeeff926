from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, Rule, SECOND, Tensor, record1, record2, recording, recording2, save0, save1, tracing,
    wrap,
)
from fastgrad.ops._common cimport as_tensor, is_foreign, is_scalar
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport BinaryOp, UnaryOp


# ---- operations of one tensor ----------------------------------------------------------------------------------------

# What a rule finds saved: nothing, the input, or the output.
cdef enum Save:
    NOTHING, INPUT, OUTPUT


# One operation of one operand. Without a rule its results have no history. `primitive` is the first: nodes point to it,
# and find the rest of the operation there.
cdef struct Unary:
    Primitive primitive
    UnaryOp op
    Rule rule  # in plain operations
    Save save


cdef Unary define_unary(const char* name, Rule rule, Save save) except *


cdef inline Tensor unary(const Unary* f, object x):
    cdef Tensor t = as_tensor(x, f.primitive.name)
    cdef Tensor out = wrap(native.unary(f.op, t.a))
    cdef Node n
    if recording(t) if f.primitive.vjp != NULL else tracing():
        n = record1(out, &f.primitive, t)
        if f.save == INPUT:
            save0(n, t)
        elif f.save == OUTPUT:
            n.save_output(0, out)
    return out


cdef Tensor over_gradient(UnaryOp op, Tensor g, Tensor saved)
cdef int zero_vjp(Node n, object g, Backward to) except -1
cdef Tensor zeros_of(Tensor g)
cdef Tensor inplace_result(Tensor x, object f, const char* label)


# ---- operations of two -----------------------------------------------------------------------------------------------

# One operation of two operands: its kernel, and what it is to the graph: of two tensors, of a tensor and a Python
# number on its right, of a number on its left. An operand is kept only for a gradient that is computed from it: keep_a
# and keep_b say for which, FIRST and SECOND, keep_right and keep_left whether the tensor beside a number is.
cdef struct Binary:
    BinaryOp op
    Primitive tensors, right, left
    int keep_a, keep_b
    bint keep_right, keep_left
    bint takes_floats, compares

cdef struct NumberAttributes:
    double number


cdef Binary define_binary(const char* name, Rule vjp, Rule right, Rule left, str first=*, str second=*,
                          str number=*) except *
cdef Tensor full_number(object number, Tensor like, const char* op)
cdef object call_binary(const Binary* f, object x, object y)
cdef object call_inplace(const Binary* f, Tensor x, object y)
cdef object slot_inplace(const Binary* f, object x, object y)


# Inline: an operator's way from Tensor's slot to its kernel.

cdef inline Tensor binary_tensors(const Binary* f, Tensor a, Tensor b):
    cdef Tensor out = wrap(native.binary(f.op, a.a, b.a))
    cdef Node n
    cdef int wanted = recording2(a, b) if f.tensors.vjp != NULL else tracing()
    if wanted:
        n = record2(out, &f.tensors, a, b)
        if f.keep_a & wanted:
            save0(n, a)
        if f.keep_b & wanted:
            save1(n, b)
    return out


cdef inline object slot_binary(const Binary* f, object x, object y):
    """An operator: NotImplemented for operands that are none of ours."""
    if isinstance(x, Tensor) and isinstance(y, Tensor):
        return binary_tensors(f, <Tensor>x, <Tensor>y)
    cdef object other = y if isinstance(x, Tensor) else x
    if not is_scalar(other) and is_foreign(other):
        return NotImplemented
    return call_binary(f, x, y)
