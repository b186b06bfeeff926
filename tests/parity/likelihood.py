"""Losses of distributions."""

from __future__ import annotations

from .case import Case, Constant, Draw, Given, layer, of_layer
from .loss import REDUCTIONS


def counts(d: Draw) -> Given:
    shape = d.shape()
    # PyTorch's Stirling has the constant 2 pi of float32 in every dtype: whole numbers below 2 leave it out
    options = d.options(log_input=d.flag(), full=d.flag(), eps=lambda: d.real(1e-3, 0.1), reduction=REDUCTIONS)
    target = d.integers(shape, high=2 if options.get("full") else 6)
    x = d.normal(shape) if options.get("log_input", True) else d.uniform(shape, low=0.2, high=3.0)
    return layer(**options).on(x, target if d.flag() else Constant(target.astype(float)))


def normal(d: Draw) -> Given:
    shape = d.shape(least=1)
    kind = d.integer(0, 3)
    var = [shape, (*shape[:-1], 1), shape[:-1], ()][kind]
    options = d.options(full=d.flag(), eps=lambda: d.real(1e-3, 0.3), reduction=REDUCTIONS)
    given = d.real(0.1, 2.0) if kind == 3 else d.uniform(var, high=2.0)
    return layer(**options).on(d.normal(shape), d.normal(shape), given)


def divergence(d: Draw) -> Given:
    shape = d.shape()
    options = d.options(reduction=[*REDUCTIONS, "batchmean"], log_target=d.flag())
    target = d.normal(shape) if options.get("log_target") else d.uniform(shape, low=0.01)
    return layer(**options).on(d.normal(shape), target)


CASES = [
    Case("nn.PoissonNLLLoss", counts),
    Case("nn.GaussianNLLLoss", normal),
    Case("nn.KLDivLoss", divergence),
    Case("nn.functional.poisson_nll_loss", of_layer(counts)),
    Case("nn.functional.gaussian_nll_loss", of_layer(normal)),
    Case("nn.functional.kl_div", of_layer(divergence)),
]
