"""Normalising layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import real, wholes
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, size
from fastgrad.nn.functional.normalization import batch_norm_activated, batch_norm_relu_max_pool2d, layer_norm
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class _BatchNorm(Module):
    """Batch normalisation over axis 1; a subclass says which inputs it takes."""

    _accepts: tuple[int, ...]
    weight: Parameter | Any  # None where it was asked for, as the next ones
    bias: Parameter | Any
    running_mean: Tensor | Any
    running_var: Tensor | Any
    num_batches_tracked: Tensor | Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if not real(eps, name, "eps") >= 0.0:
            raise ValueError(f"{name}: eps must not be negative, got {eps}")
        if momentum is not None and not 0.0 <= real(momentum, name, "momentum") <= 1.0:
            raise ValueError(f"{name}: momentum must be in [0, 1] or None, got {momentum}")
        self.num_features: int = size(num_features, name, "num_features")
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        shape = (num_features,)
        self.register_parameter("weight", Parameter(fg.ones(shape, dtype=dtype, device=device)) if affine else None)
        self.register_parameter(
            "bias", Parameter(fg.zeros(shape, dtype=dtype, device=device)) if affine and bias else None
        )
        track = track_running_stats
        self.register_buffer("running_mean", fg.zeros(shape, dtype=dtype, device=device) if track else None)
        self.register_buffer("running_var", fg.ones(shape, dtype=dtype, device=device) if track else None)
        self.register_buffer("num_batches_tracked", fg.zeros((), dtype=fg.int64) if track else None)

    def reset_running_stats(self) -> None:
        """Set the running mean to 0, the running variance to 1 and the count of batches to 0."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1.0)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set everything to its initial value."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return self._normalize(input)

    def _normalize(self, input: Tensor, activation: str | None = None, window: IntOrPair | None = None) -> Tensor:
        """`forward`; then, in the same operation, the activation, and max pooling by windows side by side."""
        try:
            ndim = input.ndim
        except AttributeError:  # a list, say
            input = as_tensor(input, type(self).__name__)
            ndim = input.ndim
        if ndim not in self._accepts:
            wanted = " or ".join(f"{n}D" for n in self._accepts)
            raise ValueError(f"{type(self).__name__}: expected {wanted} input (got shape {input.shape})")
        mean, var = self.running_mean, self.running_var
        use_batch = self.training or mean is None
        momentum, count = self.momentum, None
        if self.training:
            if not self.track_running_stats:
                mean = var = None
            else:
                count = self.num_batches_tracked
        if momentum is None:
            # The running statistics are the plain average of all batches so far.
            momentum = 0.0 if count is None else 1.0 / (count.item() + 1)
        weight, bias = self.weight, self.bias
        if window is None:
            out = batch_norm_activated(input, mean, var, weight, bias, use_batch, momentum, self.eps, activation)
        else:  # these windows are behind relu
            out = batch_norm_relu_max_pool2d(input, mean, var, weight, bias, use_batch, momentum, self.eps, window)
        if count is not None:
            count.add_(1)
        return out

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Normalise each feature over the batch, and over time if there is such an axis.

    Parameters
    ----------
    num_features : int
        C, the size of axis 1.
    eps : float, default 1e-5
        Added to the variance.
    momentum : float or None, default 0.1
        The share of the new batch in the running statistics; None averages all batches evenly.
    affine : bool, default True
        Whether to learn scale and shift.
    track_running_stats : bool, default True
        Whether to keep running statistics for evaluation; without, evaluation uses the batch's own.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    bias : bool, default True
        Whether to learn the shift.

    Attributes
    ----------
    weight, bias : Parameter, shape (C,), or None
        1 and 0 initially.
    running_mean, running_var : Tensor, shape (C,), or None
        0 and 1 initially.
    num_batches_tracked : int64 Tensor, shape (), or None

    Raises
    ------
    ValueError
        If a number is out of range, or the input is not of a shape below or, in training, has one value per channel.

    Notes
    -----
    Shape: (N, C) or (N, C, L) to the same. The formula is that of `functional.batch_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> norm = fg.nn.BatchNorm1d(1, eps=0.0)
    >>> norm(fg.tensor([[1.0], [3.0]])).tolist()
    [[-1.0], [1.0]]
    >>> norm.num_batches_tracked.item()
    1
    """

    _accepts = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Normalise each channel of images over the batch and all pixels.

    The parameters, attributes, errors and source are those of `BatchNorm1d`.

    Notes
    -----
    Shape: (N, C, H, W) to the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.BatchNorm2d(3)(fg.zeros(2, 3, 4, 4)).shape
    (2, 3, 4, 4)
    """

    _accepts = (4,)


class LayerNorm(Module):
    """Normalise each sample over its last axes.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The sizes of the last axes.
    eps : float, default 1e-5
        Added to the variance.
    elementwise_affine : bool, default True
        Whether to learn scale and shift.
    bias : bool, default True
        Whether to learn the shift.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    weight, bias : Parameter, shape `normalized_shape`, or None
        1 and 0 initially.

    Notes
    -----
    Shape: (..., *normalized_shape) to the same. The formula is that of `functional.layer_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LayerNorm(2, eps=0.0)(fg.tensor([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

    weight: Parameter | Any  # None where it was asked for, as the next
    bias: Parameter | Any

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape: tuple[int, ...] = wholes(normalized_shape, "LayerNorm", "normalized_shape")
        if not self.normalized_shape or min(self.normalized_shape) < 0:
            raise ValueError(f"LayerNorm: normalized_shape must be one or more sizes, got {normalized_shape!r}")
        real(eps, "LayerNorm", "eps")
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        shape, affine = self.normalized_shape, elementwise_affine
        self.register_parameter("weight", Parameter(fg.ones(shape, dtype=dtype, device=device)) if affine else None)
        self.register_parameter(
            "bias", Parameter(fg.zeros(shape, dtype=dtype, device=device)) if affine and bias else None
        )

    def reset_parameters(self) -> None:
        """Set everything to its initial value."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )
