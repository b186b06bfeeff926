"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad.autograd._gradients import grad
from fastgrad.errors import TensorTypeError, TensorValueError


class GradcheckError(RuntimeError):
    """A gradient that finite differences contradict."""


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _differentiable(outputs: Any) -> list[Tensor]:
    return [o for o in _as_tuple(outputs) if isinstance(o, Tensor) and o.dtype.is_floating_point]


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Checks the gradients of ``func`` at ``inputs`` against central differences.

    Every element of every float64 input that requires gradients is moved by ``eps`` both ways; the change of each
    output must be what ``backward`` says, to ``atol + rtol * |numerical|``.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a tensor or several.
    inputs : Tensor or sequence
        What requires gradients must be float64.
    eps, atol, rtol : float
        The size of the small changes; how far both may be apart, absolutely and relative to the difference
        quotient.
    raise_exception : bool
        False: return False instead of raising GradcheckError.

    Raises
    ------
    GradcheckError
        If a derivative differs.
    TypeError
        If an input that requires gradients is not float64.
    ValueError
        If no input requires gradients, or the function returns no floating-point tensor: there is nothing to check.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([1.0, 2.0], dtype=fg.float64, requires_grad=True)
    >>> fg.autograd.gradcheck(lambda x: (x * x).sum(), x)
    True
    """
    arguments = _as_tuple(inputs)
    checked = [(i, x) for i, x in enumerate(arguments) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise TensorValueError("gradcheck: no input requires gradients")
    for i, x in checked:
        if x.dtype.name != "float64":
            raise TensorTypeError(f"gradcheck: input {i} must be float64, got {x.dtype}")
    try:
        _compare(func, arguments, checked, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _compare(
    func: Callable[..., Any],
    arguments: tuple[Any, ...],
    checked: list[tuple[int, Tensor]],
    eps: float,
    atol: float,
    rtol: float,
) -> None:
    count = len(_differentiable(func(*arguments)))
    if not count:
        raise TensorValueError("gradcheck: the function returns no floating-point tensor")
    for k in range(count):
        analytical = _analytical(func, arguments, [x for _, x in checked], k)
        for (i, x), got in zip(checked, analytical, strict=True):
            wanted = _numerical(func, arguments, i, x, k, eps)
            wrong = ~np.isclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)
            if wrong.any():
                at = tuple(int(v) for v in np.argwhere(wrong)[0])
                raise GradcheckError(
                    f"gradcheck: derivative of element {at[0]} of output {k} along element {at[1]} of input {i}: "
                    f"backward gives {got[at]}, finite differences {wanted[at]} "
                    f"({int(wrong.sum())} of {wrong.size} differ)"
                )


def _analytical(
    func: Callable[..., Any], arguments: tuple[Any, ...], targets: list[Tensor], output: int
) -> list[np.ndarray[Any, Any]]:
    """The Jacobian of one output along each target, one backward pass a row."""
    from fastgrad.ops.creation import zeros

    out = _differentiable(func(*arguments))[output]
    rows: list[list[np.ndarray[Any, Any]]] = [[] for _ in targets]
    for j in range(out.size):
        start = zeros(out.size, dtype=out.dtype)
        start[j] = 1
        if out.requires_grad:
            grads = grad(out, targets, start.reshape(out.shape), retain_graph=True, allow_unused=True)
        else:
            grads = (None,) * len(targets)
        for row, g, x in zip(rows, grads, targets, strict=True):
            row.append(np.zeros(x.size) if g is None else np.array(g.detach()).reshape(-1))
    return [np.array(row).reshape(out.size, x.size) for row, x in zip(rows, targets, strict=True)]


def _numerical(
    func: Callable[..., Any], arguments: tuple[Any, ...], position: int, x: Tensor, output: int, eps: float
) -> np.ndarray[Any, Any]:
    """The same Jacobian by central differences."""
    from fastgrad.ops.creation import tensor

    base = np.array(x.detach())
    columns = []
    for j in range(base.size):
        ends = []
        for step in (eps, -eps):
            moved = base.copy().reshape(-1)
            moved[j] += step
            changed = list(arguments)
            changed[position] = tensor(moved.reshape(base.shape)).requires_grad_(True)
            ends.append(np.array(_differentiable(func(*changed))[output].detach()).reshape(-1))
        columns.append((ends[0] - ends[1]) / (2 * eps))
    size = columns[0].size if columns else _differentiable(func(*arguments))[output].size
    jacobian: np.ndarray[Any, Any] = np.array(columns).reshape(base.size, size).T
    return jacobian


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Checks second derivatives: ``gradcheck`` of the function that gives the gradients of ``func``.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception
        As for ``gradcheck``.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradients to start from; default: fixed pseudo-random ones.

    Raises
    ------
    GradcheckError, TypeError, ValueError
        As ``gradcheck``.
    """
    from fastgrad.ops.creation import tensor

    arguments = _as_tuple(inputs)
    outputs = _differentiable(func(*arguments))
    if not any(o.requires_grad for o in outputs):
        raise TensorValueError("gradgradcheck: the function returns no tensor that requires gradients")
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        starts = [tensor(rng.standard_normal(o.shape).astype(o.dtype.dtype)).requires_grad_(True) for o in outputs]
    else:
        starts = list(_as_tuple(grad_outputs))
    places = [i for i, x in enumerate(arguments) if isinstance(x, Tensor) and x.requires_grad]

    def gradients(*both: Any) -> tuple[Tensor, ...]:
        changed, firsts = both[: len(arguments)], both[len(arguments) :]
        outs = _differentiable(func(*changed))
        pairs = [(o, f) for o, f in zip(outs, firsts, strict=True) if o.requires_grad]
        found = grad(
            [o for o, _ in pairs],
            [changed[i] for i in places],
            [f for _, f in pairs],
            create_graph=True,
            allow_unused=True,
        )
        return tuple(g for g in found if g is not None)

    return gradcheck(gradients, (*arguments, *starts), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
