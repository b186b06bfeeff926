from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._typing import ShapeLike, TensorLike

def batch_norm(
    x: TensorLike,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
    activation: str | None = None,
) -> Tensor: ...
def batch_norm_relu_max_pool2d(
    x: TensorLike,
    kernel: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor: ...
def batch_norm_pools(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1),
    ceil_mode: bool = False,
) -> bool: ...
def layer_norm(
    x: TensorLike,
    normalized_shape: ShapeLike,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor: ...
