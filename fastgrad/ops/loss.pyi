from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def binary_cross_entropy(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor: ...
def binary_cross_entropy_with_logits(
    x: TensorLike,
    target: TensorLike,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor: ...
def cross_entropy(
    x: TensorLike,
    target: TensorLike,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor: ...
def l1_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor: ...
def mse_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor: ...
def nll_loss(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor: ...
