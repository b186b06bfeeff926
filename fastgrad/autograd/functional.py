"""Derivatives of functions: products with Jacobians and Hessians, and these themselves.

A function takes tensors and returns tensors, one or several. What it is given requires gradients, so that it may not
write to it in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd._gradients import grad
from fastgrad.autograd._mode import enable_grad
from fastgrad.errors import TensorValueError, UnsupportedDtypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    Given = Tensor | tuple[Tensor, ...]

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _listed(values: Any, operation: str, what: str) -> tuple[bool, list[Tensor]]:
    """Whether several are given, and a list of them."""
    several = isinstance(values, (tuple, list))
    listed = list(values) if several else [values]
    for value in listed:
        if not isinstance(value, Tensor):
            raise TypeError(f"{operation}: {what} must be a tensor or a tuple of tensors, got a {type(value).__name__}")
    return several, listed


def _inputs(values: Any, operation: str, create_graph: bool) -> tuple[bool, list[Tensor]]:
    """The inputs as tensors that gradients flow to: new leaves, or, where the graph goes on, views of what is given."""
    several, listed = _listed(values, operation, "inputs")
    for value in listed:
        if not value.is_floating_point():
            raise UnsupportedDtypeError(f"{operation}: inputs must be floating-point, got {value.dtype}")
    if create_graph:
        return several, [v.view_as(v) if v.requires_grad else v.detach().requires_grad_() for v in listed]
    return several, [v.detach().requires_grad_() for v in listed]


def _called(func: Callable[..., Any], inputs: list[Tensor], operation: str) -> tuple[bool, list[Tensor]]:
    several, outputs = _listed(func(*inputs), operation, "what func returns")
    return several, outputs


def _vectors(values: Any, like: list[Tensor], operation: str, what: str) -> list[Tensor]:
    """The vectors of a product, of the shapes of what they are multiplied with."""
    if values is None:
        if len(like) != 1 or like[0].size != 1:
            raise RuntimeError(f"{operation}: v must be given where {what} has more than one element")
        return [fg.ones_like(like[0].detach())]
    _, listed = _listed(values, operation, "v")
    if len(listed) != len(like) or any(v.shape != t.shape for v, t in zip(listed, like, strict=True)):
        shapes, got = [t.shape for t in like], [v.shape for v in listed]
        raise RuntimeError(f"{operation}: v must have the shapes of {what}, {shapes}, got {got}")
    return listed


def _grads(
    outputs: list[Tensor], inputs: list[Tensor], starts: Any, create_graph: bool, strict: bool, operation: str
) -> list[Tensor]:
    """Gradients, zeros where there are none, which is an error if strict."""
    found: list[Tensor | None] = [None] * len(inputs)
    pairs = list(zip(outputs, starts, strict=True))
    recorded = [(out, start) for out, start in pairs if out.requires_grad]
    if recorded:
        outs, firsts = [out for out, _ in recorded], [start for _, start in recorded]
        found = list(grad(outs, inputs, firsts, retain_graph=True, create_graph=create_graph, allow_unused=True))
    if strict:
        for i, g in enumerate(found):
            if g is None:
                raise RuntimeError(f"{operation}: with strict=True the outputs must depend on input {i}, and do not")
            if create_graph and not g.requires_grad:
                raise RuntimeError(
                    f"{operation}: with strict=True the derivative must depend on input {i}, and does not"
                )
    return [fg.zeros_like(t.detach()) if g is None else g for g, t in zip(found, inputs, strict=True)]


def _given_back(several: bool, tensors: list[Tensor], create_graph: bool) -> Any:
    """Tensors in the form in which they were given, without a history unless the graph goes on."""
    kept = tensors if create_graph else [t.detach() for t in tensors]
    return tuple(kept) if several else kept[0]


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function, and a vector times its Jacobian.

    Parameters
    ----------
    func : callable
        Of as many tensors as there are inputs.
    inputs : Tensor or tuple of Tensor
        Where it is differentiated.
    v : Tensor or tuple of Tensor, optional
        Of the outputs' shapes; by default 1, for an output of one element.
    create_graph : bool, default False
        Whether what is returned has a history.
    strict : bool, default False
        Whether an input that the outputs do not depend on is an error.

    Returns
    -------
    outputs : Tensor or tuple of Tensor
        What `func` returns.
    product : Tensor or tuple of Tensor
        Of the inputs' shapes.

    Examples
    --------
    >>> import fastgrad as fg
    >>> out, product = fg.autograd.functional.vjp(lambda x: x**2, fg.tensor([1.0, 2.0]), fg.tensor([1.0, 10.0]))
    >>> product.tolist()
    [2.0, 40.0]
    """
    with enable_grad():
        several, xs = _inputs(inputs, "vjp", create_graph)
        many, outputs = _called(func, xs, "vjp")
        vectors = _vectors(v, outputs, "vjp", "the output")
        product = _grads(outputs, xs, vectors, create_graph, strict, "vjp")
    return _given_back(many, outputs, create_graph), _given_back(several, product, create_graph)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function, and its Jacobian times a vector: how the outputs change along it.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As `vjp` has them.
    v : Tensor or tuple of Tensor, optional
        Of the inputs' shapes; by default 1, for an input of one element.

    Returns
    -------
    outputs, product : Tensor or tuple of Tensor
        What `func` returns, and of the same shapes the product.

    Notes
    -----
    It is the gradient of a gradient with respect to the vector that the first began with, in which it is linear.

    Examples
    --------
    >>> import fastgrad as fg
    >>> out, product = fg.autograd.functional.jvp(lambda x: x**2, fg.tensor([1.0, 2.0]), fg.tensor([1.0, 10.0]))
    >>> product.tolist()
    [2.0, 40.0]
    """
    with enable_grad():
        _, xs = _inputs(inputs, "jvp", create_graph)
        vectors = _vectors(v, xs, "jvp", "the input")
        many, outputs = _called(func, xs, "jvp")
        starts = [fg.zeros_like(out.detach()).requires_grad_() for out in outputs]
        first = _grads(outputs, xs, starts, True, strict, "jvp")
        product = _grads(first, starts, vectors, create_graph, False, "jvp")
    return _given_back(many, outputs, create_graph), _given_back(many, product, create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of a function.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As `vjp` has them.
    vectorize : bool, default False
        Accepted for PyTorch's sake: there is a pass for each row.
    strategy : {"reverse-mode", "forward-mode"}, default "reverse-mode"
        Choose how PyTorch computes: here there is a backward pass for each element of the outputs.

    Returns
    -------
    Tensor or nested tuple of Tensor
        Of one output and one input a tensor of both shapes, the output's first; of several tuples, those of outputs
        outside.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.autograd.functional.jacobian(lambda x: x**2, fg.tensor([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if strategy not in ("reverse-mode", "forward-mode"):
        raise TensorValueError(f"jacobian: strategy must be 'reverse-mode' or 'forward-mode', got {strategy!r}")
    with enable_grad():
        several, xs = _inputs(inputs, "jacobian", create_graph)
        many, outputs = _called(func, xs, "jacobian")
        rows = [_jacobian_of(out, xs, create_graph, strict) for out in outputs]
    found = [_given_back(several, row, create_graph) for row in rows]
    return tuple(found) if many else found[0]


def _jacobian_of(output: Tensor, inputs: list[Tensor], create_graph: bool, strict: bool) -> list[Tensor]:
    """The Jacobian of one output with respect to each input."""
    rows = []
    for i in range(output.size):
        start = fg.zeros(output.size, dtype=output.dtype)
        start[i] = 1.0
        rows.append(_grads([output], inputs, [start.reshape(output.shape)], create_graph, strict, "jacobian"))
    return [
        fg.stack([row[k] for row in rows]).reshape((*output.shape, *x.shape))
        if rows
        else fg.zeros((*output.shape, *x.shape), dtype=output.dtype)
        for k, x in enumerate(inputs)
    ]


def _scalar(func: Callable[..., Any], operation: str) -> Callable[..., Tensor]:
    """The function, which must return one number."""

    def checked(*inputs: Tensor) -> Tensor:
        out = func(*inputs)
        if not isinstance(out, Tensor) or out.size != 1:
            got = f"shape {out.shape}" if isinstance(out, Tensor) else f"a {type(out).__name__}"
            raise RuntimeError(f"{operation}: func must return a tensor of one element, got {got}")
        return out.reshape(())

    return checked


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function that returns one number.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As `vjp` has them.
    vectorize : bool, default False
        Accepted for PyTorch's sake: there is a pass for each row.
    outer_jacobian_strategy : {"reverse-mode", "forward-mode"}, default "reverse-mode"
        Choose how PyTorch computes: here there is a backward pass for each element of the inputs.

    Returns
    -------
    Tensor or nested tuple of Tensor
        Of one input a tensor of its shape twice; of several ``h[i][j]``, of the shapes of inputs i and j.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.autograd.functional.hessian(lambda x: (x**3).sum(), fg.tensor([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    checked = _scalar(func, "hessian")
    several = isinstance(inputs, (tuple, list))

    def gradient(*xs: Tensor) -> Any:
        out = checked(*xs)
        found = _grads([out], list(xs), [fg.ones((), dtype=out.dtype)], True, strict, "hessian")
        return tuple(found) if several else found[0]

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function that returns one number, and a vector times its Hessian.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As `vjp` has them.
    v : Tensor or tuple of Tensor, optional
        Of the inputs' shapes; by default 1, for an input of one element.

    Returns
    -------
    output, product : Tensor
        What `func` returns, and the product, of the inputs' shapes.

    Examples
    --------
    >>> import fastgrad as fg
    >>> out, product = fg.autograd.functional.vhp(lambda x: (x**3).sum(), fg.tensor([1.0, 2.0]), fg.ones(2))
    >>> product.tolist()
    [6.0, 12.0]
    """
    return _hessian_product(func, inputs, v, create_graph, strict, "vhp")


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function that returns one number, and its Hessian times a vector.

    The Hessian being symmetric, it is `vhp`, the arguments and results of which are the same.

    Examples
    --------
    >>> import fastgrad as fg
    >>> out, product = fg.autograd.functional.hvp(lambda x: (x**3).sum(), fg.tensor([1.0, 2.0]), fg.ones(2))
    >>> product.tolist()
    [6.0, 12.0]
    """
    return _hessian_product(func, inputs, v, create_graph, strict, "hvp")


def _hessian_product(
    func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool, operation: str
) -> tuple[Any, Any]:
    with enable_grad():
        several, xs = _inputs(inputs, operation, create_graph)
        vectors = _vectors(v, xs, operation, "the input")
        output = _scalar(func, operation)(*xs)
        first = _grads([output], xs, [fg.ones((), dtype=output.dtype)], True, strict, operation)
        product = _grads(first, xs, vectors, create_graph, strict, operation)
    return _given_back(False, [output], create_graph), _given_back(several, product, create_graph)
