"""Losses: the functions, and the layers that apply them.

Unlike in PyTorch the long deprecated ``size_average`` and ``reduce`` do not exist, so what follows them there is
keyword only here.
"""

from __future__ import annotations

import fastgrad as fg
from fastgrad import ops
from fastgrad._tensor import Tensor
from fastgrad.nn._common import as_tensor, check_reduction, probability
from fastgrad.nn.module import Module


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the squared differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mse_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    2.5
    """
    check_reduction(reduction, "mse_loss")
    return ops.mse_loss(input, target, reduction)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the absolute differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.l1_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    1.5
    """
    check_reduction(reduction, "l1_loss")
    return ops.l1_loss(input, target, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross entropy between classes and logits.

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
    label_smoothing : float in [0, 1], default 0.0
        Mix the target with the uniform distribution by this share.

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
        If a label is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, 4)
    >>> round(fg.nn.functional.cross_entropy(logits, fg.tensor([0, 3])).item(), 4)
    1.3863
    """
    check_reduction(reduction, "cross_entropy")
    label_smoothing = probability(label_smoothing, "cross_entropy", "label_smoothing")
    if not isinstance(target, Tensor):
        target = fg.asarray(target)
    if not isinstance(input, Tensor):
        input = fg.asarray(input)
    if target.is_floating_point():
        if ignore_index >= 0:
            raise ValueError(
                f"cross_entropy: ignore_index is for class labels, got {ignore_index} with probabilities as target; "
                "give the lines to ignore a target of zeros"
            )
        return _soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    return ops.cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)


def _soft_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross entropy where the target gives each class a probability."""
    if input.shape != target.shape:
        raise ValueError(
            f"cross_entropy: probabilities must have the logits' shape {input.shape}, got {target.shape} "
            "(class labels are integers)"
        )
    _check_dtype(input, target, "target")
    axis = 0 if input.ndim == 1 else 1
    classes = input.shape[axis]
    if label_smoothing > 0.0:
        target = target * (1.0 - label_smoothing) + label_smoothing / classes
    if weight is not None:
        weight = as_tensor(weight, "cross_entropy")
        if weight.shape != (classes,):
            raise ValueError(f"cross_entropy: weight must have shape ({classes},), got {weight.shape}")
        _check_dtype(input, weight, "weight")
        target = target * weight.reshape((classes,) + (1,) * (input.ndim - axis - 1))
    losses = -(target * ops.log_softmax(input, axis)).sum(axis=axis)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


def _check_dtype(input: Tensor, other: Tensor, name: str) -> None:
    if other.dtype == input.dtype:
        return
    wide = "input" if input.dtype == fg.float64 and other.dtype == fg.float32 else name
    raise TypeError(
        f"cross_entropy: input is {input.dtype} but {name} is {other.dtype}; convert the {wide} with "
        f".astype(fg.{input.dtype if wide == name else other.dtype})"
    )


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
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

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.nll_loss(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """
    check_reduction(reduction, "nll_loss")
    return ops.nll_loss(input, target, weight, ignore_index, reduction)


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Return the cross entropy between probabilities.

    Parameters
    ----------
    input : Tensor, any shape, values in [0, 1]
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"
        Logarithms are clamped at -100, so that the loss is finite.

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """
    check_reduction(reduction, "binary_cross_entropy")
    return ops.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross entropy between probabilities and the sigmoid of logits, computed without overflow.

    Parameters
    ----------
    input : Tensor, any shape
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
    pos_weight : Tensor, broadcastable to `input`, optional
        A factor for the positive part.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy_with_logits(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """
    check_reduction(reduction, "binary_cross_entropy_with_logits")
    return ops.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weight)


class _Loss(Module):
    def __init__(self, reduction: str) -> None:
        super().__init__()
        check_reduction(reduction, type(self).__name__)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    weight: Tensor | None

    def __init__(self, weight: Tensor | None, reduction: str) -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    """Absolute differences, `functional.l1_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default "mean"

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.L1Loss()(fg.tensor([1.0, 2.0]), fg.zeros(2)).item()
    1.5
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """Squared differences, `functional.mse_loss`.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}, default "mean"

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MSELoss()(fg.tensor([1.0, 2.0]), fg.zeros(2)).item()
    2.5
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return mse_loss(input, target, reduction=self.reduction)


class CrossEntropyLoss(_WeightedLoss):
    """Cross entropy between classes and logits, `functional.cross_entropy`.

    Parameters
    ----------
    weight : Tensor, shape (C,), optional
        A factor for each class.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"
    label_smoothing : float in [0, 1], default 0.0

    Raises
    ------
    ValueError
        If `reduction` is unknown or `label_smoothing` is out of range.

    Notes
    -----
    Shape: logits (N, C) or (N, C, d1, ...) and labels (N,) or (N, d1, ...), to ().

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.CrossEntropyLoss()(fg.zeros(2, 4), fg.tensor([0, 3])).item(), 4)
    1.3863
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction)
        probability(label_smoothing, "CrossEntropyLoss", "label_smoothing")
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    """Negative log-likelihood of classes, `functional.nll_loss`.

    Parameters
    ----------
    weight : Tensor, shape (C,), optional
        A factor for each class.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.NLLLoss()(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """

    def __init__(self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(weight, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class BCELoss(_WeightedLoss):
    """Cross entropy between probabilities, `functional.binary_cross_entropy`.

    Parameters
    ----------
    weight : Tensor, broadcastable to the input, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.BCELoss()(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """

    def __init__(self, weight: Tensor | None = None, *, reduction: str = "mean") -> None:
        super().__init__(weight, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """Cross entropy between probabilities and the sigmoid of logits, `functional.binary_cross_entropy_with_logits`.

    Parameters
    ----------
    weight : Tensor, broadcastable to the input, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
    pos_weight : Tensor, broadcastable to the input, optional
        A factor for the positive part.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.BCEWithLogitsLoss()(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """

    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, reduction: str = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
