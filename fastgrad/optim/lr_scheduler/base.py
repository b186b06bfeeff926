"""What all schedulers share: the step, the rates it sets, saving and loading."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.nn._common import size
from fastgrad.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


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
    >>> optimizer.step()
    >>> scheduler.step()
    >>> optimizer.param_groups[0]["lr"]
    0.5
    """

    # As PyTorch names them; they are in the state: whether the first step, of the constructor, is under way, whether
    # any is, and how many there were.
    _is_initial = False
    _get_lr_called_within_step = False
    _step_count = 0

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
        with all_or_nothing(optimizer):
            self._initial_step()

    def _checked(self, optimizer: Any) -> Optimizer:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: optimizer must be an Optimizer, got a {type(optimizer).__name__}")
        return optimizer

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Any]:
        """Return the learning rate of each group at `last_epoch`, which `step` has just raised, from those they have.

        It is called by `step`; `get_last_lr` tells what came of it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define get_lr")

    def _rates(self) -> list[Any]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _meet_new_groups(self) -> None:
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:
            self.base_lrs.append(group.setdefault("initial_lr", number(group["lr"])))

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch; call it after the optimizer's steps of an epoch.

        Parameters
        ----------
        epoch : int, optional
            Go to this epoch instead; deprecated, as in PyTorch.

        Warns
        -----
        UserWarning
            If the first call comes before the optimizer's first step, so that the first rate is never used.

        Notes
        -----
        If the rates cannot be computed, the epoch has not ended: nothing has changed.
        """
        with all_or_nothing(self.optimizer, self):
            self._to_epoch(epoch)

    def _to_epoch(self, epoch: Any) -> None:
        name = type(self).__name__
        if self._step_count == 1 and not self.optimizer._opt_called:
            warnings.warn(
                f"{name}.step: the optimizer has not stepped yet, so that the first learning rate is never used; call "
                "optimizer.step() before it",
                UserWarning,
                stacklevel=3,
            )
        self._step_count += 1
        if epoch is not None:
            warnings.warn(f"{name}.step: epoch is deprecated; call step() once an epoch", UserWarning, stacklevel=3)
            finite(epoch, f"{name}.step", "epoch")
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch, or of this one: those have a formula of their own, where there is one."""
        self._meet_new_groups()
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                rates = self.get_lr()
            else:
                self.last_epoch = epoch
                rates = getattr(self, "_get_closed_form_lr", self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        self._set(rates)

    def _set(self, rates: Sequence[Any]) -> None:
        groups, rates = self.optimizer.param_groups, list(rates)
        if len(rates) != len(groups):
            raise ValueError(f"{type(self).__name__}: get_lr must give {len(groups)} rates, one a group, got {rates}")
        for rate in rates:  # before any is set
            try:
                number(rate)
            except (TypeError, ValueError):
                raise TypeError(f"{type(self).__name__}: a learning rate must be a number, got {rate!r}") from None
        for group, rate in zip(groups, rates, strict=True):
            set_value(group, "lr", rate)
        self._last_lr = [number(rate) for rate in self._rates()]

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
            raise TypeError(f"{name}.load_state_dict: the state must be a dict, got a {type(state_dict).__name__}")
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
                f"{name}.load_state_dict: base_lrs must be {len(self.base_lrs)} rates, one a group, got {len(base_lrs)}"
            )
        return {**{key: value for key, value in state_dict.items() if key in own}, "base_lrs": base_lrs}


class Scheduler(LRScheduler):
    """Base class of the schedulers here: a subclass defines `_next`, the rates that `get_lr` gives within a step."""

    def get_lr(self) -> list[Any]:
        if not self._get_lr_called_within_step:
            warnings.warn(
                f"{type(self).__name__}.get_lr: called outside step(), it gives the rates of another step; use "
                "get_last_lr()",
                UserWarning,
                stacklevel=2,
            )
        return self._next()

    def _next(self) -> list[Any]:
        raise NotImplementedError


@contextmanager
def all_or_nothing(optimizer: Optimizer, *schedulers: Any) -> Iterator[None]:
    """Put back what an optimizer's groups and schedulers contained, if an error leaves the block."""
    groups = [(group, dict(group)) for group in optimizer.param_groups]
    written = [
        (value, value._version, value.detach().clone())
        for _, kept in groups
        for value in kept.values()
        if isinstance(value, Tensor)
    ]
    states = [(vars(scheduler), _copied(vars(scheduler))) for scheduler in schedulers]
    try:
        yield
    except BaseException:
        for now, kept in (*groups, *states):
            for key in now.keys() - kept.keys():
                del now[key]
            now.update(kept)
        for tensor, version, value in written:
            if tensor._version != version:
                tensor.detach().copy_(value)
        raise


def _copied(state: dict[str, Any]) -> dict[str, Any]:
    """A scheduler's attributes, with lists that later writes do not reach."""
    return {key: list(value) if type(value) is list else value for key, value in state.items()}


def number(rate: Any) -> float:
    """Return a rate as a float."""
    return rate if type(rate) is float else float(rate)


def finite(value: Any, scheduler: str, what: str) -> float:
    """Return a number; raise ValueError if it is infinite or NaN."""
    found = real(value, scheduler, what)
    if not isfinite(found):
        raise ValueError(f"{scheduler}: {what} must be finite, got {value}")
    return found


def set_value(group: dict[str, Any], key: str, value: Any) -> None:
    """Set a hyperparameter; a tensor is written to."""
    if isinstance(group[key], Tensor):
        group[key].fill_(number(value))
    else:
        group[key] = value


def per_group(scheduler: str, what: str, optimizer: Optimizer, value: Any) -> list[float]:
    """Return a number for each group: one for all, or a list of them."""
    groups = len(optimizer.param_groups)
    values = list(value) if isinstance(value, (list, tuple)) else [value] * groups
    if len(values) != groups:
        raise ValueError(f"{scheduler}: {what} must be one number or {groups}, one a group, got {len(values)}")
    return [finite(one, scheduler, what) for one in values]
