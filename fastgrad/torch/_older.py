"""Functions by the names that they had before PyTorch 0.4, which PyTorch still has, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from fastgrad.nn import init
from fastgrad.nn.utils.clip_grad import clip_grad_norm_


def _older(path: str, name: str, function: Callable[..., Any]) -> Any:
    def call(*args: Any, **words: Any) -> Any:
        warnings.warn(f"`{path}.{name}` is now deprecated in favor of `{path}.{name}_`.", FutureWarning, stacklevel=2)
        return function(*args, **words)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"``{name}_``, by its older name."
    return call


_NAMES = """
    uniform normal constant eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal sparse
"""
INIT = {name: _older("nn.init", name, getattr(init, f"{name}_")) for name in _NAMES.split()}
UTILS = {"clip_grad_norm": _older("torch.nn.utils", "clip_grad_norm", clip_grad_norm_)}
