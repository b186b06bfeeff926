"""Stochastic gradient descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad import _core
from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
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
    momentum : float, default 0
    dampening : float, default 0
    weight_decay : float, default 0
        L2 penalty.
    nesterov : bool, default False
        Needs a momentum and no dampening.
    maximize : bool, default False
        Ascend instead.

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
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _check(self, group: dict[str, Any]) -> None:
        check("SGD", "learning rate", group["lr"])
        check("SGD", "momentum", group["momentum"])
        check("SGD", "weight_decay", group["weight_decay"])
        if not -float("inf") < group["dampening"] < float("inf"):
            raise ValueError(f"SGD: invalid dampening: {group['dampening']}")
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("SGD: Nesterov momentum requires a momentum and zero dampening")

    def _new_state(self, param: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _update(
        self, group: dict[str, Any], params: list[Tensor], grads: list[Tensor], states: list[dict[str, Any]]
    ) -> None:
        lr, momentum, dampening = group["lr"], group["momentum"], group["dampening"]
        decay, nesterov, maximize = group["weight_decay"], group["nesterov"], group["maximize"]
        if momentum == 0:
            _core.sgd_(params, grads, [], lr, 0.0, 0.0, decay, False, maximize)
            return
        fresh = [i for i, state in enumerate(states) if state.get("momentum_buffer") is None]
        for i in fresh:
            states[i]["momentum_buffer"] = fg.zeros_like(params[i].detach())
        buffers = [state["momentum_buffer"] for state in states]
        if dampening == 0 or not fresh:
            _core.sgd_(params, grads, buffers, lr, momentum, dampening, decay, nesterov, maximize)
            return
        # The first gradient enters the buffer undamped.
        for chosen, damp in ((fresh, 0.0), ([i for i in range(len(params)) if i not in fresh], dampening)):
            if chosen:
                some_params, some_grads, some_buffers = (
                    [values[i] for i in chosen] for values in (params, grads, buffers)
                )
                _core.sgd_(some_params, some_grads, some_buffers, lr, momentum, damp, decay, nesterov, maximize)
