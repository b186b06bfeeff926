from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def adaptive_avg_pool2d(x: TensorLike, output_size: Sequence[int]) -> Tensor: ...
def as_divisor(divisor_override: int | None, operation: str) -> int: ...
def avg_pool2d(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor: ...
def max_pool2d(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1),
    ceil_mode: bool = False,
) -> Tensor: ...
