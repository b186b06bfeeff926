"""RAdam: Adam that is adaptive only once it has seen enough gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class RAdam(Optimizer):
    """Adam whose rate is corrected for the variance that a second moment of few gradients has.

    With gradient g, parameter p and the moments m and v, at step t::

        g = g + weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        n = 2 / (1 - beta2) - 1,  r = n - 2 * t * beta2**t / (1 - beta2**t)
        if r > 5:
            c = sqrt((r - 4) * (r - 2) * n / ((n - 4) * (n - 2) * r))
            p = p - lr * c * m / (1 - beta1**t) * sqrt(1 - beta2**t) / (sqrt(v) + eps)
        else:
            p = p - lr * m / (1 - beta1**t)

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-3
        The learning rate.
    betas : pair of float, default (0.9, 0.999)
        How slowly the moments forget, in [0, 1).
    eps : float, default 1e-8
        What is added to the divisor, so that it is never 0.
    weight_decay : float, default 0
        L2 penalty.
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
    Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2019, https://arxiv.org/abs/1908.03265

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.RAdam([p], lr=0.25)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.5
    """

    _fused = "radam"
    _not_negative = ("lr", "eps", "weight_decay")
    _flags = ("decoupled_weight_decay", "maximize")
    _pairs = ("betas",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
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
            maximize=maximize,
            foreach=foreach,
            capturable=capturable,
            decoupled_weight_decay=decoupled_weight_decay,
            differentiable=differentiable,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True, "exp_avg_sq": True}
