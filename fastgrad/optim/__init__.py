"""Optimizers, with PyTorch's names, arguments and defaults. Most steps are one call of the core for all parameters."""

import typing

from fastgrad import _names
from fastgrad.optim.adagrad import Adagrad as Adagrad
from fastgrad.optim.adam import (
    Adam as Adam,
    AdamW as AdamW,
)
from fastgrad.optim.optimizer import Optimizer as Optimizer
from fastgrad.optim.rmsprop import RMSprop as RMSprop
from fastgrad.optim.sgd import SGD as SGD

if typing.TYPE_CHECKING:
    from fastgrad.optim import (
        lr_scheduler as lr_scheduler,
        swa_utils as swa_utils,
    )
    from fastgrad.optim.adadelta import Adadelta as Adadelta
    from fastgrad.optim.adafactor import Adafactor as Adafactor
    from fastgrad.optim.adamax import Adamax as Adamax
    from fastgrad.optim.asgd import ASGD as ASGD
    from fastgrad.optim.conjugate_gradient import ConjugateGradient as ConjugateGradient
    from fastgrad.optim.lamb import LAMB as LAMB
    from fastgrad.optim.lbfgs import LBFGS as LBFGS
    from fastgrad.optim.lion import Lion as Lion
    from fastgrad.optim.muon import Muon as Muon
    from fastgrad.optim.nadam import NAdam as NAdam
    from fastgrad.optim.radam import RAdam as RAdam
    from fastgrad.optim.rprop import Rprop as Rprop
    from fastgrad.optim.scipy_minimizer import SciPyMinimizer as SciPyMinimizer

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
