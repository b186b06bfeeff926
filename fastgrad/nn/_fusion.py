"""Modules in a row that one operation computes, for `Sequential`: a linear layer or a convolution with the ReLU behind
it, batch normalisation with its activation, and the pooling behind that, and, where nothing is recorded, a convolution
with its batch normalisation and activation.

What comes out has the bits that the modules give one by one; what lies between them is never in memory. Subclasses,
and modules with hooks or a ``forward`` of their own, are called, as everything else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad._tensor import Tensor
from fastgrad.nn._sequence import is_plain
from fastgrad.nn.activation import GELU, ReLU, Sigmoid, SiLU, Tanh
from fastgrad.nn.conv import Conv1d, Conv2d, Conv3d
from fastgrad.nn.functional.conv import conv_activated, conv_normalized
from fastgrad.nn.functional.linear import linear_activated
from fastgrad.nn.functional.normalization import batch_norm_pools
from fastgrad.nn.linear import Linear
from fastgrad.nn.normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d
from fastgrad.nn.pool import MaxPool2d

if TYPE_CHECKING:
    from fastgrad.nn._sequence import _Fused


def _linear_relu(modules: list[Any], start: int, input: Tensor) -> tuple[Tensor, int]:
    layer = modules[start]
    return linear_activated(input, layer.weight, layer.bias, "relu"), 2


def _conv_relu(modules: list[Any], start: int, input: Tensor) -> tuple[Tensor, int] | None:
    conv = modules[start]
    if conv.padding_mode != "zeros":
        return None
    weight, bias, stride, padding, dilation = conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation
    return conv_activated(conv._axes, input, weight, bias, stride, padding, dilation, conv.groups, "relu"), 2


def _norm(modules: list[Any], start: int, input: Tensor) -> tuple[Tensor, int] | None:
    activation = _activation(modules[start + 1])
    return None if activation is None else (modules[start]._normalize(input, activation), 2)


def _norm_relu(modules: list[Any], start: int, input: Tensor) -> tuple[Tensor, int]:
    norm = modules[start]
    if start + 2 < len(modules) and type(pool := modules[start + 2]) is MaxPool2d and is_plain(pool):
        window, stride = pool.kernel_size, pool.stride
        if not pool.return_indices and batch_norm_pools(
            input, window, stride, pool.padding, pool.dilation, pool.ceil_mode
        ):
            return norm._normalize(input, "relu", window), 3
    return norm._normalize(input, "relu"), 2


def _conv_norm(modules: list[Any], start: int, input: Tensor) -> tuple[Tensor, int] | None:
    conv, norm = modules[start], modules[start + 1]
    mean, padding = norm.running_mean, conv.padding
    if norm.training or mean is None or type(padding) is str or conv.padding_mode != "zeros":
        return None
    if norm.num_features != conv.out_channels:  # an error, of the one or of the other
        return None
    axes = conv._axes
    if not isinstance(input, Tensor) or input.ndim != axes + 2:
        return None
    activation, count = None, 2
    if start + 2 < len(modules) and is_plain(last := modules[start + 2]):
        activation = _activation(last)
        count = 2 if activation is None else 3
    statistics = (mean, norm.running_var, norm.weight, norm.bias, norm.eps)
    weight, bias, stride, dilation, groups = conv.weight, conv.bias, conv.stride, conv.dilation, conv.groups
    out = conv_normalized(axes, input, weight, bias, stride, padding, dilation, groups, statistics, activation)
    return out, count


_ACTIVATIONS: dict[type, str] = {ReLU: "relu", Sigmoid: "sigmoid", Tanh: "tanh", SiLU: "silu", GELU: "gelu"}


def _activation(module: Any) -> str | None:
    """The name that operations have for what a module does, if they do it."""
    kind = type(module)
    if kind is GELU and module.approximate != "none":
        return None
    return _ACTIVATIONS.get(kind)


# By the types of a module and of the next one: what is fused always, and where nothing is recorded. What the functions
# do is said by `call_in_order`. Behind a product or a convolution other activations than ReLU take so long themselves
# that a pass over memory less is nothing (0.97 to 1.02 of the time, where batch normalisation gains 16 to 23 %). The
# gradients of SiLU and GELU are made of their input, which one operation would have to keep beside its result.
_OF_NORM: dict[type, _Fused] = {ReLU: _norm_relu, Sigmoid: _norm, Tanh: _norm}
RECORDED: dict[type, dict[type, _Fused]] = {
    Linear: {ReLU: _linear_relu},
    Conv1d: {ReLU: _conv_relu},
    Conv2d: {ReLU: _conv_relu},
    Conv3d: {ReLU: _conv_relu},
    BatchNorm1d: _OF_NORM,
    BatchNorm2d: _OF_NORM,
    BatchNorm3d: _OF_NORM,
}
_OF_NORM_UNRECORDED: dict[type, _Fused] = {**_OF_NORM, SiLU: _norm, GELU: _norm}
UNRECORDED: dict[type, dict[type, _Fused]] = {
    Linear: {ReLU: _linear_relu},
    Conv1d: {ReLU: _conv_relu, BatchNorm1d: _conv_norm},
    Conv2d: {ReLU: _conv_relu, BatchNorm2d: _conv_norm},
    Conv3d: {ReLU: _conv_relu, BatchNorm3d: _conv_norm},
    BatchNorm1d: _OF_NORM_UNRECORDED,
    BatchNorm2d: _OF_NORM_UNRECORDED,
    BatchNorm3d: _OF_NORM_UNRECORDED,
}
