"""Random programs and calls from a fixed seed, the same ones every time; `python -m tests.fuzz` draws others."""

from __future__ import annotations

import pytest

import fastgrad as fg

from ..parity.case import Case
from .hostile.call import MEMBERS, everywhere, run
from .hostile.check import unclear
from .kinds import KINDS

SEED = 20
BLOCK = 50
SOMETHING = ("object()", "'three'", "None", "(1, 2)", "10**30")


def findings(kind: str, first: int) -> list[str]:
    found = []
    for number in range(first, first + BLOCK):
        result = KINDS[kind].run(SEED, number)
        if result.report is not None:
            found.append(f"--kinds {kind} --seed {SEED} --first {number} --count 1: {result.report()}")
    return found


@pytest.mark.parametrize("block", range(8))
def test_programs_mean_what_they_mean_without_a_graph(block):
    found = findings("programs", BLOCK * block)
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("block", range(14))
def test_bad_input_ends_with_pytorchs_result_or_a_clear_error_that_changes_nothing(block):
    found = findings("hostile", BLOCK * block)
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("case", [case for case in MEMBERS if isinstance(case, Case)], ids=lambda case: case.name)
def test_anything_in_any_arguments_place_is_a_clear_error_where_it_is_one(case):
    found = [(call, unclear(call, run(fg, call))) for call in everywhere(case, *SOMETHING)]
    assert not (wrong := [f"{what[1]}\n{call}" for call, what in found if what]), "\n\n".join(wrong)


@pytest.mark.parametrize("block", range(20))
def test_calls_give_what_numpy_and_pytorch_give(block):
    found = findings("calls", BLOCK * block)
    assert not found, "\n\n".join(found)
