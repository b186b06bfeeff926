"""A multi-layer perceptron on made classes, with Adam."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad


def logsumexp(x, axis, keepdims=True):
    top = np.max(x, axis=axis, keepdims=True)
    return top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=keepdims))


def init_random_params(scale, layer_sizes, rs=npr.RandomState(0)):
    return [
        (scale * rs.randn(m, n), scale * rs.randn(n))  # weight matrix, bias vector
        for m, n in zip(layer_sizes[:-1], layer_sizes[1:])
    ]


def neural_net_predict(params, inputs):
    for W, b in params:
        outputs = np.dot(inputs, W) + b
        inputs = np.tanh(outputs)
    return outputs - logsumexp(outputs, axis=1, keepdims=True)


def l2_norm(params):
    return sum(np.dot(p.ravel(), p.ravel()) for layer in params for p in layer)


def log_posterior(params, inputs, targets, L2_reg):
    log_prior = -L2_reg * l2_norm(params)
    log_lik = np.sum(neural_net_predict(params, inputs) * targets)
    return log_prior + log_lik


def accuracy(params, inputs, targets):
    target_class = np.argmax(targets, axis=1)
    predicted_class = np.argmax(neural_net_predict(params, inputs), axis=1)
    return np.mean(predicted_class == target_class)


npr.seed(0)
classes = npr.randint(0, 3, 90)
train_images = np.stack([np.cos(2.1 * classes), np.sin(2.1 * classes)], axis=1) + 0.4 * npr.randn(90, 2)
train_labels = np.eye(3)[classes]
params = init_random_params(0.3, [2, 12, 3])
num_batches = int(np.ceil(train_images.shape[0] / 30))


def batch_indices(iter):
    idx = iter % num_batches
    return slice(idx * 30, (idx + 1) * 30)


def objective(params, iter):
    idx = batch_indices(iter)
    return -log_posterior(params, train_images[idx], train_labels[idx], 0.1)


objective_grad = grad(objective)
m = [[np.zeros(p.shape) for p in layer] for layer in params]
v = [[np.zeros(p.shape) for p in layer] for layer in params]
for i in range(60):
    g = objective_grad(params, i)
    updated = []
    for layer, glayer, mlayer, vlayer in zip(params, g, m, v):
        new = []
        for k, (p, gp) in enumerate(zip(layer, glayer)):
            mlayer[k] = 0.1 * gp + 0.9 * mlayer[k]
            vlayer[k] = 0.001 * gp**2 + 0.999 * vlayer[k]
            mhat = mlayer[k] / (1 - 0.9 ** (i + 1))
            vhat = vlayer[k] / (1 - 0.999 ** (i + 1))
            new.append(p - 0.05 * mhat / (np.sqrt(vhat) + 1e-8))
        updated.append(tuple(new))
    params = updated
    if i % 20 == 0 or i == 59:
        print("{:15}|{:20.6f}|{:10.4f}".format(i, objective(params, 0), accuracy(params, train_images, train_labels)))
print(type(g) is list, type(g[0]) is tuple, g[0][0].shape, "%.5f" % l2_norm(params))
