"""DeepLift: differences from a baseline, carried back through each nonlinear layer by the ratio of its differences."""

from __future__ import annotations

import contextlib
from typing import Any

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import keeps_model
from fastgrad._tensor import Tensor
from fastgrad.explain._model import Attribution, Target, as_batch, call, check_model, choose, gradient, pick
from fastgrad.explain.gradients import _baseline

# Layers that compute each output from one input: here the ratio stands for the slope.
_ELEMENTWISE = (
    nn.CELU, nn.ELU, nn.GELU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU, nn.LogSigmoid,
    nn.Mish, nn.PReLU, nn.ReLU, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softshrink, nn.Softsign, nn.Tanh,
    nn.Tanhshrink, nn.Threshold,
)  # fmt: skip
# Layers whose outputs are each the largest of several inputs.
_MAXIMA = (
    nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d,
)  # fmt: skip
# Layers whose attributions need more than that.
_REFUSED = (
    nn.FractionalMaxPool2d, nn.FractionalMaxPool3d, nn.LPPool1d, nn.LPPool2d, nn.LPPool3d, nn.RNNBase,
    nn.RNNCellBase, nn.MultiheadAttention, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm1d,
    nn.InstanceNorm2d, nn.InstanceNorm3d, nn.RMSNorm, nn.LocalResponseNorm, nn.GLU, nn.Bilinear, nn.Softmax,
    nn.Softmax2d, nn.Softmin, nn.LogSoftmax,
)  # fmt: skip
_SMALL = 1e-6  # differences of an input below this have the slope itself, as their ratio would be rounding


class _Rescale:
    """The hooks of one layer, of which a batch is inputs and baselines behind each other."""

    def __init__(self) -> None:
        self.input: Tensor | None = None
        self.output: Tensor | None = None

    def forward(self, module: Any, args: tuple[Tensor, ...], out: Tensor) -> None:
        if self.input is not None:
            raise ValueError(
                f"deep_lift: a {type(module).__name__} is called twice by the model; give each call its own"
            )
        self.input, self.output = args[0].detach(), out.detach()

    def backward(self, _module: Any, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        assert self.input is not None
        assert self.output is not None
        (slope_times,), (g,) = inputs, outputs
        n = len(self.input) // 2
        dx, dy = self.input[:n] - self.input[n:], self.output[:n] - self.output[n:]
        ratio = dy / fg.where(fg.abs(dx) < _SMALL, 1.0, dx)
        carried = fg.where(fg.abs(dx) < _SMALL, slope_times[:n], g[:n] * ratio)
        return (fg.concat([carried, fg.zeros_like(carried)]),)


class _Maximum(_Rescale):
    """Of each window, what its largest element has over the baseline's goes to where it is among the inputs, and what
    the baseline's has over it to where that is among the baselines; their ratio to the differences there is the
    slope."""

    def backward(self, module: Any, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        assert self.input is not None
        assert self.output is not None
        (slope_times,), (g,) = inputs, outputs
        n = len(self.input) // 2
        y, of_baseline = self.output[:n], self.output[n:]
        over = fg.maximum(y, of_baseline)
        shares = fg.concat([g[:n] * (over - of_baseline), g[:n] * (y - over)])
        with fg.enable_grad():
            x = self.input.detach().requires_grad_(True)
            placed = fg.autograd.grad(module.forward(x), [x], [shares])[0]
        dx, carried = self.input[:n] - self.input[n:], placed[:n] + placed[n:]
        carried = fg.where(fg.abs(dx) < _SMALL, slope_times[:n], carried / fg.where(fg.abs(dx) < _SMALL, 1.0, dx))
        return (fg.concat([carried, fg.zeros_like(carried)]),)


@keeps_model
def deep_lift(model: nn.Module, inputs: Any, target: Target = None, *, baseline: Any = None) -> Attribution:
    """What each element's difference from a baseline contributes to the difference of the scores (the rescale rule).

    Of max pooling, what a window's largest element has over the baseline's is that element's, and what the baseline's
    has over it the element's at the baseline's place.

    The attributions add up to the difference of the two scores; `Attribution.error` says how far they are from that.

    Parameters
    ----------
    model : Module
        Its nonlinear functions must be modules (`nn.ReLU`, ...), each called once; what is called as a function is
        taken at its slope, which `error` then shows.
    inputs, target
        As for `saliency`.
    baseline : array_like, optional
        Of a shape that broadcasts to the inputs'; by default 0.

    Raises
    ------
    NotImplementedError
        If the model has layers for which the rule does not hold (softmax, normalisation over a sample, recurrence,
        attention), or max pooling that gives indices, too.
    ValueError
        As by `saliency`; and if a layer writes over its input, or is called twice.

    References
    ----------
    Shrikumar et al., "Learning important features through propagating activation differences", 2017,
    https://arxiv.org/abs/1704.02685
    """
    name = "deep_lift"
    x = as_batch(name, inputs)
    base = _baseline(name, x, baseline)
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name}: the model must be a Module, whose layers can be found, got {type(model).__name__}")
    for path, module in model.named_modules():
        if isinstance(module, _REFUSED):
            raise NotImplementedError(f"{name}: layer {path or 'itself'} ({type(module).__name__}) has no rescale rule "
                                      "here; integrated_gradients takes any layer")  # fmt: skip
        if isinstance(module, _MAXIMA) and module.return_indices:
            raise NotImplementedError(f"{name}: layer {path or 'itself'} ({type(module).__name__}) gives indices, too; "
                                      "make it return_indices=False")  # fmt: skip
        if getattr(module, "inplace", False):
            raise ValueError(f"{name}: layer {path or 'itself'} ({type(module).__name__}) writes over its input, which "
                             "the rule compares with its output; make it inplace=False")  # fmt: skip
    both = fg.concat([x, base]).detach().requires_grad_(True)
    check_model(name, model)
    with contextlib.ExitStack() as hooks, fg.enable_grad():
        for module in model.modules():
            if isinstance(module, (*_ELEMENTWISE, *_MAXIMA)):
                rule = _Maximum() if isinstance(module, _MAXIMA) else _Rescale()
                hooks.enter_context(module.register_forward_hook(rule.forward))
                hooks.enter_context(module.register_full_backward_hook(rule.backward))
        out = call(name, model, both)
        chosen = choose(name, out[: len(x)], target)
        score = pick(out[: len(x)], chosen)
        start = pick(out[len(x) :], chosen).detach()
        g = gradient(name, score, [both])[0][: len(x)]
    values = g * (x - base)
    error = values.reshape(len(x), -1).sum(axis=1) - (score.detach() - start)
    return Attribution(values, name, chosen, score.detach(), error)
