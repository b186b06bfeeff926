"""Principal components, by the covariance's eigenvectors and by singular values."""

import numpy as np

np.random.seed(42)
latent = np.random.randn(100, 2) @ np.diag([3.0, 1.0])
mixing = np.random.randn(2, 6)
X = latent @ mixing + 0.1 * np.random.randn(100, 6)
X -= X.mean(axis=0)
cov = np.cov(X, rowvar=False)
eigenvalues, eigenvectors = np.linalg.eigh(cov)
idx = np.argsort(eigenvalues)[::-1]
eigenvalues, eigenvectors = eigenvalues[idx], eigenvectors[:, idx]
explained = eigenvalues / np.sum(eigenvalues)
print("explained:", ", ".join(f"{v:.4f}" for v in explained))
print("cumulative:", np.cumsum(explained).round(3))
U, S, Vt = np.linalg.svd(X, full_matrices=False)
print("agree:", np.allclose(S**2 / (len(X) - 1), eigenvalues))
signs = np.sign(eigenvectors[np.argmax(np.abs(eigenvectors), axis=0), range(6)])
eigenvectors *= signs
projected = X.dot(eigenvectors[:, :2])
print("projected shape", projected.shape, "std", np.std(projected, axis=0, ddof=1).round(4))
back = projected @ eigenvectors[:, :2].T
error = np.sqrt(np.mean((X - back) ** 2))
print("reconstruction error: %.5f" % error)
k = np.argmax(np.cumsum(explained) > 0.99) + 1
print("components for 99%%: %d" % k)
corr = np.corrcoef(projected.T)
print(np.array2string(corr, precision=3, suppress_small=True))
white = projected / np.sqrt(eigenvalues[:2])
print(np.round(np.cov(white.T), 6) + 0.0)
