"""HIPS autograd's modules: SciPy's functions have SciPy's values and the gradients of differences, methods descend."""

from __future__ import annotations

from importlib import import_module

import fastgrad.numpy.autograd.numpy as np
import fastgrad.numpy.autograd.numpy.random as npr
import numpy
import pytest
import scipy.linalg
import scipy.special
import scipy.stats

from fastgrad.numpy.autograd import elementwise_grad, grad, value_and_grad
from fastgrad.numpy.autograd.extend import defvjp, primitive
from fastgrad.numpy.autograd.misc import flatten
from fastgrad.numpy.autograd.misc.fixed_points import fixed_point
from fastgrad.numpy.autograd.misc.flatten import flatten_func
from fastgrad.numpy.autograd.misc.optimizers import adam, rmsprop, sgd
from fastgrad.numpy.autograd.scipy import linalg
from fastgrad.numpy.autograd.test_util import check_grads

X = numpy.array([0.3, 0.8, 1.7])
SHARES = numpy.array([0.2, 0.5, 0.3])
COVARIANCE = numpy.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.0]])
MATRIX = numpy.array([[1.0, 0.4, -0.3], [0.2, 0.9, 0.5], [-0.6, 0.1, 1.2]])

SPECIAL = {
    "beta": (X, 1.4),
    "betaln": (X, 1.4),
    "digamma": (X,),
    "erf": (X,),
    "erfc": (X,),
    "erfinv": (SHARES,),
    "expit": (X,),
    "gamma": (numpy.array([-1.5, -0.5, 2.5]),),
    "gammainc": (2.0, X),
    "gammaincc": (2.0, X),
    "gammaln": (X,),
    "i0": (X,),
    "i1": (X,),
    "log_ndtr": (-20 * X,),
    "logit": (SHARES,),
    "logsumexp": (COVARIANCE, 1),
    "multigammaln": (X + 2, 3),
    "ndtr": (X,),
    "polygamma": (1, X),
    "psi": (X,),
}
DISTRIBUTIONS = {
    "beta": ("pdf logpdf", SHARES, 2.0, 3.5),
    "chi2": ("pdf logpdf cdf", X, 3.0),
    "dirichlet": ("pdf logpdf", SHARES, numpy.array([1.0, 2.0, 0.5])),
    "gamma": ("pdf logpdf cdf", X, 2.5),
    "multivariate_normal": ("pdf logpdf", X, numpy.array([0.1, 0.2, 0.3]), COVARIANCE),
    "norm": ("pdf logpdf cdf logcdf sf logsf", X, 0.5, 1.5),
    "poisson": ("pmf logpmf cdf", numpy.array([0.0, 2.0, 5.0]), 1.7),
    "t": ("pdf logpdf", X, 3.0, 0.5, 1.5),
}
DENSITIES = [(name, function) for name, (functions, *_) in DISTRIBUTIONS.items() for function in functions.split()]


def differentiated(function, args):
    """The function of those arguments that gradients are checked by: all floats."""
    places = [i for i, arg in enumerate(args) if not isinstance(arg, int)]

    def of_floats(*values):
        given = list(args)
        for place, value in zip(places, values, strict=True):
            given[place] = value
        return function(*given)

    return of_floats, [args[i] for i in places]


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_are_scipys(name):
    function, args = getattr(import_module("fastgrad.numpy.autograd.scipy.special"), name), SPECIAL[name]
    numpy.testing.assert_allclose(function(*args), getattr(scipy.special, name)(*args), rtol=1e-12)
    if name in ("gammainc", "gammaincc"):  # by the first there is no gradient, in SciPy's place nor in PyTorch's
        check_grads(lambda x: function(args[0], x), order=1)(args[1])
    else:
        of_floats, values = differentiated(function, args)
        check_grads(of_floats, order=1)(*values)


@pytest.mark.parametrize(("name", "function"), DENSITIES)
def test_distributions_are_scipys(name, function):
    ours = getattr(import_module(f"fastgrad.numpy.autograd.scipy.stats.{name}"), function)
    _, *args = DISTRIBUTIONS[name]
    numpy.testing.assert_allclose(ours(*args), getattr(getattr(scipy.stats, name), function)(*args), rtol=1e-12)
    if function == "cdf" and name in ("gamma", "chi2", "poisson"):
        return  # of the incomplete gamma functions, above
    if name == "poisson":
        check_grads(lambda mu: ours(args[0], mu), order=1)(args[1])
    elif name == "multivariate_normal":  # the covariance stays symmetric
        check_grads(lambda x, mean, root: ours(x, mean, np.dot(root, root.T)), order=1)(
            *args[:2], numpy.linalg.cholesky(COVARIANCE)
        )
    else:
        check_grads(ours, order=1)(*args)


def test_a_covariance_may_be_a_number_a_diagonal_or_singular():
    mvn = import_module("fastgrad.numpy.autograd.scipy.stats.multivariate_normal")
    theirs = scipy.stats.multivariate_normal
    rows = numpy.stack([X, SHARES])
    for cov in (2.0, numpy.array([1.0, 2.0, 3.0]), COVARIANCE):
        mean = numpy.zeros(3)
        numpy.testing.assert_allclose(mvn.logpdf(rows, mean, cov), theirs.logpdf(rows, mean, cov), rtol=1e-12)
        numpy.testing.assert_allclose(mvn.entropy(mean, cov), theirs.entropy(mean, cov), rtol=1e-12)
    singular = numpy.diag([1.0, 2.0, 0.0])
    on_it = numpy.array([0.5, -1.0, 0.0])
    expected = theirs.logpdf(on_it, numpy.zeros(3), singular, allow_singular=True)
    numpy.testing.assert_allclose(mvn.logpdf(on_it, numpy.zeros(3), singular, True), expected, rtol=1e-12)
    numpy.testing.assert_allclose(mvn.logpdf(0.7, 0.2, 1.3), theirs.logpdf(0.7, 0.2, 1.3), rtol=1e-12)
    with pytest.raises(numpy.linalg.LinAlgError):
        mvn.logpdf(on_it, numpy.zeros(3), singular)


def test_matrices_are_scipys():
    numpy.testing.assert_allclose(linalg.expm(MATRIX), scipy.linalg.expm(MATRIX), rtol=1e-10)
    numpy.testing.assert_array_equal(linalg.block_diag(MATRIX, [1, 2]), scipy.linalg.block_diag(MATRIX, [1, 2]))
    for options in ({}, {"lower": True}, {"trans": "T"}, {"trans": 1, "lower": True}, {"unit_diagonal": True}):
        for right in (X, MATRIX):
            ours = linalg.solve_triangular(MATRIX, right, **options)
            numpy.testing.assert_allclose(ours, scipy.linalg.solve_triangular(MATRIX, right, **options), rtol=1e-10)
    with pytest.raises(ValueError, match="trans must be 0, 1, 2, 'N', 'T' or 'C', got 'X'"):
        linalg.solve_triangular(MATRIX, X, trans="X")


def test_what_is_flattened_comes_back():
    value = {"w": [np.ones((2, 3)), (2.0, np.arange(3.0))], "b": np.zeros(())}
    flat, unflatten = flatten(value)
    assert flat.shape == (11,)
    again = unflatten(flat * 2)
    assert list(again) == ["w", "b"]
    assert again["w"][1][0] == 4.0
    assert again["w"][1][1].tolist() == [0.0, 2.0, 4.0]
    assert again["w"][0].shape == (2, 3)
    assert flatten([])[0].shape == (0,)
    gradient, back, start = flatten_func(grad(lambda p: np.sum(p[0] ** 2) + p[1] ** 3), [np.array([1.0, 2.0]), 3.0])
    assert gradient(start).tolist() == [2.0, 4.0, 27.0]
    assert back(start)[1] == 3.0


@pytest.mark.parametrize("method", [adam, rmsprop, sgd])
def test_methods_descend_and_tell(method):
    npr.seed(1)
    x, y = npr.randn(40, 3), npr.randn(40)
    told = []

    def loss(params, i):
        return np.mean((np.dot(x, params["w"]) + params["b"] - y) ** 2)

    start = {"w": np.zeros(3), "b": 0.0}
    found = method(
        grad(loss), start, callback=lambda p, i, g: told.append((i, float(loss(p, i)))), num_iters=60, step_size=0.05
    )
    assert [i for i, _ in told] == list(range(60))
    solution = numpy.linalg.lstsq(numpy.c_[numpy.asarray(x), numpy.ones(40)], numpy.asarray(y), rcond=None)[1][0] / 40
    assert solution <= loss(found, 0) < told[0][1] * 0.9
    assert start["w"].tolist() == [0.0] * 3


def test_a_fixed_point_has_derivatives_of_all_orders():
    def root(a):
        return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12)

    assert root(2.0) == pytest.approx(2**0.5, rel=1e-12)
    assert grad(root)(2.0) == pytest.approx(0.5 * 2**-0.5, rel=1e-10)
    assert grad(grad(root))(2.0) == pytest.approx(-0.25 * 2**-1.5, rel=1e-8)


def test_a_primitive_has_the_gradients_that_it_is_given():
    @primitive
    def scaled(x, factor):
        """What it does."""
        assert isinstance(x, np.ndarray)
        assert not x.requires_grad
        return x * factor

    assert scaled.__name__ == "scaled"
    defvjp(scaled, lambda ans, x, factor: lambda g: 10 * g * factor, None)
    x = np.array([1.0, 2.0])
    assert elementwise_grad(scaled)(x, 3.0).tolist() == [30.0, 30.0]
    value, slope = value_and_grad(lambda f: np.sum(scaled(x, f)))(3.0)
    assert value == 9.0
    assert slope == 0.0
    defvjp(scaled, lambda ans, x, factor: lambda g: np.sum(g * x), argnums=[1])
    assert grad(lambda f: np.sum(scaled(x, f)))(3.0) == 3.0

    @primitive
    def exponential(x):
        return np.exp(x)

    defvjp(exponential, lambda ans, x: lambda g: g * ans)
    assert grad(grad(exponential))(1.0) == pytest.approx(float(np.exp(1.0)))

    @primitive
    def bare(x):
        return x

    with pytest.raises(TypeError, match="bare: argument 0 has no gradient; defvjp gives it one"):
        grad(bare)(1.0)


def test_wrong_gradients_are_found():
    @primitive
    def wrong(x):
        return x**2

    defvjp(wrong, lambda ans, x: lambda g: 3 * g * x)
    with pytest.raises(AssertionError, match="the derivative by rev must be"):
        check_grads(wrong, modes=["rev"], order=1)(2.0)
    check_grads(lambda x, y: np.sin(x) * y, order=2)(0.5, np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="modes must be of 'fwd' and 'rev'"):
        check_grads(wrong, modes=["up"])
