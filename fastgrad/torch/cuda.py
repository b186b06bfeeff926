"""There are no accelerators: what asks whether there is one is answered, what needs one is an error."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from fastgrad.torch import amp as amp
from fastgrad.torch._refused import refused

OutOfMemoryError = MemoryError  # what is raised here where memory is out


_NONE = "fastgrad computes on the CPU alone; ask torch.cuda.is_available()"


def is_available() -> bool:
    return False


def is_initialized() -> bool:
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    return False


def device_count() -> int:
    return 0


def manual_seed(seed: int) -> None:
    """Seed nothing: there are no accelerators to draw."""


def manual_seed_all(seed: int) -> None:
    """Seed nothing: there are no accelerators to draw."""


def empty_cache() -> None:
    """Give back nothing: see ``fastgrad.memory.empty_cache`` for the CPU's."""


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing is counted: see ``fastgrad.memory.stats`` for the CPU's."""


def memory_allocated(device: Any = None) -> int:
    return 0


def max_memory_allocated(device: Any = None) -> int:
    return 0


def memory_reserved(device: Any = None) -> int:
    return 0


def max_memory_reserved(device: Any = None) -> int:
    return 0


def memory_stats(device: Any = None) -> OrderedDict[str, Any]:
    """Nothing is counted: see ``fastgrad.memory.stats`` for the CPU's."""
    return OrderedDict()


memory_cached, max_memory_cached = memory_reserved, max_memory_reserved
reset_max_memory_allocated = reset_max_memory_cached = reset_peak_memory_stats


def seed() -> None:
    """Seed nothing: there are no accelerators to draw."""


seed_all = seed


def get_arch_list() -> list[str]:
    return []


def get_gencode_flags() -> str:
    return ""


def is_current_stream_capturing() -> bool:
    return False


def set_device(device: Any) -> None:
    """Choose none, as -1 says; another one is an error."""
    if device != -1:
        refused("torch.cuda.set_device", _NONE, AssertionError)()


def device(device: Any = None) -> AbstractContextManager[None]:
    """``with torch.cuda.device(-1):``, which chooses none; another one is an error."""
    if device not in (None, -1):
        refused("torch.cuda.device", _NONE, AssertionError)()
    return nullcontext()


def stream(stream: Any = None) -> AbstractContextManager[None]:
    """``with torch.cuda.stream(None):``, which chooses none: there are no others."""
    if stream is not None:
        refused("torch.cuda.stream", _NONE, AssertionError)()
    return nullcontext()


synchronize = refused("torch.cuda.synchronize", _NONE, AssertionError)
current_device = refused("torch.cuda.current_device", _NONE, AssertionError)
get_device_name = refused("torch.cuda.get_device_name", _NONE, AssertionError)
get_device_properties = refused("torch.cuda.get_device_properties", _NONE, AssertionError)
get_device_capability = refused("torch.cuda.get_device_capability", _NONE, AssertionError)
mem_get_info = refused("torch.cuda.mem_get_info", _NONE, AssertionError)
Stream = refused("torch.cuda.Stream", _NONE, AssertionError)
Event = refused("torch.cuda.Event", _NONE, AssertionError)
current_stream = refused("torch.cuda.current_stream", _NONE, AssertionError)
default_stream = refused("torch.cuda.default_stream", _NONE, AssertionError)
set_stream = refused("torch.cuda.set_stream", _NONE, AssertionError)
init = refused("torch.cuda.init", _NONE, AssertionError)
initial_seed = refused("torch.cuda.initial_seed", _NONE, AssertionError)
ipc_collect = refused("torch.cuda.ipc_collect", _NONE, AssertionError)
memory_summary = refused("torch.cuda.memory_summary", _NONE, AssertionError)
get_rng_state = refused("torch.cuda.get_rng_state", _NONE, AssertionError)
set_rng_state = refused("torch.cuda.set_rng_state", _NONE, AssertionError)


def get_rng_state_all() -> list[Any]:
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Set nothing: there are no accelerators to draw."""


__path__: list[str] = []  # modules are found below it
