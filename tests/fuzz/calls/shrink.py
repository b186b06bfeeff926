"""A shorter call that fails for the same cause."""

from __future__ import annotations

import re

from ...ops.entry import FLOATS
from .call import Call, draw
from .check import check


def cause(call: Call, wrong: str) -> str:
    """What findings of one cause have in common: the operation and the words."""
    words = re.sub(r"\(.*?\)|\[.*?\]|np\.float\d+|[-+.\d]+(e[-+]?\d+)?|nan|inf", "", wrong)
    return f"{call.op.name} {'float' if call.dtype in FLOATS else call.dtype}: {words[:60]}"


def smallest(call: Call, why: str) -> tuple[Call, str]:
    """Another call of the same operation, with shorter axes, that fails for the same cause; or this one."""
    best = call
    for most in (1, 2, 3, 4, 6, 9, 17):
        for k in range(80):
            other = draw((k, most), call.op.name, most)
            if other.size() >= best.size():
                continue
            wrong = check(other)
            if wrong is not None and cause(other, wrong) == why:
                best = other
        if best is not call:
            break
    return best, check(best) or ""
