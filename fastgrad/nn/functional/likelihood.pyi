# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def check_eps(eps: float, op: str) -> None:
    """Refuses what keeps nothing away from 0."""

def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Tensor | float, full: bool = False, eps: float = 1e-06, reduction: str = "mean"
) -> Tensor:
    """Return the negative log-likelihood of normal distributions: ``0.5 * (log(var) + (input - target)**2 / var)``.

    Parameters
    ----------
    input : Tensor, any shape
        The distributions' means.
    target : Tensor, broadcastable with `input`
        What was drawn.
    var : Tensor or float
        Their variances, not negative: of the shape of `input`, or of that with one axis of length 1, or without its
        last axis.
    full : bool, default False
        Whether to add the constant ``0.5 * log(2 * pi)``.
    eps : float, default 1e-6
        Smaller variances count as it; their gradients pass all the same.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.

    Returns
    -------
    Tensor, shape (), or the common shape for "none"

    Raises
    ------
    ValueError
        If a variance is negative, `eps` is not positive, the shapes do not fit, or the reduction is unknown.

    References
    ----------
    Nix and Weigend, "Estimating the mean and variance of the target probability distribution", 1994

    See Also
    --------
    fastgrad.nn.GaussianNLLLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gaussian_nll_loss(fg.zeros(2), fg.ones(2), fg.ones(2)).item()
    0.5
    """

def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return the Kullback-Leibler divergence of distributions: ``target * (log(target) - input)``, elementwise.

    Parameters
    ----------
    input : Tensor, any shape
        Log-probabilities.
    target : Tensor, broadcastable with `input`
        Probabilities, of which 0 gives 0.
    reduction : {"mean", "batchmean", "sum", "none"}, default "mean"
        "batchmean" is the sum divided by the length of the first axis: the divergence as it is defined, its mean over
        a batch. "mean" divides by the number of elements.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.
    log_target : bool, default False
        Whether `target` is the logarithms: ``exp(target) * (target - input)``.

    Returns
    -------
    Tensor, shape (), or the common shape for "none"

    Raises
    ------
    ValueError
        If the shapes do not broadcast or the reduction is unknown.

    References
    ----------
    Kullback and Leibler, "On Information and Sufficiency", 1951

    See Also
    --------
    fastgrad.nn.KLDivLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> half = fg.tensor([[0.5, 0.5]])
    >>> fg.nn.functional.kl_div(fg.log(half), half, reduction="batchmean").item()
    0.0
    """

def kl_reduction(reduction: str, size_average: bool | None, reduce: bool | None, op: str) -> str:
    """Return the reduction of a divergence, as `reduction_name` does; it may be that of a batch."""

def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-08,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood of counts of a Poisson distribution.

    Parameters
    ----------
    input : Tensor, any shape
        The distribution's expectation, or its logarithm.
    target : Tensor, broadcastable with `input`
        Counts.
    log_input : bool, default True
        Whether `input` is the logarithm: ``exp(input) - target * input``, else ``input - target * log(input + eps)``.
    full : bool, default False
        Whether to add, where ``target > 1``, Stirling's approximation of the factorial's logarithm,
        ``target * log(target) - target + 0.5 * log(2 * pi * target)``.
    eps : float, default 1e-8
        What is added to the rate before its logarithm is taken, without `log_input`.
    reduction : {"mean", "sum", "none"}, default "mean"
        Whether the losses' mean or sum is returned, or each loss.
    size_average, reduce : bool, optional
        What PyTorch had before `reduction`, and which it follows where they are given.

    Returns
    -------
    Tensor, shape (), or the common shape for "none"

    Raises
    ------
    ValueError
        If the shapes do not broadcast or the reduction is unknown.

    See Also
    --------
    fastgrad.nn.PoissonNLLLoss

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.poisson_nll_loss(fg.tensor([0.0]), fg.tensor([2.0])).item()
    1.0
    """
