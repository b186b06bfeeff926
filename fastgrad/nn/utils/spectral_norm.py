"""Weights over their largest singular values, as attributes of the layer. `parametrizations.spectral_norm` is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import fastgrad as fg
from fastgrad._tensor.convert import whole
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import check_owner, size
from fastgrad.nn.parameter import Parameter
from fastgrad.nn.utils.weight_norm import check_axis, find_weight

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.nn.module import Module

M = TypeVar("M", bound="Module")


def unit(vector: Tensor, eps: float) -> Tensor:
    """A vector over its norm."""
    return vector / max(float(fg.norm(vector.detach()).item()), eps)


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """A weight with one axis in front and the others as one."""
    return fg.moveaxis(weight, dim, 0).reshape(weight.shape[dim], -1)


def default_axis(module: Any, dim: int | None) -> int:
    """The axis of outputs: of transposed convolutions the second."""
    if dim is not None:
        return whole(dim, "spectral_norm", "dim")
    return 1 if any(kind.__name__.startswith("ConvTranspose") for kind in type(module).__mro__) else 0


def check_iterations(n_power_iterations: int) -> int:
    """How many iterations there are."""
    if whole(n_power_iterations, "spectral_norm", "n_power_iterations") <= 0:
        raise TensorValueError(f"spectral_norm: n_power_iterations must be positive, got {n_power_iterations}")
    return size(n_power_iterations, "spectral_norm", "n_power_iterations")


class SpectralNorm:
    """The hook that computes the weight before each call."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        self.name = name
        self.n_power_iterations: int = check_iterations(n_power_iterations)
        self.dim = dim
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Tensor:
        """The weight over an estimate of its largest singular value, which power iteration improves."""
        weight: Tensor = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with fg.no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(unit(matrix.mT @ u, self.eps))
                    u.copy_(unit(matrix @ v, self.eps))
                u, v = u.clone(), v.clone()  # so that the next call may change them before this one's gradients
        normalized: Tensor = weight / (u @ (matrix @ v))
        return normalized

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    """Divide a weight by its largest singular value, which each training call improves an estimate of.

    Parameters
    ----------
    module : Module
        A layer with the parameter.
    name : str, default "weight"
        The parameter is called ``name + "_orig"``, the singular vectors are buffers ``name + "_u"`` and
        ``name + "_v"``; the attribute `name` is computed before each call.
    n_power_iterations : int, default 1
        For each call in training mode.
    eps : float, default 1e-12
        The least norm that is divided by.
    dim : int, optional
        The axis of outputs: by default 0, of transposed convolutions 1.

    Returns
    -------
    Module
        The same.

    Raises
    ------
    ValueError
        If there is no such parameter, it has no shape yet, or there are no iterations.
    RuntimeError
        If it is normalised already.

    References
    ----------
    Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1802.05957

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.spectral_norm(fg.nn.Linear(20, 40))
    >>> layer.weight_u.shape, layer(fg.zeros(1, 20)).shape
    ((40,), (1, 40))
    """
    check_owner(module, name, "spectral_norm")
    if any(isinstance(hook, SpectralNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(f"spectral_norm: parameter {name!r} is normalised already")
    weight = find_weight(module, name, "spectral_norm")
    axis = check_axis(weight, default_axis(module, dim), "spectral_norm")
    hook = SpectralNorm(name, n_power_iterations, axis, eps)
    height, width = as_matrix(weight.detach(), axis).shape
    u = unit(fg.randn(height, dtype=weight.dtype), eps)
    v = unit(fg.randn(width, dtype=weight.dtype), eps)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
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
        If it is not normalised by `spectral_norm`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.utils.remove_spectral_norm(fg.nn.utils.spectral_norm(fg.nn.Linear(2, 4)))
    >>> [name for name, _ in layer.named_parameters()]
    ['bias', 'weight']
    """
    check_owner(module, name, "remove_spectral_norm")
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            weight = hook.compute_weight(module, False).detach()
            del module._forward_pre_hooks[key]
            for attribute in (name, name + "_u", name + "_v", name + "_orig"):
                delattr(module, attribute)
            module.register_parameter(name, Parameter(weight))
            return module
    raise TensorValueError(f"remove_spectral_norm: parameter {name!r} of {type(module).__name__} is not normalised")
