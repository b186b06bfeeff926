"""Averages of a network's parameters over its training: exponential (EMA), or stochastic weight averaging (SWA)."""

from __future__ import annotations

from copy import deepcopy
from itertools import chain
from math import cos, pi
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad import _names
from fastgrad._arguments import check_instance
from fastgrad._tensor.convert import real
from fastgrad.nn._common import size
from fastgrad.nn.module import Module
from fastgrad.nn.normalization import _BatchNorm
from fastgrad.optim.lr_scheduler.base import Scheduler, all_or_nothing, per_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fastgrad._tensor import Tensor
    from fastgrad.optim.optimizer import Optimizer

    AverageOne = Callable[[Tensor, Tensor, Tensor], Tensor]
    AverageAll = Callable[[Sequence[Tensor], Sequence[Tensor], Tensor], None]


def get_ema_multi_avg_fn(decay: float = 0.999) -> AverageAll:
    """Return a function of lists of tensors that moves averages towards the present values by ``1 - decay``.

    Parameters
    ----------
    decay : float, default 0.999
        How slowly the averages forget, in [0, 1].

    Returns
    -------
    callable
        Of the averages, which it writes to, the present values and the number of those averaged so far; what
        `AveragedModel` takes as `multi_avg_fn`.

    Raises
    ------
    ValueError
        If `decay` is out of range.
    """
    weight = 1 - _decay("get_ema_multi_avg_fn", decay)

    def ema_update(averages: Sequence[Tensor], values: Sequence[Tensor], num_averaged: Tensor) -> None:
        _move(averages, values, weight)

    return ema_update


def get_swa_multi_avg_fn() -> AverageAll:
    """Return a function of lists of tensors that takes the present values into means of all so far.

    Returns
    -------
    callable
        Of the averages, which it writes to, the present values and the number of those averaged so far; what
        `AveragedModel` takes as `multi_avg_fn`. If that number is a tensor, the weight ``1 / (num_averaged + 1)`` has
        the digits of float32, as in PyTorch.
    """

    def swa_update(averages: Sequence[Tensor], values: Sequence[Tensor], num_averaged: Tensor | int) -> None:
        _move(averages, values, float(1 / (num_averaged + 1)))

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> AverageOne:
    """Return the function ``decay * average + (1 - decay) * value``, which `AveragedModel` takes as `avg_fn`.

    Parameters
    ----------
    decay : float, default 0.999
        How slowly the average forgets, in [0, 1].

    Returns
    -------
    callable
        Of the average, the present value and the number of those averaged so far.

    Raises
    ------
    ValueError
        If `decay` is out of range.
    """
    keep = _decay("get_ema_avg_fn", decay)

    def ema_update(average: Tensor, value: Tensor, num_averaged: Tensor) -> Tensor:
        with fg.no_grad():
            return keep * average + (1 - keep) * value

    return ema_update


def get_swa_avg_fn() -> AverageOne:
    """Return the function ``average + (value - average) / (num_averaged + 1)``, the mean of all values so far.

    Returns
    -------
    callable
        Of the average, the present value and the number of those averaged so far.
    """

    def swa_update(average: Tensor, value: Tensor, num_averaged: Tensor | int) -> Tensor:
        with fg.no_grad():
            return average + (value - average) / float(num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a network whose parameters are averages of that one's.

    Parameters
    ----------
    model : Module
        Copied as it is.
    device : optional
        "cpu" or None.
    avg_fn : callable, optional
        Of the average, the present value and the number of those averaged so far: the new average. The mean of all if
        neither it nor `multi_avg_fn` is given; see `get_ema_avg_fn`.
    multi_avg_fn : callable, optional
        The same for all tensors of a dtype at once, whose averages it writes to; see `get_ema_multi_avg_fn`.
    use_buffers : bool, default False
        Whether buffers, such as running statistics, are averaged, too; otherwise they are the present ones.

    Attributes
    ----------
    module : Module
        The copy.
    n_averaged : Tensor, shape (), int64
        How many states of the network are in the averages; a buffer.

    Raises
    ------
    ValueError
        If both functions are given.

    Notes
    -----
    The present values that a network begins with are the first that are averaged, at the first `update_parameters`.
    Batch normalization's statistics are not those of averaged parameters: see `update_bn`.

    References
    ----------
    Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018,
    https://arxiv.org/abs/1803.05407; Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging",
    1992, https://doi.org/10.1137/0330046

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
    >>> net = fg.nn.Linear(1, 1, bias=False)
    >>> averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.5))
    >>> for value in (1.0, 2.0, 4.0):
    ...     _ = net.weight.data.fill_(value)
    ...     averaged.update_parameters(net)
    >>> averaged.module.weight.item(), averaged.n_averaged.item()
    (2.75, 3)
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: AverageOne | None = None,
        multi_avg_fn: AverageAll | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ValueError("AveragedModel: at most one of avg_fn and multi_avg_fn must be given, got both")
        for what, function in (("avg_fn", avg_fn), ("multi_avg_fn", multi_avg_fn)):
            if function is not None and not callable(function):
                raise TypeError(f"AveragedModel: {what} must be callable, got {function!r}")
        if not isinstance(model, Module):
            raise TypeError(f"AveragedModel: model must be a Module, got a {type(model).__name__}")
        self.module: Module = deepcopy(model)
        if device is not None:
            self.module.to(device)
        self.register_buffer("n_averaged", fg.tensor(0))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the averaged network."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of a network into the averages.

        Parameters
        ----------
        model : Module
            One of the same parameters and buffers.

        Raises
        ------
        ValueError
            If their number or a shape is another; nothing is changed then.
        """
        check_instance(model, Module, "AveragedModel.update_parameters", "model")
        averages = [t.detach() for t in self._averaged(self.module)]
        values = [t.detach() for t in self._averaged(model)]
        pairs = list(zip(self.module.buffers(), model.buffers(), strict=False))
        shapes = [[t.shape for t in tensors] for tensors in (averages, values)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"AveragedModel.update_parameters: model must have tensors of the shapes {shapes[0]}, got {shapes[1]}"
            )
        with fg.no_grad():
            if self.n_averaged.item() == 0:
                for average, value in zip(averages, values, strict=True):
                    average.copy_(value)
            elif self.multi_avg_fn is None:
                take_in = self.avg_fn or get_swa_avg_fn()
                for average, value in zip(averages, values, strict=True):
                    average.copy_(take_in(average, value, self.n_averaged).astype(average.dtype))
            else:
                for dtype in dict.fromkeys(average.dtype for average in averages):
                    chosen = [i for i, average in enumerate(averages) if average.dtype == dtype]
                    self.multi_avg_fn([averages[i] for i in chosen], [values[i] for i in chosen], self.n_averaged)
            if not self.use_buffers:
                for own, present in pairs:
                    own.detach().copy_(present.detach())
            self.n_averaged.add_(1)

    def _averaged(self, module: Module) -> list[Tensor]:
        return list(chain(module.parameters(), module.buffers()) if self.use_buffers else module.parameters())


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Set the running statistics of a network's batch normalization layers to those of some data.

    Parameters
    ----------
    loader : iterable
        Gives batches: inputs of the network, or lists and tuples whose first element is the input.
    model : Module
        Its mode, and the layers' `momentum`, are as before afterwards.
    device : optional
        "cpu" or None.

    Examples
    --------
    >>> import fastgrad as fg
    >>> net = fg.nn.BatchNorm1d(1)
    >>> fg.optim.swa_utils.update_bn([fg.tensor([[1.0], [3.0]]), fg.tensor([[5.0], [7.0]])], net)
    >>> net.running_mean.tolist()
    [4.0]
    """
    check_instance(model, Module, "update_bn", "model")
    layers = {module: module.momentum for module in model.modules() if isinstance(module, _BatchNorm)}
    if not layers:
        return
    was_training = model.training
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean of all batches
    model.train()
    try:
        with fg.no_grad():
            for batch in loader:
                input = batch[0] if isinstance(batch, (list, tuple)) else batch
                model(input if device is None else input.to(device))
    finally:
        for layer, momentum in layers.items():
            layer.momentum = momentum
        model.train(was_training)


class SWALR(Scheduler):
    """Bring the learning rate to that of weight averaging, and keep it there.

    Parameters
    ----------
    optimizer : Optimizer
        The optimizer whose learning rates are set.
    swa_lr : float, or list of float
        The rate, which may differ from group to group.
    anneal_epochs : int, default 10
        In how many epochs.
    anneal_strategy : str, default "cos"
        "cos" or "linear".
    last_epoch : int, default -1
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If something is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> optimizer = fg.optim.SGD(fg.nn.Linear(1, 1).parameters(), lr=1.0)
    >>> scheduler = fg.optim.swa_utils.SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [1.0, 0.75, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = per_group("SWALR", "swa_lr", self._checked(optimizer), swa_lr)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"SWALR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs: int = size(anneal_epochs, "SWALR", "anneal_epochs")
        with all_or_nothing(optimizer):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["swa_lr"] = rate
            super().__init__(optimizer, last_epoch)

    def _next(self) -> list[Any]:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._part(step - 1), self._part(step)
        rates = []
        for group in self.optimizer.param_groups:
            rate, target = group["lr"], group["swa_lr"]
            first = target if before == 1 else (rate - before * target) / (1 - before)
            rates.append(target * now + first * (1 - now))
        return rates

    def _part(self, step: int) -> float:
        """Return which part of the way to the rate is behind."""
        t = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 - cos(pi * t)) / 2 if self._anneal_strategy == "cos" else t


def _decay(function: str, decay: Any) -> float:
    number = real(decay, function, "decay")
    if not 0 <= number <= 1:
        raise ValueError(f"{function}: decay must be in [0, 1], got {decay}")
    return number


def _move(averages: Sequence[Tensor], values: Sequence[Tensor], weight: float) -> None:
    """Move averages towards values by this part of the way."""
    with fg.no_grad():
        for average, value in zip(averages, values, strict=True):
            if average.dtype in (fg.float16, fg.bfloat16, fg.float32, fg.float64):
                average.add_(weight * (value - average))
            else:
                average.copy_(((1 - weight) * average + weight * value).astype(average.dtype))


__all__ = _names.public(
    {name: value for name, value in globals().items() if getattr(value, "__module__", None) == __name__}
)
