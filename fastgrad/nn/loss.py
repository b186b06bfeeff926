"""Layers that apply losses.

Unlike in PyTorch the long deprecated ``size_average`` and ``reduce`` do not exist, so what follows them there is
keyword only here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    check_reduction,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


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
    reduction
        As the function has them.

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
    reduction
        As the function has them.

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
    """Cross entropy between classes and logits, `functional.cross_entropy`, which says the shapes.

    Parameters
    ----------
    weight, ignore_index, reduction, label_smoothing
        As the function has them.

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
    weight, ignore_index, reduction
        As the function has them.

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
    weight, reduction
        As the function has them.

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
    weight, reduction, pos_weight
        As the function has them.

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
