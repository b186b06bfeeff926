# distutils: language = c++
"""Dropout: the mask is a function of the generator's state, so backward draws it again instead of keeping it."""
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, wrap
from fastgrad._tensor.convert cimport flag
from fastgrad._tensor.cpp cimport DType, is_floating
from fastgrad.nn.functional._checks cimport overwritten, probability
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.random as native
from fastgrad.ops._native.random cimport Generator
from fastgrad.ops.cast cimport cast_to

from fastgrad.errors import TensorValueError, UnsupportedDtypeError
from fastgrad.ops.view import own


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
        What elements are dropped of.
    p : float, default 0.5
        The probability that an element is dropped.
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
    if training is not True and training is not False:
        training = flag(training, "dropout", "training")
    if not training or share == 0.0:
        return x
    if inplace is not False and flag(inplace, "dropout", "inplace"):
        x = overwritten(input, "dropout")
    from fastgrad import _core
    from fastgrad.random import source
    state.seed, state.offset = _core.dropout_state(source("dropout", generator), x.a.size())
    out = masked(x, state, share)
    return x.copy_(out) if inplace else out


# ---- of channels, and around the mean of self-normalizing networks ---------------------------------------------------

cdef object _kept(Tensor x, bint channels, double p, object generator, str op):
    """1 with probability 1 - p, else 0: for each element, or for each channel of each sample."""
    from fastgrad.random import bernoulli, source
    shape = x.shape[:2] + (1,) * (x.a.ndim() - 2) if channels else x.shape
    cdef DType t = x.a.dtype()
    drawn = bernoulli(1.0 - p, shape, generator=source(op, generator), dtype=x.dtype if t == DType.F64 else None)
    return drawn if t == DType.F64 or t == DType.F32 else cast_to(drawn, t)


cdef Tensor _floats(object input, str op):
    cdef Tensor x = as_tensor(input, op.encode())
    if not is_floating(x.a.dtype()):
        raise UnsupportedDtypeError(f"{op}: input must be floats, got {x.dtype}; convert with .astype(fg.float32)")
    return x


cdef Tensor _of_channels(object input, double p, object training, object inplace, object generator, str op, tuple ndims,
                         bint one_sample):
    """one_sample: the fewest axes are those of a sample without a batch axis."""
    cdef Tensor x = _floats(input, op), batch
    if x.a.ndim() not in ndims:
        raise TensorValueError(f"{op}: input must have {ndims[0]} or {ndims[1]} axes, got shape {x.shape}")
    if flag(inplace, op, "inplace"):
        overwritten(input, op)
    if not flag(training, op, "training") or p == 0.0:
        return x
    batch = x.unsqueeze(0) if one_sample and x.a.ndim() == ndims[0] else x
    # by no product with 1 / 0 where nothing is kept
    out = batch * (_kept(batch, True, p, generator, op) * (1.0 / (1.0 - p) if p < 1.0 else 0.0))
    if batch is not x:
        out = own(out.squeeze(0))
    return x.copy_(out) if inplace else out


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    p : float, default 0.5
        The probability that a channel is dropped.
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
        If `p` is not in [0, 1], or `input` has another number of axes.

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014,
    https://arxiv.org/abs/1411.4280

    See Also
    --------
    fastgrad.nn.Dropout1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout1d(fg.ones(1, 2), p=0.5, training=False).tolist()
    [[1.0, 1.0]]
    """
    return _of_channels(input, probability(p, "dropout1d"), training, inplace, generator, "dropout1d", (2, 3), True)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``; see `dropout1d`.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W), or (N, C, L)
        Three axes are a batch, as PyTorch has it, and not one image.
    p, training, inplace, generator
        As `dropout1d` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has another number of axes.

    See Also
    --------
    fastgrad.nn.Dropout2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout2d(fg.ones(1, 1, 1, 2), p=0.5, training=False).shape
    (1, 1, 1, 2)
    """
    return _of_channels(input, probability(p, "dropout2d"), training, inplace, generator, "dropout2d", (3, 4), False)


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Set channels to zero with probability `p` and divide the others by ``1 - p``; see `dropout1d`.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    p, training, inplace, generator
        As `dropout1d` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has another number of axes.

    See Also
    --------
    fastgrad.nn.Dropout3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.dropout3d(fg.ones(1, 1, 1, 1, 2), p=0.5, training=False).shape
    (1, 1, 1, 1, 2)
    """
    return _of_channels(input, probability(p, "dropout3d"), training, inplace, generator, "dropout3d", (4, 5), True)


# What selu tends to far below 0, without its sign.
cdef double _SELU_LIMIT = 1.7580993408473766


cdef Tensor _around_mean(
    object input, double p, object training, object inplace, object generator, str op, bint channels
):
    """Dropout to selu's limit, then scaled and shifted so that mean 0 and variance 1 stay (Klambauer et al., 2017)."""
    cdef Tensor x = _floats(input, op)
    if channels and x.a.ndim() < 2:
        raise TensorValueError(f"{op}: input must have a batch axis and a channel axis, got shape {x.shape}")
    if flag(inplace, op, "inplace"):
        overwritten(input, op)
    if not flag(training, op, "training") or p == 0.0:
        return x
    if p == 1.0:
        out = x * 0.0
    else:
        kept = _kept(x, channels, p, generator, op)
        scale = ((_SELU_LIMIT * _SELU_LIMIT * p + 1.0) * (1.0 - p)) ** -0.5
        out = x * (kept * scale) + ((kept - 1.0) * (_SELU_LIMIT * scale) + _SELU_LIMIT * scale * p)
    return x.copy_(out) if inplace else out


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Dropout for networks of `selu`: what is dropped becomes its limit far below 0, and mean and variance stay.

    Parameters
    ----------
    input : Tensor, any shape
        What elements are dropped of.
    p : float, default 0.5
        The probability of being dropped.
    training : bool, default False
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
    Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    See Also
    --------
    fastgrad.nn.AlphaDropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.alpha_dropout(fg.ones(3), p=0.5).tolist()
    [1.0, 1.0, 1.0]
    """
    return _around_mean(input, probability(p, "alpha_dropout"), training, inplace, generator, "alpha_dropout", False)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """`alpha_dropout` of whole channels.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
        The channels are along the second axis.
    p, training, inplace, generator
        As `alpha_dropout` has them.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `p` is not in [0, 1], or `input` has fewer than two axes.

    See Also
    --------
    fastgrad.nn.FeatureAlphaDropout

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.feature_alpha_dropout(fg.ones(1, 3), p=0.5).tolist()
    [[1.0, 1.0, 1.0]]
    """
    return _around_mean(
        input, probability(p, "feature_alpha_dropout"), training, inplace, generator, "feature_alpha_dropout", True)
