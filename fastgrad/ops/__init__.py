"""Every differentiable operation: its forward call and its gradient rule side by side, one file a family."""

# isort: off
from fastgrad import _load

_load.load_all()
# isort: on

from fastgrad.ops.activation import (
    gelu,
    leaky_relu,
    log_sigmoid,
    relu,
    sigmoid,
    silu,
    softplus,
)
from fastgrad.ops.conv import conv2d, conv2d_normalized
from fastgrad.ops.dropout import dropout
from fastgrad.ops.linalg import linear
from fastgrad.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    nll_loss,
)
from fastgrad.ops.math import (
    tanh,
)
from fastgrad.ops.norm import batch_norm, batch_norm_pools, batch_norm_relu_max_pool2d, layer_norm
from fastgrad.ops.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from fastgrad.ops.softmax import log_softmax, softmax

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "batch_norm_pools",
    "batch_norm_relu_max_pool2d",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "conv2d_normalized",
    "cross_entropy",
    "dropout",
    "gelu",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_sigmoid",
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
