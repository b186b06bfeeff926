"""What shares memory and what does not, and what a view looks like."""

import random

import numpy as np
import pytest

import fastgrad as fg


def base():
    return fg.arange(24.0).reshape(2, 3, 4)


VIEWS = {
    "reshape": lambda x: x.reshape(6, 4),
    "view": lambda x: x.view(24),
    "flatten": lambda x: x.flatten(),
    "ravel": lambda x: x.ravel(),
    "permute_dims": lambda x: fg.permute_dims(x, (2, 0, 1)),
    "swapaxes": lambda x: x.swapaxes(0, 2),
    "mT": lambda x: x.mT,
    "moveaxis": lambda x: fg.moveaxis(x, 0, -1),
    "expand_dims": lambda x: fg.expand_dims(x, 1),
    "squeeze": lambda x: x[:1].squeeze(0),
    "broadcast_to": lambda x: fg.broadcast_to(x, (5, 2, 3, 4)),
    "flip": lambda x: fg.flip(x, axis=1),
    "slice": lambda x: x[:, 1:, ::2],
    "integer": lambda x: x[1],
    "split": lambda x: fg.split(x, 2)[0],
    "unstack": lambda x: fg.unstack(x)[0],
    "detach": lambda x: x.detach(),
    "data": lambda x: x.data,
    "asarray": lambda x: fg.asarray(x),
}

COPIES = {
    "clone": lambda x: x.clone(),
    "tensor": lambda x: fg.tensor(x),
    "astype": lambda x: x.astype(fg.float32),
    "positive": lambda x: +x,
    "a reshape that cannot be a view": lambda x: x.mT.reshape(24),
    "reshape(copy=True)": lambda x: fg.reshape(x, (24,), copy=True),
    "roll": lambda x: fg.roll(x, 1),
    "concat of one": lambda x: fg.concat([x]),
    "stack of one": lambda x: fg.stack([x]),
    "tile": lambda x: fg.tile(x, (1, 1, 1)),
    "tile of axes of length 1": lambda x: fg.tile(x[:1, :1, :1], (2, 3, 4)),
    "repeat": lambda x: fg.repeat(x, 1, axis=0),
    "repeat of an axis of length 1": lambda x: fg.repeat(x[:1], 3, axis=0),
    "pad by nothing": lambda x: fg.pad(x, 0),
    "where": lambda x: fg.where(fg.tensor(True), x, x),
    "clip without bounds": lambda x: fg.clip(x),
    "meshgrid": lambda x: fg.meshgrid(x[0, 0])[0],
    "round of integers": lambda x: fg.round(x.astype(fg.int64)),
    "sum over no axes": lambda x: fg.sum(x, axis=()),
    "sort": lambda x: fg.sort(x),
    "take": lambda x: fg.take(x, fg.arange(2), axis=0),
}


def shares(x, y):
    return np.shares_memory(x.detach().numpy(), y.detach().numpy())


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_memory_and_version(name):
    x = base()
    y = VIEWS[name](x)
    assert shares(x, y)
    version = y._version
    x += 1.0
    assert y._version == version + 1


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_shares_nothing(name):
    x = base()
    assert not shares(x, COPIES[name](x))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_a_view_shares_memory_too(name):
    x = fg.arange(48.0).reshape(2, 3, 8)[..., ::2]
    if name in ("view", "flatten", "ravel", "reshape"):
        return  # these need a copy here, or refuse
    assert shares(x, VIEWS[name](x))


def test_reshape_is_a_view_exactly_where_numpys_is():
    rng = random.Random(0)
    for _ in range(300):
        a = np.arange(48.0).reshape(rng.choice([(48,), (6, 8), (2, 3, 8), (4, 3, 2, 2)]))
        a = a.transpose(rng.sample(range(a.ndim), a.ndim))
        a = a[tuple(slice(None, None, rng.choice([1, 1, 1, 2, -1])) for _ in a.shape)]
        shape = []
        rest = a.size
        while rest > 1:
            n = rng.choice([d for d in range(1, rest + 1) if rest % d == 0])
            shape.append(n)
            rest //= n
        wanted = a.reshape(shape)
        got = fg.asarray(a).reshape(shape)
        np.testing.assert_array_equal(got.numpy(), wanted)
        assert np.shares_memory(got.numpy(), a) == np.shares_memory(wanted, a), (a.shape, a.strides, shape)


def test_results_do_not_depend_on_layout():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((4, 6, 5)).astype(np.float32)
    layouts = [a, np.asfortranarray(a), np.repeat(a, 2, axis=2)[:, :, ::2], a[::-1].copy()[::-1]]
    tensors = [fg.asarray(b) for b in layouts]
    for f in (
        lambda x: x * 2.0 + x,
        fg.exp,
        lambda x: fg.maximum(x, 0.1),
        lambda x: x[1:, 2],
        lambda x: fg.argmax(x, axis=1),
    ):
        results = [f(t).numpy() for t in tensors]
        for r in results[1:]:
            np.testing.assert_array_equal(r, results[0])


def test_elementwise_results_take_the_layout_of_the_largest_dense_operand():
    fortran = fg.asarray(np.asfortranarray(np.ones((3, 4), np.float32)))
    assert (fortran * 2.0).strides == fortran.strides
    assert (fortran + fg.ones(4)).strides == fortran.strides
    assert fg.exp(fortran).strides == fortran.strides
    assert fortran.contiguous().strides == (16, 4)


def test_results_of_parts_keep_the_order_of_axes():
    """Of an image whose channels lie last: its edges cut off, some of its channels, what is put beside it."""
    image = fg.permute_dims(fg.ones(2, 5, 6, 8), (0, 3, 1, 2))
    part, channels = image[:, :, 1:-1, 1:-1], image[:, :3]
    assert (part * 2.0).strides == (3 * 4 * 8 * 4, 4, 4 * 8 * 4, 8 * 4)
    assert fg.exp(channels).strides == (channels + image[:, 5:]).strides == (5 * 6 * 3 * 4, 4, 6 * 3 * 4, 3 * 4)
    assert channels.astype(fg.float64).strides == (5 * 6 * 3 * 8, 8, 6 * 3 * 8, 3 * 8)
    assert fg.concat([channels, image], axis=1).strides == (5 * 6 * 11 * 4, 4, 6 * 11 * 4, 11 * 4)
    assert (part + fg.ones(2, 8, 3, 4)).strides == fg.ones(2, 8, 3, 4).strides  # a dense operand goes first
    repeated = fg.broadcast_to(fg.ones(2, 1, 1), (3, 2, 4, 5))
    assert (repeated * 2.0).strides == fg.concat([repeated], axis=1).strides == fg.ones(3, 2, 4, 5).strides


def test_strides_are_in_bytes_as_numpys_and_stride_in_elements_as_pytorchs():
    a = np.zeros((3, 4, 5), np.int16)[::-1, :, ::2]
    x = fg.asarray(a)
    assert x.strides == a.strides == (-40, 10, 4)
    assert x.stride() == (-20, 5, 2)
    assert [x.stride(0), x.stride(dim=-1)] == [-20, 2]
    assert fg.tensor(1.0).strides == fg.tensor(1.0).stride() == ()
    with pytest.raises(IndexError, match="stride: axis 3 is out of bounds"):
        x.stride(3)


WRONG_SHAPES = {
    "too many elements": (lambda x: x.reshape(5, 5), r"24.*\(5, 5\)"),
    "two lengths of -1": (lambda x: x.reshape(-1, -1), "-1"),
    "no length fits": (lambda x: x.reshape(5, -1), r"24.*\(5, -1\)"),
    "a negative length": (lambda x: x.reshape(-2, 12), r"negative|-2"),
    "a repeated axis": (lambda x: fg.permute_dims(x, (0, 0, 1)), "repeated"),
    "too few axes": (lambda x: fg.permute_dims(x, (0, 1)), r"\(2, 3, 4\)"),
    "a squeezed axis that is not 1": (lambda x: x.squeeze(1), r"axis 1.*\(2, 3, 4\)"),
    "a shape it does not broadcast to": (lambda x: fg.broadcast_to(x, (2, 3, 5)), r"\(2, 3, 4\).*\(2, 3, 5\)"),
    "a repeated axis to flip": (lambda x: fg.flip(x, axis=(0, 0)), "repeated"),
}


@pytest.mark.parametrize("case", WRONG_SHAPES)
def test_a_wrong_shape_is_a_value_error_that_tells_what_it_got(case):
    f, message = WRONG_SHAPES[case]
    with pytest.raises(ValueError, match=message):
        f(base())


@pytest.mark.parametrize("axis", [3, -4])
@pytest.mark.parametrize(
    "f",
    [
        lambda x, axis: fg.sum(x, axis=axis),
        lambda x, axis: x.swapaxes(0, axis),
        lambda x, axis: fg.squeeze(x, axis),
        lambda x, axis: fg.concat([x, x], axis=axis),
        lambda x, axis: fg.flip(x, axis=axis),
        lambda x, axis: fg.sort(x, axis=axis),
        lambda x, axis: fg.moveaxis(x, 0, axis),
        lambda x, axis: fg.argmax(x, axis=axis),
        lambda x, axis: fg.softmax(x, axis=axis),
        lambda x, axis: fg.cumulative_sum(x, axis=axis),
        lambda x, axis: fg.take(x, fg.tensor([0]), axis=axis),
    ],
)
def test_an_axis_out_of_bounds_is_named_with_the_number_of_axes(f, axis):
    with pytest.raises((IndexError, ValueError), match=f"{axis}.*3"):
        f(base(), axis)


@pytest.mark.parametrize("f", [lambda a, b: a + b, lambda a, b: a < b, fg.maximum, lambda a, b: fg.where(True, a, b)])
def test_shapes_that_do_not_broadcast_are_both_named(f):
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(4,\)"):
        f(fg.ones(2, 3), fg.ones(4)) if f is not None else None


def test_matmul_names_both_shapes():
    for a, b in (((2, 3), (4, 5)), ((3,), (4,)), ((2, 2, 3), (3, 3, 2))):
        with pytest.raises(ValueError, match=rf"(?s)matmul.*{re_shape(a)}.*{re_shape(b)}"):
            fg.ones(a) @ fg.ones(b)
    with pytest.raises(ValueError, match="matmul"):
        fg.ones(()) @ fg.ones(2)


def re_shape(shape):
    import re

    return re.escape(str(shape))


def test_flatten_of_one_axis_gives_the_tensor_itself_as_pytorch_does():
    x = fg.arange(6.0).requires_grad_()
    assert x.flatten() is x
    grid = x.reshape(2, 3)
    assert fg.flatten(grid, 1) is grid
    assert fg.flatten(grid).shape == (6,)
    with fg.no_grad():
        assert x.flatten().requires_grad
