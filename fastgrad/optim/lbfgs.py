"""Limited-memory BFGS."""

from __future__ import annotations

from math import inf
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


class LBFGS(Minimizer):
    """A quasi-Newton method, whose curvature is what the last gradients differ by; for smooth losses of all the data.

    Every step is a minimization of up to `max_iter` iterations, which call the closure; the next step goes on with what
    is known of the curvature.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    lr : float, default 1
        The first length to try of an iteration, and its length where nothing is searched.
    max_iter : int, default 20
        Iterations of a step.
    max_eval : int, optional
        Calls of the closure in a step; ``max_iter * 5 // 4`` if None.
    tolerance_grad : float, default 1e-7
        A step ends where no element of the gradient is larger.
    tolerance_change : float, default 1e-9
        It ends where neither a parameter nor the loss changes by more.
    history_size : int, default 100
        How many differences are remembered, each two vectors.
    line_search_fn : "strong_wolfe", optional
        Search for a length that meets the strong Wolfe conditions. None takes `lr` untried, and may diverge.

    Raises
    ------
    TypeError, ValueError
        See `Optimizer`; also if there are several groups.

    References
    ----------
    Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989,
    https://doi.org/10.1007/BF01589116

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([-1.2, 1.0], dtype=fg.float64))
    >>> optimizer = fg.optim.LBFGS([p], max_iter=100, line_search_fn="strong_wolfe")
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
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        if max_eval is None:
            max_eval = whole(max_iter, type(self).__name__, "max_iter") * 5 // 4
        super().__init__(
            params,
            lr=lr,
            max_iter=max_iter,
            max_eval=max_eval,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
            line_search_fn=line_search_fn,
        )

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name = type(self).__name__
        for what, least in (("max_iter", 0), ("max_eval", 0), ("history_size", 1)):
            size(group[what], name, what, least)
        for what in ("tolerance_grad", "tolerance_change"):
            check(name, what, group[what], least=-inf)
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ValueError(f"{name}: line_search_fn must be None or 'strong_wolfe', got {group['line_search_fn']!r}")

    def _minimize(self, function: _Function, group: dict[str, Any]) -> Any:
        lr, tolerance = float(group["lr"]), float(group["tolerance_change"])
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        loss, grad = function.evaluate()
        state["func_evals"] += 1
        if largest(grad) <= group["tolerance_grad"]:
            return function.first

        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(state, grad, group["history_size"])
            first = state["n_iter"] == 1
            step = min(1.0, 1 / abs(grad).sum().item()) * lr if first else lr
            loss_before, slope = loss, dot(grad, direction)
            state |= {"d": direction, "t": step, "prev_flat_grad": grad, "prev_loss": loss}
            if slope > -tolerance:
                break
            origin, calls = function.position(), function.calls
            if group["line_search_fn"] is None:
                function.go(origin + step * direction)
                if iteration == group["max_iter"]:  # in a stochastic setting nobody asks for what is there
                    break
                loss, grad = function.evaluate()
            else:
                start, reach = Point(0.0, loss, slope, grad), largest(direction)
                most = group["max_eval"] - calls
                (step, loss, _, grad), _ = strong_wolfe(
                    function.along(origin, direction), start, step, reach, most=most
                )
                function.go(origin + step * direction)
            state["t"] = step
            state["func_evals"] += function.calls - calls
            if (
                function.calls >= group["max_eval"]
                or largest(grad) <= group["tolerance_grad"]
                or largest(direction) * abs(step) <= tolerance
                or abs(loss - loss_before) < tolerance
            ):
                break
        return function.first

    def _direction(self, state: dict[str, Any], grad: Tensor, history_size: int) -> Tensor:
        """Return minus the inverse curvature times the gradient, by two loops over what is remembered."""
        if state["n_iter"] == 1:
            state |= {"old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1.0}
            return -grad
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        change, step = grad - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = dot(change, step)
        if curvature > 1e-10:
            if len(changes) >= history_size:
                for remembered in (changes, steps, inverses):
                    del remembered[: len(remembered) - history_size + 1]
            changes.append(change)
            steps.append(step)
            inverses.append(1 / curvature)
            state["H_diag"] = curvature / dot(change, change)
        direction, shares = -grad, [0.0] * len(changes)
        for i in reversed(range(len(changes))):
            shares[i] = dot(steps[i], direction) * inverses[i]
            direction.sub_(shares[i] * changes[i])
        direction.mul_(state["H_diag"])
        for i in range(len(changes)):
            direction.add_((shares[i] - dot(changes[i], direction) * inverses[i]) * steps[i])
        state["al"] = [*shares, *[None] * (history_size - len(shares))]  # PyTorch's scratch, which stands in its state
        return direction
