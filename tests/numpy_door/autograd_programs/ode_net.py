"""A differential equation whose right side is learnt through its Runge-Kutta steps."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, make_jvp, make_vjp


def rk4(f, y, dt, steps, *args):
    path = [y]
    for _ in range(steps):
        k1 = f(y, *args)
        k2 = f(y + 0.5 * dt * k1, *args)
        k3 = f(y + 0.5 * dt * k2, *args)
        k4 = f(y + dt * k3, *args)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path.append(y)
    return np.stack(path)


true_A = np.array([[-0.1, 2.0], [-2.0, -0.1]])
y0 = np.array([2.0, 0.0])
truth = rk4(lambda y: np.dot(y**3, true_A), y0, 0.02, 40)
print(truth.shape, truth[-1].round(6))


def nn_field(y, params):
    (W1, b1), (W2, b2) = params
    return np.dot(np.tanh(np.dot(y**3, W1) + b1), W2) + b2


rs = npr.RandomState(1)
params = [[0.5 * rs.randn(2, 8), np.zeros(8)], [0.5 * rs.randn(8, 2), np.zeros(2)]]


def loss(params, i=0):
    return np.mean(np.abs(rk4(nn_field, y0, 0.02, 20, params) - truth[:21]))


gradient = grad(loss)
for i in range(20):
    g = gradient(params, i)
    params = [[p - 0.3 * dp for p, dp in zip(layer, dlayer)] for layer, dlayer in zip(params, g)]
    if i % 5 == 0:
        print("%d %.6f" % (i, loss(params)))
field = lambda y: np.dot(y**3, true_A)
vjp, value = make_vjp(field)(y0)
print(value.round(5), vjp(np.array([1.0, 2.0])).round(5))
value, slope = make_jvp(field)(y0)(np.array([1.0, 2.0]))
print(value.round(5), slope.round(5))
