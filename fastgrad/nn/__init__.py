"""Layers, losses and what belongs to them, with PyTorch's names, arguments, defaults and state_dict keys."""

from fastgrad import _names
from fastgrad.nn import (
    functional as functional,
    init as init,
    utils as utils,
)
from fastgrad.nn.activation import (
    GELU as GELU,
    LeakyReLU as LeakyReLU,
    LogSoftmax as LogSoftmax,
    ReLU as ReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Softmax as Softmax,
    Softplus as Softplus,
    Tanh as Tanh,
)
from fastgrad.nn.container import (
    ModuleDict as ModuleDict,
    ModuleList as ModuleList,
    ParameterDict as ParameterDict,
    ParameterList as ParameterList,
    Sequential as Sequential,
)
from fastgrad.nn.conv import Conv2d as Conv2d
from fastgrad.nn.dropout import Dropout as Dropout
from fastgrad.nn.flatten import (
    Flatten as Flatten,
    Unflatten as Unflatten,
)
from fastgrad.nn.linear import (
    Identity as Identity,
    LazyLinear as LazyLinear,
    Linear as Linear,
)
from fastgrad.nn.loss import (
    BCELoss as BCELoss,
    BCEWithLogitsLoss as BCEWithLogitsLoss,
    CrossEntropyLoss as CrossEntropyLoss,
    L1Loss as L1Loss,
    MSELoss as MSELoss,
    NLLLoss as NLLLoss,
)
from fastgrad.nn.module import Module as Module
from fastgrad.nn.normalization import (
    BatchNorm1d as BatchNorm1d,
    BatchNorm2d as BatchNorm2d,
    LayerNorm as LayerNorm,
)
from fastgrad.nn.parameter import (
    Buffer as Buffer,
    Parameter as Parameter,
    UninitializedBuffer as UninitializedBuffer,
    UninitializedParameter as UninitializedParameter,
)
from fastgrad.nn.pool import (
    AdaptiveAvgPool2d as AdaptiveAvgPool2d,
    AvgPool2d as AvgPool2d,
    MaxPool2d as MaxPool2d,
)

__all__ = _names.public(globals(), modules=("functional", "init", "utils"))
