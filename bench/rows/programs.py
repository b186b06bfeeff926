"""Programs of NumPy's and of HIPS autograd's, through the door of NumPy's name and by what they are written for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd_programs
import numpy_programs
from libraries import Library
from workloads import PLAIN, Build, Row, Section, Statement


def of_numpy(make: Callable[[Any], Any]) -> Build:
    def build(library: Library) -> Statement:
        return "run()", {"run": make(library.numpy())}

    return build


def of_autograd(make: Callable[[Any, Any], Any]) -> Build:
    def build(library: Library) -> Statement:
        return "run()", {"run": make(library.numpy(), library.autograd())}

    return build


NUMPY = (
    ("k-means, 2000 points of 8, 10 centres, 5 rounds", numpy_programs.k_means),
    ("64 bodies, 10 leapfrog steps", numpy_programs.bodies),
    ("Game of Life, 128 x 128, 10 generations", numpy_programs.life),
    ("heat equation, 200 x 200, 20 steps", numpy_programs.heat),
    ("network 784-100-10 by hand, batch 64, a step", numpy_programs.two_layers),
    ("Monte Carlo, 1 M points in a square", numpy_programs.pi),
    ("bootstrap, 50 samples of 200", numpy_programs.bootstrap),
    ("Adam over 64 numbers, in buffers by out=, 100 steps", numpy_programs.buffers),
    ("Kalman filter, 4 states, 50 measurements", numpy_programs.kalman),
    ("Lorenz system, 100 Runge-Kutta steps", numpy_programs.lorenz),
    ("edit distance, a table of 20 x 17 element by element", numpy_programs.edits),
)

AUTOGRAD = (
    ("grad of one number", autograd_programs.slope_of_one_number),
    ("third derivative of tanh, 200 places", autograd_programs.third_derivative),
    ("logistic regression, 200 x 10, gradient", autograd_programs.logistic_regression(200, 10)),
    ("logistic regression, 10000 x 50, gradient", autograd_programs.logistic_regression(10000, 50)),
    ("network 784-200-10, batch 128, a step", autograd_programs.network),
    ("RNN, 40 wide, 30 steps of 20, gradient", autograd_programs.recurrence),
    ("fluid, 40 x 40, 5 steps, value and gradient", autograd_programs.fluid),
    ("Gaussian process, 60 points, value and gradient", autograd_programs.gaussian_process),
    ("Bayesian network 1-20-20-1, gradient of the bound", autograd_programs.bayesian_network),
    ("network 10-20-1, Hessian times a vector", autograd_programs.hessian_times_vector),
    ("Rosenbrock, 8 dimensions, gradient and Hessian", autograd_programs.rosenbrock),
    ("flatten, and Adam over the vector, 10 steps", autograd_programs.flattened),
)


def sections() -> list[Section]:
    return [
        Section(
            "NumPy's programs, by the door of its name",
            [Row(name, of_numpy(make), {"fastgrad": PLAIN, "numpy": PLAIN}) for name, make in NUMPY],
            {"numpy": 1.5},
            {"numpy": 1.0},
            alone=True,
        ),
        Section(
            "HIPS autograd's programs, by the same door",
            [Row(name, of_autograd(make), {"fastgrad": PLAIN, "autograd": PLAIN}) for name, make in AUTOGRAD],
            {"autograd": 5.0},
            {"autograd": 2.0},
            alone=True,
        ),
    ]
