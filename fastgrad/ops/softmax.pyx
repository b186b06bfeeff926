# distutils: language = c++
"""softmax and its logarithm. Backward is one fused kernel; recorded, it is the same formula in plain operations."""
from fastgrad._convert cimport axis_of
from fastgrad._tensor cimport Backward, Node, Tensor, record1, recording, wrap
from fastgrad.ops cimport _native
from fastgrad.ops._common cimport refuse, as_tensor

from fastgrad.ops.math import exp


cdef int softmax_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, y * (g - (g * y).sum(axis=n.i0, keepdims=True)))
    else:
        to.give(0, wrap(_native.softmax_backward((<Tensor>g).a, y.a, n.i0)))
    return 0


cdef int log_softmax_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor y = n.saved(0)
    if to.create_graph:
        to.give(0, g - exp(y) * g.sum(axis=n.i0, keepdims=True))
    else:
        to.give(0, wrap(_native.log_softmax_backward((<Tensor>g).a, y.a, n.i0)))
    return 0


def softmax(x: TensorLike, axis: int = -1, **unknown) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, without overflow."""
    if unknown:
        refuse(unknown, "softmax")
    cdef Tensor t = as_tensor(x, b"softmax")
    cdef int at = axis_of(axis, t.a.ndim(), b"softmax")
    cdef Tensor out = wrap(_native.softmax(t.a, at))
    cdef Node n
    if recording(t):
        n = record1(out, softmax_vjp, b"softmax", t)
        n.save_output(0, out)
        n.i0 = at
    return out


def log_softmax(x: TensorLike, axis: int = -1, **unknown) -> Tensor:
    """log(softmax(x)) along an axis, without overflow or cancellation."""
    if unknown:
        refuse(unknown, "log_softmax")
    cdef Tensor t = as_tensor(x, b"log_softmax")
    cdef int at = axis_of(axis, t.a.ndim(), b"log_softmax")
    cdef Tensor out = wrap(_native.log_softmax(t.a, at))
    cdef Node n
    if recording(t):
        n = record1(out, log_softmax_vjp, b"log_softmax", t)
        n.save_output(0, out)
        n.i0 = at
    return out
