"""Logistic regression."""

import autograd.numpy as np
from autograd import grad, hessian, jacobian, value_and_grad


def sigmoid(x):
    return 0.5 * (np.tanh(x / 2.0) + 1)


def logistic_predictions(weights, inputs):
    return sigmoid(np.dot(inputs, weights))


def training_loss(weights):
    preds = logistic_predictions(weights, inputs)
    label_probabilities = preds * targets + (1 - preds) * (1 - targets)
    return -np.sum(np.log(label_probabilities))


inputs = np.array([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]])
targets = np.array([True, True, False, True])
training_gradient_fun = grad(training_loss)
weights = np.array([0.0, 0.0, 0.0])
print("Initial loss: {:.6f}".format(training_loss(weights)))
for i in range(100):
    weights -= training_gradient_fun(weights) * 0.01
print("Trained loss: {:.6f}".format(training_loss(weights)))
value, gradient = value_and_grad(training_loss)(weights)
print("%.6f" % value, gradient.round(6))
H = hessian(training_loss)(weights)
print(H.shape, np.allclose(H, H.T), np.round(H, 5))
for _ in range(4):
    value, gradient = value_and_grad(training_loss)(weights)
    weights = weights - np.linalg.solve(hessian(training_loss)(weights) + 0.1 * np.eye(3), gradient)
print("Newton: %.6f" % training_loss(weights))
print(np.round(jacobian(lambda w: logistic_predictions(w, inputs))(weights), 5))
