"""RMSprop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Params


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of the gradient.

    With gradient g, parameter p, the mean square v, the mean a (`centered`) and the buffer b::

        g = g + weight_decay * p
        v = alpha * v + (1 - alpha) * g**2
        a = alpha * a + (1 - alpha) * g
        b = momentum * b + g / (sqrt(max(v - a**2, 0) if centered else v) + eps)
        p = p - lr * b

    The variance of a steady gradient is 0, and rounding may take it below, where PyTorch's root is NaN.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-2
        The learning rate.
    alpha : float, default 0.99
        How slowly the mean square forgets.
    eps : float, default 1e-8
        What is added to the divisor, so that it is never 0.
    weight_decay : float, default 0
        L2 penalty.
    momentum : float, default 0
        The share of the last step that is gone again; 0 is none.
    centered : bool, default False
        Divide by the running standard deviation instead.
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
    Tieleman and Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012,
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf; centered: Graves, "Generating Sequences
    With Recurrent Neural Networks", 2013, https://arxiv.org/abs/1308.0850

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([1.0]))
    >>> optimizer = fg.optim.RMSprop([p], lr=0.05)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> round(p.item(), 4)
    0.5
    """

    _fused = "rmsprop"
    _not_negative = ("lr", "alpha", "eps", "weight_decay", "momentum")
    _flags = ("centered", "maximize")

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            alpha=alpha,
            eps=eps,
            centered=centered,
            weight_decay=weight_decay,
            capturable=capturable,
            foreach=foreach,
            maximize=maximize,
            differentiable=differentiable,
        )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"square_avg": True, "grad_avg": group["centered"], "momentum_buffer": group["momentum"] > 0}
