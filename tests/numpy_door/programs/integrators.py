"""Orders of convergence of Euler's and Runge and Kutta's steps; the heat equation; spectra; a stencil of windows."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def f(t, y):
    return np.array([y[1], -np.sin(y[0])])


def euler(t, y, h):
    return y + h * f(t, y)


def rk4(t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def solve(step, n):
    y = np.array([1.0, 0.0])
    for k in range(n):
        y = step(k * 2.0 / n, y, 2.0 / n)
    return y


exact = solve(rk4, 640)
for step in (euler, rk4):
    errors = [np.linalg.norm(solve(step, n) - exact) for n in (10, 20, 40)]
    rates = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    print(step.__name__, [f"{e:.3e}" for e in errors], rates.round(2), max(errors) == errors[0])
u = np.zeros(41)
u[15:26] = 1.0
before = u.sum()
for _ in range(200):
    u[1:-1] += 0.25 * (u[2:] - 2 * u[1:-1] + u[:-2])
print(f"{before} {u.sum():.6f} {u.max():.6f}", np.argmax(u), np.all(np.diff(u[:21]) >= 0))
t = np.linspace(0, 1, 128, endpoint=False)
signal = np.sin(2 * np.pi * 5 * t) + 0.5 * np.cos(2 * np.pi * 12 * t)
power = np.abs(np.fft.rfft(signal)) ** 2
print(np.fft.rfftfreq(128, 1 / 128)[np.argsort(power)[::-1][:2]], power.sum().round(6))
image = np.add.outer(np.arange(6.0), np.arange(6.0) ** 2)
kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
print(np.einsum("ijkl,kl->ij", sliding_window_view(image, (3, 3)), kernel))
clipped = np.vectorize(lambda value: "high" if value > 10 else "low")(image[:2])
print(clipped, np.apply_along_axis(lambda row: row.max() - row.min(), 1, image))
print(np.maximum.accumulate([3, 1, 4, 1, 5]), np.multiply.reduce([1, 2, 3, 4]), np.subtract.outer([1, 2], [3, 4]))
print(np.select([image < 5, image < 20], [0, 1], 2).sum(axis=0), np.isscalar(image.max()), image.max() in {30.0})
