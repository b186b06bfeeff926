# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

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
