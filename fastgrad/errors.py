"""Errors about tensors: each is what NumPy raises for its kind, and the RuntimeError that PyTorch has for it.

So ``except ValueError``, as NumPy programs have it, catches shapes that do not fit, and ``except RuntimeError``, as
PyTorch programs have it, does too. What PyTorch as well tells by a plain ValueError, TypeError or IndexError (an
optimizer's learning rate below zero, an argument that is no tensor) is that alone.
"""

from __future__ import annotations

from numpy.exceptions import AxisError

__all__ = [
    "AssertedValueError",
    "IntegerDivisionError",
    "TensorAxisError",
    "TensorIndexError",
    "TensorOverflowError",
    "TensorTypeError",
    "TensorValueError",
    "UnsupportedDtypeError",
]


class TensorValueError(ValueError, RuntimeError):
    """Shapes that do not fit each other or the operation, or values that it does not take."""


class TensorTypeError(TypeError, RuntimeError):
    """dtypes that do not fit each other."""


class AssertedValueError(ValueError, AssertionError):
    """An argument that does not fit, where PyTorch has an assertion."""


class UnsupportedDtypeError(TypeError, NotImplementedError):
    """A dtype that an operation is not defined on; PyTorch's NotImplementedError is a RuntimeError, too."""


class TensorIndexError(IndexError, RuntimeError):
    """Places that a tensor does not have."""


class TensorAxisError(TensorIndexError, AxisError):
    """An axis that a tensor does not have: NumPy's AxisError, which is a ValueError, too."""

    def __str__(self) -> str:  # the second sentence is PyTorch's: programs look for it
        said = super().__str__()
        if self.axis is None or self.ndim is None:  # it was made of words
            return said
        axes = max(self.ndim, 1)
        return f"{said}. Dimension out of range (expected to be in range of [{-axes}, {axes - 1}], but got {self.axis})"


class IntegerDivisionError(ZeroDivisionError, RuntimeError):
    """An integer that is divided by zero, which is an error for programs that speak PyTorch."""


class TensorOverflowError(OverflowError, RuntimeError):
    """Numbers that a dtype does not hold."""
