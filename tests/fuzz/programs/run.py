"""Runs programs: on fastgrad, on the reference, on PyTorch where it is installed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from .. import peer
from .program import Program
from .reference import CUSTOM, RADIUS, Array, Library, weigh


@lru_cache(maxsize=20000)
def compiled(source: str) -> CodeType:
    return compile(source, "<program>", "exec")


@contextlib.contextmanager
def grad_mode(library: Any, mode: str) -> Any:
    if not mode:
        yield
    elif mode == "no_grad":
        with library.no_grad():
            yield
    else:
        with library.no_grad(), library.enable_grad():
            yield


@dataclass
class Run:
    """What became of a program up to its loss."""

    names: dict[str, Any]
    refused: dict[int, Exception] = field(default_factory=dict)
    loss: Any = None
    error: Exception | None = None  # instead of a loss

    def backward(self) -> None:
        if self.error is not None:
            raise self.error
        self.loss.backward()


def run(program: Program, library: Any) -> Run:
    """Runs the steps on fastgrad or PyTorch; a step that is refused, and what depends on it, is left out."""
    names: dict[str, Any] = {"fg": library}
    exec(compiled(program.helpers()), names)
    for leaf in program.leaves:
        names[leaf.name] = library.tensor(leaf.values, dtype=library.float64, requires_grad=leaf.requires_grad)
    done = Run(names)
    for k, step in enumerate(program.steps):
        if any(u not in names for u in step.uses):
            continue
        try:
            source = step.source()
            if isinstance(library, peer.Peer):
                source = peer.translated(source)
                for u in step.uses:
                    names[u].grad_fn  # noqa: B018 (it crashes in a hook on a view whose history must be renewed)
            with grad_mode(library, step.mode):
                exec(compiled(source), names)
        except Exception as error:
            done.refused[k] = error
    try:
        terms = [names["weigh"](names[t]) for t in program.loss if t in names]
        done.loss = sum(terms[1:], terms[0])
    except Exception as error:
        done.error = error
    return done


def without(program: Program, refused: Iterable[int]) -> Program | None:
    """The program less these steps, and less what depends on them."""
    gone, kept = set(refused), []
    known = {leaf.name for leaf in program.leaves}
    for k, step in enumerate(program.steps):
        if k not in gone and all(u in known for u in step.uses):
            kept.append(step)
            known.update(step.makes)
    loss = tuple(t for t in program.loss if t in known)
    return replace(program, steps=tuple(kept), loss=loss) if loss else None


# ---- the reference ---------------------------------------------------------------------------------------------------

Place = tuple[str, int]  # a tensor, and which version of its history


@dataclass
class Meaning:
    """What a program means up to its loss."""

    library: Library
    names: dict[str, Any]
    loss: Array

    def name_of(self, array: Array) -> str:
        return next(name for name, value in self.names.items() if value is array)


def mean(
    program: Program,
    order: int = 1,
    directions: dict[str, np.ndarray] | None = None,
    scales: dict[Place, float] | None = None,
    probe: tuple[Place, np.ndarray] | None = None,
    radius: float = RADIUS,
) -> Meaning:
    """Runs the program on the reference."""
    library = Library(order, directions, radius)
    names: dict[str, Any] = {"fg": library, "weigh": weigh, "scale": lambda label, c: (label, c), **CUSTOM}
    changes = {**(scales or {})}
    settled: set[Place] = set()

    def settle() -> None:
        arrays = [(name, a) for name, a in names.items() if isinstance(a, Array)]
        for name, a in sorted(arrays, key=lambda pair: not pair[1].is_base):
            place = (name, a.history.version)
            if place not in settled:
                settled.add(place)
                if place in changes:
                    a.scale(changes[place])
                if probe is not None and probe[0] == place:
                    a.probe(probe[1])

    for leaf in program.leaves:
        names[leaf.name] = library.leaf(leaf.name, leaf.values, leaf.requires_grad)
    careful = bool(changes) or probe is not None
    if careful:
        settle()
    with np.errstate(all="ignore"):
        for step in program.steps:
            with grad_mode(library, step.mode):
                exec(compiled(step.source()), names)
            if careful:
                settle()
        terms = [weigh(names[t]) for t in program.loss]
        return Meaning(library, names, sum(terms[1:], terms[0]))


class Reference:
    """A program's values, derivatives and what its hooks see."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.plain = mean(program)
        self.scales: dict[Place, float] = {}
        self.hooks: list[tuple[str, Place, float]] = []  # label, place, by what earlier hooks scaled
        for array, version, label, factor in self.plain.library.hooks:
            place = (self.plain.name_of(array), version)
            self.hooks.append((label, place, self.scales.get(place, 1.0)))
            self.scales[place] = self.scales.get(place, 1.0) * factor
        self.retained: list[Array] = []
        for array, version in self.plain.library.retained:
            if array not in self.retained and (array.is_base or version == array.history.version):
                self.retained.append(array)

    @property
    def poisoned(self) -> bool:
        return self.plain.loss.poisoned or self.plain.library.poisoned

    def gradients(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By leaf: of the loss, and of what the steps' own backward passes sum up."""
        found = {}
        for leaf in self.program.leaves:
            if leaf.requires_grad:
                last, before = np.zeros(leaf.values.shape), np.zeros(leaf.values.shape)
                for at in np.ndindex(leaf.values.shape):
                    direction = np.zeros(leaf.values.shape)
                    direction[at] = 1.0
                    m = mean(self.program, 1, {leaf.name: direction}, self.scales)
                    last[at], before[at] = m.loss.series[0], m.library.accumulated
                found[leaf.name] = (last, before)
        return found

    def derivative_at(self, place: Place, loss_alone: bool = False) -> np.ndarray:
        """Of everything that is differentiated, or of the loss, with respect to a tensor."""
        found = self._derivatives(place)
        return found[..., -1] if loss_alone else found.sum(axis=-1)

    def _derivatives(self, place: Place) -> np.ndarray:
        """With respect to a tensor; along the last axis those of each of the steps' passes, and of the loss."""
        shape = self.plain.names[place[0]].shape
        found = np.zeros((*shape, len(self.plain.library.passes) + 1))
        for at in np.ndindex(shape):
            direction = np.zeros(shape)
            direction[at] = 1.0
            m = mean(self.program, 1, None, self.scales, (place, direction))
            found[at] = [value for value, _ in m.library.passes] + [m.loss.series[0]]
        return found

    def retained_gradient(self, array: Array) -> np.ndarray:
        """What each pass adds to the gradient of who retains it: that of its value at that time."""
        name, total = self.plain.name_of(array), np.zeros(array.shape)
        versions = [versions.get(array) for _, versions in self.plain.library.passes] + [array.history.version]
        for version in sorted({v for v in versions if v is not None}):
            found = self._derivatives((name, version)) * self.scales.get((name, version), 1.0)
            total += found[..., [k for k, v in enumerate(versions) if v == version]].sum(axis=-1)
        return total

    def curvature(self, u: dict[str, np.ndarray], w: dict[str, np.ndarray], radius: float = RADIUS) -> float:
        """The second derivative of the loss along two directions."""

        def along(sign: float) -> float:
            direction = {name: u[name] + sign * w[name] for name in u}
            return 2.0 * float(mean(self.program, 2, direction, self.scales, radius=radius).loss.series[1])

        return (along(1.0) - along(-1.0)) / 4.0
