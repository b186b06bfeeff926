from libc.stdint cimport int64_t

from fastgrad._tensor cimport Node, Primitive, Rule, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport flag
from fastgrad._tensor.cpp cimport DType, Dims, is_narrow_float
cimport fastgrad.ops._native.reduce as native
from fastgrad.ops._common cimport as_tensor, in_our_words
from fastgrad.ops._native.reduce cimport ReduceOp
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport INPUT, NOTHING, OUTPUT


# A reduction: its kernel, its rule (or none), and what the rule finds saved: NOTHING, or INPUT (as 0), OUTPUT (as 1),
# both.
cdef struct Reduction:
    Primitive primitive
    ReduceOp op
    int save


# What every rule finds.
cdef struct ReduceAttributes:
    Dims shape           # the input's
    int axes             # one bit for each that is reduced
    bint keepdims
    double correction    # of var and std


cdef inline Reduction define_reduction(const char* name, Rule vjp, int save) except *:
    cdef Reduction r
    r.primitive = define(name, vjp)
    r.op = native.reduction_named(name)
    r.save = save
    return r


cdef inline int record_reduction(
    Tensor out, const Reduction* r, Tensor x, const Dims& axes, bint keepdims, double correction
) except -1:
    cdef Node n = record1(out, &r.primitive, x)
    cdef ReduceAttributes* at = n.attributes.set[ReduceAttributes]()
    cdef int i
    at.shape = x.a.shape()
    at.axes = 0
    for i in range(axes.size()):
        at.axes |= 1 << <int>axes[i]
    at.keepdims = keepdims
    at.correction = correction
    if r.save & INPUT:
        n.save(0, x)
    if r.save & OUTPUT:
        n.save_output(1, out)
    return 0


cdef inline Tensor reduced(const Reduction* r, Tensor x, const Dims& axes, bint keepdims, double correction):
    cdef Tensor out
    if r.primitive.vjp != NULL and is_narrow_float(x.a.dtype()):
        return reduced_wide(r, x, axes, keepdims, correction)
    out = wrap(native.reduce_corrected(r.op, x.a, axes, keepdims, correction))
    if r.primitive.vjp != NULL and recording(x):
        record_reduction(out, r, x, axes, keepdims, correction)
    return out


cdef inline bint keeps_axes(object keepdims, const char* op) except -1:
    """Whether a reduction keeps its axes, with length 1."""
    return keepdims is True or keepdims is not False and flag(keepdims, op.decode(), "keepdims")


cdef inline Tensor reduction(const Reduction* r, object x, object axis, object keepdims, dict torchs):
    """A call of the function that a reduction is to its users."""
    cdef const char* name = r.primitive.name
    if torchs:
        axis, keepdims = in_our_words(torchs, name.decode(), axis, None, keepdims)
    cdef Tensor t = as_tensor(x, name)
    return reduced(r, t, axes_of(axis, t.a.ndim(), name), keeps_axes(keepdims, name), 0.0)


cdef Tensor reduced_wide(const Reduction* r, Tensor x, const Dims& axes, bint keepdims, double correction)
cdef int64_t reduced_count(Node n)
cdef Tensor restored(Tensor g, Node n)
cdef Tensor sum_to_shape(Tensor x, const Dims& shape)
cdef Tensor sum_over(Tensor x, const Dims& axes, bint keepdims)
cdef Dims axes_of(object axis, int ndim, const char* op) except *
cdef Tensor max_over(Tensor t, object axis, bint keepdims)
cdef Tensor min_over(Tensor t, object axis, bint keepdims)
cdef Tensor std_over(Tensor t, object axis, object correction, bint keepdims)
cdef Tensor var_over(Tensor t, object axis, object correction, bint keepdims)
cdef object centred_along(Tensor x, object axes)
cdef Tensor scale_along(Tensor x, object axes, double least=*)
