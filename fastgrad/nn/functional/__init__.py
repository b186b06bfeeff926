"""The operations of networks as functions, with PyTorch's names, arguments and defaults.

Differences from PyTorch: the long deprecated ``size_average`` and ``reduce`` do not exist, so what follows them in
PyTorch's losses (``ignore_index``, ``reduction``, ...) is keyword only here. Mixed floating dtypes are a TypeError.
`mse_loss` and `l1_loss` refuse a target of another shape, which PyTorch broadcasts with a warning. `softmax` needs its
``dim``.
"""

from fastgrad import _names
from fastgrad.nn.functional.activation import (
    gelu as gelu,
    leaky_relu as leaky_relu,
    log_softmax as log_softmax,
    relu as relu,
    sigmoid as sigmoid,
    silu as silu,
    softmax as softmax,
    softplus as softplus,
    tanh as tanh,
)
from fastgrad.nn.functional.conv import (
    conv1d as conv1d,
    conv2d as conv2d,
    conv3d as conv3d,
    conv_tbc as conv_tbc,
    conv_transpose1d as conv_transpose1d,
    conv_transpose2d as conv_transpose2d,
    conv_transpose3d as conv_transpose3d,
)
from fastgrad.nn.functional.dropout import dropout as dropout
from fastgrad.nn.functional.embedding import (
    embedding as embedding,
    embedding_bag as embedding_bag,
    one_hot as one_hot,
)
from fastgrad.nn.functional.fold import (
    fold as fold,
    unfold as unfold,
)
from fastgrad.nn.functional.linear import linear as linear
from fastgrad.nn.functional.loss import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cross_entropy as cross_entropy,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    nll_loss as nll_loss,
)
from fastgrad.nn.functional.normalization import (
    batch_norm as batch_norm,
    layer_norm as layer_norm,
)
from fastgrad.nn.functional.padding import pad as pad
from fastgrad.nn.functional.pool import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    avg_pool2d as avg_pool2d,
    max_pool2d as max_pool2d,
)

__all__ = _names.public(globals(), modules=())
