"""Nothing is compiled: what PyTorch compiles runs as Python, and what it saves of that is an error."""

from __future__ import annotations

from builtins import isinstance as is_instance
from typing import Any, TypeVar

from fastgrad.torch._refused import refused

_T = TypeVar("_T")


def script(obj: _T, *args: Any, **words: Any) -> _T:
    """Return what is given: it runs as it is."""
    return obj


def trace(func: Any, example_inputs: Any = None, *args: Any, **words: Any) -> Any:
    """Return what is given, after one call with the example inputs: it runs as it is, whichever way it branches."""
    if example_inputs is not None:
        func(*example_inputs if is_instance(example_inputs, tuple) else (example_inputs,))
    return func


def ignore(drop: Any = False, **words: Any) -> Any:
    return drop if callable(drop) else lambda function: function


def unused(fn: _T) -> _T:
    return fn


def export(fn: _T) -> _T:
    return fn


def interface(obj: _T) -> _T:
    return obj


def is_scripting() -> bool:
    return False


def is_tracing() -> bool:
    return False


def isinstance(obj: Any, target_type: Any) -> bool:
    return is_instance(obj, target_type)


def annotate(the_type: Any, the_value: _T) -> _T:
    return the_value


class ScriptModule:
    """What no module is."""


class ScriptFunction:
    """What no function is."""


Final = Any
_SAVING = "programs are Python here; save model.state_dict() and build the model anew"
trace_module = refused("torch.jit.trace_module", _SAVING)
save = refused("torch.jit.save", _SAVING)
load = refused("torch.jit.load", _SAVING)
freeze = refused("torch.jit.freeze", "a model in eval mode under torch.no_grad() is computed as it is")
