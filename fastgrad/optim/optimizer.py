"""What all optimizers share: parameter groups, state, saving and loading, and the loop around the update."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.optim._steps import update_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Params = Iterable[Tensor] | Iterable[dict[str, Any]]


class Optimizer:
    """Base class of optimizers.

    A subclass hands its hyperparameters to ``super().__init__``, names those that must not be negative in
    `_not_negative`, names the tensors that it remembers of each parameter in `_moments`, and updates parameters in
    `_update`, which is called where nothing is recorded.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        The tensors to optimize, all of them leaves; or groups, dicts with the key "params" and hyperparameters that
        differ from the defaults.
    defaults : dict, optional
        Hyperparameters for groups that do not set their own.
    **hyperparameters
        The same, as keywords.

    Attributes
    ----------
    param_groups : list of dict
        Each with "params", a list of tensors, and all hyperparameters; those may be changed between steps.
    state : dict of Tensor to dict
        What is remembered of each parameter that has been updated.

    Raises
    ------
    TypeError
        If `params` is a single tensor, or contains something that is not a floating-point tensor.
    ValueError
        If there are no parameters, one occurs twice or is not a leaf, or a hyperparameter is out of range.

    Examples
    --------
    Lion (https://arxiv.org/abs/2302.06675), with one coefficient for both of its averages:

    >>> import fastgrad as fg
    >>> class Lion(fg.optim.Optimizer):
    ...     _not_negative = ("lr",)
    ...
    ...     def __init__(self, params, lr=1e-4, beta=0.9):
    ...         super().__init__(params, lr=lr, beta=beta)
    ...
    ...     def _moments(self, group):
    ...         return {"exp_avg": True}
    ...
    ...     def _update(self, group, step, params, grads, exp_avgs):
    ...         for p, g, m in zip(params, grads, exp_avgs):
    ...             m.mul_(group["beta"]).add_((1 - group["beta"]) * g)
    ...             p.sub_(group["lr"] * m.sign())
    >>> p = fg.nn.Parameter(fg.tensor([1.0, -1.0]))
    >>> optimizer = Lion([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.tolist()
    [0.5, -0.5]
    """

    # Hyperparameters that are finite numbers of at least 0.
    _not_negative: ClassVar[tuple[str, ...]] = ()
    # Whether the state counts the updates of each parameter, as "step".
    _counts: ClassVar[bool] = True

    def __init__(self, params: Params, defaults: dict[str, Any] | None = None, **hyperparameters: Any) -> None:
        if isinstance(params, (Tensor, dict, str)) or not hasattr(params, "__iter__"):
            raise TypeError(
                f"{type(self).__name__}: params should be an iterable of tensors or dicts, "
                f"got a {type(params).__name__}"
            )
        self.defaults: dict[str, Any] = {**(defaults or {}), **hyperparameters}
        self.state: dict[Tensor, dict[str, Any]] = {}
        self.param_groups: list[dict[str, Any]] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError(f"{type(self).__name__}: got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    # ---- what a subclass defines ----

    def _check(self, group: dict[str, Any]) -> None:
        """Raise TypeError or ValueError if a hyperparameter is out of range; a subclass adds what else it asks."""
        for key in self._not_negative:
            check(type(self).__name__, key, group[key])

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        """Name the tensors to remember of each parameter, and say which of them this group needs."""
        return {}

    def _first(self, moment: str, param: Tensor, group: dict[str, Any]) -> Tensor:
        """Return what is remembered of a parameter before its first update."""
        return fg.zeros_like(param.detach())

    # (self, group, step, params, grads, *moments): update these parameters in place. They have these gradients; all
    # have been updated equally often, this time being number `step`. Then a list for each name in `_moments`, empty
    # where it is not needed. Optimizers that keep no count are given 1 while nothing is remembered, then 2.
    _update: Callable[..., None]

    # ---- the mechanism ----

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, such as layers that start to train later.

        Parameters
        ----------
        param_group : dict
            "params", a tensor or an iterable of tensors, and the hyperparameters that differ from the defaults.

        Raises
        ------
        TypeError
            If it is not a dict, a hyperparameter is unknown, or a parameter is not a floating-point tensor.
        ValueError
            If a parameter is not a leaf or is already in a group, or a hyperparameter is out of range.

        Examples
        --------
        >>> import fastgrad as fg
        >>> base, head = fg.nn.Linear(4, 4), fg.nn.Linear(4, 1)
        >>> optimizer = fg.optim.SGD(base.parameters(), lr=0.1)
        >>> optimizer.add_param_group({"params": head.parameters(), "lr": 1.0})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 1.0]
        """
        name = type(self).__name__
        if not isinstance(param_group, dict):
            raise TypeError(f"{name}: a parameter group must be a dict, got a {type(param_group).__name__}")
        if "params" not in param_group:
            raise ValueError(f"{name}: a parameter group needs the key 'params', got {sorted(param_group)}")
        unknown = param_group.keys() - self.defaults.keys() - {"params", "initial_lr", "name"}
        if unknown:
            raise TypeError(f"{name}: unknown hyperparameters {sorted(unknown)}; known are {sorted(self.defaults)}")
        params = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError(f"{name}: parameters need an order, but a set has none; use a list")
        params = [params] if isinstance(params, Tensor) else list(params)
        seen = {id(param) for group in self.param_groups for param in group["params"]}
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(f"{name}: can only optimize tensors, got a {type(param).__name__}")
            if not param.is_leaf:
                raise ValueError(f"{name}: can't optimize a non-leaf tensor (of shape {param.shape})")
            if param.dtype not in (fg.float32, fg.float64):
                raise TypeError(f"{name}: can only optimize float32 and float64 tensors, got {param.dtype}")
            if id(param) in seen:
                raise ValueError(f"{name}: a parameter of shape {param.shape} appears twice in the parameter groups")
            seen.add(id(param))
        group = {"params": params, **self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        self._check(group)
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Parameters
        ----------
        set_to_none : bool, default True
            Set ``grad`` to None; otherwise fill it with zeros.
        """
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                    continue
                grad = param.grad
                if grad is not None:
                    if grad.requires_grad:
                        grad = param.grad = grad.detach()
                    grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all parameters that have a gradient.

        Parameters
        ----------
        closure : callable, optional
            Called first, with gradients enabled; it computes the loss, calls ``backward`` and returns the loss.

        Returns
        -------
        What `closure` returned, or None.
        """
        loss = None
        if closure is not None:
            with fg.enable_grad():
                loss = closure()
        update_groups(self)
        return loss

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the hyperparameters, parameters being replaced by their position.

        Returns
        -------
        dict
            "state": dict of int to dict, and "param_groups": list of dict; PyTorch's structure. The tensors are the
            optimizer's own, not copies. ``step`` is an int.

        Examples
        --------
        >>> import fastgrad as fg
        >>> fg.optim.SGD(fg.nn.Linear(2, 1).parameters(), lr=0.1).state_dict()["param_groups"][0]["params"]
        [0, 1]
        """
        position: dict[int, int] = {}
        packed_groups = []
        for group in self.param_groups:
            for param in group["params"]:
                position[id(param)] = len(position)
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [position[id(param)] for param in group["params"]]
            packed_groups.append(packed)
        state = {position[id(param)]: dict(state) for param, state in self.state.items() if id(param) in position}
        return {"state": state, "param_groups": packed_groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over state and hyperparameters from an optimizer of the same kind, copying the tensors.

        Nothing is changed unless everything fits.

        Parameters
        ----------
        state_dict : mapping
            What `state_dict` returned, possibly saved and loaded in between.

        Raises
        ------
        ValueError
            If the groups or the shapes are not those of this optimizer, or a hyperparameter is out of range.
        KeyError
            If "state" or "param_groups" is missing.
        """
        name = type(self).__name__
        for key in ("state", "param_groups"):
            if key not in state_dict:
                raise KeyError(f"{name}.load_state_dict: the key '{key}' is missing, got {sorted(state_dict)}")
        saved_groups = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        saved_sizes = [len(group["params"]) for group in saved_groups]
        if len(sizes) != len(saved_sizes):
            raise ValueError(
                f"{name}.load_state_dict: loaded state dict has a different number of parameter groups, "
                f"{len(saved_sizes)} instead of {len(sizes)}"
            )
        if sizes != saved_sizes:
            raise ValueError(
                f"{name}.load_state_dict: loaded state dict contains parameter groups that don't match the sizes of "
                f"the optimizer's: {saved_sizes} instead of {sizes}"
            )
        groups: list[dict[str, Any]] = []
        param_at: dict[Any, Tensor] = {}
        for group, saved in zip(self.param_groups, saved_groups, strict=True):
            merged = {**group, **saved, "params": group["params"]}
            self._check(merged)
            groups.append(merged)
            param_at.update(zip(saved["params"], group["params"], strict=True))
        state = {}
        for key, values in state_dict["state"].items():
            if key not in param_at:
                raise ValueError(f"{name}.load_state_dict: state for parameter {key!r}, which is in no group")
            param = param_at[key]
            # PyTorch saves None for what is not remembered yet.
            state[param] = {
                what: _load_value(name, what, value, param) for what, value in values.items() if value is not None
            }
        self.state = state
        self.param_groups = groups

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join(lines) + "\n)"


def _load_value(optimizer: str, what: str, value: Any, param: Tensor) -> Any:
    """Return an own copy of one entry of a parameter's saved state."""
    if what == "step":
        return int(value.item() if hasattr(value, "item") else value)
    if not hasattr(value, "shape"):
        return value
    if tuple(value.shape) != param.shape:
        raise ValueError(
            f"{optimizer}.load_state_dict: '{what}' has shape {tuple(value.shape)}, but its parameter has {param.shape}"
        )
    own = fg.zeros_like(param.detach())
    own.copy_(value.detach() if isinstance(value, Tensor) else fg.asarray(value))
    return own


def check(optimizer: str, what: str, value: Any, below: float = inf) -> None:
    """Raise unless ``0 <= value < below``; NaN is neither."""
    what = {"lr": "learning rate", "eps": "epsilon"}.get(what, what)
    if isinstance(value, (bool, str)) or value is None:
        raise TypeError(f"{optimizer}: {what} must be a number, got {value!r}")
    if not 0.0 <= value < below:
        bound = "not negative and finite" if below == inf else f"in [0, {below:g})"
        raise ValueError(f"{optimizer}: invalid {what}: {value} (must be {bound})")
