"""Nonlinear conjugate gradients."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import whole
from fastgrad.nn._common import size
from fastgrad.optim.line_search import Point, strong_wolfe
from fastgrad.optim.minimizer import Minimizer, dot, largest
from fastgrad.optim.optimizer import check

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.optim.minimizer import _Function
    from fastgrad.optim.optimizer import Params

_FORMULAS = ("fletcher_reeves", "polak_ribiere", "hager_zhang")


class ConjugateGradient(Minimizer):
    """Nonlinear conjugate gradients, for smooth losses of all the data: four vectors of memory; PyTorch has none.

    With gradient g, the one before h, their difference y and the direction d::

        d = -g + beta * d
        beta = dot(g, g) / dot(h, h)                                    fletcher_reeves
        beta = max(dot(g, y) / dot(h, h), 0)                            polak_ribiere
        beta = dot(y - 2 * dot(y, y) / dot(d, y) * d, g) / dot(d, y)    hager_zhang

    the last at least ``-1 / (norm(d) * min(0.01, norm(h)))``. Its length is searched for as by `LBFGS`, with a stricter
    condition on the slope (0.1 times the first). Where the direction does not descend it begins anew with -g, and so it
    does after as many iterations as there are parameters.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float, default 1
        The length that is tried first.
    formula : str, default "polak_ribiere"
        "fletcher_reeves", "polak_ribiere" or "hager_zhang".
    max_iter : int, default 20
        Iterations of a step.
    max_eval : int, optional
        Calls of the closure in a step; ``max_iter * 5 // 2`` if None.
    tolerance_grad : float, default 1e-7
        A step ends where no element of the gradient is larger.
    tolerance_change : float, default 1e-9
        It ends where neither a parameter nor the loss changes by more.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`; also if there are several groups.

    References
    ----------
    Fletcher and Reeves, "Function minimization by conjugate gradients", 1964; Polak and Ribière, "Note sur la
    convergence de méthodes de directions conjuguées", 1969; Hager and Zhang, "A New Conjugate Gradient Method with
    Guaranteed Descent and an Efficient Line Search", 2005, https://doi.org/10.1137/030601880; Nocedal and Wright,
    "Numerical Optimization", 2nd ed., section 5.2

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([-1.2, 1.0], dtype=fg.float64))
    >>> optimizer = fg.optim.ConjugateGradient([p], max_iter=100)
    >>> def rosenbrock():
    ...     optimizer.zero_grad()
    ...     loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> round(optimizer.step(rosenbrock).item(), 2)
    24.2
    >>> p.detach().numpy().round(4).tolist()
    [1.0, 1.0]
    """

    _not_negative = ("lr",)

    def __init__(
        self,
        params: Params,
        lr: float = 1,
        formula: str = "polak_ribiere",
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
    ) -> None:
        if max_eval is None:
            max_eval = whole(max_iter, type(self).__name__, "max_iter") * 5 // 2
        super().__init__(
            params,
            lr=lr,
            formula=formula,
            max_iter=max_iter,
            max_eval=max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name = type(self).__name__
        for what in ("max_iter", "max_eval"):
            size(group[what], name, what)
        for what in ("tolerance_grad", "tolerance_change"):
            check(name, what, group[what], least=-inf)
        if group["formula"] not in _FORMULAS:
            raise ValueError(f"{name}: formula must be one of {_FORMULAS}, got {group['formula']!r}")

    def _minimize(self, function: _Function, group: dict[str, Any]) -> Any:
        lr, tolerance = float(group["lr"]), float(group["tolerance_change"])
        state = self.state[group["params"][0]]
        loss, grad = function.evaluate()
        for _ in range(group["max_iter"]):
            if largest(grad) <= group["tolerance_grad"] or function.calls > group["max_eval"]:
                break
            direction, slope = self._direction(state, grad, group["formula"])
            # The first change of the loss is guessed to be that of the iteration before: (3.60) in the book.
            step = state["t"] * state["slope"] / slope if state["age"] else min(1.0, 1 / abs(grad).sum().item()) * lr
            origin, loss_before = function.position(), loss
            start, reach = Point(0.0, loss, slope, grad), largest(direction)
            most = group["max_eval"] - function.calls
            point, _ = strong_wolfe(
                function.along(origin, direction), start, step, reach, curvature=0.1, tolerance=tolerance, most=most
            )
            function.go(origin + point.step * direction)
            state |= {"d": direction, "t": point.step, "slope": slope, "prev_flat_grad": grad, "age": state["age"] + 1}
            loss, grad = point.loss, point.grad
            if point.step == 0:  # nothing lower in sight: begin anew, once
                if state["age"] == 1:
                    break
                state["age"] = 0
            elif reach * point.step <= tolerance or abs(loss - loss_before) < tolerance:
                break
        return function.first

    def _direction(self, state: dict[str, Any], grad: Tensor, formula: str) -> tuple[Tensor, float]:
        """Return the direction and its slope; ``state["age"]`` says for how many iterations it has been conjugate."""
        if 0 < state.get("age", 0) < grad.size:
            before, direction = state["prev_flat_grad"], state["d"]
            change, square = grad - before, dot(before, before)
            if formula == "fletcher_reeves":
                beta = dot(grad, grad) / square
            elif formula == "polak_ribiere":
                beta = max(dot(grad, change) / square, 0.0)
            else:
                along = dot(direction, change)
                beta = -inf
                if along != 0:
                    beta = (dot(change, grad) - 2 * dot(change, change) / along * dot(direction, grad)) / along
                beta = max(beta, -1 / (sqrt(dot(direction, direction)) * min(0.01, sqrt(square))))
            direction = beta * direction - grad
            slope = dot(grad, direction)
            if slope < 0:
                return direction, slope
        state["age"] = 0
        return -grad, -dot(grad, grad)
