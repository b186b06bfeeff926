"""Lists, tuples and dicts of arrays as one vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad.ops.numpy.common import tensor_of
from fastgrad.utils.pytree import tree_flatten, tree_unflatten


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Return all numbers of a value in one vector, and the function that makes of such a vector a value like it."""
    leaves, structure = tree_flatten(value)
    tensors = [tensor_of(leaf) for leaf in leaves]
    sizes = [int(t.size) for t in tensors]

    def unflatten(vector: Any) -> Any:
        parts, before = [], 0
        for t, size in zip(tensors, sizes, strict=True):
            part = vector[before : before + size]
            parts.append(part.reshape(t.shape) if t.ndim else part[0])
            before += size
        return tree_unflatten(parts, structure)

    flat = fg.concat([t.reshape(-1) for t in tensors], 0) if tensors else fg.zeros(0, dtype=fg.float64)
    return flat, unflatten


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """Return a function of vectors instead of values like the example, how such a vector becomes a value, and the
    example's vector."""
    flat, unflatten = flatten(example)

    def of_vectors(vector: Any, *args: Any, **keywords: Any) -> Any:
        return flatten(func(unflatten(vector), *args, **keywords))[0]

    return of_vectors, unflatten, flat
