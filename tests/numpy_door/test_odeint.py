"""Differential equations: odeint has SciPy's values, and the gradients of differences."""

from __future__ import annotations

import sys

import fastgrad.numpy.autograd.numpy as np
import numpy
import pytest
import scipy.integrate

from fastgrad.numpy.autograd import grad
from fastgrad.numpy.autograd.scipy.integrate import odeint

EXACT = {"rtol": 1e-10, "atol": 1e-10}
START, TIMES = numpy.array([1.0, 0.5]), numpy.linspace(0.1, 1, 5)
ARGUMENTS = (0.7, numpy.array([1.3, 0.4]))
WEIGHTS = numpy.arange(10.0).reshape(5, 2)


def driven(y, t, a, b):
    return np.array([y[1] * a, -y[0] * b[0] + np.sin(t) * b[1]])


def loss(y0, t, a, b):
    return np.sum(np.sin(odeint(driven, y0, t, (a, b), **EXACT)) * WEIGHTS)


def test_values_are_scipys():
    expected = scipy.integrate.odeint(lambda y, t: [y[1] * 0.7, -y[0] * 1.3 + numpy.sin(t) * 0.4], START, TIMES)
    numpy.testing.assert_allclose(odeint(driven, START, TIMES, ARGUMENTS), expected, 1e-12)


@pytest.mark.parametrize("place", range(4), ids=["start", "times", "number", "vector"])
def test_gradients_are_those_of_differences(place):
    given = [START, TIMES, *ARGUMENTS]
    expected = numpy.zeros(numpy.shape(given[place]))
    for at in numpy.ndindex(expected.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = [numpy.array(one, float) for one in given]
            moved[place][at] += step
            ends.append(float(loss(*moved)))
        expected[at] = (ends[0] - ends[1]) / 2e-5
    numpy.testing.assert_allclose(grad(loss, place)(*given), expected, 1e-6, 1e-6)


def test_what_depends_on_nothing_has_no_gradient():
    found = grad(lambda a: np.sum(odeint(lambda y, t, a: np.ones(2), START, TIMES, (a,))))(0.7)
    assert float(found) == 0.0


def test_what_cannot_be_solved_is_an_error(monkeypatch):
    with pytest.raises(ValueError, match="odeint: y0 must be a vector, got shape"):
        odeint(lambda y, t: y, numpy.ones((2, 2)), TIMES)
    with pytest.raises(RuntimeError, match="has no derivative of its own"):
        grad(lambda a: grad(loss, 2)(START, TIMES, a, ARGUMENTS[1]))(0.7)
    monkeypatch.setitem(sys.modules, "scipy.integrate", None)
    with pytest.raises(ImportError, match="odeint needs SciPy, which is not installed"):
        odeint(lambda y, t: y, START, TIMES)
