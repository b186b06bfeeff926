"""LAMB: Adam whose steps are as long as the parameters ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad._core import total_norm
from fastgrad.optim._steps import update_fused
from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Params


class LAMB(Optimizer):
    """Adam's direction, which each parameter goes by a length in proportion to its norm; PyTorch has none.

    With gradient g, parameter p and the moments m and v, at step t::

        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        r = (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps) + weight_decay * p
        p = p - lr * norm(p) / norm(r) * r

    norms being of a whole parameter, and their quotient 1 where one of them is 0. It is for batches of thousands.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-3
        The learning rate.
    betas : pair of float, default (0.9, 0.999)
        How slowly the moments forget, in [0, 1).
    eps : float, default 1e-6
        What is added to the divisor, so that it is never 0.
    weight_decay : float, default 0.01
        This times the weights is added to the direction of the step.
    maximize : bool, default False
        Ascend instead.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2019, algorithm 2,
    https://arxiv.org/abs/1904.00962

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([3.0, 4.0]))
    >>> optimizer = fg.optim.LAMB([p], lr=0.1)
    >>> p.sum().backward()
    >>> optimizer.step()
    >>> round((p - fg.tensor([3.0, 4.0])).norm().item(), 4)
    0.5
    """

    _fused = "adam"
    _not_negative = ("lr", "eps", "weight_decay")
    _flags = ("maximize",)
    _pairs = ("betas",)
    # Adam's step of rate -1 from 0 is its direction.
    _constants: ClassVar[dict[str, float]] = {
        "lr": -1.0, "weight_decay": 0.0, "decoupled_weight_decay": False, "amsgrad": False
    }  # fmt: skip

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.01,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize)

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True, "exp_avg_sq": True, "max_exp_avg_sq": False}

    def _update(
        self, group: dict[str, Any], step: int, params: list[Tensor], grads: list[Tensor], *moments: list[Tensor]
    ) -> None:
        directions = [fg.zeros_like(p.detach()) for p in params]
        update_fused(self, group, step, directions, grads, *moments)
        lr, weight_decay = float(group["lr"]), float(group["weight_decay"])
        for p, r in zip(params, directions, strict=True):
            if weight_decay:
                r.add_(weight_decay * p)
            length, step_length = total_norm([p], 2.0), total_norm([r], 2.0)
            ratio = length / step_length if length > 0 and step_length > 0 else 1.0
            p.sub_(lr * ratio * r)
