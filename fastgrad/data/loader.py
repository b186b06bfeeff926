"""DataLoader: a dataset in batches."""

from __future__ import annotations

from itertools import islice
from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import fastgrad as fg
from fastgrad._tensor.convert import flag, whole
from fastgrad.data.combined import IterableDataset
from fastgrad.data.dataset import (
    Subset,
    TensorDataset,
    as_batch,
    default_collate,
    default_convert,
    position,
    samples_at,
    take,
)
from fastgrad.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from fastgrad.data.worker import engage, in_turn, read_in_turn
from fastgrad.random import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sized

    from typing_extensions import TypedDict, TypeVar as TypeVarWithDefault, Unpack

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.data.dataset import K, S, Samples, Single, Unknown

    Batch = TypeVarWithDefault("Batch", covariant=True, default=Any)

    class How(TypedDict, total=False):
        """What PyTorch's loader has of processes that fetch, and of memory."""

        num_workers: int
        pin_memory: bool
        timeout: float
        worker_init_fn: Callable[[int], None] | None
        multiprocessing_context: Any
        prefetch_factor: int | None
        persistent_workers: bool
        pin_memory_device: str
        in_order: bool

else:
    Batch = TypeVar("Batch")


class DataLoader(Generic[Batch]):
    """Iterate over a dataset in batches.

    Parameters
    ----------
    dataset : Dataset or sequence
        A `TensorDataset` is fetched by one gather per tensor and batch, anything else sample by sample.
    batch_size : int or None, default 1
        None: samples come one by one, as `default_convert` leaves them.
    shuffle : bool, default False
        Whether to draw a new order for each pass.
    sampler : iterable of int, optional
        The positions to visit, in order, instead of `shuffle`. It is asked for a batch's positions when that batch is
        made, so that it may be endless.
    batch_sampler : iterable of lists of int, optional
        The positions of each batch, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    collate_fn : callable, optional
        Makes a batch of a list of samples; by default `default_collate`.
    drop_last : bool, default False
        Whether to leave out a last batch that is smaller than the others.
    generator : Generator, optional
        Where `shuffle` draws from, by default the default generator. With the same generator state, every machine and
        any number of threads give the same batches.
    num_workers : int, default 0
        How many workers share the batches: each fetches in its turn a batch from a copy (`copy.copy`) of the
        dataset, with random numbers of its own, and knows itself by `get_worker_info`. Of an `IterableDataset` each
        reads its whole copy, unless that asks which worker reads it. They take turns in the process that asks for
        batches: nothing is fetched ahead.
    worker_init_fn : callable, optional
        Called in each worker with its number, before it fetches.
    persistent_workers : bool, default False
        Whether workers, and what they did to their copies, stay for the next pass.
    pin_memory, timeout, multiprocessing_context, prefetch_factor, pin_memory_device, in_order : optional
        PyTorch's choices of how batches travel between processes, which they do not here.

    Raises
    ------
    ValueError
        If the batch size is not positive, or both `shuffle` and `sampler` are given.
    TypeError
        If the dataset has no length and there is no `sampler`, an argument is of the wrong type, or a position is no
        int; the last when it is visited.

    Examples
    --------
    >>> import fastgrad as fg
    >>> dataset = fg.data.TensorDataset(fg.zeros(10, 3), fg.arange(10))
    >>> loader = fg.data.DataLoader(dataset, batch_size=4)
    >>> len(loader), [y.tolist() for x, y in loader]
    (3, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    """

    @overload
    def __init__(
        self: DataLoader[Batch],
        dataset: Samples[S],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: Callable[[list[S]], Batch],
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    @overload
    def __init__(
        self: DataLoader[Any],
        dataset: Samples[Unknown],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    @overload
    def __init__(
        self: DataLoader[Tensor],
        dataset: Samples[Single],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    @overload
    def __init__(
        self: DataLoader[tuple[Tensor, ...]],
        dataset: Samples[tuple[Single, ...]],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    @overload
    def __init__(
        self: DataLoader[dict[K, Tensor]],
        dataset: Samples[Mapping[K, Single]],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    @overload
    def __init__(
        self: DataLoader[Any],
        dataset: Samples[Any],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None: ...
    def __init__(
        self,
        dataset: Samples[Any],
        batch_size: int | None = 1,
        shuffle: bool | None = False,
        *,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
        **how: Unpack[How],
    ) -> None:
        unknown = how.keys() - _HOW
        if unknown:
            raise TypeError(f"DataLoader() got an unexpected keyword argument {min(unknown)!r}")
        if batch_size is not None:
            batch_size = _positive(batch_size)
        if sampler is not None and shuffle:
            raise ValueError("DataLoader: sampler and shuffle exclude each other")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("DataLoader: batch_sampler excludes batch_size, shuffle, sampler and drop_last")
        if batch_size is None and drop_last:
            raise ValueError("DataLoader: without batches (batch_size=None) there is none to drop")
        for name, given in (("sampler", sampler), ("batch_sampler", batch_sampler)):
            if given is not None and not hasattr(given, "__iter__"):
                raise TypeError(f"DataLoader: {name} must be an iterable of ints, got a {type(given).__name__}")
        if collate_fn is not None and not callable(collate_fn):
            raise TypeError(f"DataLoader: collate_fn must be callable, got a {type(collate_fn).__name__}")
        if isinstance(dataset, IterableDataset):
            if shuffle or sampler is not None or batch_sampler is not None:
                raise ValueError("DataLoader: an IterableDataset is read in its own order; no sampler and no shuffle")
        else:
            _check_dataset(dataset, batch_sampler if sampler is None else sampler)
        source("DataLoader", generator)
        self.dataset = dataset
        self.batch_size: int | None = batch_size if batch_sampler is None else None
        self.shuffle: bool = bool(shuffle)
        self._sampler = sampler
        self._batch_sampler = batch_sampler
        self.collate_fn: Callable[[list[Any]], Any] = (
            collate_fn if collate_fn is not None else default_convert if batch_size is None else default_collate
        )
        self.drop_last: bool = flag(drop_last, "DataLoader", "drop_last")
        self.generator = generator
        self.num_workers: int = how.get("num_workers", 0)
        self.pin_memory: bool = how.get("pin_memory", False)
        self.pin_memory_device: str = how.get("pin_memory_device", "")
        self.timeout: float = how.get("timeout", 0)
        self.worker_init_fn: Callable[[int], None] | None = how.get("worker_init_fn")
        self.multiprocessing_context: Any = how.get("multiprocessing_context")
        self.prefetch_factor: int | None = how.get("prefetch_factor")
        self.persistent_workers: bool = how.get("persistent_workers", False)
        self.in_order: bool = how.get("in_order", True)
        if self.worker_init_fn is not None and not callable(self.worker_init_fn):
            raise TypeError(f"DataLoader: worker_init_fn must be callable, got a {type(self.worker_init_fn).__name__}")
        self._check_workers()
        self._samplers: dict[str, Any] = {}
        self._persistent: list[Any] | None = None
        self.__initialized: bool = True  # PyTorch's name, which programs set to replace a sampler

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_DataLoader__initialized"):
            raise ValueError(f"DataLoader: {name} should not be set after it is made; make another loader")
        super().__setattr__(name, value)

    def _check_workers(self) -> None:
        """Raise ValueError for what PyTorch refuses of worker processes; a factor nobody gave is 2 where there are."""
        self.num_workers = whole(self.num_workers, "DataLoader", "num_workers")
        if self.num_workers < 0:
            raise ValueError(f"DataLoader: num_workers must not be negative, got {self.num_workers}")
        if self.timeout < 0:
            raise ValueError(f"DataLoader: timeout must not be negative, got {self.timeout}")
        for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context"):
            if getattr(self, name) not in (None, False) and not self.num_workers:
                raise ValueError(f"DataLoader: {name} is for num_workers above 0, got {getattr(self, name)!r}")
        if isinstance(self.multiprocessing_context, str):
            from multiprocessing import get_all_start_methods

            if self.multiprocessing_context not in get_all_start_methods():
                raise ValueError(
                    f"DataLoader: multiprocessing_context must be one of {get_all_start_methods()}, got "
                    f"{self.multiprocessing_context!r}"
                )
        if self.prefetch_factor is None:
            self.prefetch_factor = 2 if self.num_workers else None
        elif self.prefetch_factor < 0:
            raise ValueError(f"DataLoader: prefetch_factor must not be negative, got {self.prefetch_factor}")

    @property
    def sampler(self) -> Any:
        """What gives the positions of samples: what was given, or what stands for `shuffle`; None of an
        `IterableDataset`."""
        if self._sampler is not None or isinstance(self.dataset, IterableDataset):
            return self._sampler
        if "sampler" not in self._samplers:
            self._samplers["sampler"] = (
                RandomSampler(self.dataset, generator=self.generator)
                if self.shuffle
                else SequentialSampler(self.dataset)
            )
        return self._samplers["sampler"]

    @sampler.setter
    def sampler(self, given: Any) -> None:
        self._sampler = given

    @property
    def batch_sampler(self) -> Any:
        """What gives lists of positions, a batch each; None without batches."""
        if self._batch_sampler is not None or self.batch_size is None or self.sampler is None:
            return self._batch_sampler
        if "batch_sampler" not in self._samplers:
            self._samplers["batch_sampler"] = BatchSampler(self.sampler, self.batch_size, self.drop_last)
        return self._samplers["batch_sampler"]

    @batch_sampler.setter
    def batch_sampler(self, given: Any) -> None:
        self._batch_sampler = given

    @property
    def _auto_collation(self) -> bool:
        return self.batch_size is not None or self._batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def __len__(self) -> int:
        for name, given in (("batch_sampler", self._batch_sampler), ("sampler", self._sampler)):
            if given is not None and not hasattr(given, "__len__"):
                raise TypeError(f"DataLoader: its {name}, a {type(given).__name__}, has no length")
        if self._batch_sampler is not None:
            return len(cast("Sized", self._batch_sampler))
        count = len(self.dataset if self._sampler is None else cast("Sized", self._sampler))
        size = 1 if self.batch_size is None else self.batch_size
        return count // size if self.drop_last else -(-count // size)

    def __iter__(self) -> Pass[Batch]:
        if isinstance(self.dataset, IterableDataset):
            workers = self._workers()
            return Pass(self, self._read(iter(self.dataset)) if workers is None else read_in_turn(workers, self._read))
        tasks, fetch = self._tasks()
        workers = self._workers()
        if workers is None:
            return Pass(self, (fetch(self.dataset, task) for task in tasks))
        return Pass(self, in_turn(workers, tasks, fetch))

    def _tasks(self) -> tuple[Iterator[Any], Callable[[Any, Any], Any]]:
        """What is to be fetched, one after the other, and how: from a dataset, the positions of a batch, or one."""
        if self._batch_sampler is not None:
            parts = ([position("DataLoader: batch_sampler", i) for i in part] for part in self._batch_sampler)
            return parts, self._fetch
        if self._sampler is not None:
            order: Any = self._sampler
        elif self.shuffle:
            order = fg.randperm(len(self.dataset), generator=self.generator).numpy()
        else:
            order = range(len(self.dataset))
        if self.batch_size is None:
            return (position("DataLoader: sampler", i) for i in order), self._fetch_one
        return (self._parts(order) if self._sampler is None else self._sampled(iter(order))), self._fetch

    def _fetch(self, dataset: Any, indices: Any) -> Any:
        if self.collate_fn is default_collate:
            return as_batch(take(dataset, indices))
        return self.collate_fn(samples_at(dataset, indices))

    def _fetch_one(self, dataset: Any, index: int) -> Any:
        return self.collate_fn(dataset[index])

    def _workers(self) -> list[Any] | None:
        """The workers of a pass; None where there are none, or nobody could see that there are."""
        if not self.num_workers or (
            self.worker_init_fn is None and self.collate_fn is default_collate and _is_data(self.dataset)
        ):
            return None
        if self._persistent is not None:
            return self._persistent
        seed = int(fg.randint(0, 2**62, (), generator=self.generator).item())
        workers = engage(self.dataset, self.num_workers, seed, self.worker_init_fn)
        if self.persistent_workers:
            self._persistent = workers
        return workers

    def _read(self, samples: Iterator[Any]) -> Iterator[Any]:
        """Batches of what a dataset gives from its first sample to its last."""
        if self.batch_size is None:
            yield from map(self.collate_fn, samples)
            return
        while part := list(islice(samples, self.batch_size)):
            if len(part) < self.batch_size and self.drop_last:
                return
            yield self.collate_fn(part)

    def _sampled(self, positions: Iterator[Any]) -> Iterator[Any]:
        size = cast("int", self.batch_size)
        while part := [position("DataLoader: sampler", i) for i in islice(positions, size)]:
            if len(part) < size and self.drop_last:
                return
            yield part

    def _parts(self, order: Any) -> Iterator[Any]:
        size, count = cast("int", self.batch_size), len(order)
        for start in range(0, count - count % size if self.drop_last else count, size):
            yield order[start : start + size]


class Pass(Generic[Batch]):
    """A pass through a loader's batches: their iterator, with the loader's length.

    Parameters
    ----------
    loader : DataLoader
        What is passed through.
    batches : iterator
        What the pass gives.
    """

    def __init__(self, loader: DataLoader[Batch], batches: Iterator[Batch]) -> None:
        self._loader = loader
        self._next = batches.__next__

    def __iter__(self) -> Pass[Batch]:
        return self

    def __next__(self) -> Batch:
        return self._next()

    def __len__(self) -> int:
        return len(self._loader)


def _is_data(dataset: Any) -> bool:
    """Whether fetching from a dataset calls no function of the program's."""
    while type(dataset) is Subset:
        dataset = dataset.dataset
    if type(dataset) is TensorDataset:
        return True
    return type(dataset) in (fg.Tensor, range, str)


# PyTorch's arguments of worker processes and of memory for accelerators.
_HOW = {"num_workers", "pin_memory", "timeout", "worker_init_fn", "multiprocessing_context", "prefetch_factor"}
_HOW |= {"persistent_workers", "pin_memory_device", "in_order"}
# What holds for a loader's life.
_FIXED = {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}


def _positive(batch_size: Any) -> int:
    try:
        whole = as_int(batch_size)
    except TypeError:
        raise TypeError(f"DataLoader: batch_size must be an int, got {batch_size!r}") from None
    if isinstance(batch_size, bool) or whole < 1:
        raise ValueError(f"DataLoader: batch_size should be a positive integer, got {batch_size!r}")
    return whole


def _check_dataset(dataset: Any, sampler: Any) -> None:
    """Raise TypeError for what cannot be fetched from by position; only a sampler does without a length."""
    kind = type(dataset).__name__
    if hasattr(dataset, "iloc"):
        raise TypeError(
            f"DataLoader: a {kind} is indexed by its labels, not by position; give a TensorDataset of to_numpy()"
        )
    if not hasattr(dataset, "__getitem__") or (sampler is None and not hasattr(dataset, "__len__")):
        raise TypeError(f"DataLoader: the dataset must have __getitem__ and __len__, got a {kind}")
    if sampler is None:
        try:
            len(dataset)
        except TypeError as error:
            raise TypeError(
                f"DataLoader: the dataset must have __len__, unless a sampler says what to visit ({error})"
            ) from None
