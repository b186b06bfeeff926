"""A bad call as it is drawn, and what a library makes of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ...parity.case import Case, Constant, Draw, Each, Given, Stepping, find
from .spoil import Raw, spoiled

PARITY = Path(__file__).parents[2] / "parity"
WORKINGS = {"__init__", "absent", "case", "check", "training"}
FAMILIES = sorted(p.stem for p in PARITY.glob("*.py") if p.stem not in WORKINGS and not p.stem.startswith("test_"))
MEMBERS: list[Case | Stepping] = [
    case for family in FAMILIES for case in import_module(f"{__package__.rpartition('.fuzz')[0]}.parity.{family}").CASES
]


@dataclass(frozen=True)
class Call:
    """A configuration of a member, with what is bad about it in words.

    Parameters
    ----------
    case : Case or Stepping
    given : Given
        Of an optimizer or a scheduler, what it is made with.
    bad : list of str
    late : dict
        Of an optimizer or a scheduler: what is done to it after its first step, by name.
    """

    case: Case | Stepping
    given: Given
    bad: tuple[str, ...]
    late: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"args={self.given.args}", f"kwargs={self.given.kwargs}", f"inputs={self.given.inputs}"]
        parts += [f"options={self.given.options}", f"late={self.late}"]
        shown = "\n    ".join(part for part in parts if not part.endswith(("=()", "={}")))
        return f"{self.case.name}: {'; '.join(self.bad)}\n    {shown}"


def draw(seed: int, number: int, members: list[Case | Stepping] = MEMBERS) -> Call:
    """The call of a seed and a number."""
    case = members[number % len(members)]
    d = Draw(seed * 1_000_003 + number, case.name)
    while True:
        if isinstance(case, Stepping):
            given, late = Given(kwargs=case.draw(d)), {}
            if d.flag(0.5):
                late = _late(d, case)
                return Call(case, given, tuple(f"{what} {value}" for what, value in late.items()), late)
        else:
            given = case.draw(d)
        found = _bad(d, case, given)
        if found is not None:
            return found


def _bad(d: Draw, case: Case | Stepping, given: Given) -> Call | None:
    bad = []
    for _ in range(2 if d.flag(0.15) else 1):
        slots: list[tuple[str, Any]] = []
        for part in ("inputs",) if _made_by_the_tests(case) else ("args", "inputs"):
            slots += [(part, i) for i in range(len(getattr(given, part)))]
        for part in ("kwargs", "options"):
            slots += [(part, key) for key in getattr(given, part)]
        if not slots or d.flag(0.05):
            given, what = _misshapen(d, case, given)
            bad.append(what)
            continue
        part, at = d.one_of(*slots)
        found = spoiled(d, getattr(given, part)[at])
        if found is None:
            return None
        given = _with(given, part, at, found[0])
        bad.append(f"{part}[{at!r}] {found[1]}")
    return Call(case, given, tuple(bad))


def everywhere(case: Case, *texts: str) -> Iterator[Call]:
    """A configuration with one argument after the other replaced by each of these expressions of Python."""
    given = case.draw(Draw(0, case.name))
    for part in ("inputs", "options") if _made_by_the_tests(case) else ("args", "inputs", "kwargs", "options"):
        values = getattr(given, part)
        for at in values if isinstance(values, dict) else range(len(values)):
            for text in texts:
                yield Call(case, _with(given, part, at, Raw(text)), (f"{part}[{at!r}] {text}",))


def _with(given: Given, part: str, at: Any, value: Any) -> Given:
    """Another value in an argument's place."""
    values = getattr(given, part)
    changed = {**values, at: value} if isinstance(values, dict) else (*values[:at], value, *values[at + 1 :])
    return replace(given, **{part: changed})


def _made_by_the_tests(case: Case | Stepping) -> bool:
    """Whether positional arguments are those of a layer that the tests make first, to do something to it."""
    return isinstance(case, Case) and case.make is not None


def _misshapen(d: Draw, case: Case | Stepping, given: Given) -> tuple[Given, str]:
    """Arguments too many, too few, or of no name; not those that a function of the tests takes."""
    parts = [] if _made_by_the_tests(case) else ["args"]
    if isinstance(case, Stepping) or case.invoke is None:
        parts.append("inputs")
    part = d.one_of(*parts or ["args"])
    values = getattr(given, part)
    kind = d.integer(0, 2)
    if kind == 0 and values:
        return replace(given, **{part: values[:-1]}), f"the last of {part} left out"
    if kind == 1:
        return replace(given, **{part: (*values, *(Raw("None"),) * 12)}), f"twelve more {part}"
    name = d.one_of("kwargs", "options")
    return replace(given, **{name: {**getattr(given, name), "nobody": 1}}), f"nobody among {name}"


def _late(d: Draw, case: Stepping) -> dict[str, Any]:
    """What is done to an optimizer, or a scheduler, between steps."""
    text = d.one_of("None", "'a'", "float('nan')", "-1.0", "[0.1]", "fg.ones(2)", "{}", "1j", "object()", "-1")
    if case.is_scheduler:
        return {d.one_of("step", "load", "load key", "load without"): Raw(text)}
    what = d.one_of("group", "gradient", "gradient dtype", "parameter", "load", "load key", "load state", "load groups")
    return {what: Raw(text)}


# ---- what a library makes of it --------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of a call: arrays, or an error; and what has changed in spite of it."""

    error: BaseException | None = None
    arrays: list[np.ndarray] = field(default_factory=list)
    changed: str | None = None
    stage: str = ""


class On:
    """A library, for floats of a dtype."""

    def __init__(self, root: Any, dtype: str = "float32") -> None:
        self.root = root
        self.dtype = dtype

    def __getattr__(self, name: str) -> Any:
        return getattr(self.root, name)

    def tensor(self, array: np.ndarray) -> Any:
        """A tensor with the array's values."""
        return self.root.asarray(np.array(array, order="C"))

    def float(self) -> Any:
        """The dtype's object."""
        return getattr(self.root, self.dtype)

    def made(self, value: Any, leaves: list[Any] | None = None) -> Any:
        """What is given for a drawn value; tensors are noted among the leaves."""
        if isinstance(value, Raw):
            with np.errstate(all="ignore"):
                return eval(value.text, {"np": np, "fg": self.root})
        if isinstance(value, (np.ndarray, Constant)):
            array = value.array if isinstance(value, Constant) else value
            tensor = self.tensor(array.astype(self.dtype) if array.dtype.kind == "f" else array)
            if leaves is not None:
                if isinstance(value, np.ndarray) and array.dtype.kind == "f":
                    tensor.requires_grad_(True)
                leaves.append(tensor)
            return tensor
        if isinstance(value, Each):
            takes = value.make.__code__.co_argcount
            made = value.make(*(self, lambda v: self.made(np.asarray(v)))[:takes])
            return made.to(self.float()) if hasattr(made, "state_dict") else made
        if isinstance(value, dict):
            return {key: self.made(part, leaves) for key, part in value.items()}
        if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
            return type(value)(self.made(part, leaves) for part in value)
        return value


def run(root: Any, call: Call, dtype: str = "float32") -> Outcome:
    """Make the call, and see what an error leaves."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        root.manual_seed(0)
        lib = On(root, dtype)
        if isinstance(call.case, Stepping):
            return _schedule(lib, call.case, call) if call.case.is_scheduler else _train(lib, call.case, call)
        return _call(lib, call.case, call.given)


def _call(lib: On, case: Case, given: Given) -> Outcome:
    found = Outcome(stage="made")
    leaves: list[Any] = []
    try:
        member = find(lib.root, case.name) if case.make is None else None
        module = None
        if case.is_layer:
            args, kwargs = lib.made(given.args), lib.made(given.kwargs)
            module = member(*args, **kwargs) if case.make is None else case.make(lib, *args, **kwargs)
            if hasattr(module, "named_parameters") and lib.dtype != "float32":
                module.to(lib.float())
            member = module
        inputs, options = lib.made(given.inputs, leaves), lib.made(given.options, leaves)
    except Exception as error:
        found.error = error
        return found
    if given.options.get("inplace") or given.kwargs.get("inplace"):
        for leaf in leaves:
            leaf.requires_grad_(False)
    settle(lib, module)
    before = state_of(module, leaves)
    found.stage = "called"
    try:
        output = member(*inputs, **options) if case.invoke is None else case.invoke(lib, member, inputs, options)
        outputs = list(tensors(output))
        found.arrays = [np.array(out.detach().numpy()) for out in outputs]
    except Exception as error:
        found.error = error
        found.changed = difference(before, state_of(module, leaves))
        return found
    found.stage = "differentiated"
    try:
        recorded = [out for out in outputs if out.requires_grad and out.is_floating_point()]
        if recorded:
            sum((out * 1).sum() for out in recorded).backward()
            found.arrays += [np.array(leaf.grad.numpy()) for leaf in leaves if leaf.grad is not None]
    except Exception as error:
        found.error = error
    return found


# Buffers that begin at random: singular vectors, and the matrix that an orthogonal one is multiplied by.
DRAWN = re.compile(r"(\.|_)(u|v|base)$")


def settle(lib: On, module: Any) -> None:
    """Give parameters, and buffers that are drawn, numbers that do not depend on the library."""
    if not hasattr(module, "named_parameters"):
        return
    numbers = Draw(0, "state")
    with lib.root.no_grad():
        drawn = [buffer for name, buffer in module.named_buffers() if DRAWN.search(name)]
        for p in [*(p for _, p in module.named_parameters()), *drawn]:
            if not type(p).__name__.startswith("Uninitialized") and p.is_floating_point():
                p.copy_(lib.tensor(numbers.normal(tuple(p.shape)).astype("float32")))


def tensors(value: Any) -> Iterator[Any]:
    """The tensors in what a call gave."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors(part)
    elif value is not None and hasattr(value, "requires_grad"):
        yield value


def state_of(module: Any, leaves: list[Any]) -> dict[str, Any]:
    """What may not change: values, shapes and versions of parameters, buffers and arguments."""
    found = {f"argument {i}": _content(leaf) for i, leaf in enumerate(leaves)}
    if module is not None and hasattr(module, "state_dict"):
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            found[name] = _content(tensor)
        found["modes"] = [each.training for each in module.modules()]
    return found


def _content(tensor: Any) -> Any:
    if type(tensor).__name__.startswith("Uninitialized"):
        return "uninitialized"
    return tuple(tensor.shape), str(tensor.dtype), tensor.detach().numpy().tobytes(), tensor._version


def difference(before: dict[str, Any], after: dict[str, Any]) -> str | None:
    """What has changed, in words."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(names) or None


# ---- optimizers and schedulers ---------------------------------------------------------------------------------------


def _parameters(lib: On, case: Stepping) -> list[Any]:
    numbers = Draw(0, "parameters")
    parameters = [lib.nn.Parameter(lib.tensor(numbers.normal(shape).astype(lib.dtype))) for shape in case.shapes]
    for p, gradient in zip(parameters, _gradients(case), strict=True):
        p.grad = lib.tensor(gradient.astype(lib.dtype))
    return parameters


def _gradients(case: Stepping) -> list[np.ndarray]:
    numbers = Draw(0, "gradients")
    return [numbers.normal(shape) for shape in case.shapes]


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _frozen(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_frozen(part) for part in value]
    return _content(value) if hasattr(value, "requires_grad") else repr(value)


def _training_state(optimizer: Any, parameters: list[Any], *others: Any) -> dict[str, Any]:
    found = {f"parameter {i}": _content(p) for i, p in enumerate(parameters)}
    found["optimizer"] = _frozen(optimizer.state_dict())
    found["of others"] = [_frozen(other.state_dict()) for other in others]
    return found


def _stepped(lib: On, case: Stepping, optimizer: Any, parameters: list[Any]) -> None:
    if not case.closure:
        for p, gradient in zip(parameters, _gradients(case), strict=True):
            # again: PyTorch's SGD adds its momentum to it, with foreach and nesterov
            p.grad.copy_(lib.tensor(gradient.astype(lib.dtype)))
        optimizer.step()
        return

    def closure() -> Any:
        optimizer.zero_grad()
        loss = sum((p * p).sum() for p in parameters)
        loss.backward()
        return loss

    optimizer.step(closure)


def _train(lib: On, case: Stepping, call: Call) -> Outcome:
    parameters = _parameters(lib, case)
    found = Outcome(stage="made")
    before: dict[str, Any] = {f"parameter {i}": _content(p) for i, p in enumerate(parameters)}
    try:
        kwargs = lib.made(call.given.kwargs)
        optimizer = find(lib.root, case.name)(parameters, *lib.made(call.given.args), **kwargs)
    except Exception as error:
        found.error = error
        found.changed = difference(before, {f"parameter {i}": _content(p) for i, p in enumerate(parameters)})
        return found
    found.stage = "stepped"
    act: Callable[[], Any] = lambda: _stepped(lib, case, optimizer, parameters)  # noqa: E731
    try:
        before = _training_state(optimizer, parameters)
        if call.late:
            act()
            what, raw = next(iter(call.late.items()))
            act = _tampered(lib, case, optimizer, parameters, what, lib.made(raw))
            found.stage = what
            before = _training_state(optimizer, parameters)
        act()
        found.stage = "stepped again"
        before = _training_state(optimizer, parameters)
        _stepped(lib, case, optimizer, parameters)
        found.arrays = [np.array(p.detach().numpy()) for p in parameters]
    except Exception as error:
        found.error = error
        found.changed = difference(before, _training_state(optimizer, parameters))
    return found


def _tampered(
    lib: On, case: Stepping, optimizer: Any, parameters: list[Any], what: str, value: Any
) -> Callable[[], Any]:
    """Something bad done to an optimizer, and what is to be called then."""
    last = parameters[-1]
    if what == "group":
        keys = sorted(key for key in optimizer.param_groups[0] if key != "params")
        for key in keys[:: max(1, len(keys) // 2)]:
            optimizer.param_groups[0][key] = value
    elif what == "gradient":
        last.data = lib.root.ones((*last.shape, 2))
    elif what == "gradient dtype":
        last.data = last.data.to(lib.root.float64)
    elif what == "parameter":
        return lambda: optimizer.add_param_group(value if isinstance(value, dict) else {"params": value})
    elif what.startswith("load"):
        state = optimizer.state_dict()
        if what == "load":
            state = value
        elif what == "load key":
            state = {key: part for key, part in state.items() if key != "param_groups"}
        elif what == "load state":
            state = {**state, "state": {**state["state"], len(parameters) - 1: value}}
        else:
            state = {**state, "param_groups": value}
        return lambda: optimizer.load_state_dict(state)
    return lambda: _stepped(lib, case, optimizer, parameters)


def _schedule(lib: On, case: Stepping, call: Call) -> Outcome:
    parameters = _parameters(lib, case)
    if case.optimizer is None:
        optimizer = lib.optim.SGD(parameters, lr=0.5, momentum=0.9)
    else:
        optimizer = case.optimizer(lib, parameters)
    before = _training_state(optimizer, parameters)
    found = Outcome(stage="made")
    try:
        scheduler = find(lib.root, case.name)(optimizer, *lib.made(call.given.args), **lib.made(call.given.kwargs))
    except Exception as error:
        found.error = error
        found.changed = difference(before, _training_state(optimizer, parameters))
        return found
    plateau = case.name.endswith("ReduceLROnPlateau")
    found.stage = "stepped"
    try:
        for i in range(4):
            before = _training_state(optimizer, parameters, scheduler)
            optimizer.step()
            before = _training_state(optimizer, parameters, scheduler)
            scheduler.step(*([1.0] if plateau else []))
            found.arrays.append(np.array([float(group["lr"]) for group in optimizer.param_groups]))
            if i == 1 and call.late:
                what, raw = next(iter(call.late.items()))
                found.stage = what
                before = _training_state(optimizer, parameters, scheduler)
                _tampered_scheduler(scheduler, what, lib.made(raw))
                found.stage = f"stepped after {what}"
    except Exception as error:
        found.error = error
        found.changed = difference(before, _training_state(optimizer, parameters, scheduler))
    return found


def _tampered_scheduler(scheduler: Any, what: str, value: Any) -> None:
    state = scheduler.state_dict()
    if what == "step":
        scheduler.step(value)
    elif what == "load":
        scheduler.load_state_dict(value)
    elif what == "load without":
        scheduler.load_state_dict({k: v for k, v in state.items() if k not in ("last_epoch", "_last_lr")})
    else:
        scheduler.load_state_dict({**state, "last_epoch": value})
