# distutils: language = c++
"""Sums of products in Einstein's notation. What subscripts stand for is in `_subscripts.py`."""
from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport DType, promote
from fastgrad.ops._common cimport as_tensor
from fastgrad.ops.cast cimport cast_to

from fastgrad.ops.view import own


def einsum(subscripts: str, *operands: TensorLike) -> Tensor:
    """Sums of products in Einstein's notation, as ``numpy.einsum``'s strings: ``"ij,jk->ik"``, ``"...i,i"``,
    ``"ii->i"``.

    Two operands at a time, from left to right, each pair as one matrix product where indices are summed.

    Raises
    ------
    ValueError
        If the subscripts do not fit the operands; the message quotes them.
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts must be a string, got {type(subscripts).__name__}")
    from fastgrad.ops._subscripts import contracted

    given = [as_tensor(x, b"einsum") for x in operands]
    return own(contracted(subscripts, _alike(given)), *given)


cdef list _alike(list given):
    """Tensors in the dtype of their product: the sums of one alone have its digits."""
    cdef Tensor x
    cdef DType dtype
    if len({x.dtype for x in given}) < 2:
        return list(given)
    x = given[0]
    dtype = x.a.dtype()
    for x in given[1:]:
        dtype = promote(dtype, x.a.dtype(), b"einsum")
    return [x if x.a.dtype() == dtype else cast_to(x, dtype) for x in given]
