"""A mixture of normal distributions, by expectation and maximisation."""

import numpy as np

rng = np.random.RandomState(3)
X = np.concatenate(
    [
        rng.multivariate_normal(m, c, n)
        for m, c, n in [
            ([0, 0], [[1.0, 0.3], [0.3, 0.5]], 60),
            ([4, 3], [[0.5, -0.2], [-0.2, 0.7]], 40),
        ]
    ]
)
n, d = X.shape
K = 2


def log_gaussian(X, mean, cov):
    L = np.linalg.cholesky(cov)
    z = np.linalg.solve(L, (X - mean).T)
    return -0.5 * (d * np.log(2 * np.pi) + (z**2).sum(axis=0)) - np.log(np.diag(L)).sum()


pi = np.full(K, 1.0 / K)
means = X[rng.choice(n, K, replace=False)]
covs = np.array([np.eye(d) for _ in range(K)])
previous = -np.inf
for iteration in range(100):
    log_p = np.stack([np.log(pi[k]) + log_gaussian(X, means[k], covs[k]) for k in range(K)], axis=1)
    top = log_p.max(axis=1, keepdims=True)
    log_norm = top[:, 0] + np.log(np.exp(log_p - top).sum(axis=1))
    resp = np.exp(log_p - log_norm[:, None])
    ll = log_norm.sum()
    if iteration % 5 == 0:
        print(f"{iteration:3d} log likelihood {ll:.6f}")
    if np.abs(ll - previous) < 1e-6:
        break
    previous = ll
    Nk = resp.sum(axis=0)
    pi = Nk / n
    means = (resp.T @ X) / Nk[:, np.newaxis]
    for k in range(K):
        diff = X - means[k]
        covs[k] = (resp[:, k, None] * diff).T @ diff / Nk[k] + 1e-6 * np.eye(d)
order = np.argsort(means[:, 0])
print("converged after", iteration)
for k in order:
    print("weight {:.4f} mean {} det {:.5f}".format(pi[k], np.round(means[k], 4), np.linalg.det(covs[k])))
labels = order[resp.argmax(1)]
print("sizes", np.bincount(labels, minlength=K))
