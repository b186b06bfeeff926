# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    r"""Return the rows of a table that `input` gives the numbers of.

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
    Tensor, shape (\*input.shape, embedding_dim)

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

def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
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

def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    r"""Return `fastgrad.one_hot` of whole numbers, in int64.

    Parameters
    ----------
    tensor : Tensor of integers, any shape
        The classes, not negative.
    num_classes : int, default -1
        The length of the last axis; -1: the largest of the numbers + 1.

    Returns
    -------
    Tensor of int64, shape (\*tensor.shape, num_classes)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.one_hot(fg.tensor([0, 2])).tolist()
    [[1, 0, 0], [0, 0, 1]]
    """

def renormalize(weight: Tensor, indices: Tensor, max_norm: float, norm_type: float, operation: str) -> None:
    """Scales the rows at these places, in place and unseen by autograd, to norms of at most `max_norm`."""
