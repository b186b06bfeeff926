"""Sequences of different lengths: padded to one length, or packed, the steps of one time together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real, whole, word
from fastgrad.errors import TensorTypeError, TensorValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from typing_extensions import Self

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Packed(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Packed):
    """Sequences of different lengths, as recurrent layers take them and `pack_sequence` makes them.

    Attributes
    ----------
    data : Tensor, shape (rows, ...)
        The first elements of all sequences, then the second ones, and so on; the longest sequence first.
    batch_sizes : Tensor of int64, shape (longest,)
        How many sequences have an element at each time.
    sorted_indices, unsorted_indices : Tensor of int64, or None
        Which sequence stands where, and the other way; None where they were given in order.

    Examples
    --------
    >>> import fastgrad as fg
    >>> packed = fg.nn.utils.rnn.pack_sequence([fg.tensor([1, 2, 3]), fg.tensor([4, 5])])
    >>> packed.data.tolist(), packed.batch_sizes.tolist()
    ([1, 4, 2, 5, 3], [2, 2, 1])
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Tensor,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        if batch_sizes is None:
            if not isinstance(data, (tuple, list)) or len(data) != 2:
                raise TypeError("PackedSequence: batch_sizes must be given, or data be a pair of both")
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert the data, as `Tensor.to` does."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def _as(self, dtype: Any) -> Self:
        return self if self.data.dtype == dtype else type(self)(self.data.astype(dtype), *self[1:])

    def cpu(self) -> Self:
        """Return it: it is there."""
        return self

    def pin_memory(self) -> Self:
        """Return it: there is no other memory."""
        return self

    def is_pinned(self) -> bool:
        """Return False."""
        return False

    @property
    def is_cuda(self) -> bool:
        """False."""
        return False

    def double(self) -> Self:
        """Convert the data to float64."""
        return self._as(fg.float64)

    def float(self) -> Self:
        """Convert the data to float32."""
        return self._as(fg.float32)

    def half(self) -> Self:
        """Convert the data to float16."""
        return self._as(fg.float16)

    def long(self) -> Self:
        """Convert the data to int64."""
        return self._as(fg.int64)

    def int(self) -> Self:
        """Convert the data to int32."""
        return self._as(fg.int32)

    def short(self) -> Self:
        """Convert the data to int16."""
        return self._as(fg.int16)

    def char(self) -> Self:
        """Convert the data to int8."""
        return self._as(fg.int8)

    def byte(self) -> Self:
        """Convert the data to uint8."""
        return self._as(fg.uint8)


def _listed(values: Any, operation: str, argument: str, what: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{operation}: {argument} must be {what} in a list, got {values!r}") from None


def _lengths(lengths: Any, operation: str) -> list[int]:
    """The lengths of sequences as ints."""
    listed = lengths.tolist() if hasattr(lengths, "tolist") else _listed(lengths, operation, "lengths", "ints")
    if not isinstance(listed, list):
        raise TensorValueError(f"{operation}: lengths must be 1-D, a length for each sequence, got {lengths!r}")
    return [whole(length, operation, "lengths") for length in listed]


def _tensors(sequences: Any, operation: str) -> list[Tensor]:
    listed = _listed(sequences, operation, "sequences", "tensors")
    if not listed:
        raise TensorValueError(f"{operation}: sequences must hold one at least, got none")
    for sequence in listed:
        if not isinstance(sequence, Tensor) or not sequence.ndim:
            got = f"one of shape {sequence.shape}" if isinstance(sequence, Tensor) else type(sequence).__name__
            raise TypeError(f"{operation}: sequences must be tensors of one axis at least, got {got}")
        if sequence.shape[1:] != listed[0].shape[1:]:
            raise TensorValueError(
                f"{operation}: sequences must differ in their first axis alone, got shapes {listed[0].shape} and "
                f"{sequence.shape}"
            )
        if sequence.dtype != listed[0].dtype:  # PyTorch casts all to the first one's, and loses what it cannot hold
            raise TensorTypeError(
                f"{operation}: sequences must have one dtype, got {listed[0].dtype} and {sequence.dtype}; convert them "
                "with .astype"
            )
    return listed


def _filled(shape: tuple[int, ...], value: float, dtype: Any) -> Tensor:
    return fg.full(shape, value, dtype=fg.float64).astype(dtype)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Return the permutation that undoes this one; None of None.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.rnn.invert_permutation(fg.tensor([2, 0, 1])).tolist()
    [1, 2, 0]
    """
    return None if permutation is None else fg.argsort(permutation)


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack sequences that were padded to one length.

    Parameters
    ----------
    input : Tensor, shape (time, batch, ...), or (batch, time, ...) with `batch_first`
        The sequences, padded to one length.
    lengths : Tensor or sequence of int, shape (batch,)
        How long each is without padding, 1 at least.
    batch_first : bool, default False
        Whether the batch is the first axis, time the second.
    enforce_sorted : bool, default True
        Whether the sequences must stand in the order of their lengths, the longest first; else they are brought
        into it.

    Raises
    ------
    ValueError
        If the lengths do not fit the input, or its sequences stand in another order.

    Examples
    --------
    >>> import fastgrad as fg
    >>> padded = fg.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
    >>> packed = fg.nn.utils.rnn.pack_padded_sequence(padded, [2, 1, 3], batch_first=True, enforce_sorted=False)
    >>> packed.data.tolist(), packed.sorted_indices.tolist()
    ([4, 1, 3, 5, 2, 6], [2, 0, 1])
    """
    operation = "pack_padded_sequence"
    counts = _lengths(lengths, operation)
    if not isinstance(input, Tensor) or input.ndim < 2:
        got = f"shape {input.shape}" if isinstance(input, Tensor) else type(input).__name__
        raise TensorValueError(f"{operation}: input must be a tensor of two axes at least, time and batch, got {got}")
    time, batch = input.shape[:2][::-1] if batch_first else input.shape[:2]
    if len(counts) != batch:
        raise TensorValueError(
            f"{operation}: lengths must have one for each of the {batch} sequences, got {len(counts)}"
        )
    if not counts:
        raise TensorValueError(f"{operation}: input must hold one sequence at least, got shape {input.shape}")
    for count in counts:
        if not 1 <= count <= time:
            raise TensorValueError(f"{operation}: lengths must be from 1 to the input's {time}, got {count}")
    if enforce_sorted and sorted(counts, reverse=True) != counts:
        raise TensorValueError(
            f"{operation}: lengths must not rise with enforce_sorted=True, got {counts}; "
            "enforce_sorted=False brings the sequences into order"
        )
    import numpy as np

    order = np.argsort(np.negative(counts), kind="stable")
    is_there = np.arange(max(counts))[:, None] < np.take(counts, order)
    times, ranks = np.nonzero(is_there)
    places = times * (1 if batch_first else batch) + order[ranks] * (time if batch_first else 1)
    flat = input.reshape((time * batch, *input.shape[2:]))
    sizes = fg.tensor(is_there.sum(axis=1), dtype=fg.int64)
    moved = None if enforce_sorted else fg.tensor(order, dtype=fg.int64)
    return PackedSequence(fg.take(flat, fg.asarray(places), axis=0), sizes, moved)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Pad packed sequences to one length.

    Parameters
    ----------
    sequence : PackedSequence
        What is unpacked.
    batch_first : bool, default False
        Whether the batch is the first axis, time the second.
    padding_value : float, default 0.0
        What stands where a sequence has ended.
    total_length : int, optional
        The length, by default the longest sequence's.

    Returns
    -------
    padded : Tensor, shape (time, batch, ...), or (batch, time, ...) with `batch_first`
    lengths : Tensor of int64, shape (batch,)
        In the order in which the sequences were packed.

    Raises
    ------
    ValueError
        If `total_length` is less than the longest sequence's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> packed = fg.nn.utils.rnn.pack_sequence([fg.tensor([1, 2, 3]), fg.tensor([4])])
    >>> padded, lengths = fg.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    >>> padded.tolist(), lengths.tolist()
    ([[1, 2, 3], [4, 0, 0]], [3, 1])
    """
    operation = "pad_packed_sequence"
    if not isinstance(sequence, PackedSequence):
        raise TypeError(f"{operation}: sequence must be a PackedSequence, got {type(sequence).__name__}")
    sizes = _lengths(sequence.batch_sizes, operation)
    if not sizes:
        raise TensorValueError(f"{operation}: sequence must hold one step at least, got none")
    time = len(sizes) if total_length is None else word(total_length, operation, "total_length")
    if time < len(sizes):
        raise TensorValueError(
            f"{operation}: total_length must be at least the longest sequence's {len(sizes)}, got {total_length}"
        )
    import numpy as np

    data, back = sequence.data, sequence.unsorted_indices
    is_there = np.arange(sizes[0]) < np.reshape(sizes, (-1, 1))
    # where each row goes; the padding's row is behind the data
    places = np.full((time, sizes[0]), data.shape[0])
    places[: len(sizes)][is_there] = np.arange(data.shape[0])
    counts = is_there.sum(axis=0)
    if back is not None:
        order = np.asarray(back)
        places, counts = places[:, order], counts[order]
    value = _filled((1, *data.shape[1:]), real(padding_value, operation, "padding_value"), data.dtype)
    indices = fg.asarray(places.T if batch_first else places)
    return fg.take(fg.concat([data, value]), indices, axis=0), fg.tensor(counts, dtype=fg.int64)


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Stack sequences of different lengths, the shorter ones padded to the longest.

    Parameters
    ----------
    sequences : iterable of Tensor, shapes (length, ...)
        Sequences of several lengths, their other axes equal.
    batch_first : bool, default False
        Whether the result is (batch, time, ...), not (time, batch, ...).
    padding_value : float, default 0.0
        What stands where a sequence has ended.
    padding_side : {"right", "left"}
        Where it stands; by default "right", behind a sequence.

    Raises
    ------
    ValueError
        If there are no sequences, or they differ in another axis than their first.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.rnn.pad_sequence([fg.tensor([1, 2, 3]), fg.tensor([4])], batch_first=True).tolist()
    [[1, 2, 3], [4, 0, 0]]
    """
    operation = "pad_sequence"
    if padding_side not in ("right", "left"):
        raise TensorValueError(f"{operation}: padding_side must be 'right' or 'left', got {padding_side!r}")
    value = real(padding_value, operation, "padding_value")
    listed = _tensors(sequences, operation)
    longest = max(sequence.shape[0] for sequence in listed)
    padded = []
    for sequence in listed:
        missing = longest - sequence.shape[0]
        if missing:
            fill = _filled((missing, *sequence.shape[1:]), value, sequence.dtype)
            sequence = fg.concat([sequence, fill] if padding_side == "right" else [fill, sequence])
        padded.append(sequence)
    return fg.stack(padded, axis=0 if batch_first else 1)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False
) -> list[Tensor]:
    """Return the sequences that `pad_sequence` has stacked.

    Parameters
    ----------
    padded_sequences : Tensor, shape (time, batch, ...), or (batch, time, ...) with `batch_first`
        Sequences of one length, padded at their ends.
    lengths : Tensor or sequence of int, shape (batch,)
        How long each is without padding.
    batch_first : bool, default False
        Whether the batch is the first axis, time the second.

    Raises
    ------
    ValueError
        If there is not a length for each sequence.

    Examples
    --------
    >>> import fastgrad as fg
    >>> padded = fg.tensor([[1, 2, 3], [4, 0, 0]])
    >>> [s.tolist() for s in fg.nn.utils.rnn.unpad_sequence(padded, [3, 1], batch_first=True)]
    [[1, 2, 3], [4]]
    """
    counts = _lengths(lengths, "unpad_sequence")
    if not isinstance(padded_sequences, Tensor) or padded_sequences.ndim < 2:
        raise TensorValueError("unpad_sequence: padded_sequences must be a tensor of two axes at least, time and batch")
    batch = padded_sequences.shape[0 if batch_first else 1]
    if len(counts) != batch:
        raise TensorValueError(
            f"unpad_sequence: lengths must have one for each of {batch} sequences, got {len(counts)}"
        )
    if any(count < 0 for count in counts):
        raise TensorValueError(f"unpad_sequence: lengths must not be negative, got {counts}")
    return [
        padded_sequences[i, :count] if batch_first else padded_sequences[:count, i] for i, count in enumerate(counts)
    ]


def pack_sequence(sequences: Iterable[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences of different lengths.

    Parameters
    ----------
    sequences : iterable of Tensor, shapes (length, ...)
        Sequences of several lengths, their other axes equal.
    enforce_sorted : bool, default True
        As `pack_padded_sequence` has it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.rnn.pack_sequence([fg.tensor([1, 2, 3]), fg.tensor([4, 5])]).batch_sizes.tolist()
    [2, 2, 1]
    """
    listed = _tensors(sequences, "pack_sequence")
    lengths = [sequence.shape[0] for sequence in listed]
    return pack_padded_sequence(pad_sequence(listed), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Return the sequences that `pack_sequence` has packed.

    Examples
    --------
    >>> import fastgrad as fg
    >>> packed = fg.nn.utils.rnn.pack_sequence([fg.tensor([1, 2, 3]), fg.tensor([4, 5])])
    >>> [s.tolist() for s in fg.nn.utils.rnn.unpack_sequence(packed)]
    [[1, 2, 3], [4, 5]]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
