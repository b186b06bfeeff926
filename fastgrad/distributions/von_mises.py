"""The von Mises distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import broadcast_all
from fastgrad.ops.pytorch.special import i0e, i1e


class VonMises(Distribution):
    """The von Mises distribution of angles: the normal one of the circle.

    Parameters
    ----------
    loc : Tensor or float
        The mean angle, in radians.
    concentration : Tensor or float
        How narrow it is, above 0.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.distributions.VonMises(0.0, 1.0).log_prob(0.0).item(), 4)
    -1.0738
    """

    loc: Tensor
    concentration: Tensor

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "concentration": constraints.positive}
    support: Any = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """The mean angle."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """1 less the length of the mean of the points of the circle."""
        ratio: Tensor = i1e(self.concentration) / i0e(self.concentration)
        return 1 - ratio

    def log_prob(self, value: Any) -> Tensor:
        # i0e is scaled by exp(-concentration)
        off = self.concentration * (fg.cos(self._value(value) - self.loc) - 1)
        scaled: Tensor = i0e(self.concentration)
        return off - fg.log(scaled) - math.log(2 * math.pi)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw angles from -pi to pi.

        By rejection from a wrapped Cauchy distribution: D. J. Best, N. I. Fisher, "Efficient simulation of the von
        Mises distribution", Applied Statistics 28, 1979.
        """
        shape = self._extended_shape(sample_shape)
        loc, kappa = (
            np.broadcast_to(x.detach().double().numpy(), shape).ravel() for x in (self.loc, self.concentration)
        )
        # rho is computed so that nothing cancels: s is tau - 1 - 1, tau - sqrt(2 tau) is (tau^2 - 2 tau) / (...)
        s = 4 * kappa**2 / (1 + np.sqrt(1 + 4 * kappa**2))
        tau = 2 + s
        rho = tau * s / (tau + np.sqrt(2 * tau)) / (2 * kappa)
        r = (1 + rho**2) / (2 * rho)
        angles = np.empty(len(kappa))
        left = np.arange(len(kappa))
        while len(left):
            u = fg.rand((3, len(left)), dtype=fg.float64).numpy()
            z = np.cos(math.pi * u[0])
            f = (1 + r[left] * z) / (r[left] + z)
            c = kappa[left] * (r[left] - f)
            taken = u[1] <= c * np.exp(1 - c)
            angles[left[taken]] = np.copysign(np.arccos(np.clip(f, -1, 1)), u[2] - 0.5)[taken]
            left = left[~taken]
        wrapped = np.mod(angles + math.pi + loc, 2 * math.pi) - math.pi
        drawn: Tensor = fg.from_numpy(wrapped.reshape(shape)).astype(self.loc.dtype)
        return drawn
