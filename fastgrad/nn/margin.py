"""Layers that apply losses of margins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError
from fastgrad.nn.distance import PairwiseDistance
from fastgrad.nn.functional.margin import (
    check_distance,
    check_margin,
    check_power,
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from fastgrad.nn.loss import Loss, WeightedLoss

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad._tensor import Tensor


class SoftMarginLoss(Loss):
    """Logistic loss of two classes, `functional.soft_margin_loss`.

    Parameters
    ----------
    size_average, reduce, reduction
        As the function has them.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return soft_margin_loss(input, target, reduction=self.reduction)


class HingeEmbeddingLoss(Loss):
    """Distances, or what they lack of a margin, `functional.hinge_embedding_loss`.

    Parameters
    ----------
    margin, size_average, reduce, reduction
        As the function has them.
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin: float = real(margin, "HingeEmbeddingLoss", "margin")

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """What a score lacks to be above another, `functional.margin_ranking_loss`.

    Parameters
    ----------
    margin, size_average, reduce, reduction
        As the function has them.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin: float = real(margin, "MarginRankingLoss", "margin")

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """Angles between vectors, `functional.cosine_embedding_loss`.

    Parameters
    ----------
    margin, size_average, reduce, reduction
        As the function has them.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin: float = real(margin, "CosineEmbeddingLoss", "margin")

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class MultiMarginLoss(WeightedLoss):
    """Hinge loss of several classes, `functional.multi_margin_loss`.

    Parameters
    ----------
    p, margin, weight, size_average, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MultiMarginLoss()(fg.tensor([[0.5, 0.25, 2.0, 0.0]]), fg.tensor([2])).item()
    0.0
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        check_power(p, "MultiMarginLoss")
        if weight is not None and weight.ndim != 1:
            raise TensorValueError(
                f"MultiMarginLoss: weight must have one number for each class, got shape {weight.shape}"
            )
        self.p = p
        self.margin: float = real(margin, "MultiMarginLoss", "margin")

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(Loss):
    """Hinge loss of several labels, `functional.multilabel_margin_loss`.

    Parameters
    ----------
    size_average, reduce, reduction
        As the function has them.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """Cross entropy of several labels, `functional.multilabel_soft_margin_loss`.

    Parameters
    ----------
    weight, size_average, reduce, reduction
        As the function has them.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """What a negative's distance lacks, `functional.triplet_margin_loss`.

    Parameters
    ----------
    margin, p, eps, swap, size_average, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.zeros(1, 2)
    >>> round(fg.nn.TripletMarginLoss(margin=5.0)(x, x, x + 3.0).item(), 3)
    0.757
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin: float = real(margin, "TripletMarginLoss", "margin")
        check_margin(self.margin, "TripletMarginLoss")
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(Loss):
    """What a negative's distance lacks, of any distance, `functional.triplet_margin_with_distance_loss`.

    Parameters
    ----------
    distance_function, margin, swap, reduction
        As the function has them; the distance may be a module.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.zeros(1, 2)
    >>> distance = lambda a, b: fg.abs(a - b).sum(axis=-1)
    >>> fg.nn.TripletMarginWithDistanceLoss(distance_function=distance, margin=5.0)(x, x, x + 1.0).item()
    3.0
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        check_distance(distance_function, "TripletMarginWithDistanceLoss")
        self.distance_function: Any = PairwiseDistance() if distance_function is None else distance_function
        self.margin: float = real(margin, "TripletMarginWithDistanceLoss", "margin")
        check_margin(self.margin, "TripletMarginWithDistanceLoss")
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
