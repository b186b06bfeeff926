"""Optimizers, with PyTorch's names, arguments and defaults. Each step is one call of the core for all parameters."""

from fastgrad import _names
from fastgrad.optim import lr_scheduler as lr_scheduler
from fastgrad.optim.adagrad import Adagrad as Adagrad
from fastgrad.optim.adam import (
    Adam as Adam,
    AdamW as AdamW,
)
from fastgrad.optim.optimizer import Optimizer as Optimizer
from fastgrad.optim.rmsprop import RMSprop as RMSprop
from fastgrad.optim.sgd import SGD as SGD

__all__ = _names.public(globals(), modules=("lr_scheduler",))
