"""Distributions are PyTorch's: densities, derivatives, moments, shapes, representations, divergences."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import distributions as D

from .cases import ABSENT, CASES, COMPOSED, NAMES, Case

torch = pytest.importorskip("torch")
T = torch.distributions


def both(case: Any) -> tuple[Any, Any, list[fg.Tensor], list[Any]]:
    """The distribution of both libraries, and the parameters that are differentiated, of each."""
    ours: list[fg.Tensor] = []
    theirs: list[Any] = []

    def mine(x: np.ndarray) -> fg.Tensor:
        ours.append(fg.tensor(x, requires_grad=True))
        return ours[-1]

    def other(x: np.ndarray) -> Any:
        theirs.append(torch.tensor(x, requires_grad=True))
        return theirs[-1]

    if isinstance(case, tuple):
        return case[0](D, mine), case[0](T, other), ours, theirs
    return case.make(D, mine), case.make(T, other), ours, theirs


EVERY = [*CASES, *COMPOSED.values()]
IDS = [*map(repr, CASES), *COMPOSED]
# PyTorch's Wishart says it of every sample
pytestmark = pytest.mark.filterwarnings("ignore:Singular sample detected")
every = pytest.mark.parametrize("case", EVERY, ids=IDS)


def values_of(case: Any) -> np.ndarray:
    return case[1] if isinstance(case, tuple) else case.values


def digits(case: Any, rtol: float) -> float:
    """PyTorch's Bessel functions are fits of float32's digits; SciPy's are in a test of their own."""
    return 2e-5 if isinstance(case, Case) and case.name == "VonMises" else rtol


def same(got: Any, want: Any, rtol: float = 1e-9) -> None:
    assert tuple(got.shape) == tuple(want.shape)
    np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=rtol, atol=1e-11)


def asked(d: Any, what: str, *args: Any) -> Any:
    """An attribute, or what a method gives; None where the distribution has none."""
    try:
        found = getattr(d, what)
        return found(*args) if callable(found) else found
    except NotImplementedError:
        return None


@every
def test_log_prob_and_its_derivatives_are_pytorchs(case):
    p, q, ours, theirs = both(case)
    x, y = fg.tensor(values_of(case), requires_grad=True), torch.tensor(values_of(case), requires_grad=True)
    got, want = p.log_prob(x), q.log_prob(y)
    same(got, want, digits(case, 1e-9))
    got.sum().backward()
    want.sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        if b.grad is not None:
            same(fg.zeros_like(a) if a.grad is None else a.grad, b.grad, rtol=digits(case, 1e-8))
    if not (p.support.is_discrete if hasattr(p, "support") else False):
        same(fg.zeros_like(x) if x.grad is None else x.grad, torch.zeros_like(y) if y.grad is None else y.grad, 1e-8)


EDGES = [
    Case("Gamma", {"concentration": np.array([1.0, 1.0]), "rate": np.array([1.0, 2.0])}, np.array([2.0, 0.5])),
    Case(
        "Beta", {"concentration1": np.array([1.0, 1.0]), "concentration0": np.array([1.0, 3.0])}, np.array([0.5, 0.2])
    ),
    Case("Dirichlet", {"concentration": np.array([1.0, 1.0, 2.0])}, np.array([0.5, 0.25, 0.25])),
    Case("Poisson", {"rate": np.array([1.0, 2.0])}, np.array([0.0, 1.0])),
    Case("Geometric", {"probs": np.array([0.5, 0.25])}, np.array([0.0, 1.0])),
    Case("Binomial", {"total_count": 3, "probs": np.array([0.5, 0.25])}, np.array([0.0, 3.0])),
    Case("Multinomial", {"total_count": 3, "probs": np.array([0.5, 0.25, 0.25])}, np.array([3.0, 0.0, 0.0])),
    Case("StudentT", {"df": np.array([80.0, 80.1, 1e4]), "loc": np.zeros(3), "scale": np.ones(3)}, np.ones(3)),
]


@pytest.mark.parametrize("case", EDGES, ids=repr)
def test_derivatives_are_pytorchs_where_factors_vanish(case):
    """A uniform density is one of the beta family: its slope by the exponent, which is 0 there, is a logarithm."""
    p, q, ours, theirs = both(case)
    got, want = p.log_prob(fg.tensor(case.values)), q.log_prob(torch.tensor(case.values))
    same(got, want)
    got.sum().backward()
    want.sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        same(a.grad, b.grad, rtol=1e-8)


@every
@pytest.mark.parametrize("what", ["mean", "mode", "variance", "stddev", "entropy", "perplexity"])
def test_moments_and_their_derivatives_are_pytorchs(case, what):
    p, q, ours, theirs = both(case)
    got, want = asked(p, what), asked(q, what)
    if want is None or (what == "mode" and isinstance(p, (D.Weibull, D.Kumaraswamy))):
        return  # PyTorch's are NaN, of Weibull below concentration 1, of Kumaraswamy always
    # PyTorch finds the logarithm of the trials' factorial in float32
    same(got, want, rtol=3e-7 if isinstance(p, D.Multinomial) else digits(case, 1e-9))
    if not want.requires_grad or not bool(torch.isfinite(want).all()) or what == "mode":
        return
    got.sum().backward()
    want.sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        if b.grad is not None:
            same(fg.zeros_like(a) if a.grad is None else a.grad, b.grad, rtol=digits(case, 1e-7))


@every
def test_distribution_functions_and_quantiles_are_pytorchs(case):
    p, q, _, _ = both(case)
    want = asked(q, "cdf", torch.tensor(values_of(case)))
    if want is not None:
        same(asked(p, "cdf", fg.tensor(values_of(case))), want)
    shares = np.linspace(0.1, 0.9, 5).reshape((5, *(1 for _ in q.batch_shape)))
    want = None if q.event_shape else asked(q, "icdf", torch.tensor(shares))
    if want is not None:
        same(asked(p, "icdf", fg.tensor(shares)), want)


@every
def test_shapes_and_samples_are_pytorchs(case):
    p, q, _, _ = both(case)
    assert p.batch_shape == tuple(q.batch_shape)
    assert p.event_shape == tuple(q.event_shape)
    assert p.has_rsample == q.has_rsample
    assert p.has_enumerate_support == q.has_enumerate_support
    for size in ((), (2,), (2, 3)):
        x, y = p.sample(size), q.sample(size)
        assert tuple(x.shape) == tuple(y.shape)
        assert str(x.dtype).rpartition(".")[2] == str(y.dtype).rpartition(".")[2]
        assert not x.requires_grad
        assert bool(fg.all(p.support.check(x)))
        if p.has_rsample:
            z = p.rsample(size)
            assert tuple(z.shape) == tuple(y.shape)
            assert z.requires_grad


@every
def test_expanded_ones_are_pytorchs(case):
    p, q, _, _ = both(case)
    lead = (4, *p.batch_shape)
    a, b = p.expand(lead), q.expand(torch.Size(lead))
    assert type(a) is type(p)
    assert a.batch_shape == lead
    assert a.event_shape == p.event_shape
    values = values_of(case)[:4]
    same(a.log_prob(fg.tensor(values)), b.log_prob(torch.tensor(values)), digits(case, 1e-9))
    assert tuple(a.sample((2,)).shape) == tuple(b.sample((2,)).shape)
    for what in ("mean", "variance"):
        want = asked(b, what)
        if want is not None:
            same(asked(a, what), want, digits(case, 1e-9))


@every
def test_enumerated_supports_are_pytorchs(case):
    p, q, _, _ = both(case)
    if not q.has_enumerate_support:
        with pytest.raises(NotImplementedError):
            p.enumerate_support()
        return
    for expand in (True, False):
        same(p.enumerate_support(expand), q.enumerate_support(expand))


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_representations_are_pytorchs(case):
    p, q, _, _ = both(case)
    if case.name in ("Uniform", "MultivariateNormal", "Chi2", "Pareto", "Weibull", "Gumbel"):
        return  # in another order, or of others that are stored
    want = repr(q).replace("torch.Size([", "(").replace("])", ")")
    got = repr(p).replace(",)", ")")
    if "tensor" not in want and not want.endswith("()"):  # which says nothing
        assert got == want


def test_a_mixture_shows_its_parts_in_lines():
    shown = repr(D.MixtureSameFamily(D.Categorical(fg.ones(3)), D.Normal(fg.zeros(3), fg.ones(3))))
    want = repr(T.MixtureSameFamily(T.Categorical(torch.ones(3)), T.Normal(torch.zeros(3), torch.ones(3))))
    assert [line.partition("(")[0] for line in shown.splitlines()] == [
        line.partition("(")[0] for line in want.splitlines()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_pytorchs(name):
    ours = inspect.signature(getattr(D, name)).parameters
    theirs = inspect.signature(getattr(T, name)).parameters
    assert list(ours) == list(theirs)
    for key, p in theirs.items():
        assert ours[key].default == p.default


def test_what_is_absent_has_a_reason():
    assert set(T.__all__) - set(D.__all__) == set(ABSENT)


PAIRS = sorted(
    {(p, q) for p, q in T.kl._KL_REGISTRY if hasattr(D, p.__name__) and hasattr(D, q.__name__)},
    key=lambda pair: (pair[0].__name__, pair[1].__name__),
)
KL_ARGUMENTS = {c.name: c for c in reversed(CASES)}


def pair_of(name: str, which: int) -> Any:
    case = KL_ARGUMENTS[name]
    if name in ("Gamma", "Normal"):  # one batch shape for all: PyTorch's formulas of some pairs need it
        words = {
            k: v[0] if v.ndim == 2 and k != "loc" else v[:, 0][:1] if k == "loc" else v
            for k, v in case.arguments.items()
        }
        case = type(case)(name, words, case.values)
    if which:  # others for the second
        words = {k: v * 0.8 if isinstance(v, np.ndarray) else v for k, v in case.arguments.items()}
        if name == "Uniform":
            words = {"low": case.arguments["low"] * 1.5, "high": case.arguments["high"] * 1.5}
        if "probs" in words and name in ("Categorical", "OneHotCategorical"):
            words["probs"] = case.arguments["probs"][::-1].copy()
        return type(case)(name, words, case.values)
    return case


@pytest.mark.parametrize(("kind", "other"), PAIRS, ids=lambda k: k.__name__)
def test_divergences_are_pytorchs(kind, other):
    p_name, q_name = kind.__name__, other.__name__
    if {p_name, q_name} & {"ExponentialFamily", "Independent", "TransformedDistribution"}:
        return  # in a test of their own
    p, q = pair_of(p_name, 0), pair_of(q_name, 1)
    if p_name == "Uniform" and q_name == "Beta":
        p = type(p)("Uniform", {"low": np.array([0.1, 0.2, 0.3]), "high": np.array([0.5, 0.6, 0.9])}, p.values)
    if p_name == "Uniform" and q_name in ("Exponential", "Gamma", "Pareto"):
        p = type(p)("Uniform", {"low": np.array([1.1, 2.2, 3.3]), "high": np.array([4.5, 5.6, 6.9])}, p.values)
    ours, theirs = [d.make(D, fg.tensor) for d in (p, q)], [d.make(T, torch.tensor) for d in (p, q)]
    same(D.kl_divergence(*ours), T.kl_divergence(*theirs), rtol=1e-8)


def test_divergences_of_composed_ones_are_pytorchs():
    for module, tensor, found in ((D, fg.tensor, []), (T, torch.tensor, [])):
        p = module.Normal(tensor(np.ones((2, 3))), tensor(np.full(3, 0.5)))
        q = module.Normal(tensor(np.zeros((2, 3))), tensor(np.full(3, 2.0)))
        pairs = [
            (module.Independent(p, 1), module.Independent(q, 1)),
            (
                module.TransformedDistribution(p, module.TanhTransform()),
                module.TransformedDistribution(q, module.TanhTransform()),
            ),
            (
                module.LogNormal(tensor(np.ones(3)), tensor(np.ones(3))),
                module.LogNormal(tensor(np.zeros(3)), tensor(np.full(3, 2.0))),
            ),
        ]
        found += [module.kl_divergence(*pair) for pair in pairs]
        if module is D:
            ours = found
    for a, b in zip(ours, found, strict=True):
        same(a, b)


@pytest.mark.parametrize(
    "name",
    [
        "ExpTransform",
        "SigmoidTransform",
        "SoftplusTransform",
        "TanhTransform",
        "StickBreakingTransform",
        "CorrCholeskyTransform",
    ],
)
def test_transforms_are_pytorchs(name):
    x = np.random.RandomState(0).uniform(-2, 2, (4, 3))
    a, b = fg.tensor(x), torch.tensor(x)
    t, u = getattr(D, name)(), getattr(T, name)()
    y, z = t(a), u(b)
    same(y, z)
    same(t.inv(y), u.inv(z), rtol=1e-7)
    same(t.log_abs_det_jacobian(a, y), u.log_abs_det_jacobian(b, z))
    assert t.bijective == u.bijective
    assert t.domain.event_dim == u.domain.event_dim


CONSTRAINTS = [
    "boolean",
    "integer_interval(0,3)",
    "greater_than(0.5)",
    "greater_than_eq(1.0)",
    "less_than(0.5)",
    "interval(0.0,1.0)",
    "half_open_interval(0.0,1.0)",
    "unit_interval",
    "nonnegative_integer",
    "positive_integer",
    "nonnegative",
    "positive",
    "real",
    "real_vector",
    "simplex",
    "one_hot",
    "lower_triangular",
    "lower_cholesky",
    "corr_cholesky",
    "positive_definite",
    "positive_semidefinite",
    "symmetric",
    "square",
    "multinomial(3)",
]


@pytest.mark.parametrize("text", CONSTRAINTS)
def test_constraints_are_pytorchs(text):
    ours = eval(f"c.{text}", {"c": D.constraints})
    theirs = eval(f"c.{text}", {"c": T.constraints})
    assert (ours.is_discrete, ours.event_dim) == (theirs.is_discrete, theirs.event_dim)
    one = np.array([[1.0, 0.0], [0.0, 1.0]])
    for x in (one, np.array([[0.25, 0.75], [0.5, np.nan]]), np.array([[2.0, -1.0], [-1.0, 2.0]]), one * 3, -one):
        got, want = ours.check(fg.tensor(x)), theirs.check(torch.tensor(x))
        assert got.tolist() == want.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "real",
        "positive",
        "greater_than(1.0)",
        "less_than(2.0)",
        "interval(1.0,3.0)",
        "unit_interval",
        "simplex",
        "corr_cholesky",
    ],
)
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_transforms_to_regions_are_pytorchs(text, registry):
    x = np.random.RandomState(1).uniform(-2, 2, (4, 3))
    t = getattr(D, registry)(eval(f"c.{text}", {"c": D.constraints}))
    u = getattr(T, registry)(eval(f"c.{text}", {"c": T.constraints}))
    same(t(fg.tensor(x)), u(torch.tensor(x)))
