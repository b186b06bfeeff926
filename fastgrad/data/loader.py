"""DataLoader: a dataset in batches."""

from __future__ import annotations

from itertools import islice
from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import fastgrad as fg
from fastgrad._tensor.convert import flag
from fastgrad.data.combined import IterableDataset
from fastgrad.data.dataset import as_batch, default_collate, default_convert, position, samples_at, take
from fastgrad.data.sampler import BatchSampler, RandomSampler, SequentialSampler
from fastgrad.random import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sized

    from typing_extensions import TypedDict, TypeVar as TypeVarWithDefault, Unpack

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.data.dataset import K, S, Samples, Single, Unknown

    Batch = TypeVarWithDefault("Batch", covariant=True, default=Any)

    class How(TypedDict, total=False):
        """What chooses how PyTorch's loader works: accepted, and the same batches come without."""

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
    num_workers, pin_memory, timeout, worker_init_fn, multiprocessing_context, prefetch_factor : optional
        Of processes that make batches, of which there are none: accepted for PyTorch's sake.
    persistent_workers, pin_memory_device, in_order : optional
        PyTorch's choices of how batches are made: they are made here, in the process that asks for them.

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
        self.collate_fn = collate_fn
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
        self._check_workers()

    def _check_workers(self) -> None:
        """Raise ValueError for what PyTorch refuses of worker processes; a factor nobody gave is 2 where there are."""
        if self.num_workers < 0:
            raise ValueError(f"DataLoader: num_workers must not be negative, got {self.num_workers}")
        if self.timeout < 0:
            raise ValueError(f"DataLoader: timeout must not be negative, got {self.timeout}")
        for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context"):
            if getattr(self, name) not in (None, False) and not self.num_workers:
                raise ValueError(f"DataLoader: {name} is for num_workers above 0, got {getattr(self, name)!r}")
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
        if self.shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    @property
    def batch_sampler(self) -> Any:
        """What gives lists of positions, a batch each; None without batches."""
        if self._batch_sampler is not None or self.batch_size is None or self.sampler is None:
            return self._batch_sampler
        return BatchSampler(self.sampler, self.batch_size, self.drop_last)

    def __len__(self) -> int:
        for name, given in (("batch_sampler", self._batch_sampler), ("sampler", self._sampler)):
            if given is not None and not hasattr(given, "__len__"):
                raise TypeError(f"DataLoader: its {name}, a {type(given).__name__}, has no length")
        if self._batch_sampler is not None:
            return len(cast("Sized", self._batch_sampler))
        count = len(self.dataset if self._sampler is None else cast("Sized", self._sampler))
        size = 1 if self.batch_size is None else self.batch_size
        return count // size if self.drop_last else -(-count // size)

    def __iter__(self) -> Iterator[Batch]:
        if isinstance(self.dataset, IterableDataset):
            return self._read(iter(self.dataset))
        if self._batch_sampler is not None:
            return self._batches(
                [position("DataLoader: batch_sampler", i) for i in part] for part in self._batch_sampler
            )
        if self._sampler is not None:
            order: Any = self._sampler
        elif self.shuffle:
            order = fg.randperm(len(self.dataset), generator=self.generator).numpy()
        else:
            order = range(len(self.dataset))
        if self.batch_size is None:
            convert: Any = default_convert if self.collate_fn is None else self.collate_fn
            return (convert(self.dataset[position("DataLoader: sampler", i)]) for i in order)
        return self._batches(self._parts(order) if self._sampler is None else self._sampled(iter(order)))

    def _read(self, samples: Iterator[Any]) -> Iterator[Any]:
        """Batches of what a dataset gives from its first sample to its last."""
        if self.batch_size is None:
            yield from map(default_convert if self.collate_fn is None else self.collate_fn, samples)
            return
        while part := list(islice(samples, self.batch_size)):
            if len(part) < self.batch_size and self.drop_last:
                return
            yield default_collate(part) if self.collate_fn is None else self.collate_fn(part)

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

    def _batches(self, parts: Iterator[Any]) -> Iterator[Any]:
        for indices in parts:
            if self.collate_fn is None:
                yield as_batch(take(self.dataset, indices))
            else:
                yield self.collate_fn(samples_at(self.dataset, indices))


# PyTorch's arguments of worker processes and of memory for accelerators.
_HOW = {"num_workers", "pin_memory", "timeout", "worker_init_fn", "multiprocessing_context", "prefetch_factor"}
_HOW |= {"persistent_workers", "pin_memory_device", "in_order"}


def get_worker_info() -> None:
    """Return None: batches are made in the process that asks for them."""


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
