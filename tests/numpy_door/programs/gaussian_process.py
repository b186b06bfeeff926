"""Regression by a Gaussian process."""

import numpy as np


def kernel(a, b, l=0.5, sigma=1.0):
    sqdist = np.sum(a**2, 1).reshape(-1, 1) + np.sum(b**2, 1) - 2 * np.dot(a, b.T)
    return sigma**2 * np.exp(-0.5 / l**2 * sqdist)


np.random.seed(3)
f = lambda x: np.sin(0.9 * x).flatten()
N, n, s = 10, 25, 0.05
X = np.random.uniform(-5, 5, size=(N, 1))
y = f(X) + s * np.random.randn(N)
K = kernel(X, X)
L = np.linalg.cholesky(K + s**2 * np.eye(N))
Xtest = np.linspace(-5, 5, n).reshape(-1, 1)
Lk = np.linalg.solve(L, kernel(X, Xtest))
mu = np.dot(Lk.T, np.linalg.solve(L, y))
K_ = kernel(Xtest, Xtest)
s2 = np.diag(K_) - np.sum(Lk**2, axis=0)
std = np.sqrt(s2)
for x, m, v in list(zip(Xtest.ravel(), mu, std))[::6]:
    print("x=%6.2f mean=%8.5f std=%7.5f" % (x, m, v))
Lp = np.linalg.cholesky(K_ + 1e-6 * np.eye(n) - np.dot(Lk.T, Lk))
f_post = mu.reshape(-1, 1) + np.dot(Lp, np.random.normal(size=(n, 3)))
print(f_post.shape, f_post.mean().round(3))
lml = -0.5 * y @ np.linalg.solve(K + s**2 * np.eye(N), y) - np.log(np.diag(L)).sum() - N / 2 * np.log(2 * np.pi)
print(f"log marginal likelihood {lml:.5f}")
grid = [
    (
        l,
        -0.5 * np.linalg.slogdet(kernel(X, X, l) + s**2 * np.eye(N))[1]
        - 0.5 * y.dot(np.linalg.inv(kernel(X, X, l) + s**2 * np.eye(N))).dot(y),
    )
    for l in np.arange(0.5, 2.6, 0.5)
]
best = max(grid, key=lambda pair: pair[1])
print("best length %.1f: %.4f" % best)
