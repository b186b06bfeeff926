# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def adaptive_avg_pool2d(x: TensorLike, output_size: Sequence[int]) -> Tensor:
    """Means of windows chosen so that the output has this height and width.

    Output o of an axis averages inputs floor(o * in / out) to ceil((o + 1) * in / out), the last not included.
    """

def as_divisor(divisor_override: int | None, operation: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""

def avg_pool2d(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel, stride, padding : int or pair of int
    ceil_mode : bool
        Keep windows that reach over the lower or right edge.
    count_include_pad : bool
        Whether padding counts as elements (zeros).
    divisor_override : int, optional
        Divide sums by this.
    """

def max_pool2d(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1),
    ceil_mode: bool = False,
) -> Tensor:
    """The largest element of each window; padding never wins, NaN always.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel, stride, padding, dilation : int or pair of int
    ceil_mode : bool
        Keep windows that reach over the lower or right edge.
    """
