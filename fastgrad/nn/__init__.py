"""Layers, losses and what belongs to them, with PyTorch's names, arguments, defaults and state_dict keys."""

# isort: off
from fastgrad import _load

_load.load("fastgrad.nn")
# isort: on

from fastgrad import _missing, _moved, _names
from fastgrad.nn import (
    functional as functional,
    init as init,
    utils as utils,
)
from fastgrad.nn.activation import (
    CELU as CELU,
    ELU as ELU,
    GELU as GELU,
    GLU as GLU,
    SELU as SELU,
    Hardshrink as Hardshrink,
    Hardsigmoid as Hardsigmoid,
    Hardswish as Hardswish,
    Hardtanh as Hardtanh,
    LeakyReLU as LeakyReLU,
    LogSigmoid as LogSigmoid,
    LogSoftmax as LogSoftmax,
    Mish as Mish,
    PReLU as PReLU,
    ReLU as ReLU,
    ReLU6 as ReLU6,
    RReLU as RReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Softmax as Softmax,
    Softmax2d as Softmax2d,
    Softmin as Softmin,
    Softplus as Softplus,
    Softshrink as Softshrink,
    Softsign as Softsign,
    Tanh as Tanh,
    Tanhshrink as Tanhshrink,
    Threshold as Threshold,
)
from fastgrad.nn.container import (
    ModuleDict as ModuleDict,
    ModuleList as ModuleList,
    ParameterDict as ParameterDict,
    ParameterList as ParameterList,
    Sequential as Sequential,
)
from fastgrad.nn.conv import (
    Conv1d as Conv1d,
    Conv2d as Conv2d,
    Conv3d as Conv3d,
    ConvTranspose1d as ConvTranspose1d,
    ConvTranspose2d as ConvTranspose2d,
    ConvTranspose3d as ConvTranspose3d,
    LazyConv1d as LazyConv1d,
    LazyConv2d as LazyConv2d,
    LazyConv3d as LazyConv3d,
    LazyConvTranspose1d as LazyConvTranspose1d,
    LazyConvTranspose2d as LazyConvTranspose2d,
    LazyConvTranspose3d as LazyConvTranspose3d,
)
from fastgrad.nn.dropout import (
    AlphaDropout as AlphaDropout,
    Dropout as Dropout,
    Dropout1d as Dropout1d,
    Dropout2d as Dropout2d,
    Dropout3d as Dropout3d,
    FeatureAlphaDropout as FeatureAlphaDropout,
)
from fastgrad.nn.flatten import (
    Flatten as Flatten,
    Unflatten as Unflatten,
)
from fastgrad.nn.linear import (
    Bilinear as Bilinear,
    Identity as Identity,
    LazyLinear as LazyLinear,
    Linear as Linear,
)
from fastgrad.nn.loss import (
    BCELoss as BCELoss,
    BCEWithLogitsLoss as BCEWithLogitsLoss,
    CrossEntropyLoss as CrossEntropyLoss,
    HuberLoss as HuberLoss,
    L1Loss as L1Loss,
    LinearCrossEntropyLoss as LinearCrossEntropyLoss,
    LinearCrossEntropyOptions as LinearCrossEntropyOptions,
    MSELoss as MSELoss,
    NLLLoss as NLLLoss,
    NLLLoss2d as NLLLoss2d,
    SmoothL1Loss as SmoothL1Loss,
)
from fastgrad.nn.module import Module as Module
from fastgrad.nn.normalization import (
    BatchNorm1d as BatchNorm1d,
    BatchNorm2d as BatchNorm2d,
    BatchNorm3d as BatchNorm3d,
    GroupNorm as GroupNorm,
    InstanceNorm1d as InstanceNorm1d,
    InstanceNorm2d as InstanceNorm2d,
    InstanceNorm3d as InstanceNorm3d,
    LayerNorm as LayerNorm,
    LazyBatchNorm1d as LazyBatchNorm1d,
    LazyBatchNorm2d as LazyBatchNorm2d,
    LazyBatchNorm3d as LazyBatchNorm3d,
    LazyInstanceNorm1d as LazyInstanceNorm1d,
    LazyInstanceNorm2d as LazyInstanceNorm2d,
    LazyInstanceNorm3d as LazyInstanceNorm3d,
    LocalResponseNorm as LocalResponseNorm,
    RMSNorm as RMSNorm,
    SyncBatchNorm as SyncBatchNorm,
)
from fastgrad.nn.parameter import (
    Buffer as Buffer,
    Parameter as Parameter,
    UninitializedBuffer as UninitializedBuffer,
    UninitializedParameter as UninitializedParameter,
)
from fastgrad.nn.pool import (
    AvgPool1d as AvgPool1d,
    AvgPool2d as AvgPool2d,
    AvgPool3d as AvgPool3d,
    LPPool1d as LPPool1d,
    LPPool2d as LPPool2d,
    LPPool3d as LPPool3d,
    MaxPool1d as MaxPool1d,
    MaxPool2d as MaxPool2d,
    MaxPool3d as MaxPool3d,
    MaxUnpool1d as MaxUnpool1d,
    MaxUnpool2d as MaxUnpool2d,
    MaxUnpool3d as MaxUnpool3d,
)
from fastgrad.nn.resample import (
    Upsample as Upsample,
    UpsamplingBilinear2d as UpsamplingBilinear2d,
    UpsamplingNearest2d as UpsamplingNearest2d,
)

# What not every network has is imported when it is first asked for: names, and the modules they are in.
_LATER = {
    "AdaptiveAvgPool1d": "adaptive_pool",
    "AdaptiveAvgPool2d": "adaptive_pool",
    "AdaptiveAvgPool3d": "adaptive_pool",
    "AdaptiveLogSoftmaxWithLoss": "adaptive",
    "AdaptiveMaxPool1d": "adaptive_pool",
    "AdaptiveMaxPool2d": "adaptive_pool",
    "AdaptiveMaxPool3d": "adaptive_pool",
    "CTCLoss": "ctc",
    "ChannelShuffle": "shuffle",
    "CircularPad1d": "padding",
    "CircularPad2d": "padding",
    "CircularPad3d": "padding",
    "ConstantPad1d": "padding",
    "ConstantPad2d": "padding",
    "ConstantPad3d": "padding",
    "CosineEmbeddingLoss": "margin",
    "CosineSimilarity": "distance",
    "Embedding": "embedding",
    "EmbeddingBag": "embedding",
    "Fold": "fold",
    "FractionalMaxPool2d": "adaptive_pool",
    "FractionalMaxPool3d": "adaptive_pool",
    "GRU": "recurrent",
    "GRUCell": "recurrent",
    "GaussianNLLLoss": "likelihood",
    "HingeEmbeddingLoss": "margin",
    "KLDivLoss": "likelihood",
    "LSTM": "recurrent",
    "LSTMCell": "recurrent",
    "MarginRankingLoss": "margin",
    "MultiLabelMarginLoss": "margin",
    "MultiLabelSoftMarginLoss": "margin",
    "MultiMarginLoss": "margin",
    "MultiheadAttention": "attention",
    "PairwiseDistance": "distance",
    "PixelShuffle": "shuffle",
    "PixelUnshuffle": "shuffle",
    "PoissonNLLLoss": "likelihood",
    "RNN": "recurrent",
    "RNNBase": "recurrent",
    "RNNCell": "recurrent",
    "RNNCellBase": "recurrent",
    "ReflectionPad1d": "padding",
    "ReflectionPad2d": "padding",
    "ReflectionPad3d": "padding",
    "ReplicationPad1d": "padding",
    "ReplicationPad2d": "padding",
    "ReplicationPad3d": "padding",
    "SoftMarginLoss": "margin",
    "Transformer": "transformer",
    "TransformerDecoder": "transformer",
    "TransformerDecoderLayer": "transformer",
    "TransformerEncoder": "transformer",
    "TransformerEncoderLayer": "transformer",
    "TripletMarginLoss": "margin",
    "TripletMarginWithDistanceLoss": "margin",
    "Unfold": "fold",
    "ZeroPad1d": "padding",
    "ZeroPad2d": "padding",
    "ZeroPad3d": "padding",
}

__all__ = sorted([*_names.public(globals(), modules=("functional", "init", "utils")), *_LATER])

for _module in (__name__, functional.__name__, init.__name__, utils.__name__):
    _missing.explain(_module)
del _module
_moved.remember(__name__)
