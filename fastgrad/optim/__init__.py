"""Optimizers, with PyTorch's names, arguments and defaults. Most steps are one call of the core for all parameters."""

# isort: off
from fastgrad import _load

_load.load("fastgrad.optim")
# isort: on

from fastgrad import _missing, _names
from fastgrad.optim.adagrad import Adagrad as Adagrad
from fastgrad.optim.adam import (
    Adam as Adam,
    AdamW as AdamW,
)
from fastgrad.optim.optimizer import Optimizer as Optimizer
from fastgrad.optim.rmsprop import RMSprop as RMSprop
from fastgrad.optim.sgd import SGD as SGD

# Imported when they are first asked for, so that importing fastgrad stays quick: names, and the modules they are in.
_LATER = {
    "ASGD": "asgd",
    "Adadelta": "adadelta",
    "Adafactor": "adafactor",
    "Adamax": "adamax",
    "ConjugateGradient": "conjugate_gradient",
    "LAMB": "lamb",
    "LBFGS": "lbfgs",
    "Lion": "lion",
    "Muon": "muon",
    "NAdam": "nadam",
    "RAdam": "radam",
    "Rprop": "rprop",
    "SciPyMinimizer": "scipy_minimizer",
    "lr_scheduler": "lr_scheduler",
    "swa_utils": "swa_utils",
}

__all__ = sorted([*_names.public(globals(), modules=()), *_LATER])

_missing.explain(__name__)
