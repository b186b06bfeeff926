"""Recurrent layers, their cells, and packed sequences."""

import re

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.utils import rnn

LAYERS = [nn.RNN, nn.LSTM, nn.GRU]
CELLS = {nn.RNN: nn.RNNCell, nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell}


def first(states):
    """h of h, or of (h, c)."""
    return states[0] if isinstance(states, tuple) else states


def listed(states):
    return list(states) if isinstance(states, tuple) else [states]


@pytest.mark.parametrize("make", LAYERS)
def test_a_layer_takes_the_steps_of_its_cell(make):
    layer, cell = make(3, 5, dtype=fg.float64), CELLS[make](3, 5, dtype=fg.float64)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    x = fg.randn(4, 2, 3, dtype=fg.float64)
    output, last = layer(x)
    state = None
    for t in range(4):
        state = cell(x[t], state)
        np.testing.assert_allclose(output[t].detach().numpy(), first(state).detach().numpy(), rtol=1e-12)
    for ours, cells in zip(listed(last), listed(state), strict=True):
        np.testing.assert_allclose(ours[0].detach().numpy(), cells.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("make", LAYERS)
def test_weights_are_drawn_uniformly_one_after_the_other(make):
    layer = make(7, 25, num_layers=2, bidirectional=True, generator=fg.Generator(3))
    drawn = fg.Generator(3)
    for parameter in layer.parameters():
        np.testing.assert_array_equal(
            parameter.detach().numpy(), fg.uniform(-0.2, 0.2, parameter.shape, generator=drawn).numpy()
        )


def test_weights_have_pytorchs_names_and_shapes():
    layer = nn.LSTM(3, 5, num_layers=2, bidirectional=True, proj_size=2)
    assert {name: value.shape for name, value in layer.state_dict().items()} == {
        f"{name}_l{i}{end}": shape
        for i, width in ((0, 3), (1, 4))
        for end in ("", "_reverse")
        for name, shape in {
            "weight_ih": (20, width),
            "weight_hh": (20, 2),
            "bias_ih": (20,),
            "bias_hh": (20,),
            "weight_hr": (2, 5),
        }.items()
    }
    assert [len(weights) for weights in layer.all_weights] == [5] * 4
    assert layer.all_weights[3][4] is layer.weight_hr_l1_reverse
    layer.flatten_parameters()


def test_layers_say_what_they_are_made_with():
    assert repr(nn.RNN(3, 4, nonlinearity="relu")) == "RNN(3, 4)"
    layer = nn.LSTM(3, 4, 2, False, True, 0.5, True, 2)
    text = "3, 4, proj_size=2, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True"
    assert repr(layer) == f"LSTM({text})"
    assert repr(nn.RNNCell(3, 4, False, "relu")) == "RNNCell(3, 4, bias=False, nonlinearity=relu)"
    assert repr(nn.GRUCell(3, 4)) == "GRUCell(3, 4)"


@pytest.mark.parametrize("make", LAYERS)
def test_a_packed_sequence_is_computed_as_each_sequence_by_itself(make):
    layer = make(3, 4, num_layers=2, bidirectional=True, batch_first=True, dtype=fg.float64)
    x = fg.randn(3, 5, 3, dtype=fg.float64)
    lengths = [2, 5, 3]
    packed, last = layer(rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
    output, found = rnn.pad_packed_sequence(packed, batch_first=True)
    assert found.tolist() == lengths
    for i, length in enumerate(lengths):
        alone, alone_last = layer(x[i, :length])
        np.testing.assert_allclose(output[i, :length].detach().numpy(), alone.detach().numpy(), rtol=1e-12, atol=1e-14)
        assert not output[i, length:].any()
        for state, of_one in zip(listed(last), listed(alone_last), strict=True):
            np.testing.assert_allclose(state[:, i].detach().numpy(), of_one.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_dropout_is_between_layers_and_while_training_alone():
    layer = nn.GRU(3, 4, num_layers=2, dropout=1.0)
    x = fg.randn(2, 1, 3)
    plain = nn.GRU(3, 4, num_layers=2)
    plain.load_state_dict(layer.state_dict())
    assert not fg.all(layer(x)[0] == plain(x)[0])
    np.testing.assert_array_equal(layer.eval()(x)[0].detach().numpy(), plain(x)[0].detach().numpy())
    with pytest.warns(UserWarning, match="GRU: dropout=0.5 does nothing with num_layers=1"):
        nn.GRU(3, 4, dropout=0.5)


def test_what_was_saved_and_then_changed_is_an_error():
    layer = nn.LSTM(2, 3)
    output, _ = layer(fg.randn(2, 1, 2))
    with fg.no_grad():
        output.fill_(0.0)
    with pytest.raises(RuntimeError, match=r"lstm: a tensor of shape .* was modified in place"):
        output.sum().backward()


@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize(("time", "batch", "hidden"), [(3, 40, 33), (4, 3, 300), (20, 64, 128)])
def test_bits_do_not_depend_on_threads_at_the_sizes_that_are_cut(make, time, batch, hidden):
    layer = make(8, hidden)
    x = fg.Tensor(fg.randn(time, batch, 8), requires_grad=True)
    bits = set()
    threads = fg.num_threads()
    try:
        for n in (1, 2, 3):
            fg.set_num_threads(n)
            layer.zero_grad()
            x.grad = None
            output, last = layer(x)
            (output.square().sum() + first(last).sum()).backward()
            bits.add(
                tuple(np.asarray(t.detach()).tobytes() for t in (output, x.grad, *(p.grad for p in layer.parameters())))
            )
    finally:
        fg.set_num_threads(threads)
    assert len(bits) == 1


def test_copies_and_pickles_compute_the_same():
    import copy
    import pickle

    layer = nn.LSTM(3, 4, bidirectional=True)
    x = fg.randn(2, 2, 3)
    expected = layer(x)[0].detach().numpy()
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x)[0].detach().numpy(), expected)


X = fg.ones(2, 3, 4)
BAD = [
    (lambda: nn.LSTM(3, 0), ValueError, "LSTM: hidden_size must be at least 1, got 0"),
    (lambda: nn.GRU(3, 4, num_layers=0), ValueError, "GRU: num_layers must be at least 1, got 0"),
    (lambda: nn.GRU(3, 4, dropout=1.5), ValueError, "GRU: dropout must be a probability"),
    (lambda: nn.RNN(3, 4, nonlinearity="elu"), ValueError, "RNN: nonlinearity must be 'tanh' or 'relu', got 'elu'"),
    (lambda: nn.LSTM(3, 4, proj_size=4), ValueError, "LSTM: proj_size must be smaller than hidden_size 4, got 4"),
    (lambda: nn.RNNBase("MINE", 3, 4), ValueError, "RNNBase: mode must be one of 'RNN_TANH'.*got 'MINE'"),
    (lambda: nn.LSTM(4, 5)(fg.ones(4)), ValueError, "LSTM: input must be 3-D, or 2-D without a batch, got shape (4,)"),
    (lambda: nn.LSTM(3, 5)(X), ValueError, "LSTM: the input must have input_size=3 features, got 4"),
    (lambda: nn.LSTM(4, 5)(X[:0]), ValueError, "LSTM: the sequence must have a length of at least 1"),
    (lambda: nn.LSTM(4, 5)(X, fg.ones(1, 3, 5)), TypeError, "LSTM: hx must be a pair (h_0, c_0), got Tensor"),
    (
        lambda: nn.LSTM(4, 5)(X, (fg.ones(1, 3, 5), fg.ones(1, 3, 4))),
        ValueError,
        "LSTM: c_0 must have shape.*(1, 3, 5)",
    ),
    (lambda: nn.GRU(4, 5)(X, fg.ones(1, 2, 5)), ValueError, "GRU: hx must have shape.*(1, 3, 5), got (1, 2, 5)"),
    (lambda: nn.GRU(4, 5)(X[0], fg.ones(1, 3, 5)), ValueError, "GRU: hx must have shape.*(1, 5), got (1, 3, 5)"),
    (
        lambda: nn.GRU(4, 5)(X.astype(fg.float64)),
        TypeError,
        "GRU: one dtype is needed; got input float64, weight_ih float32",
    ),
    (lambda: nn.GRU(4, 5, dtype=fg.float16)(X.astype(fg.float16)), TypeError, "GRU"),
    (lambda: nn.LSTMCell(4, 5)(fg.ones(2, 3)), ValueError, "LSTMCell: weight_ih must have shape.*(20, 3), got (20, 4)"),
    (
        lambda: nn.LSTMCell(4, 5)(X),
        ValueError,
        "LSTMCell: input must be 1-D (in,) or 2-D (batch, in), got shape (2, 3, 4)",
    ),
    (lambda: nn.LSTMCell(4, 5)(X[0], fg.ones(3, 5)), TypeError, "LSTMCell: hx must be a pair (h, c), got Tensor"),
    (
        lambda: nn.GRUCell(4, 5)(X[0], fg.ones(2, 5)),
        ValueError,
        "GRUCell: h0 must have shape (batch, hidden) = (3, 5), got (2, 5)",
    ),
    (
        lambda: nn.GRUCell(4, 5)(X[0], fg.ones(5)),
        ValueError,
        "GRUCell: h must be 2-D (batch, hidden) as the input is, got shape (5,)",
    ),
    (
        lambda: rnn.pack_padded_sequence(X, [2, 1]),
        ValueError,
        "pack_padded_sequence: lengths must have one for each of the 3",
    ),
    (
        lambda: rnn.pack_padded_sequence(X, [2, 1, 0]),
        ValueError,
        "pack_padded_sequence: lengths must be from 1 to.*2, got 0",
    ),
    (
        lambda: rnn.pack_padded_sequence(X, [2, 1, 3]),
        ValueError,
        "pack_padded_sequence: lengths must be from 1 to.*2, got 3",
    ),
    (
        lambda: rnn.pack_padded_sequence(X, [1, 2, 1]),
        ValueError,
        "pack_padded_sequence: lengths must not rise with enforce_sorted",
    ),
    (lambda: rnn.pack_sequence([]), ValueError, "pack_sequence: sequences must hold one at least"),
    (
        lambda: rnn.pad_sequence([X, fg.ones(2, 2, 4)]),
        ValueError,
        "pad_sequence: sequences must differ in their first axis",
    ),
    (
        lambda: rnn.pad_sequence([X], padding_side="up"),
        ValueError,
        "pad_sequence: padding_side must be 'right' or 'left', got 'up'",
    ),
    (
        lambda: rnn.pad_packed_sequence(rnn.pack_sequence([X[0]]), total_length=2),
        ValueError,
        "pad_packed_sequence: total_length must be at least the longest sequence's 3, got 2",
    ),
    (
        lambda: rnn.pad_sequence([X, fg.ones(1, 3, 4, dtype=fg.uint8)]),
        TypeError,
        "pad_sequence: sequences must have one dtype, got float32 and uint8",
    ),
    (lambda: rnn.pad_sequence(None), TypeError, "pad_sequence: sequences must be tensors in a list, got None"),
    (lambda: rnn.unpad_sequence(X, None), TypeError, "unpad_sequence: lengths must be ints in a list, got None"),
    (
        lambda: rnn.pack_padded_sequence(X, fg.nn.Linear),
        TypeError,
        "pack_padded_sequence: lengths must be ints in a list, got <class",
    ),
    (
        lambda: rnn.unpad_sequence(X, [1]),
        ValueError,
        "unpad_sequence: lengths must have one for each of 3 sequences, got 1",
    ),
    (
        lambda: nn.LSTM(4, 5)(rnn.PackedSequence(fg.ones(3, 4), fg.tensor([1, 2]))),
        ValueError,
        "LSTM: batch_sizes must begin with the batch's 1 sequences and never rise",
    ),
    (
        lambda: nn.LSTM(4, 5)(rnn.PackedSequence(fg.ones(3, 4), fg.tensor([3, 2]))),
        ValueError,
        "LSTM: batch_sizes must add up to the input's 3 rows, got 5",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_an_error_that_says_what_must_be(call, error, message):
    with pytest.raises(error, match=".*".join(re.escape(part) for part in message.split(".*"))):
        call()


def test_packed_sequences_convert_their_data():
    packed = rnn.pack_sequence([fg.tensor([1, 3]), fg.tensor([2])])
    assert packed.double().data.dtype is fg.float64
    assert packed.float().long().data.tolist() == [1, 2, 3]
    assert packed.to(fg.int64) is packed.cpu()
    assert rnn.PackedSequence(packed.data, packed.batch_sizes, fg.tensor([1, 0])).unsorted_indices.tolist() == [1, 0]
