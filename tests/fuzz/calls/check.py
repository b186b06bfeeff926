"""What must hold of a call."""

from __future__ import annotations

import re
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
UNIT = 1.2e-16  # roundoff
BY_PRODUCTS = (2.0, 3.0, 0.5, -0.5, -1.0)  # powers with these numbers are products or roots, and rounded as such
NUDGE = 2.0**-40  # of arguments, to see how much results depend on their last digits


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
        if call.dtype == "float64":
            yield from _promoted(call)
        if peer.torch is not None and call.dtype == "float64" and op.torch is not None:
            yield from _peers(call)


def _plain(sample: Sample) -> Sample:
    return sample.map(lambda a: np.array(a.array if isinstance(a, Fixed) else a))


def _refusal(f: Callable[[], Any]) -> str | None:
    try:
        with np.errstate(all="ignore"):
            f()
    except Exception as error:
        return f"{_kind(error)}: {error}"
    return None


def _kind(error: Exception) -> str:
    """What NumPy calls an error of this kind: fastgrad.errors has classes that PyTorch's programs catch, too."""
    return next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins").__name__


def _bits(results: Any) -> list[bytes]:
    return [np.asarray(r.detach()).tobytes() for r in outputs(results) if isinstance(r, fg.Tensor)]


def _same_bits(call: Call) -> Iterator[str]:
    """On several threads; of an elementwise function in any layout."""
    op, sample = call.op, call.sample
    threads, divisor = _core.num_threads(), _core.grain_divisor()
    try:
        _core.set_num_threads(1)
        alone = _bits(op(tensors(sample, layout=call.layout())))
        _core.set_grain_divisor(FINEST)  # of it, long sums depend: it says into how many parts their length is cut
        in_order = _bits(op(tensors(sample, layout=call.layout())))
        _core.set_num_threads(3)
        if _bits(op(tensors(sample, layout=call.layout()))) != in_order:
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
        if op.name == "pow" and isinstance(a, np.ndarray) and a.ndim == 0 and a.item() in BY_PRODUCTS:
            continue
        if k and isinstance(a, np.ndarray) and a.ndim == 0 and isinstance(sample.args[0], np.ndarray):
            number = Sample(*sample.args[:k], a.item(), *sample.args[k + 1 :], **sample.kwargs)
            if _refusal(lambda given=number: op(tensors(given))) is None and _bits(op(tensors(number))) != alone:
                yield "other bits with a number in the place of a tensor"


def _gradients(
    call: Call, sample: Sample, layout: Callable[[np.ndarray], np.ndarray] | None = None, create_graph: bool = False
) -> list[np.ndarray | None]:
    """Of a weighed sum of the results, by each input that can have one."""
    given, inputs = differentiable(sample, layout)
    function = as_function(call.op, given)
    results = function(*inputs) if inputs else ()
    if not results:
        return []
    random = np.random.default_rng(0)
    starts = [fg.tensor(random.uniform(0.5, 1.5, r.shape)).astype(r.dtype, copy=False) for r in results]
    found = fg.autograd.grad(list(results), inputs, starts, allow_unused=True, create_graph=create_graph)
    return [None if g is None else np.asarray(g.detach()) for g in found]


def _same_gradients(call: Call) -> Iterator[str]:
    """Recorded or not, NaN and infinities included."""
    found = [_gradients(call, call.sample, call.layout(), create_graph) for create_graph in (False, True)]
    for i, (plain, recorded) in enumerate(zip(*found, strict=True)):
        if (plain is None) != (recorded is None):
            yield "a gradient is None, recorded or not"
        elif plain is not None and not _close(recorded, plain, call) and not _near(recorded, plain, call, i):
            yield f"recorded, a gradient is {_first_difference(recorded, plain)}"


def _near(got: np.ndarray, want: np.ndarray, call: Call, i: int) -> bool:
    """Whether gradient i may differ so much by the roundings of its way: as it moves when its arguments are rounded.

    A normalisation of values that lie close beside their mean loses digits with every rounding of it.
    """
    wide = call.sample.map(_widened)
    at, beside = (_gradients(call, sample, call.layout())[i] for sample in (wide, wide.map(_nudged)))
    assert at is not None
    assert beside is not None
    with np.errstate(all="ignore"):
        moved = np.abs(beside - at) / NUDGE
    return _close(got, want, call, float(moved[np.isfinite(moved)].max(initial=0.0)))


def _promoted(call: Call) -> Iterator[str]:
    """float32 and float64 together: as if all were float64, and each gradient has its leaf's dtype.

    In place the first keeps its dtype, so that it is the wide one. Networks' functions refuse it. Where each operand
    has a result of its own, nothing is promoted.
    """
    op = call.op
    count = sum(isinstance(a, np.ndarray) for a in call.sample.arrays())
    if count < 2 or op.name in ("broadcast_arrays", "meshgrid"):
        return
    at = iter(range(count))
    turn = call.size() % 2 if op.call is None else 1

    def narrow(a: Any) -> Any:
        return a.astype(np.float32) if isinstance(a, np.ndarray) and next(at) % 2 == turn else a

    with np.errstate(all="ignore"):
        mixed = call.sample.map(narrow)
    wide = mixed.map(lambda a: a.astype(np.float64) if isinstance(a, np.ndarray) else a)
    refusal = _refusal(lambda: op(tensors(mixed)))
    if op.name.startswith("nn.functional."):
        if refusal is None or not re.match("TypeError.*float32.*float64|TypeError.*float64.*float32", refusal):
            yield f"float32 and float64 together: {refusal or 'runs'}"
        return
    if refusal is not None:
        yield f"float32 and float64 together: {refusal}"
        return
    if _bits(op(tensors(mixed))) != _bits(op(tensors(wide))):
        yield "other bits with a float32 operand made float64 on the way"
    if op.no_gradient is not None:
        return
    leaves = [a for a in mixed.arrays() if isinstance(a, np.ndarray)]
    for leaf, got, want in zip(leaves, _gradients(call, mixed), _gradients(call, wide), strict=False):
        if (got is None) != (want is None):
            yield f"the gradient of a {leaf.dtype} operand is {got}"
        elif got is not None:
            with np.errstate(all="ignore"):
                want = want.astype(leaf.dtype)
            if got.dtype != leaf.dtype:
                yield f"the gradient of a {leaf.dtype} operand is {got.dtype}"
            elif not _close(got, want, call):
                yield f"the gradient of a {leaf.dtype} operand is {_first_difference(got, want)}"


def _close(got: np.ndarray, want: np.ndarray, call: Call, moved: float = 0.0) -> bool:
    if got.shape != want.shape or got.dtype != want.dtype:
        return False
    finite = np.isfinite(want)
    scale = max(float(np.abs(want[finite]).max(initial=0.0)), call.op.cancels)
    units = 64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)
    allowed = (units * scale + 16 * moved) * float(np.finfo(want.dtype).eps)
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
    """PyTorch's values and gradients, where everything is finite, and has a square, which its rules are made of."""
    arrays = [getattr(a, "array", a) for a in call.sample.arrays()]
    sizes = [np.abs(a.astype(float)) for a in arrays]
    if any(not a.size or not (((a > 1e-150) | (a == 0)) & (a <= 1000)).all() for a in sizes):
        return
    try:
        found = table_peer.computed(peer.torch, call.op, call.sample)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return  # what it refuses
    if found is None:
        return
    op, units = call.op, 64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)
    values = [np.asarray(r.detach()) for r in outputs(op(tensors(call.sample))) if isinstance(r, fg.Tensor)]
    nudged = None
    for k, (what, got) in enumerate((("a value", values), ("a gradient", gradients(op, call.sample)))):
        for i, (g, w) in enumerate(zip(got, found[k], strict=True)):
            if k and op.name in ELEMENTWISE and g.shape == values[0].shape:  # no number has no gradient
                g, w = (np.where(np.isfinite(values[0]), a, 0.0) for a in (g, w))
            if not np.isfinite(w).all():
                continue
            if k and op.name == "std" and not values[0].all():  # of equal values, whose mean it rounds to another one
                continue
            scale = max(float(np.abs(w.astype(float)).max(initial=0.0)), op.cancels, 1e-3)
            if g.shape != w.shape:
                yield f"{what} is {_first_difference(g, w)}, PyTorch says"
                continue
            off = np.abs(g.astype(float) - w)
            if off.max(initial=0.0) <= units * UNIT * scale:
                continue
            # What PyTorch may lose itself: as much as by rounding its arguments.
            if nudged is None:
                nudged = table_peer.computed(peer.torch, op, call.sample.map(_nudged)) or found
            with np.errstate(all="ignore"):
                moved = np.nan_to_num(np.abs(nudged[k][i].astype(float) - w))
            if not (off <= units * UNIT * (scale + moved / NUDGE)).all():
                yield f"{what} is {_first_difference(g, w)}, PyTorch says"


def _widened(a: Any) -> Any:
    if isinstance(a, Fixed):
        return Fixed(_widened(a.array))
    return a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


def _nudged(a: Any) -> Any:
    """Up and down in turn along each axis: what scales all alike changes no normalisation."""
    if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
        return a
    return np.asarray(a * (1.0 + NUDGE * (-1.0) ** np.indices(a.shape).sum(axis=0)))
