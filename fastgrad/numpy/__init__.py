"""NumPy's vocabulary over fastgrad: ``import fastgrad.numpy as np``.

A table of names. Functions mean what NumPy means by them, in its dtypes (a Python float is a float64), and are
differentiable where they have a gradient; so do Tensor's methods from this import on, in the whole process
(`fastgrad.set_vocabulary`). What is not in the table is NumPy's own, and takes and gives tensors without gradients. See
``docs/from-numpy.md``.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

import numpy as _numpy

from fastgrad import Tensor as ndarray
from fastgrad.numpy import _switch
from fastgrad.ops.numpy.common import numpys_own as _numpys_own
from fastgrad.ops.numpy.products import (
    cross as cross,
    dot as dot,
    einsum as einsum,
    inner as inner,
    kron as kron,
    outer as outer,
    tensordot as tensordot,
    vdot as vdot,
)
from fastgrad.ops.numpy.reduce import (
    all as all,
    any as any,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    cumprod as cumprod,
    cumsum as cumsum,
    cumulative_prod as cumulative_prod,
    cumulative_sum as cumulative_sum,
    max as amax,
    max as max,
    mean as mean,
    min as amin,
    min as min,
    nanargmax as nanargmax,
    nanargmin as nanargmin,
    nancumprod as nancumprod,
    nancumsum as nancumsum,
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanprod as nanprod,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
    prod as prod,
    ptp as ptp,
    std as std,
    sum as sum,
    var as var,
)

# Modules of the door's own, imported when they are first named.
_MODULES = ("linalg",)


def __getattr__(name: str) -> Any:
    """What is NumPy's own: its functions for tensors, its types and constants as they are."""
    if name in _MODULES:
        return _import_module(f"fastgrad.numpy.{name}")
    found = globals()[name] = _numpys_own(_numpy, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_numpy)})


_switch.open_door()
