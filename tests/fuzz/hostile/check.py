"""Whether a bad call ends as it should: with PyTorch's result, or with a clear error that has changed nothing."""

from __future__ import annotations

import re

import numpy as np

import fastgrad as fg

from ...parity.case import Stepping
from ..peer import torch
from .call import Call, On, Outcome, run

NATURAL = (TypeError, ValueError, IndexError, RuntimeError, KeyError, OverflowError, NotImplementedError, MemoryError)

# What Python says where nobody has looked: it names nothing that the caller has written.
UNCLEAR = re.compile(
    r"'NoneType' object|object has no attribute|to unpack|not subscriptable|is not iterable|object is not callable"
    r"|unsupported operand|not supported between|must be real number, not|cannot be interpreted as an integer"
    r"|can't multiply sequence|bad operand|can only concatenate|has no len\(\)|object does not support|list index out"
    r"|tuple index out|string index out|unhashable"
)


# Python's own words for a call whose arguments do not fit the signature.
SIGNATURE = re.compile(r"\(\) (got an unexpected|got multiple|takes \d|takes from|missing \d)")
# What makes its parameters, or moves what it knows of them, before it looks at the rest of a call.
BEFORE = re.compile(r"Lazy|spectral_norm")
# Of values that are none, or from which nothing is far, libraries give one or another.
EDGES = re.compile(r"inf|nan|e\+30|e-40")
# Nor of these: norms of order 0 count alike, and of an order so large, or so near to 0, PyTorch's powers are all 0 or
# infinite; the variance of one value, without memory of others, is rounding.
UNDECIDED = re.compile(r"ln_structured: .*\['n'\] (0|-1e-300|-?\(?2\*\*63)|RMSprop: .*\['alpha'\] 0\.0")
# What random numbers have a part in.
RANDOM = re.compile(r"(?i)dropout|rrelu|lazy|fractional|gumbel")


def check(call: Call) -> tuple[str, str] | None:
    """What is wrong, as a kind and in words; None where nothing is.

    Parameters
    ----------
    call : Call
    """
    found = run(fg, call)
    error = found.error
    if error is None:
        return _compared(call, found)
    text = f"{type(error).__name__}: {error}"
    if type(error) not in NATURAL:
        return f"{type(error).__name__}", f"{found.stage}: {text}"
    if found.changed and not BEFORE.search(call.case.name):
        return "half done", f"{found.stage}: {found.changed} changed, then {text}"
    if UNCLEAR.search(str(error)):
        return "unclear", f"{found.stage}: {text}"
    if not is_named(call, found.stage, str(error)):
        return "nameless", f"{found.stage}: {text}"
    return None


def plain(text: str) -> str:
    """Letters and digits alone: cross_entropy and CrossEntropy are one word."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


SPACES = (fg, fg.nn, fg.nn.functional, fg.nn.utils, fg.nn.utils.rnn, fg.optim, fg.optim.lr_scheduler, fg.Tensor)
KNOWN = {plain(name) for space in SPACES for name in [*dir(space), "prune"] if len(name) > 2}


def is_named(call: Call, stage: str, message: str) -> bool:
    """Whether an error says which layer, function or optimizer it is of."""
    if SIGNATURE.search(message):
        return True
    last = call.case.name.rpartition(".")[2]
    own = {last, last.removeprefix("Lazy"), last.removesuffix("Loss"), re.sub(r"[1-3]d$", "", last)}
    own |= {"add_param_group", "load_state_dict"} if isinstance(call.case, Stepping) else set()
    if any(plain(name) in plain(message) for name in own):
        return True
    begin = re.match(r"[\w.]+", message)  # what a layer is made of: "linear: ..."
    return begin is not None and plain(begin.group().rpartition(".")[2]) in KNOWN


def _compared(call: Call, found: Outcome) -> tuple[str, str] | None:
    """What was answered is what PyTorch answers, where it answers."""
    if torch is None or RANDOM.search(call.case.name) or EDGES.search("".join(call.bad)):
        return None
    if UNDECIDED.search(f"{call.case.name}: {'; '.join(call.bad)}"):
        return None
    if _ends_pytorch(call):
        return None
    try:
        theirs = run(torch, call)
    except Exception:
        return None
    if theirs.error is not None:
        return None
    if len(found.arrays) != len(theirs.arrays):
        return "differs", f"{len(found.arrays)} results, PyTorch {len(theirs.arrays)}"
    for i, (a, b) in enumerate(zip(found.arrays, theirs.arrays, strict=True)):
        what = _difference(a, b)
        if what is not None:
            return "differs", f"result {i}: {what}"
    return None


def _ends_pytorch(call: Call) -> bool:
    """Whether PyTorch would end the process: the gradient of its pdist reads what an empty tensor has not."""
    if call.case.name != "nn.functional.pdist":
        return False
    made = On(fg).made(call.given.inputs)
    return any(isinstance(x, fg.Tensor) and not x.size for x in made)


def _difference(a: np.ndarray, b: np.ndarray) -> str | None:
    """What differs where PyTorch's is a number: not by rounding, which depends on the values; by kind."""
    if a.shape != b.shape:
        return f"shape {a.shape}, PyTorch's {b.shape}"
    finite = np.isfinite(b)
    with np.errstate(all="ignore"):
        scale = float(np.abs(b[finite]).max(initial=1e-3))
        if a.dtype.kind != "f" or b.dtype.kind != "f" or np.all(np.abs(a - b)[finite] <= 1e-2 * scale):
            return None
    return f"{a.ravel()[:8]}, PyTorch's {b.ravel()[:8]}"
