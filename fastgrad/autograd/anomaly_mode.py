"""Finding the operation whose result, or gradient, is not a number."""

from __future__ import annotations

import contextlib
from types import TracebackType

from fastgrad.autograd._anomaly import Watcher, enter_module, leave_module, watch


class detect_anomaly:
    """Inside, a backward pass in which a gradient becomes NaN is an error, and errors say where their operation was.

    The forward pass must be inside, too, for that. Every gradient is looked at, so that a pass takes several times as
    long.

    Parameters
    ----------
    check_nan : bool, default True
        Whether NaN is an error.
    check_inf : bool, default False
        Whether infinities are, too.
    check_forward : bool, default False
        Whether the results of operations are looked at, too, also of those that are not recorded. The error is raised
        by the next operation, or at the block's end.

    Raises
    ------
    RuntimeError
        It names the operation, the lines that called it, the layer that it was called in, and where the first NaN is:
        in the backward pass in the gradient of which of its inputs, in the forward pass in its result, or in which
        of its inputs, if it came in with that.

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

    def __init__(self, check_nan: bool = True, *, check_inf: bool = False, check_forward: bool = False) -> None:
        self.check_nan = check_nan
        self.check_inf = check_inf
        self.check_forward = check_forward
        self._entered: list[tuple[contextlib.ExitStack, Watcher, tuple[bool, bool]]] = []

    def __enter__(self) -> None:
        from fastgrad.nn import hooks

        stack = contextlib.ExitStack()
        stack.enter_context(hooks.register_module_forward_pre_hook(enter_module))
        stack.enter_context(hooks.register_module_forward_hook(leave_module, always_call=True))
        watcher = Watcher(self.check_forward, self.check_inf)
        watcher.__enter__()
        self._entered.append((stack, watcher, watch(1, self.check_nan, self.check_inf)))
        _inside.append(self)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        stack, watcher, before = self._entered.pop()
        _inside.remove(self)
        try:
            watcher.__exit__(kind, error, traceback)
        finally:
            stack.close()
            watch(-1, *before)


_set: list[detect_anomaly] = []
_inside: list[detect_anomaly] = []


class set_detect_anomaly:
    """Sets at once whether `detect_anomaly` is on; as a context manager, restores it at the end.

    Parameters
    ----------
    mode : bool
        Whether backward passes look for what is not finite.
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


def is_anomaly_enabled() -> bool:
    """Return whether `detect_anomaly` is on."""
    return bool(_inside)


def is_anomaly_check_nan_enabled() -> bool:
    """Return whether NaN is an error where `detect_anomaly` is on."""
    return _inside[-1].check_nan if _inside else True


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Set at once whether `detect_anomaly` is on; see `set_detect_anomaly`."""
    set_detect_anomaly(mode, check_nan)
