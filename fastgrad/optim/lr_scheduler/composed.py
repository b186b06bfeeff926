"""Schedulers made of schedulers."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import whole
from fastgrad.nn._common import size
from fastgrad.optim.lr_scheduler.base import LRScheduler, all_or_nothing, number, set_value
from fastgrad.optim.lr_scheduler.plateau import ReduceLROnPlateau

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad.optim.optimizer import Optimizer


class _Composed(LRScheduler):
    """Several schedulers of one optimizer."""

    _schedulers: list[Any]

    def _parts(self, schedulers: Any, optimizer: Optimizer | None) -> list[Any]:
        name = type(self).__name__
        if not isinstance(schedulers, (list, tuple)):
            raise TypeError(f"{name}: schedulers must be a list of schedulers, got a {type(schedulers).__name__}")
        if not schedulers:
            raise ValueError(f"{name}: schedulers must be at least one, got none")
        for i, scheduler in enumerate(schedulers):
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(
                    f"{name}: schedulers[{i}] must step without a metric, got a ReduceLROnPlateau; step it beside this"
                )
            if not isinstance(scheduler, LRScheduler):
                raise TypeError(f"{name}: schedulers[{i}] must be a scheduler, got a {type(scheduler).__name__}")
            if scheduler.optimizer is not (optimizer or schedulers[0].optimizer):
                raise ValueError(f"{name}: schedulers[{i}] must be of the same optimizer, got one of another")
        return list(schedulers)

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs: the states of all schedulers, under "_schedulers"."""
        own = {key: value for key, value in self.__dict__.items() if key not in ("optimizer", "_schedulers")}
        return {**own, "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def _fitting(self, state_dict: dict[str, Any]) -> dict[str, Any]:
        name = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state_dict, dict):
            raise TypeError(f"{name}: the state must be a dict, got a {type(state_dict).__name__}")
        if "_schedulers" not in state_dict:
            raise KeyError(f"{name}: the key '_schedulers' is missing, got {list(state_dict)}")
        states = state_dict["_schedulers"]
        if len(states) != len(self._schedulers):
            raise ValueError(f"{name}: there must be {len(self._schedulers)} states of schedulers, got {len(states)}")
        for scheduler, state in zip(self._schedulers, states, strict=True):
            scheduler._fitting(state)
        return {key: value for key, value in state_dict.items() if key in vars(self) and key != "_schedulers"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        fitting = self._fitting(state_dict)
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)
        self.__dict__.update(fitting)


class SequentialLR(_Composed):
    """One scheduler after another, each from the initial rate.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    schedulers : list of LRScheduler
        The schedulers, one behind the other.
    milestones : list of int
        The epochs at which the next one begins: one less than there are schedulers.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If the numbers do not fit, or a scheduler is of another optimizer or needs a metric.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.optim import lr_scheduler
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> warmup = lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, decay], milestones=[2])
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1
    ) -> None:
        self.optimizer: Optimizer = self._checked(optimizer)
        self._schedulers = self._parts(schedulers, optimizer)
        self._milestones = [whole(epoch, "SequentialLR", "milestones") for epoch in milestones]
        if len(self._milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR: milestones must be one less than schedulers, {len(schedulers) - 1}, got "
                f"{len(self._milestones)}"
            )
        self.last_epoch: int = size(last_epoch, "SequentialLR", "last_epoch", -1) + 1
        # As if no scheduler had been made yet, but the one that is to begin.
        first = self._schedulers[bisect_right(self._milestones, 0)]
        with all_or_nothing(optimizer, *_all_of(self)):
            for group in optimizer.param_groups:
                set_value(group, "lr", group["initial_lr"])
            _undo(self)
            first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Go to the next epoch; call it after the optimizer's steps of an epoch."""
        with all_or_nothing(self.optimizer, *_all_of(self)):
            self.last_epoch += 1
            i = bisect_right(self._milestones, self.last_epoch)
            scheduler = self._schedulers[i]
            if i > 0 and self._milestones[i - 1] == self.last_epoch:
                scheduler._update_lr(0)
            else:
                scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Composed):
    """Several schedulers, all of which step each time: their factors multiply.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
        All of one optimizer; each steps at each step.
    optimizer : Optimizer, optional
        That of all schedulers.

    Raises
    ------
    ValueError
        If there are none, or one is of another optimizer or needs a metric.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.optim import lr_scheduler
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> halves = lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> scheduler = lr_scheduler.ChainedScheduler([halves, decay])
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 0.25, 0.25, 0.125]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._schedulers = self._parts(schedulers, optimizer)
        self.optimizer: Optimizer = optimizer or self._schedulers[0].optimizer
        self._last_lr = [number(rate) for rate in self._rates()]

    def step(self) -> None:  # type: ignore[override]
        """Go to the next epoch; call it after the optimizer's steps of an epoch."""
        with all_or_nothing(self.optimizer, *_all_of(self)):
            for scheduler in self._schedulers:
                scheduler.step()
        self._last_lr = [number(rate) for rate in self._rates()]


def _all_of(scheduler: LRScheduler) -> list[LRScheduler]:
    """A scheduler and all that it is made of."""
    parts = scheduler._schedulers if isinstance(scheduler, _Composed) else []
    return [scheduler, *(one for part in parts for one in _all_of(part))]


def _undo(scheduler: LRScheduler) -> None:
    """Take the first step of a scheduler, or of all that it is made of, back."""
    if isinstance(scheduler, _Composed):
        for part in scheduler._schedulers:
            _undo(part)
    else:
        scheduler.last_epoch -= 1
