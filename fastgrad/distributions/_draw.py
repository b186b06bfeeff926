"""Random numbers for samples, from the default generator, and how those of the gamma distribution move with it."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import _core
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.distributions.utils import finfo

# float16 and bfloat16 are stored: what they hold is drawn in float32 and rounded.


def wide(x: Tensor) -> Tensor:
    """In a dtype that is computed in."""
    return x.astype(fg.float32) if x.dtype in (fg.float16, fg.bfloat16) else x


def _like(drawn: Tensor, like: Tensor) -> Tensor:
    return drawn if drawn.dtype == like.dtype else drawn.astype(like.dtype)


def _dtype(like: Tensor) -> Any:
    return fg.float32 if like.dtype in (fg.float16, fg.bfloat16) else like.dtype


def normal(shape: Any, like: Tensor) -> Tensor:
    return _like(fg.randn(tuple(shape), dtype=_dtype(like)), like)


def uniform(shape: Any, like: Tensor) -> Tensor:
    """Of [0, 1)."""
    return _like(fg.rand(tuple(shape), dtype=_dtype(like)), like)


def inside(shape: Any, like: Tensor) -> Tensor:
    """Of (0, 1): both logarithms are finite."""
    facts = finfo(like)
    return fg.clip(uniform(shape, like), float(facts.tiny), 1 - float(facts.epsneg))


def exponential(shape: Any, like: Tensor) -> Tensor:
    """Of rate 1, above 0 and finite."""
    drawn = -fg.log1p(-fg.rand(tuple(shape), dtype=_dtype(like)))
    return fg.clip(_like(drawn, like), float(finfo(like).tiny))


def bernoulli(probs: Tensor) -> Tensor:
    return _like(fg.bernoulli(wide(probs)), probs)


def poisson(rate: Tensor) -> Tensor:
    return _like(_core.poisson(fg.random.source("sample", None), wide(rate)), rate)


def binomial(count: Tensor, probs: Tensor) -> Tensor:
    return _like(_core.binomial(fg.random.source("sample", None), wide(count), wide(probs)), probs)


class GammaLogSlope(Function):
    """d log(x) / d concentration of a drawn x, which has no derivative itself."""

    @staticmethod
    def forward(ctx: Any, concentration: Tensor, log_x: Tensor) -> Tensor:
        return _core.gamma_log_slope(concentration, log_x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        raise NotImplementedError(
            "rsample: samples of gamma, beta, Dirichlet and Student's distributions, and the incomplete gamma "
            "function, have first derivatives by their concentration alone"
        )


def _slope(concentration: Tensor, log_x: Tensor) -> Tensor:
    slope: Tensor = GammaLogSlope.apply(concentration, log_x)
    return slope


class StandardGamma(Function):
    """A number of the gamma distribution of rate 1 for each concentration, or its logarithm."""

    @staticmethod
    def forward(ctx: Any, concentration: Tensor, logarithm: bool) -> Tensor:
        drawn = _core.standard_gamma(fg.random.source("sample", None), concentration, logarithm)
        ctx.logarithm = logarithm
        ctx.save_for_backward(concentration, drawn)
        return drawn

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        concentration, drawn = ctx.saved_tensors
        if ctx.logarithm:
            return g * _slope(concentration, drawn), None
        tiny = float(finfo(drawn).tiny)  # a sample that vanished does not move
        return g * drawn * _slope(concentration, fg.log(fg.clip(drawn, tiny))), None


def standard_gamma(concentration: Tensor) -> Tensor:
    drawn: Tensor = StandardGamma.apply(wide(concentration), False)
    return _like(drawn, concentration)


def log_standard_gamma(concentration: Tensor) -> Tensor:
    """In float64, of which differences keep their digits."""
    drawn: Tensor = StandardGamma.apply(concentration.astype(fg.float64), True)
    return drawn


class IncompleteGamma(Function):
    """The share of the gamma distribution of shape a below x, or above it."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, x: Tensor, upper: bool) -> Tensor:
        ctx.upper = upper
        ctx.save_for_backward(a, x)
        return _core.gammainc(a, x, upper)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, x = ctx.saved_tensors
        g = -g if ctx.upper else g
        log_x = fg.log(x)
        density = fg.exp((a - 1) * log_x - x - fg.lgamma(a))
        by_a = -g * density * x * _slope(a, log_x) if ctx.needs_input_grad[0] else None
        return by_a, g * density if ctx.needs_input_grad[1] else None, None


def gammainc(a: Tensor, x: Tensor, upper: bool = False) -> Tensor:
    a, x = fg.broadcast_arrays(a, x)
    share: Tensor = IncompleteGamma.apply(wide(a), wide(x).astype(wide(a).dtype), upper)
    return _like(share, a)
