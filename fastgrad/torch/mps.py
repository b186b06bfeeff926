"""There are no accelerators."""

from __future__ import annotations


def is_available() -> bool:
    return False


def device_count() -> int:
    return 0


def manual_seed(seed: int) -> None:
    """Seed nothing: there are no accelerators to draw."""


def empty_cache() -> None:
    """Give back nothing."""
