"""Modules of one architecture, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._arguments import as_list, check_instance
from fastgrad._tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Stack the parameters of several modules of one architecture, and their buffers, for `vmap` over the modules.

    Parameters
    ----------
    models : list of Module
        Modules of one class, with parameters and buffers of the same names and shapes.

    Returns
    -------
    parameters, buffers : dict of str to Tensor
        Stacked along a new first axis; the parameters are leaves.

    Raises
    ------
    RuntimeError
        If there are none, they are of several classes, or some train and some do not.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.func import functional_call, stack_module_state, vmap
    >>> models = [fg.nn.Linear(2, 1) for _ in range(3)]
    >>> parameters, buffers = stack_module_state(models)
    >>> def call(parameters, buffers, x):
    ...     return functional_call(models[0], {**parameters, **buffers}, (x,))
    >>> vmap(call, in_dims=(0, 0, None))(parameters, buffers, fg.ones(4, 2)).shape
    (3, 4, 1)
    """
    models = as_list(models, "stack_module_state", "models", "a list of modules")
    for i, model in enumerate(models):
        check_instance(model, fg.nn.Module, "stack_module_state", f"models[{i}]")
    if not models:
        raise RuntimeError("stack_module_state: at least one module must be given, got none")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: modules must be of one class")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: all modules must be in training mode, or none")

    def stacked(named: list[dict[str, Tensor]], leaf: bool) -> dict[str, Tensor]:
        found = {}
        for name in named[0]:
            tensors = [one[name] for one in named]
            with fg.no_grad():
                whole = fg.stack(tensors)
            found[name] = whole.requires_grad_(tensors[0].requires_grad) if leaf else whole
        return found

    parameters = stacked([dict(model.named_parameters()) for model in models], True)
    buffers = stacked([dict(model.named_buffers()) for model in models], False)
    return parameters, buffers
