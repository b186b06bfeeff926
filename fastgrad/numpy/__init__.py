"""NumPy's vocabulary over fastgrad: ``import fastgrad.numpy as np``.

Functions, the table `fastgrad.ops.numpy.names`, mean what NumPy means by them, in its dtypes (a Python float is a
float64), and are differentiable where they have a gradient; so do Tensor's methods from this import on, in the whole
process (`fastgrad.set_vocabulary`). What is not in the table is NumPy's own, and takes and gives tensors without
gradients. See ``docs/from-numpy.md``.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

import numpy as _numpy
from numpy import __version__ as __version__

from fastgrad import Tensor as ndarray
from fastgrad.numpy import _modules, _switch
from fastgrad.ops.numpy.common import numpys_own as _numpys_own
from fastgrad.ops.numpy.names import *

# Modules of the door's own, imported when they are first named.
_MODULES = ("autograd", "linalg", "random")


def __getattr__(name: str) -> Any:
    """What is NumPy's own: its functions for tensors, its types and constants as they are."""
    if name in _MODULES:
        return _import_module(f"fastgrad.numpy.{name}")
    found = globals()[name] = _numpys_own(_numpy, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_numpy)})


_modules.borrow()
_switch.open_door()
