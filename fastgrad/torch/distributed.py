"""There is one process."""

from __future__ import annotations

from typing import Any, NoReturn


def is_available() -> bool:
    return False


def is_initialized() -> bool:
    return False


def get_rank(group: Any = None) -> int:
    return 0


def get_world_size(group: Any = None) -> int:
    return 1


def init_process_group(*args: Any, **words: Any) -> NoReturn:
    raise RuntimeError(
        "torch.distributed.init_process_group: there is one process; ask torch.distributed.is_available()"
    )


def barrier(*args: Any, **words: Any) -> None:
    """Wait for nobody."""
