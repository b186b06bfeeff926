"""What all optimizers share: parameter groups, state, saving and loading, and the loop around the update."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Params = Iterable[Tensor] | Iterable[dict[str, Any]]


class Optimizer:
    """Base class of optimizers.

    A subclass calls ``super().__init__(params, defaults)`` with its hyperparameters, says in `_check` which values they
    may have and in `_new_state` what it remembers of a parameter, and updates a group of parameters, all of them in one
    call of the core, in `_update`.

    Parameters
    ----------
    params : iterable of Tensor, or iterable of dict
        The tensors to optimize, all of them leaves; or groups, dicts with the key "params" and hyperparameters that
        differ from the defaults.
    defaults : dict
        Hyperparameters for groups that do not set their own.

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
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, (Tensor, dict, str)):
            raise TypeError(
                f"{type(self).__name__}: params should be an iterable of tensors or dicts, "
                f"got a {type(params).__name__}"
            )
        self.defaults = defaults
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
        """Raise ValueError if a hyperparameter is out of range."""
        raise NotImplementedError

    def _new_state(self, param: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Return what to remember of a parameter before its first update."""
        raise NotImplementedError

    def _update(
        self, group: dict[str, Any], params: list[Tensor], grads: list[Tensor], states: list[dict[str, Any]]
    ) -> None:
        """Update these parameters, which have these gradients, in place."""
        raise NotImplementedError

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
                elif param.grad is not None:
                    param.grad = param.grad.detach()
                    param.grad.zero_()

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
        known = self.state
        for group in self.param_groups:
            params, grads, states = [], [], []
            for param in group["params"]:
                grad = param.grad
                if grad is None:
                    continue
                state = known.get(param)
                if state is None:
                    state = known[param] = self._new_state(param, group)
                params.append(param)
                grads.append(grad)
                states.append(state)
            if params:
                self._update(group, params, grads, states)
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
            state[param] = {what: _load_value(name, what, value, param) for what, value in values.items()}
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
    if value is None or not hasattr(value, "shape"):
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
    if isinstance(value, (bool, str)) or value is None:
        raise TypeError(f"{optimizer}: {what} must be a number, got {value!r}")
    if not 0.0 <= value < below:
        bound = "not negative and finite" if below == inf else f"in [0, {below:g})"
        raise ValueError(f"{optimizer}: invalid {what}: {value} (must be {bound})")


def by_step(
    params: list[Tensor], grads: list[Tensor], states: list[dict[str, Any]]
) -> Iterator[tuple[int, list[Tensor], list[Tensor], list[dict[str, Any]]]]:
    """Count this step, and give those parameters together that have been updated equally often; usually all."""
    for state in states:
        state["step"] += 1
    steps = {state["step"] for state in states}
    if len(steps) == 1:
        yield steps.pop(), params, grads, states
        return
    for step in sorted(steps):
        chosen = [i for i, state in enumerate(states) if state["step"] == step]
        yield step, [params[i] for i in chosen], [grads[i] for i in chosen], [states[i] for i in chosen]
