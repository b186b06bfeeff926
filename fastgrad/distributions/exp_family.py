"""Where PyTorch has `ExponentialFamily`."""

from fastgrad.distributions.distribution import ExponentialFamily as ExponentialFamily
