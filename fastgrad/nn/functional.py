"""The operations of networks as functions, with PyTorch's names, arguments and defaults.

Differences from PyTorch: the long deprecated ``size_average`` and ``reduce`` do not exist, so what follows them in
PyTorch's losses (``ignore_index``, ``reduction``, ...) is keyword only here. Mixed floating dtypes are a TypeError.
`mse_loss` and `l1_loss` refuse a target of another shape, which PyTorch broadcasts with a warning. `softmax` needs its
``dim``.
"""

from fastgrad.nn.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax, softplus, tanh
from fastgrad.nn.conv import conv2d
from fastgrad.nn.dropout import dropout
from fastgrad.nn.linear import linear
from fastgrad.nn.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from fastgrad.nn.norm import batch_norm, layer_norm
from fastgrad.nn.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]
