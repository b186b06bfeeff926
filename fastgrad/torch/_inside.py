"""``torch._C``: the few of PyTorch's inner functions that packages call at their first line."""

from __future__ import annotations

__all__: list[str] = []


def _log_api_usage_once(event: str) -> None:
    """Nothing is counted."""


def _get_tracing_state() -> None:
    """Nothing is traced."""
