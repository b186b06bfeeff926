from fastgrad._tensor cimport Node, Primitive, Tensor, record1
from fastgrad._tensor.cpp cimport Dims


cdef struct ReduceAttributes:
    Dims axes
    bint keepdims
    double divisor   # of var and std: the number of elements less the correction


cdef inline Node recorded(
    Tensor out, const Primitive* p, Tensor x, const Dims& axes, bint keepdims, double divisor=1.0
):
    cdef Node n = record1(out, p, x)
    cdef ReduceAttributes* at = n.attributes.set[ReduceAttributes]()
    at.axes = axes
    at.keepdims = keepdims
    at.divisor = divisor
    return n


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
