"""There are no accelerators: what asks whether there is one is answered, what needs one is an error."""

from __future__ import annotations

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


synchronize = refused("torch.cuda.synchronize", _NONE, AssertionError)
current_device = refused("torch.cuda.current_device", _NONE, AssertionError)
set_device = refused("torch.cuda.set_device", _NONE, AssertionError)
get_device_name = refused("torch.cuda.get_device_name", _NONE, AssertionError)
get_device_properties = refused("torch.cuda.get_device_properties", _NONE, AssertionError)
get_device_capability = refused("torch.cuda.get_device_capability", _NONE, AssertionError)
mem_get_info = refused("torch.cuda.mem_get_info", _NONE, AssertionError)
Stream = refused("torch.cuda.Stream", _NONE, AssertionError)
Event = refused("torch.cuda.Event", _NONE, AssertionError)
current_stream = refused("torch.cuda.current_stream", _NONE, AssertionError)
get_rng_state = refused("torch.cuda.get_rng_state", _NONE, AssertionError)
set_rng_state = refused("torch.cuda.set_rng_state", _NONE, AssertionError)


def get_rng_state_all() -> list[Any]:
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Set nothing: there are no accelerators to draw."""


__path__: list[str] = []  # modules are found below it
