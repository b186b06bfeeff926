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
    chebyshev_polynomial_t as chebyshev_polynomial_t,
    chebyshev_polynomial_u as chebyshev_polynomial_u,
    chebyshev_polynomial_v as chebyshev_polynomial_v,
    chebyshev_polynomial_w as chebyshev_polynomial_w,
    entr as entr,
    erfc as erfc,
    hermite_polynomial_h as hermite_polynomial_h,
    hermite_polynomial_he as hermite_polynomial_he,
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    igamma as gammainc,
    igammac as gammaincc,
    laguerre_polynomial_l as laguerre_polynomial_l,
    legendre_polynomial_p as legendre_polynomial_p,
    log_ndtr as log_ndtr,
    ndtr as ndtr,
    ndtri as ndtri,
    shifted_chebyshev_polynomial_t as shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u as shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v as shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w as shifted_chebyshev_polynomial_w,
    xlog1py as xlog1py,
)

__all__ = [
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
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
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
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
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
    "sinc",
    "softmax",
    "xlog1py",
    "xlogy",
]


def __getattr__(name: str) -> Any:
    from fastgrad.torch import _door

    _door.missing("special", name)
