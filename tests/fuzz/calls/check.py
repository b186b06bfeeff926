"""What must hold of a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import _core

from ...ops import peer as table_peer
from ...ops.check import errors
from ...ops.entry import FLOATS, Fixed, Sample, outputs, tensors
from ...ops.test_gradients import as_function, differentiable, gradients
from .. import peer
from .arrays import ELEMENTWISE
from .call import Call

FINEST = 1 << 40  # the work of every kernel is cut into the smallest pieces


def check(call: Call) -> str | None:
    """What is wrong with a call; None if nothing is."""
    return next(_wrong(call), None)


def _wrong(call: Call) -> Iterator[str]:
    op, sample = call.op, call.sample
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refusal = _refusal(lambda: op(tensors(sample, layout=call.layout())))
        by_numpy = _refusal(lambda: op.reference(*_plain(sample).args, **_plain(sample).kwargs))
        if refusal is not None or by_numpy is not None:
            if (refusal is None) != (by_numpy is None):
                yield f"fastgrad: {refusal or 'runs'}, NumPy: {by_numpy or 'runs'}"
            elif refusal is not None and not refusal.startswith(("ValueError", "IndexError", "TypeError")):
                yield f"fastgrad: {refusal}"
            return
        wrong = errors(op, sample, call.dtype, call.layout())
        if wrong:
            yield wrong
        yield from _same_bits(call)
        if op.no_gradient is None and call.dtype in FLOATS:
            yield from _same_gradients(call)
        if peer.torch is not None and call.dtype == "float64" and op.torch is not None:
            yield from _peers(call)


def _plain(sample: Sample) -> Sample:
    return sample.map(lambda a: np.array(a.array if isinstance(a, Fixed) else a))


def _refusal(f: Callable[[], Any]) -> str | None:
    try:
        with np.errstate(all="ignore"):
            f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _bits(results: Any) -> list[bytes]:
    return [np.asarray(r.detach()).tobytes() for r in outputs(results) if isinstance(r, fg.Tensor)]


def _same_bits(call: Call) -> Iterator[str]:
    """On several threads; of an elementwise function in any layout."""
    op, sample = call.op, call.sample
    threads, divisor = _core.num_threads(), _core.grain_divisor()
    try:
        _core.set_num_threads(1)
        alone = _bits(op(tensors(sample, layout=call.layout())))
        _core.set_num_threads(3)
        _core.set_grain_divisor(FINEST)
        if _bits(op(tensors(sample, layout=call.layout()))) != alone:
            yield "other bits on three threads"
    finally:
        _core.set_num_threads(threads)
        _core.set_grain_divisor(divisor)
    if op.name not in ELEMENTWISE:
        return
    if _bits(op(tensors(sample))) != alone:
        yield "other bits in another layout"
    for k, a in enumerate(sample.args):
        # Of two operands, or the one that may be a number; of a number alone it would be another dtype.
        if k and isinstance(a, np.ndarray) and a.ndim == 0 and isinstance(sample.args[0], np.ndarray):
            number = Sample(*sample.args[:k], a.item(), *sample.args[k + 1 :], **sample.kwargs)
            if _refusal(lambda given=number: op(tensors(given))) is None and _bits(op(tensors(number))) != alone:
                yield "other bits with a number in the place of a tensor"


def _same_gradients(call: Call) -> Iterator[str]:
    """Recorded or not, NaN and infinities included."""
    given, inputs = differentiable(call.sample, call.layout())
    function = as_function(call.op, given)
    found: list[list[np.ndarray | None]] = []
    random = np.random.default_rng(0)
    weights = [random.uniform(0.5, 1.5, r.shape) for r in function(*inputs)] if inputs else []
    for create_graph in (False, True):
        results = function(*inputs)
        if not inputs or not results:
            return
        starts = [fg.tensor(w.astype(call.dtype)) for w in weights]
        grads = fg.autograd.grad(list(results), inputs, starts, allow_unused=True, create_graph=create_graph)
        found.append([None if g is None else np.asarray(g.detach()) for g in grads])
    for plain, recorded in zip(*found, strict=True):
        if (plain is None) != (recorded is None):
            yield "a gradient is None, recorded or not"
        elif plain is not None and not _close(recorded, plain, call):
            yield f"recorded, a gradient is {_first_difference(recorded, plain)}"


def _close(got: np.ndarray, want: np.ndarray, call: Call) -> bool:
    if got.shape != want.shape or got.dtype != want.dtype:
        return False
    finite = np.isfinite(want)
    scale = max(float(np.abs(want[finite]).max(initial=0.0)), call.op.cancels)
    allowed = (64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)) * float(np.finfo(want.dtype).eps) * scale
    with np.errstate(all="ignore"):
        return bool(np.all((got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= allowed)))


def _first_difference(got: np.ndarray, want: np.ndarray) -> str:
    if got.shape != want.shape:
        return f"of shape {got.shape}, not {want.shape}"
    with np.errstate(all="ignore"):
        off = np.where((got == want) | (np.isnan(got) & np.isnan(want)), 0.0, np.abs(got - want))
    at = np.unravel_index(int(np.argmax(np.where(np.isnan(off), np.inf, off))), off.shape)
    return f"{got[at]!r} at {tuple(map(int, at))}, not {want[at]!r}"


def _peers(call: Call) -> Iterator[str]:
    """PyTorch's values and gradients, where everything is finite."""
    arrays = [getattr(a, "array", a) for a in call.sample.arrays()]
    if any(not a.size or not np.isfinite(a).all() or np.abs(a.astype(float)).max() > 1000 for a in arrays):
        return
    try:
        found = table_peer.computed(peer.torch, call.op, call.sample)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return  # what it refuses
    if found is None:
        return
    op, units = call.op, 64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)
    values = [np.asarray(r.detach()) for r in outputs(op(tensors(call.sample))) if isinstance(r, fg.Tensor)]
    for what, got, want in (("a value", values, found[0]), ("a gradient", gradients(op, call.sample), found[1])):
        for g, w in zip(got, want, strict=True):
            if not np.isfinite(w).all():
                continue
            scale = max(float(np.abs(w.astype(float)).max(initial=0.0)), op.cancels, 1e-3)
            if g.shape != w.shape or np.abs(g.astype(float) - w).max(initial=0.0) > units * 1.2e-16 * scale:
                yield f"{what} is {_first_difference(g, w)}, PyTorch says"
