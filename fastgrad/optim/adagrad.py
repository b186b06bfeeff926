"""Adagrad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Params


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients.

    With gradient g, parameter p and the sum s, at step t::

        g = g + weight_decay * p
        s = s + g**2
        p = p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-2
        The learning rate.
    lr_decay : float, default 0
        The rate of step t is divided by 1 + (t - 1) times this.
    weight_decay : float, default 0
        L2 penalty.
    initial_accumulator_value : float, default 0
        The sum before the first step.
    eps : float, default 1e-10
        What is added to the divisor, so that it is never 0.
    maximize : bool, default False
        Ascend instead.
    foreach, differentiable, fused
        See `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011,
    https://jmlr.org/papers/v12/duchi11a.html

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Adagrad([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.5
    """

    _fused = "adagrad"
    _not_negative = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")
    _flags = ("maximize",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            eps=eps,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            foreach=foreach,
            maximize=maximize,
            differentiable=differentiable,
            fused=fused,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"sum": True}

    def _first(self, moment: str, param: Tensor, group: dict[str, Any]) -> Tensor:
        return fg.full_like(param.detach(), group["initial_accumulator_value"])
