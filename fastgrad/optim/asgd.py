"""Averaged stochastic gradient descent."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from numpy import float32

from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class ASGD(Optimizer):
    """Descent at a falling rate, with the average of all parameters from some step on.

    With gradient g, parameter p and the average a, at step t::

        g = g + weight_decay * p
        p = p * (1 - lambd * eta) - eta * g
        a = a + mu * (p - a)
        eta, mu = lr / (1 + lambd * lr * t)**alpha, 1 / max(1, t - t0)      (from the next step on; lr and 1 at first)

    The average is in the state, as "ax"; it is what such a run is for. As in PyTorch, eta and mu, which the state
    holds, have the digits of float32.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-2
        The learning rate: what each step is multiplied by.
    lambd : float, default 1e-4
        Decay.
    alpha : float, default 0.75
        How fast the rate falls.
    t0 : float, default 1e6
        After how many steps the average begins.
    weight_decay : float, default 0
        L2 penalty.
    maximize : bool, default False
        Ascend instead.
    foreach, differentiable, capturable
        See `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992,
    https://doi.org/10.1137/0330046

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.ASGD([p], lr=0.25, lambd=0, t0=0)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (p * p).sum().backward()
    ...     optimizer.step()
    >>> p.item(), optimizer.state[p]["ax"].item()
    (0.25, 0.25)
    """

    _fused = "asgd"
    _not_negative = ("lr", "lambd", "weight_decay")
    _flags = ("maximize",)
    _numbers = ("eta", "mu")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lambd=lambd,
            alpha=alpha,
            t0=t0,
            weight_decay=weight_decay,
            foreach=foreach,
            maximize=maximize,
            differentiable=differentiable,
            capturable=capturable,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        for key in ("alpha", "t0"):
            check(type(self).__name__, key, group[key], least=-inf)

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"ax": True}

    def _advance(
        self, group: dict[str, Any], step: int, numbers: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        lr, lambd, alpha, t0 = (float(group[key]) for key in ("lr", "lambd", "alpha", "t0"))
        used = {"eta": numbers.get("eta", float(float32(lr))), "mu": numbers.get("mu", 1.0)}
        after = {"eta": lr / (1 + lambd * lr * step) ** alpha, "mu": 1 / max(1, step - t0)}
        return {name: float(float32(value)) for name, value in after.items()}, used
