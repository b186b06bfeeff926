"""Automatic differentiation: the backward pass, recording on and off, custom functions, gradient checks."""

from fastgrad.autograd._engine import grad
from fastgrad.autograd._mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from fastgrad.autograd.function import Function
from fastgrad.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = [
    "Function",
    "GradcheckError",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
