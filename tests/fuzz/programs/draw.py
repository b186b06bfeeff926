"""Draws programs. The reference runs along, so that each line is possible and its numbers stay moderate."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .program import Leaf, Program, Step
from .reference import CUSTOM, Array, Library, weigh
from .run import compiled, grad_mode
from .steps import KINDS, MODES, Impossible, broadcasts, is_broadcast

SHAPES = ((), (1,), (2,), (3,), (4,), (2, 2), (2, 3), (3, 2), (1, 3), (2, 1), (2, 1, 2), (2, 2, 2), (2, 3, 2))
MOST = 24  # elements of a tensor


class Draw:
    """One program in the making."""

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)
        self.counter = itertools.count()
        self.steps: list[Step] = []
        self.passed = False  # a backward pass among the steps: hooks come before it
        pick = self.random
        related = pick.choice(SHAPES[4:])  # leaves of related shapes meet more often
        shapes = [related if pick.random() < 0.5 else pick.choice(SHAPES) for _ in range(pick.randint(2, 4))]
        self.leaves = tuple(
            Leaf(name, self._values(shape), requires_grad=k == 0 or pick.random() < 0.8)
            for k, (name, shape) in enumerate(zip("abcd", shapes, strict=False))
        )
        self._replay()

    def _values(self, shape: tuple[int, ...]) -> np.ndarray:
        n = int(np.prod(shape))
        return np.array([round(self.random.uniform(-1.5, 1.9), 2) or 0.5 for _ in range(n)]).reshape(shape)

    def _replay(self) -> None:
        """Run all steps from the start."""
        self.library = Library()
        self.names: dict[str, Any] = {"fg": self.library, "weigh": weigh, "scale": lambda *a: a, **CUSTOM}
        for leaf in self.leaves:
            self.names[leaf.name] = self.library.leaf(leaf.name, leaf.values, leaf.requires_grad)
        for step in self.steps:
            self._execute(step)

    def _execute(self, step: Step) -> None:
        with np.errstate(all="ignore"), grad_mode(self.library, step.mode):
            exec(compiled(step.source()), self.names)

    # -- choosing

    def arrays(self) -> dict[str, Array]:
        return {name: a for name, a in self.names.items() if isinstance(a, Array)}

    def any(self, fits: Callable[[Array], bool] = lambda a: True) -> str:
        """A tensor; later ones are likelier."""
        names = [name for name, a in self.arrays().items() if fits(a)]
        if not names:
            raise Impossible
        weights = [1.0 + 2.0 * k / len(names) for k in range(len(names))]
        return self.random.choices(names, weights)[0]

    def writable(self, fits: Callable[[Array], bool] = lambda a: True) -> str:
        """A tensor that may most often be written to: no leaf, no view of one, not broadcast."""
        if self.random.random() < 0.04:
            return self.any(fits)
        leaves = [self.names[leaf.name] for leaf in self.leaves if leaf.requires_grad]

        def free(a: Array) -> bool:
            shared = any(np.may_share_memory(a.value, leaf.value) for leaf in leaves)
            return not shared and not is_broadcast(a.value) and fits(a)

        return self.any(free)

    def is_alone(self, name: str) -> bool:
        """Whether no other tensor shares its memory."""
        value = self.names[name].value
        return not any(other != name and np.may_share_memory(a.value, value) for other, a in self.arrays().items())

    def beside(self, name: str) -> str:
        """A tensor that broadcasts to a tensor's shape."""
        shape = self.names[name].shape
        return self.any(lambda a: broadcasts(a.shape, shape))

    def shape(self, name: str) -> tuple[int, ...]:
        return self.names[name].shape

    def number(self) -> float:
        return self.random.choice([0.5, 2.0, -1.0, 1.5, -0.75])

    def axis(self, name: str) -> int:
        n = len(self.shape(name))
        if n == 0:
            raise Impossible
        return self.random.randrange(-n, n)

    # -- keys

    def basic_key(self, shape: tuple[int, ...]) -> str:
        pick, parts = self.random, []
        for n in shape[: pick.randint(0, len(shape))]:
            kind = pick.random()
            if kind < 0.3 and n:
                parts.append(str(pick.randrange(-n, n)))
            elif kind < 0.75 and n:
                start = pick.randrange(n)
                stop = pick.randint(start + 1, n)
                step = pick.choice(["", "", ":2"])
                parts.append(f"{start or ''}:{stop if stop < n else ''}{step}")
            elif kind < 0.85:
                parts.append("::-1")
            else:
                parts.append(":")
        if pick.random() < 0.12:
            parts.insert(pick.randint(0, len(parts)), "None")
        if pick.random() < 0.12 or not parts:
            parts.insert(pick.choice([0, len(parts)]), "...")
        return ", ".join(parts)

    def array_key(self, shape: tuple[int, ...], repeats: bool) -> str:
        pick = self.random
        if not shape or 0 in shape:
            return f"fg.tensor({pick.random() < 0.7})"
        kind = pick.random()
        if kind < 0.25:  # a mask of some leading axes
            mask = np.array([pick.random() < 0.6 for _ in range(int(np.prod(shape)))]).reshape(shape)
            if len(shape) > 1 and pick.random() < 0.5:
                mask = mask[(slice(None),) + (0,) * (len(shape) - 1)]
            return f"fg.tensor({mask.tolist()})"
        if kind < 0.3:
            return f"fg.tensor({pick.random() < 0.7})"
        at = pick.randrange(len(shape))
        count = pick.randint(1, 3)
        places = self.places(shape[at], count, repeats)
        parts = [":"] * at + [str(places)]
        if at + 1 < len(shape) and pick.random() < 0.4:  # a second array, or an integer
            n = shape[at + 1]
            parts.append(str(self.places(n, len(places), True)) if pick.random() < 0.6 else str(pick.randrange(-n, n)))
        if at and pick.random() < 0.3:
            parts[0] = str(pick.randrange(shape[0]))
        if pick.random() < 0.1:
            parts.insert(0, "None")
        return ", ".join(f"fg.tensor({p})" if p.startswith("[") and pick.random() < 0.5 else p for p in parts)

    def places(self, n: int, count: int, repeats: bool) -> list[int]:
        if repeats and self.random.random() < 0.5:
            return [self.random.randrange(-n, n) for _ in range(count)]
        return [p - (n if self.random.random() < 0.3 else 0) for p in self.random.sample(range(n), min(n, count))]

    def key(self, shape: tuple[int, ...], repeats: bool = True) -> str:
        return self.array_key(shape, repeats) if self.random.random() < 0.4 else self.basic_key(shape)

    # -- the program

    def step(self) -> None:
        """Adds a step."""
        for _ in range(60):
            kind = self.random.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
            try:
                text, uses, makes = KINDS[kind][0](self)
            except (Impossible, IndexError):  # keys of which the arrays do not fit
                continue
            mode = self.random.choices(["", "no_grad", "enable_grad"], [0.9, 0.08, 0.02])[0]
            mode = MODES.get(kind, mode)
            step = Step(text, uses, tuple(f"t{next(self.counter)}" for _ in range(makes)), (), mode, kind)
            if self._try(step):
                self.passed |= kind == "backward"
                return

    def _try(self, step: Step) -> bool:
        try:
            self._execute(step)
            ok = all(
                np.isfinite(a.value).all() and np.abs(a.value).max(initial=0.0) < 50 and a.value.size <= MOST
                for a in self.arrays().values()
            )
        except (ValueError, IndexError, TypeError, AttributeError):
            ok = False
        if ok:
            shapes = tuple(self.names[name].shape for name in step.makes)
            self.steps.append(Step(step.text, step.uses, step.makes, shapes, step.mode, step.kind))
        else:
            self._replay()
        return ok

    def program(self) -> Program:
        for _ in range(self.random.randint(4, 16)):
            self.step()
        useful = [name for name, a in self.arrays().items() if a.requires_grad]
        loss = self.random.sample(useful, min(len(useful), self.random.randint(1, 4)))
        for name in [n for n in reversed(list(self.arrays())) if n in useful][:2]:
            if name not in loss:
                loss.append(name)
        wanted = [leaf.name for leaf in self.leaves if leaf.requires_grad]
        part = self.random.sample(wanted, self.random.randint(1, len(wanted)))
        return Program(self.leaves, tuple(self.steps), tuple(loss), tuple(part))


def draw(seed: int | str) -> Program:
    return Draw(seed).program()
