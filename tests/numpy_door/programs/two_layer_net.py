"""A two-layer network on digits drawn as bitmaps, with dropout and momentum."""

import numpy as np

GLYPHS = """
111101101101111 010110010010111 111001111100111 111001111001111 101101111001001
111100111001111 111100111101111 111001001001001 111101111101111 111101111001111
""".split()
digits = np.array([[int(c) for c in g] for g in GLYPHS], dtype=np.float32)
np.random.seed(5)
y_train = np.random.randint(0, 10, 300)
X_train = digits[y_train] + 0.3 * np.random.randn(300, 15).astype(np.float32)
y_test = np.random.randint(0, 10, 100)
X_test = digits[y_test] + 0.3 * np.random.randn(100, 15).astype(np.float32)


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=0.1):
        self.params = {}
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0, p=None):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        N, D = X.shape
        h1 = np.maximum(0, X.dot(W1) + b1)
        if p is not None:
            drop = (np.random.rand(*h1.shape) < p) / p
            h1 *= drop
        scores = h1.dot(W2) + b2
        if y is None:
            return scores
        scores -= scores.max(axis=1, keepdims=True)
        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        loss = np.sum(-np.log(probs[range(N), y])) / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dscores = probs
        dscores[range(N), y] -= 1
        dscores /= N
        grads = {"W2": h1.T @ dscores + 2 * reg * W2, "b2": dscores.sum(0)}
        dh = dscores.dot(W2.T)
        dh[h1 <= 0] = 0
        if p is not None:
            dh *= drop
        grads["W1"] = X.T @ dh + 2 * reg * W1
        grads["b1"] = np.sum(dh, axis=0)
        return loss, grads

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)


net = TwoLayerNet(15, 32, 10)
velocity = {k: np.zeros_like(v) for k, v in net.params.items()}
learning_rate, batch_size = 0.5, 50
loss_history = []
for it in range(200):
    idx = np.random.choice(X_train.shape[0], batch_size)
    loss, grads = net.loss(X_train[idx], y=y_train[idx], reg=1e-4, p=0.9)
    loss_history.append(loss)
    for k in net.params:
        velocity[k] = 0.8 * velocity[k] - learning_rate * grads[k]
        net.params[k] += velocity[k]
    if it % 50 == 0:
        train_acc = (net.predict(X_train) == y_train).mean()
        print("iteration %d / %d: loss %f, accuracy %.3f" % (it, 200, loss, train_acc))
        learning_rate *= 0.7
print("smoothed %.4f" % np.mean(loss_history[-20:]))
test_pred = net.predict(X_test)
print("test accuracy: {:.1%}".format(np.mean(test_pred == y_test)))
wrong = np.where(test_pred != y_test)[0]
print("wrong:", [(int(i), int(test_pred[i]), int(y_test[i])) for i in wrong[:5]])
print("parameters:", sum(v.size for v in net.params.values()), {k: v.shape for k, v in net.params.items()})
