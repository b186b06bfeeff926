"""Convex optimisation: a line search, Newton's steps, projections and a proximal gradient."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian, hessian_vector_product


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


x = np.array([-1.2, 1.0])
for it in range(8):
    g, H = grad(rosenbrock)(x), hessian(rosenbrock)(x)
    step = np.linalg.solve(H, -g)
    t = 1.0
    while rosenbrock(x + t * step) > rosenbrock(x) + 0.25 * t * np.dot(g, step):
        t *= 0.5
    x = x + t * step
    print("%d t=%.4f f=%.6e x=(%.5f, %.5f)" % (it, t, rosenbrock(x), x[0], x[1]))
print(np.round(hessian_vector_product(rosenbrock)(np.array([1.0, 1.0]), np.array([1.0, -1.0])), 4))
npr.seed(5)
A = npr.randn(20, 6)
truth = np.where(np.arange(6) % 2 == 0, 1.5, 0.0)
b = np.dot(A, truth) + 0.05 * npr.randn(20)
smooth = lambda w: 0.5 * np.sum((np.dot(A, w) - b) ** 2)
w = np.zeros(6)
eta = 1.0 / np.linalg.norm(np.dot(A.T, A), 2)
for it in range(60):
    z = w - eta * grad(smooth)(w)
    w = np.sign(z) * np.maximum(np.abs(z) - eta * 0.5, 0)
print("lasso:", np.round(w, 4) + 0.0, "nonzero:", np.count_nonzero(w))
barrier = lambda p: np.sum(p * np.log(p)) - np.sum(np.log(1 - p)) + 10 * (np.sum(p) - 1) ** 2
p = np.ones(4) / 5
for it in range(50):
    p = np.clip(p - 0.02 * grad(barrier)(p), 1e-3, 1 - 1e-3)
print("barrier: %.6f" % barrier(p), p.round(5))
huber = lambda x: np.sum(np.where(np.abs(x) < 1, 0.5 * x**2, np.abs(x) - 0.5))
print(grad(huber)(np.array([-3.0, -0.5, 0.2, 2.0])))
print(grad(lambda x: np.max(x) + np.sort(x)[0] + np.cumsum(x)[2] + np.prod(x))(np.array([1.0, 3.0, 2.0])))
print(grad(lambda a, b: np.sum(a * b), (0, 1))(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
try:
    grad(lambda x: x * 2)(np.ones(2))
except (TypeError, RuntimeError, ValueError):
    print("grad is of one number")
