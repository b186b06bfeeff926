# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def einsum(subscripts: str, *operands: TensorLike) -> Tensor:
    """Sums of products in Einstein's notation, as ``numpy.einsum``'s strings: ``"ij,jk->ik"``, ``"...i,i"``,
    ``"ii->i"``.

    Two operands at a time, from left to right, each pair as one matrix product where indices are summed.

    Raises
    ------
    ValueError
        If the subscripts do not fit the operands; the message quotes them.
    """
