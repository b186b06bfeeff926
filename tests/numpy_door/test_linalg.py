"""Where nobody follows what becomes of tensors, linear algebra is NumPy's own; and where somebody does, it is not."""

from __future__ import annotations

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np

MATRICES = numpy.random.default_rng(1).standard_normal((2, 3, 3)) + 4 * numpy.eye(3)
CALLS = {
    "solve": lambda np, a: np.linalg.solve(a, a[..., 0]) if a.ndim == 2 else np.linalg.solve(a, a),
    "cholesky": lambda np, a: np.linalg.cholesky(a @ np.swapaxes(a, -1, -2), upper=True),
    "qr r": lambda np, a: np.linalg.qr(a, mode="r"),
    "svd": lambda np, a: np.linalg.svd(a, compute_uv=False),
    **{
        name: lambda np, a, name=name: getattr(np.linalg, name)(a)
        for name in ["inv", "det", "slogdet", "eigh", "eigvalsh", "qr", "svdvals", "pinv", "matrix_rank", "cond"]
    },
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("name", CALLS)
def test_without_gradients_each_bit_is_numpys(name, dtype):
    for given in (MATRICES, MATRICES[0], MATRICES[0].T):
        given = given.astype(dtype)
        theirs, ours = CALLS[name](numpy, given), CALLS[name](np, fg.tensor(given))
        theirs, ours = ((one if isinstance(one, tuple) else (one,)) for one in (theirs, ours))
        for expected, found in zip(theirs, ours, strict=True):
            numpy.testing.assert_array_equal(numpy.asarray(found), expected, strict=True)
            assert isinstance(found, fg.Tensor if expected.ndim else numpy.generic)


def test_lstsq_is_numpys():
    for expected, found in zip(
        numpy.linalg.lstsq(MATRICES[0], MATRICES[1], rcond=None),
        np.linalg.lstsq(fg.tensor(MATRICES[0]), fg.tensor(MATRICES[1]), rcond=None),
        strict=True,
    ):
        numpy.testing.assert_array_equal(numpy.asarray(found), expected)


@pytest.mark.parametrize("name", ["inv", "det", "eigvalsh", "pinv", "cond"])
def test_transformations_follow_what_becomes_of_tensors(name):
    def f(a):
        return CALLS[name](np, a)

    batch = fg.tensor(MATRICES)
    numpy.testing.assert_allclose(fg.func.vmap(f)(batch), CALLS[name](numpy, MATRICES), 1e-12)
    _, tangents = fg.func.jvp(f, (batch[0],), (fg.eye(3, dtype=fg.float64),))
    step = 1e-6 * numpy.eye(3)
    slope = (CALLS[name](numpy, MATRICES[0] + step) - CALLS[name](numpy, MATRICES[0] - step)) / 2e-6
    numpy.testing.assert_allclose(tangents, slope, 1e-6, 1e-8)


def test_other_functions_that_are_numpys_own_are_batched():
    x = fg.tensor([[0.5, 1.0], [0.25, 0.75]], dtype=fg.float64)
    numpy.testing.assert_allclose(fg.func.vmap(np.diag)(x), [numpy.diag(row) for row in x.numpy()])
    found = fg.func.vmap(lambda row: np.interp(0.5, [0.0, 1.0], row))(x)
    numpy.testing.assert_allclose(found, [0.75, 0.5])


def test_tensors_by_keyword_and_of_bfloat16_are_taken():
    a = fg.tensor(MATRICES[0])
    assert np.linalg.solve(a, b=a[0]).shape == (3,)
    assert np.linalg.inv(a.astype(fg.bfloat16)).dtype is fg.bfloat16


def test_errors_name_the_function():
    with pytest.raises(np.linalg.LinAlgError, match=r"inv: the matrix is singular"):
        np.linalg.inv(fg.zeros((2, 2)))
    with pytest.raises(np.linalg.LinAlgError, match=r"det: x must have shape \(\.\.\., N, N\)"):
        np.linalg.det(fg.zeros((2, 3)))
