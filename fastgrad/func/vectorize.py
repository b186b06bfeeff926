"""A function called over an axis of its arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import fastgrad as fg
from fastgrad._arguments import check_callable, check_instance
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.func.derivatives import as_tensor
from fastgrad.utils.pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Make the function that calls another for each place along an axis of its arguments, and stacks what it returns.

    Parameters
    ----------
    func : callable
        Of tensors, or trees of them; returns tensors, or a tree of them.
    in_dims : int, None, or tree of them, default 0
        The axis of each argument; None: the whole for each call. An int is for all, a tuple has one for each argument.
    out_dims : int, None or tree of them, default 0
        Where the axis is in what is returned.
    randomness : {"error", "different", "same"}, default "error"
        "same": every call draws the same numbers. "different": each draws its own. "error": none may draw from the
        default generator.
    chunk_size : int, optional
        Changes nothing.

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        If the axes have different lengths, there is none, or it is not there.
    RuntimeError
        If the function draws numbers, and `randomness` does not say which.

    Notes
    -----
    It is a loop: the function is called as often as the axis is long, so that it may do whatever Python does, and
    costs what these calls cost. What is written as operations on whole batches is faster.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import grad, vmap
    >>> x = fg.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> vmap(lambda a, b: (a * b).sum(), in_dims=(0, None))(x, fg.tensor([1.0, 10.0])).tolist()
    [21.0, 43.0]
    >>> vmap(grad(lambda a: (a**2).sum()))(x).tolist()
    [[2.0, 4.0], [6.0, 8.0]]
    """
    check_callable(func, "vmap", "func")
    check_instance(randomness, str, "vmap", "randomness")
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"vmap: randomness must be 'error', 'different' or 'same', got {randomness!r}")

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        places = _spread(in_dims, args, "in_dims")
        words = tree_map(lambda leaf: 0 if isinstance(leaf, Tensor) else None, kwargs)
        leaves, form = tree_flatten((list(args), kwargs))
        axes = [*places, *tree_leaves(words)]
        lengths: dict[int, Tensor] = {}
        for leaf, axis in zip(leaves, axes, strict=True):
            if axis is None:
                continue
            if not isinstance(leaf, Tensor):
                raise TensorValueError(
                    f"vmap: in_dims has an axis for a {type(leaf).__name__}, and only tensors have axes"
                )
            if not -leaf.ndim <= axis < leaf.ndim:
                raise TensorValueError(f"vmap: in_dims has axis {axis} for a tensor of shape {tuple(leaf.shape)}")
            lengths.setdefault(leaf.shape[axis], leaf)
        if len(lengths) != 1:
            said = f"got {sorted(lengths)}" if lengths else "and no argument has one"
            raise TensorValueError(f"vmap: the axes of the arguments must have one length, {said}")
        (count,) = lengths
        parts = [
            [leaf] * count if axis is None else list(fg.moveaxis(leaf, axis, 0))
            for leaf, axis in zip(leaves, axes, strict=True)
        ]
        before = fg.get_rng_state()
        results = []
        for i in range(count):
            given, named = tree_unflatten([part[i] for part in parts], form)
            if randomness == "same":
                fg.set_rng_state(before)
            results.append(func(*given, **named))
        if randomness == "error" and fg.get_rng_state() != before:
            raise RuntimeError("vmap: the function drew random numbers; say randomness='different' or 'same'")
        if not results:
            raise TensorValueError("vmap: the axis of the arguments must have at least one place, got 0")
        return _stacked(results, out_dims)

    return call


def _spread(dims: Any, tree: Any, name: str) -> list[Any]:
    """An axis for each leaf, of an int for all, or a tree that may end above the leaves."""
    if dims is None or isinstance(dims, int):
        return [dims for _ in tree_leaves(tree)]
    if isinstance(dims, dict) and isinstance(tree, dict) and dims.keys() == tree.keys():
        return [axis for key in tree for axis in _spread(dims[key], tree[key], name)]
    if isinstance(dims, (list, tuple)) and isinstance(tree, (list, tuple)) and len(dims) == len(tree):
        return [axis for d, t in zip(dims, tree, strict=True) for axis in _spread(d, t, name)]
    raise TensorValueError(f"vmap: {name} must be an int, None, or of the form of what it is for, got {dims!r}")


def _stacked(results: list[Any], out_dims: Any) -> Any:
    axes = iter(_spread(out_dims, results[0], "out_dims"))

    def stack(first: Any, *rest: Any) -> Any:
        axis = next(axes)
        first, *others = map(as_tensor, (first, *rest))
        for value in (first, *others):
            if not isinstance(value, Tensor):
                raise TensorValueError(f"vmap: the function must return tensors, got a {type(value).__name__}")
        if axis is None:
            return first
        return fg.stack([first, *others], axis=axis)

    return tree_map(stack, *results)
