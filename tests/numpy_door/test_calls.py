"""Calls of NumPy's, chapter by chapter, answered as NumPy answers them; gradients as finite differences have them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from fastgrad.ops.numpy import names
from tests.numpy_door.check import compare, compare_gradients

CHAPTERS = [import_module(f"tests.numpy_door.{p.stem}") for p in sorted(Path(__file__).parent.glob("calls_*.py"))]


@pytest.mark.parametrize("call", [call for chapter in CHAPTERS for call in chapter.SMOOTH + chapter.PLAIN])
def test_the_door_answers_as_numpy(call):
    compare(call)


@pytest.mark.parametrize("call", [call for chapter in CHAPTERS for call in chapter.SMOOTH])
def test_gradients_are_those_of_finite_differences(call):
    compare_gradients(call)


def test_every_function_of_the_door_is_called():
    functions = {n for n, v in vars(names).items() if callable(v) and not isinstance(v, type) and n[0] != "_"}
    called = re.findall(r"\bnp\.(\w+)", " ".join(str(call) for c in CHAPTERS for call in c.SMOOTH + c.PLAIN))
    assert functions - set(called) == set()
