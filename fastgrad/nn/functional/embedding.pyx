# distutils: language = c++
"""Rows of a table by their numbers, one by one or in bags that are reduced."""
from libc.stdint cimport int64_t

from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport flag, real
from fastgrad._tensor.cpp cimport DType, Dims, is_integer
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.index as native
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.index cimport take_back

from fastgrad._tensor.convert import word
from fastgrad._tensor.dtype import int64
from fastgrad.autograd._mode import no_grad
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops.choose import maximum, minimum, where
from fastgrad.ops.creation import arange, asarray, ones
from fastgrad.ops.index import one_hot as one_hot_rows, take, take_along_axis
from fastgrad.ops.join import repeat
from fastgrad.ops.linalg import norm
from fastgrad.ops.reduce import cumulative_sum
from fastgrad.ops.search import argmax, nonzero


# ---- rows ------------------------------------------------------------------------------------------------------------

cdef struct EmbeddingAttributes:
    Dims shape            # of the table
    int64_t padding       # the row that gets no gradient; -1: every row gets one
    bint by_frequency     # whether a row's gradient is divided by how often it was asked for


cdef int embedding_vjp(Node n, object g, Backward to) except -1:
    cdef EmbeddingAttributes* at = n.attributes.get[EmbeddingAttributes]()
    cdef Tensor indices = n.saved(0), grad
    if at.by_frequency:
        g = g / _frequencies(indices, at.shape[0], g.dtype)[..., None]
    if at.padding >= 0 and to.create_graph:
        g = where((indices == at.padding)[..., None], 0.0, g)
    grad = take_back(<Tensor>g, indices, 0, at.shape)
    if at.padding >= 0 and not to.create_graph:
        wrap(grad.a.select(0, at.padding)).zero_()  # nobody else has seen it
    to.give_own(0, grad)
    return 0


cdef Primitive EMBEDDING = define(b"embedding", embedding_vjp)


cdef object _frequencies(Tensor indices, int64_t rows, object dtype):
    """How often each index is among the indices, in the indices' shape."""
    cdef Dims shape = Dims(1, rows)
    cdef Tensor one_each = ones(indices.shape, dtype=dtype)
    return take(take_back(one_each, indices, 0, shape), indices, axis=0)


cdef Tensor rows_of(Tensor indices, Tensor weight, int64_t padding, bint by_frequency):
    """The table's rows at these places, which have been checked."""
    cdef Tensor out = wrap(native.take(weight.a, indices.a, 0))
    cdef EmbeddingAttributes* at
    cdef Node n
    if recording(weight):
        n = record1(out, &EMBEDDING, weight)
        n.save(0, indices)
        at = n.attributes.set[EmbeddingAttributes]()
        at.shape = weight.a.shape()
        at.padding = padding
        at.by_frequency = by_frequency
    return out


cdef Tensor _table(object weight, const char* op):
    cdef Tensor w = as_tensor(weight, op)
    if w.a.ndim() != 2:
        raise TensorValueError(f"{op.decode()}: weight must be 2-D (rows, features), got shape {w.shape}")
    return w


cdef Tensor _places(object input, Tensor weight, const char* op):
    """The indices, as int64, none of them negative or too large."""
    cdef Tensor i = as_tensor(input, op)
    if not is_integer(i.a.dtype()):
        raise UnsupportedDtypeError(f"{op.decode()}: input must hold integers, the numbers of rows, got {i.dtype}")
    if i.a.dtype() != DType.I64:
        i = cast_to(i, DType.I64)
    native.check_rows(i.a, weight.a.shape(0), op)
    return i


cdef int64_t _padding_row(object padding_idx, Tensor weight, str op) except -2:
    """padding_idx counted from the start; -1 for None."""
    cdef int64_t rows = weight.a.shape(0), row
    if padding_idx is None:
        return -1
    row = word(padding_idx, op, "padding_idx")
    if not -rows <= row < rows:
        raise TensorValueError(f"{op}: padding_idx must be within the weight's {rows} rows, got {padding_idx}")
    return row + rows if row < 0 else row


cdef int _refuse_sparse(object sparse, str op) except -1:
    if flag(sparse, op, "sparse"):
        raise TensorValueError(
            f"{op}: sparse=True is not supported, there are no sparse gradients; leave it out, and the gradient is dense")
    return 0


def renormalize(weight: Tensor, indices: Tensor, max_norm: float, norm_type: float, operation: str) -> None:
    """Scales the rows at these places, in place and unseen by autograd, to norms of at most `max_norm`."""
    most, order = real(max_norm, operation, "max_norm"), real(norm_type, operation, "norm_type")
    if not order > 0:
        raise TensorValueError(f"{operation}: norm_type must be positive, got {norm_type}")
    with no_grad():
        used = nonzero(take_back(ones(indices.shape), indices, 0, Dims(1, (<Tensor>weight).a.shape(0))))[0]
        rows = take(weight, used, axis=0)
        norms = norm(rows, ord=order, axis=1)
        longer = norms > most
        if longer.any():
            used, norms = used[longer], norms[longer]
            weight[used] = rows[longer] * (most / (norms + 1e-7))[:, None]


def embedding(
    input: Tensor, weight: Tensor, padding_idx: int | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Tensor:
    """Return the rows of a table that `input` gives the numbers of.

    Parameters
    ----------
    input : Tensor of integers, any shape
        The rows that are looked up.
    weight : Tensor, shape (num_embeddings, embedding_dim)
        The table, a row for each index.
    padding_idx : int, optional
        The row that gets no gradient; negative ones count from the end.
    max_norm : float, optional
        Rows that are asked for and longer than this are first scaled to it, in place: `weight` is changed.
    norm_type : float, default 2.0
        The order of that norm.
    scale_grad_by_freq : bool, default False
        Whether the gradient of a row is divided by how often `input` names it.
    sparse : {False}
        There are no sparse gradients.

    Returns
    -------
    Tensor, shape (\\*input.shape, embedding_dim)

    Raises
    ------
    IndexError
        If an index is negative or not less than ``num_embeddings``.
    TypeError
        If `input` does not hold integers.
    ValueError
        If `weight` is not 2-D, `padding_idx` outside, or `sparse`.

    See Also
    --------
    fastgrad.nn.Embedding

    Examples
    --------
    >>> import fastgrad as fg
    >>> table = fg.tensor([[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]])
    >>> fg.nn.functional.embedding(fg.tensor([[2, 0]]), table).tolist()
    [[[2.0, 2.0999999046325684], [0.0, 0.10000000149011612]]]
    """
    cdef Tensor w = _table(weight, b"embedding"), i
    cdef int64_t padding = _padding_row(padding_idx, w, "embedding")
    _refuse_sparse(sparse, "embedding")
    i = _places(input, w, b"embedding")
    if max_norm is not None:
        renormalize(w, i, max_norm, norm_type, "embedding")
    return rows_of(i, w, padding, flag(scale_grad_by_freq, "embedding", "scale_grad_by_freq"))


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return `fastgrad.one_hot` of whole numbers, in int64.

    Parameters
    ----------
    tensor : Tensor of integers, any shape
        The classes, not negative.
    num_classes : int, default -1
        The length of the last axis; -1: the largest of the numbers + 1.

    Returns
    -------
    Tensor of int64, shape (\\*tensor.shape, num_classes)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.one_hot(fg.tensor([0, 2])).tolist()
    [[1, 0, 0], [0, 0, 1]]
    """
    return one_hot_rows(tensor, word(num_classes, "one_hot", "num_classes"))


# ---- bags ------------------------------------------------------------------------------------------------------------

cdef tuple _bags_of_matrix(Tensor i, object offsets):
    """The indices one after the other, the bag of each, and how many bags there are."""
    if offsets is not None:
        raise TensorValueError("embedding_bag: offsets must be None where input is 2-D, whose rows are the bags")
    bags, length = i.shape
    return i.reshape(-1), repeat(arange(bags), length), bags


cdef tuple _bags_of_list(Tensor i, object offsets, bint include_last_offset):
    if offsets is None:
        raise TensorValueError("embedding_bag: offsets must be given where input is 1-D: where each bag begins")
    cdef Tensor starts = as_tensor(offsets, b"embedding_bag")
    if starts.a.ndim() != 1 or not is_integer(starts.a.dtype()):
        raise TensorValueError(
            f"embedding_bag: offsets must be 1-D and hold integers, got {starts.dtype} of shape {starts.shape}")
    places = starts.astype(int64).tolist()
    if include_last_offset and not places:
        raise TensorValueError("embedding_bag: offsets must have an element at least with include_last_offset=True")
    bags = len(places) - 1 if include_last_offset else len(places)
    ends = places + [i.shape[0]]
    if places and places[0] != 0:
        raise TensorValueError(f"embedding_bag: offsets must begin with 0, got {places[0]}")
    if not places and i.shape[0]:
        raise TensorValueError(f"embedding_bag: offsets must begin with 0, got none for {i.shape[0]} indices")
    for start, end in zip(ends, ends[1:]):
        if start > end:
            raise TensorValueError(
                f"embedding_bag: offsets must not fall, nor exceed the input's length {i.shape[0]}, got {places}")
    if include_last_offset:
        ends = ends[:-1]
        if ends[-1] != i.shape[0]:
            raise TensorValueError(
                "embedding_bag: the last of the offsets must be the input's length "
                f"{i.shape[0]} with include_last_offset=True, got {ends[-1]}")
    lengths = [end - start for start, end in zip(ends, ends[1:])]
    return i, repeat(arange(bags), asarray(lengths, dtype=int64)), bags


cdef object _largest(Tensor i, Tensor weight, Tensor bag, int64_t bags):
    """The largest element of each column of each bag, the first of equals; 0 of an empty bag."""
    features = weight.shape[1]
    if not i.shape[0]:
        return take_back(rows_of(i, weight, -1, False), bag, 0, _matrix(bags, features))
    # each bag's indices as a row, the rest of which is another element of the bag: its first
    order = arange(i.shape[0])
    lengths = take_back(ones(i.shape, dtype=int64), bag, 0, Dims(1, bags))
    starts = cumulative_sum(lengths) - lengths
    place = order - take(starts, bag, axis=0)
    filled = nonzero(lengths)[0]
    first = minimum(starts, i.shape[0] - 1)
    rows = repeat(take(i, first, axis=0)[:, None], int(lengths.max().item()), axis=1)
    rows[bag, place] = i
    with no_grad():
        winner = argmax(take(weight, rows, axis=0), axis=1)  # (bags, features)
    chosen = take_along_axis(rows, winner, axis=1)
    out = weight[take(chosen, filled, axis=0), arange(features)]
    if filled.shape[0] == bags:
        return out
    return take_back(out, filled, 0, _matrix(bags, features))


cdef inline Dims _matrix(int64_t rows, int64_t columns):
    cdef Dims shape = Dims(2, rows)
    shape[1] = columns
    return shape


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
    per_sample_weights: Tensor | None = None, include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:
    """Return the sums, means or maxima of bags of rows of a table.

    Parameters
    ----------
    input : Tensor of integers, shape (bags, length) or (indices,)
        The numbers of rows: a bag in each row of a matrix, or all bags one after the other.
    weight : Tensor, shape (num_embeddings, embedding_dim)
        The table, a row for each index.
    offsets : Tensor of integers, shape (bags,), optional
        Where each bag begins in a 1-D `input`; the first at 0. A bag may be empty: its result is 0.
    max_norm, norm_type, scale_grad_by_freq, sparse
        As `embedding` has them.
    mode : {"mean", "sum", "max"}, default "mean"
        What becomes of a bag's rows.
    per_sample_weights : Tensor, shape of `input`, optional
        Factors of the rows before they are added; for "sum" alone.
    include_last_offset : bool, default False
        Whether `offsets` has one element more, where the last bag ends.
    padding_idx : int, optional
        The row that is left out of every bag, and gets no gradient.

    Returns
    -------
    Tensor, shape (bags, embedding_dim)

    Raises
    ------
    IndexError
        If an index is negative or not less than ``num_embeddings``.
    TypeError
        If `input` does not hold integers, or the weights' dtypes differ.
    ValueError
        If shapes, offsets, mode or `padding_idx` do not fit.

    See Also
    --------
    fastgrad.nn.EmbeddingBag

    Examples
    --------
    >>> import fastgrad as fg
    >>> table = fg.tensor([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]])
    >>> fg.nn.functional.embedding_bag(fg.tensor([2, 0, 1]), table, fg.tensor([0, 2]), mode="sum").tolist()
    [[2.0, 3.0], [1.0, 1.5]]
    """
    cdef Tensor w = _table(weight, b"embedding_bag"), i, scales = None, bag, rows
    cdef int64_t padding = _padding_row(padding_idx, w, "embedding_bag"), bags
    _refuse_sparse(sparse, "embedding_bag")
    if mode not in ("mean", "sum", "max"):
        raise TensorValueError(f"embedding_bag: mode must be 'mean', 'sum' or 'max', got {mode!r}")
    cdef bint by_frequency = flag(scale_grad_by_freq, "embedding_bag", "scale_grad_by_freq")
    if mode == "max" and by_frequency:
        raise TensorValueError("embedding_bag: scale_grad_by_freq must be False where mode is 'max'")
    cdef bint closed = flag(include_last_offset, "embedding_bag", "include_last_offset")
    i = _places(input, w, b"embedding_bag")
    if per_sample_weights is not None:
        scales = as_tensor(per_sample_weights, b"embedding_bag")
        if mode != "sum":
            raise TensorValueError(
                f"embedding_bag: per_sample_weights must be None where mode is not 'sum', got {mode!r}")
        if not (scales.a.shape() == i.a.shape()):
            raise TensorValueError(
                f"embedding_bag: per_sample_weights must have the input's shape {i.shape}, got {scales.shape}")
        if scales.a.dtype() != w.a.dtype():
            raise TensorTypeError(
                f"embedding_bag: per_sample_weights must have the weight's dtype {w.dtype}, got {scales.dtype}")
        scales = scales.reshape(-1)
    if i.a.ndim() == 2:
        i, bag, bags = _bags_of_matrix(i, offsets)
    elif i.a.ndim() == 1:
        i, bag, bags = _bags_of_list(i, offsets, closed)
    else:
        raise TensorValueError(f"embedding_bag: input must be 1-D or 2-D, got shape {i.shape}")
    if max_norm is not None:
        renormalize(w, i, max_norm, norm_type, "embedding_bag")
    if padding >= 0:
        kept = i != padding
        i, bag = i[kept], bag[kept]
        if scales is not None:
            scales = scales[kept]
    if mode == "max":
        return _largest(i, w, bag, bags)
    rows = rows_of(i, w, -1, by_frequency)
    if scales is not None:
        rows = rows * scales[:, None]
    sums = take_back(rows, bag, 0, _matrix(bags, w.a.shape(1)))
    if mode == "sum":
        return sums
    counts = take_back(ones(i.shape, dtype=w.dtype), bag, 0, Dims(1, bags))
    return sums / maximum(counts, 1.0)[:, None]
