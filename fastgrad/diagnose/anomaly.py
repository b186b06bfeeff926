"""Where the first number that is none comes from."""

from __future__ import annotations

from fastgrad import autograd


def detect_anomaly(*, infinite: bool = True) -> autograd.detect_anomaly:
    """Inside, the first NaN or infinity that an operation makes, forward or backward, is an error that says where.

    Parameters
    ----------
    infinite : bool, default True
        Whether infinities that an operation makes of finite numbers are errors. Those of a tensor that was made
        outside of operations, such as a mask of ``-inf``, never are; those that ``masked_fill`` writes are.

    Returns
    -------
    detect_anomaly
        As `autograd.detect_anomaly`, which looks at gradients alone unless told otherwise.

    Raises
    ------
    RuntimeError
        Inside: it names the operation, the layer that it was called in, and the lines that called it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.zeros(2)
    >>> try:
    ...     with fg.diagnose.detect_anomaly():
    ...         y = fg.log(x)
    ... except RuntimeError as error:
    ...     print(str(error).partition("\\n")[0])
    log: it gave -inf in the forward pass, of shape (2,), first at (0,), 2 in all
    """
    return autograd.detect_anomaly(check_inf=infinite, check_forward=True)
