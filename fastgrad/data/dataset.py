"""Datasets: indexed collections of samples, and how they are split."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from math import floor, isclose
from operator import index as as_int
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import fastgrad as fg
from fastgrad._arguments import as_list, check_sized
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.errors import AssertedValueError, TensorValueError
from fastgrad.nn._common import as_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol, TypeAlias

    import numpy as np
    from typing_extensions import TypeVar as TypeVarWithDefault

    from fastgrad._core import Generator
    from fastgrad._tensor.typing import IndexLike, TensorLike

    S = TypeVar("S")
    K = TypeVar("K")
    Sample = TypeVarWithDefault("Sample", covariant=True, default=Any)

    class Samples(Protocol[Sample]):
        """A dataset: whatever has a length and gives the sample at a position."""

        def __getitem__(self, index: int, /) -> Sample: ...
        def __len__(self) -> int: ...

    # What becomes one tensor in a batch.
    Single: TypeAlias = Tensor | np.ndarray[Any, Any] | np.generic | float

    class Unknown:
        """No sample's type. A dataset has it only if its samples' type is not known: Any is every type."""

else:
    Sample = TypeVar("Sample")


class _NoLength(TypeError, NotImplementedError):
    """What Python raises for an object without a length: ``list(dataset)`` then goes on to where samples end."""


class Dataset(Generic[Sample]):
    """Base class of datasets: a subclass defines ``__getitem__`` and ``__len__``.

    Anything that has both, a list for instance, serves as a dataset too. A dataset that can fetch many samples at once
    faster than one by one overrides `take`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> class Squares(fg.data.Dataset):
    ...     def __len__(self):
    ...         return 10
    ...
    ...     def __getitem__(self, i):
    ...         return i, i * i
    >>> Squares().take([2, 3])[1].tolist()
    [4, 9]
    """

    def __getitem__(self, index: int, /) -> Sample:
        raise NotImplementedError(f"{type(self).__name__} does not define __getitem__")

    def __add__(self, other: Any) -> Any:
        from fastgrad.data.combined import ConcatDataset

        return ConcatDataset([self, other])

    def __len__(self) -> int:
        raise _NoLength(f"{type(self).__name__} does not define __len__, the number of its samples")

    def take(self, indices: Sequence[int] | np.ndarray[Any, Any]) -> Any:
        """Return the samples at these positions as one batch, as `default_collate` makes it."""
        return default_collate(samples_at(self, indices))


_batches: type[tuple[Any, ...]] | type[list[Any]] = tuple


def batch_tuples_as(kind: type[tuple[Any, ...]] | type[list[Any]]) -> None:
    """Have batches of tuples be of this kind: PyTorch's are lists, which its door asks for."""
    global _batches
    _batches = kind


# The dtype of batches of Python's floats; None: the default dtype.
_floats: Any = None


def batch_floats_as(dtype: Any) -> None:
    """Have batches of Python's floats be of this dtype: PyTorch's are float64, which its door asks for."""
    global _floats
    _floats = dtype


def as_batch(batch: Any) -> Any:
    """A batch, which if it is a plain tuple is of the kind that the program asks for."""
    return batch if _batches is tuple or type(batch) is not tuple else _batches(batch)


def take(dataset: Any, indices: Sequence[int] | np.ndarray[Any, Any]) -> Any:
    """Return the samples of any dataset at these positions as one batch."""
    if isinstance(dataset, Dataset):
        return dataset.take(indices)
    return default_collate(samples_at(dataset, indices))


def samples_at(dataset: Any, indices: Sequence[int] | np.ndarray[Any, Any]) -> list[Any]:
    """The samples at these positions, by the dataset's ``__getitems__``, which takes all at once, where it has one."""
    places = [position("take", i) for i in indices]
    together = getattr(dataset, "__getitems__", None)
    return [dataset[i] for i in places] if together is None else together(places)


def position(operation: str, index: Any) -> int:
    """Return a position as an int; raise TypeError for what is none, such as the number 1.7 or the truth value True."""
    if not isinstance(index, bool):
        with suppress(TypeError):
            return as_int(index)
    raise TypeError(f"{operation}: positions must be ints, got {index!r}")


@overload
def default_collate(samples: Sequence[Unknown]) -> Any: ...
@overload
def default_collate(samples: Sequence[Single]) -> Tensor: ...
@overload
def default_collate(samples: Sequence[tuple[Single, ...]]) -> tuple[Tensor, ...]: ...
@overload
def default_collate(samples: Sequence[Mapping[K, Single]]) -> dict[K, Tensor]: ...
@overload
def default_collate(samples: Sequence[Any]) -> Any: ...
def default_collate(samples: Sequence[Any]) -> Any:
    """Merge samples into a batch.

    Parameters
    ----------
    samples : sequence of Tensor, ndarray, number, str, or tuples, lists or dicts of them
        All of the same structure, tensors and arrays of the same shape.

    Returns
    -------
    The structure of one sample, each tensor, array and number replaced by a tensor with a new first axis, and each
    string by the list of strings. Python floats give float32, through the PyTorch door float64.

    Raises
    ------
    TypeError
        If a sample contains something else.
    ValueError
        If the structures or shapes differ, or there are no samples.

    Examples
    --------
    >>> import fastgrad as fg
    >>> batch = fg.data.default_collate([{"x": fg.zeros(3), "y": 1}, {"x": fg.ones(3), "y": 2}])
    >>> batch["x"].shape, batch["y"].tolist()
    ((2, 3), [1, 2])
    """
    import numpy as np

    if not samples:
        raise ValueError("default_collate: no samples given")
    first = samples[0]
    kind = type(first)
    for known in (Tensor | np.ndarray, bool | int | float | np.generic, str | bytes, Mapping, Sequence):
        if isinstance(first, known) and not all(isinstance(sample, known) for sample in samples):
            raise TypeError(
                "default_collate: samples must be of the same kind, got "
                + ", ".join(sorted({type(sample).__name__ for sample in samples}))
            )
    if isinstance(first, (Tensor, np.ndarray)):
        shapes = {tuple(sample.shape) for sample in samples}
        if len(shapes) > 1:
            raise TensorValueError(f"default_collate: samples must have the same shape, got {sorted(shapes)}")
        return fg.stack([sample if isinstance(sample, Tensor) else fg.asarray(sample) for sample in samples])
    if isinstance(first, (bool, int, float, np.generic)):
        if isinstance(first, np.generic):
            return fg.tensor(np.stack(samples))
        return fg.tensor(list(samples), dtype=_floats if isinstance(first, float) else None)
    if isinstance(first, (str, bytes)):
        return samples if _batches is list and isinstance(samples, tuple) else list(samples)
    if isinstance(first, Mapping):
        if any(sample.keys() != first.keys() for sample in samples):
            raise ValueError(f"default_collate: samples must have the same keys, the first has {list(first)}")
        return _like(first, {key: default_collate([sample[key] for sample in samples]) for key in first})
    if isinstance(first, Sequence):
        if len({len(sample) for sample in samples}) > 1:
            raise TensorValueError("default_collate: samples must have the same number of elements")
        merged = [default_collate(column) for column in zip(*samples, strict=True)]
        return _joined(first, merged)
    raise TypeError(f"default_collate: a sample contains a {kind.__name__}; pass a collate_fn for it")


def _like(mapping: Any, values: dict[Any, Any]) -> Any:
    """These values in a mapping of the kind of the given one, with what else that holds; a dict where it is none of a
    kind that can be made."""
    from copy import copy

    if type(mapping) is dict:
        return values
    with suppress(TypeError):
        if not isinstance(mapping, MutableMapping):
            return type(mapping)(values)
        new = copy(mapping)
        new.update(values)
        return new
    return values


def _joined(sequence: Any, values: list[Any]) -> Any:
    """These values in a sequence of the kind of the given one; a list where it cannot be made of them."""
    kind = type(sequence)
    if hasattr(sequence, "_fields"):
        return kind(*values)
    with suppress(TypeError):
        return as_batch(kind(values))
    return values


def default_convert(sample: Any) -> Any:
    """Turn NumPy arrays and scalars in a sample into tensors; what else is in it, tensors too, stays as it is.

    Parameters
    ----------
    sample : object
        Also tuples, lists and dicts of arrays.
    """
    import numpy as np

    if isinstance(sample, (np.ndarray, np.generic)) and sample.dtype.kind in "biuf":
        return fg.asarray(sample)
    if isinstance(sample, Mapping):
        return _like(sample, {key: default_convert(value) for key, value in sample.items()})
    if isinstance(sample, Sequence) and not isinstance(sample, (str, bytes)):
        return _joined(sample, [default_convert(value) for value in sample])
    return sample


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors whose first axes run over the same samples.

    Parameters
    ----------
    *tensors : Tensor or ndarray, shape (n, ...)
        A NumPy array's memory is shared, and its dtype kept: NumPy computes in float64, networks in float32, so that
        data usually wants ``X.astype(numpy.float32)`` first.

    Raises
    ------
    ValueError
        If there are none, or the sizes of their first axes differ.

    Examples
    --------
    >>> import fastgrad as fg
    >>> dataset = fg.data.TensorDataset(fg.zeros(10, 3), fg.arange(10))
    >>> x, y = dataset[4]
    >>> len(dataset), x.shape, y.item()
    (10, (3,), 4)
    """

    def __init__(self, *tensors: TensorLike) -> None:
        if not tensors:
            raise ValueError("TensorDataset: at least one tensor is needed")
        self.tensors: tuple[Tensor, ...] = tuple(
            as_tensor(tensor, f"TensorDataset: tensors[{i}]") for i, tensor in enumerate(tensors)
        )
        shapes = [t.shape for t in self.tensors]
        if any(not shape or shape[0] != shapes[0][0] for shape in shapes):
            raise AssertedValueError(f"TensorDataset: size mismatch between tensors, their first axes differ: {shapes}")

    def __getitem__(self, index: IndexLike, /) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def take(self, indices: Sequence[int] | np.ndarray[Any, Any]) -> tuple[Tensor, ...]:
        """Return the samples at these positions as a tuple of tensors of shape (len(indices), ...)."""
        where = fg.asarray(indices)
        return tuple(fg.take(tensor, where, axis=0) for tensor in self.tensors)


class Subset(Dataset[Sample]):
    """Some samples of a dataset, in a given order.

    Parameters
    ----------
    dataset : Dataset or sequence
        What has the samples.
    indices : sequence of int
        Positions in `dataset`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> list(fg.data.Subset("abcdef", [5, 0]))
    ['f', 'a']
    """

    def __init__(self, dataset: Samples[Sample], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: int, /) -> Sample:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]  # where it takes lists
        return self.dataset[position("Subset", self.indices[index])]

    def __iter__(self) -> Iterator[Sample]:
        for i in self.indices:
            yield self.dataset[position("Subset", i)]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        return samples_at(self.dataset, [position("Subset", self.indices[i]) for i in indices])

    def take(self, indices: Sequence[int] | np.ndarray[Any, Any]) -> Any:
        return take(self.dataset, [position("Subset", self.indices[position("take", i)]) for i in indices])


def random_split(
    dataset: Samples[S], lengths: Sequence[int] | Sequence[float], generator: Generator | None = None
) -> list[Subset[S]]:
    """Cut a dataset at random into parts that do not overlap.

    Parameters
    ----------
    dataset : Dataset or sequence
        What is split.
    lengths : sequence of int, or of float
        Sizes that sum to the dataset's, or shares that sum to 1. Of shares, the sizes are rounded down, and what
        remains goes one by one to the first parts.
    generator : Generator, optional
        By default the default one; see `fastgrad.random`.

    Returns
    -------
    list of Subset

    Raises
    ------
    ValueError
        If the sizes do not sum to the dataset's, or a size or share is negative.
    TypeError
        If they are neither ints nor shares.

    Examples
    --------
    >>> import fastgrad as fg
    >>> train, test = fg.data.random_split(range(10), [0.8, 0.2], generator=fg.Generator(0))
    >>> len(train), len(test), sorted([*train, *test]) == list(range(10))
    (8, 2, True)
    """
    check_sized(dataset, "random_split", "dataset")
    total = len(dataset)
    lengths = as_list(lengths, "random_split", "lengths", "a list of ints or shares")
    sizes: list[Any] = [length if isinstance(length, int) else _share(length) for length in lengths]
    if any(not size >= 0 for size in sizes):
        raise ValueError(f"random_split: lengths must not be negative, got {lengths}")
    if any(isinstance(size, float) for size in sizes) and isclose(sum(sizes), 1.0):
        sizes = [floor(total * share) for share in sizes]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
        for i, size in enumerate(sizes):
            if not size:
                warnings.warn(f"random_split: the part at index {i} of {lengths} has no samples", stacklevel=2)
    if sum(sizes) != total:
        raise ValueError(f"random_split: lengths {lengths} do not sum to the dataset's length {total}, nor to 1.0")
    if any(isinstance(size, float) for size in sizes):
        raise TypeError(f"random_split: sizes must be ints, got {lengths}")
    order = fg.randperm(total, generator=generator).tolist()
    parts, start = [], 0
    for size in map(as_int, sizes):
        parts.append(Subset(dataset, order[start : start + size]))
        start += size
    return parts


def _share(length: Any) -> int | float:
    with suppress(TypeError):
        return as_int(length)
    return real(length, "random_split", "a length")
