"""Runs cases in a child process, so that one that kills it, or never ends, is a finding too."""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

from .kinds import KINDS

Case = tuple[int, str]  # its number and kind
LONGEST = 300.0  # seconds for a case and for making it small


class Outcome(NamedTuple):
    number: int
    kind: str
    ended: str
    cause: str | None = None
    report: str | None = None  # of the first finding of a cause


def outcomes(cases: Callable[[Case | None], Iterator[Case]], seed: int) -> Iterator[Outcome]:
    """What becomes of all cases.

    Parameters
    ----------
    cases : callable
        Of the last case, or None: those that follow.
    """
    known: set[str] = set()
    if not hasattr(os, "fork"):
        yield from _run(cases(None), seed, known, lambda case: None)
        return
    last: Case | None = None
    while True:
        started: Case | None = None
        reader, writer = os.pipe()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.close(reader)
            status = 1
            try:
                _send(writer, cases, last, seed, known)
                status = 0
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(writer)
        hangs = False
        with os.fdopen(reader) as pipe:
            for line in _lines(pipe):
                if line is None:
                    hangs = True
                    os.kill(child, signal.SIGKILL)
                    continue
                message: Any = json.loads(line)
                if len(message) == 2:
                    started = (message[0], message[1])
                    continue
                last, started = (message[0], message[1]), None
                outcome = Outcome(*message)
                if outcome.cause is not None:
                    known.add(outcome.cause)
                yield outcome
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == 0:
            return
        if started is None:
            raise RuntimeError(f"the process that runs the cases ended with status {status}")
        last = started
        what = signal.Signals(-status).name if status < 0 else f"status {status}"
        cause = f"it does not end in {LONGEST:.0f} seconds" if hangs else f"the process ends with {what}"
        text = KINDS[started[1]].show(seed, started[0])
        yield Outcome(*started, "finding", cause, None if cause in known else f"{cause}\n\n{text}")
        known.add(cause)


def _lines(pipe: IO[str]) -> Iterator[str | None]:
    """The lines that come; None where none comes for long."""
    rest = ""
    while True:
        if not select.select([pipe], [], [], LONGEST)[0]:
            yield None
            continue
        read = os.read(pipe.fileno(), 1 << 16).decode()
        if not read:
            return
        *lines, rest = (rest + read).split("\n")
        yield from lines


def _send(
    writer: int, cases: Callable[[Case | None], Iterator[Case]], last: Case | None, seed: int, known: Any
) -> None:
    faulthandler.enable()
    with os.fdopen(writer, "w") as out:

        def tell(message: Any) -> None:
            out.write(json.dumps(message) + "\n")
            out.flush()

        for outcome in _run(cases(last), seed, known, tell):
            tell(outcome)


def _run(cases: Iterator[Case], seed: int, known: set[str], tell: Callable[[Case], None]) -> Iterator[Outcome]:
    for number, kind in cases:
        tell((number, kind))
        result = KINDS[kind].run(seed, number)
        if result.cause is None or result.report is None:
            yield Outcome(number, kind, result.ended)
            continue
        is_new = result.cause not in known
        known.add(result.cause)
        yield Outcome(number, kind, result.ended, result.cause, result.report() if is_new else None)
