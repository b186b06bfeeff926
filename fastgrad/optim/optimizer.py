"""What all optimizers share: parameter groups, state, saving and loading, and the loop around the update."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, ClassVar, overload

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.optim._steps import update_fused, update_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    L = TypeVar("L")
    Params = Iterable[Tensor | dict[str, Any] | tuple[str, Tensor]]  # all of one kind

# What a group may hold beside its hyperparameters.
_NO_HYPERPARAMETERS = {"params", "param_names", "initial_lr", "name"}


class Optimizer:
    """Base class of optimizers.

    A subclass hands its hyperparameters to ``super().__init__``, names those that must not be negative in
    `_not_negative` and those that are true or false in `_flags`, names the tensors that it remembers of each parameter
    in `_moments`, and updates parameters in `_update`, which is called where nothing is recorded.

    Parameters
    ----------
    params : iterable of Tensor, of pairs of name and Tensor, or of dict
        The tensors to optimize, all of them leaves, in an order (a set has none); or groups, dicts with the key
        "params" and hyperparameters that differ from the defaults.
    defaults : dict, optional
        Hyperparameters for groups that do not set their own.
    **hyperparameters
        The same, as keywords.

    Attributes
    ----------
    param_groups : list of dict
        Each with "params", a list of tensors, and all hyperparameters; those may be changed between steps, and are
        checked again by the step after that. "param_names" if the parameters came with names.
    state : dict of Tensor to dict
        What is remembered of each parameter that has been updated; empty dicts for others.

    Raises
    ------
    TypeError
        If `params` is a single tensor, a module or a set, or contains something that is not a floating-point tensor,
        or a hyperparameter is of the wrong type; no gradient flows into one, so a tensor that requires it is wrong.
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
    # Hyperparameters that are true or false.
    _flags: ClassVar[tuple[str, ...]] = ()
    # Whether the state counts the updates of each parameter, as "step".
    _counts: ClassVar[bool] = True

    def __init__(self, params: Params, defaults: dict[str, Any] | None = None, **hyperparameters: Any) -> None:
        name = type(self).__name__
        _check_collection(name, "params", params)
        self.defaults: dict[str, Any] = {**(defaults or {}), **hyperparameters}
        self.state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        # The values that each group had when it was checked last.
        self._checked: list[list[Any]] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError(f"{name}: got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    # ---- what a subclass defines ----

    def _check(self, group: dict[str, Any]) -> None:
        """Raise TypeError or ValueError if a hyperparameter is out of range; a subclass adds what else it asks."""
        name = type(self).__name__
        missing = [key for key in self.defaults if key not in group]
        if missing:
            raise KeyError(f"{name}: a parameter group lacks the hyperparameters {missing}")
        for key in self._not_negative:
            # Schedulers that are chained may go below 0, as PyTorch's do.
            scheduled = key == "lr" and "initial_lr" in group
            check(name, key, group[key], least=-inf if scheduled else 0.0)
        for key in self._flags:
            value = group[key]
            if not isinstance(value, int) and not hasattr(value, "dtype"):
                raise TypeError(f"{name}: {key} must be True or False, got {value!r}")

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        """Name the tensors to remember of each parameter, and say which of them this group needs."""
        return {}

    def _first(self, moment: str, param: Tensor, group: dict[str, Any]) -> Tensor:
        """Return what is remembered of a parameter before its first update."""
        return fg.zeros_like(param.detach())

    # The step of the core (src/kernels/optimizer/optimizer.cpp) that updates the parameters, by its name there; and
    # those of its hyperparameters that are the class's, and not a group's.
    _fused: ClassVar[str] = ""
    _constants: ClassVar[dict[str, float]] = {}

    # (self, group, step, params, grads, *moments): update these parameters in place. They have these gradients; all
    # have been updated equally often, this time being number `step`. Then a list for each name in `_moments`, empty
    # where it is not needed. Optimizers that keep no count are given 1 while nothing is remembered, then 2.
    _update: Callable[..., None] = update_fused

    # ---- the mechanism ----

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group of parameters, such as layers that start to train later.

        Parameters
        ----------
        param_group : dict
            "params", a tensor or an iterable of tensors, or of pairs of name and tensor, and the hyperparameters that
            differ from the defaults.

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
            raise ValueError(f"{name}: a parameter group needs the key 'params', got {list(param_group)}")
        unknown = [key for key in param_group if key not in self.defaults and key not in _NO_HYPERPARAMETERS]
        if unknown:
            raise TypeError(f"{name}: unknown hyperparameters {unknown}; known are {sorted(self.defaults)}")
        params = param_group["params"]
        if not isinstance(params, Tensor):
            _check_collection(name, "a group's params", params)
        params, names = _names_apart(name, [params] if isinstance(params, Tensor) else list(params))
        seen = {id(param) for group in self.param_groups for param in group["params"]}
        for param in params:
            if not isinstance(param, Tensor):
                hint = "; give its parameters()" if hasattr(param, "parameters") else ""
                raise TypeError(f"{name}: can only optimize tensors, got a {type(param).__name__}{hint}")
            if not param.is_leaf:
                raise ValueError(f"{name}: can't optimize a non-leaf tensor (of shape {param.shape})")
            if param.dtype not in (fg.float32, fg.float64):
                hint = ""
                if param.dtype in (fg.float16, fg.bfloat16):
                    hint = f"; keep it in float32 and convert it where it is used, with .astype(fg.{param.dtype})"
                raise TypeError(f"{name}: can only optimize float32 and float64 tensors, got {param.dtype}{hint}")
            if id(param) in seen:
                raise ValueError(f"{name}: a parameter of shape {param.shape} appears twice in the parameter groups")
            seen.add(id(param))
        group = {"params": params, **self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        if names:
            group["param_names"] = names
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

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], L]) -> L: ...
    def step(self, closure: Callable[[], L] | None = None) -> L | None:
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
            if not callable(closure):
                raise TypeError(f"{type(self).__name__}.step: closure must be callable, got a {type(closure).__name__}")
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
            If the state is that of an optimizer of another kind, the groups or the shapes are not those of this one, or
            a hyperparameter is out of range.
        KeyError
            If "state" or "param_groups" is missing.
        TypeError
            If `state_dict` is no mapping, or something in it is of the wrong type.
        """
        name = type(self).__name__
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{name}.load_state_dict: a dict is expected, got a {type(state_dict).__name__}")
        for key in ("state", "param_groups"):
            if key not in state_dict:
                raise KeyError(f"{name}.load_state_dict: the key '{key}' is missing, got {list(state_dict)}")
        saved_groups = state_dict["param_groups"]
        if not isinstance(saved_groups, (list, tuple)) or not all(
            isinstance(group, Mapping) and hasattr(group.get("params"), "__len__") for group in saved_groups
        ):
            raise TypeError(
                f"{name}.load_state_dict: 'param_groups' must be a list of dicts with 'params', each a list"
            )
        states = state_dict["state"]
        if not isinstance(states, Mapping) or not all(isinstance(values, Mapping) for values in states.values()):
            raise TypeError(f"{name}.load_state_dict: 'state' must be a dict of dicts")
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
            self._check_kind(saved)
            merged = {**group, **saved, "params": group["params"]}
            self._check(merged)
            groups.append(merged)
            param_at.update(zip(saved["params"], group["params"], strict=True))
        state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        for key, values in states.items():
            if key not in param_at:
                raise ValueError(f"{name}.load_state_dict: state for parameter {key!r}, which is in no group")
            param = param_at[key]
            self._check_remembered(key, values)
            # PyTorch saves None for what is not remembered yet.
            state[param] = {
                what: _load_value(name, what, value, param) for what, value in values.items() if value is not None
            }
        self.state = state
        self.param_groups = groups

    def _check_kind(self, saved: Mapping[str, Any]) -> None:
        """Raise ValueError if a saved group has the hyperparameters of another kind of optimizer.

        PyTorch's have some that are not ours, and those of older versions lack some: either alone is no sign.
        """
        foreign = [key for key in saved if key not in self.defaults and key not in _NO_HYPERPARAMETERS]
        lacking = [key for key in self.defaults if key not in saved]
        if foreign and lacking:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state is that of another kind of optimizer: its groups "
                f"have {foreign}, but not {lacking}"
            )

    def _check_remembered(self, key: Any, values: Mapping[str, Any]) -> None:
        """Raise ValueError if a parameter's saved state is not what this kind of optimizer remembers."""
        known = list(self._moments(self.defaults))
        if not known:  # a subclass that keeps its state itself
            return
        known = ["step", *known] if self._counts else known
        foreign = [what for what in values if what not in known]
        if foreign or (self._counts and values and "step" not in values):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state is that of another kind of optimizer: of parameter "
                f"{key!r} it remembers {list(values)}, {type(self).__name__} remembers {known}"
            )

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join(lines) + "\n)"


def _load_value(optimizer: str, what: str, value: Any, param: Tensor) -> Any:
    """Return an own copy of one entry of a parameter's saved state."""
    if what == "step":
        step = value.item() if hasattr(value, "item") else value
        if isinstance(step, bool) or not isinstance(step, (int, float)) or not step >= 0 or step != int(step):
            raise ValueError(f"{optimizer}.load_state_dict: 'step' must be a whole number, not negative, got {value!r}")
        return int(step)
    if not hasattr(value, "shape"):
        return value
    if tuple(value.shape) != param.shape:
        raise ValueError(
            f"{optimizer}.load_state_dict: '{what}' has shape {tuple(value.shape)}, but its parameter has {param.shape}"
        )
    own = fg.zeros_like(param.detach())
    own.copy_(value.detach() if isinstance(value, Tensor) else fg.asarray(value))
    return own


def check(optimizer: str, what: str, value: Any, least: float = 0.0, below: float = inf) -> None:
    """Raise unless `value` is finite and ``least <= value < below``; NaN is neither."""
    what = {"lr": "learning rate", "eps": "epsilon"}.get(what, what)
    number = real(value, optimizer, what)
    if not (least <= number < below and isfinite(number)):
        bound = f"in [{least:g}, {below:g})" if below < inf else "finite" if least < 0 else "not negative and finite"
        raise ValueError(f"{optimizer}: invalid {what}: {value} (must be {bound})")


def _check_collection(optimizer: str, what: str, params: Any) -> None:
    """Raise TypeError unless `params` can be walked in an order."""
    if isinstance(params, (set, frozenset)):
        raise TypeError(f"{optimizer}: parameters need an order, but a set has none; use a list")
    hint = ""
    if hasattr(params, "parameters"):
        hint = f"; give the parameters of the {type(params).__name__}: net.parameters()"
    elif isinstance(params, dict):
        hint = "; groups go into a list: [{'params': ...}]"
    elif isinstance(params, Tensor):
        hint = "; put it into a list"
    if hint or isinstance(params, (str, bytes)) or not hasattr(params, "__iter__"):
        raise TypeError(
            f"{optimizer}: {what} should be an iterable of tensors or dicts, got a {type(params).__name__}{hint}"
        )


def _names_apart(optimizer: str, params: list[Any]) -> tuple[list[Any], list[str]]:
    """Part pairs of name and tensor, as `Module.named_parameters` gives them; no names if there are no pairs."""
    paired = [isinstance(param, tuple) and len(param) == 2 and isinstance(param[0], str) for param in params]
    if not any(paired):
        return params, []
    if not all(paired):
        raise ValueError(f"{optimizer}: all parameters must come with a name, or none")
    return [param for _, param in params], [name for name, _ in params]
