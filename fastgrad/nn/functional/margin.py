"""Losses that ask for a distance between scores, or between vectors, of at least a margin, in plain operations."""

from __future__ import annotations

from collections.abc import Callable

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad._tensor.dtype import int64
from fastgrad.errors import TensorIndexError, TensorValueError, UnsupportedDtypeError
from fastgrad.nn.functional._losses import check_shape, operands, reduced
from fastgrad.nn.functional.activation import softplus
from fastgrad.nn.functional.distance import pairwise_distance
from fastgrad.nn.functional.loss import binary_cross_entropy_with_logits, reduction_name
from fastgrad.nn.functional.loss_class import class_weight
from fastgrad.ops._common import operand
from fastgrad.ops.choose import clip, minimum, where
from fastgrad.ops.compare import logical_and
from fastgrad.ops.creation import arange
from fastgrad.ops.index import one_hot, take_along_axis
from fastgrad.ops.math import relu, sqrt
from fastgrad.ops.reduce import cumulative_sum, sum


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
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
    how = reduction_name(reduction, size_average, reduce, "soft_margin_loss")
    x, y = operands(input, target, "soft_margin_loss")
    check_shape(x, y, "soft_margin_loss")
    return reduced(softplus(-(x * y)), how)


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
    how = reduction_name(reduction, size_average, reduce, "hinge_embedding_loss")
    m = real(margin, "hinge_embedding_loss", "margin")
    x, y = operands(input, target, "hinge_embedding_loss")
    apart = where(y != 1.0, clip(m - x, min=0.0), 0.0)
    return reduced(apart + where(y != -1.0, x, 0.0), how)


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
    how = reduction_name(reduction, size_average, reduce, "margin_ranking_loss")
    m = real(margin, "margin_ranking_loss", "margin")
    first, second = operands(input1, input2, "margin_ranking_loss", ("input1", "input2"))
    y = operands(first, target, "margin_ranking_loss", ("input1", "target"))[1]
    if first.ndim != second.ndim or first.ndim != y.ndim:
        raise TensorValueError(
            "margin_ranking_loss: input1, input2 and target must have equally many axes, got shapes "
            f"{first.shape}, {second.shape} and {y.shape}"
        )
    return reduced(clip(m - y * (first - second), min=0.0), how)


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
    how = reduction_name(reduction, size_average, reduce, "cosine_embedding_loss")
    m = real(margin, "cosine_embedding_loss", "margin")
    first, second = operands(input1, input2, "cosine_embedding_loss", ("input1", "input2"))
    y = operand(target, "cosine_embedding_loss")
    if first.shape != second.shape or first.ndim not in (1, 2) or y.shape != first.shape[:-1]:
        raise TensorValueError(
            "cosine_embedding_loss: input1 and input2 must be (N, D) beside a target (N,), or (D,) beside "
            f"(), got {first.shape}, {second.shape} and {y.shape}"
        )
    lengths = sqrt((sum(first * first, axis=-1) + 1e-12) * (sum(second * second, axis=-1) + 1e-12))
    cosine = sum(first * second, axis=-1) / lengths
    apart = where(y == -1, clip(cosine - m, min=0.0), 0.0)
    return reduced(where(y == 1, 1.0 - cosine, 0.0) + apart, how)


def _lines(input: Tensor, op: str) -> tuple[Tensor, bool]:
    """Scores as lines of classes, (N, C), and whether they were given so."""
    x = operand(input, op)
    if not x.is_floating_point():
        raise UnsupportedDtypeError(f"{op}: input must be floats, got {x.dtype}; convert with .astype(fg.float32)")
    if x.ndim > 2 or (x.ndim > 0 and x.shape[-1] == 0):
        raise TensorValueError(f"{op}: input must be (N, C) or (C,), of at least one class, got shape {x.shape}")
    return (x, True) if x.ndim == 2 else (x.reshape((1, -1)), False)


def _labels(target: Tensor, shape: tuple[int, ...], least: int, classes: int, op: str) -> Tensor:
    """The labels of that shape, from `least` on."""
    y = operand(target, op)
    if y.dtype.kind not in "iu":
        raise UnsupportedDtypeError(
            f"{op}: target must be integer class indices, got {y.dtype}; convert the target with .astype(fg.int64)"
        )
    if y.shape != shape and not (shape == () and y.shape == (1,)):
        raise TensorValueError(f"{op}: target must have shape {shape}, got {y.shape}")
    if y.size and (int(y.min()) < least or int(y.max()) >= classes):
        raise TensorIndexError(
            f"{op}: labels must lie between {least} and {classes - 1}, got {int(y.min())} to {int(y.max())}"
        )
    return y.astype(int64)


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
    how = reduction_name(reduction, size_average, reduce, "multi_margin_loss")
    m = real(margin, "multi_margin_loss", "margin")
    check_power(p, "multi_margin_loss")
    x, batched = _lines(input, "multi_margin_loss")
    classes = x.shape[1]
    labels = _labels(target, tuple(x.shape[:1]) if batched else (), 0, classes, "multi_margin_loss")
    y = labels.reshape((-1, 1))
    lack = relu(m - take_along_axis(x, y, axis=1) + x)
    if p == 2:
        lack = lack * lack
    w = class_weight(weight, "multi_margin_loss")
    if w is not None:
        if w.shape != (classes,) or w.dtype is not x.dtype:
            raise (ValueError if w.shape != (classes,) else TypeError)(
                f"multi_margin_loss: weight must have shape ({classes},) and the input's dtype {x.dtype}, got "
                f"{w.shape} and {w.dtype}"
            )
        lack = lack * w[y]
    losses = where(arange(classes) == y, 0.0, lack).sum(axis=1) / classes
    if losses.shape != labels.shape:  # of one line alone: else the result would be a view
        losses = losses.reshape(labels.shape)
    return reduced(losses, how)


def check_power(p: int, op: str) -> None:
    """Refuses powers that a margin's loss does not have."""
    if p != 1 and p != 2:
        raise TensorValueError(f"{op}: p must be 1 or 2, got {p}")


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
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
    how = reduction_name(reduction, size_average, reduce, "multilabel_margin_loss")
    x, batched = _lines(input, "multilabel_margin_loss")
    classes = x.shape[1]
    shape = tuple(operand(input, "multilabel_margin_loss").shape)
    y = _labels(target, shape, -1, classes, "multilabel_margin_loss").reshape(x.shape)
    counts = cumulative_sum((y == -1).astype(int64), axis=1) == 0
    longest = int(counts.sum(axis=1).max()) if y.size else 0
    labels, counts = where(counts, y, 0)[:, :longest], counts[:, :longest]
    is_label = (one_hot(labels, classes) * counts.astype(int64).unsqueeze(-1)).sum(axis=1) > 0
    lack = relu(1.0 - take_along_axis(x, labels, axis=1).unsqueeze(-1) + x.unsqueeze(1))
    pairs = logical_and(counts.unsqueeze(-1), (~is_label).unsqueeze(1))
    losses = where(pairs, lack, 0.0).sum(axis=(1, 2)) / classes
    return reduced(losses if batched else losses.reshape(()), how)


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
    how = reduction_name(reduction, size_average, reduce, "multilabel_soft_margin_loss")
    x, y = operands(input, target, "multilabel_soft_margin_loss")
    if x.ndim == 0:
        raise TensorValueError("multilabel_soft_margin_loss: input must have a class axis, got shape ()")
    check_shape(x, y, "multilabel_soft_margin_loss")
    losses = binary_cross_entropy_with_logits(x, y, weight, reduction="none")
    if losses.shape != x.shape:
        raise TensorValueError(
            f"multilabel_soft_margin_loss: weight must broadcast to the input's shape {x.shape}, got one that makes it "
            f"{losses.shape}"
        )
    return reduced(sum(losses, axis=-1) / x.shape[-1], how)


# ---- triplets --------------------------------------------------------------------------------------------------------


def _triplet(anchor: Tensor, positive: Tensor, negative: Tensor, op: str) -> tuple[Tensor, Tensor, Tensor]:
    a, p = operands(anchor, positive, op, ("anchor", "positive"))
    n = operands(a, negative, op, ("anchor", "negative"))[1]
    if a.ndim != p.ndim or a.ndim != n.ndim:
        raise TensorValueError(
            f"{op}: anchor, positive and negative must have equally many axes, got shapes "
            f"{a.shape}, {p.shape} and {n.shape}"
        )
    return a, p, n


def _lack(
    distance: Callable[[Tensor, Tensor], Tensor], a: Tensor, p: Tensor, n: Tensor, margin: float, swap: bool
) -> Tensor:
    to_negative = distance(a, n)
    if swap:
        to_negative = minimum(to_negative, distance(p, n))
    return clip(margin + distance(a, p) - to_negative, min=0.0)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
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
    how = reduction_name(reduction, size_average, reduce, "triplet_margin_loss")
    m = real(margin, "triplet_margin_loss", "margin")
    check_margin(m, "triplet_margin_loss")
    a, b, c = _triplet(anchor, positive, negative, "triplet_margin_loss")
    return reduced(_lack(lambda x, y: pairwise_distance(x, y, p, eps), a, b, c, m, swap), how)


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
    how = reduction_name(reduction, None, None, "triplet_margin_with_distance_loss")
    check_distance(distance_function, "triplet_margin_with_distance_loss")
    m = real(margin, "triplet_margin_with_distance_loss", "margin")
    check_margin(m, "triplet_margin_with_distance_loss")
    a, b, c = _triplet(anchor, positive, negative, "triplet_margin_with_distance_loss")
    return reduced(_lack(pairwise_distance if distance_function is None else distance_function, a, b, c, m, swap), how)


def check_distance(distance_function: object, op: str) -> None:
    """Refuses what cannot be called, but None, which is the default."""
    if distance_function is not None and not callable(distance_function):
        raise TypeError(f"{op}: distance_function must be a function of two tensors, got {distance_function!r}")


def check_margin(margin: float, op: str) -> None:
    """Refuses what is no margin between distances."""
    if not margin > 0.0:
        raise TensorValueError(f"{op}: margin must be positive, got {margin}")
