# distutils: language = c++
"""Dropout: the mask is a function of the generator's state, so backward draws it again instead of keeping it."""
from fastgrad._convert cimport number
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.random as native
from fastgrad.ops._native.random cimport Generator


cdef struct DropoutAttributes:
    Generator state
    double p


cdef int dropout_vjp(Node n, object g, Backward to) except -1:
    cdef DropoutAttributes* at = n.attributes.get[DropoutAttributes]()
    to.give(0, masked(<Tensor>g, at.state, at.p))
    return 0


cdef Primitive DROPOUT = define(b"dropout", dropout_vjp)


cdef Tensor masked(Tensor x, Generator state, double p):
    cdef Tensor out = wrap(native.dropout(state, x.a, p))
    cdef DropoutAttributes* at
    if recording(x):
        at = record1(out, &DROPOUT, x).attributes.set[DropoutAttributes]()
        at.state = state
        at.p = p
    return out


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
    cdef Tensor t = as_tensor(x, b"dropout")
    cdef Generator state
    p = number(p, "dropout", "p")
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout: the probability must be in [0, 1], got {p}")
    if not training or p == 0.0:
        return t
    from fastgrad import _core
    from fastgrad.random import source
    state.seed, state.offset = _core.dropout_state(source("dropout", generator), t.a.size())
    return masked(t, state, p)
