"""Finding the operation whose gradient is not a number."""

from __future__ import annotations

from fastgrad.autograd._anomaly import Watcher, watch


class detect_anomaly:
    """Inside, a backward pass in which a gradient becomes NaN is an error, and errors say where their operation was.

    The forward pass must be inside, too, for that. Every gradient is looked at, so that a pass takes several times as
    long.

    Parameters
    ----------
    check_nan : bool, default True
        Whether NaN is an error.

    Raises
    ------
    RuntimeError
        In the backward pass: it names the operation, the lines that called it, which of its inputs the gradient is of,
        and where in that the first NaN is.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([1.0, -1.0], requires_grad=True)
    >>> with fg.autograd.detect_anomaly():
    ...     y = fg.sqrt(x).sum()
    ...     try:
    ...         y.backward()
    ...     except RuntimeError as error:
    ...         print(str(error).partition("\\n")[0])
    sqrt: its gradient rule gave nan for input 0, of shape (2,), first at (1,), 1 in all
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        self._entered: list[tuple[Watcher, bool]] = []

    def __enter__(self) -> None:
        watcher = Watcher()
        watcher.__enter__()
        self._entered.append((watcher, watch(1, self.check_nan)))

    def __exit__(self, *error: object) -> None:
        watcher, before = self._entered.pop()
        watcher.__exit__(None, None, None)
        watch(-1, before)


_set: list[detect_anomaly] = []


class set_detect_anomaly:
    """Sets at once whether `detect_anomaly` is on; as a context manager, restores it at the end.

    Parameters
    ----------
    mode : bool
    check_nan : bool, default True
        Whether NaN is an error.

    Examples
    --------
    >>> import fastgrad as fg
    >>> _ = fg.autograd.set_detect_anomaly(True)
    >>> _ = fg.autograd.set_detect_anomaly(False)
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = [block.check_nan for block in _set]
        self._switch([check_nan] if mode else [])

    @staticmethod
    def _switch(blocks: list[bool]) -> None:
        while _set:
            _set.pop().__exit__()
        for check_nan in blocks:
            _set.append(detect_anomaly(check_nan))
            _set[-1].__enter__()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        self._switch(self._before)
