"""How arrays are shown."""

import numpy as np

print(np.arange(5), np.arange(3.0), np.array([True, False]))
print(np.arange(6).reshape(2, 3))
print(np.array([1.5, 2.25, -3.125]))
print(np.array([1e-10, 1.0, 1e10]))
print(np.zeros((2, 2)), np.ones(3, dtype=int))
print(np.eye(3))
print(np.linspace(0, 1, 4))
with np.printoptions(precision=3, suppress=True):
    print(np.array([np.pi, 1e-8, 100.123456]))
    print(np.random.RandomState(0).randn(2, 3))
np.set_printoptions(precision=4, linewidth=60, threshold=20)
print(np.arange(100))
print(np.linspace(0, 1, 30).reshape(5, 6))
print(np.arange(12).reshape(2, 2, 3) / 7)
np.set_printoptions(precision=8, linewidth=75, threshold=1000, suppress=False)
print(np.array([np.nan, np.inf, -np.inf, 0.0]))
print(np.array([1, 22, 333]), np.array([-1, 22]), np.array(5), np.float32(2.5))
print(np.array([]), np.array([[]]).shape, np.empty((0, 3)))
print(np.array([1.0, 2.0], dtype=np.float32), np.array([200], dtype=np.uint8))
print(str(np.array([0.1, 0.25])), "%s" % np.array([1, 2]), f"{np.array([1.5])}")
print("mean: {:.3f}, max: {:d}, {:5.1f}%".format(np.arange(5).mean(), np.arange(5).max(), np.array([50.0, 2.5])[0]))
x = np.array([3.14159, 2.71828])
print(
    "%.2f %5.1f %d %s" % (x[0], x[1], x[0], x[1]),
    round(float(x[0]), 3),
    x[0].round(2),
    f"{x[0]:.3e}",
    f"{x.sum():8.3f}|",
)
print(np.array_str(x, precision=2), np.array2string(x, separator=", "), np.round(x, 1))
print(x.tolist(), list(map(int, x)), [f"{v:.1f}" for v in x], x.dtype, x.dtype.name, x.itemsize, x.nbytes, x.ndim)
print(np.format_float_positional(x[0], precision=3), np.base_repr(10, 2), np.binary_repr(5, width=8))
