"""What is wrong is told by PyTorch's kind of exception, and where programs look for its words, with these in it."""

from __future__ import annotations

import builtins
import io
from typing import Any

import fastgrad.torch.distributions
import fastgrad.torch.func
import fastgrad.torch.nn.functional as F
import fastgrad.torch.nn.utils.prune
import fastgrad.torch.utils.data as D
import numpy as np
import pytest

import fastgrad as fg
import fastgrad.torch as torch
import fastgrad.torch.testing
from fastgrad.torch import nn
from tests.torch_door.wrong_calls import RAISES


def run(program: str) -> None:
    exec(program, {"torch": torch, "nn": nn, "F": F, "D": D, "np": np, "io": io})


CALLS = [(kind, line.strip()) for kind, lines in RAISES.items() for line in lines.strip().splitlines()]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "program"), CALLS, ids=[f"{kind}: {program}" for kind, program in CALLS])
def test_the_error_is_one_of_pytorchs_kind(kind, program):
    with pytest.raises(getattr(builtins, kind)):
        run(program)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("torch.ones(2, 3) + torch.ones(2, 4)", "The size of tensor a (3) must match the size of tensor b (4) at "
                                                "non-singleton dimension 1"),
        ("torch.ones(3) * torch.ones(2, 4)", "The size of tensor a (3) must match the size of tensor b (4) at "
                                             "non-singleton dimension 1"),
        ("torch.ones(2, 3) @ torch.ones(4, 5)", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
        ("torch.mm(torch.ones(2, 3), torch.ones(4, 5))", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
        ("torch.ones(6, 2, 3) @ torch.ones(4, 5)", "mat1 and mat2 shapes cannot be multiplied (12x3 and 4x5)"),
        ("nn.Linear(3, 2)(torch.ones(4, 5))", "mat1 and mat2 shapes cannot be multiplied (4x5 and 3x2)"),
        ("torch.ones(2, 3).sum(2)", "Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
        ("torch.ones(2, 3).softmax(-3)", "Dimension out of range (expected to be in range of [-2, 1], but got -3)"),
        ("torch.arange(0, 3, -1)", "upper bound and lower bound inconsistent with step sign"),
        ("torch.where(torch.ones(2), 1, 2)", "expected condition to be a boolean tensor, but got a tensor with dtype"),
        ("torch.normal(torch.zeros(2), -1.0)", "normal expects std >= 0.0"),
    ],
)  # fmt: skip
def test_the_words_that_programs_look_for_are_in_it(program, words):
    with pytest.raises((RuntimeError, IndexError)) as caught:
        run(program)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        (lambda: fg.ones(2, 3) + fg.ones(2, 4), (fg.errors.TensorValueError, ValueError, RuntimeError)),
        (lambda: fg.nn.Linear(3, 2)(fg.ones(4, 3, dtype=fg.float64)), (fg.errors.TensorTypeError, TypeError)),
        (lambda: fg.softmax(fg.asarray([1, 2])), (fg.errors.UnsupportedDtypeError, TypeError, NotImplementedError)),
        (lambda: fg.ones(2)[fg.asarray([5])], (fg.errors.TensorIndexError, IndexError, RuntimeError)),
        (lambda: fg.tensor([1], dtype=fg.uint8) + 300, (fg.errors.TensorOverflowError, OverflowError, RuntimeError)),
    ],
)
def test_every_door_has_both_kinds(program, kinds):
    with pytest.raises(kinds[0]) as caught:
        program()
    assert all(isinstance(caught.value, kind) for kind in kinds)


@pytest.mark.parametrize("name", fg.errors.__all__)
def test_errors_go_through_pickles(name):
    import pickle

    error: Any = getattr(fg.errors, name)("words")
    assert isinstance(error, getattr(fg.errors, name))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == "words"
