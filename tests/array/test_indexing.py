"""Indexing means NumPy's: the same values, the same shapes, the same refusals, reading and writing."""

import random

import numpy as np
import pytest

import fastgrad as fg

SHAPES = [(), (1,), (5,), (0,), (3, 4), (2, 0, 3), (2, 3, 4), (1, 3, 1, 2)]


def random_key(rng, shape, wrong=0.0):
    """A key of NumPy's: integers, slices, ellipsis, new axes, integer and boolean arrays."""
    key, axis = [], 0
    arrays = rng.random() < 0.4
    while axis < len(shape):
        if rng.random() < 0.15:
            break
        n = shape[axis]
        draw = rng.random()
        if draw < 0.12:
            key.append(None)
            continue
        if arrays and draw < 0.4 and n:
            many = rng.choice([(2,), (2,), (1,), (2, 1), (), (0,)])
            key.append(np.array([rng.randrange(-n, n) for _ in range(int(np.prod(many)))], np.int64).reshape(many))
        elif arrays and draw < 0.5:
            depth = rng.randint(1, min(2, len(shape) - axis))
            mask_shape = tuple(0 if rng.random() < 0.05 else size for size in shape[axis : axis + depth])
            key.append(np.random.default_rng(rng.randrange(1000)).random(mask_shape) < 0.6)
            axis += depth
            continue
        elif draw < 0.65 and n:
            key.append(rng.randrange(-n, n) if rng.random() >= wrong else n)
        else:
            bound = [None, *range(-n - 2, n + 3)]
            key.append(slice(rng.choice(bound), rng.choice(bound), rng.choice([None, 1, 2, -1, -2, 3])))
        axis += 1
    if rng.random() < 0.3:
        key.insert(rng.randint(0, len(key)), Ellipsis)
    return tuple(key) if rng.random() < 0.9 or len(key) != 1 else key[0]


def ours(key):
    """The key with fastgrad's tensors for arrays, at times."""
    convert = lambda k: fg.tensor(k) if isinstance(k, np.ndarray) else k  # noqa: E731
    return tuple(map(convert, key)) if isinstance(key, tuple) else convert(key)


def any_mask(key):
    return any(isinstance(k, np.ndarray) and k.dtype.kind == "b" for k in (key if isinstance(key, tuple) else (key,)))


def is_checked_by_us_alone(refused, error):
    """An index out of bounds that is broadcast away, to no elements at all: NumPy does not look at it."""
    return refused is None and isinstance(error, IndexError) and "out of bounds" in str(error)


def attempt(f):
    try:
        return f(), None
    except (IndexError, ValueError, TypeError) as error:
        return None, error


def base_of(shape):
    """Values in memory that is contiguous, transposed or stepped."""
    a = np.arange(int(np.prod(shape)), dtype=np.float64).reshape(shape)
    yield a
    if a.ndim > 1:
        yield np.ascontiguousarray(a.T).T
        big = np.zeros((*shape[:-1], 2 * shape[-1]))
        big[..., ::2] = a
        yield big[..., ::2]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_reading_gives_numpys_values_and_refusals(shape):
    rng = random.Random(str(shape))
    for trial in range(150):
        key = random_key(rng, shape, wrong=0.05)
        for a in base_of(shape):
            wanted, refused = attempt(lambda a=a, key=key: a[key])
            k = ours(key) if trial % 2 else key
            got, error = attempt(lambda a=a, k=k: fg.asarray(a)[k])
            if is_checked_by_us_alone(refused, error):
                assert np.size(wanted) == 0
                continue
            assert (error is None) == (refused is None), f"{key}: {error!r}, NumPy: {refused!r}"
            if refused is None:
                assert got.shape == np.shape(wanted), key
                np.testing.assert_array_equal(got.numpy(), wanted, err_msg=str(key))


def places_repeat(key, shape):
    """Whether a key names a place twice: then NumPy leaves open which value stays."""
    marks = np.arange(int(np.prod(shape))).reshape(shape)[key]
    return np.unique(marks).size != np.size(marks)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_writing_changes_what_numpy_changes(shape):
    rng = random.Random(str(shape) + "w")
    numbers = np.random.default_rng(0)
    for trial in range(150):
        key = random_key(rng, shape, wrong=0.05)
        for a in base_of(shape):
            place, refused = attempt(lambda a=a, key=key: a[key])
            if refused is None and places_repeat(key, shape):
                continue
            place_shape = np.shape(place) if refused is None else ()
            value = numbers.standard_normal(place_shape)
            if trial % 3 == 1:
                value = value[..., :1] if value.ndim else value
            elif trial % 3 == 2 and value.ndim and not any_mask(key):  # NumPy has rules of its own for those
                value = value[None]
            b = a.copy(order="K")
            x = fg.asarray(a.copy(order="K"))
            _, refused = attempt(lambda b=b, key=key, value=value: b.__setitem__(key, value))
            k = ours(key) if trial % 2 else key
            _, error = attempt(lambda x=x, k=k, value=value: x.__setitem__(k, fg.asarray(value)))
            if is_checked_by_us_alone(refused, error):
                assert np.size(place) == 0
                continue
            assert (error is None) == (refused is None), f"{key}: {error!r}, NumPy: {refused!r}"
            np.testing.assert_array_equal(x.numpy(), b, err_msg=str(key))


def test_an_ellipsis_that_stands_for_no_axes_parts_the_arrays_beside_it():
    a = np.arange(120.0).reshape(2, 3, 4, 5)
    i, j = np.array([[0, 1, 2]]), np.array([[1], [0]])
    for key in (
        (slice(None), i, ..., j, slice(1, None)),
        (slice(None), slice(None), i, ..., 2),
        (slice(None), 1, ..., slice(None), i),
        (None, slice(None), slice(None), i, ..., j),
    ):
        x = fg.tensor(a, requires_grad=True)
        got, want = x[key], a[key]
        assert got.shape == want.shape
        assert np.array_equal(got.detach().numpy(), want)
        weights = np.random.default_rng(0).random(want.shape)
        got.backward(fg.tensor(weights))
        sums = np.zeros_like(a)
        np.add.at(sums, key, weights)
        np.testing.assert_allclose(x.grad.numpy(), sums)
        for value in (weights, weights[:1], 7.0):
            written, expected = fg.tensor(a), a.copy()
            written[key] = fg.tensor(value)
            expected[key] = value
            assert np.array_equal(written.numpy(), expected)
        assert fg.autograd.gradcheck(lambda v, key=key: put(a, key, v), (fg.tensor(weights, requires_grad=True),))


def put(a, key, value):
    x = fg.tensor(a)
    x[key] = value
    return x


def test_basic_indexing_gives_views_and_array_indexing_copies():
    x = fg.arange(12.0).reshape(3, 4)
    for view in (x[1], x[1:], x[:, ::2], x[None], x[..., 0], x[::-1]):
        view += 100.0
    assert x[1, 1].item() != 5.0
    before = x.tolist()
    for copy in (x[[0, 1]], x[x > 0.0], x[fg.tensor([0])], x[:, [1]]):
        copy += 100.0
    assert x.tolist() == before


def test_the_last_value_written_to_a_place_stays():
    x = fg.zeros(3)
    x[fg.tensor([1, 1, 1])] = fg.tensor([1.0, 2.0, 3.0])
    assert x.tolist() == [0.0, 3.0, 0.0]


def test_gradients_of_places_read_several_times_add_up():
    x = fg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[fg.tensor([1, 1, 0, 1])].sum().backward()
    assert x.grad.tolist() == [1.0, 3.0, 0.0]


REFUSED = {
    "an integer out of bounds": (lambda x: x[3], IndexError, r"3.*axis 0.*length 3"),
    "a negative integer out of bounds": (lambda x: x[0, -5], IndexError, r"-5.*axis 1.*length 4"),
    "too many integers": (lambda x: x[0, 0, 0], IndexError, r"\(3, 4\)"),
    "a float": (lambda x: x[1.0], IndexError, "float|integer"),
    "a string": (lambda x: x["a"], (IndexError, TypeError), "str|index"),
    "two ellipses": (lambda x: x[..., ...], IndexError, "ellipsis"),
    "a float array": (lambda x: x[fg.ones(2)], IndexError, "float32"),
    "an array out of bounds": (lambda x: x[fg.tensor([0, 3])], IndexError, "3"),
    "a mask of another shape": (lambda x: x[fg.ones(4, dtype=fg.bool)], IndexError, r"\(4,\).*\(3, 4\)"),
    "arrays that do not broadcast": (lambda x: x[[0, 1], [0, 1, 2]], (IndexError, ValueError), r"broadcast"),
    "a step of 0": (lambda x: x[::0], ValueError, "step|zero"),
    "a float in a slice": (lambda x: x[0:1.5], (IndexError, TypeError), "slice"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_key_is_refused_with_what_it_got(case):
    read, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        read(fg.zeros(3, 4))


def test_an_array_out_of_bounds_writes_nothing():
    x = fg.zeros(3)
    with pytest.raises(IndexError):
        x[fg.tensor([0, 1, 7])] = 1.0
    assert x.tolist() == [0.0, 0.0, 0.0]


def test_an_assigned_value_must_broadcast_to_its_place():
    x = fg.zeros(3, 4)
    x[1:] = fg.arange(4.0)
    x[0] = 5
    assert x.tolist() == [[5] * 4, [0, 1, 2, 3], [0, 1, 2, 3]]
    with pytest.raises(ValueError, match=r"\(3,\).*\(4,\)"):
        x[0] = fg.ones(3)
    with pytest.raises(ValueError, match=r"\(2, 4\)"):
        x[0] = fg.ones(2, 4)


def test_an_assigned_value_is_cast_but_never_to_a_lesser_kind():
    x = fg.zeros(2, dtype=fg.int32)
    x[0] = fg.tensor(7, dtype=fg.int64)
    assert x.tolist() == [7, 0]
    for value in (1.5, fg.tensor(1.5), np.float32(1.5)):
        with pytest.raises(TypeError, match="float"):
            x[0] = value
    y = fg.zeros(2)
    y[0] = 3
    y[1] = np.float64(0.5)
    assert y.tolist() == [3.0, 0.5]


def test_writes_whose_source_overlaps_their_destination_are_as_if_copied_first():
    rng = random.Random(7)
    for _ in range(200):
        n = rng.choice([2, 5, 33, 100])
        a = np.arange(float(n))
        x = fg.tensor(a)
        start, other = rng.randrange(n), rng.randrange(n)
        length = rng.randint(0, n - max(start, other))
        to, source = slice(start, start + length), slice(other, other + length)
        flip = rng.choice([1, -1])
        a[to] = a[source][::flip].copy()
        x[to] = x[source][::flip]
        np.testing.assert_array_equal(x.numpy(), a)
        a[to] += a[source].copy()
        x[to] += x[source]
        np.testing.assert_array_equal(x.numpy(), a)
    m = np.arange(16.0).reshape(4, 4)
    x = fg.tensor(m)
    x += x.T
    np.testing.assert_array_equal(x.numpy(), m + m.T)
    x = fg.tensor(m)
    x[:, [0, 1]] = x[:, [1, 0]]
    np.testing.assert_array_equal(x.numpy(), m[:, [1, 0, 2, 3]])


def test_iteration_gives_views_along_the_first_axis():
    x = fg.zeros(3, 2)
    for i, row in enumerate(x):
        row += float(i)
    assert x.tolist() == [[0, 0], [1, 1], [2, 2]]
    with pytest.raises(TypeError, match="0-dim"):
        iter(fg.ones(()))
    assert len(x) == 3
    with pytest.raises(TypeError, match="0-dim"):
        len(fg.ones(()))


# ---- masks without axes ----------------------------------------------------------------------------------------------


def _keys_with_masks_without_axes(ndim):
    for truth in (True, False):
        yield truth
        yield (truth,)
        yield (..., truth)
        yield (None, truth)
        yield (truth, truth)
        yield (truth, None, ...)
        if ndim:
            yield (truth, 0)
            yield (0, truth)
            yield (truth, slice(None, None, 2))
            yield (slice(1), truth)
            yield (truth, [0])
            yield ([0], truth)
            yield (truth, np.array([True] + [False] * 1))
        if ndim > 1:
            yield (0, slice(None), truth)
            yield (slice(None), truth, 0)
            yield (slice(None), 1, truth)
            yield ([0, 1], truth, [1, 0]) if truth else ([0], truth, [0])
            yield (truth, slice(None), [0])


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_a_mask_without_axes_reads_and_writes_as_numpys(shape):
    plain = np.asarray(np.arange(float(np.prod(shape))).reshape(shape) + 1.0)
    for key in _keys_with_masks_without_axes(len(shape)):
        for make in (lambda k: k, lambda k: np.bool_(k), lambda k: fg.tensor(k)):
            ours = tuple(make(k) if isinstance(k, bool) else k for k in key) if isinstance(key, tuple) else make(key)
            want = plain[key]
            x = fg.tensor(plain, requires_grad=True)
            got = x[ours]
            assert got.shape == want.shape, key
            np.testing.assert_array_equal(got.detach().numpy(), want)
            weight = np.cos(np.arange(want.size)).reshape(want.shape)
            (got * fg.tensor(weight)).sum().backward()
            gradient = np.zeros(shape)
            np.add.at(gradient, key, weight)
            np.testing.assert_allclose(x.grad.numpy(), gradient)
            for value in (7.0, np.asarray(want) * 2):
                changed, written = plain.copy(), fg.tensor(plain)
                changed[key] = value
                written[ours] = value
                np.testing.assert_array_equal(written.numpy(), changed)
            v = fg.tensor(5.0, dtype=fg.float64, requires_grad=True)
            base = fg.tensor(plain, requires_grad=True)
            written = base * 1.0
            written[ours] = v
            written.sum().backward()
            untouched = np.ones(shape)
            untouched[key] = 0
            np.testing.assert_array_equal(base.grad.numpy(), untouched)
            assert v.grad.item() == plain.size - untouched.sum()


def test_a_false_mask_does_not_stretch_to_index_arrays():
    with pytest.raises(IndexError):
        fg.ones(2, 3)[False, [0, 1]]
    with pytest.raises(IndexError):
        fg.ones(())[True, 0]


def test_where_of_a_condition_alone_is_its_places():
    x = fg.tensor([[0.0, 2.0], [3.0, 0.0]], requires_grad=True)
    for places in (fg.where(x > 0), fg.where(x), fg.where([[False, True], [True, False]])):
        assert [p.tolist() for p in places] == [[0, 1], [1, 0]]
    with pytest.raises(TypeError, match="x1 and x2 must be given both or not at all, got x1 alone"):
        fg.where(x > 0, x)
