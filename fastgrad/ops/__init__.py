"""Every differentiable operation: its forward call and its gradient rule side by side, one file a family."""

# isort: off
from fastgrad import _load

_load.load_all()
# isort: on

from fastgrad import _names
from fastgrad.ops import methods as methods  # Tensor gets its methods
from fastgrad.ops.activation import (
    gelu as gelu,
    leaky_relu as leaky_relu,
    log_sigmoid as log_sigmoid,
    relu as relu,
    sigmoid as sigmoid,
    silu as silu,
    softplus as softplus,
)
from fastgrad.ops.conv import (
    conv2d as conv2d,
    conv2d_normalized as conv2d_normalized,
)
from fastgrad.ops.dropout import dropout as dropout
from fastgrad.ops.linalg import linear as linear
from fastgrad.ops.loss import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cross_entropy as cross_entropy,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    nll_loss as nll_loss,
)
from fastgrad.ops.math import tanh as tanh
from fastgrad.ops.normalization import (
    batch_norm as batch_norm,
    batch_norm_pools as batch_norm_pools,
    batch_norm_relu_max_pool2d as batch_norm_relu_max_pool2d,
    layer_norm as layer_norm,
)
from fastgrad.ops.pool import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    avg_pool2d as avg_pool2d,
    max_pool2d as max_pool2d,
)
from fastgrad.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
)

__all__ = _names.public(globals(), modules=())
