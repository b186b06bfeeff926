"""Derivatives of functions, as functions: gradients, products with Jacobians, Jacobians and Hessians.

They nest: inside another, and where something else that the function reads requires gradients, what is returned has a
history; otherwise none, and costs one backward pass.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from threading import local
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._arguments import check_callable
from fastgrad._tensor import Tensor
from fastgrad.autograd._engine import reads_others
from fastgrad.autograd._gradients import grad as gradients
from fastgrad.autograd._mode import enable_grad
from fastgrad.ops.vocabulary import get_vocabulary
from fastgrad.utils.pytree import tree_leaves, tree_map


class _Depth(local):
    """How many of these functions are at work around the one that is called, in this thread."""

    levels = 0


_depth = _Depth()


def as_tensor(leaf: Any) -> Any:
    """A number or an array as a tensor, a Python float in NumPy's vocabulary of float64; anything else as it is.

    PyTorch's functions of functions take tensors alone: in its vocabulary so do these.
    """
    vocabulary = get_vocabulary()
    if isinstance(leaf, Tensor) or vocabulary == "torch" or not isinstance(leaf, (np.ndarray, np.generic, float, int)):
        return leaf
    if type(leaf) is float and vocabulary == "numpy":
        return fg.asarray(leaf, dtype=fg.float64)
    return fg.asarray(np.asarray(leaf) if isinstance(leaf, np.generic) else leaf)


class _Level:
    """What one call differentiates by: leaves of its own, or views of what an outer level or the user follows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.records = fg.is_grad_enabled()
        self.leaves: list[Tensor] = []

    def __enter__(self) -> _Level:
        _depth.levels += 1
        self.mode = enable_grad()
        self.mode.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.mode.__exit__(*error)
        _depth.levels -= 1

    def follow(self, value: Any) -> Any:
        """A tensor that gradients flow to."""
        value = as_tensor(value)
        if not isinstance(value, Tensor):
            raise TypeError(f"{self.name}: what is differentiated by must be tensors, got a {type(value).__name__}")
        if not value.is_floating_point():
            raise RuntimeError(f"{self.name}: what is differentiated by must be floating-point, got {value.dtype}")
        if value.requires_grad and (self.records or _depth.levels > 1):
            return value.view_as(value)
        fresh = value.detach().requires_grad_(True)
        self.leaves.append(fresh)
        return fresh

    def goes_on(self, outputs: list[Tensor]) -> bool:
        """Whether somebody else follows what the outputs were computed from."""
        if _depth.levels > 1:
            return True
        return self.records and reads_others(outputs, self.leaves)


def _tensors(tree: Any, name: str, whose: str = "the function must return tensors") -> Any:
    """What a function has returned, which may be numbers and arrays, as tensors."""
    tree = tree_map(as_tensor, tree)
    for leaf in tree_leaves(tree):
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"{name}: {whose}, got a {type(leaf).__name__}")
    return tree


def _settled(tree: Any, history: bool) -> Any:
    """What is returned, without a history unless somebody follows it."""
    if history:
        return tree
    if isinstance(tree, Tensor):
        return tree.detach()
    return tree_map(lambda t: t.detach() if isinstance(t, Tensor) else t, tree)


def _pulled(
    outputs: list[Tensor], inputs: list[Tensor], starts: list[Tensor], history: bool, keep: bool = True
) -> list[Tensor]:
    """Gradients, zeros where there are none."""
    pairs = [(out, start) for out, start in zip(outputs, starts, strict=True) if out.requires_grad]
    found: list[Tensor | None] = [None] * len(inputs)
    if pairs and inputs:
        outs, firsts = [out for out, _ in pairs], [start for _, start in pairs]
        found = list(gradients(outs, inputs, firsts, retain_graph=keep, create_graph=history, allow_unused=True))
    return [fg.zeros_like(x.detach()) if g is None else g for g, x in zip(found, inputs, strict=True)]


def _chosen(args: tuple[Any, ...], argnums: Any, level: _Level) -> tuple[list[Any], Any]:
    """The arguments, with those that are differentiated by followed; and these."""
    several = isinstance(argnums, (tuple, list))
    places = list(argnums) if several else [argnums]
    for place in places:
        if not isinstance(place, int) or not -len(args) <= place < len(args):
            raise RuntimeError(f"{level.name}: argnums must be places among {len(args)} arguments, got {argnums!r}")
    places = [place % len(args) for place in places]
    if len(set(places)) != len(places):
        raise RuntimeError(f"{level.name}: argnums must be different places, got {argnums!r}")
    called = list(args)
    for place in places:
        called[place] = tree_map(level.follow, called[place])
    chosen = tuple(called[place] for place in places)
    return called, chosen if several else chosen[0]


def _split(result: Any, has_aux: bool, name: str) -> tuple[Any, Any]:
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(
            f"{name}: with has_aux=True the function must return a pair, what is differentiated and more"
        )
    return result


def _rebuilt(form: Any, leaves: list[Any]) -> Any:
    if isinstance(form, Tensor):
        return leaves[0]
    source = iter(leaves)
    return tree_map(lambda leaf: next(source), form)


def grad_and_value(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Any:
    """Make the function that returns the gradient of another, and its value.

    Parameters
    ----------
    func : callable
        Returns a tensor of one element and no axes.
    argnums : int or tuple of int, default 0
        Which arguments to differentiate by; trees of floating-point tensors, arrays and numbers.
    has_aux : bool, default False
        Whether `func` returns a pair, of which the second is passed on.

    Returns
    -------
    callable
        Returns ``(gradient, value)``, or ``(gradient, (value, aux))``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import grad_and_value
    >>> slope, value = grad_and_value(lambda x: (x**2).sum())(fg.tensor([1.0, 3.0]))
    >>> slope.tolist(), value.item()
    ([2.0, 6.0], 10.0)
    """

    check_callable(func, "grad", "func")

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with _Level("grad") as level:
            called, chosen = _chosen(args, argnums, level)
            output, aux = _split(func(*called, **kwargs), has_aux, "grad")
            output = as_tensor(output)
            if not isinstance(output, Tensor):
                raise RuntimeError(f"grad: the function must return a tensor, got a {type(output).__name__}")
            if output.ndim:
                raise RuntimeError(
                    f"grad: the function must return one number, a tensor without axes, got shape "
                    f"{tuple(output.shape)}; take its sum, or jacrev"
                )
            inputs = tree_leaves(chosen)
            history = level.goes_on([output])
            found = _pulled([output], inputs, [fg.ones_like(output.detach())], history, keep=history or has_aux)
            result = _settled(_rebuilt(chosen, found), history)
            value = _settled(output, history)
            return result, (value, _settled(aux, history)) if has_aux else value

    return call


def grad(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Any:
    """Make the function that returns the gradient of another, as `grad_and_value` has it.

    Returns
    -------
    callable
        Returns the gradient, of the form of the argument, or a tuple of them; with `has_aux` ``(gradient, aux)``.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import grad
    >>> grad(grad(lambda x: x**3))(fg.tensor(2.0)).item()
    12.0
    """

    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        slopes, value = both(*args, **kwargs)
        return (slopes, value[1]) if has_aux else slopes

    return call


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Return the value of a function, and the function that multiplies vectors by its Jacobian.

    Parameters
    ----------
    func : callable
        What is differentiated.
    *primals : Tensor or tree
        Its arguments.
    has_aux : bool, default False
        Whether `func` returns a pair, of which the second is passed on.

    Returns
    -------
    output : Tensor or tree
    vjp_fn : callable
        Takes a tree of the output's form, and returns a tuple of trees of the arguments' forms, of one argument this.
    aux : object
        With `has_aux`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import vjp
    >>> out, pull = vjp(fg.square, fg.tensor([1.0, 2.0]))
    >>> pull(fg.tensor([1.0, 10.0]))[0].tolist()
    [2.0, 40.0]
    """
    check_callable(func, "vjp", "func")
    with _Level("vjp") as level:
        followed = tuple(tree_map(level.follow, primal) for primal in primals)
        output, aux = _split(func(*followed), has_aux, "vjp")
        output = _tensors(output, "vjp")
        outputs = tree_leaves(output)
        history = level.goes_on(outputs)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        starts = tree_leaves(_tensors(cotangents, "vjp", "vectors must be tensors"))
        if [tuple(s.shape) for s in starts] != [tuple(o.shape) for o in outputs]:
            raise RuntimeError(
                f"vjp: vectors must have the output's shapes {[tuple(o.shape) for o in outputs]}, got "
                f"{[tuple(s.shape) for s in starts]}"
            )
        goes_on = history or _depth.levels > 0 or (fg.is_grad_enabled() and any(s.requires_grad for s in starts))
        found = _pulled(outputs, tree_leaves(followed), starts, goes_on)
        return _settled(_rebuilt(followed, found), goes_on)

    told = _settled(output, history)
    return (told, pull, _settled(aux, history)) if has_aux else (told, pull)


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """Return the value of a function, and its Jacobian times a vector.

    Parameters
    ----------
    func : callable
        What is differentiated.
    primals, tangents : tuple of Tensor or trees
        The arguments, and a direction of the same forms.
    strict : bool, default False
        Changes nothing: outputs that do not depend on an argument have zeros.
    has_aux : bool, default False
        Whether `func` returns a pair, of which the second is passed on.

    Returns
    -------
    output, product : Tensor or tree
    aux : object
        With `has_aux`.

    Notes
    -----
    It is the gradient of a gradient with respect to the vector that the first began with, in which it is linear.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import jvp
    >>> out, slope = jvp(fg.square, (fg.tensor([1.0, 2.0]),), (fg.tensor([1.0, 10.0]),))
    >>> slope.tolist()
    [2.0, 40.0]
    """
    check_callable(func, "jvp", "func")
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple) or len(primals) != len(tangents):
        raise RuntimeError("jvp: primals and tangents must be tuples of the same length")
    with _Level("jvp") as level:
        followed = tuple(tree_map(level.follow, primal) for primal in primals)
        output, aux = _split(func(*followed), has_aux, "jvp")
        output = _tensors(output, "jvp")
        outputs = tree_leaves(output)
        directions = tree_leaves(tree_map(as_tensor, tangents))
        inputs = tree_leaves(followed)
        if [tuple(d.shape) for d in directions] != [tuple(x.shape) for x in inputs]:
            raise RuntimeError("jvp: tangents must have the forms and shapes of primals")
        history = level.goes_on([*outputs, *directions])
        products = _pushed(outputs, inputs, directions, history)
        told, product = _settled(output, history), _settled(_rebuilt(output, products), history)
    return (told, product, _settled(aux, history)) if has_aux else (told, product)


def _pushed(outputs: list[Tensor], inputs: list[Tensor], directions: list[Tensor], history: bool) -> list[Tensor]:
    """Jacobian-vector products: the gradient, linear in what it starts with, differentiated by that."""
    starts = [fg.zeros_like(out.detach()).requires_grad_(True) for out in outputs]
    pulled = _pulled(outputs, inputs, starts, True)
    return _pulled(pulled, starts, directions, history)


def linearize(func: Callable[..., Any], *primals: Any) -> Any:
    """Return the value of a function, and the linear function of directions that it is near there.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import linearize
    >>> out, push = linearize(fg.square, fg.tensor([1.0, 2.0]))
    >>> push(fg.tensor([1.0, 10.0])).tolist()
    [2.0, 40.0]
    """

    check_callable(func, "linearize", "func")

    def push(*tangents: Any) -> Any:
        return jvp(func, primals, tangents)[1]

    with enable_grad() if fg.is_grad_enabled() else fg.no_grad():
        return func(*primals), push


def jacrev(
    func: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Any:
    """Make the function that returns the Jacobian of another.

    Parameters
    ----------
    func : callable
        Returns tensors.
    argnums : int or tuple of int, default 0
        Which arguments to differentiate by.
    has_aux : bool, default False
        Whether `func` returns a pair, of which the second is passed on.
    chunk_size : int, optional
        Changes nothing: rows are computed one after another.

    Returns
    -------
    callable
        Returns a tree of the output's form, whose leaves are trees of the arguments' forms; tensors of shape
        ``output.shape + argument.shape``.

    Notes
    -----
    A backward pass for each element of the output.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import jacrev
    >>> jacrev(lambda x: x**2)(fg.tensor([1.0, 3.0])).tolist()
    [[2.0, 0.0], [0.0, 6.0]]
    """
    return _jacobian(func, argnums, has_aux, "jacrev")


def jacfwd(
    func: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Any:
    """Make the function that returns the Jacobian of another: `jacrev`, since what goes forward here goes by way of it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import jacfwd
    >>> jacfwd(fg.square)(fg.tensor([1.0, 3.0])).tolist()
    [[2.0, 0.0], [0.0, 6.0]]
    """
    return _jacobian(func, argnums, has_aux, "jacfwd")


def _jacobian(func: Callable[..., Any], argnums: Any, has_aux: bool, name: str) -> Any:
    check_callable(func, name, "func")

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with _Level(name) as level:
            called, chosen = _chosen(args, argnums, level)
            output, aux = _split(func(*called, **kwargs), has_aux, name)
            output = _tensors(output, name)
            outputs = tree_leaves(output)
            inputs = tree_leaves(chosen)
            history = level.goes_on(outputs)

            def of(out: Tensor) -> Any:
                if not out.numel():
                    empty = [fg.zeros((*out.shape, *x.shape), dtype=x.dtype) for x in inputs]
                    return _rebuilt(chosen, empty)
                rows = []
                for i in range(out.numel()):
                    start = fg.zeros(out.numel(), dtype=out.dtype)
                    start[i] = 1.0
                    rows.append(_pulled([out], inputs, [start.reshape(tuple(out.shape))], history))
                columns = zip(*rows, strict=True)
                stacked = [fg.stack(list(column)).reshape((*out.shape, *column[0].shape)) for column in columns]
                return _rebuilt(chosen, stacked)

            result = _settled(tree_map(of, output), history)
            return (result, _settled(aux, history)) if has_aux else result

    return call


def hessian(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Any:
    """Make the function that returns the Hessian of another: the Jacobian of its Jacobian.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import hessian
    >>> hessian(lambda x: (x**3).sum())(fg.tensor([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacfwd(jacrev(func, argnums), argnums)
