"""Rates that fall when a metric stops improving."""

from __future__ import annotations

import warnings
from math import inf
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import real
from fastgrad.nn._common import size
from fastgrad.optim.lr_scheduler.base import LRScheduler, all_or_nothing, finite, number, per_group, set_value

if TYPE_CHECKING:
    from fastgrad.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiply the learning rate by `factor` when a metric has not improved for some epochs.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    mode : str, default "min"
        "min" if the metric is to fall, "max" if it is to rise.
    factor : float, default 0.1
        Less than 1.
    patience : int, default 10
        How many epochs in a row may pass without an improvement.
    threshold : float, default 1e-4
        By how much a metric must be better than the best,
    threshold_mode : str, default "rel"
        in proportion to it, "rel", or as a difference, "abs".
    cooldown : int, default 0
        For how many epochs after a reduction nothing is counted.
    min_lr : float, or list of float, default 0
        The least rate, which may differ from group to group.
    eps : float, default 1e-8
        A rate stays if it would change by no more.

    Raises
    ------
    ValueError
        If a mode is unknown or something is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> rates = []
    >>> for loss in (1.0, 0.9, 0.95, 0.95, 0.8):
    ...     scheduler.step(loss)
    ...     rates += scheduler.get_last_lr()
    >>> rates
    [1.0, 1.0, 1.0, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        name = "ReduceLROnPlateau"
        self.factor: float = real(factor, name, "factor")
        if not self.factor < 1:
            raise ValueError(f"{name}: factor must be less than 1, got {factor}")
        if mode not in ("min", "max"):
            raise ValueError(f"{name}: mode must be 'min' or 'max', got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"{name}: threshold_mode must be 'rel' or 'abs', got {threshold_mode!r}")
        self.optimizer: Optimizer = self._checked(optimizer)
        self.min_lrs: list[float] = per_group(name, "min_lr", optimizer, min_lr)
        self.default_min_lr: float | None = None if isinstance(min_lr, (list, tuple)) else self.min_lrs[0]
        self.patience: int = size(patience, name, "patience")
        self.cooldown: int = size(cooldown, name, "cooldown")
        self.eps: float = real(eps, name, "eps")
        self.mode = mode
        self.threshold: float = real(threshold, name, "threshold")
        self.threshold_mode = threshold_mode
        self.mode_worse: float = inf if mode == "min" else -inf
        self.best: float = self.mode_worse
        self.cooldown_counter: int = 0
        self.num_bad_epochs: int = 0
        self.last_epoch: int = 0
        self._last_lr = [number(rate) for rate in self._rates()]

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Go to the next epoch; call it after the validation of an epoch.

        Parameters
        ----------
        metrics : float, or Tensor of one element
            The metric of this epoch. NaN is no improvement.
        epoch : int, optional
            Go to this epoch instead; deprecated, as in PyTorch.
        """
        name = "ReduceLROnPlateau.step"
        current = real(metrics.detach() if hasattr(metrics, "detach") else metrics, name, "metrics")
        if epoch is not None:
            warnings.warn(f"{name}: epoch is deprecated; call step(metrics) once an epoch", UserWarning, stacklevel=2)
            finite(epoch, name, "epoch")
        with all_or_nothing(self.optimizer, self):
            self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
            if self._is_better(current, self.best):
                self.best, self.num_bad_epochs = current, 0
            else:
                self.num_bad_epochs += 1
            if self.in_cooldown:
                self.cooldown_counter -= 1
                self.num_bad_epochs = 0
            if self.num_bad_epochs > self.patience:
                self._reduce()
                self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            self._last_lr = [number(rate) for rate in self._rates()]

    @property
    def in_cooldown(self) -> bool:
        """Whether nothing is counted at present."""
        return self.cooldown_counter > 0

    def _is_better(self, a: float, best: float) -> bool:
        margin = self.threshold if self.mode == "max" else -self.threshold
        bound = best * (1.0 + margin) if self.threshold_mode == "rel" else best + margin
        return a > bound if self.mode == "max" else a < bound

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"ReduceLROnPlateau: min_lrs must be {len(groups)} rates, one a group, got {len(self.min_lrs)}; "
                    "append one for a group that is added later"
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, least in zip(groups, self.min_lrs, strict=True):
            old = number(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                set_value(group, "lr", new)

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs to go on from here: every attribute but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        name = "ReduceLROnPlateau.load_state_dict"
        if not isinstance(state_dict, dict):
            raise TypeError(f"{name}: the state must be a dict, got a {type(state_dict).__name__}")
        missing = [key for key in ("best", "num_bad_epochs", "last_epoch") if key not in state_dict]
        if missing:
            raise KeyError(f"{name}: the keys {missing} are missing, got {list(state_dict)}")
        for key, check in {
            "best": real,
            "num_bad_epochs": size,
            "last_epoch": finite,
            "cooldown_counter": size,
        }.items():
            check(state_dict.get(key, 0), name, key)
        self.__dict__.update({key: value for key, value in state_dict.items() if key in vars(self)})
        self.mode_worse = inf if self.mode == "min" else -inf
