# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def pad(x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Tensor:
    """Elements added before and after along each axis (NumPy's pad).

    Parameters
    ----------
    x : Tensor
    pad_width : int, (before, after), or one such pair for each axis
    mode : {"constant", "edge", "reflect", "wrap"}
    constant_values : number
        What "constant" adds.
    """
