# distutils: language = c++
"""Dropout: the mask is a function of the generator's state, so backward draws it again instead of keeping it."""
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad.nn.functional._checks cimport overwritten, probability
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


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set elements to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, any shape
    p : float, default 0.5
    training : bool, default True
        If false, return `input` as it is.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the random bits come from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1].

    References
    ----------
    Srivastava et al., "Dropout", 2014, https://jmlr.org/papers/v15/srivastava14a.html

    See Also
    --------
    fastgrad.nn.Dropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout(fg.ones(3), p=0.5, training=False).tolist()
    [1.0, 1.0, 1.0]
    """
    cdef double share = probability(p, "dropout")
    cdef Tensor x = as_tensor(input, b"dropout"), out
    cdef Generator state
    if not training or share == 0.0:
        return x
    if inplace:
        x = overwritten(input, "dropout")
    from fastgrad import _core
    from fastgrad.random import source
    state.seed, state.offset = _core.dropout_state(source("dropout", generator), x.a.size())
    out = masked(x, state, share)
    return x.copy_(out) if inplace else out
