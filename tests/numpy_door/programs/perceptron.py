"""A network from scratch, logistic regression and nearest neighbours, on float32 and float64."""

import numpy as np

np.random.seed(4)
X = np.vstack([np.random.randn(40, 2) + [2, 0], np.random.randn(40, 2) - [2, 0]])
y = np.r_[np.ones(40), np.zeros(40)].astype(int)
order = np.random.permutation(80)
X, y = X[order], y[order]
train, test = slice(0, 60), slice(60, None)
mu, sd = X[train].mean(0), X[train].std(0)
Z = (X - mu) / sd
w, b, history = np.zeros(2), 0.0, []
for epoch in range(200):
    p = 1 / (1 + np.exp(-(Z[train] @ w + b)))
    loss = -np.mean(y[train] * np.log(p + 1e-12) + (1 - y[train]) * np.log(1 - p + 1e-12))
    history.append(loss)
    w -= 0.5 * Z[train].T @ (p - y[train]) / 60
    b -= 0.5 * (p - y[train]).mean()
print(f"{history[0]:.4f} {history[-1]:.4f}", w.round(4), round(float(b), 4), min(history) == history[-1])
accuracy = ((Z[test] @ w + b > 0) == y[test]).mean()
print("accuracy", accuracy, type(accuracy).__name__, f"{accuracy:.1%}")
params = {"W1": np.random.randn(2, 5) * 0.5, "b1": np.zeros(5), "W2": np.random.randn(5, 1) * 0.5, "b2": np.zeros(1)}
target = y[train].reshape(-1, 1)
for step in range(300):
    h = np.tanh(Z[train] @ params["W1"] + params["b1"])
    out = 1 / (1 + np.exp(-(h @ params["W2"] + params["b2"])))
    delta = (out - target) / len(target)
    back = delta @ params["W2"].T * (1 - h**2)
    grads = {"W2": h.T @ delta, "b2": delta.sum(0), "W1": Z[train].T @ back, "b1": back.sum(0)}
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    for key in params:
        params[key] -= grads[key] * min(1.0, 5.0 / norm)
print({k: v.shape for k, v in params.items()}, f"{norm:.6f}", np.sum(np.round(out) == target))
d = np.linalg.norm(Z[test][:, None] - Z[train][None], axis=-1)
near = np.argpartition(d, 5, axis=1)[:, :5]
votes = np.apply_along_axis(lambda row: np.bincount(row, minlength=2).argmax(), 1, y[train][near])
print("neighbours", np.mean(votes == y[test]), np.bincount(votes))
small = Z.astype(np.float32)
print(
    small.dtype,
    small.mean().dtype,
    (small - small.mean()).dtype,
    small.sum(dtype=np.float64).dtype,
    (small * 2.0).dtype,
)
print("max", max(small.max(), np.float32(0)), small.std().item() > 0, repr(np.float32(small.min()) < 0))
