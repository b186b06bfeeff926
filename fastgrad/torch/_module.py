"""What ``torch.nn.modules.module`` has beside Module: hooks of all modules, what loading a state returns."""

from __future__ import annotations

from fastgrad.nn._state import _EXTRA as _EXTRA_STATE_KEY_SUFFIX, IncompatibleKeys as _IncompatibleKeys
from fastgrad.nn.hooks import (
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from fastgrad.torch._bases import _addindent

__all__ = [
    "_EXTRA_STATE_KEY_SUFFIX",
    "_IncompatibleKeys",
    "_addindent",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]
