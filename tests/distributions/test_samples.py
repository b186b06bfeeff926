"""Samples follow their distributions, do not depend on threads, and move with parameters as expected values do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

import fastgrad as fg
from fastgrad import distributions as D

from .cases import CASES, COMPOSED, Case
from .test_scipy import FROZEN, SINGLE

N = 4000


@pytest.fixture(autouse=True)
def seeded():
    state = fg.get_rng_state()
    fg.manual_seed(3)
    yield
    fg.set_rng_state(state)


CONTINUOUS = [c for c in SINGLE if not getattr(D, c.name).support.is_discrete]
DISCRETE = [c for c in SINGLE if c not in CONTINUOUS]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CONTINUOUS, ids=repr)
def test_samples_follow_the_distribution(case, dtype):
    """Kolmogorov's and Smirnov's test: one of a thousand right ones would fail, were the seed not fixed."""
    d = case.make(D, lambda x: fg.tensor(x.astype(dtype)))
    x = d.sample((N,)).numpy().reshape(N, -1).astype(float)
    words = {k: np.broadcast_to(v, d.batch_shape).ravel() for k, v in case.arguments.items()}
    for k in range(x.shape[1]):
        s = FROZEN[case.name](**{name: v[k] for name, v in words.items()})
        assert stats.kstest(x[:, k], s.cdf).pvalue > 1e-3


def fits(x: np.ndarray, s: Any) -> float:
    """The chi-square test's probability, values beyond where fewer than 10 are expected being one class."""
    values = np.arange(0, int(x.max()) + 2)
    expected = s.pmf(values) * len(x)
    kept = values[expected >= 10]
    low, high = kept[0], kept[-1]
    counts = [np.sum(x == v) for v in range(low, high + 1)]
    wanted = [s.pmf(v) * len(x) for v in range(low, high + 1)]
    rest, left = len(x) - sum(counts), len(x) - sum(wanted)
    if left > 5:
        counts.append(rest)
        wanted.append(left)
    else:
        wanted = list(np.array(wanted) * (sum(counts) / sum(wanted)))
    return float(stats.chisquare(counts, wanted).pvalue) if len(counts) > 1 else 1.0


@pytest.mark.parametrize("case", DISCRETE, ids=repr)
def test_counts_follow_the_distribution(case):
    d = case.make(D, fg.tensor)
    x = d.sample((N,)).numpy().reshape(N, -1)
    words = {k: np.broadcast_to(v, d.batch_shape).ravel() for k, v in case.arguments.items()}
    for k in range(x.shape[1]):
        assert fits(x[:, k], FROZEN[case.name](**{name: v[k] for name, v in words.items()})) > 1e-3


@pytest.mark.parametrize("kappa", [1e-8, 0.3, 3.0, 1e4])
def test_angles_follow_the_von_mises_distribution(kappa):
    x = D.VonMises(fg.full((N,), 3.0, dtype=fg.float64), kappa).sample().numpy()
    assert (np.abs(x) <= np.pi).all()
    assert stats.kstest(np.mod(x - 3 + np.pi, 2 * np.pi) - np.pi, stats.vonmises(kappa).cdf).pvalue > 1e-3


@pytest.mark.parametrize(("size", "eta"), [(2, 0.5), (4, 2.0)])
def test_correlations_follow_the_distribution_of_their_matrices(size, eta):
    lower = D.LKJCholesky(size, fg.tensor(eta, dtype=fg.float64)).sample((N,)).numpy()
    for i, j in ((1, 0), (size - 1, size - 2)):
        r = (lower[:, i] * lower[:, j]).sum(-1)
        a = eta - 1 + size / 2
        assert stats.kstest((r + 1) / 2, stats.beta(a, a).cdf).pvalue > 1e-3


@pytest.mark.parametrize("rate", [0.0, 0.01, 3.0, 9.9, 10.1, 35.0, 1000.0, 1e7])
def test_poisson_counts_of_small_and_large_rates(rate):
    x = D.Poisson(fg.full((20000,), rate, dtype=fg.float64)).sample().numpy()
    if rate == 0:
        assert not x.any()
    elif rate < 100:
        assert fits(x, stats.poisson(rate)) > 1e-3
    else:  # of so many values, by their distribution function, halfway to the next
        u = stats.poisson(rate).cdf(x) - 0.5 * stats.poisson(rate).pmf(x)
        assert stats.kstest(u, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("n", "p"), [(1, 0.3), (20, 0.01), (20, 0.99), (40, 0.5), (1000, 0.3), (1000, 0.7), (10**6, 0.2)]
)
def test_binomial_counts_of_few_and_many_trials(n, p):
    x = D.Binomial(n, probs=fg.full((20000,), p, dtype=fg.float64)).sample().numpy()
    s = stats.binom(n, p)
    if n <= 1000:
        assert fits(x, s) > 1e-3
    else:
        assert stats.kstest(s.cdf(x) - 0.5 * s.pmf(x), "uniform").pvalue > 1e-3


@pytest.mark.parametrize("a", [1e-3, 0.05, 0.9, 1.0, 3.0, 100.0, 1e5])
def test_gamma_numbers_of_small_and_large_concentrations(a):
    d = D.Gamma(fg.full((20000,), a, dtype=fg.float64), 1.0)
    assert stats.kstest(np.log(d.sample().numpy()), lambda y: stats.gamma(a).cdf(np.exp(y))).pvalue > 1e-3 or a < 0.01
    from fastgrad.distributions._draw import log_standard_gamma

    y = log_standard_gamma(d.concentration).numpy()
    if a < 0.1:  # next to which x^a is uniform
        assert stats.kstest(np.exp(a * y[y < -50]) / np.exp(-50 * a), "uniform").pvalue > 1e-3


def test_small_concentrations_give_probabilities_all_the_same():
    x = D.Dirichlet(fg.full((1000, 3), 1e-3)).sample().numpy()
    np.testing.assert_allclose(x.sum(-1), 1, rtol=1e-6)
    y = D.Beta(fg.full((1000,), 1e-3), 1e-3).sample().numpy()
    assert ((y > 0) & (y < 1)).all()


EVERY = [*CASES, *COMPOSED.values()]
IDS = [*map(repr, CASES), *COMPOSED]


def made(case: Any, convert: Any) -> Any:
    return case[0](D, convert) if isinstance(case, tuple) else case.make(D, convert)


@pytest.mark.parametrize("case", EVERY, ids=IDS)
def test_means_and_variances_of_samples_are_those_of_the_distribution(case):
    d = made(case, fg.tensor)
    if isinstance(d, D.VonMises):
        return  # its moments are those of points of the circle
    try:
        mean, variance = d.mean, d.variance
    except NotImplementedError:
        return
    if not bool(fg.all(fg.isfinite(mean))) or not bool(fg.all(fg.isfinite(variance))):
        return
    x = d.sample((N,)).numpy()
    error = np.sqrt(variance.numpy() / N)
    assert (np.abs(x.mean(0) - mean.numpy()) < 5 * error).all()


@pytest.mark.parametrize("case", EVERY, ids=IDS)
def test_samples_do_not_depend_on_threads_and_repeat_with_the_seed(case):
    d = made(case, fg.tensor)
    threads = fg.num_threads()
    drawn = []
    try:
        for n in (1, 2):
            fg.set_num_threads(n)
            fg.manual_seed(11)
            drawn.append(d.sample((200,)).numpy())
            drawn.append(d.sample((200,)).numpy())
    finally:
        fg.set_num_threads(threads)
    np.testing.assert_array_equal(drawn[0], drawn[2])
    np.testing.assert_array_equal(drawn[1], drawn[3])
    assert (drawn[0] != drawn[1]).any()


# Of each: its class, the parameters, and what the mean of x^2 or of log x is, as a function of them.
SQUARE = "square"
LOG = "log"
MOVES = [
    (D.Normal, (0.7, 1.3), SQUARE, lambda m, s: m**2 + s**2),
    (D.Laplace, (0.7, 1.3), SQUARE, lambda m, s: m**2 + 2 * s**2),
    (D.Gumbel, (0.7, 1.3), SQUARE, lambda m, s: (m + 0.5772156649015329 * s) ** 2 + np.pi**2 / 6 * s**2),
    (D.Exponential, (1.7,), SQUARE, lambda r: 2 / r**2),
    (D.Gamma, (2.5, 1.7), SQUARE, lambda a, b: a * (a + 1) / b**2),
    (D.Gamma, (0.3, 1.7), LOG, lambda a, b: _digamma(a) - np.log(b)),
    (D.Gamma, (300.0, 10.0), SQUARE, lambda a, b: a * (a + 1) / b**2),
    (D.InverseGamma, (5.5, 1.7), LOG, lambda a, b: np.log(b) - _digamma(a)),
    (D.Beta, (2.5, 0.8), SQUARE, lambda a, b: a * (a + 1) / ((a + b) * (a + b + 1))),
    (D.Beta, (0.4, 3.0), LOG, lambda a, b: _digamma(a) - _digamma(a + b)),
    (D.Uniform, (0.5, 2.0), SQUARE, lambda a, b: (a * a + a * b + b * b) / 3),
    (D.Weibull, (1.5, 2.5), LOG, lambda s, k: np.log(s) - 0.5772156649015329 / k),
    (D.Pareto, (1.5, 2.5), LOG, lambda s, a: np.log(s) + 1 / a),
    (D.LogNormal, (0.3, 0.5), LOG, lambda m, s: m),
    (D.HalfNormal, (1.3,), SQUARE, lambda s: s**2),
    (D.StudentT, (9.0, 0.5, 1.2), SQUARE, lambda v, m, s: m**2 + s**2 * v / (v - 2)),
]


def _digamma(x: float) -> float:
    from scipy import special

    return float(special.digamma(x))


@pytest.mark.parametrize(("kind", "parameters", "of", "mean"), MOVES)
def test_samples_gradients_are_those_of_expected_values(kind, parameters, of, mean):
    """The mean of f(x)'s gradient is the gradient of its mean: within five standard errors."""
    n = 20000
    given = [fg.full((n,), p, dtype=fg.float64).requires_grad_(True) for p in parameters]
    x = kind(*given).rsample()
    (fg.square(x) if of == SQUARE else fg.log(x)).sum().backward()
    for k, p in enumerate(given):
        h = 1e-5 * abs(parameters[k])
        up, down = ([*parameters[:k], parameters[k] + e, *parameters[k + 1 :]] for e in (h, -h))
        want = (mean(*up) - mean(*down)) / (2 * h)
        each = p.grad.numpy()
        assert abs(each.mean() - want) <= 5 * each.std() / np.sqrt(n) + 1e-8


def test_dirichlets_samples_gradients_are_those_of_expected_values():
    n, a = 20000, np.array([0.4, 1.0, 2.5])
    c = fg.tensor(np.broadcast_to(a, (n, 3)).copy(), requires_grad=True)
    x = D.Dirichlet(c).rsample()
    fg.square(x[:, 0]).sum().backward()
    each = c.grad.numpy()

    def mean(a: np.ndarray) -> float:
        return float(a[0] * (a[0] + 1) / (a.sum() * (a.sum() + 1)))

    for k in range(3):
        h = np.eye(3)[k] * 1e-5
        want = (mean(a + h) - mean(a - h)) / 2e-5
        assert abs(each[:, k].mean() - want) <= 5 * each[:, k].std() / np.sqrt(n)


@pytest.mark.parametrize("a", [0.01, 0.3, 1.0, 2.0, 20.0, 150.0, 199.9, 200.1, 3000.0, 1e6])
def test_a_gamma_number_moves_as_its_quantile_does(a):
    """By differences of SciPy's quantiles, of the probability that the number has."""
    u = np.array([1e-3, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999])
    s = stats.gamma
    h = 1e-4 * a
    # of log x: five points, fourth order
    ratio = [np.log(s.ppf(u, a + k * h)) for k in (-2, -1, 1, 2)]
    want = (ratio[0] - 8 * ratio[1] + 8 * ratio[2] - ratio[3]) / (12 * h)
    from fastgrad import _core

    log_x = np.log(s.ppf(u, a))
    fine = np.isfinite(want) & np.isfinite(log_x)
    got = _core.gamma_log_slope(fg.full((7,), a, dtype=fg.float64), fg.tensor(log_x)).numpy()
    np.testing.assert_allclose(got[fine], want[fine], rtol=2e-6)


def test_a_gamma_number_below_every_float_still_moves():
    from fastgrad import _core

    a = fg.tensor([1e-3, 1e-2], dtype=fg.float64)
    log_x = fg.tensor([-2000.0, -900.0], dtype=fg.float64)
    # F(x) = x^a / Gamma(a + 1): its logarithm stays as it is
    want = (np.array([_digamma(1.001), _digamma(1.01)]) - log_x.numpy()) / a.numpy()
    np.testing.assert_allclose(_core.gamma_log_slope(a, log_x).numpy(), want, rtol=1e-12)


def test_second_derivatives_of_gamma_numbers_are_refused():
    a = fg.tensor(2.0, requires_grad=True)
    x = D.Gamma(a, 1.0).rsample()
    (g,) = fg.autograd.grad(x, [a], create_graph=True)
    with pytest.raises(NotImplementedError, match="first derivatives by their concentration"):
        g.backward()


def test_straight_through_samples_are_one_hot_and_pass_gradients_on():
    logits = fg.tensor([[0.5, -0.5, 0.0]], requires_grad=True)
    d = D.OneHotCategoricalStraightThrough(logits=logits)
    x = d.rsample((5,))
    np.testing.assert_allclose(np.sort(x.detach().numpy(), axis=-1), [[[0, 0, 1]]] * 5, atol=1e-6)
    x[..., 0].sum().backward()
    p = d.probs.detach().numpy()[0]
    np.testing.assert_allclose(logits.grad.numpy()[0], 5 * p[0] * (np.eye(3)[0] - p), rtol=1e-5)


def test_multivariate_samples_have_the_covariance():
    case: Case = next(c for c in CASES if c.name == "MultivariateNormal" and "precision_matrix" in c.arguments)
    d = case.make(D, fg.tensor)
    x = d.sample((20000,)).numpy()
    for k in range(2):
        want = np.linalg.inv(case.arguments["precision_matrix"][k])
        np.testing.assert_allclose(np.cov(x[:, k].T), want, atol=0.06 * np.abs(want).max())


def test_a_mixtures_samples_come_from_its_components():
    weights = D.Categorical(probs=fg.tensor([0.2, 0.8]))
    d = D.MixtureSameFamily(weights, D.Normal(fg.tensor([-5.0, 5.0]), 0.1))
    x = d.sample((5000,)).numpy()
    assert abs((x < 0).mean() - 0.2) < 0.03
    assert (np.abs(np.abs(x) - 5) < 1).all()
