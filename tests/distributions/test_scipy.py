"""Densities, distribution functions, quantiles, entropies and moments are SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import fastgrad as fg
from fastgrad import distributions as D

from .cases import CASES, Case

# Of each class, SciPy's, frozen with a case's arguments.
FROZEN: dict[str, Callable[..., Any]] = {
    "Normal": lambda loc, scale: stats.norm(loc, scale),
    "HalfNormal": lambda scale: stats.halfnorm(scale=scale),
    "LogNormal": lambda loc, scale: stats.lognorm(scale, scale=np.exp(loc)),
    "Laplace": lambda loc, scale: stats.laplace(loc, scale),
    "Cauchy": lambda loc, scale: stats.cauchy(loc, scale),
    "HalfCauchy": lambda scale: stats.halfcauchy(scale=scale),
    "Gumbel": lambda loc, scale: stats.gumbel_r(loc, scale),
    "StudentT": lambda df, loc, scale: stats.t(df, loc, scale),
    "Exponential": lambda rate: stats.expon(scale=1 / rate),
    "Gamma": lambda concentration, rate: stats.gamma(concentration, scale=1 / rate),
    "Chi2": lambda df: stats.chi2(df),
    "InverseGamma": lambda concentration, rate: stats.invgamma(concentration, scale=rate),
    "Beta": lambda concentration1, concentration0: stats.beta(concentration1, concentration0),
    "FisherSnedecor": lambda df1, df2: stats.f(df1, df2),
    "Uniform": lambda low, high: stats.uniform(low, high - low),
    "Weibull": lambda scale, concentration: stats.weibull_min(concentration, scale=scale),
    "Pareto": lambda scale, alpha: stats.pareto(alpha, scale=scale),
    "Poisson": lambda rate: stats.poisson(rate),
    "Bernoulli": lambda probs: stats.bernoulli(probs),
    "Geometric": lambda probs: stats.geom(probs, loc=-1),
    "Binomial": lambda total_count, probs: stats.binom(total_count, probs),
    "NegativeBinomial": lambda total_count, probs: stats.nbinom(total_count, 1 - probs),
}
SINGLE = [c for c in CASES if c.name in FROZEN and "logits" not in c.arguments]


def pair(case: Case) -> tuple[Any, Any]:
    return case.make(D, fg.tensor), FROZEN[case.name](**case.arguments)


def close(got: fg.Tensor, want: Any, rtol: float = 1e-10) -> None:
    np.testing.assert_allclose(got.numpy(), want, rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("case", SINGLE, ids=repr)
def test_densities_are_scipys(case):
    d, s = pair(case)
    log_prob = s.logpmf if d.support.is_discrete else s.logpdf
    close(d.log_prob(fg.tensor(case.values)), log_prob(case.values))


@pytest.mark.parametrize("case", SINGLE, ids=repr)
def test_distribution_functions_and_quantiles_are_scipys(case):
    d, s = pair(case)
    for ours, theirs, x in ((d.cdf, s.cdf, case.values), (d.icdf, s.ppf, np.linspace(0.05, 0.95, 5)[:, None])):
        if x.ndim < case.values.ndim:
            x = np.broadcast_to(x.reshape((5, *(1 for _ in d.batch_shape))), case.values.shape)
        try:
            got = ours(fg.tensor(x))
        except NotImplementedError:
            continue
        close(got, theirs(x))


@pytest.mark.parametrize("case", SINGLE, ids=repr)
def test_moments_are_scipys(case):
    d, s = pair(case)
    if case.name not in ("Cauchy", "HalfCauchy"):  # which have none
        close(fg.broadcast_to(d.mean, d.batch_shape), np.broadcast_to(s.mean(), d.batch_shape))
        close(fg.broadcast_to(d.variance, d.batch_shape), np.broadcast_to(s.var(), d.batch_shape), 1e-9)
    if case.name not in ("Poisson", "NegativeBinomial", "FisherSnedecor"):
        close(d.entropy(), s.entropy(), 1e-8)


def test_the_multivariate_normals_density_and_entropy_are_scipys():
    case = next(c for c in CASES if c.name == "MultivariateNormal")
    d = case.make(D, fg.tensor)
    s = stats.multivariate_normal(case.arguments["loc"], case.arguments["covariance_matrix"])
    close(d.log_prob(fg.tensor(case.values)), s.logpdf(case.values))
    close(d.entropy(), s.entropy())


@pytest.mark.parametrize("rank", [1, 3])
def test_the_low_rank_normals_density_and_entropy_are_scipys(rank):
    r = np.random.RandomState(rank)
    loc, factor, diagonal, x = r.randn(5), r.randn(5, rank), r.rand(5) + 0.1, r.randn(4, 5)
    d = D.LowRankMultivariateNormal(*map(fg.tensor, (loc, factor, diagonal)))
    s = stats.multivariate_normal(loc, factor @ factor.T + np.diag(diagonal))
    close(d.log_prob(fg.tensor(x)), s.logpdf(x))
    close(d.entropy(), s.entropy())
    close(fg.matmul(d.scale_tril, d.scale_tril.mT), s.cov)
    close(d.precision_matrix, np.linalg.inv(s.cov), 1e-9)


def test_the_wisharts_density_entropy_and_moments_are_scipys():
    case = next(c for c in CASES if c.name == "Wishart")
    d = case.make(D, fg.tensor)
    s = stats.wishart(case.arguments["df"].item(), case.arguments["covariance_matrix"])
    close(d.log_prob(fg.tensor(case.values)), s.logpdf(np.moveaxis(case.values, 0, -1)))
    for got, want in ((d.entropy(), s.entropy()), (d.mean, s.mean()), (d.variance, s.var()), (d.mode, s.mode())):
        close(got, want)
    by_factor = D.Wishart(4.5, scale_tril=np.linalg.cholesky(case.arguments["covariance_matrix"]))
    close(by_factor.log_prob(fg.tensor(case.values)), d.log_prob(fg.tensor(case.values)).numpy())


@pytest.mark.parametrize("kappa", [1e-6, 0.3, 2.0, 25.0, 35.0, 1e4])
def test_the_von_mises_density_and_variance_are_scipys(kappa):
    d, s = D.VonMises(fg.tensor(0.4, dtype=fg.float64), fg.tensor(kappa, dtype=fg.float64)), stats.vonmises(kappa, 0.4)
    x = 0.4 + np.linspace(-3, 3, 7) / max(1, np.sqrt(kappa))
    close(d.log_prob(fg.tensor(x)), s.logpdf(x), 1e-9)
    close(d.variance, 1 - special.ive(1, kappa) / special.ive(0, kappa), 1e-8)


def test_the_dirichlets_density_and_entropy_are_scipys():
    case = next(c for c in CASES if c.name == "Dirichlet")
    d = case.make(D, fg.tensor)
    for k in range(2):
        s = stats.dirichlet(case.arguments["concentration"][k])
        close(d.log_prob(fg.tensor(case.values))[:, k], s.logpdf(case.values[:, k].T))
        close(d.entropy()[k], s.entropy())


def test_the_multinomials_probability_and_entropy_are_scipys():
    case = next(c for c in CASES if c.name == "Multinomial")
    d = case.make(D, fg.tensor)
    for k in range(2):
        s = stats.multinomial(6, case.arguments["probs"][k])
        close(d.log_prob(fg.tensor(case.values))[:, k], s.logpmf(case.values[:, k]))
        close(d.entropy()[k], s.entropy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tails_keep_their_digits(dtype):
    """Where a term is 1 less what is next to 1, or the difference of large logarithms."""
    t = lambda *x: fg.tensor(list(x), dtype=getattr(fg, dtype))  # noqa: E731
    rtol = 4e-6 if dtype == "float32" else 1e-12

    def close(got: fg.Tensor, want: Any) -> None:
        np.testing.assert_allclose(got.numpy(), want, rtol=rtol)

    close(D.Bernoulli(logits=t(30.0, -30.0)).log_prob(t(1.0, 0.0)), -np.log1p(np.exp([-30.0, -30.0])))
    close(D.Laplace(t(0.0), t(1.0)).cdf(t(-40.0)), 0.5 * np.exp(-40.0))
    close(D.Exponential(t(1.0)).cdf(t(1e-6)), -np.expm1(-np.float64(np.array(1e-6, dtype=dtype))))
    close(D.Beta(t(4e5), t(3e5)).log_prob(t(0.5)), stats.beta(4e5, 3e5).logpdf(0.5))
    close(D.StudentT(t(1e6)).log_prob(t(1.0)), -1.4189390332047)  # SciPy's has lost digits
    close(D.Gamma(t(1e-3), t(1.0)).log_prob(t(1e-30)), stats.gamma(1e-3).logpdf(np.float64(np.array(1e-30, dtype))))


@pytest.mark.parametrize("a", [1e-3, 0.3, 1.0, 4.5, 60.0, 199.0, 201.0, 5e3, 1e6, 1e9])
def test_the_gamma_distribution_function_is_scipys_from_tail_to_tail(a):
    s = stats.gamma(a)
    far = 1e-12 if a < 1e6 else 1e-4  # SciPy's own loses its digits beyond
    x = s.ppf([far, 1e-4, 0.1, 0.4, 0.5, 0.6, 0.9, 1 - 1e-4])
    x = x[x > 0]
    d = D.Gamma(fg.tensor(a, dtype=fg.float64), 1.0)
    np.testing.assert_allclose(d.cdf(fg.tensor(x)).numpy(), s.cdf(x), rtol=1e-10)


def test_the_incomplete_gamma_function_at_its_edges():
    from fastgrad.distributions._draw import gammainc

    a = fg.tensor([0.0, 1.0, 1.0, 2.0, -1.0, fg.nan, fg.inf, 1e-300], dtype=fg.float64)
    x = fg.tensor([1.0, 0.0, fg.inf, -1.0, 1.0, 1.0, 1.0, 1.0], dtype=fg.float64)
    np.testing.assert_array_equal(gammainc(a, x).numpy(), [1, 0, 1, fg.nan, fg.nan, fg.nan, 0, 1])
    np.testing.assert_array_equal(gammainc(a, x, upper=True).numpy()[:7], [0, 1, 0, fg.nan, fg.nan, fg.nan, 1])
