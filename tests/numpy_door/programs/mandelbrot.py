"""The Mandelbrot set, in complex numbers."""

import numpy as np


def mandelbrot(xmin, xmax, ymin, ymax, xn, yn, maxiter, horizon=2.0):
    X = np.linspace(xmin, xmax, xn)
    Y = np.linspace(ymin, ymax, yn)
    C = X + Y[:, None] * 1j
    N = np.zeros(C.shape, dtype=int)
    Z = np.zeros(C.shape, np.complex128)
    for n in range(maxiter):
        I = np.less(np.abs(Z), horizon)
        N[I] = n
        Z[I] = Z[I] ** 2 + C[I]
    N[N == maxiter - 1] = 0
    return Z, N


Z, N = mandelbrot(-2.25, 0.75, -1.25, 1.25, 40, 20, 30)
palette = " .:-=+*#%@"
for row in N:
    print("".join(palette[min(n, 9)] for n in row).rstrip())
print("mean %.4f max %d" % (N.mean(), N.max()))
z = np.array([1 + 2j, 3 - 1j])
print(z.real, z.imag, np.conj(z), np.angle(z).round(4), np.abs(z).round(4))
roots = np.roots([1, -6, 11, -6])
print(sorted(np.round(roots.real, 6)), np.iscomplexobj(z), z.dtype)
y, x = np.ogrid[-1.5:1.5:5j, -2:1:7j]
c = x + 1j * y
print(c.shape, c[0, 0], np.abs(c).max().round(5))
