"""Tensors and the graph: what an array with a history is, before any operation."""

# isort: off
from fastgrad import _load

_load.load("fastgrad._tensor")
# isort: on

from fastgrad._tensor.node import (
    Backward as Backward,
    Node as Node,
    refuse_detached as refuse_detached,
)
from fastgrad._tensor.tensor import Tensor as Tensor
from fastgrad._tensor.tracer import Tracer as Tracer
