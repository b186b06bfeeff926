"""SciPy's minimizers, with the closure of LBFGS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor.convert import real
from fastgrad.optim.minimizer import Minimizer
from fastgrad.optim.optimizer import pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad.optim.minimizer import _Function
    from fastgrad.optim.optimizer import Params

_WITH_GRADIENTS = ("CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP", "trust-constr", "Newton-CG")
_WITHOUT = ("Nelder-Mead", "Powell", "COBYLA", "COBYQA")


class SciPyMinimizer(Minimizer):
    """`scipy.optimize.minimize` as an optimizer: every step is one call of it, from where the parameters are.

    It needs SciPy (``pip install scipy``), which is imported by the first step. SciPy computes in float64, and its line
    searches want losses of that accuracy: take float64 parameters where a minimum is to be met to more than 3 digits.

    Parameters
    ----------
    params : iterable of Tensor
        One group only.
    method : str, default "L-BFGS-B"
        "CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP", "trust-constr" or "Newton-CG", which use gradients; "Nelder-Mead",
        "Powell", "COBYLA" or "COBYQA", which use none. Methods that need a Hessian are not here.
    bounds : pair, optional
        The least and the largest value of every element, each a number or None.
    tol : float, optional
        When to stop, in the method's own sense: `scipy.optimize.minimize` has it.
    options : dict, optional
        As `scipy.optimize.minimize` has them for the method, such as ``{"maxiter": 100}``.
    callback : callable, optional
        Called after each iteration, with what SciPy gives it.

    Attributes
    ----------
    result : scipy.optimize.OptimizeResult or None
        What the last step found: ``result.success``, ``result.message``, ``result.nfev``.

    Raises
    ------
    ImportError
        By `step`, if SciPy is not installed.
    TypeError, ValueError
        See `Optimizer`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> p = fg.nn.Parameter(fg.tensor([-1.2, 1.0], dtype=fg.float64))
    >>> optimizer = fg.optim.SciPyMinimizer([p], method="BFGS")
    >>> def rosenbrock():
    ...     optimizer.zero_grad()
    ...     loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> round(optimizer.step(rosenbrock).item(), 2)
    24.2
    >>> p.detach().numpy().round(4).tolist(), optimizer.result.success
    ([1.0, 1.0], True)
    """

    def __init__(
        self,
        params: Params,
        method: str = "L-BFGS-B",
        bounds: tuple[float | None, float | None] | None = None,
        tol: float | None = None,
        options: dict[str, Any] | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> None:
        self.result: Any = None
        super().__init__(params, method=method, bounds=bounds, tol=tol, options=options, callback=callback)

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        name, known = type(self).__name__, (*_WITH_GRADIENTS, *_WITHOUT)
        if group["method"] not in known:
            raise ValueError(f"{name}: method must be one of {known}, got {group['method']!r}")
        if group["bounds"] is not None:
            low, high = (
                bound if bound is None else real(bound, name, f"bounds[{i}]")
                for i, bound in enumerate(pair(name, "bounds", group["bounds"]))
            )
            if low is not None and high is not None and not low <= high:
                raise ValueError(f"{name}: bounds must be the least and the largest value, got {group['bounds']}")
        if group["tol"] is not None:
            real(group["tol"], name, "tol")
        if group["options"] is not None and not isinstance(group["options"], dict):
            raise TypeError(f"{name}: options must be a dict, got {group['options']!r}")
        if group["callback"] is not None and not callable(group["callback"]):
            raise TypeError(f"{name}: callback must be callable, got {group['callback']!r}")

    def _minimize(self, function: _Function, group: dict[str, Any]) -> Any:
        try:
            from scipy.optimize import minimize  # type: ignore[import-untyped]
        except ImportError as error:
            raise ImportError(
                f"{type(self).__name__} needs SciPy, which is not installed: pip install scipy"
            ) from error
        origin = function.position()
        uses_gradients = group["method"] in _WITH_GRADIENTS

        def loss(x: Any) -> Any:
            function.go(fg.asarray(np.asarray(x, np.float64)))
            value, grad = function.evaluate()
            return (value, grad.numpy().astype(np.float64)) if uses_gradients else value

        self.result = minimize(
            loss,
            origin.numpy().astype(np.float64),
            method=group["method"],
            jac=uses_gradients or None,
            bounds=None if group["bounds"] is None else [tuple(group["bounds"])] * int(origin.size),
            tol=group["tol"],
            options=group["options"],
            callback=group["callback"],
        )
        function.go(fg.asarray(np.asarray(self.result.x, np.float64)))
        return function.first
