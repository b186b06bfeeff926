"""What opening the door changes in the process, and how that is undone: methods, shapes, printing, the vocabulary."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor, dtype, printing
from fastgrad._tensor.construct import set_weak_zero_dimensional
from fastgrad._tensor.dtype import float64
from fastgrad._tensor.node import show_nodes_by
from fastgrad._tensor.size import set_shape_type
from fastgrad._tensor.tensor import set_any_index
from fastgrad.data.dataset import batch_floats_as, batch_tuples_as
from fastgrad.ops._common import drop_members, set_members, take_attributes
from fastgrad.ops.arithmetic import refuse_division_by_zero
from fastgrad.ops.index import set_byte_masks
from fastgrad.ops.pytorch.methods import METHODS
from fastgrad.ops.vocabulary import get_vocabulary, set_vocabulary
from fastgrad.torch._nodes import AccumulateGrad, NodeName
from fastgrad.torch._printing import show
from fastgrad.torch._size import Size

_before: dict[str, Any] | None = None


def open_door() -> None:
    """Have tensors speak PyTorch; no more than once."""
    global _before
    if _before is not None:
        return
    _before = {"vocabulary": get_vocabulary(), **{n: m for n, m in vars(Tensor).items() if n in METHODS}}
    set_vocabulary("torch")
    set_shape_type(Size)
    set_weak_zero_dimensional(True)
    refuse_division_by_zero(True)
    set_any_index(True)
    set_byte_masks(True)
    batch_tuples_as(list)
    batch_floats_as(float64)
    set_members(METHODS)
    take_attributes(True)
    printing.show_by(show)
    show_nodes_by(NodeName, AccumulateGrad)
    dtype.speak("torch")


def close_door() -> None:
    """Have tensors be as they were before: for tests, which run beside those of other doors."""
    global _before
    if _before is None:
        return
    set_vocabulary(_before.pop("vocabulary"))
    set_shape_type(None)
    set_weak_zero_dimensional(False)
    refuse_division_by_zero(False)
    set_any_index(False)
    set_byte_masks(False)
    batch_tuples_as(tuple)
    batch_floats_as(None)
    drop_members([name for name in METHODS if name not in _before])
    set_members(_before)
    take_attributes(False)
    printing.show_by(None)
    show_nodes_by(None, None)
    dtype.speak("")
    _before = None
