"""Rates that fall, or rise, from epoch to epoch: by a function, in steps, or along a line or a power."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import real, whole
from fastgrad.nn._common import size
from fastgrad.optim.lr_scheduler.base import Scheduler, finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fastgrad.optim.optimizer import Optimizer


class _ByFunction(Scheduler):
    """A scheduler with a function for each group."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        name, groups = type(self).__name__, len(self._checked(optimizer).param_groups)
        if not callable(lr_lambda) and not (
            isinstance(lr_lambda, (list, tuple)) and all(callable(function) for function in lr_lambda)
        ):
            raise TypeError(f"{name}: lr_lambda must be a function, or a list of functions, got {lr_lambda!r}")
        self.lr_lambdas: list[Callable[[int], float]] = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ValueError(
                f"{name}: lr_lambda must be one function or {groups}, one a group, got {len(self.lr_lambdas)}"
            )
        super().__init__(optimizer, last_epoch)

    def _factors(self) -> list[float]:
        groups, functions = len(self.base_lrs), self.lr_lambdas
        if len(functions) < groups:
            if any(function is not functions[0] for function in functions):
                raise ValueError(
                    f"{type(self).__name__}: lr_lambdas must be {groups} functions, one a group, got {len(functions)}; "
                    "append one for a group that is added later"
                )
            functions.extend(functions[:1] * (groups - len(functions)))
        name = type(self).__name__
        return [real(function(self.last_epoch), name, "what lr_lambda returns") for function in functions]

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs; of the functions, the attributes of those that are objects."""
        kept = [None if isinstance(f, FunctionType) else dict(getattr(f, "__dict__", {})) for f in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        fitting = self._fitting(state_dict)
        for function, kept in zip(self.lr_lambdas, fitting.pop("lr_lambdas", ()), strict=False):
            if kept:
                function.__dict__.update(kept)
        self.__dict__.update(fitting)


class LambdaLR(_ByFunction):
    """Set the learning rate to the initial one times a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    lr_lambda : callable, or sequence of callable
        Gives the factor for an epoch, counted from 0; one for all groups, or one for each.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If the number of functions is not that of the groups.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def _next(self) -> list[Any]:
        return [base * factor for base, factor in zip(self.base_lrs, self._factors(), strict=True)]


class MultiplicativeLR(_ByFunction):
    """Multiply the learning rate by a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    lr_lambda : callable, or sequence of callable
        Gives the factor of an epoch, counted from 1; one for all groups, or one for each.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If the number of functions is not that of the groups.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    def _next(self) -> list[Any]:
        if self._is_initial:
            return self._rates()
        return [rate * factor for rate, factor in zip(self._rates(), self._factors(), strict=True)]


class StepLR(Scheduler):
    """Multiply the learning rate by `gamma` every `step_size` epochs.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    step_size : int
        After how many steps rates are multiplied.
    gamma : float, default 0.1
        What rates are multiplied by.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If `step_size` is not positive.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size: int = size(step_size, "StepLR", "step_size", 1)
        self.gamma: float = finite(gamma, "StepLR", "gamma")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return self._rates()
        return [rate * self.gamma for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


class MultiStepLR(Scheduler):
    """Multiply the learning rate by `gamma` at each of some epochs.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    milestones : iterable of int
        The epochs; one that stands twice counts twice.
    gamma : float, default 0.1
        What rates are multiplied by.
    last_epoch : int, default -1
        See `LRScheduler`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if not hasattr(milestones, "__iter__") or isinstance(milestones, str):
            raise TypeError(f"MultiStepLR: milestones must be epochs, got {milestones!r}")
        self.milestones: Counter[int] = Counter(whole(epoch, "MultiStepLR", "milestones") for epoch in milestones)
        self.gamma: float = finite(gamma, "MultiStepLR", "gamma")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self.last_epoch not in self.milestones:
            return self._rates()
        factor = self.gamma ** self.milestones[self.last_epoch]
        return [rate * factor for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * self.gamma**passed for base in self.base_lrs]


class ConstantLR(Scheduler):
    """Multiply the learning rate by `factor` for the first epochs.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    factor : float, default 1/3
        In [0, 1].
    total_iters : int, default 5
        How many epochs; then it is divided by `factor` again.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If `factor` is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 0.5, 1.0, 1.0]
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        self.factor: float = _fraction(factor, "ConstantLR", "factor")
        self.total_iters: int = size(total_iters, "ConstantLR", "total_iters")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self.last_epoch == 0:
            return [rate * self.factor for rate in self._rates()]
        if self.last_epoch != self.total_iters:
            return self._rates()
        if self.factor == 0:  # no factor leads from 0
            return list(self.base_lrs)
        return [rate * (1.0 / self.factor) for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        factor = 1.0 if self.last_epoch >= self.total_iters else self.factor
        return [base * factor for base in self.base_lrs]


class LinearLR(Scheduler):
    """Raise or lower the learning rate along a line, from `start_factor` to `end_factor` times the initial rate.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    start_factor : float, default 1/3
        In (0, 1].
    end_factor : float, default 1.0
        In [0, 1].
    total_iters : int, default 5
        After how many epochs it ends.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If a factor is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 0.75, 1.0, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        self.start_factor: float = _fraction(start_factor, "LinearLR", "start_factor")
        if self.start_factor == 0:
            raise ValueError("LinearLR: start_factor must be in (0, 1], got 0")
        self.end_factor: float = _fraction(end_factor, "LinearLR", "end_factor")
        self.total_iters: int = size(total_iters, "LinearLR", "total_iters")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in self._rates()]
        if self._is_initial or self.last_epoch > self.total_iters:
            return self._rates()
        rise = self.end_factor - self.start_factor
        quotient = 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)
        return [rate * quotient for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        part = min(self.total_iters, self.last_epoch) / self.total_iters if self.total_iters else 0.0
        factor = self.start_factor + (self.end_factor - self.start_factor) * part
        return [base * factor for base in self.base_lrs]


class ExponentialLR(Scheduler):
    """Multiply the learning rate by `gamma` every epoch.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    gamma : float
        What rates are multiplied by.
    last_epoch : int, default -1
        See `LRScheduler`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma: float = finite(gamma, "ExponentialLR", "gamma")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self._is_initial:
            return self._rates()
        return [rate * self.gamma for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class PolynomialLR(Scheduler):
    """Lower the learning rate to 0 along a power, ``(1 - epoch / total_iters)**power`` times the initial rate.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    total_iters : int, default 5
        After how many epochs it is 0.
    power : float, default 1.0
        The exponent: 1 is a line.
    last_epoch : int, default -1
        See `LRScheduler`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=2, power=2.0)
    >>> rates = []
    >>> for epoch in range(3):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 0.25, 0.0]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters: int = size(total_iters, "PolynomialLR", "total_iters")
        self.power: float = finite(power, "PolynomialLR", "power")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self._is_initial or self.last_epoch > self.total_iters:
            return self._rates()
        total, epoch = self.total_iters, self.last_epoch
        quotient = self._raised((1.0 - epoch / total) / (1.0 - (epoch - 1) / total))
        return [rate * quotient for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        part = min(self.total_iters, self.last_epoch) / self.total_iters if self.total_iters else 1.0
        factor = self._raised(1.0 - part)
        return [base * factor for base in self.base_lrs]

    def _raised(self, part: float) -> float:
        try:
            raised: float = part**self.power
        except (ZeroDivisionError, OverflowError):
            epochs = f"{self.last_epoch} of {self.total_iters}"
            raise ValueError(f"PolynomialLR: with power {self.power} the rate of epoch {epochs} is infinite") from None
        return raised


def _fraction(value: Any, scheduler: str, what: str) -> float:
    number = real(value, scheduler, what)
    if not 0 <= number <= 1:
        raise ValueError(f"{scheduler}: {what} must be in [0, 1], got {value}")
    return number
