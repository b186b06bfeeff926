"""Libraries that compute with any array of the standard compute with tensors, and give tensors of the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

SCIKIT_LEARN = """
import numpy as np, fastgrad as fg, sklearn
from sklearn import decomposition, discriminant_analysis, linear_model, metrics, mixture, preprocessing
sklearn.set_config(array_api_dispatch=True)
random = np.random.RandomState(0)
x = random.randn(60, 5)
y, score = (x[:, 0] > 0).astype(np.int64), random.rand(60)
calls = [
    lambda x, y, s: preprocessing.StandardScaler().fit(x).transform(x),
    lambda x, y, s: preprocessing.PolynomialFeatures().fit(x).transform(x),
    lambda x, y, s: preprocessing.LabelBinarizer().fit(y).transform(y),
    lambda x, y, s: decomposition.PCA(3, svd_solver="full").fit(x).transform(x),
    lambda x, y, s: linear_model.Ridge(solver="svd").fit(x, s).predict(x),
    lambda x, y, s: discriminant_analysis.LinearDiscriminantAnalysis().fit(x, y).predict_proba(x),
    lambda x, y, s: mixture.GaussianMixture(2, random_state=0, init_params="random").fit(x).score_samples(x),
    lambda x, y, s: metrics.pairwise.rbf_kernel(x, x),
]
numbers = [
    lambda x, y, s: metrics.average_precision_score(y, s),
    lambda x, y, s: metrics.f1_score(y, 1 * (s > 0.5)),
    lambda x, y, s: metrics.r2_score(s, s * s),
]
for call in calls + numbers:
    got, want = call(*map(fg.tensor, (x, y, score))), call(x, y, score)
    assert call in numbers or isinstance(got, fg.Tensor)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-9, atol=1e-9)
"""

SCIPY = """
import numpy as np, fastgrad as fg
from scipy import integrate, optimize, special, stats
from scipy.spatial.transform import Rotation
x = np.random.RandomState(0).rand(20, 3)
for call in (
    lambda x: special.logsumexp(x, axis=0),
    lambda x: special.log_softmax(x, axis=1),
    lambda x: stats.skew(x),
    lambda x: stats.gmean(x),
    lambda x: stats.zscore(x),
    lambda x: stats.ttest_1samp(x, 0.5).pvalue,
    lambda x: stats.pearsonr(x[:, 0], x[:, 1]).statistic,
    lambda x: optimize.rosen_der(x[:, 0]),
    lambda x: integrate.cumulative_trapezoid(x, axis=0),
    lambda x: Rotation.from_rotvec(x).as_matrix(),
):
    got, want = call(fg.tensor(x)), call(x)
    assert isinstance(got, fg.Tensor)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-9, atol=1e-12)
"""


@pytest.mark.parametrize(("package", "code"), [("sklearn", SCIKIT_LEARN), ("scipy", SCIPY)], ids=["sklearn", "scipy"])
def test_a_library_of_the_array_standard_takes_tensors(run_python, package, code):
    pytest.importorskip(package)
    done = run_python(code, SCIPY_ARRAY_API="1", PYTHONWARNINGS="ignore")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC", "SLSQP", "Newton-CG", "trust-constr"])
def test_scipys_optimizers_take_what_tensors_compute(method):
    """They hand gradients to compiled code, which takes NumPy's arrays alone."""
    optimize = pytest.importorskip("scipy.optimize")

    def rosenbrock(x):
        x = fg.tensor(x, requires_grad=True)
        value = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        value.backward()
        return value.detach(), x.grad

    for start in (np.zeros(3), fg.zeros(3, dtype=fg.float64)):
        found = optimize.minimize(rosenbrock, start, jac=True, method=method)
        np.testing.assert_allclose(np.asarray(found.x), 1.0, atol=5e-3)


def test_what_libraries_prepare_arrays_by_makes_numpys_arrays():
    x = fg.tensor([1.0, 2.0])
    for prepare in (np.atleast_1d, np.atleast_2d, np.atleast_3d, np.asarray):
        assert type(prepare(x)) is np.ndarray
        assert np.shares_memory(prepare(x), x.numpy())
    followed = np.atleast_2d(fg.tensor([1.0, 2.0], requires_grad=True))
    assert isinstance(followed, fg.Tensor)
    assert followed.requires_grad
