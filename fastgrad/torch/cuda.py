"""There are no accelerators: what asks whether there is one is answered, what needs one is an error."""

from __future__ import annotations

from typing import Any, NoReturn

from fastgrad.torch import amp as amp

OutOfMemoryError = MemoryError  # what is raised here where memory is out


def _none(name: str) -> Any:
    def function(*args: Any, **words: Any) -> NoReturn:
        raise AssertionError(f"torch.cuda.{name}: fastgrad computes on the CPU alone; ask torch.cuda.is_available()")

    function.__name__ = function.__qualname__ = name
    return function


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


synchronize = _none("synchronize")
current_device = _none("current_device")
set_device = _none("set_device")
get_device_name = _none("get_device_name")
get_device_properties = _none("get_device_properties")
get_device_capability = _none("get_device_capability")
mem_get_info = _none("mem_get_info")
Stream = _none("Stream")
Event = _none("Event")
current_stream = _none("current_stream")
get_rng_state = _none("get_rng_state")
set_rng_state = _none("set_rng_state")


def get_rng_state_all() -> list[Any]:
    return []


def set_rng_state_all(new_states: Any) -> None:
    """Set nothing: there are no accelerators to draw."""


__path__: list[str] = []  # modules are found below it
