"""Logistic and softmax regression with minibatches, gradients by hand."""

import numpy as np


def one_hot(y, k):
    out = np.zeros((y.size, k))
    out[np.arange(y.size), y] = 1
    return out


def softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)


class SoftmaxRegression(object):
    def __init__(self, eta=0.1, epochs=30, l2=0.001, minibatches=5, random_seed=1):
        self.eta, self.epochs, self.l2 = eta, epochs, l2
        self.minibatches = minibatches
        self.random_seed = random_seed

    def _yield_minibatches_idx(self, rgen, n_batches, data_ary, shuffle=True):
        indices = np.arange(data_ary.shape[0])
        if shuffle:
            indices = rgen.permutation(indices)
        if n_batches > 1:
            remainder = data_ary.shape[0] % n_batches
            if remainder:
                minis = np.array_split(indices[:-remainder], n_batches)
                minis[-1] = np.concatenate((minis[-1], indices[-remainder:]), axis=0)
            else:
                minis = np.array_split(indices, n_batches)
        else:
            minis = (indices,)
        for idx_batch in minis:
            yield idx_batch

    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_seed)
        self.n_classes = np.max(y) + 1
        self.w_ = rgen.normal(loc=0.0, scale=0.01, size=(X.shape[1], self.n_classes))
        self.b_ = np.zeros(self.n_classes)
        Y = one_hot(y, self.n_classes)
        self.cost_ = []
        for i in range(self.epochs):
            for idx in self._yield_minibatches_idx(rgen, self.minibatches, y):
                p = softmax(X[idx].dot(self.w_) + self.b_)
                diff = p - Y[idx]
                grad = X[idx].T.dot(diff) / idx.shape[0]
                self.w_ -= self.eta * (grad + self.l2 * self.w_)
                self.b_ -= self.eta * np.mean(diff, axis=0)
            p = softmax(X.dot(self.w_) + self.b_)
            cost = np.mean(-np.sum(np.log(p) * Y, axis=1)) + 0.5 * self.l2 * np.sum(self.w_**2)
            self.cost_.append(cost)
        return self

    def predict(self, X):
        return (X.dot(self.w_) + self.b_).argmax(axis=1)


rng = np.random.RandomState(0)
centers = np.array([[0.0, 0.0, 1.0], [2.0, 2.0, 0.0], [-2.0, 2.0, -1.0]])
y = rng.randint(0, 3, size=152)
X = centers[y] + rng.randn(152, 3)
X_std = np.copy(X)
for j in range(X.shape[1]):
    X_std[:, j] = (X[:, j] - X[:, j].mean()) / X[:, j].std()
mask = np.ones(len(y), dtype=bool)
mask[::4] = False
model = SoftmaxRegression().fit(X_std[mask], y[mask])
for i, c in enumerate(model.cost_):
    if i % 10 == 0 or i == len(model.cost_) - 1:
        print("Epoch: %d | Cost %.6f" % (i, c))
pred = model.predict(X_std[~mask])
acc = np.sum(pred == y[~mask]) / float(pred.shape[0])
print("Accuracy: {:.2f}%".format(100 * acc))
print("first ten:", pred[:10])
confusion = np.zeros((3, 3), dtype=np.int64)
np.add.at(confusion, (y[~mask], pred), 1)
print(confusion)
precision = np.diag(confusion) / confusion.sum(axis=0)
print("precision", ["%.3f" % v for v in precision], "macro %.3f" % np.mean(precision))

binary = (y == 1).astype(float)
w = np.zeros(4)
Xb = np.hstack((np.ones((len(X), 1)), X_std))
for _ in range(200):
    h = 1 / (1 + np.exp(-Xb @ w))
    w -= 0.5 * Xb.T @ (h - binary) / len(binary)
loss = -np.mean(binary * np.log(h) + (1 - binary) * np.log(1 - h))
print("logistic: w =", np.round(w, 4), "loss %.5f" % loss, "right", int(((h > 0.5) == binary).sum()))
