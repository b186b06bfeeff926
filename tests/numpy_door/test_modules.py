"""NumPy's modules are found below the door's name, however they are imported."""

from __future__ import annotations

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np

IMPORTS = [
    "import fastgrad.numpy.fft as fft; fft.fft",
    "import fastgrad.numpy.random as npr; npr.randn(2)",
    "from fastgrad.numpy.random import default_rng, randn",
    "from fastgrad.numpy.random import *; rand(2)",
    "import fastgrad.numpy.lib.stride_tricks as s; s.as_strided",
    "from fastgrad.numpy.lib.stride_tricks import sliding_window_view",
    "from fastgrad.numpy.lib import stride_tricks",
    "from fastgrad.numpy.polynomial import Polynomial, polynomial as P; P.polyfit",
    "from fastgrad.numpy.testing import assert_allclose, assert_array_equal",
    "from fastgrad.numpy.testing import *; assert_equal(1, 1)",
    "import fastgrad.numpy.typing as npt; npt.NDArray[npt.NDArray]; npt.ArrayLike",
    "import fastgrad.numpy as np; np.polynomial.legendre.leggauss(2); np.ma.masked; np.char.upper; np.emath.sqrt",
    "from fastgrad.numpy import linalg as LA, pi, newaxis, inf, float64, ndarray",
    "import fastgrad.numpy as np; np.info; np.errstate(all='ignore'); np.seterr; np.show_config; np.__version__",
]


@pytest.mark.parametrize("line", IMPORTS)
def test_modules_are_found(run_python, line):
    done = run_python(line)
    assert done.returncode == 0, done.stderr


def test_what_nobody_has_is_an_attribute_error():
    for module in (np, np.fft, np.random, np.lib.stride_tricks):
        with pytest.raises(AttributeError, match="no_such_name"):
            module.no_such_name  # noqa: B018


def test_tests_compare_tensors_with_a_history():
    x = np.array([1.0, 2.0])
    x.requires_grad_()
    np.testing.assert_allclose(x * 2, [2.0, 4.0])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        np.testing.assert_allclose(x, [2.0, 4.0])
    with np.testing.assert_raises(ValueError):
        x.reshape(3)


def test_errstate_is_numpys():
    with np.errstate(divide="raise"):
        assert numpy.geterr()["divide"] == "raise"


def test_arrays_of_files_are_tensors(tmp_path):
    np.savez(tmp_path / "arrays.npz", x=np.arange(3.0), names=numpy.array(["a"]))
    with np.load(tmp_path / "arrays.npz") as file:
        assert isinstance(file["x"], fg.Tensor)
        assert isinstance(file["names"], numpy.ndarray)
        assert {name: type(one).__name__ for name, one in file.items()} == {"x": "Tensor", "names": "ndarray"}


@pytest.mark.parametrize("call", [np.fft.fft, np.fft.irfft, np.fft.fftshift])
def test_gradients_do_not_get_lost(call):
    x = np.eye(3)
    x.requires_grad_()
    with pytest.raises(TypeError, match="has no gradient here"):
        call(x)
