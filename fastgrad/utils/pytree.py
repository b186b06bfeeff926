"""Trees: tensors, and dicts, lists and tuples of them, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["tree_flatten", "tree_leaves", "tree_map", "tree_map_only", "tree_unflatten"]


def tree_map(func: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """Return a tree of the same form, of what a function gives for each leaf.

    Parameters
    ----------
    func : callable
        Of a leaf of each tree.
    tree : object
        A dict, list, tuple or named tuple of trees; anything else is a leaf.
    *rest : object
        Trees of the same form.

    Raises
    ------
    ValueError
        If the forms differ.

    Examples
    --------
    >>> from fastgrad.utils.pytree import tree_map
    >>> tree_map(lambda x: 10 * x, {"a": 1, "b": (2, [3])})
    {'a': 10, 'b': (20, [30])}
    """
    if isinstance(tree, dict):
        for other in rest:
            if not isinstance(other, dict) or other.keys() != tree.keys():
                raise ValueError(f"tree_map: trees must have the same form, got a dict of {list(tree)} and {other!r}")
        found = {key: tree_map(func, value, *(other[key] for other in rest)) for key, value in tree.items()}
        return found if type(tree) is dict else _like_dict(tree, found)
    if isinstance(tree, (list, tuple)):
        for other in rest:
            if not isinstance(other, (list, tuple)) or len(other) != len(tree):
                raise ValueError(f"tree_map: trees must have the same form, got {tree!r} and {other!r}")
        parts = [tree_map(func, *values) for values in zip(tree, *rest, strict=True)]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return func(tree, *rest)


def _like_dict(tree: Any, found: dict[Any, Any]) -> Any:
    copy = tree.copy()  # a defaultdict keeps what it makes
    copy.update(found)
    return copy


def _add_leaves(tree: Any, found: list[Any]) -> None:
    if isinstance(tree, dict):
        for value in tree.values():
            _add_leaves(value, found)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            _add_leaves(value, found)
    else:
        found.append(tree)


def tree_leaves(tree: Any) -> list[Any]:
    """List the leaves of a tree, in order.

    Examples
    --------
    >>> from fastgrad.utils.pytree import tree_leaves
    >>> tree_leaves({"a": 1, "b": (2, [3])})
    [1, 2, 3]
    """
    found: list[Any] = []
    _add_leaves(tree, found)
    return found


def tree_flatten(tree: Any) -> tuple[list[Any], Any]:
    """Return the leaves of a tree, and its form, which `tree_unflatten` fills again.

    Examples
    --------
    >>> from fastgrad.utils.pytree import tree_flatten, tree_unflatten
    >>> leaves, form = tree_flatten({"a": 1, "b": (2, [3])})
    >>> tree_unflatten([2 * leaf for leaf in leaves], form)
    {'a': 2, 'b': (4, [6])}
    """
    return tree_leaves(tree), tree_map(lambda leaf: None, tree)


def tree_unflatten(leaves: Any, treespec: Any) -> Any:
    """Return a tree of this form with these leaves.

    Raises
    ------
    ValueError
        If their numbers differ.

    Examples
    --------
    >>> from fastgrad.utils.pytree import tree_unflatten
    >>> tree_unflatten([1, 2], (None, [None]))
    (1, [2])
    """
    given = list(leaves)
    wanted = len(tree_leaves(treespec))
    if len(given) != wanted:
        raise ValueError(f"tree_unflatten: the form has {wanted} leaves, got {len(given)}")
    source = iter(given)
    return tree_map(lambda place: next(source), treespec)


def tree_map_only(kind: Any, func: Callable[..., Any], tree: Any) -> Any:
    """Return a tree of the same form, with what a function gives for the leaves of a type, and the others as they are.

    Examples
    --------
    >>> from fastgrad.utils.pytree import tree_map_only
    >>> tree_map_only(int, lambda n: n + 1, [1, "a", 2])
    [2, 'a', 3]
    """
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree)
