# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``input1 @ weight[k] @ input2 + bias[k]`` for each k.

    Parameters
    ----------
    input1 : Tensor, shape (..., in1_features)
        The first factor.
    input2 : Tensor, shape (..., in2_features)
        The second factor; its leading axes are those of `input1`.
    weight : Tensor, shape (out_features, in1_features, in2_features)
        A matrix for each output feature.
    bias : Tensor, shape (out_features,), optional
        What is added to each output feature.

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ValueError
        If the shapes do not fit.

    See Also
    --------
    fastgrad.nn.Bilinear

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.bilinear(fg.ones(5, 2), fg.ones(5, 3), fg.ones(4, 2, 3)).shape
    (5, 4)
    """

def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``input @ weight.T + bias``, computed by one kernel.

    Parameters
    ----------
    input : Tensor, shape (..., in_features)
        What is multiplied: each line along the last axis.
    weight : Tensor, shape (out_features, in_features)
        A line for each output feature.
    bias : Tensor, shape (out_features,), optional
        What is added to each output feature.

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Linear

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.linear(fg.ones(2, 3), fg.ones(4, 3), fg.ones(4)).shape
    (2, 4)
    """

def linear_activated(input: Tensor, weight: Tensor, bias: Tensor | None, activation: str | None) -> Tensor:
    """`linear`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what the two give.

    In one kernel, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """
