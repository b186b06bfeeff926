# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

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
