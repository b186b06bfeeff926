"""Adadelta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class Adadelta(Optimizer):
    """Steps of the size of those before, over the size of the gradients: their unit is the parameter's.

    With gradient g, parameter p, the mean square v of gradients and the mean square a of steps::

        g = g + weight_decay * p
        v = rho * v + (1 - rho) * g**2
        d = sqrt(a + eps) / sqrt(v + eps) * g
        a = rho * a + (1 - rho) * d**2
        p = p - lr * d

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1.0
        The learning rate: what each step is multiplied by.
    rho : float, default 0.9
        How slowly the mean squares forget, in [0, 1].
    eps : float, default 1e-6
        What is added to the divisor, so that it is never 0.
    weight_decay : float, default 0
        L2 penalty.
    maximize : bool, default False
        Ascend instead.
    foreach, capturable, differentiable
        See `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, https://arxiv.org/abs/1212.5701

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Adadelta([p], lr=1.0, eps=0.01)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.6877
    """

    _fused = "adadelta"
    _not_negative = ("lr", "rho", "eps", "weight_decay")
    _flags = ("maximize",)

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            rho=rho,
            eps=eps,
            weight_decay=weight_decay,
            maximize=maximize,
            capturable=capturable,
            foreach=foreach,
            differentiable=differentiable,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        check(type(self).__name__, "rho", group["rho"], most=1.0)

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"square_avg": True, "acc_delta": True}
