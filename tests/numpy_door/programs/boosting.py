"""AdaBoost over stumps, an SVM by the simplified SMO, LOWESS and Savitzky and Golay's filter."""

import numpy as np


def best_stump(X, y, w):
    best = (np.inf,)
    for feature in range(X.shape[1]):
        for threshold in np.unique(X[:, feature])[:-1]:
            for sign in (1, -1):
                wrong = w[np.where(X[:, feature] <= threshold, -sign, sign) != y].sum()
                if wrong < best[0] - 1e-12:
                    best = (wrong, feature, threshold, sign)
    return best


def adaboost(X, y, rounds):
    w, votes, F = np.full(len(y), 1 / len(y)), [], np.zeros(len(y))
    for _ in range(rounds):
        error, feature, threshold, sign = best_stump(X, y, w)
        alpha = 0.5 * np.log((1 - error) / max(error, 1e-10))
        h = np.where(X[:, feature] <= threshold, -sign, sign)
        w *= np.exp(-alpha * y * h)
        w /= w.sum()
        F += alpha * h
        votes.append((feature, round(float(threshold), 4), sign, round(float(alpha), 4)))
    return votes, np.mean(np.sign(F) == y)


def smo(X, y, C, rng, tol=1e-3, passes=5):
    K, alpha, b, quiet = X @ X.T, np.zeros(len(y)), 0.0, 0
    while quiet < passes:
        changed = 0
        for i in range(len(y)):
            Ei = (alpha * y) @ K[:, i] + b - y[i]
            if not ((y[i] * Ei < -tol and alpha[i] < C) or (y[i] * Ei > tol and alpha[i] > 0)):
                continue
            j = rng.randint(len(y) - 1)
            j += j >= i
            Ej = (alpha * y) @ K[:, j] + b - y[j]
            ai, aj = alpha[i], alpha[j]
            if y[i] != y[j]:
                low, high = max(0, aj - ai), min(C, C + aj - ai)
            else:
                low, high = max(0, ai + aj - C), min(C, ai + aj)
            eta = 2 * K[i, j] - K[i, i] - K[j, j]
            if low == high or eta >= 0:
                continue
            alpha[j] = np.clip(aj - y[j] * (Ei - Ej) / eta, low, high)
            if abs(alpha[j] - aj) < 1e-5:
                continue
            alpha[i] += y[i] * y[j] * (aj - alpha[j])
            b1 = b - Ei - y[i] * (alpha[i] - ai) * K[i, i] - y[j] * (alpha[j] - aj) * K[i, j]
            b2 = b - Ej - y[i] * (alpha[i] - ai) * K[i, j] - y[j] * (alpha[j] - aj) * K[j, j]
            b = b1 if 0 < alpha[i] < C else b2 if 0 < alpha[j] < C else (b1 + b2) / 2
            changed += 1
        quiet = 0 if changed else quiet + 1
    return (alpha * y) @ X, b, alpha


def lowess(x, y, fraction=0.4):
    k, out = int(np.ceil(fraction * len(x))), np.empty_like(y)
    for i in range(len(x)):
        d = np.abs(x - x[i])
        h = np.partition(d, k)[k]
        w = (1 - np.clip(d / h, 0, 1) ** 3) ** 3
        A = np.stack([np.ones_like(x), x - x[i]], axis=1)
        out[i] = np.linalg.solve(A.T * w @ A, A.T @ (w * y))[0]
    return out


def savitzky_golay(y, window, order):
    half = window // 2
    A = np.arange(-half, half + 1)[:, None] ** np.r_[: order + 1]
    kernel = np.linalg.pinv(A)[0]
    padded = np.pad(y, half, mode="reflect", reflect_type="odd")
    return np.convolve(padded, kernel[::-1], mode="valid")


rng = np.random.RandomState(4)
X = rng.randn(60, 2)
y = np.where(X[:, 0] ** 2 + X[:, 1] > 0.5, 1, -1)
votes, accuracy = adaboost(X, y, 6)
print(*votes, f"accuracy {accuracy:.3f}", sep="\n")
X = np.vstack([rng.randn(20, 2) + 2, rng.randn(20, 2) - 2])
y = np.array([1.0] * 20 + [-1.0] * 20)
w, b, alpha = smo(X, y, 1.0, rng)
print("svm:", w.round(3), round(float(b), 3), (alpha > 1e-6).sum(), np.mean(np.sign(X @ w + b) == y))
x = np.sort(rng.uniform(0, 6, 40))
noisy = np.sin(x) + 0.2 * rng.standard_normal(40)
for name, smooth in (("lowess", lowess(x, noisy)), ("savgol", savitzky_golay(noisy, 7, 2))):
    print(name, smooth[:4].round(4), f"rmse {np.sqrt(np.mean((smooth - np.sin(x)) ** 2)):.4f}", smooth.shape)
print(np.polyfit(x, noisy, 3).round(4), np.poly1d([1, -2, 1]).roots, np.polyval([1, 2, 3], np.arange(3)))
