"""Distributions with parameters and values, for every test that walks them all: NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastgrad import distributions as D

RNG = np.random.RandomState(5)


def positive(*shape: int, low: float = 0.4, high: float = 3.0) -> np.ndarray:
    return RNG.uniform(low, high, shape)


def real(*shape: int) -> np.ndarray:
    return RNG.uniform(-1.5, 1.5, shape)


def probability(*shape: int) -> np.ndarray:
    return RNG.uniform(0.15, 0.85, shape)


def simplex(*shape: int) -> np.ndarray:
    x = RNG.uniform(0.2, 1.0, shape)
    return x / x.sum(-1, keepdims=True)


def covariance(*shape: int) -> np.ndarray:
    a = RNG.standard_normal((*shape, shape[-1] + 2))
    return a @ np.swapaxes(a, -1, -2) / shape[-1]


def correlation_factor(*shape: int) -> np.ndarray:
    lower = np.linalg.cholesky(covariance(*shape))
    return lower / np.linalg.norm(lower, axis=-1, keepdims=True)


@dataclass
class Case:
    """A class, its arguments, and values within its support, shape (5, *batch, *event)."""

    name: str
    arguments: dict[str, Any]
    values: np.ndarray

    def make(self, module: Any, convert: Any) -> Any:
        words = {k: convert(v) if isinstance(v, np.ndarray) else v for k, v in self.arguments.items()}
        return getattr(module, self.name)(**words)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.arguments)})"


def counts(*shape: int, most: int = 6) -> np.ndarray:
    return RNG.randint(0, most + 1, shape).astype(float)


B = (3,)
CASES = [
    Case("Normal", {"loc": real(2, 1), "scale": positive(3)}, real(5, 2, 3)),
    Case("HalfNormal", {"scale": positive(3)}, positive(5, 3)),
    Case("LogNormal", {"loc": real(3), "scale": positive(3)}, positive(5, 3)),
    Case("Laplace", {"loc": real(3), "scale": positive(3)}, real(5, 3)),
    Case("Cauchy", {"loc": real(3), "scale": positive(3)}, real(5, 3)),
    Case("HalfCauchy", {"scale": positive(3)}, positive(5, 3)),
    Case("Gumbel", {"loc": real(3), "scale": positive(3)}, real(5, 3)),
    Case("StudentT", {"df": positive(3, low=2.5, high=9), "loc": real(3), "scale": positive(3)}, real(5, 3)),
    Case("Exponential", {"rate": positive(3)}, positive(5, 3)),
    Case("Gamma", {"concentration": positive(2, 3), "rate": positive(3)}, positive(5, 2, 3)),
    Case("Chi2", {"df": positive(3)}, positive(5, 3)),
    Case("InverseGamma", {"concentration": positive(3, low=2.5, high=5), "rate": positive(3)}, positive(5, 3)),
    Case("Beta", {"concentration1": positive(3), "concentration0": positive(3)}, probability(5, 3)),
    Case("Dirichlet", {"concentration": positive(2, 4)}, simplex(5, 2, 4)),
    Case("Uniform", {"low": -positive(3), "high": positive(3)}, RNG.uniform(-0.3, 0.3, (5, 3))),
    Case("Weibull", {"scale": positive(3), "concentration": positive(3)}, positive(5, 3)),
    Case("Pareto", {"scale": positive(3, high=0.6), "alpha": positive(3, low=2.2, high=5)}, positive(5, 3, low=0.7)),
    Case("FisherSnedecor", {"df1": positive(3, low=2.5, high=6), "df2": positive(3, low=8.5, high=14)}, positive(5, 3)),
    Case("Kumaraswamy", {"concentration1": positive(3), "concentration0": positive(3)}, probability(5, 3)),
    Case("ContinuousBernoulli", {"probs": np.array([0.2, 0.5001, 0.7])}, probability(5, 3)),
    Case("ContinuousBernoulli", {"logits": real(3)}, probability(5, 3)),
    Case("Poisson", {"rate": positive(3)}, counts(5, 3)),
    Case("Bernoulli", {"probs": probability(3)}, counts(5, 3, most=1)),
    Case("Bernoulli", {"logits": real(2, 3)}, counts(5, 2, 3, most=1)),
    Case("Geometric", {"probs": probability(3)}, counts(5, 3)),
    Case("Geometric", {"logits": real(3)}, counts(5, 3)),
    Case("Binomial", {"total_count": 6, "probs": probability(3)}, counts(5, 3)),
    Case("Binomial", {"total_count": np.full(3, 6.0), "logits": real(3)}, counts(5, 3)),
    Case("NegativeBinomial", {"total_count": positive(3), "probs": probability(3)}, counts(5, 3)),
    Case("NegativeBinomial", {"total_count": positive(3), "logits": real(3)}, counts(5, 3)),
    Case("Categorical", {"probs": simplex(2, 4)}, counts(5, 2, most=3)),
    Case("Categorical", {"logits": real(2, 4)}, counts(5, 2, most=3)),
    Case("OneHotCategorical", {"probs": simplex(2, 4)}, np.eye(4)[RNG.randint(0, 4, (5, 2))]),
    Case("OneHotCategoricalStraightThrough", {"logits": real(4)}, np.eye(4)[RNG.randint(0, 4, (5,))]),
    Case("Multinomial", {"total_count": 6, "probs": simplex(2, 4)}, RNG.multinomial(6, np.ones(4) / 4, (5, 2)) * 1.0),
    Case("Multinomial", {"total_count": 6, "logits": real(4)}, RNG.multinomial(6, np.ones(4) / 4, (5,)) * 1.0),
    Case("RelaxedBernoulli", {"temperature": np.array(0.7), "logits": real(3)}, probability(5, 3)),
    Case("RelaxedOneHotCategorical", {"temperature": np.array(0.7), "logits": real(2, 4)}, simplex(5, 2, 4)),
    Case("LogisticNormal", {"loc": real(2, 3), "scale": positive(2, 3)}, simplex(5, 2, 4)),
    Case("MultivariateNormal", {"loc": real(3), "covariance_matrix": covariance(3)}, real(5, 3)),
    Case("MultivariateNormal", {"loc": real(2, 3), "precision_matrix": covariance(2, 3)}, real(5, 2, 3)),
    Case(
        "MultivariateNormal",
        {"loc": real(2, 1, 3), "scale_tril": np.linalg.cholesky(covariance(4, 3))},
        real(5, 2, 4, 3),
    ),
    Case("LowRankMultivariateNormal", {"loc": real(3), "cov_factor": real(3, 2), "cov_diag": positive(3)}, real(5, 3)),
    Case(
        "LowRankMultivariateNormal",
        {"loc": real(2, 1, 4), "cov_factor": real(3, 4, 2), "cov_diag": positive(4)},
        real(5, 2, 3, 4),
    ),
    Case("VonMises", {"loc": real(3), "concentration": np.array([0.3, 2.0, 20.0])}, real(5, 3)),
    Case("Wishart", {"df": np.array(4.5), "covariance_matrix": covariance(3)}, covariance(5, 3)),
    Case("Wishart", {"df": positive(2, low=3.0, high=7.0), "precision_matrix": covariance(3)}, covariance(5, 2, 3)),
    Case("Wishart", {"df": np.full(2, 4.5), "covariance_matrix": covariance(2, 3)}, covariance(5, 2, 3)),
    Case("LKJCholesky", {"dim": 2, "concentration": np.array(0.7)}, correlation_factor(5, 2)),
    Case("LKJCholesky", {"dim": 4, "concentration": positive(2)}, correlation_factor(5, 2, 4)),
]

# Those that are made of others: each from a module and a function that makes tensors.
COMPOSED: dict[str, tuple[Any, np.ndarray]] = {
    "independent": (
        lambda m, t: m.Independent(m.Normal(t(LOC), t(SCALE)), 1),
        real(5, 2, 3),
    ),
    "mixture of normals": (
        lambda m, t: m.MixtureSameFamily(m.Categorical(probs=t(WEIGHTS)), m.Normal(t(LOC), t(SCALE))),
        real(5, 2),
    ),
    "mixture of vectors": (
        lambda m, t: m.MixtureSameFamily(
            m.Categorical(logits=t(WEIGHTS[0])), m.Independent(m.Normal(t(LOC.T), t(SCALE.T)), 1)
        ),
        real(5, 2),
    ),
    "mixture of multivariate normals": (
        lambda m, t: m.MixtureSameFamily(
            m.Categorical(logits=t(WEIGHTS[0])), m.MultivariateNormal(t(LOC.T), covariance_matrix=t(COVARIANCES))
        ),
        real(5, 2),
    ),
    "tanh of normal": (
        lambda m, t: m.TransformedDistribution(m.Normal(t(LOC), t(SCALE)), [m.TanhTransform()]),
        RNG.uniform(-0.9, 0.9, (5, 2, 3)),
    ),
    "a falling affine function of gamma": (
        lambda m, t: m.TransformedDistribution(m.Gamma(t(SCALE), t(SCALE)), [m.AffineTransform(t(LOC), -2.0)]),
        -4.0 - RNG.uniform(0, 1, (5, 2, 3)),
    ),
    "logistic": (
        lambda m, t: m.TransformedDistribution(
            m.Uniform(t(np.zeros(3)), t(np.ones(3))), [m.SigmoidTransform().inv, m.AffineTransform(t(LOC), t(SCALE))]
        ),
        real(5, 2, 3),
    ),
    "softplus of vectors": (
        lambda m, t: m.TransformedDistribution(
            m.MultivariateNormal(t(LOC[:, :2]), scale_tril=t(np.linalg.cholesky(COVARIANCES[0]))),
            [m.SoftplusTransform(), m.PowerTransform(2.0)],
        ),
        positive(5, 2, 2),
    ),
    "stick breaking of independent": (
        lambda m, t: m.TransformedDistribution(
            m.Independent(m.Normal(t(LOC), t(SCALE)), 1), m.ComposeTransform([m.StickBreakingTransform()])
        ),
        simplex(5, 2, 4),
    ),
}
LOC, SCALE, WEIGHTS, COVARIANCES = real(2, 3), positive(2, 3), simplex(2, 3), covariance(3, 2)

# What PyTorch has and this package has not, with the reason for each.
ABSENT = {
    "GeneralizedPareto": "rarely used",
}

NAMES = sorted({c.name for c in CASES} | {"Independent", "MixtureSameFamily", "TransformedDistribution"})
assert all(hasattr(D, name) for name in NAMES)
