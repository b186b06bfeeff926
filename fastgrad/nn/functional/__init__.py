"""The operations of networks as functions, with PyTorch's names, arguments and defaults.

Differences from PyTorch: mixed floating dtypes are a TypeError. Losses of pairs (`mse_loss`, `l1_loss`,
`smooth_l1_loss`, `huber_loss`, `soft_margin_loss`) refuse a target of another shape, which PyTorch broadcasts with a
warning. `softmax`, `log_softmax` and `softmin` need their ``dim``.
"""

from fastgrad import _names
from fastgrad.nn.functional.activation import (
    gelu as gelu,
    hardsigmoid as hardsigmoid,
    hardswish as hardswish,
    log_softmax as log_softmax,
    logsigmoid as logsigmoid,
    mish as mish,
    relu as relu,
    relu_ as relu_,
    sigmoid as sigmoid,
    silu as silu,
    softmax as softmax,
    softmin as softmin,
    softplus as softplus,
    tanh as tanh,
)
from fastgrad.nn.functional.activation_parametrized import (
    celu as celu,
    celu_ as celu_,
    elu as elu,
    elu_ as elu_,
    hardtanh as hardtanh,
    hardtanh_ as hardtanh_,
    leaky_relu as leaky_relu,
    leaky_relu_ as leaky_relu_,
    relu6 as relu6,
    selu as selu,
    selu_ as selu_,
)
from fastgrad.nn.functional.adaptive_pool import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool3d as adaptive_avg_pool3d,
    adaptive_max_pool1d as adaptive_max_pool1d,
    adaptive_max_pool1d_with_indices as adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d as adaptive_max_pool2d,
    adaptive_max_pool2d_with_indices as adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d as adaptive_max_pool3d,
    adaptive_max_pool3d_with_indices as adaptive_max_pool3d_with_indices,
    fractional_max_pool2d as fractional_max_pool2d,
    fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices,
    fractional_max_pool3d as fractional_max_pool3d,
    fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices,
)
from fastgrad.nn.functional.attention import (
    multi_head_attention_forward as multi_head_attention_forward,
    scaled_dot_product_attention as scaled_dot_product_attention,
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
from fastgrad.nn.functional.ctc import ctc_loss as ctc_loss
from fastgrad.nn.functional.dropout import (
    alpha_dropout as alpha_dropout,
    dropout as dropout,
    dropout1d as dropout1d,
    dropout2d as dropout2d,
    dropout3d as dropout3d,
    feature_alpha_dropout as feature_alpha_dropout,
)
from fastgrad.nn.functional.embedding import (
    embedding as embedding,
    embedding_bag as embedding_bag,
    one_hot as one_hot,
)
from fastgrad.nn.functional.fold import (
    fold as fold,
    unfold as unfold,
)
from fastgrad.nn.functional.linear import (
    bilinear as bilinear,
    linear as linear,
)
from fastgrad.nn.functional.loss import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    huber_loss as huber_loss,
    l1_loss as l1_loss,
    mse_loss as mse_loss,
    smooth_l1_loss as smooth_l1_loss,
)
from fastgrad.nn.functional.loss_class import (
    cross_entropy as cross_entropy,
    linear_cross_entropy as linear_cross_entropy,
    nll_loss as nll_loss,
)
from fastgrad.nn.functional.normalization import (
    batch_norm as batch_norm,
    group_norm as group_norm,
    instance_norm as instance_norm,
    layer_norm as layer_norm,
    local_response_norm as local_response_norm,
    rms_norm as rms_norm,
)
from fastgrad.nn.functional.padding import pad as pad
from fastgrad.nn.functional.pool import (
    avg_pool1d as avg_pool1d,
    avg_pool2d as avg_pool2d,
    avg_pool3d as avg_pool3d,
    lp_pool1d as lp_pool1d,
    lp_pool2d as lp_pool2d,
    lp_pool3d as lp_pool3d,
    max_pool1d as max_pool1d,
    max_pool1d_with_indices as max_pool1d_with_indices,
    max_pool2d as max_pool2d,
    max_pool2d_with_indices as max_pool2d_with_indices,
    max_pool3d as max_pool3d,
    max_pool3d_with_indices as max_pool3d_with_indices,
    max_unpool1d as max_unpool1d,
    max_unpool2d as max_unpool2d,
    max_unpool3d as max_unpool3d,
)
from fastgrad.nn.functional.resample import (
    affine_grid as affine_grid,
    grid_sample as grid_sample,
    interpolate as interpolate,
    upsample as upsample,
    upsample_bilinear as upsample_bilinear,
    upsample_nearest as upsample_nearest,
)

# Those that plain operations make are in Python, and imported when they are first asked for.
_LATER = {
    "channel_shuffle": "shuffle",
    "cosine_embedding_loss": "margin",
    "cosine_similarity": "distance",
    "gaussian_nll_loss": "likelihood",
    "glu": "activation_composed",
    "gumbel_softmax": "activation_composed",
    "hardshrink": "activation_composed",
    "hinge_embedding_loss": "margin",
    "kl_div": "likelihood",
    "margin_ranking_loss": "margin",
    "multi_margin_loss": "margin",
    "multilabel_margin_loss": "margin",
    "multilabel_soft_margin_loss": "margin",
    "normalize": "distance",
    "pairwise_distance": "distance",
    "pdist": "distance",
    "pixel_shuffle": "shuffle",
    "pixel_unshuffle": "shuffle",
    "poisson_nll_loss": "likelihood",
    "prelu": "activation_composed",
    "rrelu": "activation_composed",
    "rrelu_": "activation_composed",
    "soft_margin_loss": "margin",
    "softshrink": "activation_composed",
    "softsign": "activation_composed",
    "tanhshrink": "activation_composed",
    "threshold": "activation_composed",
    "threshold_": "activation_composed",
    "triplet_margin_loss": "margin",
    "triplet_margin_with_distance_loss": "margin",
}

__all__ = sorted([*_names.public(globals(), modules=()), *_LATER])
