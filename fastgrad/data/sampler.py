"""Samplers: in which order, and how often, a dataset's positions are visited."""

from __future__ import annotations

from itertools import islice
from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import fastgrad as fg
from fastgrad.random import source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor

Place = TypeVar("Place", covariant=True)

# So many positions are drawn at a time.
_DRAWN = 1024


def _count(operation: str, argument: str, value: Any) -> int:
    try:
        count = as_int(value)
    except TypeError:
        raise TypeError(f"{operation}: {argument} must be an int, got {value!r}") from None
    if isinstance(value, bool) or count < 1:
        raise ValueError(f"{operation}: {argument} should be a positive integer, got {value!r}")
    return count


class Sampler(Generic[Place]):
    """Base class of samplers: a subclass defines ``__iter__``, and ``__len__`` where there is an end.

    Anything that can be iterated over serves as a sampler, too.
    """

    def __init__(self, data_source: Any = None) -> None:
        pass

    def __iter__(self) -> Iterator[Place]:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")


class SequentialSampler(Sampler[int]):
    """All positions of a dataset, in order.

    Parameters
    ----------
    data_source : Dataset or sequence
        What has the samples; only its length is asked for.
    """

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Positions of a dataset in random order.

    Parameters
    ----------
    data_source : Dataset or sequence
        What has the samples; only its length is asked for.
    replacement : bool, default False
        Whether a position is drawn anew each time.
    num_samples : int, optional
        How many positions are visited in all, by default as many as there are; more than that begin a new order.
    generator : Generator, optional
        By default the default one.

    Examples
    --------
    >>> import fastgrad as fg
    >>> sampler = fg.data.RandomSampler(range(5), num_samples=10)
    >>> sorted(sampler) == sorted([*range(5), *range(5)])
    True
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise TypeError(f"RandomSampler: replacement must be a bool, got {replacement!r}")
        self.data_source = data_source
        self.replacement = replacement
        self._samples = None if num_samples is None else _count("RandomSampler", "num_samples", num_samples)
        source("RandomSampler", generator)
        self.generator = generator

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._samples is None else self._samples

    def __iter__(self) -> Iterator[int]:
        return islice(self._endless(), self.num_samples)

    def _endless(self) -> Iterator[int]:
        n = len(self.data_source)
        while n:
            if self.replacement:
                yield from fg.randint(0, n, (_DRAWN,), generator=self.generator).tolist()
            else:
                yield from fg.randperm(n, generator=self.generator).tolist()

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Some positions, in random order.

    Parameters
    ----------
    indices : sequence of int
        The positions that are visited.
    generator : Generator, optional
        Where the order is drawn from, by default the default generator.
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        source("SubsetRandomSampler", generator)
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in fg.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Positions drawn in proportion to weights.

    Parameters
    ----------
    weights : sequence of float
        How likely each position is, beside the others; not negative.
    num_samples : int
        How many are drawn in a pass.
    replacement : bool, default True
        Whether a position can be drawn twice.
    generator : Generator, optional
        Where the order is drawn from, by default the default generator.
    """

    def __init__(
        self, weights: Any, num_samples: int, replacement: bool = True, generator: Generator | None = None
    ) -> None:
        if not isinstance(replacement, bool):
            raise TypeError(f"WeightedRandomSampler: replacement must be a bool, got {replacement!r}")
        self.weights: Tensor = fg.asarray(weights).astype(fg.float64)
        if self.weights.ndim != 1:
            raise ValueError(f"WeightedRandomSampler: weights must be a vector, got shape {self.weights.shape}")
        self.num_samples: int = _count("WeightedRandomSampler", "num_samples", num_samples)
        self.replacement = replacement
        source("WeightedRandomSampler", generator)
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = fg.multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler["list[Any]"]):
    """Lists of the positions of another sampler.

    Parameters
    ----------
    sampler : iterable of int
        The positions, in order.
    batch_size : int
        How many make a batch.
    drop_last : bool
        Whether a last list that is shorter is left out.

    Examples
    --------
    >>> import fastgrad as fg
    >>> list(fg.data.BatchSampler(range(5), 2, False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        if not isinstance(drop_last, bool):
            raise ValueError(f"BatchSampler: drop_last must be a bool, got {drop_last!r}")
        self.sampler = sampler
        self.batch_size: int = _count("BatchSampler", "batch_size", batch_size)
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        places = iter(self.sampler)
        while batch := list(islice(places, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
