"""Adam, and AdamW, which is Adam with decoupled weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class Adam(Optimizer):
    """Steps scaled by running moments of the gradient.

    With gradient g, parameter p and the moments m and v, at step t::

        g = g + weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

    and with `amsgrad` the largest v so far in place of v.

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
    amsgrad : bool, default False
        Whether the largest mean of squares so far is divided by, not the present one.
    maximize : bool, default False
        Ascend instead.
    foreach, capturable, differentiable, fused
        See `Optimizer`.
    decoupled_weight_decay : bool, default False
        Decay as `AdamW`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, https://arxiv.org/abs/1412.6980;
    Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, https://arxiv.org/abs/1904.09237

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Adam([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.5
    """

    _fused = "adam"
    _not_negative = ("lr", "eps", "weight_decay")
    _flags = ("amsgrad", "maximize", "decoupled_weight_decay")
    _pairs = ("betas",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            foreach=foreach,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True, "exp_avg_sq": True, "max_exp_avg_sq": group["amsgrad"]}


class AdamW(Adam):
    """Adam with weight decay that does not pass through the moments.

    As `Adam`, but instead of adding ``weight_decay * p`` to the gradient, each step first multiplies the parameter by
    ``1 - lr * weight_decay``.

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
    weight_decay : float, default 0.01
        By how much weights shrink: each step takes off the rate times this, as a share.
    amsgrad : bool, default False
        Whether the largest mean of squares so far is divided by, not the present one.
    maximize : bool, default False
        Ascend instead.
    foreach, capturable, differentiable, fused
        See `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017, https://arxiv.org/abs/1711.05101

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.AdamW([p], lr=0.5, weight_decay=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.25
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
