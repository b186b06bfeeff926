# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Return the negative log-likelihood of sequences of labels, whatever steps they are emitted at.

    Connectionist temporal classification: the probabilities of all paths of classes which, without repetitions and then
    without blanks, are the labels, are summed.

    Parameters
    ----------
    log_probs : Tensor, shape (T, N, C) or (T, C)
        Logarithms of the classes' probabilities at each step, as from `log_softmax`.
    targets : integer Tensor, shape (N, S) or (S,), or (sum of target_lengths,)
        Class labels, of each sample the first ones; or those of one sample behind those of another. Floats may hold
        them, too.
    input_lengths, target_lengths : integer Tensor, tuple or list, shape (N,) or ()
        How many steps and how many labels each sample has.
    blank : int, default 0
        The class of no label.
    reduction : {"mean", "sum", "none"}, default "mean"
        "mean" divides each loss by the number of its labels, at least 1, and then takes the mean.
    zero_infinity : bool, default False
        Whether a sample with fewer steps than its labels need has a loss and gradient of 0, instead of infinity.

    Returns
    -------
    Tensor, shape (), or (N,) for "none" (of one sequence without N, ())

    Raises
    ------
    ValueError
        If the shapes do not fit, a length is out of range, `blank` is no class, a target no whole number, or the
        reduction unknown.
    TypeError
        If lengths are no integers, or `log_probs` are neither float32 nor float64.
    IndexError
        If a target is no class.

    Notes
    -----
    The gradient of `log_probs` is PyTorch's, in which the rows are taken for results of `log_softmax`.

    References
    ----------
    Graves, Fernandez, Gomez and Schmidhuber, "Connectionist Temporal Classification", 2006,
    https://www.cs.toronto.edu/~graves/icml_2006.pdf

    See Also
    --------
    fastgrad.nn.CTCLoss

    Examples
    --------
    Of two steps and two classes, three of the four paths are the label 1: "1 1", "- 1", "1 -".

    >>> import fastgrad as fg
    >>> log_probs = fg.log(fg.full((2, 1, 2), 0.5))
    >>> loss = fg.nn.functional.ctc_loss(log_probs, fg.tensor([[1]]), (2,), (1,))
    >>> round(fg.exp(-loss).item(), 4)
    0.75
    """
