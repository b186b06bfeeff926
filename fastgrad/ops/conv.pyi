from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def conv2d(
    x: TensorLike,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = (1, 1),
    padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1),
    groups: int = 1,
    activation: str | None = None,
) -> Tensor: ...
def conv2d_normalized(
    x: TensorLike,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    groups: int,
    norm: tuple[Tensor, Tensor, Tensor | None, Tensor | None, float],
    activation: str | None = None,
) -> Tensor: ...
