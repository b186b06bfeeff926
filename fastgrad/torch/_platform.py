"""What PyTorch's programs set and ask of the library: how it computes is settled here, and said."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor.device import CPU
from fastgrad._tensor.dtype import bfloat16, float16
from fastgrad.ops.pytorch.common import place


def compile(model: Any = None, **how: Any) -> Any:
    """Return what is given, or, called with options alone, a decorator that does: operations run when called."""
    return model if model is not None else lambda function: function


def set_default_device(device: Any) -> None:
    """Accept the CPU."""
    place("set_default_device", device)


def get_default_device() -> Any:
    return CPU


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Change nothing: results are the same for any number of threads, always."""


def are_deterministic_algorithms_enabled() -> bool:
    return True


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    return False


def set_deterministic_debug_mode(debug_mode: Any) -> None:
    """Change nothing: see `use_deterministic_algorithms`."""


_precision = "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Change nothing but what `get_float32_matmul_precision` says: products of float32 are float32's."""
    global _precision
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"set_float32_matmul_precision: 'highest', 'high' or 'medium' is wanted, got {precision!r}")
    _precision = precision


def get_float32_matmul_precision() -> str:
    return _precision


def set_flush_denormal(mode: bool) -> bool:
    """Return False: numbers below the normal range are computed with, and not set to 0."""
    return False


def get_num_interop_threads() -> int:
    return 1


def set_num_interop_threads(n: int) -> None:
    """Change nothing: there is one pool of threads, of `set_num_threads`."""


def set_warn_always(b: bool) -> None:
    """Change nothing: there are no warnings that are shown once."""


def is_autocast_enabled(device_type: Any = None) -> bool:
    return False


def is_autocast_cpu_enabled() -> bool:
    return False


def is_autocast_cache_enabled() -> bool:
    return True


def clear_autocast_cache() -> None:
    """Do nothing: no casts are kept."""


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype that PyTorch's `autocast` has by default: bfloat16 on the CPU, float16 elsewhere."""
    return bfloat16 if device_type == "cpu" else float16


def get_autocast_cpu_dtype() -> Any:
    return bfloat16


def get_autocast_gpu_dtype() -> Any:
    return float16


def _assert(condition: Any, message: Any) -> None:
    """Assert, as a function: what PyTorch's tracers see."""
    if not condition:
        raise AssertionError(message)


def compiled_with_cxx11_abi() -> bool:
    return True
