"""What opening the door changes in the process, and how that is undone: the vocabulary, what integers become, what is
read at one place, how tensors are shown, and what they are beside complex numbers."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor, printing
from fastgrad._tensor.construct import get_default_float, set_float_of_integers, set_strong_floats
from fastgrad._tensor.dtype import float64
from fastgrad.ops._common import drop_members, set_foreign_operator, set_members
from fastgrad.ops.numbers import set_numbers
from fastgrad.ops.numpy.common import is_foreign, operate
from fastgrad.ops.numpy.methods import METHODS
from fastgrad.ops.numpy.printing import show, show_values
from fastgrad.ops.vocabulary import get_vocabulary, set_vocabulary

_before: dict[str, Any] | None = None


def open_door() -> None:
    """Have tensors speak NumPy; no more than once. Where the process speaks PyTorch already it goes on to."""
    global _before
    if _before is not None or get_vocabulary() == "torch":
        return
    _before = {"vocabulary": get_vocabulary(), **{n: m for n, m in vars(Tensor).items() if n in METHODS}}
    set_vocabulary("numpy")
    set_float_of_integers(float64)
    set_strong_floats(True)
    set_numbers(True)
    set_foreign_operator(operate, is_foreign)
    printing.show_by(show, show_values)
    set_members(METHODS)


def close_door() -> None:
    """Have tensors be as they were before: for tests, which run beside those of other doors."""
    global _before
    if _before is None:
        return
    set_vocabulary(_before.pop("vocabulary"))
    set_float_of_integers(get_default_float())
    set_strong_floats(False)
    set_numbers(False)
    set_foreign_operator(None, None)
    printing.show_by(None)
    drop_members([name for name in METHODS if name not in _before])
    set_members(_before)
    _before = None
