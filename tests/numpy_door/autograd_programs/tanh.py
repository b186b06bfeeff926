"""Derivatives of a function, again and again."""

import autograd.numpy as np
from autograd import elementwise_grad as egrad
from autograd import grad


def tanh(x):
    return (1.0 - np.exp((-2 * x))) / (1.0 + np.exp(-(2 * x)))


x = np.linspace(-2, 2, 7)
print(np.round(tanh(x), 6))
derivative = tanh
for order in range(1, 5):
    derivative = egrad(derivative)
    print(order, np.round(derivative(x), 5) + 0.0)
gradient = grad(tanh)
print("%.8f" % gradient(1.0), "%.8f" % ((tanh(1.0001) - tanh(0.9999)) / 0.0002))
print("%.6f" % grad(grad(tanh))(0.5))


def taylor_sine(x):
    ans = currterm = x
    i = 0
    while np.abs(currterm) > 0.001:
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        i += 1
    return ans


print("gradient of sin(pi): %.6f" % grad(taylor_sine)(np.pi))
