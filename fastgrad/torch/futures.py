"""Results that are set later, by whoever computes them: `Future`, and what waits for several."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any


class Future:
    """A result that somebody sets. Callbacks run in the thread that sets it.

    Parameters
    ----------
    devices : optional
        Of accelerators, and there are none.

    Examples
    --------
    >>> from fastgrad.torch.futures import Future
    >>> first = Future()
    >>> second = first.then(lambda f: f.value() + 1)
    >>> first.set_result(1)
    >>> second.wait()
    2
    """

    def __init__(self, *, devices: Any = None) -> None:
        self._future: concurrent.futures.Future[Any] = concurrent.futures.Future()

    @classmethod
    def __class_getitem__(cls, kind: Any) -> Any:
        return cls

    def done(self) -> bool:
        """Whether there is a result, or an exception."""
        return self._future.done()

    def wait(self) -> Any:
        """Wait for the result and return it, or raise the exception that was set instead."""
        return self._future.result()

    def value(self) -> Any:
        """Return the result, which must be there."""
        if not self.done():
            raise RuntimeError("Future.value: there is no result yet; wait() waits for it")
        return self._future.result()

    def set_result(self, result: Any) -> None:
        """Set the result, once."""
        self._once("set_result")
        self._future.set_result(result)

    def set_exception(self, result: BaseException) -> None:
        """Set an exception, which whoever asks for the result gets."""
        if not isinstance(result, Exception):
            raise AssertionError(f"set_exception: an Exception is wanted, got {result!r}")
        self._once("set_exception")
        self._future.set_exception(result)

    def _once(self, word: str) -> None:
        if self.done():
            raise RuntimeError(f"Future.{word}: the future has its result")

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Have a function called with this future when it has its result, or now if it has."""
        self._future.add_done_callback(lambda _: callback(self))

    def then(self, callback: Callable[[Future], Any]) -> Future:
        """Return the future of what a function gives for this one when it has its result."""
        after = Future()

        def call(_: Any) -> None:
            try:
                after.set_result(callback(self))
            except Exception as error:
                after.set_exception(error)

        self._future.add_done_callback(call)
        return after


def collect_all(futures: list[Future]) -> Future:
    """Return the future of a list of futures, which has its result when all of them have theirs."""
    from threading import Lock

    together, waits, lock = Future(), len(futures), Lock()

    def count(_: Any) -> None:
        nonlocal waits
        with lock:
            waits -= 1
            last = waits == 0
        if last:
            together.set_result(futures)

    for future in futures:
        future._future.add_done_callback(count)
    if not futures:
        together.set_result([])
    return together


def wait_all(futures: list[Future]) -> list[Any]:
    """Wait for all futures and return their results."""
    return [future.wait() for future in futures]
