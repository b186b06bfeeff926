"""Images whose channels lie last in memory: results and gradients lie so too, are those of rows bit for bit, and need
no memory that rows do not, which a transposed copy would."""

import numpy as np
import pytest

import fastgrad as fg
import fastgrad.nn.functional as F

SHAPE = (4, 16, 24, 20)

OPERATIONS = {
    "relu": F.relu,
    "gelu": F.gelu,
    "times a number": lambda x: x * 2.0,
    "plus channels": lambda x: x + fg.arange(16.0).reshape(16, 1, 1),
    "clone of a part": lambda x: x[:, :, 1:-1, 1:-1].clone(),
    "part": lambda x: x[:, :, 1:-1, 2:] * 2.0,
    "every second pixel": lambda x: x[:, :, ::2, ::2] * 2.0,
    "channels": lambda x: x[:, 2:9] * 2.0,
    "concat": lambda x: fg.concat([x, x], axis=1),
    "split": lambda x: fg.concat([part * 2.0 for part in x.split(8, dim=1)], axis=1),
    "chunks": lambda x: x.chunk(2, dim=1)[0] * x.chunk(2, dim=1)[1],
    "roll": lambda x: fg.roll(x, (1, -2), axis=(2, 3)),
    "roll of channels": lambda x: fg.roll(x, 3, axis=1),
    "flip": lambda x: fg.flip(x, axis=3).clone(),
    "flip of images": lambda x: fg.flip(x, axis=(2, 3)).clone(),
    "zeros around": lambda x: F.pad(x, (1, 2, 0, 1)),
    "reflect": lambda x: F.pad(x, (1, 2, 3, 1), mode="reflect"),
    "replicate": lambda x: F.pad(x, (1, 2, 3, 1), mode="replicate"),
    "circular": lambda x: F.pad(x, (1, 2, 3, 1), mode="circular"),
    "pixel_shuffle": lambda x: F.pixel_shuffle(x, 2),
    "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 2),
    "channel_shuffle": lambda x: F.channel_shuffle(x, 4),
    "dropout": lambda x: F.dropout(x, 0.3),
    "dropout2d": lambda x: F.dropout2d(x, 0.3),
    "max_pool2d": lambda x: F.max_pool2d(x, 2),
    "nearest": lambda x: F.interpolate(x, scale_factor=2.0),
}


def rows_and_last(shape=SHAPE, dtype=np.float32):
    values = np.random.default_rng(0).normal(size=shape).astype(dtype)
    order = (0, *range(2, len(shape)), 1)
    last = fg.moveaxis(fg.tensor(np.ascontiguousarray(values.transpose(order))), -1, 1)
    return fg.tensor(values), last


def lies_last(x):
    return fg.moveaxis(x, 1, -1).is_contiguous()


def with_gradient(f, x):
    """The result, the gradient of x, and the most bytes beyond those in use before."""
    fg.manual_seed(3)
    x.requires_grad_()
    fg.memory.reset_peak()
    before = fg.memory.stats()["in_use"]
    out = f(x * 1.0)
    out.backward(out.detach())  # as different as the elements are, and lies as the result does
    return out.detach(), x.grad, fg.memory.stats()["peak"] - before


@pytest.mark.parametrize("name", OPERATIONS)
def test_results_and_gradients_lie_as_the_input_does(name):
    rows, last = rows_and_last()
    out, grad, most = with_gradient(OPERATIONS[name], rows)
    out_last, grad_last, most_last = with_gradient(OPERATIONS[name], last)
    assert lies_last(out_last)
    assert lies_last(grad_last)
    assert np.array_equal(out_last.numpy(), out.numpy())
    assert np.array_equal(grad_last.numpy(), grad.numpy())
    # dropout's mask, a byte for each element, is the one thing that is transposed
    assert most_last <= most + (rows.size if name == "dropout" else 0) + 8192


@pytest.mark.parametrize("shape", [(4, 16, 50), (2, 6, 5, 6, 7)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("p", [0.3, 1.0])
def test_dropout_has_one_mask_for_all_layouts(shape, dtype, p):
    rows, last = rows_and_last(shape, dtype)
    rows[0, 0], last[0, 0] = float("nan"), float("nan")
    padded = fg.concat([last, last], axis=2)[:, :, : shape[2]]
    results = []
    for x in (rows, last, padded):
        fg.manual_seed(5)
        results.append(F.dropout(x, p))
    for result in results[1:]:
        assert lies_last(result)
        assert np.array_equal(result.numpy(), results[0].numpy(), equal_nan=True)


@pytest.mark.parametrize("shape", [(4, 16, 50), (2, 6, 5, 6, 7)])
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_of_lines_and_volumes(shape, mode):
    rows, last = rows_and_last(shape)
    pads = (1, 2) * (len(shape) - 2)
    out, grad, _ = with_gradient(lambda x: F.pad(x, pads, mode=mode), rows)
    out_last, grad_last, _ = with_gradient(lambda x: F.pad(x, pads, mode=mode), last)
    assert lies_last(out_last)
    assert lies_last(grad_last)
    assert np.array_equal(out_last.numpy(), out.numpy())
    assert np.array_equal(grad_last.numpy(), grad.numpy())


def test_a_mean_gives_its_gradient_the_layout_of_what_it_was_of():
    _, last = rows_and_last()
    last.requires_grad_()
    (fg.exp(last).mean(axis=(2, 3)) * 2.0).sum().backward()
    assert lies_last(last.grad)
    expected = 2.0 * np.exp(last.detach().numpy()) / np.float32(24 * 20)
    np.testing.assert_allclose(last.grad.numpy(), expected, rtol=1e-6)
