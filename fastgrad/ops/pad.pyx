# distutils: language = c++
"""Padding: elements added around a tensor."""
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport dims_from, number, scalar_for
from fastgrad._tensor.cpp cimport Array, is_floating
from fastgrad.ops._native.copy cimport copy_into, fill
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops.view cimport basic_view

from fastgrad.errors import TensorValueError
from fastgrad.ops.index import take


cdef int pad_vjp(Node n, object g, Backward to) except -1:
    to.give(0, basic_view(<Tensor>g, n.context))
    return 0


cdef Primitive PAD = define(b"pad", pad_vjp)


def pad(x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Tensor:
    """Elements added before and after along each axis (NumPy's pad).

    Parameters
    ----------
    x : Tensor
        What is put into something larger.
    pad_width : int, (before, after), or one such pair for each axis
        How many elements come before and behind; an int counts for both, one pair for all axes.
    mode : {"constant", "edge", "reflect", "wrap"}
        What they are: a constant (the default), the element at the edge, those behind it mirrored, or those of
        the other end.
    constant_values : number
        What "constant" adds.
    """
    cdef Tensor t = as_tensor(x, b"pad")
    import numpy
    try:
        given = numpy.broadcast_to(numpy.asarray(pad_width), (t.ndim, 2)).tolist()
    except ValueError:
        raise TensorValueError(f"pad: pad_width {pad_width} does not fit {t.ndim} axes") from None
    if not all(isinstance(width, int) for pair in given for width in pair):
        raise TypeError(f"pad: pad_width must be ints, got {pad_width!r}")
    widths = [tuple(pair) for pair in given]
    if any(b < 0 or e < 0 for b, e in widths):
        raise TensorValueError(f"pad: negative widths in {pad_width}")
    if mode != "constant":
        if mode not in ("edge", "reflect", "wrap"):
            raise TensorValueError(f"pad: mode must be 'constant', 'edge', 'reflect' or 'wrap', got {mode!r}")
        for axis, (before, after) in enumerate(widths):
            if before or after:
                if t.shape[axis] == 0:
                    raise TensorValueError(f"pad: axis {axis} of shape {t.shape} has nothing to repeat")
                order = numpy.pad(numpy.arange(t.shape[axis]), (before, after), mode=mode)
                t = take(t, as_tensor(order, b"pad"), axis=axis)
        return t if t is not x else t.clone()
    constant_values = number(constant_values, "pad", "constant_values")
    return pad_constant(t, widths, constant_values)


cdef Tensor pad_constant(Tensor t, list widths, object value):
    """A number put before and after along each axis, as often as the pairs of widths say."""
    cdef Array a = Array.empty_with_layout(
        dims_from([b + s + e for s, (b, e) in zip(t.shape, widths)], b"pad"), t.a.dtype(), t.a.strides())
    cdef Tensor out
    cdef Node n
    fill(a, scalar_for(value, is_floating(t.a.dtype()), False, b"pad"))
    out = wrap(a)
    key = tuple([(b, b + s, 1) for s, (b, e) in zip(t.shape, widths)])
    if t.a.size():
        a = out.a
        for axis, (start, stop, _) in enumerate(key):
            a = a.slice(axis, start, stop, 1)
        copy_into(a, t.a)
    if recording(t):
        n = record1(out, &PAD, t)
        n.context = key
    return out
