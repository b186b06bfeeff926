"""Rprop."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad.optim.optimizer import Optimizer, check, pair

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Params


class Rprop(Optimizer):
    """Steps against the gradient's sign, each element's growing while the sign stays; for gradients of all the data.

    With gradient g, the one used before b, parameter p and the size s, which begins with `lr`::

        s = clip(s * (etas[1] if g * b > 0 else etas[0] if g * b < 0 else 1), *step_sizes)
        b = 0 if g * b < 0 else g
        p = p - s * sign(b)

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-2
        The first step's size.
    etas : pair of float, default (0.5, 1.2)
        By what sizes shrink, in (0, 1), and grow, more than 1.
    step_sizes : pair of float, default (1e-6, 50)
        The smallest and the largest size.
    maximize : bool, default False
        Ascend instead.
    capturable, foreach, differentiable
        See `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm", 1993,
    https://doi.org/10.1109/ICNN.1993.298623; without the way back of a step too far, as Igel and Hüsken, "Improving
    the Rprop Learning Algorithm", 2000, have it for iRprop-

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Rprop([p], lr=0.25)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.item()
    0.75
    """

    _fused = "rprop"
    _not_negative = ("lr",)
    _flags = ("maximize",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            etas=etas,
            step_sizes=step_sizes,
            foreach=foreach,
            maximize=maximize,
            differentiable=differentiable,
            capturable=capturable,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name = type(self).__name__
        for what, least in (("etas", 0.0), ("step_sizes", -inf)):
            for i, value in enumerate(pair(name, what, group[what])):
                check(name, f"{what}[{i}]", value, least=least)
        if not 0 < group["etas"][0] < 1 < group["etas"][1]:
            raise ValueError(f"{name}: etas must be a number in (0, 1) and one above 1, got {group['etas']}")

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"prev": True, "step_size": True}

    def _first(self, moment: str, param: Tensor, group: dict[str, Any]) -> Tensor:
        return fg.full_like(param.detach(), float(group["lr"]) if moment == "step_size" else 0.0)
