"""Automatic differentiation: the backward pass, recording on and off, custom functions, gradient checks."""

# isort: off
from fastgrad import _load

_load.load("fastgrad.autograd")
# isort: on

from fastgrad import _names
from fastgrad.autograd._gradients import (
    backward as backward,
    grad as grad,
)
from fastgrad.autograd._mode import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from fastgrad.autograd.function import Function as Function
from fastgrad.autograd.gradcheck import (
    GradcheckError as GradcheckError,
    gradcheck as gradcheck,
    gradgradcheck as gradgradcheck,
)

# Loaded when they are first named.
_LATER = {
    "detect_anomaly": "anomaly_mode",
    "forward_ad": "forward_ad",
    "functional": "functional",
    "graph": "graph",
    "set_detect_anomaly": "anomaly_mode",
}

__all__ = sorted([*_names.public(globals(), modules=()), *_LATER])
