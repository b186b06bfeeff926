"""Rates that go up and down: along cosines and in cycles, with the momentum going the other way."""

from __future__ import annotations

from math import cos, floor, log, pi
from types import FunctionType
from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import real
from fastgrad.nn._common import size
from fastgrad.optim.lr_scheduler.base import Scheduler, all_or_nothing, finite, per_group, set_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad.optim.optimizer import Optimizer


class CosineAnnealingLR(Scheduler):
    """Lower the learning rate along half a cosine, from its initial value to `eta_min` in `T_max` epochs.

    Each step multiplies what the rate is above `eta_min` by the quotient of two neighbours on the cosine.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    T_max : int
        Afterwards the rate rises again, with the same period.
    eta_min : float, default 0.0
        The lowest rate.
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
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if not real(T_max, "CosineAnnealingLR", "T_max") > 0:
            raise ValueError(f"CosineAnnealingLR: T_max must be positive, got {T_max}")
        self.T_max = T_max
        self.eta_min: float = finite(eta_min, "CosineAnnealingLR", "eta_min")
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        if self._is_initial:
            return self._rates()
        epoch, period, least = self.last_epoch, self.T_max, self.eta_min
        if (epoch - 1 - period) % (2 * period) == 0:  # the rate before was the least: no quotient leads from there
            rise = (1 - cos(pi / period)) / 2
            return [rate + (base - least) * rise for rate, base in zip(self._rates(), self.base_lrs, strict=True)]
        quotient = (1 + cos(pi * epoch / period)) / (1 + cos(pi * (epoch - 1) / period))
        return [quotient * (rate - least) + least for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        part = (1 + cos(pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base - self.eta_min) * part for base in self.base_lrs]


class CosineAnnealingWarmRestarts(Scheduler):
    """Lower the learning rate along half a cosine to `eta_min`, again and again, from its initial value.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    T_0 : int
        Epochs until the first restart.
    T_mult : int, default 1
        By what that number is multiplied at each restart.
    eta_min : float, default 0.0
        The lowest rate.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If `T_0` or `T_mult` is not positive.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016,
    https://arxiv.org/abs/1608.03983

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 0.5, 1.0, 0.5]
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        name = "CosineAnnealingWarmRestarts"
        self.T_0: int = size(T_0, name, "T_0", 1)
        self.T_i: int = self.T_0
        self.T_mult: int = size(T_mult, name, "T_mult", 1)
        self.eta_min: float = finite(eta_min, name, "eta_min")
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        part = (1 + cos(pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * part for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go to the next epoch, or to `epoch`, which may have a fraction: ``epoch + batch / batches`` within one."""
        super().step(epoch)  # type: ignore[arg-type]  # it may have a fraction

    def _to_epoch(self, epoch: float | None) -> None:
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            if not finite(epoch, type(self).__name__, "epoch") >= 0:
                raise ValueError(f"{type(self).__name__}: epoch must be at least 0, got {epoch}")
            self._restart(epoch)
        self.last_epoch: int = floor(epoch)
        self._meet_new_groups()
        self._get_lr_called_within_step = True
        try:
            rates = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set(rates)

    def _restart(self, epoch: float) -> None:
        """Find the cycle of an epoch."""
        self.T_cur, self.T_i = epoch, self.T_0
        if epoch < self.T_0:
            return
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
            return
        restarts = int(log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        self.T_cur = epoch - self.T_0 * (self.T_mult**restarts - 1) / (self.T_mult - 1)
        self.T_i = self.T_0 * self.T_mult**restarts


class _WithMomentum(Scheduler):
    """A scheduler that may have the momentum, or the first of the betas, go up while the rate goes down."""

    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base_momentum: Any, max_momentum: Any, fresh: bool) -> tuple[list[float], list[float]]:
        name, optimizer = type(self).__name__, self.optimizer
        if not {"momentum", "betas"} & set(optimizer.defaults):
            raise ValueError(
                f"{name}: with cycle_momentum=True the optimizer must have momentum or betas, "
                f"{type(optimizer).__name__} has none"
            )
        self.use_beta1 = "betas" in optimizer.defaults
        lows = per_group(name, "base_momentum", optimizer, base_momentum)
        highs = per_group(name, "max_momentum", optimizer, max_momentum)
        for low, high in zip(lows, highs, strict=True):
            if not (0 <= low < 1 and 0 <= high < 1):
                raise ValueError(f"{name}: momentums must be in [0, 1), got {low} and {high}")
        if fresh:
            for group, low, high in zip(optimizer.param_groups, lows, highs, strict=True):
                self._set_momentum(group, high)
                group["max_momentum"], group["base_momentum"] = high, low
        return lows, highs

    def _set_momentum(self, group: dict[str, Any], momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_WithMomentum):
    """Raise and lower the learning rate between two bounds, along straight lines; step it after every batch.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    base_lr, max_lr : float, or list of float
        The bounds, which may differ from group to group.
    step_size_up : int, default 2000
        Batches that the rate rises.
    step_size_down : int, optional
        Batches that it falls; as many if None.
    mode : str, default "triangular"
        How the height of a cycle changes: "triangular", not at all; "triangular2", halved each cycle; "exp_range",
        times ``gamma**batch``.
    gamma : float, default 1.0
        The base of the amplitude's decay in mode "exp_range", by step.
    scale_fn : callable, optional
        Gives the height instead, of the cycle, counted from 1, or of the batch: `scale_mode` says which.
    scale_mode : str, default "cycle"
        "cycle" or "iterations".
    cycle_momentum : bool, default True
        Whether the momentum, or the first of the betas, falls while the rate rises.
    base_momentum, max_momentum : float, or list of float, default 0.8, 0.9
        Momentum's lowest and highest value; it is high where rates are low.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If the optimizer has no momentum that could cycle, or a list is of another length than the groups.

    References
    ----------
    Smith, "Cyclical Learning Rates for Training Neural Networks", 2015, https://arxiv.org/abs/1506.01186

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), momentum=0.9)
    >>> scheduler = fg.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.5, max_lr=1.5, step_size_up=2)
    >>> rates = []
    >>> for batch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.5, 1.0, 1.5, 1.0, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        name = "CyclicLR"
        size(last_epoch, name, "last_epoch", -1)
        self.optimizer: Optimizer = self._checked(optimizer)
        base_lrs = per_group(name, "base_lr", optimizer, base_lr)
        self.max_lrs: list[float] = per_group(name, "max_lr", optimizer, max_lr)
        up = finite(step_size_up, name, "step_size_up")
        down = up if step_size_down is None else finite(step_size_down, name, "step_size_down")
        if not (up > 0 and down > 0):
            raise ValueError(f"{name}: step_size_up and step_size_down must be positive, got {up:g} and {down:g}")
        self.total_size: float = up + down
        self.step_ratio: float = up / self.total_size
        if scale_fn is None and not (isinstance(mode, str) and mode in _MODES):
            raise ValueError(f"{name}: mode must be one of {tuple(_MODES)}, got {mode!r}")
        if scale_fn is not None and not callable(scale_fn):
            raise TypeError(f"{name}: scale_fn must be callable, got {scale_fn!r}")
        if scale_mode not in ("cycle", "iterations"):
            raise ValueError(f"{name}: scale_mode must be 'cycle' or 'iterations', got {scale_mode!r}")
        self.mode = mode
        self.gamma: float = finite(gamma, name, "gamma")
        self._scale_fn_custom = scale_fn
        self.scale_mode: str = scale_mode if scale_fn is not None else _MODES[mode]
        self.cycle_momentum = cycle_momentum
        with all_or_nothing(optimizer):
            if cycle_momentum:
                lows, highs = self._begin_momentum(base_momentum, max_momentum, last_epoch == -1)
                self.base_momentums: list[float] = lows
                self.max_momentums: list[float] = highs
            if last_epoch == -1:
                for group, rate in zip(optimizer.param_groups, base_lrs, strict=True):
                    set_value(group, "lr", rate)
            super().__init__(optimizer, last_epoch)
        self.base_lrs: list[float] = base_lrs

    def scale_fn(self, x: float) -> float:
        """Return the height of cycle, or batch, `x`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        height: float = 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x
        return height

    def _next(self) -> list[Any]:
        cycle = floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        part = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        part *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        groups = self.optimizer.param_groups
        if len(groups) != len(self.max_lrs):
            raise ValueError(
                f"CyclicLR: max_lrs must be {len(groups)} rates, one a group, got {len(self.max_lrs)}; append one for "
                "a group that is added later"
            )
        if self.cycle_momentum:
            for group, low, high in zip(groups, self.base_momentums, self.max_momentums, strict=True):
                self._set_momentum(group, high - (high - low) * part)
        return [low + (high - low) * part for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Return what `load_state_dict` needs; of a function of the user's, the attributes if it is an object."""
        function = self._scale_fn_custom
        kept = None if function is None or isinstance(function, FunctionType) else dict(vars(function))
        return {**super().state_dict(), "_scale_fn_custom": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        fitting = self._fitting(state_dict)
        kept = fitting.pop("_scale_fn_custom", None)
        if kept and self._scale_fn_custom is not None:
            self._scale_fn_custom.__dict__.update(kept)
        self.__dict__.update(fitting)


# The modes of CyclicLR, and what their height is a function of.
_MODES = {"triangular": "cycle", "triangular2": "cycle", "exp_range": "iterations"}


class OneCycleLR(_WithMomentum):
    """Raise the learning rate to `max_lr` and lower it to almost nothing, once; step it after every batch.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    max_lr : float, or list of float
        The largest rate, which may differ from group to group.
    total_steps : int, optional
        How many batches there are in all; or give `epochs` and `steps_per_epoch`, of which it is the product.
    epochs, steps_per_epoch : int, optional
        How long the training is, in place of `total_steps`.
    pct_start : float, default 0.3
        The part of the cycle in which the rate rises.
    anneal_strategy : str, default "cos"
        "cos" or "linear".
    cycle_momentum : bool, default True
        Whether the momentum, or the first of the betas, falls while the rate rises.
    base_momentum, max_momentum : float, or list of float, default 0.85, 0.95
        Momentum's lowest and highest value; it is high where rates are low.
    div_factor : float, default 25.0
        The rate begins with ``max_lr / div_factor``,
    final_div_factor : float, default 1e4
        and ends with that over `final_div_factor`.
    three_phase : bool, default False
        Fall to the first rate as fast as it rose, and only then to the last.
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If the number of steps is not given, something is out of range, or the optimizer has no momentum that could
        cycle; by `step`, after the last one.

    References
    ----------
    Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2017,
    https://arxiv.org/abs/1708.07120

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), momentum=0.9)
    >>> scheduler = fg.optim.lr_scheduler.OneCycleLR(
    ...     optimizer, max_lr=1.0, total_steps=5, pct_start=0.4, anneal_strategy="linear", div_factor=4.0
    ... )
    >>> rates = []
    >>> for batch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> [round(rate, 3) for rate in rates]
    [0.25, 1.0, 0.667, 0.333, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        name = "OneCycleLR"
        size(last_epoch, name, "last_epoch", -1)
        self.optimizer: Optimizer = self._checked(optimizer)
        if total_steps is not None:
            self.total_steps: int = size(total_steps, name, "total_steps", 1)
        elif epochs is not None and steps_per_epoch is not None:
            self.total_steps = size(epochs, name, "epochs", 1) * size(steps_per_epoch, name, "steps_per_epoch", 1)
        else:
            raise ValueError(f"{name}: total_steps must be given, or epochs and steps_per_epoch")
        part = real(pct_start, name, "pct_start")
        if not 0 <= part <= 1:
            raise ValueError(f"{name}: pct_start must be in [0, 1], got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"{name}: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        self._anneal_func_type = anneal_strategy
        max_lrs = per_group(name, "max_lr", optimizer, max_lr)
        divisors = real(div_factor, name, "div_factor"), real(final_div_factor, name, "final_div_factor")
        if any(each == 0 or each != each for each in divisors):
            raise ValueError(f"{name}: div_factor and final_div_factor must not be 0 or NaN, got {divisors}")
        self._schedule_phases = _phases(part, self.total_steps, bool(three_phase))
        self.cycle_momentum = cycle_momentum
        with all_or_nothing(optimizer):
            if cycle_momentum:
                self._begin_momentum(base_momentum, max_momentum, last_epoch == -1)
            if last_epoch == -1:
                for group, rate in zip(optimizer.param_groups, max_lrs, strict=True):
                    group["initial_lr"] = rate / divisors[0]
                    group["max_lr"] = rate
                    group["min_lr"] = group["initial_lr"] / divisors[1]
            super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"OneCycleLR: there are {self.total_steps} steps in all, got step {step}")
        start, phase = 0.0, self._schedule_phases[-1]
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            start = phase["end_step"]
        length = phase["end_step"] - start
        part = (step - start) / length if length else 1.0
        rates = []
        for i, group in enumerate(self.optimizer.param_groups):
            if "max_lr" not in group:
                raise ValueError(
                    f"OneCycleLR: group {i} must have 'initial_lr', 'max_lr' and 'min_lr', as those had that the "
                    "scheduler was made for"
                )
            rates.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], part))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._between(*ends, part))
        return rates

    def _between(self, start: float, end: float, part: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (cos(pi * part) + 1)


def _phases(part: float, steps: int, three_phase: bool) -> list[dict[str, Any]]:
    """Say of each phase with which step it ends, and from where to where rate and momentum go."""

    def phase(end: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str) -> dict[str, Any]:
        return {
            "end_step": end,
            "start_lr": start_lr,
            "end_lr": end_lr,
            "start_momentum": f"{start_momentum}_momentum",
            "end_momentum": f"{end_momentum}_momentum",
        }

    rise = phase(float(part * steps) - 1, "initial_lr", "max_lr", "max", "base")
    if not three_phase:
        return [rise, phase(steps - 1, "max_lr", "min_lr", "base", "max")]
    return [
        rise,
        phase(float(2 * part * steps) - 2, "max_lr", "initial_lr", "base", "max"),
        phase(steps - 1, "initial_lr", "min_lr", "max", "max"),
    ]
