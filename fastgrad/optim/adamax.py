"""Adamax: Adam with the largest magnitude in place of the mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class Adamax(Optimizer):
    """Steps scaled by the mean of the gradient and its largest magnitude, both of which forget.

    With gradient g, parameter p, the mean m and the magnitude u, at step t::

        g = g + weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g) + eps)
        p = p - lr / (1 - beta1**t) * m / u

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 2e-3
        The learning rate.
    betas : pair of float, default (0.9, 0.999)
        How slowly m and u forget, in [0, 1).
    eps : float, default 1e-8
        What is added to the divisor, so that it is never 0.
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
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7.1, https://arxiv.org/abs/1412.6980

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Adamax([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.5
    """

    _fused = "adamax"
    _not_negative = ("lr", "eps", "weight_decay")
    _flags = ("maximize",)
    _pairs = ("betas",)

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            foreach=foreach,
            maximize=maximize,
            differentiable=differentiable,
            capturable=capturable,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True, "exp_inf": True}
