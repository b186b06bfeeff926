# distutils: language = c++
"""What all elementwise operations share: the way from a call, of one operand or two, tensors or numbers, to the kernel
and the recorded rule, and the same in place. The operations: ``arithmetic``, ``math``, ``compare``, ``choose``,
``activation``.

A rule is given the recorded node and the gradient g of its output, and gives each input its gradient, in the output's
shape: the engine sums it back to the input's shape and dtype. Edges (ties, zeros) are as SEMANTICS lists them.
"""
from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, Rule, SECOND, Tensor, define, record1, recording, tracing, wrap,
)
from fastgrad._tensor.convert cimport number_array, scalar_for
from fastgrad._tensor.cpp cimport Array, Kind, is_floating, kind, promote_weak
from fastgrad.ops._common cimport as_operand, as_tensor, as_value, is_foreign, is_scalar, is_unseen, is_weak
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.copy cimport Scalar
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops._write cimport check_writable, overwrite, past

from fastgrad.errors import TensorTypeError, TensorValueError


# ---- operations of one tensor ----------------------------------------------------------------------------------------

cdef Unary define_unary(const char* name, Rule rule, Save save) except *:
    """The operation of this name in src/kernels/elementwise/operations.h. Its rule, NULL where it has none, is written
    in plain operations, of what it has saved; where there is a kernel of the gradient, that does it unless it is
    recorded."""
    cdef Unary f
    cdef Rule vjp = rule
    f.op = native.unary_named(name)
    if native.has_gradient(f.op):
        vjp = kernel_vjp
    f.primitive = define(name, vjp)
    f.rule = rule
    f.save = save
    return f


cdef int kernel_vjp(Node n, object g, Backward to) except -1:
    cdef const Unary* f = <const Unary*>n.primitive
    if to.create_graph or tracing():
        return f.rule(n, g, to)
    to.give(0, over_gradient(f.op, <Tensor>g, n.saved(0)))
    return 0


cdef Tensor over_gradient(UnaryOp op, Tensor g, Tensor saved):
    """What op passes on of g, for a rule that needs g no more: in g's memory where nobody else sees that."""
    if is_unseen(g):
        native.unary_gradient_into(g.a, op, saved.a)
        return g
    return wrap(native.unary_gradient(op, g.a, saved.a))


cdef Tensor zeros_of(Tensor g):
    return wrap(Array.zeros(g.a.shape(), g.a.dtype()))


cdef int zero_vjp(Node n, object g, Backward to) except -1:
    to.give(0, zeros_of(<Tensor>g))  # not g * 0: that is NaN where g is infinite
    return 0


# ---- operations of two -----------------------------------------------------------------------------------------------

cdef Binary define_binary(const char* name, Rule vjp, Rule right, Rule left, str first="", str second="",
                          str number="") except *:
    """The operation of this name in src/kernels/elementwise/operations.h. Which operands, "a" and "b", the gradients of
    the first and of the second are computed from; and beside a number, on its "right" or its "left", whether the
    tensor's is computed from the tensor."""
    cdef Binary f
    f.op = native.binary_named(name)
    f.takes_floats = native.takes_floats(f.op)
    f.compares = native.compares(f.op)
    f.tensors = define(name, vjp)
    f.right = define(name, right)
    f.left = define(name, left)
    f.keep_a = FIRST * ("a" in first) | SECOND * ("a" in second)
    f.keep_b = FIRST * ("b" in first) | SECOND * ("b" in second)
    f.keep_right = "right" in number
    f.keep_left = "left" in number
    return f


cdef Tensor binary_with_number(const Binary* f, Tensor a, object number, bint number_left):
    cdef Scalar s = scalar_for(number, f.takes_floats or is_floating(a.a.dtype()), f.compares, f.tensors.name)
    cdef Tensor out = wrap(native.binary_scalar(f.op, a.a, s, number_left))
    cdef const Primitive* p = &f.left if number_left else &f.right
    cdef Node n
    cdef int wanted = 0
    if p.vjp != NULL:
        wanted = recording(a)
    elif f.tensors.vjp == NULL:
        wanted = tracing()
    if wanted:
        n = record1(out, p, a)
        n.attributes.set[NumberAttributes]().number = number
        if f.keep_left if number_left else f.keep_right:
            n.save(0, a)
    elif p.vjp == NULL and f.tensors.vjp != NULL and recording(a):
        # No rule of its own: as if the number were a tensor.
        other = full_number(number, a, f.tensors.name)
        return binary_tensors(f, other, a) if number_left else binary_tensors(f, a, other)
    return out


cdef Tensor full_number(object number, Tensor like, const char* op):
    """A Python number as a 0-dimensional tensor of the dtype it takes beside `like`."""
    cdef Kind k = Kind.Bool if isinstance(number, bool) else Kind.Signed if isinstance(number, int) else Kind.Float
    return wrap(number_array(number, promote_weak(like.a.dtype(), k, op), op))


cdef object call_binary(const Binary* f, object x, object y):
    if isinstance(x, Tensor):
        if isinstance(y, Tensor):
            return binary_tensors(f, <Tensor>x, <Tensor>y)
        if is_weak(y, (<Tensor>x).a.dtype()):
            return binary_with_number(f, <Tensor>x, y, False)
        return binary_tensors(f, <Tensor>x, as_operand(y, f.tensors.name, (<Tensor>x).a.dtype()))
    if isinstance(y, Tensor):
        if is_weak(x, (<Tensor>y).a.dtype()):
            return binary_with_number(f, <Tensor>y, x, True)
        return binary_tensors(f, as_operand(x, f.tensors.name, (<Tensor>y).a.dtype()), <Tensor>y)
    if is_scalar(y) and not is_scalar(x):
        return binary_with_number(f, as_tensor(x, f.tensors.name), y, False)
    cdef Tensor right = as_tensor(y, f.tensors.name)
    if is_scalar(x) and not is_scalar(y):
        return binary_with_number(f, right, x, True)
    return binary_tensors(f, as_operand(x, f.tensors.name, right.a.dtype()), right)


# ---- in place --------------------------------------------------------------------------------------------------------

cdef object call_inplace(const Binary* f, Tensor x, object y):
    """x op= y. Recorded, it is the operation on x as it was, written back."""
    cdef Tensor other = None, result
    if not is_scalar(y):
        y = other = as_value(y, f.tensors.name, x.a.dtype())
    if recording(x) or other is not None and recording(other):
        check_writable(x, f.tensors.name)
        result = call_binary(f, past(x), y)
        _check_result(f, x, result)
        overwrite(x, result, f.tensors.name, True)
        return x
    check_writable(x, f.tensors.name)
    if other is None:
        native.binary_scalar_into(
            x.a, f.op, x.a, scalar_for(y, f.takes_floats or is_floating(x.a.dtype()), False, f.tensors.name),
            False)
    else:
        native.binary_into(x.a, f.op, x.a, other.a)
    return x


cdef int _check_result(const Binary* f, Tensor x, Tensor result) except -1:
    if not (result.a.shape() == x.a.shape()):
        raise TensorValueError(
            f"{f.tensors.name.decode()}: a result of shape {result.shape} cannot be written to a tensor of shape "
            f"{x.shape}"
        )
    if kind(result.a.dtype()) > kind(x.a.dtype()):
        raise TensorTypeError(
            f"{f.tensors.name.decode()}: a result of {result.dtype} cannot be written in place to {x.dtype}"
        )
    return 0


cdef object slot_inplace(const Binary* f, object x, object y):
    if not is_scalar(y) and is_foreign(y) and not (isinstance(y, complex) or hasattr(y, "__array__")):
        return NotImplemented
    return call_inplace(f, <Tensor>x, y)


cdef Tensor inplace_result(Tensor x, object f, const char* label):
    """Writes f(x) to x."""
    if recording(x):
        check_writable(x, label)
        overwrite(x, f(past(x)), label, True)
        return x
    check_writable(x, label)
    overwrite(x, f(x), label)
    return x
