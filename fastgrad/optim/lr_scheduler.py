"""Learning rates that change from epoch to epoch.

Each scheduler goes from the rate that its optimizer has to the next one, so that several of them on one optimizer
multiply, and a rate that is set by hand is what the next epochs start from. Where PyTorch's do otherwise (`LambdaLR`
sets the rate from the initial one), these do too.
"""

from __future__ import annotations

from math import cos, pi
from types import FunctionType
from typing import TYPE_CHECKING, Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.nn._common import size
from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class LRScheduler:
    """Base class of schedulers: a subclass defines `get_lr`, as PyTorch's do.

    Parameters
    ----------
    optimizer : Optimizer
        Its groups' learning rates now are the initial ones, unless a scheduler before this one has set down others as
        ``group["initial_lr"]``.
    last_epoch : int, default -1
        The epoch that has just ended, for a scheduler that resumes without a ``state_dict``; each group then needs its
        "initial_lr", which an optimizer's ``state_dict`` contains.

    Attributes
    ----------
    base_lrs : list of float
        The initial learning rate of each group. A group that is added later begins with its own.
    last_epoch : int
        How often `step` has been called.

    Raises
    ------
    TypeError
        If `optimizer` is none.
    KeyError
        If `last_epoch` is given, and a group has no "initial_lr".

    Notes
    -----
    To resume, make the optimizer and the schedulers as before, then load the state of each: the optimizer's contains
    the learning rates, a scheduler's how far it is.

    As in PyTorch, a chain that one scheduler of which raises the rate by differences (`CosineAnnealingLR`, after its
    minimum) can lead below 0; the optimizer then ascends.

    Examples
    --------
    >>> import fastgrad as fg
    >>> class Halve(fg.optim.lr_scheduler.LRScheduler):
    ...     def get_lr(self):
    ...         factor = 0.5 if self.last_epoch > 0 else 1.0
    ...         return [factor * group["lr"] for group in self.optimizer.param_groups]
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = Halve(optimizer)
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.5
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        name = type(self).__name__
        self.optimizer: Optimizer = self._checked(optimizer)
        self.last_epoch: int = size(last_epoch, name, "last_epoch", -1)
        if self.last_epoch >= 0:
            for i, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(
                        f"{name}: last_epoch={last_epoch} resumes, but group {i} of the optimizer has no 'initial_lr'; "
                        "load the optimizer's state_dict first"
                    )
        self.base_lrs: list[float] = []
        self._initial = True
        try:
            self.step()
        finally:
            del self._initial

    # Whether the first step, of the constructor, is under way.
    _initial = False

    def _checked(self, optimizer: Any) -> Optimizer:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: an Optimizer is expected, got a {type(optimizer).__name__}")
        return optimizer

    def get_lr(self) -> list[Any]:
        """Return the learning rate of each group at `last_epoch`, which `step` has just raised, from those they have.

        It is called by `step`; `get_last_lr` tells what came of it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr")

    def _rates(self) -> list[Any]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _meet_new_groups(self) -> None:
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:
            self.base_lrs.append(group.setdefault("initial_lr", _number(group["lr"])))

    def step(self) -> None:
        """Go to the next epoch; call it after the optimizer's steps of an epoch."""
        self._meet_new_groups()
        self.last_epoch += 1
        groups, rates = self.optimizer.param_groups, list(self.get_lr())
        if len(rates) != len(groups):
            raise ValueError(f"{type(self).__name__}: get_lr must give {len(groups)} rates, one a group, got {rates}")
        for group, rate in zip(groups, rates, strict=True):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(_number(rate))
            else:
                group["lr"] = rate
        self._last_lr = [_number(rate) for rate in self._rates()]

    def get_last_lr(self) -> list[float]:
        """Return the learning rate that this scheduler gave each group last."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs to go on from here: every attribute but the optimizer."""
        self._meet_new_groups()
        return {
            key: list(value) if isinstance(value, list) else value
            for key, value in self.__dict__.items()
            if key != "optimizer"
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another scheduler of the same kind was. The learning rates come with the optimizer's state.

        Raises
        ------
        KeyError
            If something is missing.
        ValueError
            If the number of groups is another, or the state is that of a scheduler of another kind.
        """
        self.__dict__.update(self._fitting(state_dict))

    def _fitting(self, state_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the attributes that a state sets; raise if it is not for this scheduler."""
        name = type(self).__name__
        if not isinstance(state_dict, dict):
            raise TypeError(f"{name}.load_state_dict: a dict is expected, got a {type(state_dict).__name__}")
        for key in ("last_epoch", "base_lrs"):
            if key not in state_dict:
                raise KeyError(f"{name}.load_state_dict: the key '{key}' is missing, got {list(state_dict)}")
        self._meet_new_groups()
        size(state_dict["last_epoch"], f"{name}.load_state_dict", "last_epoch", -1)
        own, base_lrs = self.state_dict(), [real(rate, name, "base_lrs") for rate in state_dict["base_lrs"]]
        # What PyTorch's schedulers keep for themselves begins with an underscore.
        foreign = [key for key in state_dict if key not in own and not str(key).startswith("_")]
        if foreign:
            raise ValueError(
                f"{name}.load_state_dict: the state is that of another scheduler: it contains {foreign}, "
                f"{name} has {[key for key in own if not key.startswith('_')]}"
            )
        if len(base_lrs) != len(self.base_lrs):
            raise ValueError(
                f"{name}.load_state_dict: {len(self.base_lrs)} learning rates are needed, one for each group, got "
                f"{len(base_lrs)}"
            )
        return {**{key: value for key, value in state_dict.items() if key in own}, "base_lrs": base_lrs}


class LambdaLR(LRScheduler):
    """Set the learning rate to the initial one times a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
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
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(self._checked(optimizer).param_groups)
        if not callable(lr_lambda) and not (
            isinstance(lr_lambda, (list, tuple)) and all(callable(function) for function in lr_lambda)
        ):
            raise TypeError(f"LambdaLR: lr_lambda must be a function, or a list of functions, got {lr_lambda!r}")
        self.lr_lambdas: list[Callable[[int], float]] = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"LambdaLR: {groups} functions are needed, one for each group, got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        groups, functions = len(self.base_lrs), self.lr_lambdas
        if len(functions) < groups:
            if any(function is not functions[0] for function in functions):
                raise ValueError(
                    f"LambdaLR: {groups} functions are needed, one for each group, got {len(functions)}; append one to "
                    "lr_lambdas for a group that is added later"
                )
            functions.extend(functions[:1] * (groups - len(functions)))
        return [base * function(self.last_epoch) for base, function in zip(self.base_lrs, functions, strict=True)]

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


class StepLR(LRScheduler):
    """Multiply the learning rate by `gamma` every `step_size` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
    gamma : float, default 0.1
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
    ...     scheduler.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size: int = size(step_size, "StepLR", "step_size", 1)
        self.gamma: float = real(gamma, "StepLR", "gamma")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return self._rates()
        return [rate * self.gamma for rate in self._rates()]


class CosineAnnealingLR(LRScheduler):
    """Lower the learning rate along half a cosine, from its initial value to `eta_min` in `T_max` epochs.

    Each step multiplies what the rate is above `eta_min` by the quotient of two neighbours on the cosine.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        Afterwards the rate rises again, with the same period.
    eta_min : float, default 0.0
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If `T_max` is not positive.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016,
    https://arxiv.org/abs/1608.03983

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=2)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if not real(T_max, "CosineAnnealingLR", "T_max") > 0:
            raise ValueError(f"CosineAnnealingLR: T_max must be positive, got {T_max}")
        self.T_max = T_max
        self.eta_min: float = real(eta_min, "CosineAnnealingLR", "eta_min")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        if self._initial:
            return self._rates()
        epoch, period, least = self.last_epoch, self.T_max, self.eta_min
        if (epoch - 1 - period) % (2 * period) == 0:  # the rate before was the least: no quotient leads from there
            rise = (1 - cos(pi / period)) / 2
            return [rate + (base - least) * rise for rate, base in zip(self._rates(), self.base_lrs, strict=True)]
        quotient = (1 + cos(pi * epoch / period)) / (1 + cos(pi * (epoch - 1) / period))
        return [quotient * (rate - least) + least for rate in self._rates()]


def _number(rate: Any) -> float:
    return rate if type(rate) is float else float(rate)
