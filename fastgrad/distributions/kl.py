"""How far one distribution is from another: the Kullback-Leibler divergence, by formulas for pairs of classes.

It is -H(p) - E[log q], the mean being over p. So most pairs need the entropy of the first and, for the logarithm of the
second's density, a mean of x, its square, logarithm or exponential under the first.
"""

# mypy: disable-error-code="no-any-return"
# (of the parameters of either class)

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions.bernoulli import Bernoulli
from fastgrad.distributions.beta import Beta
from fastgrad.distributions.binomial import Binomial
from fastgrad.distributions.categorical import Categorical
from fastgrad.distributions.cauchy import Cauchy
from fastgrad.distributions.continuous_bernoulli import ContinuousBernoulli
from fastgrad.distributions.dirichlet import Dirichlet
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.exponential import Exponential
from fastgrad.distributions.gamma import Gamma
from fastgrad.distributions.geometric import Geometric
from fastgrad.distributions.gumbel import Gumbel
from fastgrad.distributions.half_normal import HalfNormal
from fastgrad.distributions.independent import Independent
from fastgrad.distributions.laplace import Laplace
from fastgrad.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from fastgrad.distributions.multivariate_normal import MultivariateNormal, _diagonal, solved
from fastgrad.distributions.normal import Normal
from fastgrad.distributions.one_hot_categorical import OneHotCategorical
from fastgrad.distributions.pareto import Pareto
from fastgrad.distributions.poisson import Poisson
from fastgrad.distributions.transformed_distribution import TransformedDistribution
from fastgrad.distributions.uniform import Uniform
from fastgrad.distributions.utils import euler_constant, lbeta, sum_rightmost

__all__ = ["kl_divergence", "register_kl"]

Formula = TypeVar("Formula", bound=Callable[[Any, Any], Tensor])

_FORMULAS: dict[tuple[type, type], Callable[[Any, Any], Tensor]] = {}
_FOUND: dict[tuple[type, type], Callable[[Any, Any], Tensor] | None] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Formula], Formula]:
    """Register a function as the divergence between two classes, and their subclasses: a decorator.

    Of several that fit, that of the nearest class of p is taken, then of q.

    Parameters
    ----------
    type_p, type_q : type
        Subclasses of `Distribution`.

    Raises
    ------
    TypeError
        If one is none.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Normal, kl_divergence, register_kl
    >>> class Standard(Normal):
    ...     def __init__(self):
    ...         super().__init__(0.0, 1.0)
    >>> @register_kl(Standard, Standard)
    ... def same(p, q):
    ...     return fg.tensor(0.0)
    >>> kl_divergence(Standard(), Standard()).item()
    0.0
    """
    for kind, which in ((type_p, "type_p"), (type_q, "type_q")):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise TypeError(f"register_kl: {which} must be a subclass of Distribution, got {kind!r}")

    def decorator(function: Formula) -> Formula:
        _FORMULAS[type_p, type_q] = function
        _FOUND.clear()
        return function

    return decorator


def _formula(p: type, q: type) -> Callable[[Any, Any], Tensor] | None:
    if (p, q) not in _FOUND:
        fitting = [
            (p.__mro__.index(a), q.__mro__.index(b), f)
            for (a, b), f in _FORMULAS.items()
            if issubclass(p, a) and issubclass(q, b)
        ]
        _FOUND[p, q] = min(fitting, key=lambda entry: entry[:2])[2] if fitting else None
    return _FOUND[p, q]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence of q from p: the mean of log p(x) - log q(x) over p.

    Parameters
    ----------
    p, q : Distribution
        The divergence is of `p` from `q`.

    Returns
    -------
    Tensor
        Of the shape that both batch shapes broadcast to; infinity where p has values that q has not.

    Raises
    ------
    NotImplementedError
        If there is no formula for the pair of classes; `register_kl` adds one.

    Examples
    --------
    >>> from fastgrad.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0)).item()
    0.5
    """
    formula = _formula(type(p), type(q))
    if formula is None:
        raise NotImplementedError(
            f"kl_divergence: there is no formula for {type(p).__name__} and {type(q).__name__}; register_kl adds one, "
            f"and the mean of p.log_prob(x) - q.log_prob(x) over samples of p is an estimate"
        )
    return formula(p, q)


# ---- pairs of a class ------------------------------------------------------------------------------------------------


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Tensor:
    ratio = fg.square(p.scale / q.scale)
    return 0.5 * (ratio + fg.square((p.loc - q.loc) / q.scale) - 1 - fg.log(ratio))


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Tensor:
    ratio = fg.square(p.scale / q.scale)
    return 0.5 * (ratio - 1 - fg.log(ratio))


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Tensor:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"kl_divergence: both normal distributions must have one event shape, got {p.event_shape} and "
            f"{q.event_shape}"
        )
    n = p.event_shape[0]
    lower, other = q._unbroadcasted_scale_tril, p._unbroadcasted_scale_tril
    lead = fg.broadcast_shapes(tuple(p.batch_shape), tuple(q.batch_shape))
    columns = fg.swapaxes(fg.broadcast_to(other, (*lead, n, n)), -1, -2)
    # L_q^-1 L_p, by rows of the transposed one: those come first of all axes
    rows = fg.moveaxis(columns, -2, 0)
    trace = fg.sum(fg.square(solved(lower, rows)), axis=(0, -1))
    distance = fg.sum(fg.square(solved(lower, p.loc - q.loc)), axis=-1)
    log_dets = fg.sum(fg.log(_diagonal(lower)), axis=-1) - fg.sum(fg.log(_diagonal(other)), axis=-1)
    return log_dets + 0.5 * (trace + distance - n)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Tensor:
    ratio, off = p.scale / q.scale, fg.abs(p.loc - q.loc)
    return -fg.log(ratio) + off / q.scale + ratio * fg.exp(-off / p.scale) - 1


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Tensor:
    # F. Chyzak, F. Nielsen, "A closed-form formula for the Kullback-Leibler divergence between Cauchy distributions",
    # 2019
    both = fg.square(p.scale + q.scale) + fg.square(p.loc - q.loc)
    return fg.log(both) - fg.log(4 * p.scale * q.scale)


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Tensor:
    ratio, off = p.scale / q.scale, (q.loc - p.loc) / q.scale
    return -fg.log(ratio) - off + ratio * euler_constant + fg.exp(off + fg.lgamma(1 + ratio)) - (1 + euler_constant)


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    return ratio - fg.log(ratio) - 1


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Tensor:
    return (
        q.concentration * fg.log(p.rate / q.rate)
        + fg.lgamma(q.concentration)
        - fg.lgamma(p.concentration)
        + (p.concentration - q.concentration) * fg.digamma(p.concentration)
        + (q.rate - p.rate) * (p.concentration / p.rate)
    )


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Tensor:
    a, b = p.concentration1, p.concentration0
    c, d = q.concentration1, q.concentration0
    by = (a - c) * fg.digamma(a) + (b - d) * fg.digamma(b) + (c + d - a - b) * fg.digamma(a + b)
    return lbeta(c, d) - lbeta(a, b) + by


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Tensor:
    a, b = p.concentration, q.concentration
    total = fg.sum(a, axis=-1, keepdims=True)
    by = (a - b) * (fg.digamma(a) - fg.digamma(total))
    return q._log_beta() - p._log_beta() + fg.sum(by, axis=-1)


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Tensor:
    ratio = p.scale / q.scale
    within = q.alpha * fg.log(ratio) - fg.log(q.alpha / p.alpha) + q.alpha / p.alpha - 1
    return fg.where(ratio < 1, math.inf, within)


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Tensor:
    within = fg.log((q.high - q.low) / (p.high - p.low))
    return fg.where((q.low > p.low) | (q.high < p.high), math.inf, within)


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Tensor:
    return p.rate * (fg.log(p.rate) - fg.log(q.rate)) - (p.rate - q.rate)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Tensor:
    softplus = fg.nn.functional.softplus
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = fg.where(p.probs == 0, 0.0, fg.where((q.probs == 0) & (p.probs > 0), math.inf, one))
    zero = fg.where(p.probs == 1, 0.0, fg.where((q.probs == 1) & (p.probs < 1), math.inf, zero))
    return one + zero


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Tensor:
    return _to_continuous_bernoulli(p, q)


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Tensor:
    # of one trial, times their number; of fewer for q the divergence is infinite, of more there is no formula
    if bool(fg.any(p.total_count < q.total_count)):
        raise NotImplementedError("kl_divergence: there is no formula where the second binomial has more trials")
    each = p.total_count * (p.probs * (p.logits - q.logits) + fg.log1p(-p.probs) - fg.log1p(-q.probs))
    return fg.where(p.total_count > q.total_count, math.inf, each)


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Tensor:
    return -p.entropy() - fg.log1p(-q.probs) / p.probs - q.logits


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Tensor:
    each = p.probs * (p.logits - q.logits)
    each = fg.where(q.probs == 0, math.inf, each)
    return fg.sum(fg.where(p.probs == 0, 0.0, each), axis=-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_categorical(p: Any, q: Any) -> Tensor:
    return _categorical(p._categorical, q._categorical)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Tensor:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(
            "kl_divergence: both Independent distributions must take as many batch axes into the event, got "
            f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}"
        )
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Tensor:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError("kl_divergence: both transformed distributions must have equal transforms")
    extra = len(p.event_shape) - len(p.base_dist.event_shape)
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), extra)


# ---- pairs of two classes, by means ----------------------------------------------------------------------------------

Mean = Callable[[Any], Tensor]

_LOGARITHM: dict[type, Mean] = {
    Beta: lambda p: fg.digamma(p.concentration1) - fg.digamma(p.concentration1 + p.concentration0),
    Exponential: lambda p: -euler_constant - fg.log(p.rate),
    Gamma: lambda p: fg.digamma(p.concentration) - fg.log(p.rate),
    Pareto: lambda p: fg.log(p.scale) + 1 / p.alpha,
    Uniform: lambda p: _mean_logarithm(p.low, p.high),
}


def _mean_logarithm(low: Tensor, high: Tensor) -> Tensor:
    def integral(x: Tensor) -> Tensor:
        return fg.where(x == 0, 0.0, x * fg.log(fg.where(x == 0, 1.0, x)) - x)

    return (integral(high) - integral(low)) / (high - low)


def _mean_exponential(p: Any, rate: Tensor) -> Tensor:
    """The mean of exp(-rate x)."""
    if isinstance(p, Normal):
        return fg.exp(-rate * p.loc + 0.5 * fg.square(rate * p.scale))
    if isinstance(p, Exponential):
        return p.rate / (p.rate + rate)
    if isinstance(p, Gamma):
        return fg.pow(1 + rate / p.rate, -p.concentration)
    return (fg.exp(-rate * p.low) - fg.exp(-rate * p.high)) / (rate * (p.high - p.low))


def _mean_size(p: Any, loc: Tensor) -> Tensor:
    """The mean of |x - loc| for a normal x: of the folded normal distribution."""
    off = p.loc - loc
    z = off / p.scale
    return p.scale * math.sqrt(2 / math.pi) * fg.exp(-0.5 * fg.square(z)) + off * fg.erf(z * math.sqrt(0.5))


def _from(p: Any, log_q: Tensor, outside: Any = None) -> Tensor:
    found = -p.entropy() - log_q
    return found if outside is None else fg.where(outside, math.inf, found)


def _to_normal(p: Any, q: Any) -> Tensor:
    second = p.variance + fg.square(p.mean - q.loc)
    return _from(p, -0.5 * second / fg.square(q.scale) - fg.log(q.scale) - 0.5 * math.log(2 * math.pi))


def _to_laplace(p: Any, q: Any) -> Tensor:
    return _from(p, -fg.log(2 * q.scale) - _mean_size(p, q.loc) / q.scale)


def _to_gumbel(p: Any, q: Any) -> Tensor:
    far = fg.exp(q.loc / q.scale) * _mean_exponential(p, 1 / q.scale)
    return _from(p, -fg.log(q.scale) - (p.mean - q.loc) / q.scale - far)


def _to_exponential(p: Any, q: Any) -> Tensor:
    return _from(p, fg.log(q.rate) - q.rate * p.mean, _below_zero(p))


def _to_gamma(p: Any, q: Any) -> Tensor:
    c = q.concentration
    log_q = c * fg.log(q.rate) - fg.lgamma(c) + (c - 1) * _LOGARITHM[_known(p)](p) - q.rate * p.mean
    return _from(p, log_q, _below_zero(p))


def _to_beta(p: Any, q: Any) -> Tensor:
    a, b = q.concentration1, q.concentration0
    log_q = (a - 1) * _mean_logarithm(p.low, p.high) + (b - 1) * _mean_logarithm(1 - p.high, 1 - p.low) - lbeta(a, b)
    return _from(p, log_q, (p.low < 0) | (p.high > 1))


def _to_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    outside = (p.low < 0) | (p.high > 1) if isinstance(p, Uniform) else None
    return _from(p, p.mean * q.logits + fg.log1p(-q.probs) + q._log_constant(), outside)


def _to_pareto(p: Any, q: Any) -> Tensor:
    log_q = fg.log(q.alpha) + q.alpha * fg.log(q.scale) - (q.alpha + 1) * _mean_logarithm(p.low, p.high)
    return _from(p, log_q, p.low < q.scale)


def _beta_to_uniform(p: Any, q: Any) -> Tensor:
    return _from(p, -fg.log(q.high - q.low), (q.low > 0) | (q.high < 1))


def _known(p: Any) -> type:
    return next(kind for kind in type(p).__mro__ if kind in _LOGARITHM)


def _below_zero(p: Any) -> Any:
    return p.low < 0 if isinstance(p, Uniform) else None


def _infinite(p: Any, q: Any) -> Tensor:
    """p has values that q has not."""
    shape = fg.broadcast_shapes(tuple(p.batch_shape), tuple(q.batch_shape))
    return fg.full(shape, math.inf, dtype=_dtype(p))


def _dtype(p: Any) -> Any:
    return next(v.dtype for v in vars(p).values() if isinstance(v, Tensor))


_PAIRS: list[tuple[Callable[[Any, Any], Tensor], tuple[type, ...], tuple[type, ...]]] = [
    (_to_normal, (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Uniform), (Normal,)),
    (_to_laplace, (Normal,), (Laplace,)),
    (_to_gumbel, (Exponential, Gamma, Normal, Uniform), (Gumbel,)),
    (_to_exponential, (Beta, ContinuousBernoulli, Gamma, Pareto, Uniform), (Exponential,)),
    (_to_gamma, (Beta, Exponential, Pareto, Uniform), (Gamma,)),
    (_to_beta, (Uniform,), (Beta,)),
    (_to_continuous_bernoulli, (Beta, Uniform), (ContinuousBernoulli,)),
    (_to_pareto, (Uniform,), (Pareto,)),
    (_beta_to_uniform, (Beta, ContinuousBernoulli), (Uniform,)),
    (_infinite, (Beta, ContinuousBernoulli), (Pareto,)),
    (_infinite, (Exponential, Gamma), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (_infinite, (Gumbel, Laplace, Normal), (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (_infinite, (Pareto,), (Beta, ContinuousBernoulli, Uniform)),
    (_infinite, (Poisson,), (Bernoulli, Binomial)),
]
for _function, _ps, _qs in _PAIRS:
    for _p in _ps:
        for _q in _qs:
            register_kl(_p, _q)(_function)


@register_kl(Pareto, Normal)
def _pareto_normal(p: Any, q: Any) -> Tensor:
    # its mean and variance are infinite for small powers
    return _to_normal(p, q)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Tensor:
    return -p.entropy() - (p.probs * fg.log(q.rate) - q.rate)
