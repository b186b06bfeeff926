"""Weights as norms times directions, as attributes of the layer. `parametrizations.weight_norm` is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import fastgrad as fg
from fastgrad._tensor.convert import axis_number, whole
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import check_owner
from fastgrad.nn.parameter import Parameter, is_lazy

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.nn.module import Module

M = TypeVar("M", bound="Module")


def norm_except_dim(weight: Tensor, dim: int) -> Tensor:
    """The norms of all slices along an axis, with axes of size 1 for the others; of the whole for -1."""
    if dim == -1:
        return fg.norm(weight)
    axis = check_axis(weight, dim, "weight_norm")
    slices = fg.moveaxis(weight, axis, 0).reshape(weight.shape[axis], -1)
    return fg.norm(slices, axis=1).reshape(tuple(n if i == axis else 1 for i, n in enumerate(weight.shape)))


def check_axis(weight: Tensor, dim: int, operation: str) -> int:
    """An axis of a weight, counted from 0."""
    return axis_number(whole(dim, operation, "dim"), weight.ndim, operation)


def find_weight(module: Any, name: str, operation: str) -> Any:
    """The parameter of that name."""
    check_owner(module, name, operation)
    weight = module._parameters.get(name)
    if weight is None:
        raise TensorValueError(f"{operation}: {type(module).__name__} has no parameter {name!r}")
    if is_lazy(weight):
        raise TensorValueError(f"{operation}: parameter {name!r} has no shape yet; call the lazy module once before")
    return weight


class WeightNorm:
    """The hook that computes the weight before each call."""

    def __init__(self, name: str, dim: int) -> None:
        self.name = name
        self.dim = dim

    def compute_weight(self, module: Module) -> Tensor:
        """The weight of its norms and directions."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        weight: Tensor = v * (g / norm_except_dim(v, self.dim))
        return weight

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Learn a weight as ``g * v / norm(v)``: its norms g and its directions v become the parameters.

    Parameters
    ----------
    module : Module
        A layer with the parameter.
    name : str, default "weight"
        The parameters are called ``name + "_g"`` and ``name + "_v"``; the attribute `name` is computed before each
        call.
    dim : int or None, default 0
        There is a norm for each slice along this axis; one for all for None, and for -1, as PyTorch has it.

    Returns
    -------
    Module
        The same.

    Raises
    ------
    ValueError
        If there is no such parameter, or it has no shape yet.
    RuntimeError
        If it is normalised already.

    References
    ----------
    Salimans and Kingma, "Weight Normalization", 2016, https://arxiv.org/abs/1602.07868

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.weight_norm(fg.nn.Linear(20, 40))
    >>> layer.weight_g.shape, layer.weight_v.shape
    ((40, 1), (40, 20))
    """
    check_owner(module, name, "weight_norm")
    if any(isinstance(hook, WeightNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(f"weight_norm: parameter {name!r} is normalised already")
    weight = find_weight(module, name, "weight_norm")
    axis = -1 if dim is None else whole(dim, "weight_norm", "dim")
    hook = WeightNorm(name, axis if axis == -1 else check_axis(weight, axis, "weight_norm"))
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight.detach(), hook.dim)))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Make a weight a parameter again, of the value that it has.

    Parameters
    ----------
    module : Module
        What was given to the function that added it.
    name : str, default "weight"
        The parameter's name.

    Returns
    -------
    Module
        The same.

    Raises
    ------
    ValueError
        If it is not normalised by `weight_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.remove_weight_norm(fg.nn.utils.weight_norm(fg.nn.Linear(2, 4)))
    >>> [name for name, _ in layer.named_parameters()]
    ['bias', 'weight']
    """
    check_owner(module, name, "remove_weight_norm")
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            weight = hook.compute_weight(module).detach()
            del module._forward_pre_hooks[key]
            for attribute in (name, name + "_g", name + "_v"):
                delattr(module, attribute)
            module.register_parameter(name, Parameter(weight))
            return module
    raise TensorValueError(f"remove_weight_norm: parameter {name!r} of {type(module).__name__} is not normalised")
