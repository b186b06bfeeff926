"""Learning rates that change from epoch to epoch."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING, Any

from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class LRScheduler:
    """Base class of schedulers: a subclass gives the learning rates after `epoch` steps, by defining ``_lr``.

    Parameters
    ----------
    optimizer : Optimizer
        Its groups' learning rates now are the initial ones. A group that is added later keeps its own.

    Attributes
    ----------
    base_lrs : list of float
        The initial learning rate of each group.
    last_epoch : int
        How often `step` has been called.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = self._checked(optimizer)
        self.base_lrs = [group.setdefault("initial_lr", group["lr"]) for group in optimizer.param_groups]
        self.last_epoch = 0
        self._apply()

    def _checked(self, optimizer: Any) -> Optimizer:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: an Optimizer is expected, got a {type(optimizer).__name__}")
        return optimizer

    def _lr(self, base: float, group: int, epoch: int) -> float:
        """Return the learning rate of a group, by its position, after `epoch` steps; initially it is `base`."""
        raise NotImplementedError(f"{type(self).__name__} does not define _lr")

    def _apply(self) -> None:
        for i, (group, base) in enumerate(zip(self.optimizer.param_groups, self.base_lrs, strict=False)):
            group["lr"] = self._lr(base, i, self.last_epoch)

    def step(self) -> None:
        """Go to the next epoch; call it after the optimizer's steps of an epoch."""
        self.last_epoch += 1
        self._apply()

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs to go on from here."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another scheduler of the same kind was.

        Raises
        ------
        KeyError
            If something is missing.
        ValueError
            If the number of groups is another.
        """
        name = type(self).__name__
        for key in ("last_epoch", "base_lrs"):
            if key not in state_dict:
                raise KeyError(f"{name}.load_state_dict: the key '{key}' is missing, got {sorted(state_dict)}")
        base_lrs = list(state_dict["base_lrs"])
        if len(base_lrs) != len(self.base_lrs):
            raise ValueError(
                f"{name}.load_state_dict: {len(self.base_lrs)} learning rates are needed, one for each group, got "
                f"{len(base_lrs)}"
            )
        self.last_epoch, self.base_lrs = state_dict["last_epoch"], base_lrs
        self._apply()


class LambdaLR(LRScheduler):
    """Multiply the initial learning rate by a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable, or sequence of callable
        Gives the factor for an epoch, counted from 0; one for all groups, or one for each.

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
        self, optimizer: Optimizer, lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]]
    ) -> None:
        groups = len(self._checked(optimizer).param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"LambdaLR: {groups} functions are needed, one for each group, got {len(self.lr_lambdas)}")
        super().__init__(optimizer)

    def _lr(self, base: float, group: int, epoch: int) -> float:
        return base * self.lr_lambdas[group](epoch)


class StepLR(LRScheduler):
    """Multiply the learning rate by `gamma` every `step_size` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
    gamma : float, default 0.1

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

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        if step_size < 1:
            raise ValueError(f"StepLR: step_size must be positive, got {step_size}")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer)

    def _lr(self, base: float, group: int, epoch: int) -> float:
        return base * self.gamma ** (epoch // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """Lower the learning rate along half a cosine, from its initial value to `eta_min` in `T_max` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        Afterwards the rate rises again, with the same period.
    eta_min : float, default 0.0

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

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        if T_max < 1:
            raise ValueError(f"CosineAnnealingLR: T_max must be positive, got {T_max}")
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer)

    def _lr(self, base: float, group: int, epoch: int) -> float:
        return self.eta_min + (base - self.eta_min) * (1.0 + cos(pi * epoch / self.T_max)) / 2.0
