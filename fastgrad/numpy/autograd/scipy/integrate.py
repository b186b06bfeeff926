"""Solutions of differential equations with SciPy's name and arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.autograd.function import once_differentiable
from fastgrad.errors import TensorValueError
from fastgrad.numpy.autograd.misc.flatten import flatten
from fastgrad.ops.numpy.common import array_of, tensor_of


def odeint(func: Callable[..., Any], y0: Any, t: Any, func_args: Any = (), **options: Any) -> Any:
    """The values at times t of what begins as the vector y0 and changes by ``func(y, t, *func_args)``, a row for each
    time: by SciPy's ``odeint``, which takes the options.

    Gradients go to y0, to the times and to the arguments: by the adjoint equation, which is solved backward in time
    (Chen et al., "Neural Ordinary Differential Equations", 2018).
    """
    arguments, unflatten = flatten(tuple(func_args))
    start, times = (tensor_of(one).astype(fg.float64, copy=False) for one in (y0, t))
    if start.ndim != 1:
        raise TensorValueError(f"odeint: y0 must be a vector, got shape {tuple(start.shape)}")

    def slope(y: Any, t: Any, vector: Any) -> Any:
        return tensor_of(func(y, t, *unflatten(vector)))

    return _Odeint.apply(start, times, arguments.astype(fg.float64, copy=False), slope, options)


def _solved(slope: Callable[..., Any], y0: Any, t: Any, options: dict[str, Any]) -> np.ndarray:
    try:
        from scipy.integrate import odeint as solve  # type: ignore[import-untyped]
    except ImportError:
        raise ImportError("odeint needs SciPy, which is not installed: pip install scipy") from None
    found: np.ndarray = solve(slope, y0, t, **options)
    return found


class _Odeint(Function):
    @staticmethod
    def forward(ctx: Any, y0: Tensor, t: Tensor, arguments: Tensor, slope: Any, options: Any) -> Tensor:
        def changes(y: np.ndarray, at: float) -> Any:
            return array_of(slope(tensor_of(y), at, arguments))

        y = tensor_of(_solved(changes, array_of(y0), array_of(t), options))
        ctx.save_for_backward(y, t, arguments)
        ctx.slope, ctx.options = slope, options
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        y, t, arguments = ctx.saved_tensors
        size = y.shape[1]

        def changes(state: np.ndarray, at: float) -> np.ndarray:
            """Of y, of the loss' gradient by it, and of its gradients by the time and by the arguments."""
            with fg.enable_grad():
                inputs = [tensor_of(one).clone().requires_grad_() for one in (state[:size], np.float64(at))]
                inputs.append(arguments.detach().clone().requires_grad_())
                slope = ctx.slope(*inputs)
                found: Any = [None] * 3
                if slope.requires_grad:
                    found = fg.autograd.grad(slope, inputs, tensor_of(-state[size : 2 * size]), allow_unused=True)
            grads = [np.zeros(x.shape) if one is None else array_of(one) for x, one in zip(inputs, found, strict=True)]
            return np.concatenate([array_of(slope), *(one.ravel() for one in grads)])

        rows, times, by_rows = array_of(y), array_of(t), array_of(g)
        by_y, by_t, by_arguments = by_rows[-1], np.zeros(times.shape), np.zeros(arguments.shape)
        for i in range(len(times) - 1, 0, -1):
            # a step that ends later is longer; one that begins later, shorter
            by_t[i] = array_of(ctx.slope(y[i], times[i], arguments)) @ by_rows[i]
            by_t[0] -= by_t[i]
            state = np.concatenate([rows[i], by_y, by_t[:1], by_arguments])
            state = _solved(changes, state, times[[i, i - 1]], ctx.options)[1]
            by_y = state[size : 2 * size] + by_rows[i - 1]
            by_t[0], by_arguments = state[2 * size], state[2 * size + 1 :]
        return (*map(tensor_of, (by_y, by_t, by_arguments)), None, None)
