"""Workers: what PyTorch's fetch samples in, processes, as programs meet them; here they take turns in one process.

A worker is what its functions, its dataset and its random numbers see: its own copy of the dataset, whose attributes
may be set, its own place in the three streams of numbers that programs draw from, and what `get_worker_info` tells.
"""

from __future__ import annotations

import copy
import os
import threading
from collections import deque
from contextvars import ContextVar
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from fastgrad import random as own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_NO_MORE = object()
_current: ContextVar[WorkerInfo | None] = ContextVar("fastgrad.data.worker", default=None)
# Python's and NumPy's generators are the process's: workers of loaders in several threads take turns, too.
_turn = threading.RLock()


def _renew_turn() -> None:
    """In a child process the thread that had the turn is not there."""
    global _turn
    _turn = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_turn)


class WorkerInfo:
    """What a worker knows of itself.

    Parameters
    ----------
    id : int
        Which it is, from 0.
    num_workers : int
        How many there are.
    seed : int
        What its random numbers begin with: another one in each worker and each pass.
    dataset : Dataset
        Its own copy of the loader's dataset.
    """

    def __init__(self, id: int, num_workers: int, seed: int, dataset: Any) -> None:
        self.id: int = id
        self.num_workers: int = num_workers
        self.seed: int = seed
        self.dataset: Any = dataset

    def __repr__(self) -> str:
        items = ", ".join(f"{name}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__}({items})"


def get_worker_info() -> WorkerInfo | None:
    """Return what the worker that fetches samples now knows of itself: id, num_workers, seed, dataset.

    Returns
    -------
    WorkerInfo or None
        None where no loader with `num_workers` above 0 is fetching.

    Examples
    --------
    >>> import fastgrad as fg
    >>> class Count(fg.data.IterableDataset):
    ...     def __iter__(self):
    ...         info = fg.data.get_worker_info()
    ...         return iter(range(info.id, 6, info.num_workers))
    >>> [batch.tolist() for batch in fg.data.DataLoader(Count(), batch_size=2, num_workers=2)]
    [[0, 2], [1, 3], [4], [5]]
    """
    return _current.get()


class Worker:
    """One of those that fetch for a loader: within ``with worker:`` the program sees what it sees.

    Parameters
    ----------
    info : WorkerInfo
        What it is told of itself.
    """

    def __init__(self, info: WorkerInfo) -> None:
        import random

        from numpy.random import MT19937, SeedSequence

        self.dataset: Any = info.dataset
        self._info = info
        base = info.seed - info.id
        self._own = own.Generator(info.seed)
        self._pythons: Any = random.Random(info.seed).getstate()
        self._numpys: Any = MT19937(SeedSequence([info.id, base & 0xFFFFFFFF, base >> 32]))
        self._outside: list[Any] = []

    def __enter__(self) -> Worker:
        turn = _turn
        turn.acquire()
        self._outside = [turn, own.enter(self._own), _current.set(self._info), *_exchange(self._pythons, self._numpys)]
        return self

    def __exit__(self, *raised: object) -> None:
        turn, outside, info, pythons, numpys = self._outside
        self._pythons, self._numpys = _exchange(pythons, numpys)
        _current.reset(info)
        own.leave(outside)
        turn.release()


def _exchange(pythons: Any, numpys: Any) -> tuple[Any, Any]:
    """Have Python's and NumPy's random numbers go on from here; returns where they were.

    Of NumPy's the generator itself is exchanged: its state takes 200 times as long. What this forgets is the second
    number of a pair of normal ones, of which only the first was asked for.
    """
    import random  # which a twentieth of fastgrad's import would go to

    before = random.getstate(), np.random.get_bit_generator()  # type: ignore[attr-defined]
    random.setstate(pythons)
    np.random.set_bit_generator(numpys)  # type: ignore[attr-defined]
    return before


def engage(dataset: Any, count: int, seed: int, begin: Callable[[int], Any] | None) -> list[Worker]:
    """Make the workers of a loader; each calls `begin`, its ``worker_init_fn``, with its number."""
    workers = [Worker(WorkerInfo(i, count, seed + i, copy.copy(dataset))) for i in range(count)]
    if begin is not None:
        for i, worker in enumerate(workers):
            with worker:
                begin(i)
    return workers


def in_turn(workers: list[Worker], tasks: Iterable[Any], fetch: Callable[[Any, Any], Any]) -> Iterator[Any]:
    """Give ``fetch(dataset, task)`` of each task, each done by the next worker."""
    for worker, task in zip(cycle(workers), tasks):  # workers have no end
        with worker:
            fetched = fetch(worker.dataset, task)
        yield fetched


def read_in_turn(workers: list[Worker], read: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    """Give what workers read of their datasets, one of each in turn, until all are at their ends."""
    readers: deque[tuple[Worker, Iterator[Any]]] = deque()
    for worker in workers:
        with worker:
            readers.append((worker, read(iter(worker.dataset))))
    while readers:
        worker, reader = readers[0]
        with worker:
            batch = next(reader, _NO_MORE)
        if batch is _NO_MORE:
            readers.popleft()
            continue
        readers.rotate(-1)
        yield batch
