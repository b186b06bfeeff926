# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor

def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Put elements around the last axes.

    Parameters
    ----------
    input : Tensor
        Of any shape with mode "constant". The other modes pad the last one, two or three axes of signals (N, C, L),
        images (N, C, H, W) and volumes (N, C, D, H, W), or of one of them without N.
    pad : sequence of int
        How many before and after the last axis, then before and after the one before it, and so on. Negative numbers
        take elements away.
    mode : {"constant", "reflect", "replicate", "circular"}
        The elements put there: `value`; the axis mirrored at its first and last element; the first and the last element
        over and over; the axis from its other end on.
    value : number, optional
        What mode "constant" puts there, by default 0.

    Returns
    -------
    Tensor
        Of the input's dtype and layout.

    Raises
    ------
    ValueError
        If there are more numbers than sides, or more is to be mirrored or repeated than there is.
    TypeError
        If `pad` holds anything but ints.

    See Also
    --------
    fastgrad.pad : NumPy's, of which the first axis comes first.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0, 2.0, 3.0]])
    >>> fg.nn.functional.pad(x, (1, 2)).tolist()
    [[0.0, 1.0, 2.0, 3.0, 0.0, 0.0]]
    >>> fg.nn.functional.pad(x, (1, 2), mode="reflect").tolist()
    [[2.0, 1.0, 2.0, 3.0, 2.0, 1.0]]
    """
