"""Learning rates that change from epoch to epoch.

Each scheduler goes from the rate that its optimizer has to the next one, so that several of them on one optimizer
multiply, and a rate that is set by hand is what the next epochs start from. Where PyTorch's do otherwise (`LambdaLR`
sets the rate from the initial one), these do too.
"""

from fastgrad import _missing, _names
from fastgrad.optim.lr_scheduler.base import LRScheduler as LRScheduler
from fastgrad.optim.lr_scheduler.composed import (
    ChainedScheduler as ChainedScheduler,
    SequentialLR as SequentialLR,
)
from fastgrad.optim.lr_scheduler.cycle import (
    CosineAnnealingLR as CosineAnnealingLR,
    CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts,
    CyclicLR as CyclicLR,
    OneCycleLR as OneCycleLR,
)
from fastgrad.optim.lr_scheduler.decay import (
    ConstantLR as ConstantLR,
    ExponentialLR as ExponentialLR,
    LambdaLR as LambdaLR,
    LinearLR as LinearLR,
    MultiplicativeLR as MultiplicativeLR,
    MultiStepLR as MultiStepLR,
    PolynomialLR as PolynomialLR,
    StepLR as StepLR,
)
from fastgrad.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau

_LRScheduler = LRScheduler  # what PyTorch's programs of before 2.0 derive from

_missing.explain(__name__)

__all__ = _names.public(globals(), modules=())
