# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def gelu(x: TensorLike, /) -> Tensor:
    """x times the normal distribution function of x, elementwise (Hendrycks and Gimpel, arXiv:1606.08415)."""

def leaky_relu(x: TensorLike, negative_slope: float = 0.01) -> Tensor:
    """x where positive, else negative_slope * x, elementwise."""

def log_sigmoid(x: TensorLike, /) -> Tensor:
    """log(sigmoid(x)), without overflow, elementwise."""

def relu(x: TensorLike, /) -> Tensor:
    """max(x, 0), elementwise. Its gradient at 0 is 0."""

def sigmoid(x: TensorLike, /) -> Tensor:
    """1 / (1 + exp(-x)), elementwise."""

def silu(x: TensorLike, /) -> Tensor:
    """x * sigmoid(x), elementwise (Hendrycks and Gimpel, arXiv:1606.08415; Elfwing et al., arXiv:1702.03118)."""

def softplus(x: TensorLike, /) -> Tensor:
    """log(1 + exp(x)), without overflow, elementwise."""
