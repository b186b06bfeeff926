"""Whether a bad call ends as it should: with PyTorch's result, or with a clear error that has changed nothing."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np

import fastgrad as fg
from fastgrad import errors

from ...parity.case import Stepping
from ..peer import torch
from .call import Call, On, Outcome, run

NORMALISED = re.compile("(?i)(layer|batch|group|instance)_?norm")  # with whose variance 1e-5 is added
NATURAL = (
    *(TypeError, ValueError, IndexError, RuntimeError, KeyError, OverflowError, NotImplementedError, MemoryError),
    *(getattr(errors, name) for name in errors.__all__),
)

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
UNDECIDED = re.compile(
    r"ln_structured: .*\['n'\] (0|-?\(?2\*\*63)"
    r"|(?i:ln_structured|lp_?pool|normalize|grad_norm|total_norm|dist|triplet).*: .*-1e-300"
    r"|RMSprop: .*\['alpha'\] 0\.0"
)
# Members and bad values of which PyTorch's answer is wrong, so that nothing is to be learnt from it.
FAULTS = [
    # It negates targets, and takes 1 from weights, in their own dtype, where an unsigned -1 is 255. Here they have the
    # input's dtype first.
    (re.compile("(?i)loss|entropy"), re.compile("uint8")),
    # Of a target that holds the blank, which it asks not to be, its gradient leaves out paths.
    (re.compile("(?i)ctc"), re.compile(r"inputs\[[14]\]|blank|args|left out")),
    # Padding "same" is that of the first axes where a dilation, or a kernel's size, is a list of one.
    (re.compile(r"Conv[123]d$"), re.compile(r"\[2\]|one less")),
    # Of integers it takes means that are integers.
    (re.compile("(?i)local_?response|lp_?pool"), re.compile("int")),
    # A batch of no values does not broadcast the queries'.
    (re.compile("scaled_dot_product"), re.compile("of length 0")),
    # Which of several values for one place stays is left to chance.
    (re.compile("(?i)max_?unpool"), re.compile(r"inputs\[1\]")),
    # The mean of no losses is what the memory held.
    (re.compile("(?i)multi_?label_?margin"), re.compile("of length 0")),
    # Where a length stays or doubles by a factor that is not 1 or 2, its nearest neighbours are one thing for images,
    # another for lines and volumes, and a third in gradients (tests/parity/resample.py leaves such factors out).
    (re.compile("(?i)upsampl.*nearest|interpolate nearest"), re.compile("shorter|longer|scale|without axis|axis more")),
    # It returns what holds nothing as it is.
    (re.compile("(?i)pixel_?(un)?shuffle"), re.compile("of length 0")),
]
# What random numbers have a part in.
RANDOM = re.compile(r"(?i)dropout|rrelu|lazy|fractional|gumbel")


def check(call: Call) -> tuple[str, str] | None:
    """What is wrong, as a kind and in words; None where nothing is.

    Parameters
    ----------
    call : Call
    """
    found = run(fg, call)
    return _compared(call, found) if found.error is None else unclear(call, found)


def unclear(call: Call, found: Outcome) -> tuple[str, str] | None:
    """What is wrong with the error that a call has ended with; None where nothing is, or there was none."""
    error = found.error
    if error is None:
        return None
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
    begin = re.match(r"[\w.]+(?=: | is )", message)  # what a layer is made of: "linear: ..."
    return begin is not None and plain(begin.group().rpartition(".")[2]) in KNOWN


def _compared(call: Call, found: Outcome) -> tuple[str, str] | None:
    """What was answered is what PyTorch answers, where it answers."""
    if torch is None or RANDOM.search(call.case.name) or EDGES.search("".join(call.bad)):
        return None
    if UNDECIDED.search(f"{call.case.name}: {'; '.join(call.bad)}"):
        return None
    if _ends_pytorch(call, found):
        return None
    mode = {"mode": "nearest", **call.given.kwargs, **call.given.options}["mode"]
    names, spoiled = (call.case.name, f"{call.case.name} {mode}"), "".join(call.bad)
    if any(bad.search(spoiled) and any(map(member.search, names)) for member, bad in FAULTS):
        return None
    try:
        theirs = run(torch, call)
    except Exception:
        return None
    if theirs.error is not None:
        return None
    extra = found.arrays[len(theirs.arrays) :]
    if len(found.arrays) < len(theirs.arrays) or any(gradient.any() for gradient in extra):
        return "differs", f"{len(found.arrays)} results, PyTorch {len(theirs.arrays)}"
    for i, (a, b) in enumerate(zip(found.arrays, theirs.arrays, strict=False)):  # gradients of 0 may be none there
        what = _difference(a, b)
        if what is not None and not _is_rounding(call, i, a, b):
            return "differs", f"result {i}: {what}"
    return None


def _ends_pytorch(call: Call, found: Outcome) -> bool:
    """Whether PyTorch would end the process: the gradient of its pdist reads what an empty tensor has not, that of its
    max pooling writes behind the input where a window holds padding alone."""
    if re.search("(?i)max_?pool", call.case.name):
        return any(np.isneginf(array).any() for array in found.arrays[:1])
    if call.case.name != "nn.functional.pdist":
        return False
    made = On(fg).made(call.given.inputs)
    return any(isinstance(x, fg.Tensor) and not x.size for x in made)


def _is_rounding(call: Call, i: int, a: np.ndarray, b: np.ndarray) -> bool:
    """Whether PyTorch's float32 is as far from its float64: gradients that cancel, divided by a small variance, say."""
    with suppress(Exception):
        exact = run(torch, call, "float64").arrays[i]
        if isinstance(call.case, Stepping) and call.case.closure:  # a comparison decides where a search ends
            a = run(fg, call, "float64").arrays[i]
        if a.shape == b.shape == exact.shape:
            finite = np.isfinite(exact)
            with np.errstate(all="ignore"):
                theirs = np.abs(b - exact)[finite].max(initial=0.0)
                if NORMALISED.search(call.case.name):  # an ulp of the values, divided by their variance, at least 1e-5
                    ours = run(fg, call, "float64").arrays[i]
                    if np.all(np.abs(ours - exact)[finite] <= 1e-6) and np.all(np.abs(a - exact)[finite] <= 0.04):
                        return True
                scale = np.abs(exact[finite]).max(initial=1e-2)  # of 0, 1e-4: an ulp, divided by the least deviation
                return bool(np.all(np.abs(a - exact)[finite] <= 1e-2 * scale + 10.0 * theirs))
    return False


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
