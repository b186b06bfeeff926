# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def gru_cell(
    input: Tensor,
    hx: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
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

def lstm_cell(
    input: Tensor,
    hx: tuple[Tensor, Tensor] | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
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

def recurrent(
    mode: str,
    input: Tensor,
    h0: Tensor,
    c0: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    weight_hr: Tensor | None = None,
    batch_sizes: Tensor | None = None,
    reverse: bool = False,
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

def rnn_relu_cell(
    input: Tensor,
    hx: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
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

def rnn_tanh_cell(
    input: Tensor,
    hx: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
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
