"""DataLoader: a dataset in batches."""

from __future__ import annotations

from itertools import islice
from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import fastgrad as fg
from fastgrad.data.dataset import position, take
from fastgrad.random import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sized

    from typing_extensions import TypeVar as TypeVarWithDefault

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.data.dataset import K, S, Samples, Single, Unknown

    Batch = TypeVarWithDefault("Batch", covariant=True, default=Any)
else:
    Batch = TypeVar("Batch")


class DataLoader(Generic[Batch]):
    """Iterate over a dataset in batches.

    Parameters
    ----------
    dataset : Dataset or sequence
        A `TensorDataset` is fetched by one gather per tensor and batch, anything else sample by sample.
    batch_size : int, default 1
    shuffle : bool, default False
        Whether to draw a new order for each pass.
    sampler : iterable of int, optional
        The positions to visit, in order, instead of `shuffle`. It is asked for a batch's positions when that batch is
        made, so that it may be endless.
    collate_fn : callable, optional
        Makes a batch of a list of samples; by default `default_collate`.
    drop_last : bool, default False
        Whether to leave out a last batch that is smaller than the others.
    generator : Generator, optional
        Where `shuffle` draws from, by default the default generator. With the same generator state, every machine and
        any number of threads give the same batches.

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
    ) -> None: ...
    def __init__(
        self,
        dataset: Samples[Any],
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        sampler: Iterable[int] | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        try:
            whole = as_int(batch_size)
        except TypeError:
            raise TypeError(f"DataLoader: batch_size must be an int, got {batch_size!r}") from None
        if isinstance(batch_size, bool) or whole < 1:
            raise ValueError(f"DataLoader: batch_size should be a positive integer, got {batch_size!r}")
        if sampler is not None and shuffle:
            raise ValueError("DataLoader: sampler and shuffle exclude each other")
        if sampler is not None and not hasattr(sampler, "__iter__"):
            raise TypeError(f"DataLoader: sampler must be an iterable of ints, got a {type(sampler).__name__}")
        if collate_fn is not None and not callable(collate_fn):
            raise TypeError(f"DataLoader: collate_fn must be callable, got a {type(collate_fn).__name__}")
        _check_dataset(dataset, sampler)
        source("DataLoader", generator)
        self.dataset = dataset
        self.batch_size: int = whole
        self.shuffle = shuffle
        self.sampler = sampler
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.generator = generator

    def __len__(self) -> int:
        if self.sampler is not None and not hasattr(self.sampler, "__len__"):
            raise TypeError(f"DataLoader: its sampler, a {type(self.sampler).__name__}, has no length")
        count = len(self.dataset if self.sampler is None else cast("Sized", self.sampler))
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        if self.sampler is not None:
            parts = self._sampled(iter(self.sampler))
        elif self.shuffle:
            parts = self._parts(fg.randperm(len(self.dataset), generator=self.generator).numpy())
        else:
            parts = self._parts(range(len(self.dataset)))
        return self._batches(parts)

    def _sampled(self, positions: Iterator[Any]) -> Iterator[Any]:
        while part := [position("DataLoader: sampler", i) for i in islice(positions, self.batch_size)]:
            if len(part) < self.batch_size and self.drop_last:
                return
            yield part

    def _parts(self, order: Any) -> Iterator[Any]:
        size, count = self.batch_size, len(order)
        for start in range(0, count - count % size if self.drop_last else count, size):
            yield order[start : start + size]

    def _batches(self, parts: Iterator[Any]) -> Iterator[Any]:
        for indices in parts:
            if self.collate_fn is None:
                yield take(self.dataset, indices)
            else:
                yield self.collate_fn([self.dataset[int(i)] for i in indices])


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
