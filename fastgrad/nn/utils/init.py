"""Making modules whose parameters are not drawn."""

from __future__ import annotations

from typing import Any

from fastgrad.nn import init


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Make a module without drawing its parameters, the values of which are not set: for those that are loaded next.

    Parameters
    ----------
    module_cls : type
        A class of modules that draw their parameters by `nn.init`.
    *args, **kwargs
        What it is made with.

    Returns
    -------
    Module

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.skip_init(fg.nn.Linear, 20, 30)
    >>> layer.weight.shape
    (30, 20)
    """
    from fastgrad.nn.module import Module

    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        raise RuntimeError(f"skip_init: module_cls must be a class of modules, got {module_cls!r}")
    token = init._drawing.set(False)
    try:
        return module_cls(*args, **kwargs)
    finally:
        init._drawing.reset(token)
