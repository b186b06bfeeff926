"""Whether fastgrad does what a program means: values, gradients, hooks, and the other ways to end it."""

from __future__ import annotations

import re
import sys
import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import fastgrad as fg

from .. import peer
from .program import Program
from .reference import RADIUS
from .run import Reference, Run, run, without
from .steps import is_broadcast

# What fastgrad says when it refuses a write, a hook, or a backward pass after a write.
REFUSALS = re.compile(
    r"in place|modified|no_grad|share memory|was broadcast|does not require|do not require|read-only|view|mark_dirty"
)
# What is refused when it is used, not when it is written to: who shares memory without sharing history.
STALE = re.compile(r"under no_grad|custom function")
# What fastgrad keeps for the gradient and PyTorch does not: that keeps the operands' difference, a copy of batches, the
# logarithms of probabilities, or the result, whose digits are not enough below 0.
KEEPS_MORE = re.compile(r"^(l1_loss: |matmul: a tensor of shape \(\d+, \d+, |expm1: |cross_entropy: )")
# PyTorch's einsum copies what it multiplies.
KEEPS_MORE_OF_EINSUM = re.compile(r"^matmul: ")
# What is refused for its memory alone. PyTorch's zero_ and index_put_ write to it.
OVERLAPS = "was broadcast"
WRITES = re.compile(r"_\(|[-+*/]=|\] = |\.data = |Double_")


@dataclass
class Finding:
    """What is wrong, and with which ending of the program."""

    what: str
    act: str

    def kind(self) -> str:
        """What findings of one cause have in common: the words."""
        return (
            f"{self.act}: "
            + re.sub(r"`.*?`|'.*?'|\[.*\]|\(.*\)|\b([a-d]|t\d+)\b|[-+.\d]+(e[-+]?\d+)?", "", self.what)[:70]
        )


@dataclass
class Verdict:
    finding: Finding | None = None
    refused: int = 0
    ended: str = "compared"


def _numbers(t: Any) -> np.ndarray:
    return np.asarray(t.detach())


def _differ(got: np.ndarray, want: np.ndarray, scale: float = 0.0, tolerance: float = 1e-9) -> bool:
    size = max(float(np.max(np.abs(want), initial=0.0)), scale, 1e-3)
    return got.shape != want.shape or not bool(np.all(np.abs(got - want) <= tolerance * size))


def _show(a: np.ndarray | None) -> str:
    return "None" if a is None else np.array2string(a, precision=8, separator=", ", threshold=30).replace("\n", " ")


def is_refusal(error: Exception) -> bool:
    return isinstance(error, (RuntimeError, ValueError)) and bool(REFUSALS.search(str(error)))


def keeps_more(error: Exception, program: Program) -> bool:
    """Whether what is refused needs what PyTorch does not keep."""
    text = str(error)
    multiplies = any("einsum" in step.text for step in program.steps)
    return bool(KEEPS_MORE.search(text) or (multiplies and KEEPS_MORE_OF_EINSUM.search(text)))


def check(program: Program, numbers: np.random.Generator) -> Verdict:
    """Runs a program every way; what is wrong with it, if anything."""
    first = run(program, fg)
    verdict = Verdict(refused=len(first.refused))

    def wrong(what: str, act: str = "backward") -> Verdict:
        return replace(verdict, finding=Finding(what, act))

    for k, error in first.refused.items():
        source = program.steps[k].source()
        if not is_refusal(error):
            return wrong(f"line `{source}` raises {type(error).__name__}: {error}")
        acts = WRITES.search(source) or any(word in source for word in ("hook", "retain", "backward"))
        if not acts and not STALE.search(str(error)):
            return wrong(f"line `{source}`, which writes to nothing, is refused: {error}")
    overlapping = [k for k, error in first.refused.items() if OVERLAPS in str(error)]
    excused = [*overlapping, *(k for k, error in first.refused.items() if keeps_more(error, program))]
    others = [k for k in first.refused if k not in excused]
    rest = without(program, excused)
    if others and rest is not None and peer_runs(rest):
        k = min(others)
        return wrong(f"PyTorch runs what is refused at `{program.steps[k].source()}`: {first.refused[k]}")
    plain = without(program, first.refused)
    if plain is None:
        return replace(verdict, ended="nothing left")
    again = run(plain, fg) if first.refused else first
    if again.refused:
        k, error = next(iter(again.refused.items()))
        return wrong(f"line `{plain.steps[k].source()}` is refused, but not after others were refused: {error}")
    reference = Reference(plain)
    for k in overlapping:
        if not is_broadcast(reference.plain.names[program.steps[k].uses[0]].value):
            return wrong(f"`{program.steps[k].source()}` writes to memory of its own: {first.refused[k]}")
    finite = not reference.plain.library.overflowed
    arrays = [reference.plain.names[name].value for name in plain.names()]  # what is small may be a difference of these
    biggest = max((float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in arrays), default=0.0)
    for name in plain.names():
        want, got = reference.plain.names[name], again.names[name]
        if not np.isfinite(want.value).all() or np.abs(want.value).max(initial=0.0) > 1e8:
            finite = False
        elif _differ(_numbers(got), want.value, biggest, tolerance=1e-11):
            return wrong(f"{name} is {_show(_numbers(got))}, not {_show(want.value)}")
        try:
            requires_grad = got.requires_grad
        except RuntimeError as error:  # PyTorch's way to refuse a view whose history was lost
            if not is_refusal(error):
                return wrong(f"{name}.requires_grad raises {error}")
            return replace(verdict, ended="refused backward")
        if requires_grad != want.requires_grad and not want.poisoned:
            return wrong(f"{name}.requires_grad is {requires_grad}")
    if not finite:
        return replace(verdict, ended="not finite")
    if again.loss is not None and not again.loss.requires_grad:
        return replace(verdict, ended="no history")
    return _check_derivatives(plain, again, reference, numbers, verdict)


def _check_derivatives(
    program: Program, first: Run, reference: Reference, numbers: np.random.Generator, verdict: Verdict
) -> Verdict:

    def wrong(what: str, act: str = "backward") -> Verdict:
        return replace(verdict, finding=Finding(what, act))

    writes = any(WRITES.search(step.source()) for step in program.steps)
    try:
        first.backward()
    except Exception as error:
        if reference.poisoned and is_refusal(error):
            return replace(verdict, ended="refused backward")
        if not is_refusal(error) or not writes:
            return wrong(f"backward raises {type(error).__name__}: {error}")
        if not keeps_more(error, program) and peer_runs(program):
            return wrong(f"PyTorch runs the backward pass that is refused: {error}")
        return replace(verdict, ended="refused backward")
    if reference.poisoned:
        return wrong("what was written to behind a view without history is used, and nothing says so")

    # Gradients of leaves.
    gradients = reference.gradients()
    biggest = max((float(np.abs(g + b).max(initial=0.0)) for g, b in gradients.values()), default=0.0)
    if not np.isfinite(biggest) or biggest > 1e8:
        return replace(verdict, ended="not finite")
    found: dict[str, np.ndarray | None] = {}
    for name, (last, before) in gradients.items():
        grad = first.names[name].grad
        found[name] = None if grad is None else _numbers(grad)
        got = np.zeros(last.shape) if grad is None else found[name]
        if grad is not None and grad.requires_grad:
            return wrong(f"{name}.grad carries a history")
        if _differ(got, last + before, biggest * 1e-3):
            return wrong(f"{name}.grad is {_show(found[name])}, not {_show(last + before)}")

    # What hooks saw and what was retained.
    seen = first.names.get("seen", [])
    for label, place, factor in reference.hooks:
        want = reference.derivative_at(place) * factor
        got = sum((_numbers(g) for at, g in seen if at == label), np.zeros(want.shape))
        if _differ(got, want, biggest * 1e-3):
            return wrong(f"the hook {label!r} sees {_show(got)}, not {_show(want)}")
    for array in reference.retained:
        name, want = reference.plain.name_of(array), reference.retained_gradient(array)
        grad = first.names[name].grad
        got = np.zeros(want.shape) if grad is None else _numbers(grad)
        if _differ(got, want, biggest * 1e-3):
            return wrong(f"{name}.grad, retained, is {_show(got)}, not {_show(want)}")

    # The other endings.
    for act in ENDINGS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                what = ENDINGS[act](program, run(program, fg), gradients, found, reference, numbers)
            except RuntimeError as error:  # where gradients are recorded
                detaches = any("detach_()" in step.text for step in program.steps)
                what = None if detaches and "detach_()" in str(error) else f"raises RuntimeError: {error}"
        if what is not None:
            return wrong(what, act)
    return verdict


def _gradients_of(loss: Any, names: Iterable[str], done: Run, **options: Any) -> dict[str, Any]:
    names = tuple(names)
    found = fg.autograd.grad(loss, [done.names[n] for n in names], allow_unused=True, **options)
    return dict(zip(names, found, strict=True))


def _compare_last(got: dict[str, Any], gradients: dict[str, tuple[np.ndarray, np.ndarray]]) -> str | None:
    biggest = max((float(np.abs(g).max(initial=0.0)) for g, _ in gradients.values()), default=0.0)
    for name, grad in got.items():
        value = np.zeros(gradients[name][0].shape) if grad is None else _numbers(grad)
        if _differ(value, gradients[name][0], biggest * 1e-3):
            return f"the gradient of {name} is {_show(value)}, not {_show(gradients[name][0])}"
    return None


def _grad(program: Program, done: Run, gradients: Any, found: Any, reference: Any, numbers: Any) -> str | None:
    got = _gradients_of(done.loss, program.part, done)
    if any(g is not None and g.requires_grad for g in got.values()):
        return "a gradient carries a history"
    return _compare_last(got, gradients)


def _recorded(program: Program, done: Run, gradients: Any, found: Any, reference: Any, numbers: Any) -> str | None:
    got = _gradients_of(done.loss, program.wanted(), done, create_graph=True)
    return _compare_last(got, gradients)


def _twice(program: Program, done: Run, gradients: Any, found: Any, reference: Any, numbers: Any) -> str | None:
    done.loss.backward(retain_graph=True)
    done.loss.backward()
    passes = reference.plain.library.passes  # of the steps, which are in the gradients once
    for name, (last, before) in gradients.items():
        grad = done.names[name].grad
        got = np.zeros(last.shape) if grad is None else _numbers(grad)
        if _differ(got, 2 * last + before, 1e-3 * float(np.abs(last).max(initial=0.0))):
            return f"after two passes {name}.grad is {_show(got)}, not {_show(2 * last + before)}"
        if not passes and grad is not None and not np.array_equal(got, 2 * found[name]):
            return f"two passes over one graph differ in {name}"
    return None


def _second(
    program: Program, done: Run, gradients: Any, found: Any, reference: Reference, numbers: np.random.Generator
) -> str | None:
    if any(factor != 1.0 for factor in reference.scales.values()):
        return None  # a rule may be written with the result or without it: a hook on it counts twice or once
    first = _gradients_of(done.loss, program.wanted(), done, create_graph=True)
    terms = [done.names["weigh"](g) for g in first.values() if g is not None and g.requires_grad]
    if not terms:
        second: dict[str, Any] = dict.fromkeys(first)
    else:
        try:
            second = _gradients_of(sum(terms[1:], terms[0]), program.wanted(), done)
        except RuntimeError as error:
            writes = any(WRITES.search(step.source()) for step in program.steps)
            if (is_refusal(error) and writes) or "detach_()" in str(error):
                return None
            if "@once_differentiable" in str(error) and any("Once." in step.text for step in program.steps):
                return None
            return f"the second pass raises {error}"
    w = {n: np.linspace(1.0, 2.0, g[0].size).reshape(g[0].shape) for n, g in gradients.items()}
    size = max((float(np.abs(_numbers(g)).max(initial=0.0)) for g in second.values() if g is not None), default=0.0)
    scale = max(size, max(float(np.abs(g[0]).max(initial=0.0)) for g in gradients.values()), 1.0)
    for _ in range(2):
        u = {n: numbers.uniform(-1.0, 1.0, g[0].shape) for n, g in gradients.items()}
        want = reference.curvature(u, w)
        got = sum(float((_numbers(g) * u[n]).sum()) for n, g in second.items() if g is not None)
        allowed = 1e-5 * max(scale, abs(want))
        if np.isfinite(want) and abs(got - want) > allowed:
            # Of large values rounding leaves something, next to poles what the differences neglect: either would be
            # another at another distance.
            other = reference.curvature(u, w, RADIUS / 2)
            if abs(got - want) <= allowed + 2.0 * abs(want - other):
                continue
            return f"the second derivative along a direction is {got:.9g}, not {want:.9g}"
    return None


def _threads(program: Program, done: Run, gradients: Any, found: Any, reference: Any, numbers: Any) -> str | None:
    """Two threads walk one graph, and each a graph of its own, at once."""
    every = program.wanted()
    own = [run(program, fg) for _ in range(2)]
    results: list[dict[str, Any]] = []
    errors: list[BaseException] = []
    start = threading.Barrier(4)

    def walk(r: Run) -> None:
        try:
            start.wait()
            for _ in range(3):
                results.append(_gradients_of(r.loss, every, r, retain_graph=True))
        except BaseException as error:
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=walk, args=(r,)) for r in (done, done, *own)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    finally:
        sys.setswitchinterval(interval)
    if errors:
        return f"in a thread: {type(errors[0]).__name__}: {errors[0]}"
    for got in results:
        for name, grad in got.items():
            expected = results[0][name]
            if (grad is None) != (expected is None) or (
                grad is not None and not np.array_equal(_numbers(grad), _numbers(expected))
            ):
                return (
                    f"gradients of {name} in several threads differ: {_show(None if grad is None else _numbers(grad))}"
                )
    return _compare_last(results[0], gradients)


def _inner(
    program: Program, done: Run, gradients: Any, found: Any, reference: Reference, numbers: np.random.Generator
) -> str | None:
    """With respect to a tensor that is no leaf, and was not written to: views are derived from their base then."""
    arrays = [(name, reference.plain.names[name]) for step in program.steps for name in step.makes]
    arrays = [(name, a) for name, a in arrays if a.requires_grad and 0 < a.value.size <= 12]
    places = [(name, 0) for name, a in arrays if not a.history.version and (name, 0) not in reference.scales]
    if not places:
        return None
    place = places[int(numbers.integers(len(places)))]
    (grad,) = fg.autograd.grad(done.loss, [done.names[place[0]]], allow_unused=True)
    want = reference.derivative_at(place, loss_alone=True)
    got = np.zeros(want.shape) if grad is None else _numbers(grad)
    biggest = max((float(np.abs(g).max(initial=0.0)) for g, _ in gradients.values()), default=0.0)
    if _differ(got, want, biggest * 1e-3):
        return f"the gradient of {place[0]} is {_show(got)}, not {_show(want)}"
    return None


ENDINGS = {
    "grad": _grad,
    "inner": _inner,
    "recorded": _recorded,
    "twice": _twice,
    "second": _second,
    "threads": _threads,
}


def peer_runs(program: Program) -> bool:
    """Whether PyTorch runs all of the program, backward pass included, and gives the reference's gradients."""
    if peer.torch is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = run(program, peer.Peer())
        if done.refused:
            return False
        try:
            done.backward()
        except Exception:
            return False
    reference = Reference(program)
    if reference.poisoned:
        return False
    for name, (last, before) in reference.gradients().items():
        grad = done.names[name].grad
        if _differ(np.zeros(last.shape) if grad is None else grad.numpy(), last + before):
            return False
    return True
