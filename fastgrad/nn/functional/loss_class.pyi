# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def class_weight(weight: TensorLike | None, op: str) -> Tensor | None:
    """The weights of the classes, through which no gradient flows where labels choose among them."""

def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross entropy between classes and logits: the negative log-probability that softmax gives each label.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Logits: unnormalised log-probabilities.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of `input`
        Class labels in [0, C), or probabilities of the classes.
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing. With probabilities it must be negative.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean of nothing is NaN.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    label_smoothing : float in [0, 1], default 0.0
        Mix the target with the uniform distribution by this share (Szegedy et al., https://arxiv.org/abs/1512.00567).

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `reduction` is unknown, `label_smoothing` is not in [0, 1], or `ignore_index` is not
        negative with probabilities.
    TypeError
        If the dtypes of input, probabilities and weight differ, or with labels the weight requires a gradient.
    IndexError
        If a label is out of range; nothing is computed.

    See Also
    --------
    fastgrad.nn.CrossEntropyLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, 4)
    >>> round(fg.nn.functional.cross_entropy(logits, fg.tensor([0, 3])).item(), 4)
    1.3863
    """

def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """Return the `cross_entropy` of what `linear` makes of the input: a network's last layer and its loss in one.

    Parameters
    ----------
    input : Tensor, shape (in_features,) or (N, in_features)
        The samples, or one.
    linear_weight : Tensor, shape (C, in_features) or (C, d1, ..., in_features)
        The linear layer's weights, a line for each of the C classes.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of the logits, (N, C, d1, ...)
        Class labels in [0, C), or probabilities of the classes.
    linear_bias : Tensor, shape of `linear_weight` without its last axis, optional
        What is added to the logits.
    weight, reduction, label_smoothing
        As `cross_entropy` has them.
    ignore_index : int, optional
        Labels equal to it contribute nothing; None: -100. Refused beside probabilities.
    options : object, optional
        PyTorch's options of how this is computed, in pieces of the batch. Accepted; results are the same.

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, or for what `cross_entropy` refuses.

    See Also
    --------
    fastgrad.nn.LinearCrossEntropyLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.linear_cross_entropy(fg.ones(2, 3), fg.zeros(4, 3), fg.tensor([0, 3])).item(), 4)
    1.3863
    """

def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood of classes.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Log-probabilities, as from `log_softmax`.
    target : integer Tensor, shape (), (N,) or (N, d1, ...)
        Class labels in [0, C).
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or that of `target` for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit or `reduction` is unknown.
    TypeError
        If the weight has another dtype than the input, or requires a gradient.
    IndexError
        If a label is out of range.

    See Also
    --------
    fastgrad.nn.NLLLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.nll_loss(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """
