"""NAdam: Adam that looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy import float32

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: of the first moment, a step uses what it will be after the next update.

    With gradient g, parameter p and the moments m and v, at step t::

        g = g + weight_decay * p
        mu(t) = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        n = mu(t + 1) * m / (1 - mu(1) * ... * mu(t + 1)) + (1 - mu(t)) * g / (1 - mu(1) * ... * mu(t))
        p = p - lr * n / (sqrt(v / (1 - beta2**t)) + eps)

    As in PyTorch, the product of all mu, which the state holds, has the digits of float32.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 2e-3
        The learning rate.
    betas : pair of float, default (0.9, 0.999)
        How slowly the moments forget, in [0, 1).
    eps : float, default 1e-8
        What is added to the divisor, so that it is never 0.
    weight_decay : float, default 0
        L2 penalty.
    momentum_decay : float, default 4e-3
        How fast the momentum comes to its full size.
    decoupled_weight_decay : bool, default False
        Multiply the parameter by ``1 - lr * weight_decay`` instead of adding to the gradient.
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
    Dozat, "Incorporating Nesterov Momentum into Adam", 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.NAdam([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.4718
    """

    _fused = "nadam"
    _not_negative = ("lr", "eps", "weight_decay", "momentum_decay")
    _flags = ("decoupled_weight_decay", "maximize")
    _pairs = ("betas",)
    _numbers = ("mu_product",)

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
            maximize=maximize,
            foreach=foreach,
            capturable=capturable,
            differentiable=differentiable,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True, "exp_avg_sq": True}

    def _advance(
        self, group: dict[str, Any], step: int, numbers: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        mu, next_mu = (
            float(group["betas"][0]) * (1 - 0.5 * 0.96 ** (t * float(group["momentum_decay"])))
            for t in (step, step + 1)
        )
        product = float(float32(numbers.get("mu_product", 1.0)) * float32(mu))
        return {"mu_product": product}, {"mu": mu, "next_mu": next_mu, "mu_product": product}
