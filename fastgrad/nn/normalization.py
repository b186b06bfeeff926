"""Normalising layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real, wholes, word
from fastgrad.errors import TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, floating, size
from fastgrad.nn.functional.normalization import (
    batch_norm_activated,
    batch_norm_relu_max_pool2d,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
)
from fastgrad.nn.lazy import LazyModuleMixin
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad.nn._common import IntOrPair


class _ByChannel(Module):
    """What batch and instance normalisation hold; a subclass says which inputs it takes."""

    _accepts: tuple[int, ...]  # numbers of axes; none: any from 2 on
    weight: Parameter | Any  # None where it was asked for, as the next ones
    bias: Parameter | Any
    running_mean: Tensor | Any
    running_var: Tensor | Any
    num_batches_tracked: Tensor | Any
    _may_be_missing = frozenset({"num_batches_tracked"})  # in states from before batches were counted

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
            raise TensorValueError(f"{name}: eps must not be negative, got {eps}")
        if momentum is not None and not 0.0 <= real(momentum, name, "momentum") <= 1.0:
            raise TensorValueError(f"{name}: momentum must be in [0, 1] or None, got {momentum}")
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

    def _accepted(self, input: Any) -> Tensor:
        """The input as a tensor of as many axes as are wanted."""
        if not isinstance(input, Tensor):
            input = as_tensor(input, type(self).__name__)
        ndim = input.ndim
        if ndim not in self._accepts if self._accepts else ndim < 2:
            wanted = " or ".join(f"{n}D" for n in self._accepts) or "at least 2D"
            raise TensorValueError(f"{type(self).__name__}: expected {wanted} input (got shape {input.shape})")
        return input  # type: ignore[no-any-return]

    def _channels_at(self, input: Tensor) -> int:
        """The axis of channels."""
        return 1

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_ByChannel):
    """Batch normalisation over axis 1."""

    def forward(self, input: Tensor) -> Tensor:
        return self._normalize(input)

    def _normalize(self, input: Tensor, activation: str | None = None, window: IntOrPair | None = None) -> Tensor:
        """`forward`; then, in the same operation, the activation, and max pooling by windows side by side."""
        input = self._accepted(input)
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
        How many batches the running statistics have seen; None without them.

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


class BatchNorm3d(_BatchNorm):
    """Normalise each channel of volumes over the batch and all voxels.

    The parameters, attributes, errors and source are those of `BatchNorm1d`.

    Notes
    -----
    Shape: (N, C, D, H, W) to the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.BatchNorm3d(3)(fg.zeros(2, 3, 4, 4, 4)).shape
    (2, 3, 4, 4, 4)
    """

    _accepts = (5,)


class _InstanceNorm(_ByChannel):
    """Normalisation of each channel of each sample; `_accepts` are the numbers of axes without and with a batch."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _channels_at(self, input: Tensor) -> int:
        return 0 if input.ndim == self._accepts[0] else 1

    def forward(self, input: Tensor) -> Tensor:
        x = self._accepted(input)
        single = self._channels_at(x) == 0
        channels = x.shape[self._channels_at(x)]
        if channels != self.num_features and (self.affine or self.track_running_stats):
            raise TensorValueError(
                f"{type(self).__name__}: input must have {self.num_features} channels, got shape {x.shape}"
            )
        out = instance_norm(
            x.unsqueeze(0) if single else x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return out.squeeze(0) if single else out


class InstanceNorm1d(_InstanceNorm):
    """Normalise each channel of each sequence over its length.

    Parameters
    ----------
    num_features : int
        C.
    eps : float, default 1e-5
        Added to the variance.
    momentum : float, default 0.1
        The share of the new batch in the running statistics.
    affine : bool, default False
        Whether to learn scale and shift.
    track_running_stats : bool, default False
        Whether to keep running statistics for evaluation; without, evaluation uses each sample's own.
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
        Kept for checkpoints; nothing is counted.

    Raises
    ------
    ValueError
        If a number is out of range, or the input is not of a shape below or has one element per channel.

    Notes
    -----
    Shape: (N, C, L) or (C, L) to the same. The formula is that of `functional.instance_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.InstanceNorm1d(1, eps=1e-12)(fg.tensor([[[1.0, 3.0]]])).tolist()
    [[[-1.0, 1.0]]]
    """

    _accepts = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalise each channel of each image over its pixels.

    The parameters, attributes, errors and source are those of `InstanceNorm1d`.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) to the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.InstanceNorm2d(3)(fg.zeros(2, 3, 4, 4)).shape
    (2, 3, 4, 4)
    """

    _accepts = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalise each channel of each volume over its voxels.

    The parameters, attributes, errors and source are those of `InstanceNorm1d`.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) to the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.InstanceNorm3d(3)(fg.zeros(2, 3, 4, 4, 4)).shape
    (2, 3, 4, 4, 4)
    """

    _accepts = (4, 5)


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation of any input with channels at axis 1, in one process: `BatchNorm1d`, 2d and 3d in one.

    PyTorch's computes the same in one process, and averages over several where there are some: a program that is made
    for both runs here.

    The parameters, attributes, errors and source are those of `BatchNorm1d`.

    Parameters
    ----------
    process_group : None
        There is one process: another group is a ValueError.

    Notes
    -----
    Shape: (N, C, ...) to the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.SyncBatchNorm(3)(fg.zeros(2, 3, 4)).shape
    (2, 3, 4)
    """

    _accepts = ()

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        if process_group is not None:
            raise TensorValueError(
                f"SyncBatchNorm: there is one process, so process_group must be None, got {process_group!r}"
            )
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """Put a `SyncBatchNorm` in the place of every batch normalisation of a network.

        It has the same parameters and statistics, those very tensors, so that an optimizer of the network's parameters
        stays one. A layer that stands in several places does so after, too.

        Parameters
        ----------
        module : Module
            Its layers are replaced in it, after all of them have been looked at.
        process_group : None
            There is one process.

        Returns
        -------
        Module
            The module; of a batch normalisation itself, the new layer.

        Raises
        ------
        TypeError
            If `module` is none.
        ValueError
            If a lazy layer does not have its parameters yet: call the network once before.

        Examples
        --------
        >>> import fastgrad as fg
        >>> from fastgrad import nn
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        >>> nn.SyncBatchNorm.convert_sync_batchnorm(model)[1]
        SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
        """
        if not isinstance(module, Module):
            raise TypeError(f"convert_sync_batchnorm: module must be a Module, got a {type(module).__name__}")
        made = {
            name: cls._in_place_of(name, layer, process_group)
            for name, layer in module.named_modules()
            if isinstance(layer, _BatchNorm)
        }
        by_layer = {id(module.get_submodule(name)): new for name, new in made.items()}
        for parent in [*module.modules()]:
            for name, child in parent._modules.items():
                if id(child) in by_layer:
                    setattr(parent, name, by_layer[id(child)])
        return by_layer.get(id(module), module)

    @classmethod
    def _in_place_of(cls, name: str, layer: _BatchNorm, process_group: Any) -> SyncBatchNorm:
        """One with the layer's settings and tensors."""
        if isinstance(layer, LazyModuleMixin) and layer.has_uninitialized_params():
            raise TensorValueError(
                f"convert_sync_batchnorm: {name or 'the layer'} has no parameters yet, call the network once before"
            )
        new = cls(
            layer.num_features,
            layer.eps,
            layer.momentum,
            layer.affine,
            layer.track_running_stats,
            process_group,
            bias=layer.bias is not None,
        )
        for tensor in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
            setattr(new, tensor, getattr(layer, tensor))
        new.training = layer.training
        return new


# ---- lazy ones


class _LazyByChannel(LazyModuleMixin, _ByChannel):
    """Takes `num_features` from the channels of the first input."""

    weight: Parameter | Any  # None where it was asked for, as the next ones
    bias: Parameter | Any
    running_mean: Tensor | Any
    running_var: Tensor | Any
    num_batches_tracked: Tensor | Any

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(dtype=dtype, device=device)
            if bias:
                self.bias = UninitializedParameter(dtype=dtype, device=device)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(dtype=dtype, device=device)
            self.running_var = UninitializedBuffer(dtype=dtype, device=device)
            self.num_batches_tracked = fg.zeros((), dtype=fg.int64)

    def reset_parameters(self) -> None:
        """Set everything to its initial value, once it is there."""
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Make what inputs like this need."""
        if not self.has_uninitialized_params():
            return  # it comes from a checkpoint
        input = self._accepted(floating(input, type(self).__name__))
        self.num_features: int = input.shape[self._channels_at(input)]
        for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
            if isinstance(tensor, UninitializedParameter | UninitializedBuffer):
                tensor.materialize((self.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(_LazyByChannel, _BatchNorm):
    """A `BatchNorm1d` that takes `num_features` from its first input, and then is one.

    The parameters are those of `BatchNorm1d` without `num_features`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> norm = fg.nn.LazyBatchNorm1d()
    >>> norm(fg.zeros(2, 3)).shape, norm.num_features
    ((2, 3), 3)
    """

    _accepts = BatchNorm1d._accepts
    cls_to_become: ClassVar[type | None] = BatchNorm1d


class LazyBatchNorm2d(_LazyByChannel, _BatchNorm):
    """A `BatchNorm2d` that takes `num_features` from its first input, and then is one."""

    _accepts = BatchNorm2d._accepts
    cls_to_become: ClassVar[type | None] = BatchNorm2d


class LazyBatchNorm3d(_LazyByChannel, _BatchNorm):
    """A `BatchNorm3d` that takes `num_features` from its first input, and then is one."""

    _accepts = BatchNorm3d._accepts
    cls_to_become: ClassVar[type | None] = BatchNorm3d


class LazyInstanceNorm1d(_LazyByChannel, _InstanceNorm):
    """An `InstanceNorm1d` that takes `num_features` from its first input, and then is one.

    The parameters are those of `InstanceNorm1d` without `num_features`; `affine` and `track_running_stats` are true by
    default.
    """

    _accepts = InstanceNorm1d._accepts
    cls_to_become: ClassVar[type | None] = InstanceNorm1d


class LazyInstanceNorm2d(_LazyByChannel, _InstanceNorm):
    """An `InstanceNorm2d` that takes `num_features` from its first input; see `LazyInstanceNorm1d`."""

    _accepts = InstanceNorm2d._accepts
    cls_to_become: ClassVar[type | None] = InstanceNorm2d


class LazyInstanceNorm3d(_LazyByChannel, _InstanceNorm):
    """An `InstanceNorm3d` that takes `num_features` from its first input; see `LazyInstanceNorm1d`."""

    _accepts = InstanceNorm3d._accepts
    cls_to_become: ClassVar[type | None] = InstanceNorm3d


# ---- over axes of a sample


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
            raise TensorValueError(f"LayerNorm: normalized_shape must be one or more sizes, got {normalized_shape!r}")
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


class RMSNorm(Module):
    """Divide each sample by the root of its mean square over the last axes.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The sizes of the last axes.
    eps : float, optional
        Added to the mean square; by default the distance from 1 to the next number of the input's dtype.
    elementwise_affine : bool, default True
        Whether to learn a scale.
    device, dtype : optional
        The parameter's dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    weight : Parameter, shape `normalized_shape`, or None
        1 initially.

    Notes
    -----
    Shape: (..., *normalized_shape) to the same. The formula is that of `functional.rms_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.RMSNorm(2, eps=0.0)(fg.tensor([[3.0, -3.0]])).tolist()
    [[1.0, -1.0]]
    """

    weight: Parameter | Any  # None where it was asked for

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape: tuple[int, ...] = wholes(normalized_shape, "RMSNorm", "normalized_shape")
        if not self.normalized_shape or min(self.normalized_shape) < 0:
            raise TensorValueError(f"RMSNorm: normalized_shape must be one or more sizes, got {normalized_shape!r}")
        if eps is not None and not real(eps, "RMSNorm", "eps") >= 0.0:
            raise TensorValueError(f"RMSNorm: eps must not be negative, got {eps}")
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        weight = Parameter(fg.ones(self.normalized_shape, dtype=dtype, device=device)) if elementwise_affine else None
        self.register_parameter("weight", weight)

    def reset_parameters(self) -> None:
        """Set the scale to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Normalise each sample over groups of channels.

    Parameters
    ----------
    num_groups : int
        Divides `num_channels`.
    num_channels : int
        C, the size of axis 1.
    eps : float, default 1e-5
        Added to the variance.
    affine : bool, default True
        Whether to learn scale and shift of each channel.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    bias : bool, default True
        Whether to learn the shift.

    Attributes
    ----------
    weight, bias : Parameter, shape (C,), or None
        1 and 0 initially.

    Raises
    ------
    ValueError
        If `num_groups` does not divide `num_channels`, or a number is out of range.

    Notes
    -----
    Shape: (N, C, ...) to the same. The formula is that of `functional.group_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.GroupNorm(2, 6)(fg.zeros(3, 6, 5)).shape
    (3, 6, 5)
    """

    weight: Parameter | Any  # None where it was asked for, as the next
    bias: Parameter | Any

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_groups: int = size(num_groups, "GroupNorm", "num_groups", 1)
        self.num_channels: int = size(num_channels, "GroupNorm", "num_channels")
        if num_channels % num_groups:
            raise TensorValueError(
                f"GroupNorm: num_groups must divide num_channels, got {num_groups} groups of {num_channels} channels"
            )
        if not real(eps, "GroupNorm", "eps") >= 0.0:
            raise TensorValueError(f"GroupNorm: eps must not be negative, got {eps}")
        self.eps = eps
        self.affine = affine
        shape = (num_channels,)
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
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Divide each channel by a power of its neighbours' mean square.

    Parameters
    ----------
    size : int
        How many channels the mean is over.
    alpha : float, default 1e-4
        The factor of the mean square of neighbouring channels.
    beta : float, default 0.75
        The exponent of the divisor.
    k : float, default 1.0
        The constant in the divisor.

    Notes
    -----
    Shape: (N, C, ...), 3 axes at least, to the same. The formula is that of `functional.local_response_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LocalResponseNorm(2)(fg.zeros(1, 3, 4)).shape
    (1, 3, 4)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        if word(size, "LocalResponseNorm", "size") < 1:
            raise TensorValueError(f"LocalResponseNorm: size must be at least 1, got {size}")
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
