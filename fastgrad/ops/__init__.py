"""Functions of arrays: the forward call and the gradient rule side by side, one file a family."""

# isort: off
from fastgrad import _load

_load.load("fastgrad.ops")
# isort: on

from fastgrad.ops import methods as methods  # Tensor gets its methods
