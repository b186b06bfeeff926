"""Functions of functions: derivatives, and calls over an axis of arguments, of what takes and gives trees of tensors.

Names, arguments and meanings are those of PyTorch's ``torch.func``; `fastgrad.autograd.functional` has the same
products for flat arguments. A tree is a tensor, or a dict, list or tuple of trees; numbers and NumPy's arrays stand for
tensors.
"""

from fastgrad.func.derivatives import (
    grad as grad,
    grad_and_value as grad_and_value,
    hessian as hessian,
    jacfwd as jacfwd,
    jacrev as jacrev,
    jvp as jvp,
    linearize as linearize,
    vjp as vjp,
)
from fastgrad.func.modules import stack_module_state as stack_module_state
from fastgrad.func.vectorize import vmap as vmap
from fastgrad.nn.utils.stateless import functional_call as functional_call

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]
