"""Stochastic gradient descent."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    With gradient g, parameter p and the buffer b::

        g = g + weight_decay * p
        b = momentum * b + (1 - dampening) * g      (b = g at the first step)
        g = g + momentum * b  if nesterov else  b
        p = p - lr * g

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-3
        The learning rate.
    momentum : float, default 0
        The share of the last step that is gone again; 0 is none.
    dampening : float, default 0
        The share of a gradient that does not enter the momentum.
    weight_decay : float, default 0
        L2 penalty.
    nesterov : bool, default False
        Needs a momentum and no dampening.
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
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013,
    https://proceedings.mlr.press/v28/sutskever13.html

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.SGD([p], lr=0.25)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.item()
    0.5
    """

    _fused = "sgd"
    _not_negative = ("lr", "momentum", "weight_decay")
    _flags = ("nesterov", "maximize")
    _counts = False  # nor does PyTorch's

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            maximize=maximize,
            foreach=foreach,
            differentiable=differentiable,
            fused=fused,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        check(type(self).__name__, "dampening", group["dampening"], least=-inf)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError(
                "SGD: with nesterov, momentum must be positive and dampening 0, got "
                f"{group['momentum']} and {group['dampening']}"
            )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"momentum_buffer": group["momentum"] > 0}
