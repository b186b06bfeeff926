"""What the allocator holds.

Memory of tensors that are gone is kept for the next ones, up to a limit, so that a training loop touches no fresh pages
after its first step. ``FASTGRAD_ALLOCATOR=system`` in the environment turns that off: nothing is kept.
"""

from __future__ import annotations

from fastgrad import _core


def stats() -> dict[str, int]:
    """Counts of bytes.

    Returns
    -------
    dict of str to int
        "in_use" by tensors; "cached", kept for the next ones; "peak", the most in use since the start or `reset_peak`;
        "cache_limit".

    Examples
    --------
    >>> import fastgrad as fg
    >>> before = fg.memory.stats()["in_use"]
    >>> x = fg.zeros(1 << 20)
    >>> fg.memory.stats()["in_use"] - before >= 4 << 20
    True
    """
    return _core.memory_stats()


def reset_peak() -> None:
    """Start counting the peak anew, from what is in use now."""
    _core.reset_peak_memory()


def empty_cache() -> None:
    """Give the memory that is kept back to the system.

    What the calling thread and all threads together keep; other threads' own small blocks stay theirs.
    """
    _core.empty_cache()


def set_cache_limit(bytes: int) -> None:
    """Set how much memory is kept at most.

    Parameters
    ----------
    bytes : int
        The limit. More than that is given back from now on, as tensors go.

    Raises
    ------
    ValueError
        If it is negative.
    """
    _core.set_cache_limit(bytes)


__all__ = ["empty_cache", "reset_peak", "set_cache_limit", "stats"]
