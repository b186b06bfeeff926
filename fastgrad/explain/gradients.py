"""Attributions by gradients of the score with respect to the input, or along a path to it."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import as_array, check_count, check_number, keeps_model
from fastgrad._tensor import Tensor
from fastgrad.explain._model import (
    Attribution,
    Model,
    Target,
    as_batch,
    check_model,
    find_layer,
    gradient,
    only,
    output_of,
    pick,
    scores_of,
)


def _input_gradient(name: str, model: Model, x: Tensor, target: Target) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """The gradient with respect to the input, the scores, and the targets."""
    x = x.detach().requires_grad_(True)
    with fg.enable_grad():
        score, chosen = scores_of(name, model, x, target)
    return gradient(name, score, [x])[0], score.detach(), chosen


@keeps_model
def saliency(model: Model, inputs: Any, target: Target = None, *, absolute: bool = True) -> Attribution:
    """How fast the score changes with each element of the input: the gradient, or its absolute value.

    Parameters
    ----------
    model : Module or function
        Gives shape (N,) or (N, outputs) for a batch. It is left as it was, also by an error.
    inputs : array_like, shape (N, ...)
        A batch of floating-point numbers.
    target : int or sequence of int, optional
        The output to explain, for all samples or for each; by default each sample's largest.
    absolute : bool, default True
        Whether the sign is left out.

    Returns
    -------
    Attribution
        Of the inputs' shape.

    Raises
    ------
    ValueError
        If the model is in training mode, its output has another shape, or the target is none of its outputs.

    References
    ----------
    Simonyan et al., "Deep inside convolutional networks", 2013, https://arxiv.org/abs/1312.6034

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.explain.saliency(lambda x: (x * fg.tensor([1.0, -2.0])).sum(axis=1), [[3.0, 4.0]]).values.tolist()
    [[1.0, 2.0]]
    """
    x = as_batch("saliency", inputs)
    check_model("saliency", model)
    g, score, chosen = _input_gradient("saliency", model, x, target)
    return Attribution(fg.abs(g) if absolute else g, "saliency", chosen, score)


@keeps_model
def gradient_times_input(model: Model, inputs: Any, target: Target = None) -> Attribution:
    """The gradient times the input: what each element contributes to the score of a linear model.

    Parameters and errors are those of `saliency`.

    References
    ----------
    Shrikumar et al., "Not just a black box", 2016, https://arxiv.org/abs/1605.01713
    """
    x = as_batch("gradient_times_input", inputs)
    check_model("gradient_times_input", model)
    g, score, chosen = _input_gradient("gradient_times_input", model, x, target)
    return Attribution(g * x, "gradient_times_input", chosen, score)


@keeps_model
def smooth_grad(
    model: Model,
    inputs: Any,
    target: Target = None,
    *,
    samples: int = 50,
    deviation: float = 0.15,
    noise: Any = None,
    squared: bool = False,
    generator: fg.Generator | None = None,
) -> Attribution:
    """The mean gradient over noisy copies of the input.

    Parameters
    ----------
    model, inputs, target
        As for `saliency`.
    samples : int, default 50
        Copies of each input.
    deviation : float, default 0.15
        Of the normal noise, in the input's units.
    noise : array_like, shape (samples, N, ...), optional
        The noise itself, instead of drawing it.
    squared : bool, default False
        Take the mean of the squared gradients (Hooker et al. 2019).
    generator : Generator, optional
        Where noise is drawn from; by default a new generator of seed 0, so that nothing else's numbers change.

    Returns
    -------
    Attribution
        Of the inputs' shape; the targets are those of the input without noise.

    References
    ----------
    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017, https://arxiv.org/abs/1706.03825
    """
    name = "smooth_grad"
    x = as_batch(name, inputs)
    if noise is None:
        check_count(name, "samples", samples)
        check_number(name, "deviation", deviation)
        drawn = fg.randn(samples, *x.shape, dtype=x.dtype, generator=generator or fg.Generator(0)) * deviation
    else:
        drawn = fg.asarray(noise, dtype=x.dtype)
        if drawn.shape[1:] != x.shape or drawn.shape[0] == 0:
            raise ValueError(f"{name}: noise must have shape (samples, {str(x.shape)[1:]}, got {drawn.shape}")
    check_model(name, model)
    with fg.no_grad():
        score, chosen = scores_of(name, model, x, target)
    total = fg.zeros_like(x)
    for one in drawn:
        g = _input_gradient(name, model, x + one, chosen or None)[0]
        total += g * g if squared else g
    return Attribution(total / len(drawn), name, chosen, score.detach())


def _rule(points: int, rule: str, name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Places in (0, 1) and weights of a quadrature."""
    check_count(name, "steps", points)
    if rule == "gauss-legendre":
        at, weights = np.polynomial.legendre.leggauss(points)
        return (at + 1) / 2, weights / 2
    if rule == "midpoint":
        return (np.arange(points) + 0.5) / points, np.full(points, 1 / points)
    raise ValueError(f"{name}: rule must be 'gauss-legendre' or 'midpoint', got {rule!r}")


def _baseline(name: str, x: Tensor, baseline: Any) -> Tensor:
    base = fg.zeros_like(x) if baseline is None else fg.asarray(baseline, dtype=x.dtype)
    try:
        return fg.broadcast_to(base, x.shape)
    except ValueError:
        raise ValueError(f"{name}: baseline of shape {base.shape} must broadcast to the inputs' {x.shape}") from None


@keeps_model
def integrated_gradients(
    model: Model,
    inputs: Any,
    target: Target = None,
    *,
    baseline: Any = None,
    steps: int = 50,
    rule: str = "gauss-legendre",
) -> Attribution:
    """The gradient along the straight path from a baseline to the input, times the way.

    The attributions add up to the difference of the two scores; `Attribution.error` says how far they are from that.

    Parameters
    ----------
    model, inputs, target
        As for `saliency`.
    baseline : array_like, optional
        Where the path begins, of a shape that broadcasts to the inputs'; by default 0.
    steps : int, default 50
        Points on the path.
    rule : {"gauss-legendre", "midpoint"}
        How they lie.

    References
    ----------
    Sundararajan et al., "Axiomatic attribution for deep networks", 2017, https://arxiv.org/abs/1703.01365

    Examples
    --------
    >>> import fastgrad as fg
    >>> found = fg.explain.integrated_gradients(lambda x: (x * x).sum(axis=1), [[1.0, 2.0]])
    >>> [round(value, 4) for value in found.values[0].tolist()], abs(found.error.item()) < 1e-5
    ([1.0, 4.0], True)
    """
    name = "integrated_gradients"
    x = as_batch(name, inputs)
    base = _baseline(name, x, baseline)
    at, weights = _rule(steps, rule, name)
    check_model(name, model)
    with fg.no_grad():
        score, chosen = scores_of(name, model, x, target)
        start = scores_of(name, model, base, chosen or None)[0]
    total = fg.zeros_like(x)
    for place, weight in zip(at, weights, strict=True):
        g = _input_gradient(name, model, base + (x - base) * float(place), chosen or None)[0]
        total += g * float(weight)
    values = total * (x - base)
    error = values.reshape(len(x), -1).sum(axis=1) - (score - start).detach()
    return Attribution(values, name, chosen, score.detach(), error)


@keeps_model
def guided_backprop(model: nn.Module, inputs: Any, target: Target = None) -> Attribution:
    """The gradient, where every ReLU lets only positive gradients through.

    ReLUs are the model's `nn.ReLU` modules; one that is called as a function is seen by nobody, and passes all.

    References
    ----------
    Springenberg et al., "Striving for simplicity: the all convolutional net", 2014, https://arxiv.org/abs/1412.6806
    """
    name = "guided_backprop"
    x = as_batch(name, inputs)
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name}: the model must be a Module, whose ReLUs can be found, got {type(model).__name__}")
    relus = [module for module in model.modules() if isinstance(module, nn.ReLU)]
    if not relus:
        raise ValueError(f"{name}: the model must have nn.ReLU layers; without them this is saliency(absolute=False)")
    if any(module.inplace for module in relus):
        raise ValueError(f"{name}: ReLUs that write in place have no gradients of their own; make them inplace=False")

    def positive(_module: Any, gradients: tuple[Tensor | None, ...], _output: Any) -> tuple[Tensor | None, ...]:
        return tuple(None if g is None else fg.maximum(g, 0) for g in gradients)

    check_model(name, model)
    with contextlib.ExitStack() as hooks:
        for module in relus:
            hooks.enter_context(module.register_full_backward_hook(positive))
        g, score, chosen = _input_gradient(name, model, x, target)
    return Attribution(g, name, chosen, score)


# ---- layers ----------------------------------------------------------------------------------------------------------


def _through(
    name: str, model: Any, layer: Any, x: Tensor, target: Target
) -> tuple[Tensor, Tensor, Tensor, tuple[int, ...]]:
    """A layer's output, the gradient of the scores with respect to it, the scores, and the targets."""
    module = find_layer(name, model, layer)
    with fg.enable_grad(), output_of(module, name) as seen:
        score, chosen = scores_of(name, model, x.detach().requires_grad_(True), target)
    out = only(name, seen)
    return out.detach(), gradient(name, score, [out])[0], score.detach(), chosen


@keeps_model
def layer_activation(model: nn.Module, layer: nn.Module | str, inputs: Any) -> Tensor:
    """Return what a layer gives for these inputs, without history.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error.
    layer : Module or str
        One of the model's layers, or its path as `named_modules` has it.
    inputs : array_like, shape (N, ...)
        A batch of floating-point numbers.
    """
    name = "layer_activation"
    x = as_batch(name, inputs)
    check_model(name, model)
    with fg.no_grad(), output_of(find_layer(name, model, layer), name) as seen:
        model(x.clone())
    return only(name, seen).detach()


@keeps_model
def layer_gradient_times_activation(
    model: nn.Module, layer: nn.Module | str, inputs: Any, target: Target = None
) -> Attribution:
    """A layer's output times the gradient of the score with respect to it.

    Parameters are those of `layer_activation` and `saliency`; the result has the layer's output's shape.
    """
    name = "layer_gradient_times_activation"
    x = as_batch(name, inputs)
    check_model(name, model)
    out, g, score, chosen = _through(name, model, layer, x, target)
    return Attribution(out * g, name, chosen, score)


@keeps_model
def layer_integrated_gradients(
    model: nn.Module,
    layer: nn.Module | str,
    inputs: Any,
    target: Target = None,
    *,
    baseline: Any = None,
    steps: int = 50,
    rule: str = "gauss-legendre",
) -> Attribution:
    """Integrated gradients of a layer's output: along the path between what it gives for baseline and input.

    What words have to do with a score, for example: the layer is the embedding, and the inputs may be integers.
    Parameters are those of `integrated_gradients` and `layer_activation`; the baseline is a batch of inputs (by default
    zeros). The result has the layer's output's shape.
    """
    name = "layer_integrated_gradients"
    x = as_array(name, "inputs", inputs)
    if x.ndim < 1 or x.shape[0] == 0:
        raise ValueError(f"{name}: inputs must be a batch, its first axis not empty, got shape {x.shape}")
    base = _baseline(name, x, baseline)
    at, weights = _rule(steps, rule, name)
    module = find_layer(name, model, layer)
    check_model(name, model)
    with fg.no_grad(), output_of(module, name) as seen:
        score, chosen = scores_of(name, model, x, target)
        start = pick(model(base.clone()), chosen)
    if len(seen) != 2:
        only(name, seen[: len(seen) // 2])
    end, begin = (out.detach() for out in seen)
    total = fg.zeros_like(end)
    for place, weight in zip(at, weights, strict=True):
        here = (begin + (end - begin) * float(place)).requires_grad_(True)
        with fg.enable_grad(), output_of(module, name, instead=here):
            on_path = scores_of(name, model, x, chosen or None)[0]
        total += gradient(name, on_path, [here])[0] * float(weight)
    values = total * (end - begin)
    error = values.reshape(len(x), -1).sum(axis=1) - (score - start).detach()
    return Attribution(values, name, chosen, score.detach(), error)


@keeps_model
def token_attributions(
    model: nn.Module,
    layer: nn.Module | str,
    tokens: Any,
    target: Target = None,
    *,
    baseline: Any = 0,
    steps: int = 50,
    rule: str = "gauss-legendre",
) -> Attribution:
    """How much each token of a text has to do with the score: integrated gradients of its embedding, added up.

    The path leads from the embeddings of the baseline's tokens to those of the text's, so that the attributions of a
    text add up to the difference of the two scores; `Attribution.error` says how far they are from that.

    Parameters
    ----------
    model : Module
        It takes tokens, and is left as it was, also by an error.
    layer : Module or str
        The model's embedding, or its path.
    tokens : array_like of int, shape (N, L)
        A batch of texts, L tokens each.
    target
        As for `saliency`.
    baseline : int or array_like of int, default 0
        The token that stands for none, such as padding; or one for each place.
    steps, rule
        As for `integrated_gradients`.

    Returns
    -------
    Attribution
        Of shape (N, L). `color_tokens` and `draw_tokens` show a line of it.

    Raises
    ------
    TypeError
        If the tokens are not integers.
    ValueError
        As by `integrated_gradients`; and if the layer's output is not of shape (N, L, features).

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> class Bag(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.embedding = nn.Embedding(10, 4)
    ...         self.head = nn.Linear(4, 2)
    ...
    ...     def forward(self, x):
    ...         return self.head(self.embedding(x).mean(axis=1))
    >>> found = fg.explain.token_attributions(Bag().eval(), "embedding", [[3, 1, 4, 0]])
    >>> found.values.shape, bool(found.values[0, 3] == 0)
    ((1, 4), True)
    """
    name = "token_attributions"
    x = as_array(name, "tokens", tokens)
    if np.dtype(str(x.dtype)).kind not in "iu":
        raise TypeError(f"{name}: tokens must be integers, got {x.dtype}")
    found = layer_integrated_gradients(model, layer, x, target, baseline=baseline, steps=steps, rule=rule)
    if found.values.shape[:-1] != x.shape:
        raise ValueError(f"{name}: the layer must give features for each of the tokens of shape {x.shape}, got shape "
                         f"{found.values.shape}")  # fmt: skip
    return Attribution(found.values.sum(axis=-1), name, found.target, found.scores, found.error)
