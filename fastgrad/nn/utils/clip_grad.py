"""Norms of the gradients of all parameters together, and clipping them."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import fastgrad as fg
from fastgrad import _core
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError

if TYPE_CHECKING:
    from collections.abc import Iterable


def listed_tensors(operation: str, tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return one tensor or several as a list."""
    if not hasattr(tensors, "__iter__"):
        raise TypeError(f"{operation}: parameters must be tensors, got a {type(tensors).__name__}")
    listed = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    for tensor in listed:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{operation}: parameters must be tensors, got a {type(tensor).__name__}")
    return listed


def _total_norm(operation: str, tensors: list[Tensor], norm_type: float | str, error_if_nonfinite: bool) -> float:
    order = float(norm_type) if isinstance(norm_type, str) else real(norm_type, operation, "norm_type")
    if not order > 0:
        raise TensorValueError(f"{operation}: norm_type must be positive, got {norm_type}")
    value = _core.total_norm(tensors, order)
    if error_if_nonfinite and not isfinite(value):
        where = _first_not_finite(tensors)
        raise RuntimeError(f"{operation}: the total norm of order {norm_type} is {value}, which is not finite{where}")
    return value


def _first_not_finite(tensors: list[Tensor]) -> str:
    """Say which tensor is the first that is not finite."""
    for i, tensor in enumerate(tensors):
        wrong = int(tensor.size) - int(fg.isfinite(tensor.detach()).sum().item())
        if wrong:
            of = f"; of {len(tensors)}, number {i} of shape {tensor.shape}"
            return f"{of} has {wrong} of {tensor.size} elements not finite"
    return ""  # every element is finite, but not their norm


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float | str = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Return the norm of all elements of all tensors together.

    Parameters
    ----------
    tensors : Tensor or iterable of Tensor
        Those that are taken as one vector.
    norm_type : float or "inf", default 2.0
        The order of the norm: positive, infinity for the largest absolute value.
    error_if_nonfinite : bool, default False
        Whether a norm that is NaN or infinite is an error.
    foreach : bool, optional
        Accepted for PyTorch's sake: there is one way to compute it.

    Returns
    -------
    Tensor, shape ()
        0 if there are no tensors.

    Raises
    ------
    RuntimeError
        If the norm is not finite and `error_if_nonfinite`.
    ValueError
        If `norm_type` is not positive.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.get_total_norm([fg.tensor([3.0]), fg.tensor([[4.0]])]).item()
    5.0
    """
    listed = [tensor.detach() for tensor in listed_tensors("get_total_norm", tensors)]
    value = _total_norm("get_total_norm", listed, norm_type, error_if_nonfinite)
    return fg.tensor(value, dtype=listed[0].dtype if listed else fg.float32)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float | str = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale gradients in place such that the norm of all of them together is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those whose ``grad`` is None are passed over.
    max_norm : float
        The norm that the gradients have afterwards, at most; not negative.
    norm_type : float or "inf", default 2.0
        The order of the norm; infinity for the largest absolute value.
    error_if_nonfinite : bool, default False
        Whether a norm that is NaN or infinite is an error; otherwise the gradients are scaled by it all the same.
    foreach : bool, optional
        Accepted for PyTorch's sake: there is one way to compute it.

    Returns
    -------
    Tensor, shape ()
        The norm before scaling.

    Raises
    ------
    RuntimeError
        If the norm is not finite and `error_if_nonfinite`; the message says which gradient is not.
    ValueError
        If `max_norm` is negative or NaN, or `norm_type` is not positive.

    Notes
    -----
    An optimizer steps by whatever gradients there are: NaN passes into the parameters in silence, as in PyTorch, since
    looking at each would cost every step a pass over them. Between ``backward`` and ``step``,
    ``clip_grad_norm_(net.parameters(), inf, error_if_nonfinite=True)`` is that pass: it changes nothing, and stops at
    the first step that is lost.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013,
    https://arxiv.org/abs/1211.5063

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.zeros(2))
    >>> p.grad = fg.tensor([30.0, 40.0])
    >>> fg.nn.utils.clip_grad_norm_([p], max_norm=1.0).item()
    50.0
    >>> p.grad.numpy().round(3).tolist() == fg.tensor([0.6, 0.8]).numpy().round(3).tolist()
    True
    """
    limit = _limit(max_norm, "clip_grad_norm_")
    grads = [p.grad for p in listed_tensors("clip_grad_norm_", parameters) if p.grad is not None]
    value = _total_norm("clip_grad_norm_", grads, norm_type, error_if_nonfinite)
    _scale(grads, limit, value)
    return fg.tensor(value, dtype=grads[0].dtype if grads else fg.float32)


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor | float, foreach: bool | None = None
) -> None:
    """Scale gradients in place by ``max_norm / total_norm``, where that is less than 1.

    With `get_total_norm` it makes up `clip_grad_norm_`, where the norm of several sets of parameters is one.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those whose ``grad`` is None are passed over.
    max_norm : float
        The norm that the gradients have afterwards, at most; not negative.
    total_norm : Tensor of one element, or float
        The norm that they have, as `get_total_norm` gives it.
    foreach : bool, optional
        Accepted for PyTorch's sake: there is one way to compute it.

    Raises
    ------
    ValueError
        If `max_norm` is negative or NaN.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.zeros(2))
    >>> p.grad = fg.tensor([30.0, 40.0])
    >>> fg.nn.utils.clip_grads_with_norm_([p], 1.0, fg.tensor(100.0))
    >>> p.grad.numpy().round(3).tolist() == fg.tensor([0.3, 0.4]).numpy().round(3).tolist()
    True
    """
    grads = [p.grad for p in listed_tensors("clip_grads_with_norm_", parameters) if p.grad is not None]
    limit = _limit(max_norm, "clip_grads_with_norm_")
    norm = total_norm.item() if isinstance(total_norm, Tensor) else total_norm
    _scale(grads, limit, real(norm, "clip_grads_with_norm_", "total_norm"))


def _limit(max_norm: float, operation: str) -> float:
    limit: float = real(max_norm, operation, "max_norm")
    if not limit >= 0:
        raise TensorValueError(f"{operation}: max_norm must not be negative, got {max_norm}")
    return limit


def _scale(grads: list[Tensor], max_norm: float, norm: float) -> None:
    scale = max_norm / (norm + 1e-6)
    if not scale >= 1.0:  # NaN scales too
        _core.scale_(grads, scale)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Clip every element of the gradients in place to ``[-clip_value, clip_value]``.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those whose ``grad`` is None are passed over.
    clip_value : float
        Elements are brought between minus this and this; not negative.
    foreach : bool, optional
        Accepted for PyTorch's sake: there is one way to compute it.

    Raises
    ------
    ValueError
        If `clip_value` is negative or NaN.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.zeros(2))
    >>> p.grad = fg.tensor([-3.0, 0.5])
    >>> fg.nn.utils.clip_grad_value_([p], 1.0)
    >>> p.grad.tolist()
    [-1.0, 0.5]
    """
    clip_value = real(clip_value, "clip_grad_value_", "clip_value")
    if not clip_value >= 0:
        raise TensorValueError(f"clip_grad_value_: clip_value must not be negative, got {clip_value}")
    _core.clip_([p.grad for p in listed_tensors("clip_grad_value_", parameters) if p.grad is not None], clip_value)
