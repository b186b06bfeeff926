# Written by tools/stubs.py.
from fastgrad._core import Generator
from fastgrad._tensor import Tensor
from fastgrad._typing import TensorLike

def dropout(x: TensorLike, p: float = 0.5, training: bool = True, generator: Generator | None = None) -> Tensor:
    """Zeros elements with probability p and divides the others by 1 - p (Srivastava et al., JMLR 15, 2014).

    Parameters
    ----------
    x : Tensor
    p : float
        Probability of a zero, in [0, 1].
    training : bool
        False: x itself.
    generator : Generator, optional
        Default: `fastgrad.random`'s default one.
    """
