"""Muon: momentum whose steps turn and do not stretch."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import whole
from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Params

_ADJUSTMENTS = (None, "original", "match_rms_adamw")


class Muon(Optimizer):
    """Steps along the orthogonal matrix next to the momentum; for the matrices of hidden layers.

    With gradient g, parameter p of shape (a, b), and the buffer m::

        m = momentum * m + (1 - momentum) * g
        u = (1 - momentum) * g + momentum * m  if nesterov else  m
        p = p * (1 - lr * weight_decay) - lr * c * orthogonal(u)

    where c is ``sqrt(max(1, a / b))``, or ``0.2 * sqrt(max(a, b))`` with ``adjust_lr_fn="match_rms_adamw"``, which
    suits AdamW's rates. `orthogonal` divides by the norm and then iterates ``x = c0 * x + (c1 * y + c2 * y @ y) @ x``
    with ``y = x @ x.T``: it brings the singular values near 1. As in PyTorch, every intermediate has the digits of
    bfloat16; which way one of them rounds is chance, so that a step is PyTorch's to some 3 digits, and mostly to all.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Matrices, or groups of such; vectors, and embeddings, are another optimizer's.
    lr : float, default 1e-3
        The learning rate.
    weight_decay : float, default 0.1
        Decoupled, as that of `AdamW`.
    momentum : float, default 0.95
        The share of the past in the mean of gradients.
    nesterov : bool, default True
        Whether the step looks ahead by the momentum.
    ns_coefficients : three floats, default (3.4445, -4.775, 2.0315)
        Those of the iteration.
    eps : float, default 1e-7
        The least norm that is divided by.
    ns_steps : int, default 5
        How many iterations, less than 100.
    adjust_lr_fn : "original" or "match_rms_adamw", optional
        None is "original".

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`; also if a parameter is not a matrix.

    References
    ----------
    Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024,
    https://kellerjordan.github.io/posts/muon/; Liu et al., "Muon is Scalable for LLM Training", 2025,
    https://arxiv.org/abs/2502.16982

    Examples
    --------
    >>> import fastgrad as fg
    >>> net = fg.nn.Sequential(fg.nn.Linear(4, 4), fg.nn.Linear(4, 2))
    >>> muon = fg.optim.Muon([p for p in net.parameters() if p.ndim == 2], lr=0.02)
    >>> adamw = fg.optim.AdamW([p for p in net.parameters() if p.ndim != 2])
    >>> net(fg.ones(1, 4)).sum().backward()
    >>> muon.step()
    >>> adamw.step()
    """

    _not_negative = ("lr", "weight_decay", "momentum", "eps")
    _flags = ("nesterov",)
    _counts = False  # nor does PyTorch's

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            weight_decay=weight_decay,
            momentum=momentum,
            nesterov=nesterov,
            ns_coefficients=ns_coefficients,
            eps=eps,
            ns_steps=ns_steps,
            adjust_lr_fn=adjust_lr_fn,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name, coefficients = type(self).__name__, group["ns_coefficients"]
        if not isinstance(coefficients, (tuple, list)) or len(coefficients) != 3:
            raise TypeError(f"{name}: ns_coefficients must be three numbers, got {coefficients!r}")
        for i, coefficient in enumerate(coefficients):
            check(name, f"ns_coefficients[{i}]", coefficient, least=-float("inf"))
        if not 0 <= whole(group["ns_steps"], name, "ns_steps") < 100:
            raise ValueError(f"{name}: ns_steps must be in [0, 100), got {group['ns_steps']}")
        if group["adjust_lr_fn"] not in _ADJUSTMENTS:
            raise ValueError(f"{name}: adjust_lr_fn must be one of {_ADJUSTMENTS}, got {group['adjust_lr_fn']!r}")
        for param in group["params"]:
            if param.ndim != 2:
                raise ValueError(
                    f"{name}: every parameter must be a matrix, got one of shape {param.shape}; give it to another "
                    "optimizer, such as AdamW"
                )

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        return {"momentum_buffer": True}

    def _update(
        self, group: dict[str, Any], step: int, params: list[Tensor], grads: list[Tensor], buffers: list[Tensor]
    ) -> None:
        lr, momentum = float(group["lr"]), float(group["momentum"])
        for p, g, buffer in zip(params, grads, buffers, strict=True):
            buffer.add_((1 - momentum) * (g - buffer))
            update = g + momentum * (buffer - g) if group["nesterov"] else buffer
            rows, columns = p.shape
            if p.size == 0:
                continue
            if group["adjust_lr_fn"] == "match_rms_adamw":
                ratio = 0.2 * sqrt(max(rows, columns))
            else:
                ratio = sqrt(max(1.0, rows / columns))
            direction = _orthogonal(update, group["ns_coefficients"], group["ns_steps"], float(group["eps"]))
            p.mul_(1 - lr * float(group["weight_decay"]))
            p.sub_(lr * ratio * direction.astype(p.dtype))


def _orthogonal(x: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """Return a matrix with x's singular vectors, whose singular values are near 1."""
    a, b, c = (float(coefficient) for coefficient in coefficients)
    tall = x.shape[0] > x.shape[1]
    x = _rounded(x.mT if tall else x)
    x = _rounded(x / max(_rounded(x.norm()).item(), eps))
    for _ in range(steps):
        gram = _rounded(x @ x.mT)
        x = _rounded(a * x + _rounded(b * gram + c * (gram @ gram)) @ x)
    return x.mT if tall else x


def _rounded(x: Tensor) -> Tensor:
    return x.astype(fg.bfloat16).astype(fg.float32)
