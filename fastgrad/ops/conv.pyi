# Written by tools/stubs.py.
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
) -> Tensor:
    """Cross-correlation of images with filters; ``activation="relu"`` applies relu in the same pass.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    weight : Tensor, shape (K, C / groups, R, S)
    bias : Tensor, shape (K,), optional
    stride, padding, dilation : int or pair of int
        Vertical, horizontal.
    groups : int
    activation : {None, "relu"}

    Returns
    -------
    Tensor, shape (N, K, H', W')
        Its memory is channels last.

    Raises
    ------
    ValueError
        If shapes do not fit, or the filter is larger than the padded image.
    TypeError
        If dtypes differ or are not floating-point.
    """

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
) -> Tensor:
    """batch_norm(conv2d(...)) by running statistics, then the activation, in one pass; bit for bit what the three give.

    Nothing is recorded.

    Parameters
    ----------
    x, weight, bias, stride, padding, dilation, groups, activation
        As `conv2d` has them.
    norm : tuple
        running_mean, running_var, weight, bias, eps, as `batch_norm` has them: Tensors of shape (K,), and a float.

    Returns
    -------
    Tensor, shape (N, K, H', W')
        Its memory is channels last.

    Raises
    ------
    RuntimeError
        If an operand requires a gradient, and gradients are enabled.
    """
