"""Layers that apply losses of distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad._tensor.convert import real
from fastgrad.nn.functional.likelihood import (
    check_eps,
    gaussian_nll_loss,
    kl_div,
    kl_reduction,
    poisson_nll_loss,
)
from fastgrad.nn.loss import Loss

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class PoissonNLLLoss(Loss):
    """Negative log-likelihood of counts, `functional.poisson_nll_loss`.

    Parameters
    ----------
    log_input, full, size_average, eps, reduce, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.PoissonNLLLoss()(fg.tensor([0.0]), fg.tensor([2.0])).item()
    1.0
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps: float = real(eps, "PoissonNLLLoss", "eps")

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return poisson_nll_loss(log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction)


class GaussianNLLLoss(Loss):
    """Negative log-likelihood of normal distributions, `functional.gaussian_nll_loss`.

    Parameters
    ----------
    full, eps, reduction
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.GaussianNLLLoss()(fg.zeros(2), fg.ones(2), fg.ones(2)).item()
    0.5
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps: float = real(eps, "GaussianNLLLoss", "eps")
        check_eps(self.eps, "GaussianNLLLoss")

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class KLDivLoss(Loss):
    """Kullback-Leibler divergence, `functional.kl_div`.

    Parameters
    ----------
    size_average, reduce, reduction, log_target
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> half = fg.tensor([[0.5, 0.5]])
    >>> fg.nn.KLDivLoss(reduction="batchmean")(fg.log(half), half).item()
    0.0
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__()
        self.reduction: str = kl_reduction(reduction, size_average, reduce, "KLDivLoss")
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return kl_div(input, target, reduction=self.reduction, log_target=self.log_target)
