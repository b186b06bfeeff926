"""PyTorch's words for NumPy's, in functions that are written in Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

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
