"""A decision tree and a naive Bayes classifier."""

import json

import numpy as np


class Node:
    def __init__(self, feature=None, threshold=None, left=None, right=None, *, value=None):
        self.feature, self.threshold, self.left, self.right, self.value = feature, threshold, left, right, value

    def is_leaf_node(self):
        return self.value is not None


class DecisionTree:
    def __init__(self, min_samples_split=2, max_depth=4, n_features=None):
        self.min_samples_split, self.max_depth, self.n_features = min_samples_split, max_depth, n_features

    def fit(self, X, y):
        self.n_features = X.shape[1] if not self.n_features else min(X.shape[1], self.n_features)
        self.root = self._grow(X, y)

    def _grow(self, X, y, depth=0):
        n_samples, n_feats = X.shape
        n_labels = len(np.unique(y))
        if depth >= self.max_depth or n_labels == 1 or n_samples < self.min_samples_split:
            values, counts = np.unique(y, return_counts=True)
            return Node(value=values[np.argmax(counts)])
        feats = np.random.choice(n_feats, self.n_features, replace=False)
        best, split = -1, (None, None)
        for f in feats:
            column = X[:, f]
            for thr in np.unique(column):
                gain = self._gain(y, column, thr)
                if gain > best:
                    best, split = gain, (f, thr)
        left, right = self._split(X[:, split[0]], split[1])
        return Node(
            split[0], split[1], self._grow(X[left, :], y[left], depth + 1), self._grow(X[right, :], y[right], depth + 1)
        )

    def _split(self, column, thr):
        return np.argwhere(column <= thr).flatten(), np.argwhere(column > thr).flatten()

    def _gain(self, y, column, thr):
        left, right = self._split(column, thr)
        if len(left) == 0 or len(right) == 0:
            return 0
        n = len(y)
        child = (len(left) / n) * self._entropy(y[left]) + (len(right) / n) * self._entropy(y[right])
        return self._entropy(y) - child

    def _entropy(self, y):
        ps = np.bincount(y) / len(y)
        return -np.sum([p * np.log(p) for p in ps if p > 0])

    def predict(self, X):
        return np.array([self._traverse(x, self.root) for x in X])

    def _traverse(self, x, node):
        if node.is_leaf_node():
            return node.value
        if x[node.feature] <= node.threshold:
            return self._traverse(x, node.left)
        return self._traverse(x, node.right)

    def show(self, node=None, indent=""):
        node = node or self.root
        if node.is_leaf_node():
            print(f"{indent}-> {node.value:d}")
            return
        print(f"{indent}x[{node.feature:d}] <= {node.threshold:.3f}")
        self.show(node.left, indent + "  ")
        self.show(node.right, indent + "  ")


class NaiveBayes:
    def fit(self, X, y):
        self.classes = np.unique(y)
        self.mean = {c: X[y == c].mean(axis=0) for c in self.classes}
        self.var = {c: X[y == c].var(axis=0) for c in self.classes}
        self.prior = {c: np.mean(y == c) for c in self.classes}

    def predict(self, X):
        scores = np.array(
            [
                np.log(self.prior[c])
                + np.sum(-0.5 * np.log(2 * np.pi * self.var[c]) - (X - self.mean[c]) ** 2 / (2 * self.var[c]), axis=1)
                for c in self.classes
            ]
        )
        return self.classes[np.argmax(scores, axis=0)]


np.random.seed(12)
y = np.random.randint(0, 3, 60)
X = np.round(np.random.randn(60, 4) + y[:, None] * np.array([1.5, 0, -1.0, 0.2]), 2)
idx = np.random.permutation(60)
train, test = idx[:45], idx[45:]
tree = DecisionTree(max_depth=3)
tree.fit(X[train], y[train])
tree.show()
print("tree accuracy: %.4f" % (np.sum(tree.predict(X[test]) == y[test]) / len(test)))
bayes = NaiveBayes()
bayes.fit(X[train], y[train])
print("bayes accuracy: %.4f" % np.mean(bayes.predict(X[test]) == y[test]))
print(bayes.prior[0].round(4), bayes.mean[1].round(3), sorted(bayes.prior) == [0, 1, 2])
summary = {"labels": bayes.classes.tolist(), "mean": bayes.mean[2].round(3).tolist(), "n": int(y[test].sum())}
print(json.dumps(summary))
votes = {}
for label in tree.predict(X[test]):
    votes[label] = votes.get(label, 0) + 1
print({int(k): v for k, v in sorted(votes.items())})
