"""What ``torch.utils.checkpoint`` has for accelerators, whose random states there are none of."""

from __future__ import annotations

from typing import Any

__all__ = ["get_device_states", "set_device_states"]


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """Return the accelerators of these tensors, and their states: none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """Set nothing: there are no accelerators."""
