"""Linear algebra: values are NumPy's, of batches, too; derivatives are right to the second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import linalg
from fastgrad.autograd import gradcheck, gradgradcheck

DRAW = np.random.RandomState(3)


def drawn(*shape: int) -> np.ndarray:
    return DRAW.uniform(-1.0, 1.0, shape)


def positive(*shape: int) -> np.ndarray:
    """Symmetric, positive definite."""
    a = drawn(*shape)
    return a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])


def regular(*shape: int) -> np.ndarray:
    return drawn(*shape) + 2.0 * np.eye(shape[-1])


def symmetric(x: Any) -> Any:
    return (x + x.mT) / 2


def lower(x: Any) -> Any:
    return fg.tril(x)


def fixed_signs(vectors: Any, axis: int) -> Any:
    """Vectors whose largest component is positive: what does not change with their signs."""
    from_zero = fg.argmax(fg.abs(vectors.detach()), axis, True)
    return vectors * fg.sign(fg.take_along_axis(vectors.detach(), from_zero, axis=axis))


def eigenvectors(x: Any) -> Any:
    return fixed_signs(linalg.eigh(symmetric(x)).eigenvectors, -2)


def singular_vectors(x: Any) -> Any:
    u, s, vh = linalg.svd(x, full_matrices=False)
    return (u * s.unsqueeze(-2)) @ vh, fg.square(u), s, fg.square(vh)


def qr_parts(x: Any) -> Any:
    return tuple(linalg.qr(x))


# What is differentiated, and of what.
DIFFERENTIABLE: dict[str, tuple[Any, tuple[np.ndarray, ...]]] = {
    "solve": (linalg.solve, (regular(3, 3), drawn(3, 2))),
    "solve of a vector": (linalg.solve, (regular(3, 3), drawn(3))),
    "solve of batches that broadcast": (linalg.solve, (regular(2, 1, 2, 2), drawn(3, 2, 2))),
    "solve_triangular": (
        lambda a, b: linalg.solve_triangular(a, b, upper=True),
        (np.triu(regular(3, 3)), drawn(2, 3, 2)),
    ),
    "solve_triangular, unit, on the right": (
        lambda a, b: linalg.solve_triangular(a, b, upper=False, left=False, unitriangular=True),
        (np.tril(regular(3, 3)), drawn(2, 3)),
    ),
    "cholesky_solve": (lambda a, b: linalg.cholesky_solve(b, lower(a)), (positive(3, 3), drawn(3, 2))),
    "lu": (lambda x: tuple(linalg.lu(x)[1:]), (regular(2, 3, 3),)),
    "lu_solve": (lambda x, b: linalg.lu_solve(*linalg.lu_factor(x), b), (drawn(2, 3, 3), drawn(3, 2))),
    "householder_product": (linalg.householder_product, (drawn(2, 4, 3), drawn(2, 2))),
    "inv": (linalg.inv, (regular(2, 3, 3),)),
    "pinv of a tall one": (linalg.pinv, (drawn(4, 2),)),
    "pinv of wide ones": (linalg.pinv, (drawn(2, 2, 3),)),
    "lstsq": (lambda a, b: linalg.lstsq(a, b).solution, (drawn(4, 2), drawn(4, 2))),
    "residuals": (lambda a, b: linalg.lstsq(a, b).residuals, (drawn(4, 2), drawn(4))),
    "cholesky": (lambda x: linalg.cholesky(symmetric(x)), (positive(2, 3, 3),)),
    "cholesky, upper": (lambda x: linalg.cholesky(symmetric(x), upper=True), (positive(3, 3),)),
    "qr of a tall one": (qr_parts, (drawn(4, 3),)),
    "qr of square ones": (qr_parts, (regular(2, 3, 3),)),
    "qr of a wide one": (qr_parts, (drawn(2, 4),)),
    "eigenvalues": (lambda x: linalg.eigvalsh(symmetric(x)), (drawn(2, 3, 3),)),
    "eigenvectors": (eigenvectors, (drawn(3, 3),)),
    "svdvals": (linalg.svdvals, (drawn(2, 3, 4),)),
    "svd of a tall one": (singular_vectors, (drawn(4, 3),)),
    "svd of a wide one": (singular_vectors, (drawn(2, 3),)),
    "det": (linalg.det, (regular(2, 3, 3),)),
    "slogdet": (lambda x: linalg.slogdet(x).logabsdet, (regular(2, 3, 3),)),
    "trace": (linalg.trace, (drawn(2, 3, 4),)),
    "norm nuc": (lambda x: linalg.matrix_norm(x, ord="nuc"), (drawn(3, 2),)),
    "norm 2": (lambda x: linalg.matrix_norm(x, ord=2), (drawn(2, 3, 2),)),
    "vector_norm of axes": (lambda x: linalg.vector_norm(x, axis=(0, 2), ord=3), (drawn(2, 3, 2),)),
    "cond": (linalg.cond, (regular(3, 3),)),
    "matrix_power": (lambda x: linalg.matrix_power(x, 5), (drawn(2, 2, 2),)),
    "matrix_power, negative": (lambda x: linalg.matrix_power(x, -2), (regular(2, 2),)),
    "matrix_exp": (linalg.matrix_exp, (drawn(2, 3, 3),)),
    "matrix_exp of large numbers": (linalg.matrix_exp, (4.0 * drawn(2, 2),)),
    "multi_dot": (lambda a, b, c: linalg.multi_dot([a, b, c]), (drawn(2), drawn(2, 3), drawn(3, 2))),
    "cross": (linalg.cross, (drawn(2, 3), drawn(3))),
    "diagonal": (lambda x: linalg.diagonal(x, offset=-1), (drawn(2, 3, 4),)),
    "tensorinv": (lambda x: linalg.tensorinv(x, ind=1), (regular(4, 4).reshape(4, 2, 2),)),
    "tensorsolve": (linalg.tensorsolve, (regular(4, 4).reshape(2, 2, 4), drawn(2, 2))),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_first_and_second_derivatives_are_those_of_the_values(name):
    function, arrays = DIFFERENTIABLE[name]
    leaves = [fg.tensor(a, requires_grad=True) for a in arrays]
    assert gradcheck(function, leaves)
    assert gradgradcheck(function, leaves)


# Calls that NumPy's module of the same name takes, too.
CALLS: dict[str, Any] = {
    "inv": lambda m: m.linalg.inv(regular(4, 3, 3)),
    "solve": lambda m: m.linalg.solve(regular(3, 3), drawn(3)),
    "solve of several": lambda m: m.linalg.solve(regular(4, 3, 3), drawn(4, 3, 2)),
    "det": lambda m: m.linalg.det(drawn(4, 3, 3)),
    "slogdet": lambda m: m.linalg.slogdet(drawn(4, 3, 3)),
    "cholesky": lambda m: m.linalg.cholesky(positive(4, 3, 3)),
    "eigvalsh": lambda m: m.linalg.eigvalsh(positive(4, 3, 3)),
    "svdvals": lambda m: m.linalg.svdvals(drawn(4, 3, 5)),
    "pinv": lambda m: m.linalg.pinv(drawn(4, 3, 5)),
    "pinv by a bound": lambda m: m.linalg.pinv(drawn(5, 3), rtol=0.5),
    "pinv by a bound for each": lambda m: m.linalg.pinv(drawn(2, 5, 3), rtol=np.array([0.5, 1e-9])),
    "matrix_rank": lambda m: m.linalg.matrix_rank(drawn(3, 2) @ drawn(2, 3)),
    "matrix_rank by a bound": lambda m: m.linalg.matrix_rank(np.diag([4.0, 2.0, 0.1]), tol=1.0),
    "cond": lambda m: m.linalg.cond(regular(3, 3)),
    "cond by columns": lambda m: m.linalg.cond(regular(3, 3), 1),
    "matrix_power": lambda m: m.linalg.matrix_power(drawn(3, 3), 6),
    "multi_dot": lambda m: m.linalg.multi_dot([drawn(2, 3), drawn(3, 4), drawn(4, 1)]),
    "vector_norm": lambda m: m.linalg.vector_norm(drawn(2, 3, 4), axis=(0, 1), keepdims=True),
    "matrix_norm": lambda m: m.linalg.matrix_norm(drawn(2, 3, 4), ord="nuc", keepdims=True),
    "norm": lambda m: m.linalg.norm(drawn(3, 4), "nuc"),
    "norm by rows": lambda m: m.linalg.norm(drawn(3, 4), np.inf),
    "norm by singular values": lambda m: m.linalg.norm(drawn(3, 4), -2),
    "cross": lambda m: m.linalg.cross(drawn(2, 3), drawn(2, 3)),
    "diagonal": lambda m: m.linalg.diagonal(drawn(2, 3, 4), offset=2),
    "trace": lambda m: m.linalg.trace(drawn(2, 3, 4), offset=-1),
    "tensorinv": lambda m: m.linalg.tensorinv(drawn(4, 2, 2), ind=1),
    "tensorsolve": lambda m: m.linalg.tensorsolve(drawn(2, 2, 4), drawn(2, 2)),
    "qr": lambda m: m.linalg.qr(drawn(3, 5)),
    "qr, complete": lambda m: m.linalg.qr(drawn(5, 3), mode="complete"),
    "r": lambda m: m.linalg.qr(drawn(5, 3), mode="r"),
    "outer": lambda m: m.linalg.outer(drawn(2), drawn(3)),
    "vecdot": lambda m: m.linalg.vecdot(drawn(2, 3), drawn(2, 3)),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_kinds_of_results_are_numpys(name):
    global DRAW
    found = []
    for library in (np, fg):
        DRAW = np.random.RandomState(5)
        found.append(CALLS[name](library))
    theirs, ours = found
    assert isinstance(ours, tuple) == isinstance(theirs, tuple)
    if isinstance(theirs, tuple):
        assert ours._fields == theirs._fields
    for a, b in zip(*(f if isinstance(f, tuple) else (f,) for f in (theirs, ours)), strict=True):
        np.testing.assert_allclose(b.numpy(), a, 1e-10, 1e-12)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("n", [1, 5, 64, 65, 131])
def test_triangles_of_all_sizes_are_solved(n, upper):
    a = fg.tensor(drawn(2, n, n) / n + 2 * np.eye(n))
    b = fg.tensor(drawn(n, 3))
    x = linalg.solve_triangular(a, b, upper=upper)
    half = (fg.triu if upper else fg.tril)(a)
    np.testing.assert_allclose((half @ x).numpy(), np.broadcast_to(b.numpy(), (2, n, 3)), 1e-9, 1e-12)


def test_only_the_triangle_that_is_named_is_read():
    a = fg.tensor([[2.0, fg.nan], [1.0, 2.0]])
    assert not bool(fg.isnan(linalg.cholesky(a)).any())
    assert not bool(fg.isnan(linalg.solve_triangular(a, fg.ones(2, 1), upper=False)).any())
    assert not bool(fg.isnan(linalg.eigvalsh(a)).any())


def test_singular_vectors_and_eigenvectors_rebuild_the_matrix():
    a = fg.tensor(drawn(2, 5, 3))
    u, s, vh = linalg.svd(a)
    assert u.shape == (2, 5, 5)
    assert fg.max(fg.abs((u[..., :3] * s.unsqueeze(-2)) @ vh - a)).item() < 1e-12
    w, v = linalg.eigh(symmetric(a[:, :3]), UPLO="U")
    assert fg.max(fg.abs((v * w.unsqueeze(-2)) @ v.mT - symmetric(a[:, :3]))).item() < 1e-12


@pytest.mark.parametrize("singular", [[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]])
def test_the_gradient_of_a_singular_matrixs_determinant_is_its_cofactors(singular):
    x = fg.tensor(singular, dtype=fg.float64, requires_grad=True)
    linalg.det(x).backward()
    ((a, b), (c, d)) = singular
    np.testing.assert_allclose(x.grad.numpy(), [[d, -c], [-b, a]], 1e-12, 1e-12)


def test_cholesky_ex_tells_which_minor_is_not_positive():
    matrices = np.stack([np.eye(4)] * 5)
    for i in range(4):
        matrices[i, i, i] = -1.0
    found = linalg.cholesky_ex(fg.tensor(matrices))
    assert found.info.tolist() == [1, 2, 3, 4, 0]
    assert found.info.dtype is fg.int32
    np.testing.assert_array_equal(found.L[4].numpy(), np.eye(4))
    with pytest.raises(linalg.LinAlgError, match="positive definite"):
        linalg.cholesky_ex(fg.tensor(matrices), check_errors=True)
    x = fg.tensor(np.eye(2), requires_grad=True)
    assert linalg.cholesky_ex(x).L.requires_grad


def test_least_squares_tell_residuals_rank_and_singular_values():
    a, b = drawn(5, 3), drawn(5, 2)
    for ours, theirs in zip(linalg.lstsq(fg.tensor(a), fg.tensor(b)), np.linalg.lstsq(a, b), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, 1e-10)
    poor = np.outer(a[:, 0], [1.0, 2.0, 3.0])
    found = linalg.lstsq(fg.tensor(poor), fg.tensor(b))
    assert found.rank.item() == 1
    assert found.residuals.numel() == 0
    np.testing.assert_allclose(found.solution.numpy(), np.linalg.lstsq(poor, b)[0], 1e-9)


@pytest.mark.parametrize("shape", [(4, 4), (2, 5, 3), (2, 3, 5), (0, 2), (3, 2, 2)])
@pytest.mark.parametrize("pivot", [True, False])
def test_triangles_and_a_permutation_make_up_the_matrix(shape, pivot):
    a = drawn(*shape)
    p, low, up = linalg.lu(fg.tensor(a), pivot=pivot)
    np.testing.assert_allclose((p @ low @ up).numpy(), a, 1e-12, 1e-12)
    np.testing.assert_array_equal(low.numpy(), np.tril(low.numpy()))
    np.testing.assert_array_equal(up.numpy(), np.triu(up.numpy()))
    if pivot:
        assert not low.numel() or fg.max(fg.abs(low)).item() == 1.0


def test_a_singular_matrix_has_triangles():
    _, low, up = linalg.lu(fg.tensor([[0.0, 1.0], [0.0, 2.0]]))
    assert (low @ up).tolist() == [[0.0, 1.0], [0.0, 2.0]]


def test_exponentials_of_matrices_are_those_of_their_eigenvalues():
    a = positive(4, 4)
    w, v = np.linalg.eigh(a)
    np.testing.assert_allclose(linalg.matrix_exp(fg.tensor(a)).numpy(), (v * np.exp(w)) @ v.T, 1e-12)


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16])
def test_numbers_of_16_bits_are_computed_in_float32_and_rounded_once(dtype):
    a, b = fg.tensor(regular(3, 3), dtype=dtype), fg.tensor(drawn(3, 1), dtype=dtype)
    wide = linalg.solve(a.astype(fg.float32), b.astype(fg.float32))
    found = linalg.solve(a, b)
    assert found.dtype is dtype
    assert found.tolist() == wide.astype(dtype).tolist()
    assert [part.dtype for part in linalg.slogdet(a)] == [dtype, dtype]
    assert type(linalg.slogdet(a)) is type(linalg.slogdet(a.astype(fg.float32)))


def test_integers_are_computed_in_float32():
    assert linalg.inv(fg.tensor([[2, 0], [0, 4]])).dtype is fg.float32
    assert linalg.matrix_power(fg.tensor([[2, 0], [0, 4]]), 2).dtype is fg.int64


@pytest.mark.parametrize("n", [0, 1])
def test_empty_matrices_have_what_numpy_says(n):
    a = np.ones((2, 0, 0))
    for name in ("inv", "det", "slogdet", "cholesky", "eigvalsh", "pinv"):
        theirs, ours = getattr(np.linalg, name)(a), getattr(linalg, name)(fg.tensor(a))
        for x, y in zip(*(f if isinstance(f, tuple) else (f,) for f in (theirs, ours)), strict=True):
            np.testing.assert_array_equal(y.numpy(), x)
    thin = fg.ones(3, 0)
    assert linalg.svdvals(thin).shape == (0,)
    assert linalg.qr(thin).Q.shape == (3, 0)
    assert linalg.qr(thin, mode="complete").R.shape == (3, 0)
    assert linalg.matrix_rank(thin).item() == 0
    assert linalg.matrix_exp(fg.ones(n, 0, 0)).shape == (n, 0, 0)


WRONG = {
    "inv: the matrix is singular": lambda: linalg.inv(fg.zeros(2, 2)),
    "solve: the matrix is singular": lambda: linalg.solve(fg.zeros(2, 2), fg.ones(2)),
    "the triangle has a zero": lambda: linalg.solve_triangular(fg.zeros(2, 2), fg.ones(2, 1), upper=True),
    "cholesky: the matrix is not positive definite": lambda: linalg.cholesky(-fg.eye(2)),
    r"inv: x must have shape \(..., N, N\), got \(2, 3\)": lambda: linalg.inv(fg.ones(2, 3)),
    r"svd: x must have shape \(..., M, N\), got \(3,\)": lambda: linalg.svd(fg.ones(3)),
    r"solve: b must have shape \(2,\) or \(..., 2, K\)": lambda: linalg.solve(fg.eye(2), fg.ones(3)),
    r"solve_triangular: b must have shape \(..., 2, K\)": (
        lambda: linalg.solve_triangular(fg.eye(2), fg.ones(3, 1), upper=True)
    ),
    r"lstsq: b must have shape \(3,\)": lambda: linalg.lstsq(fg.ones(3, 2), fg.ones(2)),
    "qr: mode must be": lambda: linalg.qr(fg.eye(2), mode="full"),
    "eigh: UPLO must be": lambda: linalg.eigh(fg.eye(2), UPLO="l"),
    "multi_dot: two matrices or more": lambda: linalg.multi_dot([fg.eye(2)]),
    "multi_dot: shapes do not fit": lambda: linalg.multi_dot([fg.ones(2, 3), fg.ones(2, 3)]),
    "cross: axis -1 must have length 3": lambda: linalg.cross(fg.ones(2), fg.ones(2)),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_is_an_error_that_says_so(message):
    with pytest.raises(ValueError, match=message):
        WRONG[message]()


def test_errors_of_values_are_numpys_and_pytorchs_kinds():
    with pytest.raises(np.linalg.LinAlgError):
        linalg.inv(fg.zeros(2, 2))
    with pytest.raises(RuntimeError):
        linalg.inv(fg.zeros(2, 2))


def test_free_vectors_have_no_gradient():
    x = fg.tensor(drawn(3, 2), requires_grad=True)
    linalg.svd(x).S.sum().backward()
    with pytest.raises(NotImplementedError, match="full_matrices=False"):
        linalg.svd(x).U.sum().backward()
    with pytest.raises(NotImplementedError, match="mode='reduced'"):
        linalg.qr(x, mode="complete").Q.sum().backward()


def test_it_is_loaded_when_it_is_first_named():
    import subprocess
    import sys
    from pathlib import Path

    code = "import fastgrad as fg, sys; a = 'fastgrad.linalg' in sys.modules; fg.linalg.inv; print(a)"
    root = str(Path(fg.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout == "False\n"
