"""``torch.multiprocessing``: Python's, with ``spawn``. Tensors are sent as copies."""

from __future__ import annotations

import multiprocessing as _own
from collections.abc import Callable
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(_own, name)


def spawn(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> Any:
    """Run a function in so many processes; it gets the number of its own, then the arguments.

    Raises
    ------
    RuntimeError
        If one of them fails.
    """
    context = _own.get_context(start_method)
    processes = [context.Process(target=fn, args=(i, *args), daemon=daemon) for i in range(nprocs)]  # type: ignore[attr-defined]
    for process in processes:
        process.start()
    if not join:
        return processes
    for process in processes:
        process.join()
    failed = [i for i, process in enumerate(processes) if process.exitcode]
    if failed:
        raise RuntimeError(
            f"spawn: process {failed[0]} of {nprocs} ended with exit code {processes[failed[0]].exitcode}"
        )
    return None


def get_all_sharing_strategies() -> set[str]:
    """How tensors reach other processes: as copies, whatever is asked."""
    return {"file_descriptor", "file_system"}


def get_sharing_strategy() -> str:
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Taken, and changes nothing: tensors are sent as copies."""
    if new_strategy not in get_all_sharing_strategies():
        raise AssertionError(
            f"set_sharing_strategy: 'file_descriptor' or 'file_system' is wanted, got {new_strategy!r}"
        )
