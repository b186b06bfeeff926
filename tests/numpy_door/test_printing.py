"""Tensors are shown as NumPy's arrays while the door is open."""

from __future__ import annotations

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.numpy import _switch

ARRAYS = [
    numpy.arange(3),
    numpy.linspace(0, 1, 4),
    numpy.zeros((0, 3)),
    numpy.array([]),
    numpy.array(2.5),
    numpy.array(7),
    numpy.array(True),
    numpy.array([[True, False]]),
    numpy.array([1e-10, 1.0, 1e10]),
    numpy.array([numpy.nan, -numpy.inf]),
    numpy.array([0.1], dtype=numpy.float32),
    numpy.array([200], dtype=numpy.uint8),
    numpy.arange(2000).reshape(20, 100),
    numpy.random.default_rng(0).normal(size=(2, 3, 4)),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_str_and_repr_are_numpys(array):
    tensor = fg.tensor(array)
    assert str(tensor) == f"{tensor}" == str(array)
    assert repr(tensor) == repr(array[()])


def test_options_are_numpys():
    x = np.array([numpy.pi, 100.0])
    with np.printoptions(precision=2):
        assert str(x) == "[  3.14 100.  ]"
    assert np.array2string(x, precision=1) == "[  3.1 100. ]"


def test_numbers_of_gradients_say_so():
    x = np.array([1.0, 2.0])
    x.requires_grad_()
    assert repr(x) == "array([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "array([2., 4.], grad_fn=<multiply>)"
    assert str(x * 2) == "[2. 4.]"
    assert f"{(x * 2).sum():.1f} {x[0]}" == "6.0 1.0"


def test_a_closed_door_shows_tensors():
    _switch.close_door()
    assert repr(fg.tensor([1.0])) == str(fg.tensor([1.0])) == "tensor([1.])"


@pytest.mark.parametrize(
    "operator", ["x += 1j", "x *= numpy.array([1j, 2])", "x[0] = 1j", "x[:] = numpy.array([1j, 2])"]
)
def test_what_is_complex_is_not_written_to_a_tensor(operator):
    x = np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        exec(operator)
    assert x.tolist() == [1.0, 2.0]


def test_gradients_do_not_get_lost_beside_complex_numbers():
    x = np.array([1.0, 2.0])
    x.requires_grad_()
    for call in (lambda: x * 1j, lambda: 1j * x, lambda: x @ numpy.array([1j, 2])):
        with pytest.raises(TypeError, match="has no gradient here"):
            call()


def test_a_closed_door_refuses_complex_numbers():
    _switch.close_door()
    x = fg.tensor([1.0, 2.0])
    for call in (lambda: x * 1j, lambda: 1j * x, lambda: x * numpy.array([1j, 2])):
        with pytest.raises(TypeError):
            call()
