"""The gradient of `ctc_loss` in plain operations, where it is to be differentiated in its turn."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad.ops.choose import clip, maximum, where
from fastgrad.ops.compare import logical_and
from fastgrad.ops.creation import arange, asarray, full
from fastgrad.ops.index import one_hot, take_along_axis
from fastgrad.ops.join import concat, stack
from fastgrad.ops.math import exp, log

# The logarithm of what does not happen: far enough below all others, and finite, so that differences of two are
# numbers.
_NEVER = -1e30


def _log_add(a: Tensor, b: Tensor | float, c: Tensor | float) -> Tensor:
    centre = maximum(maximum(a, b), c).detach()
    return log(exp(a - centre) + exp(b - centre) + exp(c - centre)) + centre


def _moved(line: Tensor, by: int) -> Tensor:
    """The states' line moved by so many states, forwards or backwards."""
    width = line.shape[1]
    left = max(width - abs(by), 0)
    never = full((line.shape[0], width - left), _NEVER, dtype=line.dtype)
    return concat([never, line[:, :left]] if by > 0 else [line[:, width - left :], never], axis=1)


def recorded_gradient(
    g: Tensor, x: Tensor, targets: Tensor, steps: Tensor, labels: Tensor, blank: int, zero_infinity: bool
) -> Tensor:
    """What the kernel computes (src/kernels/loss/loss_ctc.cpp says it), of all samples at once."""
    length, count = x.shape[:2]
    most = int(labels.max()) if count else 0
    if count == 0 or length == 0:
        return x * 0.0
    if targets.ndim == 1:  # one behind the other, so that each begins where those before it end
        begins = asarray(labels.numpy().cumsum() - labels.numpy())
        places = begins.unsqueeze(1) + arange(most)
        targets = targets[clip(places, max=targets.shape[0] - 1)] if targets.shape[0] else places
    own = arange(most) < labels.unsqueeze(1)
    targets = where(own, targets[:, :most], blank)
    blanks = full(targets.shape, blank, dtype=targets.dtype)
    # blank, y1, blank, ..., yS, blank
    emits = concat(
        [stack([blanks, targets], axis=2).reshape((count, 2 * most)), full((count, 1), blank, dtype=targets.dtype)],
        axis=1,
    )
    state, last = arange(2 * most + 1), (labels * 2).unsqueeze(1)
    exists = state <= last
    differs = concat([emits[:, :2] < 0, emits[:, 2:] != emits[:, :-2]], axis=1)
    past = logical_and(logical_and(differs, state % 2 == 1), exists)  # reached past its neighbour
    emitted = take_along_axis(clip(x, min=_NEVER), emits + arange(length).reshape((length, 1, 1)) * 0, axis=2)
    emitted = where(exists, emitted, _NEVER)
    line = where(state < 2, emitted[0], _NEVER)
    forward = [line]
    for t in range(1, length):
        line = _log_add(line, _moved(line, 1), where(past, _moved(line, 2), _NEVER)) + emitted[t]
        forward.append(line)
    alpha = stack(forward)
    ends = logical_and(state >= last - 1, exists)
    line, backward = full(emits.shape, _NEVER, dtype=x.dtype), list[Tensor]()
    for t in range(length - 1, -1, -1):
        sums = _log_add(line, _moved(line, -1), _moved(where(past, line, _NEVER), -2))
        line = where((steps == t + 1).unsqueeze(1), where(ends, 0.0, _NEVER), sums) + emitted[t]
        backward.append(line)
    beta = stack(backward[::-1])
    at_end = take_along_axis(alpha, (clip(steps - 1, min=0).reshape((1, count, 1)) + state * 0), axis=0)[0]
    never = full((count, 1), _NEVER, dtype=x.dtype)
    label = where(last > 0, take_along_axis(at_end, clip(last - 1, min=0), axis=1), never)
    total = -_log_add(take_along_axis(at_end, last, axis=1), label, never)
    inside = (arange(length).unsqueeze(1) < steps).unsqueeze(2)
    chances = where(logical_and(inside, exists), exp(alpha + beta + total - emitted), 0.0)
    found = (chances.permute((1, 0, 2)) @ one_hot(emits, x.shape[2], dtype=x.dtype)).permute((1, 0, 2))
    impossible = total > -_NEVER / 2
    nothing = 0.0 if zero_infinity else float("nan")
    gradient = where(impossible, nothing, exp(x) - found)
    return where(inside, gradient * g.unsqueeze(1), 0.0)
