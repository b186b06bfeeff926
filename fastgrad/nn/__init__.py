"""Layers, losses and what belongs to them, with PyTorch's names, arguments, defaults and state_dict keys."""

from fastgrad.nn import functional, init, utils
from fastgrad.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from fastgrad.nn.container import ModuleDict, ModuleList, ParameterList, Sequential
from fastgrad.nn.conv import Conv2d
from fastgrad.nn.dropout import Dropout
from fastgrad.nn.flatten import Flatten
from fastgrad.nn.linear import Identity, Linear
from fastgrad.nn.loss import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from fastgrad.nn.module import Module
from fastgrad.nn.norm import BatchNorm1d, BatchNorm2d, LayerNorm
from fastgrad.nn.parameter import Parameter
from fastgrad.nn.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d

__all__ = [
    "GELU",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Identity",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ParameterList",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "functional",
    "init",
    "utils",
]
