# Written by tools/stubs.py.
from collections.abc import Callable

from fastgrad._tensor import Tensor

def check_margin(margin: float, op: str) -> None:
    """Refuses what is no margin between distances."""

def check_power(p: int, op: str) -> None:
    """Refuses powers that a margin's loss does not have."""

def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return ``1 - cos(input1, input2)`` where the target is 1, ``max(0, cos(input1, input2) - margin)`` where -1.

    Parameters
    ----------
    input1, input2 : Tensor, shape (N, D) or (D,)
        The pairs of vectors, or one pair.
    target : Tensor, shape (N,) or ()
        1 for vectors that belong together, -1 for those that do not.
    margin : float, default 0.0
        The cosine up to which pairs of label -1 cost nothing.
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
        If the shapes do not fit or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.CosineEmbeddingLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> x, y = fg.tensor([[1.0, 0.0], [1.0, 0.0]]), fg.tensor([[0.0, 2.0], [2.0, 0.0]])
    >>> fg.nn.functional.cosine_embedding_loss(x, y, fg.tensor([1, -1]), reduction="none").tolist()
    [1.0, 1.0]
    """

def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return distances where the target is 1, and what they lack of a margin where it is -1.

    Parameters
    ----------
    input : Tensor, any shape
        Distances of pairs.
    target : Tensor, broadcastable with `input`
        1 for pairs that belong together, -1 for those that do not.
    margin : float, default 1.0
        The distance from which on pairs of label -1 cost nothing.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or the common shape for "none"

    Raises
    ------
    ValueError
        If the shapes do not broadcast or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.HingeEmbeddingLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> distances, target = fg.tensor([0.5, 0.25, 3.0]), fg.tensor([1.0, -1.0, -1.0])
    >>> fg.nn.functional.hinge_embedding_loss(distances, target, reduction="none").tolist()
    [0.5, 0.75, 0.0]
    """

def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return ``max(0, margin - target * (input1 - input2))``: what one score lacks to be above the other.

    Parameters
    ----------
    input1, input2 : Tensor, any shape
        Scores.
    target : Tensor
        1 where the first is to be the higher one, -1 where the second is. The three have equally many axes, and
        broadcast.
    margin : float, default 0.0
        By how much the one that ranks higher must be larger to cost nothing.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or the common shape for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.MarginRankingLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.margin_ranking_loss(fg.ones(1), fg.tensor([3.0]), fg.ones(1), margin=0.5).item()
    2.5
    """

def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the hinge loss of several classes: the sum over the other ones of
    ``max(0, margin - input[label] + input[class])**p``, divided by their number.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
        Scores.
    target : integer Tensor, shape (N,) or ()
        Class labels in [0, C).
    p : {1, 2}, default 1
        The power that each class's part of the loss is raised to.
    margin : float, default 1.0
        By how much the target's score must be above another one for that to cost nothing.
    weight : Tensor, shape (C,), optional
        A factor for each class, by the label.
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
        If the shapes do not fit, `p` is neither 1 nor 2, or the reduction is unknown.
    TypeError
        If the weight has another dtype than the input, or requires a gradient.
    IndexError
        If a label is out of range.

    References
    ----------
    Crammer and Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines", 2001

    See Also
    --------
    fastgrad.nn.MultiMarginLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.multi_margin_loss(fg.tensor([[0.5, 0.25, 2.0, 0.0]]), fg.tensor([2])).item()
    0.0
    """

def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """Return the hinge loss of several labels: the sum over each label and each class that is none of
    ``max(0, 1 - input[label] + input[class])``, divided by the number of classes.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
        Scores.
    target : integer Tensor, shape of `input`
        In each line the labels, in [0, C), up to the first -1.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or (N,) or () for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.
    IndexError
        If a label is neither a class nor -1.

    See Also
    --------
    fastgrad.nn.MultiLabelMarginLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> scores, labels = fg.tensor([[0.0, 0.0, 2.0, 2.0]]), fg.tensor([[3, 2, -1, 0]])
    >>> fg.nn.functional.multilabel_margin_loss(scores, labels).item()
    0.0
    """

def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return `binary_cross_entropy_with_logits`, its mean over the last axis.

    Parameters
    ----------
    input : Tensor, shape (..., C)
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
        For each class whether the sample is of it.
    weight : Tensor, broadcastable to `input`, optional
        A factor for each class.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or (...,) for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.MultiLabelSoftMarginLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.multilabel_soft_margin_loss(fg.zeros(2, 3), fg.ones(2, 3)).item(), 4)
    0.6931
    """

def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Tensor:
    """Return the logistic loss of two classes, ``log(1 + exp(-target * input))``, without overflow.

    Parameters
    ----------
    input : Tensor, any shape
        The scores: positive ones speak for label 1.
    target : Tensor, shape of `input`, values 1 and -1
        The label of each element.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.SoftMarginLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.soft_margin_loss(fg.zeros(2), fg.tensor([1.0, -1.0])).item(), 4)
    0.6931
    """

def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-06,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return ``max(0, margin + d(anchor, positive) - d(anchor, negative))``, d being the `pairwise_distance`.

    Parameters
    ----------
    anchor, positive, negative : Tensor, shape (..., D)
        Of equally many axes; they broadcast.
    margin : float, default 1.0
        By how much the negative must be further from the anchor than the positive to cost nothing.
    p, eps : float
        As `pairwise_distance` has them.
    swap : bool, default False
        Whether to take the negative's distance from the positive where that is nearer (Balntas et al., "Learning
        shallow convolutional feature descriptors with triplet losses", 2016).
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or (...,) for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `margin` is not positive, or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.TripletMarginLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.zeros(1, 2)
    >>> round(fg.nn.functional.triplet_margin_loss(x, x, x + 3.0, margin=5.0).item(), 3)
    0.757
    """

def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return ``max(0, margin + d(anchor, positive) - d(anchor, negative))`` of any distance.

    Parameters
    ----------
    anchor, positive, negative : Tensor, of equally many axes
        A sample, one of its kind, and one of another; `distance_function` is given pairs of them.
    distance_function : callable, optional
        Of two of them, their distances; `pairwise_distance` by default.
    margin : float, default 1.0
        By how much the negative must be further from the anchor than the positive to cost nothing.
    swap : bool, default False
        Whether to take the negative's distance from the positive where that is nearer.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.

    Returns
    -------
    Tensor, shape (), or that of the distances for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `margin` is not positive, or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.TripletMarginWithDistanceLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.zeros(1, 2)
    >>> distance = lambda a, b: fg.abs(a - b).sum(axis=-1)
    >>> fg.nn.functional.triplet_margin_with_distance_loss(x, x, x + 1.0, distance_function=distance, margin=5.0).item()
    3.0
    """
