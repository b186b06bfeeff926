"""Interpolation, polynomials, quadrature and differential equations."""

import numpy as np


def natural_spline(x, y):
    n = len(x) - 1
    h = np.diff(x)
    A = np.zeros((n + 1, n + 1))
    rhs = np.zeros(n + 1)
    A[0, 0] = A[n, n] = 1
    for i in range(1, n):
        A[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        rhs[i] = 3 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    c = np.linalg.solve(A, rhs)
    b = (y[1:] - y[:-1]) / h - h * (2 * c[:-1] + c[1:]) / 3
    d = (c[1:] - c[:-1]) / (3 * h)

    def evaluate(t):
        t = np.asarray(t)
        i = np.clip(np.searchsorted(x, t) - 1, 0, n - 1)
        dx = t - x[i]
        return y[i] + b[i] * dx + c[i] * dx**2 + d[i] * dx**3

    return evaluate


x = np.linspace(0, 2 * np.pi, 9)
y = np.sin(x)
spline = natural_spline(x, y)
t = np.linspace(0.1, 6.0, 7)
print(np.round(spline(t), 5))
print(
    "largest error %.6f, linear %.6f"
    % (np.abs(spline(t) - np.sin(t)).max(), np.abs(np.interp(t, x, y) - np.sin(t)).max())
)
print("at pi: %.6f" % spline(np.pi / 3))
coeffs = np.polyfit(x, y, deg=3)
p = np.poly1d(coeffs)
print(coeffs.round(5), p(1.0).round(5), np.round(p.deriv()(0.5), 5))
print("residual %.5f" % np.sqrt(np.mean((np.polyval(coeffs, x) - y) ** 2)))
from numpy.polynomial import Polynomial as P

q = P.fit(x, y, 5)
print("fit %.6f" % np.abs(q(x) - y).max(), q.degree())
V = np.vander(x, 4)
sol, res, rank, sv = np.linalg.lstsq(V, y, rcond=None)
print(np.allclose(sol, coeffs), rank, sv.round(3))
xs = np.linspace(0, np.pi, 101)
print("trapezoid %.6f" % np.trapezoid(np.sin(xs), xs))
nodes, weights = np.polynomial.legendre.leggauss(5)
print("gauss %.10f" % np.sum(weights * np.exp(nodes)))
simpson = (
    (xs[1] - xs[0]) / 3 * (np.sin(xs[0]) + 4 * np.sin(xs[1:-1:2]).sum() + 2 * np.sin(xs[2:-1:2]).sum() + np.sin(xs[-1]))
)
print(f"simpson {simpson:.9f}")


def lorenz(s, sigma=10.0, rho=28.0, beta=8.0 / 3.0):
    a, b, c = s
    return np.array([sigma * (b - a), a * (rho - c) - b, a * b - beta * c])


def rk4(f, s, dt):
    k1 = f(s)
    k2 = f(s + dt / 2 * k1)
    k3 = f(s + dt / 2 * k2)
    k4 = f(s + dt * k3)
    return s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


state = np.array([1.0, 1.0, 1.0])
path = [state]
for _ in range(60):
    state = rk4(lorenz, state, 0.01)
    path.append(state)
path = np.asarray(path)
print(path.shape, path[-1].round(5), path.max(axis=0).round(3))
speed = np.linalg.norm(np.gradient(path, 0.01, axis=0), axis=1)
print("fastest at %d: %.3f" % (speed.argmax(), speed.max()))
root, lo, hi = None, 1.0, 2.0
while hi - lo > 1e-10:
    root = 0.5 * (lo + hi)
    lo, hi = (root, hi) if np.sign(root**3 - root - 2) < 0 else (lo, root)
print("root %.8f" % root)
