# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-08) -> Tensor:
    """Return the cosine of the angle between vectors.

    Parameters
    ----------
    x1, x2 : Tensor
        They broadcast.
    dim : int, default 1
        The vectors' axis, of the common shape.
    eps : float, default 1e-8
        Lengths below it count as it.

    Returns
    -------
    Tensor, the common shape without `dim`

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    See Also
    --------
    fastgrad.nn.CosineSimilarity

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.cosine_similarity(fg.tensor([[1.0, 0.0]]), fg.tensor([[0.0, 2.0]])).item()
    0.0
    """

def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """Return vectors divided by their p-norm.

    Parameters
    ----------
    input : Tensor, any shape
        What is divided by its norms along `dim`.
    p : float, default 2.0
        The norm's order, as `fastgrad.norm` has it.
    dim : int or tuple of int, default 1
        The vectors' axis, or axes.
    eps : float, default 1e-12
        Norms below it count as it.
    out : Tensor, shape of `input`, optional
        Where the result is written.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `out` has another shape.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.normalize(fg.tensor([[0.0, 4.0]])).tolist()
    [[0.0, 1.0]]
    """

def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> Tensor:
    """Return the p-norm of ``x1 - x2 + eps`` along the last axis.

    Parameters
    ----------
    x1, x2 : Tensor, shape (..., D)
        They broadcast.
    p : float, default 2.0
        The norm's order, as `fastgrad.norm` has it.
    eps : float, default 1e-6
        Added to each difference.
    keepdim : bool, default False
        Whether to keep the last axis, of length 1.

    Returns
    -------
    Tensor, shape (...) or (..., 1)

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    See Also
    --------
    fastgrad.nn.PairwiseDistance

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pairwise_distance(fg.zeros(1, 2), fg.tensor([[3.0, 4.0]]), eps=0.0).tolist()
    [5.0]
    """

def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """Return the p-norm distances between all pairs of rows.

    Parameters
    ----------
    input : Tensor, shape (N, M)
        N points, whose distances from each other are asked for.
    p : float, default 2.0
        The norm's order, not negative.

    Returns
    -------
    Tensor, shape (N * (N - 1) / 2,)
        Those of the first row from the others, of the second from those after it, and so on.

    Raises
    ------
    ValueError
        If `input` has not two axes, or `p` is negative.

    See Also
    --------
    fastgrad.cdist

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pdist(fg.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]])).tolist()
    [5.0, 3.0, 4.0]
    """
