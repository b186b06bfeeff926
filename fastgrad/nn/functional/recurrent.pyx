# distutils: language = c++
"""Recurrent layers: one direction of one layer over a whole batch of sequences, or a single step, is one operation.

Backward is one fused kernel, and a product for each weight; recorded, the forward pass is done again in plain
operations, which are differentiated.
"""
from fastgrad._tensor cimport (
    Backward, Node, Primitive, Tensor, add_output, define, detached, record3, record_all, recording, recording3, wrap,
)
from fastgrad._tensor.cpp cimport Array
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.recurrent as native
from fastgrad.ops._native.recurrent cimport (
    RecurrentArrays, RecurrentCell, RecurrentGradients, RecurrentResult, recurrent_backward,
)

from fastgrad.autograd._gradients import grad
from fastgrad.autograd._mode import no_grad
from fastgrad.errors import TensorValueError
from fastgrad.nn.functional.linear import linear
from fastgrad.ops.creation import zeros
from fastgrad.ops.join import concat
from fastgrad.ops.math import sigmoid, tanh
from fastgrad.ops.view import own


# ---- the operation ---------------------------------------------------------------------------------------------------

cdef struct RecurrentAttributes:
    RecurrentCell cell
    bint reverse
    bint single    # a step by itself: the output is the last state, too


# Where inputs and saved tensors have their places; those of the inputs are RecurrentGradients', too.
cdef enum:
    INPUT, H0, C0, WEIGHT_IH, WEIGHT_HH, BIAS_IH, BIAS_HH
    BATCH_SIZES, RESULT, GATES, CELLS


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


cdef int recurrent_vjp(Node n, object g, Backward to) except -1:
    cdef RecurrentAttributes* at = n.attributes.get[RecurrentAttributes]()
    cdef RecurrentArrays arrays
    cdef RecurrentResult result
    cdef RecurrentGradients found
    cdef Tensor by_output, by_h = None, by_c = None, kept
    cdef int i, wanted = 0
    if to.create_graph:
        return _give_recorded(n, g, to)
    if at.cell == RecurrentCell.Lstm:
        if at.single:
            by_output, by_c = g
        else:
            by_output, by_h, by_c = g
    elif at.single:
        by_output = g
    else:
        by_output, by_h = g
    kept = n.saved(INPUT); arrays.input = kept.a
    kept = n.saved(H0); arrays.h0 = kept.a
    kept = n.saved(C0); arrays.c0 = _array(kept)
    kept = n.saved(WEIGHT_IH); arrays.weight_ih = kept.a
    kept = n.saved(WEIGHT_HH); arrays.weight_hh = kept.a
    kept = n.saved(BATCH_SIZES); arrays.batch_sizes = _array(kept)
    kept = n.saved(RESULT); result.output = kept.a
    kept = n.saved(GATES); result.gates = _array(kept)
    kept = n.saved(CELLS); result.cells = _array(kept)
    for i in range(BIAS_HH + 1):
        wanted |= to.wants(i) << i
    found = recurrent_backward(
        at.cell, arrays, at.reverse, result, _array(by_output), _array(by_h), _array(by_c), wanted)
    if wanted >> INPUT & 1: to.give(INPUT, wrap(found.input))
    if wanted >> H0 & 1: to.give(H0, wrap(found.h0))
    if wanted >> C0 & 1: to.give(C0, wrap(found.c0))
    if wanted >> WEIGHT_IH & 1: to.give_own(WEIGHT_IH, wrap(found.weight_ih))
    if wanted >> WEIGHT_HH & 1: to.give_own(WEIGHT_HH, wrap(found.weight_hh))
    if wanted >> BIAS_IH & 1: to.give(BIAS_IH, wrap(found.bias_ih))
    if wanted >> BIAS_HH & 1: to.give(BIAS_HH, wrap(found.bias_hh))
    return 0


cdef int _give_recorded(Node n, object g, Backward to) except -1:
    """The gradients, differentiable in their turn: those of the plain operations."""
    cdef RecurrentAttributes* at = n.attributes.get[RecurrentAttributes]()
    cdef int i
    # each under a name of its own: the same tensor may be several inputs
    inputs = [n.saved(i) for i in range(BIAS_HH + 1)]
    places = [i for i in range(BIAS_HH + 1) if to.wants(i)]
    for i in places:
        inputs[i] = inputs[i] * 1.0
    outputs = composed(
        at.cell, inputs[INPUT], inputs[H0], inputs[C0], inputs[WEIGHT_IH], inputs[WEIGHT_HH], inputs[BIAS_IH],
        inputs[BIAS_HH], None, n.saved(BATCH_SIZES), at.reverse, at.single)
    if at.single:
        outputs = outputs[:1] if at.cell != RecurrentCell.Lstm else (outputs[0], outputs[2])
    elif at.cell != RecurrentCell.Lstm:
        outputs = outputs[:2]
    arrived = [(y, by_y) for y, by_y in zip(outputs, g if isinstance(g, tuple) else (g,)) if by_y is not None]
    found = grad([y for y, _ in arrived], [inputs[i] for i in places], [by_y for _, by_y in arrived],
                 create_graph=True, allow_unused=True)
    for i, by_input in zip(places, found):
        if by_input is not None:
            to.give(i, by_input)
    return 0


cdef tuple composed(RecurrentCell cell, Tensor input, Tensor h0, Tensor c0, Tensor weight_ih, Tensor weight_hh,
                    Tensor bias_ih, Tensor bias_hh, Tensor weight_hr, Tensor batch_sizes, bint reverse, bint single):
    """Output, last h and last c, in plain operations."""
    if batch_sizes is not None:
        sizes = batch_sizes.tolist()
    else:
        sizes = [input.a.shape(0)] if single else [input.a.shape(1)] * input.a.shape(0)
    rows = input if input.a.ndim() == 2 else input.reshape((sum(sizes), input.shape[2]))
    given = linear(rows, weight_ih, bias_ih)
    starts = [0]
    for count in sizes:
        starts.append(starts[-1] + count)
    h, c = h0, c0
    outputs = [None] * len(sizes)
    times = range(len(sizes))
    for t in reversed(times) if reverse else times:
        count = sizes[t]
        h_now, c_now = _step(
            cell, given[starts[t]:starts[t] + count], h[:count], None if c is None else c[:count], weight_hh, bias_hh)
        if weight_hr is not None:
            h_now = linear(h_now, weight_hr)
        outputs[t] = h_now
        # the sequences that have not begun, or have ended, keep their states
        h = concat([h_now, h[count:]]) if count < h.shape[0] else h_now
        if c is not None:
            c = concat([c_now, c[count:]]) if count < c.shape[0] else c_now
    output = concat(outputs) if outputs else rows[:, :0] * 0.0
    if not single and batch_sizes is None:
        output = own(output.reshape((*input.shape[:2], h0.shape[1])))
    return output, h, c


cdef tuple _step(RecurrentCell cell, object given, object h, object c, Tensor weight, Tensor bias):
    product = linear(h, weight, bias)
    if cell == RecurrentCell.Lstm:
        i, f, g, o = _equal_parts(given + product, 4)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        return sigmoid(o) * tanh(c), c
    if cell == RecurrentCell.Gru:
        (r, z, n), (by_r, by_z, q) = _equal_parts(given, 3), _equal_parts(product, 3)
        z = sigmoid(z + by_z)
        n = tanh(n + sigmoid(r + by_r) * q)
        return _between(n, h, z), None
    return tanh(given + product) if cell == RecurrentCell.Tanh else (given + product).relu(), None


# (1 - z) n + z h in plain operations has the gradient of n, or that of z, as a difference of what nearly cancels where
# the gate is nearly open: this is what GRU's step has.
cdef int between_vjp(Node n, object g, Backward to) except -1:
    start, end, share = n.saved(0), n.saved(1), n.saved(2)
    if to.wants(0):
        to.give(0, g * (1.0 - share))
    if to.wants(1):
        to.give(1, g * share)
    if to.wants(2):
        to.give(2, g * (end - start))
    return 0


cdef Primitive BETWEEN = define(b"gru_state", between_vjp)


cdef Tensor _between(Tensor start, Tensor end, Tensor share):
    cdef Tensor out
    cdef Node n
    with no_grad():
        out = start + share * (end - start)
    if recording3(start, end, share):
        n = record3(out, &BETWEEN, start, end, share)
        n.save(0, start)
        n.save(1, end)
        n.save(2, share)
    return out


cdef list _equal_parts(object x, int n):
    width = x.shape[1] // n
    return [x[:, i * width:(i + 1) * width] for i in range(n)]


cdef Primitive RNN_TANH = define(b"rnn_tanh", recurrent_vjp)
cdef Primitive RNN_RELU = define(b"rnn_relu", recurrent_vjp)
cdef Primitive LSTM = define(b"lstm", recurrent_vjp)
cdef Primitive GRU = define(b"gru", recurrent_vjp)


cdef const Primitive* primitive_of(RecurrentCell cell) noexcept:
    if cell == RecurrentCell.Lstm:
        return &LSTM
    if cell == RecurrentCell.Gru:
        return &GRU
    return &RNN_TANH if cell == RecurrentCell.Tanh else &RNN_RELU


cdef tuple run(const char* op, RecurrentCell cell, Tensor input, Tensor h0, Tensor c0, Tensor weight_ih,
               Tensor weight_hh, Tensor bias_ih, Tensor bias_hh, Tensor batch_sizes, bint reverse, bint single):
    """Output, last h (None of a single step) and last c (None but of an LSTM)."""
    cdef RecurrentArrays arrays
    cdef RecurrentResult result
    cdef RecurrentAttributes* at
    cdef Tensor output, h_n = None, c_n = None
    cdef Node n
    arrays.input = input.a
    arrays.h0 = h0.a
    arrays.c0 = _array(c0)
    arrays.weight_ih = weight_ih.a
    arrays.weight_hh = weight_hh.a
    arrays.bias_ih = _array(bias_ih)
    arrays.bias_hh = _array(bias_hh)
    arrays.batch_sizes = _array(batch_sizes)
    result = native.recurrent(op, cell, arrays, reverse)
    output = wrap(result.output)
    if not single:
        h_n = wrap(result.h_n)
    if cell == RecurrentCell.Lstm:
        c_n = wrap(result.c_n)
    if recording3(input, h0, c0) | recording3(weight_ih, weight_hh, bias_ih) | \
            (0 if bias_hh is None else recording(bias_hh)):
        n = record_all(output, primitive_of(cell), [input, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh])
        n.save(INPUT, input)
        n.save(H0, h0)
        n.save(C0, c0)
        n.save(WEIGHT_IH, weight_ih)
        n.save(WEIGHT_HH, weight_hh)
        n.save(BIAS_IH, bias_ih)
        n.save(BIAS_HH, bias_hh)
        n.save(BATCH_SIZES, batch_sizes)
        n.save(RESULT, detached(output))  # the gradient needs no history of it
        if cell >= RecurrentCell.Lstm:
            n.save(GATES, wrap(result.gates))
        if cell == RecurrentCell.Lstm:
            n.save(CELLS, wrap(result.cells))
        at = n.attributes.set[RecurrentAttributes]()
        at.cell = cell
        at.reverse = reverse
        at.single = single
        if h_n is not None:
            add_output(n, h_n)
        if c_n is not None:
            add_output(n, c_n)
    return output, h_n, c_n


# ---- layers ----------------------------------------------------------------------------------------------------------

cdef RecurrentCell _cell_named(str mode) except *:
    if mode == "LSTM":
        return RecurrentCell.Lstm
    if mode == "GRU":
        return RecurrentCell.Gru
    if mode == "RNN_TANH":
        return RecurrentCell.Tanh
    if mode == "RNN_RELU":
        return RecurrentCell.Relu
    raise TensorValueError(f"mode must be 'RNN_TANH', 'RNN_RELU', 'LSTM' or 'GRU', got {mode!r}")


cdef Tensor _optional(object x, const char* op):
    return None if x is None else as_tensor(x, op)


def recurrent(
    mode: str, input: Tensor, h0: Tensor, c0: Tensor | None, weight_ih: Tensor, weight_hh: Tensor,
    bias_ih: Tensor | None = None, bias_hh: Tensor | None = None, weight_hr: Tensor | None = None,
    batch_sizes: Tensor | None = None, reverse: bool = False,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Run one direction of one recurrent layer over a batch of sequences.

    Parameters
    ----------
    mode : {"RNN_TANH", "RNN_RELU", "LSTM", "GRU"}
        The formulas are those of `nn.RNN`, `nn.LSTM` and `nn.GRU`.
    input : Tensor, shape (time, batch, in), or (rows, in) of packed sequences
        The steps' inputs.
    h0 : Tensor, shape (batch, hidden)
        The state before the first step.
    c0 : Tensor, shape (batch, hidden), or None
        Of an LSTM alone.
    weight_ih, weight_hh : Tensor, shapes (gates * hidden, in) and (gates * hidden, hidden)
        What input and state are multiplied by.
    bias_ih, bias_hh : Tensor, shape (gates * hidden,), optional
        What is added to these products; both or none.
    weight_hr : Tensor, shape (projection, hidden), optional
        Of an LSTM: h is the product of it and what would be h, of `projection` elements.
    batch_sizes : Tensor of int64, shape (time,), optional
        How many sequences have a row at each time, of packed sequences.
    reverse : bool, default False
        Whether to go from the last time to the first.

    Returns
    -------
    output : Tensor, the shape of `input` with hidden for in
        Each time's h.
    h_n, c_n : Tensor, shape (batch, hidden)
        The last states; `c_n` is None but of an LSTM.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.functional.recurrent import recurrent
    >>> x, h, w = fg.ones(3, 1, 1), fg.zeros(1, 1), fg.ones(1, 1)
    >>> recurrent("RNN_RELU", x, h, None, w, w)[0].tolist()
    [[[1.0]], [[2.0]], [[3.0]]]
    """
    cdef RecurrentCell cell = _cell_named(mode)
    cdef bytes name = b"RNN" if cell < RecurrentCell.Lstm else mode.encode()
    cdef Tensor x = as_tensor(input, name), h = as_tensor(h0, name), c = _optional(c0, name)
    cdef Tensor w_ih = as_tensor(weight_ih, name), w_hh = as_tensor(weight_hh, name)
    cdef Tensor b_ih = _optional(bias_ih, name), b_hh = _optional(bias_hh, name)
    cdef Tensor sizes = _optional(batch_sizes, name)
    if weight_hr is not None:
        return composed(cell, x, h, c, w_ih, w_hh, b_ih, b_hh, as_tensor(weight_hr, name), sizes, reverse, False)
    if sizes is None and x.a.ndim() != 3:
        raise TensorValueError(f"{name.decode()}: input must be 3-D (time, batch, in), got shape {x.shape}")
    return run(name, cell, x, h, c, w_ih, w_hh, b_ih, b_hh, sizes, reverse, False)


# ---- cells -----------------------------------------------------------------------------------------------------------

cdef tuple _cell(const char* op, RecurrentCell cell, object input, object h0, object c0, object weight_ih,
                 object weight_hh, object bias_ih, object bias_hh):
    cdef Tensor x = as_tensor(input, op), h, c = None, w_hh = as_tensor(weight_hh, op)
    cdef bint is_batch = x.a.ndim() == 2
    if not is_batch:
        if x.a.ndim() != 1:
            raise TensorValueError(f"{op.decode()}: input must be 1-D (in,) or 2-D (batch, in), got shape {x.shape}")
        x = x.reshape((1, x.shape[0]))
    if h0 is None:
        h = zeros(x.shape[0], w_hh.shape[-1], dtype=x.dtype)
    else:
        h = _state(op, "h", h0, is_batch)
    if cell == RecurrentCell.Lstm:
        c = zeros(x.shape[0], w_hh.shape[-1], dtype=x.dtype) if c0 is None else _state(op, "c", c0, is_batch)
    output, _, c_n = run(op, cell, x, h, c, as_tensor(weight_ih, op), w_hh, _optional(bias_ih, op),
                         _optional(bias_hh, op), None, False, True)
    if is_batch:
        return output, c_n
    return own(output.reshape(-1)), None if c_n is None else own(c_n.reshape(-1))


cdef Tensor _state(const char* op, str name, object given, bint is_batch):
    cdef Tensor h = as_tensor(given, op)
    if h.a.ndim() != (2 if is_batch else 1):
        raise TensorValueError(
            f"{op.decode()}: {name} must be {'2-D (batch, hidden)' if is_batch else '1-D (hidden,)'} as the input is, "
            f"got shape {h.shape}")
    return h if is_batch else h.reshape((1, h.shape[0]))


def rnn_tanh_cell(
    input: Tensor, hx: Tensor | None, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> Tensor:
    """Return ``tanh(input @ weight_ih.T + bias_ih + hx @ weight_hh.T + bias_hh)``.

    Parameters
    ----------
    input : Tensor, shape (batch, in) or (in,)
        One step's input.
    hx : Tensor, shape (batch, hidden) or (hidden,), or None
        None: zeros.
    weight_ih, weight_hh : Tensor, shapes (hidden, in) and (hidden, hidden)
        What input and state are multiplied by.
    bias_ih, bias_hh : Tensor, shape (hidden,), optional
        What is added to these products; both or none.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.functional.recurrent import rnn_tanh_cell
    >>> rnn_tanh_cell(fg.zeros(1, 2), None, fg.ones(3, 2), fg.ones(3, 3)).tolist()
    [[0.0, 0.0, 0.0]]
    """
    return _cell(b"RNNCell", RecurrentCell.Tanh, input, hx, None, weight_ih, weight_hh, bias_ih, bias_hh)[0]


def rnn_relu_cell(
    input: Tensor, hx: Tensor | None, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> Tensor:
    """`rnn_tanh_cell` with relu in tanh's place.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.functional.recurrent import rnn_relu_cell
    >>> rnn_relu_cell(fg.ones(1, 2), None, fg.ones(1, 2), fg.ones(1, 1)).tolist()
    [[2.0]]
    """
    return _cell(b"RNNCell", RecurrentCell.Relu, input, hx, None, weight_ih, weight_hh, bias_ih, bias_hh)[0]


def lstm_cell(
    input: Tensor, hx: tuple[Tensor, Tensor] | None, weight_ih: Tensor, weight_hh: Tensor,
    bias_ih: Tensor | None = None, bias_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Take a step of an LSTM, whose formulas `nn.LSTM` has.

    Parameters
    ----------
    input : Tensor, shape (batch, in) or (in,)
        One step's input.
    hx : pair of Tensor, each of shape (batch, hidden) or (hidden,), or None
        h and c; None: zeros.
    weight_ih, weight_hh : Tensor, shapes (4 * hidden, in) and (4 * hidden, hidden)
        What input and state are multiplied by.
    bias_ih, bias_hh : Tensor, shape (4 * hidden,), optional
        What is added to these products; both or none.

    Returns
    -------
    h, c : Tensor, shape (batch, hidden) or (hidden,)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.functional.recurrent import lstm_cell
    >>> h, c = lstm_cell(fg.zeros(1, 2), None, fg.ones(4, 2), fg.ones(4, 1))
    >>> h.tolist(), c.tolist()
    ([[0.0]], [[0.0]])
    """
    if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
        raise TypeError(f"LSTMCell: hx must be a pair (h, c), got {type(hx).__name__}")
    h, c = (None, None) if hx is None else hx
    return _cell(b"LSTMCell", RecurrentCell.Lstm, input, h, c, weight_ih, weight_hh, bias_ih, bias_hh)


def gru_cell(
    input: Tensor, hx: Tensor | None, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> Tensor:
    """Take a step of a GRU, whose formulas `nn.GRU` has.

    Parameters
    ----------
    input : Tensor, shape (batch, in) or (in,)
        One step's input.
    hx : Tensor, shape (batch, hidden) or (hidden,), or None
        None: zeros.
    weight_ih, weight_hh : Tensor, shapes (3 * hidden, in) and (3 * hidden, hidden)
        What input and state are multiplied by.
    bias_ih, bias_hh : Tensor, shape (3 * hidden,), optional
        What is added to these products; both or none.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the dtypes differ, or are not float32 or float64.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.functional.recurrent import gru_cell
    >>> gru_cell(fg.zeros(1, 2), None, fg.ones(3, 2), fg.ones(3, 1)).tolist()
    [[0.0]]
    """
    return _cell(b"GRUCell", RecurrentCell.Gru, input, hx, None, weight_ih, weight_hh, bias_ih, bias_hh)[0]
