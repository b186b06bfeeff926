"""What optimizers share that call the closure as often as they need: all parameters as one vector."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.optim.line_search import Point
from fastgrad.optim.optimizer import Optimizer, check_closure

if TYPE_CHECKING:
    from collections.abc import Callable


class Minimizer(Optimizer):
    """Base class of optimizers whose step is a minimization: a subclass defines `_minimize`.

    There is one group of parameters, and the state is of all of them together; it stands with the first.
    """

    _counts = False

    def _check(self, group: dict[str, Any]) -> None:
        super()._check(group)
        if self.param_groups and group["params"] is not self.param_groups[0]["params"]:
            raise ValueError(
                f"{type(self).__name__}: there must be one parameter group, since all parameters are one vector"
            )

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Minimize the loss from where the parameters are.

        Parameters
        ----------
        closure : callable
            Called as often as needed, with gradients enabled; it clears the gradients, computes the loss, calls
            ``backward`` and returns the loss. The same parameters must give the same loss: no dropout, one batch.

        Returns
        -------
        What `closure` returned the first time: the loss before the step.

        Notes
        -----
        If the closure raises, the parameters and the state are put back to what they were when the step began.
        """
        check_closure(self, closure)
        group = self.param_groups[0]
        self._check(group)
        with fg.no_grad():
            function = _Function(self, closure, group["params"])
            origin = function.position()
            known = self.state.get(group["params"][0], {})
            self._check_size(known, origin.size)
            # tensors in a state are replaced, not written to
            kept = {key: list(value) if isinstance(value, list) else value for key, value in known.items()}
            try:
                return self._minimize(function, group)
            except BaseException:
                function.go(origin)
                self.state.pop(group["params"][0], None)
                if kept:
                    self.state[group["params"][0]] = kept
                raise

    def _check_size(self, state: dict[str, Any], size: int) -> None:
        """Raise ValueError if what is remembered is of other parameters."""
        for key, value in state.items():
            if isinstance(value, Tensor) and value.ndim == 1 and value.size != size:
                raise ValueError(
                    f"{type(self).__name__}: the parameters have {size} elements, but those that the state remembers "
                    f"as {key!r} had {value.size}; make a new optimizer"
                )

    def _minimize(self, function: _Function, group: dict[str, Any]) -> Any:
        """Bring the parameters to where `function` is smaller, with these hyperparameters; return its `first`."""
        raise NotImplementedError(f"{type(self).__name__} does not define _minimize")


class _Function:
    """The loss of all parameters as a function of a vector."""

    def __init__(self, optimizer: Minimizer, closure: Callable[[], Any], params: list[Tensor]) -> None:
        self._closure = closure
        self._params = params
        self._name = type(optimizer).__name__
        self.calls = 0
        self.first: Any = None

    def evaluate(self) -> tuple[float, Tensor]:
        """Call the closure: the loss and the gradient where the parameters are."""
        with fg.enable_grad():
            loss = self._closure()
        self.calls += 1
        if self.calls == 1:
            self.first = loss
        try:
            value = float(loss)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{self._name}.step: closure must return the loss, one number, got {loss!r}") from error
        grads = [p.grad if p.grad is not None else fg.zeros_like(p.detach()) for p in self._params]
        return value, _vector(grads)

    def position(self) -> Tensor:
        """Return a copy of the parameters."""
        return _vector(self._params)

    def go(self, position: Tensor) -> None:
        """Set the parameters."""
        place = 0
        for p in self._params:
            size = prod(p.shape)
            p.copy_(position[place : place + size].reshape(p.shape))
            place += size

    def along(self, origin: Tensor, direction: Tensor) -> Callable[[float], Point]:
        """Return the function of a step along `direction`; the parameters stay where it was asked last."""

        def evaluate(step: float) -> Point:
            self.go(origin + step * direction)
            loss, grad = self.evaluate()
            return Point(step, loss, dot(grad, direction), grad)

        return evaluate


def _vector(tensors: list[Tensor]) -> Tensor:
    """Return a copy of all elements in a row."""
    return fg.concat([tensor.detach().reshape(-1) for tensor in tensors])


def dot(a: Tensor, b: Tensor) -> float:
    """Return the inner product as a number."""
    return fg.vecdot(a, b).item()


def largest(a: Tensor) -> float:
    """Return the largest magnitude in a vector; 0 of none."""
    return abs(a).max().item() if a.size else 0.0
