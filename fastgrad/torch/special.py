"""``torch.special``: functions by their names there."""

from __future__ import annotations

from typing import Any

from fastgrad.ops.pytorch.arithmetic import (
    digamma as digamma,
    digamma as psi,
    erf as erf,
    erfinv as erfinv,
    exp2 as exp2,
    expm1 as expm1,
    lgamma as gammaln,
    log1p as log1p,
    logit as logit,
    mvlgamma as multigammaln,
    polygamma as polygamma,
    round as round,
    sigmoid as expit,
    sinc as sinc,
    xlogy as xlogy,
)
from fastgrad.ops.pytorch.reduce import (
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    softmax as softmax,
)
from fastgrad.ops.pytorch.special import (
    entr as entr,
    erfc as erfc,
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    igamma as gammainc,
    igammac as gammaincc,
    log_ndtr as log_ndtr,
    ndtr as ndtr,
    ndtri as ndtri,
    xlog1py as xlog1py,
)

__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]


def __getattr__(name: str) -> Any:
    from fastgrad.torch import _door

    _door.missing("special", name)
