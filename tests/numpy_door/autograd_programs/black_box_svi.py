"""Variational inference of a banana-shaped density."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad


def normal_logpdf(x, mean, std):
    return -0.5 * np.log(2 * np.pi) - np.log(std) - 0.5 * ((x - mean) / std) ** 2


def log_density(x, t):
    mu, log_sigma = x[:, 0], x[:, 1]
    sigma_density = normal_logpdf(log_sigma, 0, 1.35)
    mu_density = normal_logpdf(mu, 0, np.exp(log_sigma))
    return sigma_density + mu_density


def black_box_variational_inference(logprob, D, num_samples):
    def unpack_params(params):
        mean, log_std = params[:D], params[D:]
        return mean, log_std

    def gaussian_entropy(log_std):
        return 0.5 * D * (1.0 + np.log(2 * np.pi)) + np.sum(log_std)

    rs = npr.RandomState(0)

    def variational_objective(params, t):
        mean, log_std = unpack_params(params)
        samples = rs.randn(num_samples, D) * np.exp(log_std) + mean
        lower_bound = gaussian_entropy(log_std) + np.mean(logprob(samples, t))
        return -lower_bound

    gradient = grad(variational_objective)
    return variational_objective, gradient, unpack_params


D = 2
objective, gradient, unpack_params = black_box_variational_inference(log_density, D, num_samples=200)
init_mean = -1 * np.ones(D)
init_log_std = -1 * np.ones(D)
params = np.concatenate([init_mean, init_log_std])
for t in range(60):
    params = params - 0.05 * gradient(params, t)
    if t % 20 == 0:
        print("Iteration {} lower bound {:.6f}".format(t, -objective(params, t)))
mean, log_std = unpack_params(params)
print(np.round(mean, 5), np.round(np.exp(log_std), 5))
