"""There are no accelerators."""

from __future__ import annotations

from typing import Any, NoReturn


def is_available() -> bool:
    return False


def device_count() -> int:
    return 0


def current_accelerator(check_available: bool = False) -> None:
    return None


def current_device_index() -> NoReturn:
    raise RuntimeError("torch.accelerator: there is none; ask torch.accelerator.is_available()")


def synchronize(device: Any = None) -> None:
    raise RuntimeError("torch.accelerator.synchronize: there is none; ask torch.accelerator.is_available()")
