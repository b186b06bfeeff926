"""Every differentiable operation: its forward call and its gradient rule side by side, one file a family."""

# isort: off
from fastgrad import _load

_load.load("fastgrad")
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
from fastgrad.ops.math import tanh as tanh
from fastgrad.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
)

__all__ = _names.public(globals(), modules=())
