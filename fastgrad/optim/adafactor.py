"""Adafactor: of a matrix's second moment, only its rows' and columns' means are kept."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._core import total_norm
from fastgrad.optim.optimizer import Optimizer, check

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Params


class Adafactor(Optimizer):
    """Adaptive steps for parameters that are too large for Adam's memory.

    With gradient g, and parameter p of n elements, at step t::

        b = t**beta2_decay
        a = max(eps[1], norm(p) / sqrt(n)) * min(lr, 1 / sqrt(t))
        p = p * (1 - lr * weight_decay)
        rows = (1 - b) * rows + b * mean(g**2, axis=-1);  columns alike, along the axis before
        v = outer(rows, columns) / max(mean(rows), eps[0])
        u = g / max(sqrt(v), eps[0])
        p = p - a / max(1, norm(u) / (sqrt(n) * d)) * u

    Of parameters with less than two axes the whole v is kept.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        Tensors or parameter groups.
    lr : float, default 1e-2
        The largest rate.
    beta2_decay : float, default -0.8
        How the means forget: at most 0.
    eps : pair of float, default (None, 1e-3)
        The least root of v (None: the eps of the parameter's dtype), and the least size of a parameter.
    d : float, default 1.0
        The largest root mean square of a step before its rate, at least 1.
    weight_decay : float, default 0.0
        Decoupled, as that of `AdamW`.
    foreach
        See `Optimizer`.
    maximize : bool, default False
        Ascend instead.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`.

    References
    ----------
    Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018,
    https://arxiv.org/abs/1804.04235

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.ones((300, 200)))
    >>> optimizer = fg.optim.Adafactor([p])
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> sum(state.size for key, state in optimizer.state[p].items() if key != "step")
    500
    """

    _not_negative = ("lr", "weight_decay")
    _flags = ("maximize",)

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            beta2_decay=beta2_decay,
            eps=eps,
            d=d,
            weight_decay=weight_decay,
            foreach=foreach,
            maximize=maximize,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name = type(self).__name__
        check(name, "beta2_decay", group["beta2_decay"], least=-inf, most=0.0)
        check(name, "d", group["d"], least=1.0)
        eps = group["eps"]
        if not isinstance(eps, (tuple, list)) or len(eps) != 2:
            raise TypeError(f"{name}: eps must be a pair, None or a number and a number, got {eps!r}")
        if eps[0] is not None:
            check(name, "eps[0]", eps[0])
        check(name, "eps[1]", eps[1])

    def _remembers(self) -> list[str]:
        return ["step", "row_var", "col_var", "variance"]

    def _shape(self, what: str, param: Tensor) -> tuple[int, ...] | None:
        if what == "row_var":
            return (*param.shape[:-1], 1)
        if what == "col_var":
            return (*param.shape[:-2], 1, *param.shape[-1:])
        return param.shape

    def _update(self, group: dict[str, Any], step: int, params: list[Tensor], grads: list[Tensor]) -> None:
        lr, decay, weight_decay = float(group["lr"]), float(group["beta2_decay"]), float(group["weight_decay"])
        least, least_size = group["eps"]
        forgotten, rate = step**decay, min(lr, 1 / sqrt(step))
        for p, g in zip(params, grads, strict=True):
            if p.size == 0:
                continue
            root = sqrt(p.size)
            smallest = float(_EPS[p.dtype] if least is None else least)
            alpha = max(float(least_size), total_norm([p], 2.0) / root) * rate
            if weight_decay:
                p.mul_(1 - lr * weight_decay)
            update = g / self._root(p, g, forgotten, smallest)
            alpha /= max(1.0, total_norm([update], 2.0) / (root * float(group["d"])))
            p.add_((alpha if group["maximize"] else -alpha) * update)

    def _root(self, p: Tensor, g: Tensor, forgotten: float, smallest: float) -> Tensor:
        """Take a gradient into what is remembered, and return the root of the second moment."""
        state, squares = self.state[p], g * g
        kinds = {"row_var": -1, "col_var": -2} if p.ndim > 1 else {"variance": None}
        for kind, axis in kinds.items():
            mean = squares if axis is None else squares.mean(axis=axis, keepdims=True)
            if kind not in state:
                state[kind] = fg.zeros_like(mean)
            state[kind].add_(forgotten * (mean - state[kind]))
        if p.ndim > 1:
            rows, columns = state["row_var"], state["col_var"]
            moment = rows * columns / fg.clip(rows.mean(axis=-2, keepdims=True), smallest, None)
        else:
            moment = state["variance"]
        return fg.sqrt(fg.clip(moment, smallest * smallest, None))


_EPS = {fg.float32: 2.0**-23, fg.float64: 2.0**-52}
