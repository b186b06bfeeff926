"""Losses of distributions: likelihoods of what was observed, and their divergence; in plain operations."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError
from fastgrad.nn.functional._losses import operands, reduced
from fastgrad.nn.functional.loss import reduction_name
from fastgrad.ops.choose import where
from fastgrad.ops.creation import full as filled
from fastgrad.ops.math import exp, log


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
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
    how = reduction_name(reduction, size_average, reduce, "poisson_nll_loss")
    least = real(eps, "poisson_nll_loss", "eps")
    x, y = operands(input, target, "poisson_nll_loss")
    losses = exp(x) - y * x if log_input else x - y * log(x + least)
    if full:
        many = y > 1.0
        count = where(many, y, 1.0)
        stirling = count * log(count) - count + 0.5 * log(count * 6.283185307179586)
        losses = losses + where(many, stirling, 0.0)
    return reduced(losses, how)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Tensor | float, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
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
    how = reduction_name(reduction, None, None, "gaussian_nll_loss")
    least = real(eps, "gaussian_nll_loss", "eps")
    check_eps(least, "gaussian_nll_loss")
    x, y = operands(input, target, "gaussian_nll_loss")
    v = _variance(x, var)
    if v.size and bool((v < 0.0).any()):
        raise TensorValueError(f"gaussian_nll_loss: var must not be negative, got {v.min().item()}")
    fixed = v.detach()
    v = where(fixed < least, least + (v - fixed), v)  # a gradient passes what is clipped
    losses = 0.5 * (log(v) + (x - y) ** 2 / v)
    return reduced(losses + 0.9189385332046727 if full else losses, how)


def check_eps(eps: float, op: str) -> None:
    """Refuses what keeps nothing away from 0."""
    if not eps > 0.0:
        raise TensorValueError(f"{op}: eps must be positive, got {eps}")


def _variance(x: Tensor, var: Tensor | float) -> Tensor:
    """The variances beside the means x: their shape broadcasts to x's."""
    if isinstance(var, (float, int)):
        return filled(x.shape, real(var, "gaussian_nll_loss", "var"), dtype=x.dtype)
    v = operands(x, var, "gaussian_nll_loss", ("input", "var"))[1]
    if v.shape == x.shape:
        return v
    if x.ndim > 0 and v.shape == x.shape[:-1]:
        return v.unsqueeze(-1)
    if x.ndim == v.ndim and [b for a, b in zip(x.shape, v.shape, strict=True) if a != b] == [1]:
        return v
    raise TensorValueError(
        f"gaussian_nll_loss: var must have the input's shape {x.shape}, one axis of length 1 instead, or "
        f"no last axis, got {v.shape}"
    )


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
    name = kl_reduction(reduction, size_average, reduce, "kl_div")
    of_batch = name == "batchmean"
    how = reduction_name("sum" if of_batch else name, None, None, "kl_div")
    x, y = operands(input, target, "kl_div")
    losses = exp(y) * (y - x) if log_target else y * log(where(y == 0.0, 1.0, y)) - y * x
    total = reduced(losses, how)
    return total / x.shape[0] if of_batch and x.ndim > 0 else total


def kl_reduction(reduction: str, size_average: bool | None, reduce: bool | None, op: str) -> str:
    """Return the reduction of a divergence, as `reduction_name` does; it may be that of a batch."""
    if reduction == "batchmean" and size_average is None and reduce is None:
        return reduction
    try:
        return reduction_name(reduction, size_average, reduce, op)
    except ValueError:
        raise TensorValueError(
            f"{op}: reduction must be 'none', 'batchmean', 'mean' or 'sum', got {reduction!r}"
        ) from None
