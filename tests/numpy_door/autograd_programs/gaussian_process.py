"""A Gaussian process whose hyperparameters are learnt by gradients."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import value_and_grad


def rbf_covariance(kernel_params, x, xp):
    output_scale = np.exp(kernel_params[0])
    lengthscales = np.exp(kernel_params[1:])
    diffs = np.expand_dims(x / lengthscales, 1) - np.expand_dims(xp / lengthscales, 0)
    return output_scale * np.exp(-0.5 * np.sum(diffs**2, axis=2))


def unpack_kernel_params(params):
    mean = params[0]
    cov_params = params[2:]
    noise_scale = np.exp(params[1]) + 0.0001
    return mean, cov_params, noise_scale


def predict(params, x, y, xstar):
    mean, cov_params, noise_scale = unpack_kernel_params(params)
    cov_f_f = rbf_covariance(cov_params, xstar, xstar)
    cov_y_f = rbf_covariance(cov_params, x, xstar)
    cov_y_y = rbf_covariance(cov_params, x, x) + noise_scale * np.eye(len(y))
    pred_mean = mean + np.dot(np.linalg.solve(cov_y_y, cov_y_f).T, y - mean)
    pred_cov = cov_f_f - np.dot(np.linalg.solve(cov_y_y, cov_y_f).T, cov_y_f)
    return pred_mean, pred_cov


def log_marginal_likelihood(params, x, y):
    mean, cov_params, noise_scale = unpack_kernel_params(params)
    cov_y_y = rbf_covariance(cov_params, x, x) + noise_scale * np.eye(len(y))
    prior_mean = mean * np.ones(len(y))
    sign, logdet = np.linalg.slogdet(cov_y_y)
    diff = y - prior_mean
    return -0.5 * (np.dot(diff, np.linalg.solve(cov_y_y, diff)) + logdet + len(y) * np.log(2 * np.pi))


rs = npr.RandomState(0)
inputs = np.hstack([np.linspace(0, 3, num=10), np.linspace(6, 8, num=10)])
targets = (np.cos(inputs) + rs.randn(20) * 0.1) / 2.0
inputs = (inputs - 4.0) / 2.0
inputs = inputs.reshape((len(inputs), 1))
objective = lambda params: -log_marginal_likelihood(params, inputs, targets)
params = 0.1 * rs.randn(4)
for step in range(40):
    value, gradient = value_and_grad(objective)(params)
    if step % 10 == 0:
        print("%3d %.6f %s" % (step, value, np.round(gradient, 5)))
    params = params - 0.01 * gradient
pred_mean, pred_cov = predict(params, inputs, targets, np.linspace(-2, 2, 5).reshape(-1, 1))
print(np.round(pred_mean, 5), np.round(np.sqrt(np.diag(pred_cov)), 5))
