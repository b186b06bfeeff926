# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Return the cross entropy between probabilities: ``-(target * log(input) + (1 - target) * log(1 - input))``.

    Parameters
    ----------
    input : Tensor, any shape, values in [0, 1]
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"
        Logarithms are clamped at -100, so that the loss is finite.

    Raises
    ------
    ValueError
        If the shapes differ, an element of `input` is outside [0, 1], or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy(fg.tensor([0.5]), fg.tensor([1.0])).item(), 4)
    0.6931
    """

def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross entropy between probabilities and the sigmoid of logits, without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
        Logits.
    target : Tensor, shape of `input`, values in [0, 1]
    weight : Tensor, broadcastable to `input`, optional
        A factor for each element.
    reduction : {"mean", "sum", "none"}, default "mean"
    pos_weight : Tensor, broadcastable to `input`, optional
        A factor for the positive part.

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.BCEWithLogitsLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.binary_cross_entropy_with_logits(fg.zeros(2), fg.ones(2)).item(), 4)
    0.6931
    """

def check_reduction(reduction: str, op: str) -> None:
    """Refuses, in a layer's name, what is no reduction."""

def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross entropy between classes and logits: the negative log-probability that softmax gives each label.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Logits: unnormalised log-probabilities.
    target : integer Tensor, shape (), (N,) or (N, d1, ...); or floating Tensor, shape of `input`
        Class labels in [0, C), or probabilities of the classes.
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing. With probabilities it must be negative.
    reduction : {"mean", "sum", "none"}, default "mean"
        The mean of nothing is NaN.
    label_smoothing : float in [0, 1], default 0.0
        Mix the target with the uniform distribution by this share (Szegedy et al., https://arxiv.org/abs/1512.00567).

    Returns
    -------
    Tensor, shape (), or that of the labels for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit, `reduction` is unknown, `label_smoothing` is not in [0, 1], or `ignore_index` is not
        negative with probabilities.
    TypeError
        If the dtypes of input, probabilities and weight differ, or with labels the weight requires a gradient.
    IndexError
        If a label is out of range; nothing is computed.

    See Also
    --------
    fastgrad.nn.CrossEntropyLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> logits = fg.zeros(2, 4)
    >>> round(fg.nn.functional.cross_entropy(logits, fg.tensor([0, 3])).item(), 4)
    1.3863
    """

def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the absolute differences, their mean or their sum. The gradient at 0 is 0.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.L1Loss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.l1_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    1.5
    """

def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the squared differences, their mean or their sum.

    Parameters
    ----------
    input : Tensor, any shape
    target : Tensor, shape of `input`
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `input` for "none"

    Raises
    ------
    ValueError
        If the shapes differ or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.MSELoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mse_loss(fg.tensor([1.0, 2.0]), fg.tensor([0.0, 0.0])).item()
    2.5
    """

def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Return the negative log-likelihood of classes.

    Parameters
    ----------
    input : Tensor, shape (C,), (N, C) or (N, C, d1, ...)
        Log-probabilities, as from `log_softmax`.
    target : integer Tensor, shape (), (N,) or (N, d1, ...)
        Class labels in [0, C).
    weight : Tensor, shape (C,), optional
        A factor for each class; "mean" divides by the sum of the factors of the labels that occur.
    ignore_index : int, default -100
        Labels equal to it contribute nothing.
    reduction : {"mean", "sum", "none"}, default "mean"

    Returns
    -------
    Tensor, shape (), or that of `target` for "none"

    Raises
    ------
    ValueError
        If the shapes do not fit or `reduction` is unknown.
    TypeError
        If the weight has another dtype than the input, or requires a gradient.
    IndexError
        If a label is out of range.

    See Also
    --------
    fastgrad.nn.NLLLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.nll_loss(fg.tensor([[-1.0, -2.0]]), fg.tensor([1])).item()
    2.0
    """
