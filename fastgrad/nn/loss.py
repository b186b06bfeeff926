"""Layers that apply losses. What those of margins and of distributions share with them is here, too."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import size
from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    check_beta,
    check_delta,
    huber_loss,
    l1_loss,
    mse_loss,
    reduction_name,
    smooth_l1_loss,
)
from fastgrad.nn.functional.loss_class import cross_entropy, linear_cross_entropy, nll_loss
from fastgrad.nn.linear import Linear
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class Loss(Module):
    """What losses hold: how they are reduced."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction: str = reduction_name(reduction, size_average, reduce, type(self).__name__)


class WeightedLoss(Loss):
    """A loss with a weight for each class or element."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(Loss):
    """Absolute differences, `functional.l1_loss`.

    Parameters
    ----------
    size_average, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.L1Loss()(fg.tensor([1.0, 2.0]), fg.zeros(2)).item()
    1.5
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return l1_loss(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """Squared differences, `functional.mse_loss`.

    Parameters
    ----------
    size_average, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MSELoss()(fg.tensor([1.0, 2.0]), fg.zeros(2)).item()
    2.5
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """Absolute differences, smoothed around 0, `functional.smooth_l1_loss`.

    Parameters
    ----------
    size_average, reduce, reduction, beta
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.SmoothL1Loss()(fg.tensor([0.5, 2.0]), fg.zeros(2)).item()
    0.8125
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta: float = real(beta, "SmoothL1Loss", "beta")
        check_beta(self.beta, "SmoothL1Loss")

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """Squared differences near 0, absolute ones elsewhere, `functional.huber_loss`.

    Parameters
    ----------
    reduction, delta
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.HuberLoss()(fg.tensor([0.5, 2.0]), fg.zeros(2)).item()
    0.8125
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta: float = real(delta, "HuberLoss", "delta")
        check_delta(self.delta, "HuberLoss")

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return huber_loss(input, target, self.reduction, self.delta)


class CrossEntropyLoss(WeightedLoss):
    """Cross entropy between classes and logits, `functional.cross_entropy`, which says the shapes.

    Parameters
    ----------
    weight, size_average, ignore_index, reduce, reduction, label_smoothing
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
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
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


class NLLLoss(WeightedLoss):
    """Negative log-likelihood of classes, `functional.nll_loss`.

    Parameters
    ----------
    weight, size_average, ignore_index, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.NLLLoss()(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class NLLLoss2d(NLLLoss):
    """`NLLLoss`, by an older name of PyTorch's."""


class BCELoss(WeightedLoss):
    """Cross entropy between probabilities, `functional.binary_cross_entropy`.

    Parameters
    ----------
    weight, size_average, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.BCELoss()(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """Cross entropy between probabilities and the sigmoid of logits, `functional.binary_cross_entropy_with_logits`.

    Parameters
    ----------
    weight, size_average, reduce, reduction, pos_weight
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.BCEWithLogitsLoss()(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class LinearCrossEntropyOptions:
    """How PyTorch computes a `LinearCrossEntropyLoss` in pieces of the batch. Accepted; results are the same.

    Parameters
    ----------
    allow_retain_graph : bool, default False
        Whether a second backward pass is possible; it always is.
    batch_chunk_size : int, optional
        How many samples PyTorch computes at a time.
    chunking_method : str, optional
        How PyTorch chooses that number: "auto", "aspect_ratio", "aspect_ratio:N" or None.
    acc_policy : {"auto", "accurate", "balanced", "compact"}
        How PyTorch adds up the pieces' gradients.
    acc_dtype : dtype, optional
        As PyTorch has them.

    Raises
    ------
    ValueError
        For an unknown policy or method, or a size that is not positive.
    """

    __slots__ = ("acc_dtype", "acc_policy", "allow_retain_graph", "batch_chunk_size", "chunking_method")

    def __init__(
        self,
        allow_retain_graph: bool = False,
        batch_chunk_size: int | None = None,
        chunking_method: str | None = "auto",
        acc_policy: str = "auto",
        acc_dtype: Any = None,
    ) -> None:
        if acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise TensorValueError(
                "LinearCrossEntropyOptions: acc_policy must be 'auto', 'accurate', 'balanced' or 'compact', got "
                f"{acc_policy!r}"
            )
        if chunking_method is not None and chunking_method != "auto":
            name, _, factor = chunking_method.partition(":")
            if name != "aspect_ratio" or (factor and not factor.isdigit()) or factor == "0":
                raise TensorValueError(
                    "LinearCrossEntropyOptions: chunking_method must be 'auto', 'aspect_ratio', 'aspect_ratio:N' or "
                    f"None, got {chunking_method!r}"
                )
        if batch_chunk_size is not None:
            size(batch_chunk_size, "LinearCrossEntropyOptions", "batch_chunk_size", 1)
        self.allow_retain_graph: bool = allow_retain_graph
        self.batch_chunk_size: int | None = batch_chunk_size
        self.chunking_method: str | None = chunking_method
        self.acc_policy = acc_policy
        self.acc_dtype: Any = acc_dtype

    def __repr__(self) -> str:
        return (
            f"LinearCrossEntropyOptions(allow_retain_graph={self.allow_retain_graph!r}, "
            f"batch_chunk_size={self.batch_chunk_size!r}, chunking_method={self.chunking_method!r}, "
            f"acc_policy={self.acc_policy!r}, acc_dtype={self.acc_dtype!r})"
        )


class LinearCrossEntropyLoss(WeightedLoss):
    """A network's last linear layer and the cross entropy of its logits, `functional.linear_cross_entropy`.

    Parameters
    ----------
    in_features : int
        Size of the last axis of the input.
    num_classes : int
        How many classes there are.
    out_features : tuple of int, default ()
        The logits' axes behind the classes'.
    bias : bool, default False
        Whether each logit has a number that is added.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    reduction, weight, ignore_index, label_smoothing, options
        As the function has them.

    Attributes
    ----------
    linear : Linear
        Of ``num_classes * prod(out_features)`` rows.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LinearCrossEntropyLoss(8, 4)(fg.zeros(2, 8), fg.tensor([0, 3])).shape
    ()
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        name = "LinearCrossEntropyLoss"
        super().__init__(weight, reduction=reduction)
        self.num_classes: int = size(num_classes, name, "num_classes", 1)
        if weight is not None and weight.shape != (num_classes,):
            raise TensorValueError(f"{name}: weight must have shape ({num_classes},), got {weight.shape}")
        probability(label_smoothing, name, "label_smoothing")
        if not isinstance(out_features, (tuple, list)):
            raise TypeError(f"{name}: out_features must be a tuple of ints, got {out_features!r}")
        for length in out_features:
            size(length, name, "out_features")
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.linear: Linear = Linear(
            in_features, num_classes * prod(out_features), bias=bias, device=device, dtype=dtype
        )
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        rows = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return linear_cross_entropy(
            input,
            self.linear.weight.reshape((*rows, self.linear.in_features)),
            target,
            linear_bias=None if bias is None else bias.reshape(rows),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, reduction={self.reduction}, "
            f"ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}, options={self.options}"
        )
