"""Shapes, validation, graphs: what all distributions share."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import distributions as D
from fastgrad.distributions import constraints

from .cases import CASES, NAMES


def test_every_distribution_has_a_case():
    public = {name: getattr(D, name) for name in D.__all__}
    kinds = {n for n, v in public.items() if isinstance(v, type) and issubclass(v, D.Distribution)}
    assert kinds - {"Distribution", "ExponentialFamily"} == set(NAMES)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_densities_of_float32_are_those_of_float64(case):
    single = case.make(D, lambda x: fg.tensor(x.astype(np.float32)))
    double = case.make(D, lambda x: fg.tensor(x.astype(np.float32).astype(np.float64)))
    values = case.values.astype(np.float32)
    if constraints.simplex in (single.support, getattr(single.support, "base_constraint", None)):
        values = values / values.sum(-1, keepdims=True)
    if single.support is constraints.corr_cholesky:  # whose rows have length 1 to float32's digits alone
        double._validate_args = False
    got = single.log_prob(fg.tensor(values))
    assert got.dtype == fg.float32
    want = double.log_prob(fg.tensor(values.astype(np.float64))) if not _is_simplex(single) else None
    if want is not None:
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=2e-5, atol=2e-5)


def _is_simplex(d: D.Distribution) -> bool:
    return d.support is constraints.simplex


CONTINUOUS = [c for c in CASES if c.name in ("Normal", "Gamma", "Beta", "StudentT", "Dirichlet", "MultivariateNormal")]


@pytest.mark.parametrize("case", CONTINUOUS, ids=repr)
@pytest.mark.parametrize("what", ["log_prob", "entropy"])
def test_derivatives_are_those_by_differences(case, what):
    names = [
        k for k, v in case.arguments.items() if isinstance(v, np.ndarray) and "matrix" not in k and "tril" not in k
    ]
    values = fg.tensor(case.values)

    def f(*parameters: fg.Tensor) -> fg.Tensor:
        words = {**case.arguments, **dict(zip(names, parameters, strict=True))}
        words = {k: fg.tensor(v) if isinstance(v, np.ndarray) else v for k, v in words.items()}
        d = getattr(D, case.name)(**words, validate_args=False)
        return d.log_prob(values) if what == "log_prob" else d.entropy()

    given = [fg.tensor(case.arguments[k], requires_grad=True) for k in names]
    assert fg.autograd.gradcheck(f, given)


def test_the_covariances_gradient_is_that_by_differences():
    case = next(c for c in CASES if "covariance_matrix" in c.arguments)
    values = fg.tensor(case.values)

    def f(a: fg.Tensor) -> fg.Tensor:
        covariance = fg.matmul(a, fg.swapaxes(a, -1, -2)) + fg.eye(3, dtype=fg.float64)
        return D.MultivariateNormal(fg.zeros(3, dtype=fg.float64), covariance).log_prob(values)

    a = fg.tensor(np.random.RandomState(0).uniform(-1, 1, (3, 3)), requires_grad=True)
    assert fg.autograd.gradcheck(f, [a])
    assert fg.autograd.gradgradcheck(f, [a])


def test_numbers_make_distributions_of_no_batch_and_the_default_dtype():
    d = D.Normal(0, 1)
    assert d.batch_shape == ()
    assert d.sample().dtype == fg.float32
    assert d.sample((2, 3)).shape == (2, 3)


def test_numbers_take_the_tensors_dtype():
    assert D.Normal(fg.zeros(2, dtype=fg.float64), 1).scale.dtype == fg.float64


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16], ids=str)
@pytest.mark.parametrize("case", [c for c in CASES if c.name not in ("MultivariateNormal", "Wishart")], ids=repr)
def test_narrow_floats_are_drawn_in_float32_and_rounded(case, dtype):
    d = case.make(D, lambda x: fg.tensor(x).astype(dtype))
    if case.name not in ("Categorical", "LogisticNormal"):  # whose values are integers; whose sum is not 1 so rounded
        x = d.sample((3,))
        assert x.dtype == dtype
        assert bool(fg.all(fg.isfinite(x.float())))


def test_no_failures_are_reached_at_once():
    x = D.NegativeBinomial(fg.tensor([0.0, 3.0]), probs=0.5).sample((50,))
    assert (x[:, 0] == 0).all()
    assert (x[:, 1] > 0).any()


def test_a_list_is_a_sample_shape_too():
    assert D.Normal(fg.zeros(2), 1.0).sample([3]).shape == (3, 2)


def test_sampling_without_graph_does_not_cut_what_is_found_later():
    """The logits are found when a sample asks for them, which records nothing; their gradient is there all the same."""
    probs = fg.tensor([0.2, 0.8], requires_grad=True)
    d = D.Categorical(probs=probs)
    with fg.no_grad():
        d.sample()
        d.logits  # noqa: B018
    d.log_prob(fg.tensor(1)).backward()
    np.testing.assert_allclose(probs.grad.numpy(), [-1.0, 0.25], rtol=1e-5)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_nothing_next_to_the_mode_is_more_likely(case):
    d = case.make(D, fg.tensor)
    try:
        mode = d.mode
    except NotImplementedError:
        return
    if d.support.is_discrete:
        if d.event_shape == () and bool(fg.all(fg.isfinite(mode))):
            for step in (-1, 1):
                there = d.support.check(mode + step)
                other = fg.where(there, mode + step, mode)
                assert bool(fg.all(d.log_prob(other) <= d.log_prob(mode) + 1e-9))
        return
    for step in (-1e-3, 1e-3):
        there = d.support.check(mode + step) & d.support.check(mode)
        if d.event_shape == ():
            at = fg.where(there, mode, d.sample())
            other = fg.where(there, mode + step, at)
            assert bool(fg.all(d.log_prob(other) <= d.log_prob(at) + 1e-9))


BAD = [
    (lambda: D.Normal(0.0, -1.0), "the parameter scale, of shape .*, must satisfy GreaterThan.*, got -1"),
    (lambda: D.Normal(fg.tensor([0.0, fg.nan]), 1.0), "the parameter loc"),
    (lambda: D.Uniform(1.0, 0.0), "Uniform: the parameter low"),
    (lambda: D.Bernoulli(probs=1.5), "the parameter probs"),
    (lambda: D.Bernoulli(), "either probs or logits must be given, and not both, got none"),
    (lambda: D.Categorical(fg.ones(2), fg.ones(2)), "got both"),
    (lambda: D.Categorical(probs=fg.tensor(1.0)), "at least one axis"),
    (lambda: D.Categorical(probs=fg.tensor([-1.0, 2.0])), "the parameter probs, of shape .*, must satisfy Simplex"),
    (lambda: D.Dirichlet(fg.tensor(1.0)), "at least one axis"),
    (lambda: D.Geometric(probs=0.0), "probs must be above 0"),
    (lambda: D.MultivariateNormal(fg.zeros(2)), "exactly one of"),
    (lambda: D.MultivariateNormal(fg.zeros(2), fg.eye(2), fg.eye(2)), "exactly one of"),
    (lambda: D.MultivariateNormal(fg.zeros(2), fg.ones(2, 2)), "PositiveDefinite"),
    (lambda: D.MultivariateNormal(fg.zeros(2), fg.eye(3)), r"must have shape \(\.\.\., 2, 2\)"),
    (lambda: D.MultivariateNormal(fg.zeros(2), scale_tril=fg.ones(2, 2)), "LowerCholesky"),
    (lambda: D.Independent(D.Normal(0.0, 1.0), 1), "from 0 to the 0 batch axes"),
    (lambda: D.MixtureSameFamily(D.Normal(0.0, 1.0), D.Normal(0.0, 1.0)), "must be a Categorical"),
    (lambda: D.MixtureSameFamily(D.Categorical(fg.ones(2)), D.Normal(fg.zeros(3), 1.0)), "each of the 2 weights"),
    (lambda: D.Normal(fg.zeros(2), fg.ones(3)), "broadcast"),
    (lambda: D.Distribution.set_default_validate_args(2), "True or False"),
    (lambda: D.TanhTransform(cache_size=2), "cache_size must be 0 or 1"),
    (lambda: D.ReshapeTransform((2,), (3,)), "as many elements"),
    (lambda: D.Normal(0.0, 1.0).log_prob(fg.tensor(fg.nan)), "must lie within the support Real"),
    (lambda: D.Exponential(1.0).log_prob(fg.tensor([1.0, -1.0])), "got .*-1.*in one of shape"),
    (lambda: D.Poisson(1.0).log_prob(0.5), "must lie within the support"),
    (lambda: D.Categorical(fg.ones(2)).log_prob(fg.tensor(2)), "must lie within the support"),
    (lambda: D.Normal(fg.zeros(2), 1.0).log_prob(fg.zeros(3)), "must broadcast with batch and event"),
    (lambda: D.Dirichlet(fg.ones(2)).log_prob(fg.tensor([1.0])), "the event shape"),
]


@pytest.mark.parametrize(("make", "message"), BAD, ids=[m for _, m in BAD])
def test_what_is_wrong_is_a_value_error_that_says_what_came(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_validation_is_switched_off_for_one_or_for_all():
    D.Normal(0.0, -1.0, validate_args=False)
    assert fg.isnan(D.Normal(0.0, 1.0, validate_args=False).log_prob(fg.tensor(fg.nan))).item()
    before = D.Distribution._validate_args
    try:
        D.Distribution.set_default_validate_args(False)
        D.Normal(0.0, -1.0)
        with pytest.raises(ValueError, match="scale"):
            D.Normal(0.0, -1.0, validate_args=True)
    finally:
        D.Distribution.set_default_validate_args(before)


def test_what_has_no_formula_says_so():
    with pytest.raises(NotImplementedError, match="Poisson has no reparameterised samples; sample"):
        D.Poisson(1.0).rsample()
    with pytest.raises(NotImplementedError, match="Beta has no formula for its distribution function"):
        D.Beta(1.0, 1.0).cdf(0.5)
    with pytest.raises(NotImplementedError, match="no formula for Normal and Poisson; register_kl adds one"):
        D.kl_divergence(D.Normal(0.0, 1.0), D.Poisson(1.0))


def test_divergences_are_of_the_nearest_class_that_is_registered():
    class Mine(D.Normal):
        pass

    p, q = Mine(0.0, 1.0), D.Normal(1.0, 1.0)
    assert D.kl_divergence(p, q).item() == 0.5

    @D.register_kl(Mine, D.Normal)
    def _(p: Mine, q: D.Normal) -> fg.Tensor:
        return fg.tensor(7.0)

    try:
        assert D.kl_divergence(p, q).item() == 7.0
        assert D.kl_divergence(q, p).item() == 0.5
    finally:
        del D.kl._FORMULAS[Mine, D.Normal]
        D.kl._FOUND.clear()
    with pytest.raises(TypeError, match="must be a subclass of Distribution"):
        D.register_kl(int, D.Normal)


KL_SAMPLED = [
    (D.Normal(0.3, 1.2), D.Laplace(0.0, 1.0)),
    (D.Normal(0.3, 0.7), D.Gumbel(0.0, 1.5)),
    (D.Gamma(2.5, 1.5), D.Gumbel(0.5, 1.5)),
    (D.Gamma(2.5, 1.5), D.Normal(0.5, 2.0)),
    (D.Exponential(1.5), D.Gamma(1.5, 0.7)),
    (D.Beta(2.5, 1.5), D.Normal(0.5, 1.0)),
    (D.Uniform(0.2, 0.9), D.Beta(2.0, 3.0)),
    (D.Dirichlet(fg.tensor([1.0, 2.0, 3.0])), D.Dirichlet(fg.tensor([2.0, 2.0, 1.0]))),
    (D.Cauchy(0.0, 1.0), D.Cauchy(1.0, 2.0)),
    (
        D.MultivariateNormal(fg.tensor([0.5, 0.0]), fg.tensor([[1.0, 0.3], [0.3, 0.5]])),
        D.MultivariateNormal(fg.zeros(2), fg.eye(2)),
    ),
    (D.Categorical(fg.tensor([0.2, 0.8])), D.Categorical(fg.tensor([0.5, 0.5]))),
]


@pytest.mark.parametrize(("p", "q"), KL_SAMPLED, ids=lambda d: type(d).__name__)
def test_divergences_are_the_mean_of_the_logarithms_difference(p, q):
    with fg.random.fork_rng():
        fg.manual_seed(1)
        x = p.sample((20000,))
    each = (p.log_prob(x) - q.log_prob(x)).numpy()
    assert abs(each.mean() - D.kl_divergence(p, q).item()) < 5 * each.std() / np.sqrt(len(each))


def test_a_divergence_is_infinite_where_the_second_has_no_such_values():
    p, q = D.Categorical(fg.tensor([0.5, 0.5])), D.Categorical(fg.tensor([1.0, 0.0]))
    assert D.kl_divergence(p, q).item() == fg.inf
    assert D.kl_divergence(q, p).item() == pytest.approx(np.log(2), rel=1e-6)
    assert D.kl_divergence(D.Normal(fg.zeros(3), 1.0), D.Gamma(1.0, 1.0)).tolist() == [fg.inf] * 3


# ---- transforms ------------------------------------------------------------------------------------------------------

TRANSFORMS = [
    D.ExpTransform(),
    D.PowerTransform(1.7),
    D.SigmoidTransform(),
    D.SoftplusTransform(),
    D.TanhTransform(),
    D.AffineTransform(0.5, -2.0),
    D.ComposeTransform([D.AffineTransform(0.5, 0.3), D.TanhTransform(), D.ExpTransform()]),
    D.CumulativeDistributionTransform(D.Normal(0.0, 2.0)),
    D.ExpTransform().inv,
    D.IndependentTransform(D.ExpTransform(), 1),
    D.StickBreakingTransform(),
    D.ReshapeTransform((3,), (3, 1)),
    D.CatTransform([D.ExpTransform(), D.TanhTransform()], dim=-1, lengths=[1, 2]),
    D.StackTransform([D.ExpTransform(), D.TanhTransform(), D.AffineTransform(1.0, 2.0)], dim=-1),
]


@pytest.mark.parametrize("t", TRANSFORMS, ids=lambda t: repr(t)[:40])
def test_an_inverse_undoes_and_the_jacobian_is_that_by_differences(t):
    x = fg.tensor(np.random.RandomState(2).uniform(0.2, 1.2, (2, 3)))
    y = t(x)
    assert t.forward_shape((2, 3)) == y.shape
    assert t.inverse_shape(y.shape) == (2, 3)
    np.testing.assert_allclose(t.inv(y).numpy(), x.numpy(), rtol=1e-9)
    got = t.log_abs_det_jacobian(x, y).numpy()
    np.testing.assert_allclose(t.inv.log_abs_det_jacobian(y, x).numpy(), -got, rtol=1e-12)
    for row in range(2):
        columns = []
        for k in range(3):
            step = fg.tensor(np.eye(3)[k] * 1e-6)
            up, down = t(x[row] + step).numpy().ravel(), t(x[row] - step).numpy().ravel()
            columns.append((up - down)[:3] / 2e-6)
        jacobian = np.array(columns)
        want = np.log(np.abs(np.diag(jacobian))) if got.ndim == 2 else np.log(np.abs(np.linalg.det(jacobian)))
        np.testing.assert_allclose(got[row], want, rtol=1e-5, atol=1e-8)


def test_a_cache_gives_back_what_was_put_in():
    t = D.TanhTransform(cache_size=1)
    x = fg.tensor([30.0])
    y = t(x)
    assert t.inv(y) is x
    assert t(x) is y
    d = D.TransformedDistribution(D.Normal(fg.tensor([30.0]), 1.0), [t])
    assert bool(fg.all(fg.isfinite(d.log_prob(d.rsample()))))
    assert D.TanhTransform().with_cache()._cache_size == 1


def test_matrices_of_regions_lie_in_them():
    x = fg.tensor(np.random.RandomState(0).uniform(-1, 1, (2, 3, 3)))
    for region in (constraints.lower_cholesky, constraints.positive_definite):
        for registry in (D.biject_to, D.transform_to):
            y = registry(region)(x)
            assert bool(fg.all(region.check(y)))
            np.testing.assert_allclose(registry(region)(registry(region).inv(y)).numpy(), y.numpy(), rtol=1e-9)


def test_a_region_without_a_transform_says_so():
    with pytest.raises(NotImplementedError, match=r"there is no transform to Boolean\(\); biject_to.register adds one"):
        D.biject_to(constraints.boolean)


# ---- the rest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_distributions_are_copied_and_pickled(case):
    d = case.make(D, fg.tensor)
    for other in (copy.copy(d), copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        values = fg.tensor(case.values)
        np.testing.assert_array_equal(other.log_prob(values).numpy(), d.log_prob(values).numpy())


def test_a_subclass_with_arguments_of_its_own_is_expanded():
    class Scaled(D.Normal):
        def __init__(self, size):
            super().__init__(fg.zeros(3), size)

    d = Scaled(2.0).expand((4, 3))
    assert d.batch_shape == (4, 3)
    assert d.log_prob(fg.zeros(3)).shape == (4, 3)


def test_gradients_reach_the_parameters_of_an_expanded_one():
    loc = fg.zeros(3, requires_grad=True)
    D.Normal(loc, 1.0).expand((2, 3)).log_prob(fg.ones(2, 3)).sum().backward()
    assert loc.grad.tolist() == [2.0, 2.0, 2.0]


def test_the_first_import_of_fastgrad_does_not_load_distributions():
    import os
    import subprocess
    import sys

    code = "import sys, fastgrad; assert 'fastgrad.distributions' not in sys.modules; fastgrad.distributions.Normal"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=os.sep)


def test_transforms_in_a_row_are_shown_one_a_line():
    t = D.ComposeTransform([D.AffineTransform(0.5, 0.3), D.ExpTransform().inv])
    assert repr(t) == "ComposeTransform(\n    AffineTransform(),\n    ExpTransform().inv\n)"
