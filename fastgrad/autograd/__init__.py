"""Automatic differentiation: the backward pass, recording on and off, custom functions, gradient checks."""

from fastgrad.autograd import _engine as _engine
from fastgrad.autograd._engine import grad
from fastgrad.autograd._mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from fastgrad.autograd.function import Function
from fastgrad.autograd.gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
