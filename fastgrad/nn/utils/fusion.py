"""Layers with the batch normalisation behind them as one layer, for evaluation."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import fastgrad as fg
from fastgrad._arguments import check_instance
from fastgrad.autograd._mode import no_grad
from fastgrad.errors import TensorValueError
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor

M = TypeVar("M", bound="Module")


def _fuse(layer: Any, bn: Any, fuse: Any, operation: str) -> Any:
    for module in (layer, bn):
        check_instance(module, Module, operation, "a layer")
        if module.training:
            raise TensorValueError(
                f"{operation}: {type(module).__name__} must be in evaluation mode; call eval() before"
            )
    if bn.running_mean is None or bn.running_var is None:
        raise TensorValueError(f"{operation}: {type(bn).__name__} must have running statistics")
    fused = deepcopy(layer)
    weights = layer.weight, layer.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    fused.weight, fused.bias = fuse(*weights)
    return fused


def _weights(
    weight: Tensor,
    bias: Tensor | None,
    mean: Tensor,
    var: Tensor,
    eps: float,
    scale: Tensor | None,
    shift: Tensor | None,
    axis: int,
) -> tuple[Parameter, Parameter]:
    with no_grad():
        factor = 1.0 / fg.sqrt(var + eps)
        if scale is not None:
            factor = factor * scale
        start = -mean if bias is None else bias - mean
        made = start * factor if shift is None else start * factor + shift
        shape = tuple(-1 if i == axis else 1 for i in range(weight.ndim))
        product = (weight * factor.reshape(shape)).astype(weight.dtype)
    bias_dtype = weight.dtype if bias is None else bias.dtype
    trained = bias is not None and bias.requires_grad
    return Parameter(product, weight.requires_grad), Parameter(made.astype(bias_dtype), trained)


def fuse_conv_bn_eval(conv: M, bn: Module, transpose: bool = False) -> M:
    """Return a convolution that gives what a convolution and its batch normalisation give in evaluation mode.

    Parameters
    ----------
    conv : Module
        A convolution, with ``weight`` and ``bias``.
    bn : Module
        Batch normalisation with running statistics.
    transpose : bool, default False
        Whether it is a transposed one, whose outputs are the weight's second axis.

    Returns
    -------
    Module
        A copy of `conv` with other parameters.

    Raises
    ------
    ValueError
        If either is in training mode, or there are no running statistics.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv, norm = fg.nn.Conv2d(3, 8, 3).eval(), fg.nn.BatchNorm2d(8).eval()
    >>> fg.nn.utils.fuse_conv_bn_eval(conv, norm)
    Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))
    """

    fused: M = _fuse(conv, bn, partial(fuse_conv_bn_weights, transpose=transpose), "fuse_conv_bn_eval")
    return fused


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Return weight and bias of the convolution that a convolution and its batch normalisation are.

    Parameters
    ----------
    conv_w, conv_b : Tensor
        Its weight and bias, which may be None.
    bn_rm, bn_rv, bn_eps, bn_w, bn_b
        The running mean and variance, what is added to that, and scale and shift, which may be None.
    transpose : bool, default False
        Whether it is a transposed one, whose outputs are the weight's second axis.
    """
    return _weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 1 if transpose else 0)


def fuse_linear_bn_eval(linear: M, bn: Module) -> M:
    """Return a linear layer that gives what a linear layer and its batch normalisation give in evaluation mode.

    Parameters
    ----------
    linear : Linear
        The layer whose outputs are normalised.
    bn : Module
        Batch normalisation with running statistics, of all outputs or of one feature.

    Returns
    -------
    Module
        A copy of `linear` with other parameters.

    Raises
    ------
    ValueError
        If either is in training mode, there are no running statistics, or the numbers of features differ.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer, norm = fg.nn.Linear(3, 8).eval(), fg.nn.BatchNorm1d(8).eval()
    >>> fg.nn.utils.fuse_linear_bn_eval(layer, norm)
    Linear(in_features=3, out_features=8, bias=True)
    """
    features, outputs = getattr(bn, "num_features", 0), getattr(linear, "out_features", 0)
    if features not in (1, outputs):
        raise TensorValueError(
            f"fuse_linear_bn_eval: the normalisation must be of the {outputs} outputs or of 1 feature, got {features}"
        )
    fused: M = _fuse(linear, bn, fuse_linear_bn_weights, "fuse_linear_bn_eval")
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """Return weight and bias of the linear layer that a linear layer and its batch normalisation are.

    The arguments are those of `fuse_conv_bn_weights`.
    """
    return _weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0)
