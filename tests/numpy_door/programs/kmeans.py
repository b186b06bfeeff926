"""k-means, with the seeding of k-means++."""

import numpy as np


class KMeans:
    def __init__(self, k, max_iter=50, seed=None):
        self.k = k
        self.max_iter = max_iter
        self.rng = np.random.default_rng(seed)

    def _seed(self, X):
        centers = np.empty((self.k, X.shape[1]), dtype=X.dtype)
        centers[0] = X[self.rng.integers(X.shape[0])]
        closest = np.sum((X - centers[0]) ** 2, axis=1)
        for i in range(1, self.k):
            probs = closest / closest.sum()
            idx = np.searchsorted(np.cumsum(probs), self.rng.random())
            centers[i] = X[idx]
            closest = np.minimum(closest, ((X - centers[i]) ** 2).sum(axis=1))
        return centers

    def fit(self, X):
        self.centers = self._seed(X)
        for self.n_iter in range(self.max_iter):
            distances = np.linalg.norm(X[:, np.newaxis, :] - self.centers[None], axis=2)
            labels = distances.argmin(axis=1)
            new = np.array(
                [X[labels == j].mean(axis=0) if np.any(labels == j) else self.centers[j] for j in range(self.k)]
            )
            shift = np.linalg.norm(new - self.centers)
            self.centers = new
            if shift < 1e-9:
                break
        self.labels_ = labels
        self.inertia_ = (distances.min(axis=1) ** 2).sum()
        return self


rng = np.random.default_rng(0)
blobs = [rng.normal(loc, 0.5, size=(30, 2)) for loc in ([0, 0], [4, 4], [0, 5])]
X = np.vstack(blobs)
y = np.repeat(np.arange(3), 30)
order = rng.permutation(len(X))
X, y = X[order], y[order]
model = KMeans(3, seed=1).fit(X)
order = np.lexsort(model.centers.T)
print("iterations:", model.n_iter)
for row in model.centers[order]:
    print("center: ({:.4f}, {:.4f})".format(*row))
print(f"inertia: {model.inertia_:.6f}")
unique, counts = np.unique(model.labels_, return_counts=True)
sizes = dict(zip(unique, counts))
print(sorted(sizes.values()), sum(sizes.values()) == len(X))
table = np.zeros((3, 3), dtype=int)
for a, b in zip(y, model.labels_):
    table[a, b] += 1
purity = table.max(axis=1).sum() / len(y)
print("purity %.3f" % purity)
by_label = {}
for i, label in enumerate(model.labels_):
    by_label.setdefault(label, []).append(i)
print(sorted(len(v) for v in by_label.values()), set(by_label) == {0, 1, 2})
