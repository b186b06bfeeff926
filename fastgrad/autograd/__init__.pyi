# Written by tools/stubs.py.
from fastgrad.autograd import forward_ad as forward_ad, functional as functional, graph as graph
from fastgrad.autograd._gradients import backward as backward, grad as grad
from fastgrad.autograd._mode import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from fastgrad.autograd.anomaly_mode import detect_anomaly as detect_anomaly, set_detect_anomaly as set_detect_anomaly
from fastgrad.autograd.function import Function as Function
from fastgrad.autograd.gradcheck import (
    GradcheckError as GradcheckError,
    gradcheck as gradcheck,
    gradgradcheck as gradgradcheck,
)
