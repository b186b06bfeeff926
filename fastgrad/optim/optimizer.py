"""What all optimizers share: parameter groups, state, saving and loading, and the loop around the update."""

from __future__ import annotations

import copy
import functools
import warnings
from collections import defaultdict
from collections.abc import Hashable, Mapping
from math import inf, isfinite, prod
from typing import TYPE_CHECKING, Any, ClassVar, cast, overload

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import flag, real
from fastgrad.autograd.hooks import RemovableHandle
from fastgrad.nn.hooks import register
from fastgrad.optim._steps import update_fused, update_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    L = TypeVar("L")
    Params = Iterable[Tensor | dict[str, Any] | tuple[str, Tensor]]  # all of one kind

# What a group may hold beside its hyperparameters: what schedulers keep there, too.
_NO_HYPERPARAMETERS = {
    *("params", "param_names", "name", "initial_lr", "max_lr", "min_lr", "swa_lr", "base_momentum", "max_momentum"),
}
# What other libraries call hyperparameters that are here.
_OTHERS_WORDS = {
    "learning_rate",
    "eta",
    "step_size",
    "epsilon",
    "beta",
    "beta1",
    "beta2",
    "beta_1",
    "beta_2",
    "wd",
    "l2",
}
# Hyperparameters of PyTorch's that choose how it computes. Here there is one way, so that they say nothing; a gradient
# through a step is refused.
_WAYS = ("foreach", "fused", "capturable", "differentiable")
_FLOATS = (fg.float16, fg.bfloat16, fg.float32, fg.float64)
# Hooks of all optimizers: those before a step, and those after it.
_PRE: dict[int, Callable[..., Any]] = {}
_POST: dict[int, Callable[..., Any]] = {}


class Optimizer:
    """Base class of optimizers.

    A subclass hands its hyperparameters to ``super().__init__``, names those that must not be negative in
    `_not_negative` and those that are true or false in `_flags`, names the tensors that it remembers of each parameter
    in `_moments`, and updates parameters in `_update`, which is called where nothing is recorded. Or it has a `step` of
    its own, as PyTorch's have.

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
        If there are no parameters, one is in two groups or is not a leaf, or a hyperparameter is out of range.

    Warns
    -----
    UserWarning
        If a parameter occurs twice in a group: each step then updates it twice, as in PyTorch.

    Notes
    -----
    Where PyTorch's optimizers have `foreach`, `fused` and `capturable`, these take them, too: they choose how PyTorch
    computes, and say nothing here. `differentiable` must be False.

    Examples
    --------
    Signum (https://arxiv.org/abs/1802.04434):

    >>> import fastgrad as fg
    >>> class Signum(fg.optim.Optimizer):
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
    >>> optimizer = Signum([p], lr=0.5)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p.tolist()
    [0.5, -0.5]
    """

    # Hyperparameters that are finite numbers of at least 0.
    _not_negative: ClassVar[tuple[str, ...]] = ()
    # Hyperparameters that are true or false.
    _flags: ClassVar[tuple[str, ...]] = ()
    # Hyperparameters that are pairs of numbers in [0, 1).
    _pairs: ClassVar[tuple[str, ...]] = ()
    # Whether the state counts the updates of each parameter, as "step".
    _counts: ClassVar[bool] = True

    # What a scheduler asks: whether there was a step. And whether it may have hooks.
    _opt_called: bool = False
    # Whether a parameter occurs several times in a group.
    _repeats: bool = False
    _may_have_hooks: bool = False

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "step" in cls.__dict__:
            cls.step = _hooked(cls.step)  # type: ignore[method-assign]

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
        for key in self._pairs:
            for i, value in enumerate(pair(name, key, group[key])):
                check(name, f"{key}[{i}]", value, below=1.0)
        for key in self._flags:
            value = group[key]
            if not isinstance(value, int) and not hasattr(value, "dtype"):
                raise TypeError(f"{name}: {key} must be True or False, got {value!r}")
            flag(value, name, key)
        for key in _WAYS:
            value = group.get(key)
            if value is not None and not isinstance(value, int):
                raise TypeError(f"{name}: {key} must be True, False or None, got {value!r}")
        if group.get("differentiable"):
            raise NotImplementedError(
                f"{name}: differentiable must be False: a step is not recorded; for gradients through an update, "
                "compute it with plain operations of fg.autograd.grad(loss, parameters, create_graph=True)"
            )
        if group.get("fused") and group.get("foreach"):
            raise RuntimeError(f"{name}: at most one of fused and foreach must be True, got both")

    def _moments(self, group: dict[str, Any]) -> dict[str, bool]:
        """Name the tensors to remember of each parameter, and say which of them this group needs."""
        return {}

    def _first(self, moment: str, param: Tensor, group: dict[str, Any]) -> Tensor:
        """Return what is remembered of a parameter before its first update."""
        return fg.zeros_like(param.detach())

    def _remembers(self) -> list[str]:
        """Name all that the state may hold of a parameter; nothing where that is not known."""
        moments = list(self._moments(self.defaults))
        return ["step", *self._numbers, *moments] if moments and self._counts else moments

    # Numbers that are remembered of each parameter; `_advance` says how they go on.
    _numbers: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def _number(value: float) -> Tensor:
        """A number as the state holds it, "step" too: a tensor of 0 dimensions and the default dtype, as PyTorch's."""
        return fg.full((), float(value))

    def _advance(
        self, group: dict[str, Any], step: int, numbers: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """From the numbers before an update (none before the first), return what they are from then on; and what the
        update uses, which it is given beside the group's hyperparameters."""
        return numbers, {}

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
            differ from the defaults. Other keys are the user's, and stay in the group.

        Raises
        ------
        TypeError
            If it is not a dict, a key is a misspelt hyperparameter, or a parameter is not a floating-point tensor.
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
        misspelt = [key for key in unknown if _resembles(key, self.defaults)]
        if misspelt:
            raise TypeError(f"{name}: unknown hyperparameters {misspelt}; known are {sorted(self.defaults)}")
        params = param_group["params"]
        if not isinstance(params, Tensor):
            _check_collection(name, "a group's params", params)
        params, names = _names_apart(name, [params] if isinstance(params, Tensor) else list(params))
        elsewhere = {id(param) for group in self.param_groups for param in group["params"]}
        seen: set[int] = set()
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
            if id(param) in elsewhere:
                raise ValueError(f"{name}: a parameter of shape {param.shape} appears twice in the parameter groups")
            seen.add(id(param))
        group = {
            "params": params,
            **({"param_names": names} if names else {}),
            **self.defaults,
            **{k: v for k, v in param_group.items() if k != "params"},
        }
        for other in self.param_groups:
            if ("param_names" in other) != ("param_names" in group):
                raise ValueError(f"{name}: all parameter groups must come with names, or none")
        self._check(group)
        if len(seen) < len(params):
            warnings.warn(
                f"{name}: a parameter appears twice in a parameter group; each step updates it so often", stacklevel=3
            )
            self._repeats = True
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
        if not self._opt_called:
            self._opt_called = True
        if (self._may_have_hooks or _PRE or _POST) and type(self).step is Optimizer.step:
            args = () if closure is None else (closure,)
            return cast("L | None", self._step_with_hooks(Optimizer._step, (self, *args), {}))
        if closure is not None:
            return cast("L | None", self._step(closure))
        update_groups(self)
        return None

    def _step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            check_closure(self, closure)
            with fg.enable_grad():
                loss = closure()
        update_groups(self)
        return loss

    def _step_with_hooks(self, step: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for hook in [*_PRE.values(), *self._hooks_of("step_pre")]:
            changed = hook(self, args, kwargs)
            if changed is not None:
                if not isinstance(changed, tuple) or len(changed) != 2:
                    raise RuntimeError(
                        f"{type(self).__name__}.step: a pre-hook must return None or a tuple (args, kwargs), got "
                        f"{changed!r}"
                    )
                args, kwargs = changed
                if not args or args[0] is not self:
                    raise RuntimeError(
                        f"{type(self).__name__}.step: what a pre-hook returns as args must begin with the optimizer, "
                        f"as what it is given does, got {args!r}"
                    )
        result = step(*args, **kwargs)
        for hook in [*self._hooks_of("step_post"), *_POST.values()]:
            hook(self, args, kwargs)
        return result

    def register_step_pre_hook(self, hook: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before every `step`, of which these are the arguments: as in PyTorch,
        `args` begins with the optimizer.

        Parameters
        ----------
        hook : callable
            Returns None, or other arguments and keywords for `step` in a tuple of two.

        Returns
        -------
        RemovableHandle
            Its ``remove()`` takes the hook away.

        Examples
        --------
        >>> import fastgrad as fg
        >>> p = fg.nn.Parameter(fg.ones(1))
        >>> optimizer = fg.optim.SGD([p], lr=0.5)
        >>> def clip(optimizer, args, kwargs):
        ...     fg.nn.utils.clip_grad_value_(optimizer.param_groups[0]["params"], 1.0)
        >>> handle = optimizer.register_step_pre_hook(clip)
        >>> p.grad = fg.tensor([100.0])
        >>> optimizer.step()
        >>> p.item()
        0.5
        """
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after every `step`; see `register_step_pre_hook`."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Callable[[Any], Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before `state_dict` looks at the state; `prepend`: before others."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[[Any, dict[str, Any]], Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` with what `state_dict` is to return; what the hook returns, unless None,
        replaces it."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[[Any, dict[str, Any]], Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before `load_state_dict` reads a shallow copy of what it was given; what
        the hook returns, unless None, is read instead."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[[Any], Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` when `load_state_dict` has loaded a state."""
        return self._register("load_state_dict_post", hook, prepend)

    def _register(self, kind: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        handle = register(self.__dict__.setdefault("_hooks", {}).setdefault(kind, {}), hook, prepend)
        self._may_have_hooks = True
        return handle

    def _hooks_of(self, kind: str) -> list[Callable[..., Any]]:
        return list(self.__dict__.get("_hooks", {}).get(kind, {}).values())

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("_hooks", "_may_have_hooks")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the hyperparameters, parameters being replaced by their position.

        Returns
        -------
        dict
            "state": dict of int to dict, and "param_groups": list of dict; PyTorch's structure. The tensors are the
            optimizer's own, not copies, also those of 0 dimensions that numbers are: ``step``, for one.

        Examples
        --------
        >>> import fastgrad as fg
        >>> fg.optim.SGD(fg.nn.Linear(2, 1).parameters(), lr=0.1).state_dict()["param_groups"][0]["params"]
        [0, 1]
        """
        for hook in self._hooks_of("state_dict_pre"):
            hook(self)
        position: dict[int, int] = {}
        packed_groups = []
        for group in self.param_groups:
            for param in group["params"]:
                position[id(param)] = len(position)
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [position[id(param)] for param in group["params"]]
            packed_groups.append(packed)
        state = {position[id(param)]: dict(state) for param, state in self.state.items() if id(param) in position}
        packed_state: dict[str, Any] = {"state": state, "param_groups": packed_groups}
        for hook in self._hooks_of("state_dict_post"):
            replaced = hook(self, packed_state)
            packed_state = packed_state if replaced is None else replaced
        return packed_state

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
            raise TypeError(f"{name}.load_state_dict: the state must be a dict, got a {type(state_dict).__name__}")
        state_dict = dict(state_dict)
        for hook in self._hooks_of("load_state_dict_pre"):
            replaced = hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
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
        group_of: dict[Any, dict[str, Any]] = {}
        for group, saved in zip(self.param_groups, saved_groups, strict=True):
            self._check_kind(saved)
            own = copy.deepcopy({key: value for key, value in saved.items() if key != "params"})
            merged = {**group, **own, "params": group["params"]}
            self._check(merged)
            groups.append(merged)
            keys = list(saved["params"])
            if not all(isinstance(key, Hashable) and key not in param_at for key in keys) or len({*keys}) < len(keys):
                raise ValueError(f"{name}.load_state_dict: 'params' must name each parameter once, got {keys}")
            param_at.update(zip(keys, group["params"], strict=True))
            group_of.update(dict.fromkeys(keys, merged))
        state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        for key, values in states.items():
            if key not in param_at:
                raise ValueError(f"{name}.load_state_dict: state for parameter {key!r}, which is in no group")
            param = param_at[key]
            # PyTorch saves None for what is not remembered yet.
            values = {what: value for what, value in values.items() if value is not None}
            self._check_remembered(key, values, group_of[key])
            state[param] = {what: self._load_value(what, value, param) for what, value in values.items()}
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._hooks_of("load_state_dict_post"):
            hook(self)

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

    def _check_remembered(self, key: Any, values: Mapping[str, Any], group: dict[str, Any]) -> None:
        """Raise ValueError if a parameter's saved state is not what this kind of optimizer remembers."""
        known = self._remembers()
        if not known or not values:  # a subclass that keeps its state itself; or no update yet
            return
        foreign = [what for what in values if what not in known]
        # What is remembered begins with the first update that needs it, which may be still to come.
        always = [what for what, used in self._moments(self.defaults).items() if used and self._moments(group)[what]]
        needed = [*(["step"] if self._counts else []), *self._numbers, *always]
        if foreign or any(what not in values for what in needed):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state is that of another kind of optimizer: of parameter "
                f"{key!r} it remembers {list(values)}, {type(self).__name__} remembers {known}"
            )

    def _shape(self, what: str, param: Tensor) -> tuple[int, ...] | None:
        """Return the shape of a remembered tensor; None where it may have any."""
        return param.shape if what in self._moments(self.defaults) else None

    def _load_value(self, what: str, value: Any, param: Tensor) -> Any:
        """Return an own copy of one entry of a parameter's saved state, in the parameter's dtype."""
        name = f"{type(self).__name__}.load_state_dict"
        if what == "step":
            step = value.item() if hasattr(value, "item") and prod(getattr(value, "shape", ())) == 1 else value
            if (
                isinstance(step, bool)
                or not isinstance(step, (int, float))
                or not 0 <= step < 2**63
                or step != int(step)
            ):
                raise ValueError(f"{name}: 'step' must be a whole number of at least 0, got {value!r}")
            return self._number(step)
        if what in self._numbers:
            return self._number(real(value, name, f"'{what}'"))
        shape = self._shape(what, param)
        if shape is not None and not hasattr(value, "shape"):
            raise TypeError(f"{name}: '{what}' must be a Tensor of shape {shape}, got a {type(value).__name__}")
        if isinstance(value, (list, tuple)):
            return type(value)(self._load_value(what, item, param) for item in value)
        if not hasattr(value, "shape"):
            return copy.deepcopy(value)
        if shape is not None and tuple(value.shape) != shape:
            raise ValueError(f"{name}: '{what}' must have the shape {shape}, got {tuple(value.shape)}")
        value = value.detach() if isinstance(value, Tensor) else fg.asarray(value)
        if value.shape != param.shape:
            kept = shape is None and value.dtype not in _FLOATS
            return value.astype(value.dtype if kept else param.dtype, copy=True)
        own = fg.zeros_like(param.detach())
        own.copy_(value)
        return own

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.extend([""] if i else [])
            lines.append(f"Parameter Group {i}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join(lines) + "\n)"


def _hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """Have the `step` that a subclass defines call the hooks; where it calls that of its base class, it alone does."""

    @functools.wraps(step)
    def hooked(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        self._opt_called = True
        if (self._may_have_hooks or _PRE or _POST) and type(self).step is hooked:
            return self._step_with_hooks(step, (self, *args), kwargs)
        return step(self, *args, **kwargs)

    return hooked


def register_optimizer_step_pre_hook(hook: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before every step of any optimizer, before its own hooks.

    Parameters
    ----------
    hook : callable
        See `Optimizer.register_step_pre_hook`.

    Returns
    -------
    RemovableHandle

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.optim.optimizer import register_optimizer_step_pre_hook
    >>> optimizer = fg.optim.SGD([fg.nn.Parameter(fg.ones(1))])
    >>> with register_optimizer_step_pre_hook(lambda optimizer, args, kwargs: print(type(optimizer).__name__)):
    ...     optimizer.step()
    SGD
    """
    return RemovableHandle(_PRE, hook)


def register_optimizer_step_post_hook(hook: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after every step of any optimizer, after its own hooks.

    Parameters
    ----------
    hook : callable
        See `Optimizer.register_step_post_hook`.

    Returns
    -------
    RemovableHandle
    """
    return RemovableHandle(_POST, hook)


def check(optimizer: str, what: str, value: Any, least: float = 0.0, below: float = inf, most: float = inf) -> None:
    """Raise unless `value` is finite, ``least <= value < below`` and ``value <= most``; NaN is not."""
    if getattr(value, "shape", None) == (1,):  # as PyTorch takes a rate
        value = value[0]
    what = "the learning rate lr" if what == "lr" else what
    number = real(value, optimizer, what)
    if not (isfinite(number) and least <= number < below and number <= most):
        if most < inf or below < inf:
            bound = f"in [{least:g}, {most:g}]" if most < inf else f"in [{least:g}, {below:g})"
        else:
            bound = "finite" if least == -inf else f"finite and at least {least:g}"
        raise ValueError(f"{optimizer}: {what} must be {bound}, got {value}")


def pair(optimizer: str, what: str, value: Any) -> tuple[Any, Any]:
    """Return two values; raise TypeError unless there are two."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{optimizer}: {what} must be a pair of numbers, got {value!r}")
    return value[0], value[1]


def check_closure(optimizer: Optimizer, closure: Any) -> None:
    """Raise TypeError unless `closure` can be called."""
    if not callable(closure):
        raise TypeError(f"{type(optimizer).__name__}.step: closure must be callable, got a {type(closure).__name__}")


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
            f"{optimizer}: {what} must be an iterable of tensors or dicts, got a {type(params).__name__}{hint}"
        )


def _resembles(key: Any, known: Iterable[str]) -> bool:
    """Whether a key of a group is rather a misspelt hyperparameter than the user's own."""
    from difflib import get_close_matches

    return key in _OTHERS_WORDS or bool(get_close_matches(str(key), list(known), cutoff=0.85))


def _names_apart(optimizer: str, params: list[Any]) -> tuple[list[Any], list[str]]:
    """Part pairs of name and tensor, as `Module.named_parameters` gives them; no names if there are no pairs."""
    paired = [isinstance(param, tuple) and len(param) == 2 and isinstance(param[0], str) for param in params]
    if not any(paired):
        return params, []
    if not all(paired):
        raise ValueError(f"{optimizer}: all parameters must come with a name, or none")
    return [param for _, param in params], [name for name, _ in params]
