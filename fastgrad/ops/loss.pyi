# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def binary_cross_entropy(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """-(target * log(x) + (1 - target) * log(1 - x)), with logarithms not below -100.

    Parameters
    ----------
    x : Tensor
        Probabilities.
    target : Tensor, the shape of x
    weight : Tensor, optional
        Of each element; broadcast.

    Raises
    ------
    ValueError
        If an element of x is outside [0, 1].
    """

def binary_cross_entropy_with_logits(
    x: TensorLike,
    target: TensorLike,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """``binary_cross_entropy`` of sigmoid(x), without overflow or cancellation.

    Parameters
    ----------
    x : Tensor
        Scores, before sigmoid.
    target : Tensor, the shape of x
    weight : Tensor, optional
        Of each element; broadcast.
    pos_weight : Tensor, optional
        Of the positive part of each element; broadcast.
    """

def cross_entropy(
    x: TensorLike,
    target: TensorLike,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy of scores and class labels: the negative log-probability that softmax gives each label.

    Parameters
    ----------
    x : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Scores, before softmax.
    target : integer Tensor, the shape of x without C
    weight : Tensor, shape (C,), optional
        Of each class.
    ignore_index : int
        A label that counts for nothing.
    reduction : {"mean", "sum", "none"}
        The mean is over the weights of the labels that count.
    label_smoothing : float
        The part of each label that is spread over all classes (Szegedy et al., arXiv:1512.00567).

    Raises
    ------
    IndexError
        If a label is no class; nothing is computed.
    """

def l1_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Absolute differences: their mean, their sum, or each. The gradient at 0 is 0."""

def mse_loss(x: TensorLike, target: TensorLike, reduction: str = "mean") -> Tensor:
    """Squared differences: their mean, their sum, or each."""

def nll_loss(
    x: TensorLike, target: TensorLike, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """The negative log-probability of class labels.

    Parameters
    ----------
    x : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Log-probabilities.
    target, weight, ignore_index, reduction
        As for ``cross_entropy``.
    """
