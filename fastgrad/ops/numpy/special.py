"""SciPy's special functions of tensors, with gradients where fastgrad has them: ufuncs, which ask as NumPy's do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad.ops.numpy.ufuncs import floats, floats_alike, made
from fastgrad.ops.pytorch import arithmetic, special


def _of_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function(floats(x))


def _of_two(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: function(*floats_alike(x, y))


_FUNCTIONS = {
    "entr": _of_floats(special.entr),
    "erf": _of_floats(fg.erf),
    "erfc": _of_floats(special.erfc),
    "erfinv": _of_floats(fg.erfinv),
    "expit": _of_floats(fg.sigmoid),
    "gammainc": _of_two(special.igamma),
    "gammaincc": _of_two(special.igammac),
    "gammaln": _of_floats(fg.lgamma),
    "i0": _of_floats(special.i0),
    "i0e": _of_floats(special.i0e),
    "i1": _of_floats(special.i1),
    "i1e": _of_floats(special.i1e),
    "log_ndtr": _of_floats(special.log_ndtr),
    "logit": _of_floats(arithmetic.logit),
    "ndtr": _of_floats(special.ndtr),
    "ndtri": _of_floats(special.ndtri),
    "psi": _of_floats(fg.digamma),
    "xlog1py": _of_two(special.xlog1py),
    "xlogy": _of_two(arithmetic.xlogy),
}


def scipys(ufunc: Any) -> Any:
    """Return ours in the place of one of SciPy's ufuncs; None for another."""
    name = ufunc.__name__
    scipy = sys.modules.get("scipy.special")
    if name not in _FUNCTIONS or getattr(scipy, name, None) is not ufunc:
        return None
    return made(ufunc, _FUNCTIONS[name])
