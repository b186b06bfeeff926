"""Distributions, a module each: their densities and, where these have gradients, their distribution functions."""

from fastgrad.numpy.autograd.scipy.stats import (
    beta as beta,
    chi2 as chi2,
    dirichlet as dirichlet,
    gamma as gamma,
    multivariate_normal as multivariate_normal,
    norm as norm,
    poisson as poisson,
    t as t,
)
