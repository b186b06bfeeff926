# Written by tools/stubs.py.
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
) -> Tensor:
    """Normalises each channel over the batch (Ioffe and Szegedy, arXiv:1502.03167); ``activation="relu"`` applies relu
    in the same pass, to the same bits.

    Parameters
    ----------
    x : Tensor, shape (N, C, ...)
    weight, bias : Tensor, shape (C,), optional
    running_mean, running_var : Tensor, shape (C,), optional
        In training moved towards the batch's mean and unbiased variance, in place; used in their stead otherwise.
    training : bool
    momentum : float
        The weight of the batch in the running statistics.
    eps : float
        Added to the variance.
    activation : {None, "relu"}
    """

def batch_norm_pools(
    x: TensorLike,
    kernel: int | Sequence[int],
    stride: int | Sequence[int],
    padding: int | Sequence[int] = (0, 0),
    dilation: int | Sequence[int] = (1, 1),
    ceil_mode: bool = False,
) -> bool:
    """Whether `batch_norm_relu_max_pool2d` does what `max_pool2d` would do with these arguments: windows side by side,
    none over an edge, of 2 to 255 elements, of float images.
    """

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
) -> Tensor:
    """``max_pool2d(batch_norm(..., activation="relu"), kernel, kernel)``, to the same bits, without the result between.

    Parameters
    ----------
    x : Tensor, shape (N, C, H, W)
    kernel : int or pair of int
        Such that `batch_norm_pools` says so of it.

    The others are `batch_norm`'s.

    Raises
    ------
    ValueError
        If the windows are not such.
    """

def layer_norm(
    x: TensorLike,
    normalized_shape: ShapeLike,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:
    """Normalises over the last axes (Ba, Kiros and Hinton, arXiv:1607.06450).

    Parameters
    ----------
    x : Tensor, shape (..., *normalized_shape)
    normalized_shape : tuple of int
    weight, bias : Tensor, shape normalized_shape, optional
    eps : float
        Added to the variance.
    """
