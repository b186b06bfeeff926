"""Random programs of views and in-place writes give PyTorch's gradients.

A program draws operations over a growing pool of tensors; both libraries run it step by step. A step that either
refuses must be refused by both, and is skipped; at the end every tensor of the pool enters one sum, whose gradients
with respect to the leaves are compared. A value saved for backward and changed since is an error in both.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import fastgrad as fg

torch = pytest.importorskip("torch")

LEAVES = 3
STEPS = 12
VIEWS = ("getitem", "reshape", "swapaxes", "expand", "unsqueeze")
WRITES = (
    "setitem",
    "setitem_array",
    "iadd",
    "imul",
    "iadd_number",
    "imul_number",
    "square_",
    "copy_",
    "fill_",
    "shift",
    "zero_unrecorded",
)


def index_of(rng, shape):
    """A basic key: positive steps, as PyTorch wants them."""
    key = []
    for n in shape[: rng.randint(1, len(shape))]:
        kind = rng.random()
        if kind < 0.35:
            key.append(rng.randint(-n, n - 1))
        elif kind < 0.9:
            start = rng.randint(0, n - 1)
            key.append(slice(start, rng.randint(start + 1, n), rng.randint(1, 2)))
        else:
            key.append(slice(None))
        if rng.random() < 0.1:
            key.append(None)
    return tuple(key)


def array_index_of(rng, shape):
    """A key with an integer array among slices; its entries do not repeat, so that writing is defined."""
    key = [slice(None)] * len(shape)
    axis = rng.randrange(len(shape))
    n = shape[axis]
    key[axis] = rng.sample(range(-n, 0), rng.randint(1, n))
    return tuple(key)


def draw(rng, pool):
    """One step: its name and arguments; tensors are named by their place in the pool."""
    at = rng.randrange(len(pool))
    shape = tuple(pool[at].shape)
    other = rng.randrange(len(pool))
    name = rng.choice(
        [
            "getitem",
            "getitem",
            "reshape",
            "swapaxes",
            "expand",
            "unsqueeze",
            "multiply",
            "square",
            "clone",
            "detach",
            "split",
            "gather",
            "setitem",
            "setitem",
            "setitem",
            "setitem_array",
            "iadd",
            "imul",
            "iadd_number",
            "imul_number",
            "square_",
            "copy_",
            "fill_",
            "shift",
            "zero_unrecorded",
        ]
    )
    arguments = {}
    if name in ("getitem", "setitem") and shape:
        arguments["key"] = index_of(rng, shape)
    elif name in ("setitem_array", "gather") and shape:
        arguments["key"] = array_index_of(rng, shape)
    elif name == "reshape":
        arguments["shape"] = rng.choice([(-1,), shape[::-1], (1, *shape)])
    elif name == "swapaxes" and len(shape) > 1:
        arguments["axes"] = rng.sample(range(len(shape)), 2)
    elif name == "expand":
        arguments["shape"] = (2, *shape)
    elif (name == "shift" and shape and shape[0] > 1) or (name == "split" and shape and shape[0] > 1):
        pass
    elif name in ("getitem", "setitem", "setitem_array", "gather", "swapaxes", "shift", "split"):
        return "square", at, other, {}
    return name, at, other, arguments


def shares_memory(x, y):
    return x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()


def is_broadcast(x):
    return any(s == 0 and n > 1 for s, n in zip(x.strides, x.shape, strict=True))


def run_step(library, pool, step):
    """Runs one step; returns the tensors that it adds to the pool."""
    name, at, other, arguments = step
    x, y = pool[at], pool[other]
    if library is torch and name in ("setitem", "setitem_array", "copy_") and shares_memory(x, y):
        y = y.clone()  # ours behaves as if copied first
    if name == "getitem":
        return [x[arguments["key"]]]
    if name == "gather":
        return [x[arguments["key"]]]
    if name == "reshape":
        return [x.reshape(arguments["shape"])]
    if name == "swapaxes":
        return [x.swapaxes(*arguments["axes"])]
    if name == "expand":
        return [x.expand(*arguments["shape"])]
    if name == "unsqueeze":
        return [x.unsqueeze(0)]
    if name == "multiply":
        return [x * y]
    if name == "square":
        return [x * x]
    if name == "clone":
        return [x.clone()]
    if name == "detach":
        return [x.detach()]
    if name == "split":
        return list(fg.split(x, [1])) if library is fg else list(torch.tensor_split(x, [1]))
    if name in ("setitem", "setitem_array"):
        x[arguments["key"]] = y
    elif name == "iadd":
        x += y
    elif name == "imul":
        x *= y
    elif name == "iadd_number":
        x += 0.5
    elif name == "imul_number":
        x *= 1.5
    elif name == "square_":
        x.square_()
    elif name == "copy_":
        x.copy_(y)
    elif name == "fill_":
        x.fill_(0.25)
    elif name == "shift":
        x[1:] = x[:-1].clone() if library is torch else x[:-1]  # ours behaves as if copied first
    elif name == "zero_unrecorded":
        with library.no_grad():
            x *= 0.5
    return []


ERRORS = (RuntimeError, ValueError, IndexError, TypeError)


def attempt(library, pool, step):
    try:
        return run_step(library, pool, step), None
    except ERRORS as error:
        return [], error


def fill(library, values, requires_grad):
    return library.tensor(values, dtype=library.float64, requires_grad=requires_grad)


def total(pool, weights):
    return sum((t * w).sum() for t, w in zip(pool, weights, strict=True))


def run_program(seed):
    rng = random.Random(seed)
    numbers = np.random.default_rng(seed)
    shapes = [(3, 4), (4,), (2, 3, 2)]
    values = [numbers.uniform(0.5, 1.5, rng.choice(shapes)) for _ in range(LEAVES)]
    ours = [fill(fg, v, i < 2) for i, v in enumerate(values)]
    theirs = [fill(torch, v, i < 2) for i, v in enumerate(values)]
    leaves = (ours[:2], theirs[:2])
    # From the start the pool also holds what may be written to: a result, and memory without history.
    ours += [ours[0] * 2.0, fg.zeros(3, 4, dtype=fg.float64)]
    theirs += [theirs[0] * 2.0, torch.zeros(3, 4, dtype=torch.float64)]
    program, parts = [], set()
    for _ in range(STEPS):
        step = draw(rng, ours)
        if step[0] in WRITES and is_broadcast(ours[step[1]]):
            continue  # broadcast memory: we refuse every write to it, PyTorch allows some
        if step[0] in WRITES and step[1] in parts:
            continue  # refused by us, and by PyTorch's split; its tensor_split, which cuts as ours does, allows it
        if step[0] in ("iadd", "imul") and shares_memory(theirs[step[1]], theirs[step[2]]):
            continue  # PyTorch refuses some overlaps and computes nonsense in others
        expected, their_error = attempt(torch, theirs, step)
        made, error = attempt(fg, ours, step)
        program.append((step, error, their_error))
        if (error is None) != (their_error is None):
            return program, ("refusal", error, their_error)
        if step[0] == "split" or (step[0] in VIEWS and step[1] in parts):
            parts.update(range(len(ours), len(ours) + len(made)))
        ours += made
        theirs += expected
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            b.grad_fn  # noqa: B018 (renews a view's history, which PyTorch's check for leaves forgets to do)
            if a.requires_grad != b.requires_grad:
                return program, ("requires_grad", k, b.requires_grad)
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12, err_msg=f"{k} {program}")
    weights = [numbers.uniform(0.5, 1.5, tuple(t.shape)) for t in ours]
    try:
        total(theirs, [torch.tensor(w) for w in weights]).backward()
    except RuntimeError as error:
        their_error = error
    else:
        their_error = None
    try:
        total(ours, [fg.tensor(w) for w in weights]).backward()
    except RuntimeError as error:
        our_error = error
    else:
        our_error = None
    if (our_error is None) != (their_error is None):
        return program, ("backward", our_error, their_error)
    if our_error is None:
        for mine, wanted in zip(*leaves, strict=True):
            if (mine.grad is None) != (wanted.grad is None):
                return program, ("grad", mine.grad, wanted.grad)
            if mine.grad is not None and not np.allclose(mine.grad.numpy(), wanted.grad.numpy(), rtol=1e-9, atol=1e-12):
                return program, ("gradient", mine.grad, wanted.grad)
    return program, None


@pytest.mark.parametrize("block", range(10))
def test_random_programs_of_views_and_writes_have_pytorchs_gradients(block):
    for seed in range(block * 30, block * 30 + 30):
        program, difference = run_program(seed)
        assert difference is None, f"seed {seed}: {difference}\n" + "\n".join(map(str, program))
