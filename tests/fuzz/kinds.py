"""What can be drawn and checked: each kind is a function of a seed and a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .calls.call import Call, draw as draw_call
from .calls.check import check as check_call
from .calls.shrink import cause as cause_of, smallest
from .hostile.call import draw as draw_hostile
from .hostile.check import check as check_hostile
from .programs.check import check as check_program
from .programs.draw import draw as draw_program
from .programs.program import Program
from .programs.shrink import shrunk


@dataclass(frozen=True)
class Result:
    """What became of one drawn case.

    Parameters
    ----------
    ended : str
        What statistics call it.
    cause : str, optional
        Of a finding: what others of the same cause have in common.
    report : callable, optional
        Of a finding: makes it small; what is wrong, and a script that shows it.
    """

    ended: str
    cause: str | None = None
    report: Callable[[], str] | None = None


@dataclass(frozen=True)
class Kind:
    """Cases of one kind.

    Parameters
    ----------
    run : callable
        Of a seed and a number.
    show : callable
        Of the same: the case as it was drawn, without running it.
    """

    run: Callable[[int, int], Result]
    show: Callable[[int, int], str]


def _program(seed: int, number: int) -> Program:
    return draw_program(f"{seed} {number}")


def _run_program(seed: int, number: int) -> Result:
    drawn = _program(seed, number)
    verdict = check_program(drawn, np.random.default_rng(number))
    if verdict.finding is None:
        return Result(verdict.ended)
    finding = verdict.finding

    def report() -> str:
        def fails(smaller: Program) -> bool:
            found = check_program(smaller, np.random.default_rng(number)).finding
            return found is not None and found.kind() == finding.kind()

        small = shrunk(drawn, fails)
        last = check_program(small, np.random.default_rng(number)).finding or finding
        return f"{last.what}\n\n{small.script(last.act)}"

    return Result("finding", finding.kind(), report)


def _call(seed: int, number: int) -> Call:
    return draw_call((seed, number))


def _run_call(seed: int, number: int) -> Result:
    call = _call(seed, number)
    wrong = check_call(call)
    if wrong is None:
        return Result("compared")
    cause = cause_of(call, wrong)

    def report() -> str:
        small, what = smallest(call, cause)
        return f"{small.op.name}: {what}\n\n{small.script()}"

    return Result("finding", cause, report)


def _run_hostile(seed: int, number: int) -> Result:
    call = draw_hostile(seed, number)
    wrong = check_hostile(call)
    if wrong is None:
        return Result("ended well")
    return Result("finding", f"{call.case.name}: {wrong[0]}", lambda: f"{wrong[1]}\n\n{call}")


KINDS = {
    "programs": Kind(_run_program, lambda seed, number: _program(seed, number).script()),
    "calls": Kind(_run_call, lambda seed, number: _call(seed, number).script()),
    "hostile": Kind(_run_hostile, lambda seed, number: str(draw_hostile(seed, number))),
}
