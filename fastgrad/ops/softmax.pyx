# distutils: language = c++
"""softmax and its logarithm. Backward is one fused kernel; recorded, it is the same formula in plain operations."""
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport axis_of
from fastgrad._tensor.cpp cimport DType, is_narrow_float
cimport fastgrad.ops._native.softmax as native
from fastgrad.ops._common cimport as_tensor, in_our_words
from fastgrad.ops.cast cimport cast_to

from fastgrad.ops._common import one_vocabulary
from fastgrad.ops.math import exp


cdef struct SoftmaxAttributes:
    int axis


cdef int softmax_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    cdef int axis = n.attributes.get[SoftmaxAttributes]().axis
    if to.create_graph:
        to.give(0, y * (g - (g * y).sum(axis=axis, keepdims=True)))
    else:
        to.give(0, wrap(native.softmax_backward((<Tensor>g).a, y.a, axis)))
    return 0


cdef int log_softmax_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    cdef int axis = n.attributes.get[SoftmaxAttributes]().axis
    if to.create_graph:
        to.give(0, g - exp(y) * g.sum(axis=axis, keepdims=True))
    else:
        to.give(0, wrap(native.log_softmax_backward((<Tensor>g).a, y.a, axis)))
    return 0


cdef Primitive SOFTMAX = define(b"softmax", softmax_vjp)
cdef Primitive LOG_SOFTMAX = define(b"log_softmax", log_softmax_vjp)


cdef Tensor softmax_along(Tensor x, object axis):
    cdef int at = axis_of(axis, x.a.ndim(), b"softmax")
    if is_narrow_float(x.a.dtype()):  # in float32, the rule as well
        return cast_to(softmax_along(cast_to(x, DType.F32), at), x.a.dtype())
    cdef Tensor out = wrap(native.softmax(x.a, at))
    cdef Node n
    if recording(x):
        n = record1(out, &SOFTMAX, x)
        n.save_output(0, out)
        n.attributes.set[SoftmaxAttributes]().axis = at
    return out


cdef Tensor log_softmax_along(Tensor x, object axis):
    cdef int at = axis_of(axis, x.a.ndim(), b"log_softmax")
    if is_narrow_float(x.a.dtype()):  # in float32, the rule as well
        return cast_to(log_softmax_along(cast_to(x, DType.F32), at), x.a.dtype())
    cdef Tensor out = wrap(native.log_softmax(x.a, at))
    cdef Node n
    if recording(x):
        n = record1(out, &LOG_SOFTMAX, x)
        n.save_output(0, out)
        n.attributes.set[SoftmaxAttributes]().axis = at
    return out


@one_vocabulary
def softmax(x: TensorLike, axis: int = -1, **torchs) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, without overflow."""
    if torchs:
        axis = in_our_words(torchs, "softmax", axis, -1)[0]
    return softmax_along(as_tensor(x, b"softmax"), axis)


@one_vocabulary
def log_softmax(x: TensorLike, axis: int = -1, **torchs) -> Tensor:
    """log(softmax(x)) along an axis, without overflow or cancellation."""
    if torchs:
        axis = in_our_words(torchs, "log_softmax", axis, -1)[0]
    return log_softmax_along(as_tensor(x, b"log_softmax"), axis)
