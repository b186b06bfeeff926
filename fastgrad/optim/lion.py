"""Lion: steps of one size, along the sign of a mean of gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class Lion(Optimizer):
    """Steps of the size `lr` in every element, whose signs are those of a mean of the gradient; PyTorch has none.

    With gradient g, parameter p and the mean m::

        c = beta1 * m + (1 - beta1) * g
        p = p - lr * (sign(c) + weight_decay * p)
        m = beta2 * m + (1 - beta2) * g

    Rates are 3 to 10 times smaller than Adam's, and decays as much larger.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-4
        The learning rate.
    betas : pair of float, default (0.9, 0.99)
        How slowly the means forget, in [0, 1).
    weight_decay : float, default 0
        Decoupled, as that of `AdamW`.
    maximize : bool, default False
        Ascend instead.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, https://arxiv.org/abs/2302.06675

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.Lion([p], lr=0.25)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.item()
    0.75
    """

    _fused = "lion"
    _not_negative = ("lr", "weight_decay")
    _flags = ("maximize",)
    _pairs = ("betas",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize)

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"exp_avg": True}
