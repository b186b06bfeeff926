"""The block of code that is profiled."""

from __future__ import annotations

import contextlib
import functools
import threading
from typing import TYPE_CHECKING, Any

from fastgrad import _core
from fastgrad._profile._functions import functions
from fastgrad._profile.report import Profile
from fastgrad.nn import _call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

# What draws random numbers, or changes arrays, and is called by no pointer that could be replaced.
_OTHERS = ("rand", "randn", "uniform", "normal", "randint", "randperm", "bernoulli", "bernoulli_of", "multinomial",
           "total_norm", "scale_", "clip_")  # fmt: skip
_MOST = 2_000_000


class profile(Profile):
    """Record where time goes within a ``with`` block: by operation and by module, forward and backward apart.

    Outside of such blocks nothing is recorded and nothing is asked: a program that profiles nothing pays nothing. A
    block records its own thread. What it found is read after its end: it prints as a table, `Profile.to_dict` has all
    of it as plain values, `Profile.draw_flame` draws it, and `Profile.save_trace` writes what Chrome's tracing and
    Perfetto show.

    Parameters
    ----------
    most : int, default 2_000_000
        Calls that are recorded one by one, 64 bytes each; those beyond are in the time that is Python's, and
        `Profile.lost` counts them.

    Raises
    ------
    RuntimeError
        If the thread is being profiled already, or what was found is asked for before the block's end.

    Notes
    -----
    Times are those of calls of the package's compiled functions, of the rules that a backward pass runs, and of
    modules; what is left of the block is Python's, and the shares add up to 1. Arithmetic is counted for products
    (matrix products, convolutions, attention, recurrent layers) by their multiplications and additions, else as one
    operation for each element; bytes, as if each array were read and written once. The share of the floor is the time
    that this would take at the rates that the machine reaches, over the time that it took.

    Examples
    --------
    >>> import fastgrad as fg
    >>> model, x = fg.nn.Sequential(fg.nn.Linear(8, 4), fg.nn.Tanh()), fg.ones(2, 8)
    >>> with fg.profile() as p:
    ...     model(x).sum().backward()
    >>> sorted((row.phase, row.name, row.calls) for row in p.operations if row.name in ("linear", "tanh"))
    [('backward', 'linear', 1), ('backward', 'tanh', 1), ('forward', 'linear', 1), ('forward', 'tanh', 1)]
    >>> abs(sum(row.seconds for row in p.operations) - p.seconds) < 1e-9
    True
    """

    def __init__(self, *, most: int = _MOST) -> None:
        if not isinstance(most, int) or most < 1:
            raise ValueError(f"profile: most must be a positive int, got {most!r}")
        super().__init__()
        self._most = most

    def __enter__(self) -> Self:
        if self._recorder is not None:
            raise RuntimeError("profile: a block is entered once; make another one")
        _open.recorder = self._recorder = _core.profile(self._most, functions())
        _count(1)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._recorder is not None
        self._recorder.stop()
        _open.recorder = None
        _count(-1)

    @contextlib.contextmanager
    def label(self, name: str) -> Iterator[None]:
        """Record what runs within the block as a row of its own.

        Parameters
        ----------
        name : str
            What the row is called.

        Examples
        --------
        >>> import fastgrad as fg
        >>> with fg.profile() as p:
        ...     with p.label("read the data"):
        ...         data = sum(range(1000))
        >>> [row.name for row in p.operations]
        ['read the data', 'python']
        """
        if self._recorder is None or self._recorder.end:
            raise RuntimeError("profile: label is for within the block")
        place = self._recorder.begin_label(str(name))
        try:
            yield
        finally:
            self._recorder.end_label(place)


_open = threading.local()


def recorder() -> Any:
    """What records this thread; None outside of blocks."""
    return getattr(_open, "recorder", None)


# The functions that stand in `_core` while there is a block, and how many blocks there are, in all threads.
_kept: dict[str, Any] = {}
_blocks = 0


def _count(change: int) -> None:
    global _blocks
    _call.count_profiles(change)
    if _blocks == 0:
        for name in _OTHERS:
            _kept[name] = getattr(_core, name)
            setattr(_core, name, functools.partial(_core.call_recorded, name, _kept[name]))
    _blocks += change
    if _blocks == 0:
        for name, function in _kept.items():
            setattr(_core, name, function)
