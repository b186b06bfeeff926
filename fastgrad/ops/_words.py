"""What functions that are written in Python say: PyTorch's words for NumPy's, and errors under their own name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from fastgrad.errors import TensorAxisError, TensorTypeError, TensorValueError

Called = TypeVar("Called", bound=Callable[..., Any])
_MEANT = {"dim": "axis", "keepdim": "keepdims"}


def in_both_vocabularies(function: Called) -> Called:
    """Have a function take ``dim`` for ``axis`` and ``keepdim`` for ``keepdims``, of which it has at least the one."""

    @functools.wraps(function)
    def call(*args: Any, **words: Any) -> Any:
        if "dim" in words or "keepdim" in words:
            if "axis" in words or "keepdims" in words:
                raise TypeError(
                    f"{function.__name__}: got words of NumPy's and of PyTorch's in one call, "
                    f"{', '.join(w for w in words if w in (*_MEANT, *_MEANT.values()))}; use those of one"
                )
            words = {_MEANT.get(word, word): value for word, value in words.items()}
        return function(*args, **words)

    return cast("Called", call)


@contextmanager
def speaking_as(op: str) -> Iterator[None]:
    """Have errors of the operations that a function is made of begin with the function's name, not with theirs."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if isinstance(error, TensorAxisError) and error.axis is not None and error.ndim is not None:
            raise TensorAxisError(error.axis, error.ndim, op) from None
        name, colon, rest = str(error).partition(": ")
        kind = TensorTypeError if isinstance(error, TypeError) else TensorValueError
        raise kind(f"{op}: {rest if colon and name.isidentifier() else error}") from None
