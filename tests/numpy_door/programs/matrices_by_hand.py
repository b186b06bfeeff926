"""Conjugate gradients, Householder's QR, LU with pivots and Jacobi's eigenvalues, each by hand."""

import numpy as np


def conjugate_gradients(A, b, tol=1e-10):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r.copy()
    history = [np.sqrt(r @ r)]
    for _ in range(len(b) * 2):
        Ap = A.dot(p)
        alpha = (r @ r) / (p @ Ap)
        x += alpha * p
        fresh = r - alpha * Ap
        if np.linalg.norm(fresh) < tol:
            break
        p = fresh + (fresh @ fresh) / (r @ r) * p
        r = fresh
        history.append(np.linalg.norm(r))
    return x, history


def householder(A):
    m, n = A.shape
    R, Q = A.astype(float), np.identity(m)
    for k in range(min(m - 1, n)):
        v = R[k:, k].copy()
        v[0] += np.copysign(np.linalg.norm(v), v[0])
        v /= np.linalg.norm(v)
        R[k:] -= 2 * np.outer(v, v @ R[k:])
        Q[:, k:] -= 2 * np.outer(Q[:, k:] @ v, v)
    return Q, np.triu(R)


def lu(A):
    n = A.shape[0]
    U, L, order = A.astype(np.float64, copy=True), np.eye(n), np.arange(n)
    for k in range(n - 1):
        pivot = k + np.abs(U[k:, k]).argmax()
        if pivot != k:
            U[[k, pivot]] = U[[pivot, k]]
            order[[k, pivot]] = order[[pivot, k]]
            L[[k, pivot], :k] = L[[pivot, k], :k]
        for i in range(k + 1, n):
            L[i, k] = U[i, k] / U[k, k]
            U[i, k:] -= L[i, k] * U[k, k:]
    return order, L, U


def jacobi(A, sweeps=10):
    A, V = A.copy(), np.eye(len(A))
    for sweep in range(sweeps):
        off = np.sqrt(np.sum(np.square(A)) - np.sum(np.diag(A) ** 2))
        if not off > 1e-12:
            break
        for p, q in zip(*np.triu_indices(len(A), 1)):
            theta = 0.5 * np.arctan2(2 * A[p, q], A[q, q] - A[p, p])
            c, s = np.cos(theta), np.sin(theta)
            G = np.eye(len(A))
            G[[p, q], [p, q]] = c
            G[p, q], G[q, p] = s, -s
            A, V = G.T @ A @ G, V @ G
    order = np.argsort(np.diagonal(A))
    return np.diagonal(A)[order], V[:, order], sweep


rng = np.random.RandomState(0)
M = rng.rand(6, 6)
S, b = M @ M.T + 6 * np.eye(6), rng.randn(6)
x, history = conjugate_gradients(S, b)
print("cg", x.round(6), len(history), ["%.1e" % h for h in history[:3]])
Q, R = householder(M[:, :4])
print("qr", np.allclose(Q @ R, M[:, :4]), np.allclose(Q.T @ Q, np.eye(6)), R.diagonal().round(4))
order, L, U = lu(M)
print("lu", order, np.allclose(L @ U, M[order]), round(np.prod(np.diag(U)), 6), repr(U[0].round(3)))
sign = (-1) ** sum(1 for i in range(6) for j in range(i) if order[j] > order[i])
print("det", np.isclose(sign * np.diag(U).prod(), np.linalg.det(M)))
values, vectors, sweeps = jacobi(S)
print("jacobi", values.round(5), sweeps, np.max(np.abs(values - np.linalg.eigvalsh(S))) < 1e-9)
vandermonde = np.vander(np.linspace(0, 1, 5), increasing=True)
print(np.array2string(vandermonde, precision=3, floatmode="maxprec"), f"{np.linalg.cond(vandermonde):.3e}")
print(
    np.linalg.matrix_rank(np.ones((4, 4))), np.trace(S).round(4), np.linalg.matrix_power(np.array([[1, 1], [1, 0]]), 30)
)
