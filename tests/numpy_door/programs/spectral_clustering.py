"""Spectral clustering of two moons: a graph of neighbours, its Laplacian's eigenvectors, and Lloyd's steps on them."""

import numpy as np


def two_moons(n, noise, rng):
    angles = rng.uniform(0, np.pi, n)
    upper = np.column_stack([np.cos(angles), np.sin(angles)])
    lower = np.column_stack([1 - np.cos(angles), 0.5 - np.sin(angles)])
    points = np.vstack([upper, lower]) + rng.normal(scale=noise, size=(2 * n, 2))
    return points, np.repeat([0, 1], n)


def squared_distances(x):
    norms = (x**2).sum(axis=1)
    return np.maximum(norms[:, None] + norms[None, :] - 2 * x @ x.T, 0)


def neighbours(x, k):
    d = squared_distances(x)
    order = np.argsort(d, axis=1, kind="stable")[:, 1 : k + 1]
    w = np.zeros_like(d)
    rows = np.repeat(np.arange(len(x)), k)
    w[rows, order.ravel()] = 1
    return np.maximum(w, w.T)


def laplacian(w):
    degree = w.sum(axis=0)
    scale = 1 / np.sqrt(degree)
    return np.eye(len(w)) - scale[:, None] * w * scale


def lloyd(x, k, steps=20):
    centres = [x[0]]
    while len(centres) < k:
        nearest = np.min([np.sum((x - c) ** 2, axis=1) for c in centres], axis=0)
        centres.append(x[np.argmax(nearest)])
    centres = np.array(centres)
    for step in range(steps):
        labels = np.argmin(((x[:, None] - centres) ** 2).sum(-1), axis=1)
        moved = np.array([x[labels == j].mean(axis=0) for j in range(k)])
        if np.allclose(moved, centres):
            break
        centres = moved
    return labels, step


rng = np.random.default_rng(7)
points, truth = two_moons(60, 0.06, rng)
w = neighbours(points, 6)
print("edges:", int(w.sum() / 2), "degrees:", np.unique(w.sum(0).astype(int), return_counts=True))
values, vectors = np.linalg.eigh(laplacian(w))
print("smallest eigenvalues:", np.round(np.abs(values[:5]), 4))
print("components:", np.count_nonzero(values < 1e-8))
embedding = vectors[:, :2]
embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
labels, steps = lloyd(np.round(embedding, 6), 2)
agreement = max((labels == truth).mean(), (labels != truth).mean())
print(f"agreement {agreement:.3f}, sizes {sorted(np.bincount(labels).tolist())}")
for name, group in (("first", labels == labels[0]), ("second", labels != labels[0])):
    print(name, group.sum(), points[group].mean(axis=0).round(3), points[group].std(axis=0, ddof=1).round(3))
