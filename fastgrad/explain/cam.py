"""Class activation maps of convolutional layers."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import keeps_model
from fastgrad.explain._model import Attribution, Target, as_batch, check_model
from fastgrad.explain.gradients import _through


def _maps(name: str, model: nn.Module, layer: Any, inputs: Any, target: Target) -> tuple[Any, ...]:
    x = as_batch(name, inputs)
    check_model(name, model)
    out, g, score, chosen = _through(name, model, layer, x, target)
    if out.ndim < 3:
        raise ValueError(f"{name}: the layer must give maps, shape (N, channels, ...), got shape {out.shape}")
    return out, g, score, chosen


@keeps_model
def grad_cam(
    model: nn.Module, layer: nn.Module | str, inputs: Any, target: Target = None, *, relu: bool = True
) -> Attribution:
    """Where a layer's maps speak for the score: the maps, weighted by their mean gradients, summed over channels.

    Parameters
    ----------
    model : Module
        Gives shape (N,) or (N, outputs). It is left as it was, also by an error.
    layer : Module or str
        One of its layers that gives shape (N, channels, *places), or its path; often the last convolution.
    inputs : array_like, shape (N, ...)
        A batch of floating-point numbers.
    target : int or sequence of int, optional
        The output to explain, for all samples or for each; by default each sample's largest.
    relu : bool, default True
        Whether what speaks against the score is 0.

    Returns
    -------
    Attribution
        Of shape (N, 1, *places): the layer's places, not the input's; `nn.functional.interpolate` brings it there.

    References
    ----------
    Selvaraju et al., "Grad-CAM", 2016, https://arxiv.org/abs/1610.02391
    """
    out, g, score, chosen = _maps("grad_cam", model, layer, inputs, target)
    places = tuple(range(2, out.ndim))
    cam = (out * g.mean(axis=places, keepdims=True)).sum(axis=1, keepdims=True)
    return Attribution(fg.maximum(cam, 0) if relu else cam, "grad_cam", chosen, score)


@keeps_model
def grad_cam_plus_plus(model: nn.Module, layer: nn.Module | str, inputs: Any, target: Target = None) -> Attribution:
    """Grad-CAM with weights by place, which finds several objects of a class.

    Parameters and result are those of `grad_cam`. Powers of the gradient stand for the higher derivatives of the
    exponential of the score, as the paper's equation 19 has them.

    References
    ----------
    Chattopadhyay et al., "Grad-CAM++", 2017, https://arxiv.org/abs/1710.11063
    """
    out, g, score, chosen = _maps("grad_cam_plus_plus", model, layer, inputs, target)
    places = tuple(range(2, out.ndim))
    below = 2 * g**2 + out.sum(axis=places, keepdims=True) * g**3
    alpha = fg.where(below == 0, 0.0, g**2 / fg.where(below == 0, 1.0, below))
    weights = (alpha * fg.maximum(g, 0)).sum(axis=places, keepdims=True)
    cam = fg.maximum((weights * out).sum(axis=1, keepdims=True), 0)
    return Attribution(cam, "grad_cam_plus_plus", chosen, score)
