"""Makes a program smaller while it fails in the same way: delta debugging (Zeller and Hildebrandt, 2002)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from .program import Program
from .run import mean, without

Fails = Callable[[Program], bool]


def shrunk(program: Program, fails: Fails, seconds: float = 20.0) -> Program:
    """The smallest program found in some seconds for which ``fails`` still holds."""
    end = time.monotonic() + seconds
    progress = True
    while progress:
        progress = False
        for smaller in candidates(program):
            if time.monotonic() > end:
                return program
            if _is_possible(smaller) and fails(smaller):
                program, progress = smaller, True
                break
    return program


def _is_possible(program: Program) -> bool:
    try:
        mean(program)
    except Exception:
        return False
    return True


def candidates(program: Program) -> Iterator[Program]:
    """Smaller programs, the much smaller ones first."""
    n = len(program.steps)
    size = n
    while size:
        for start in range(0, n, size):
            fewer = without(program, range(start, min(start + size, n)))
            if fewer is not None:
                yield fewer
        size //= 2
    for k in range(len(program.loss)):
        if len(program.loss) > 1:
            yield replace(program, loss=program.loss[:k] + program.loss[k + 1 :])
    used = {u for step in program.steps for u in step.uses} | set(program.loss)
    fewer = tuple(leaf for leaf in program.leaves if leaf.name in used)
    if len(fewer) < len(program.leaves) and any(leaf.requires_grad for leaf in fewer):
        part = tuple(name for name in program.part if any(leaf.name == name for leaf in fewer))
        wanted = tuple(leaf.name for leaf in fewer if leaf.requires_grad)
        yield replace(program, leaves=fewer, part=part or wanted)
    yield from _with_other_names(program)
    for k, step in enumerate(program.steps):
        if step.mode:
            yield _with_step(program, k, replace(step, mode=""))
    for k, leaf in enumerate(program.leaves):
        simple = np.arange(1.0, leaf.values.size + 1).reshape(leaf.values.shape)
        if not np.array_equal(leaf.values, simple):
            yield replace(program, leaves=(*program.leaves[:k], replace(leaf, values=simple), *program.leaves[k + 1 :]))


def _with_step(program: Program, k: int, step: object) -> Program:
    return replace(program, steps=(*program.steps[:k], step, *program.steps[k + 1 :]))


def _with_other_names(program: Program) -> Iterator[Program]:
    """An earlier tensor of the same shape in the place of what a step makes, or of what one uses."""
    shapes = {leaf.name: leaf.values.shape for leaf in program.leaves}
    for k, step in enumerate(program.steps):
        if len(step.makes) == 1:
            for other in [name for name, shape in shapes.items() if shape == step.shapes[0]]:
                names = {step.makes[0]: other}
                rest = tuple(s.renamed(names) for s in program.steps[k + 1 :])
                loss = tuple(dict.fromkeys(names.get(t, t) for t in program.loss))
                yield replace(program, steps=(*program.steps[:k], *rest), loss=loss)
        for i, u in enumerate(step.uses):
            for other, shape in shapes.items():
                if other == u:
                    break  # only earlier ones, or this would not end
                if shape == shapes[u]:
                    uses = (*step.uses[:i], other, *step.uses[i + 1 :])
                    yield _with_step(program, k, replace(step, uses=uses))
        shapes.update(zip(step.makes, step.shapes, strict=True))
