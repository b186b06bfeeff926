# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def class_weight(weight: TensorLike | None, op: str) -> Tensor | None:
    """The weights of the classes, through which no gradient flows where labels choose among them."""

def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the cross entropy between probabilities: ``-(target * log(input) + (1 - target) * log(1 - input))``.

    Parameters
    ----------
    input : Tensor, any shape, values in [0, 1]
        The probabilities of class 1.
    target : Tensor, shape of `input`, values in [0, 1]
        The labels, or the probabilities of class 1 that are wanted.
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"
        Logarithms are clamped at -100, so that the loss is finite.

    Raises
    ------
    ValueError
        If the shapes differ, an element of `input` is outside [0, 1], or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """

def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross entropy between probabilities and the sigmoid of logits, without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
        The labels, or the probabilities of class 1 that are wanted.
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    pos_weight : Tensor, broadcastable to `input`, optional
        A factor for the positive part.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCEWithLogitsLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy_with_logits(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """

def check_beta(beta: float, op: str) -> None:
    """Refuses what is no place where a parabola ends."""

def check_delta(delta: float, op: str) -> None:
    """Refuses what is no distance, and 0."""

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

def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Return half the squared differences where they are at most `delta`, ``delta * (d - 0.5 * delta)`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    delta : float, default 1.0
        Where the parabola ends.
    weight : Tensor, shape of `input`, optional
        A factor for each element.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ, the reduction is unknown, or `delta` is not positive.

    References
    ----------
    Huber, "Robust Estimation of a Location Parameter", 1964

    See Also
    --------
    fastgrad.nn.HuberLoss, smooth_l1_loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.huber_loss(fg.tensor([0.5, 2.0]), fg.zeros(2), reduction="none").tolist()
    [0.125, 1.5]
    """

def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the absolute differences, their mean or their sum. The gradient at 0 is 0.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    weight : Tensor, shape of `input`, optional
        A factor for each element; "mean" divides by their sum.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.L1Loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.l1_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    1.5
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

def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the squared differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    weight : Tensor, shape of `input`, optional
        A factor for each element; "mean" divides by their sum.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.MSELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mse_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    2.5
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

def reduction_name(reduction: str, size_average: bool | None, reduce: bool | None, op: str) -> str:
    """Return the reduction that a loss is given, by its name or by PyTorch's older words; refuses what is none."""

def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return absolute differences, smoothed: ``0.5 * d**2 / beta`` where ``d < beta``, ``d - 0.5 * beta`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the model gives.
    target : Tensor, shape of `input`
        What it should give.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    beta : float, default 1.0
        Where the parabola ends; with 0 it is `l1_loss`.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ, the reduction is unknown, or `beta` is negative.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, https://arxiv.org/abs/1504.08083

    See Also
    --------
    fastgrad.nn.SmoothL1Loss, huber_loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.smooth_l1_loss(fg.tensor([0.5, 2.0]), fg.zeros(2), reduction="none").tolist()
    [0.125, 1.5]
    """
