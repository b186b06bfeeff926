# Written by tools/stubs.py.
from fastgrad._core import Generator
from fastgrad._tensor import Tensor

def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set elements to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, any shape
    p : float, default 0.5
    training : bool, default True
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1].

    References
    ----------
    Srivastava et al., "Dropout", 2014, https://jmlr.org/papers/v15/srivastava14a.html

    See Also
    --------
    fastgrad.nn.Dropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout(fg.ones(3), p=0.5, training=False).tolist()
    [1.0, 1.0, 1.0]
    """
