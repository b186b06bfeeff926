"""Datasets of datasets, and those that are read from the first sample to the last."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import index as as_int
from typing import TYPE_CHECKING, Any

from fastgrad._arguments import as_list, check_sized
from fastgrad.data.dataset import Dataset, Sample, samples_at
from fastgrad.errors import AssertedValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class IterableDataset(Dataset[Sample]):
    """Base class of datasets that are read from the first sample to the last: a subclass defines ``__iter__``."""

    def __iter__(self) -> Iterator[Sample]:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")

    def __add__(self, other: Any) -> ChainDataset:
        return ChainDataset([self, other])


class ChainDataset(IterableDataset[Any]):
    """The samples of several iterable datasets, one after the other.

    Parameters
    ----------
    datasets : iterable of IterableDataset
        Those that are read, one after the other.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets: list[Any] = list(datasets)

    def __iter__(self) -> Iterator[Any]:
        for dataset in self.datasets:
            yield from self._iterable(dataset)

    def __len__(self) -> int:
        return sum(len(self._iterable(dataset)) for dataset in self.datasets)

    def _iterable(self, dataset: Any) -> Any:
        if not isinstance(dataset, IterableDataset):
            raise AssertedValueError(f"ChainDataset: datasets must be IterableDatasets, got a {type(dataset).__name__}")
        return dataset


class ConcatDataset(Dataset[Any]):
    """The samples of several datasets, one after the other.

    Parameters
    ----------
    datasets : iterable of Dataset
        Those whose samples stand one behind the other.

    Examples
    --------
    >>> import fastgrad as fg
    >>> both = fg.data.ConcatDataset(["ab", "cde"])
    >>> len(both), both[1], both[2], both[-1]
    (5, 'b', 'c', 'e')
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets: list[Any] = as_list(datasets, "ConcatDataset", "datasets", "a list of datasets")
        if not self.datasets:
            raise AssertedValueError("ConcatDataset: at least one dataset is needed")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertedValueError("ConcatDataset: an IterableDataset has no positions; ChainDataset is for those")
        for i, dataset in enumerate(self.datasets):
            check_sized(dataset, "ConcatDataset", f"datasets[{i}]")
        self.cumulative_sizes: list[int] = self.cumsum(self.datasets)

    @staticmethod
    def cumsum(sequence: Iterable[Any]) -> list[int]:
        """Return the sums of the lengths up to each of these datasets."""
        return list(accumulate(len(dataset) for dataset in sequence))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int, /) -> Any:
        place = as_int(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"ConcatDataset: position {place} is out of range of {len(self)} samples")
        place %= len(self)
        which = bisect_right(self.cumulative_sizes, place)
        return self.datasets[which][place - (self.cumulative_sizes[which - 1] if which else 0)]


class StackDataset(Dataset[Any]):
    """Samples of several datasets side by side: a tuple of one of each, or, given by name, a dict.

    Parameters
    ----------
    *args, **kwargs : Dataset or sequence
        Of one length.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset: datasets must be given either by position or by name")
        self.datasets: Any = args or kwargs
        lengths = {len(dataset) for dataset in (args or kwargs.values())}
        if len(lengths) > 1:
            raise ValueError(f"StackDataset: datasets must be of one length, got {sorted(lengths)}")
        self._length = lengths.pop()

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int, /) -> Any:
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        if isinstance(self.datasets, dict):
            columns = [samples_at(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(samples_at(dataset, indices) for dataset in self.datasets), strict=True))
