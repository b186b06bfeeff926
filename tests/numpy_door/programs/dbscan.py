"""Clusters by density, neighbours, and hierarchies."""

from collections import Counter, deque

import numpy as np


def region_query(D, p, eps):
    return np.where(D[p] < eps)[0]


def dbscan(X, eps, min_pts):
    D = np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2))
    labels = np.full(X.shape[0], -1)
    visited = np.zeros(len(X), dtype=bool)
    cluster = 0
    for p in range(len(X)):
        if visited[p]:
            continue
        visited[p] = True
        neighbours = region_query(D, p, eps)
        if neighbours.size < min_pts:
            continue
        labels[p] = cluster
        queue = deque(neighbours)
        while queue:
            q = queue.popleft()
            if labels[q] == -1:
                labels[q] = cluster
            if visited[q]:
                continue
            visited[q] = True
            more = region_query(D, q, eps)
            if len(more) >= min_pts:
                queue.extend(more)
        cluster += 1
    return labels


rng = np.random.RandomState(4)
angles = rng.uniform(0, np.pi, 50)
moons = np.r_[
    np.c_[np.cos(angles[:25]), np.sin(angles[:25])], np.c_[1 - np.cos(angles[25:]), 0.4 - np.sin(angles[25:])]
]
X = moons + rng.normal(0, 0.05, moons.shape)
X = np.append(X, [[3.0, 3.0]], axis=0)
labels = dbscan(X, eps=0.35, min_pts=3)
print(labels)
counts = Counter(labels)
print(sorted((int(k), v) for k, v in counts.items()), counts[-1], "noise:", np.sum(labels == -1))
for label in set(labels):
    members = X[labels == label]
    print("%d: %d points, centre %s" % (label, len(members), np.round(members.mean(axis=0), 3)))


class KNN:
    def __init__(self, k=3):
        self.k = k

    def fit(self, X, y):
        self.X_train, self.y_train = X, y

    def predict(self, X):
        return np.array([self._predict(x) for x in X])

    def _predict(self, x):
        distances = [np.sqrt(np.sum((x - x_train) ** 2)) for x_train in self.X_train]
        k_idx = np.argsort(distances)[: self.k]
        nearest = [self.y_train[i] for i in k_idx]
        return Counter(nearest).most_common(1)[0][0]


half = np.array([0] * 25 + [1] * 25)
knn = KNN(3)
knn.fit(X[:50:2], half[::2])
predicted = knn.predict(X[1:50:2])
print("knn accuracy {:.3f}".format((predicted == half[1::2]).mean()), predicted.dtype)
order = sorted(range(10), key=lambda i: X[i, 0])
print(order, min(X[:10, 0]) == X[order[0], 0], max(X[:10, 0]).round(4), "%.4f" % sum(X[:10, 0]))
