"""Python's numbers beside tensors: compared they are what they are, in arithmetic they must fit, floats hold any."""

import operator

import numpy as np
import pytest

import fastgrad as fg

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
FUNCTIONS = [fg.equal, fg.not_equal, fg.less, fg.less_equal, fg.greater, fg.greater_equal]
FAR = [2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**70, 10**400, 10**5000]
NUMBERS = [0, 1, -1, 127, 128, -128, -129, 255, 256, 300, 65535, 65536, *FAR, *[-n for n in FAR]]


def extremes(name):
    info = np.iinfo(name)
    return np.array([info.min, 0, 1, info.max], name)


@pytest.mark.parametrize("name", [*INTEGERS, "bool"])
@pytest.mark.parametrize(("compare", "function"), list(zip(COMPARISONS, FUNCTIONS, strict=True)))
def test_integers_compare_with_any_python_int(name, compare, function):
    x = np.array([False, True]) if name == "bool" else extremes(name)
    t = fg.tensor(x)
    for number in NUMBERS:
        want = [compare(int(v), number) for v in x.tolist()]
        assert compare(t, number).tolist() == function(t, number).tolist() == want, number
        assert (
            compare(number, t).tolist() == function(number, t).tolist() == [compare(number, int(v)) for v in x.tolist()]
        )
        assert compare(t, number).dtype == fg.bool


@pytest.mark.parametrize("name", ["int8", "uint8", "int64"])
def test_such_a_comparison_has_the_tensors_shape_whatever_its_strides(name):
    t = fg.tensor(np.arange(6).astype(name)).reshape(2, 3).T
    assert (t < 10**30).shape == (3, 2)
    assert (t[:, ::-1] != -(10**30)).all()
    assert (fg.zeros(0, 2, dtype=name) == 10**30).shape == (0, 2)
    assert (fg.tensor(3, dtype=name) < 2**70).item() is True


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_a_float_takes_any_number_that_it_can_hold(name):
    t = fg.ones(2, dtype=name)
    real = np.dtype(name).type
    with np.errstate(over="ignore"):
        for number in (10**30, -(10**30), 2**64, 2**70 + 1, 2**63, 1e300, -1e300, 10**39, 10**308):
            want = [float(real(float(number)))] * 2
            assert fg.full((2,), number, dtype=name).tolist() == want
            assert fg.tensor([number, number], dtype=name).tolist() == want
            assert fg.full_like(t, number).tolist() == want
            assert (t * number).tolist() == (number * t).tolist() == want
            assert fg.maximum(t, number).tolist() == [max(want[0], 1.0)] * 2
            assert fg.where(fg.tensor([True, False]), number, t).tolist() == [want[0], 1.0]
            assert fg.pad(t, 1, constant_values=number).tolist() == [want[0], 1.0, 1.0, want[0]]
            written = fg.zeros(2, dtype=name)
            written[0] = number
            written[1:] = [number]
            assert written.tolist() == written.fill_(number).tolist() == want
            written.zero_().add_(number)
            assert written.tolist() == want
            assert (t < number).tolist() == (np.ones(2, name) < number).tolist()
    for number in (10**400, -(10**5000)):
        for call in (
            lambda n=number: t + n,
            lambda n=number: t < n,
            lambda n=number: fg.full((2,), n, dtype=name),
            lambda n=number: fg.tensor([n], dtype=name),
            lambda n=number: fg.clip(t, 0, n),
            lambda n=number: t.fill_(n),
        ):
            with pytest.raises(OverflowError):
                call()


def test_a_quotient_is_a_float_and_takes_them_too():
    assert (fg.tensor([1, 2]) / 10**30).tolist() == np.float32([1e-30, 2e-30]).tolist()
    assert (10**30 / fg.tensor([1, 2])).dtype == fg.float32


@pytest.mark.parametrize("name", INTEGERS)
def test_an_integer_that_does_not_fit_is_an_overflow_error_wherever_it_is_given(name):
    info = np.iinfo(name)
    t = fg.ones(3, dtype=name)
    for number in (info.max + 1, info.min - 1, 2**64, -(2**63) - 1, 10**400, 10**5000):
        for call in (
            lambda n=number: t + n,
            lambda n=number: n - t,
            lambda n=number: fg.maximum(t, n),
            lambda n=number: fg.clip(t, n, n),
            lambda n=number: fg.clip(t, max=n),
            lambda n=number: fg.where(t == 1, n, t),
            lambda n=number: fg.where(t == 1, t, n),
            lambda n=number: t & n,
            lambda n=number: fg.pad(t, 1, constant_values=n),
            lambda n=number: fg.full((2,), n, dtype=name),
            lambda n=number: fg.full_like(t, n),
            lambda n=number: fg.tensor([0, n], dtype=name),
            lambda n=number: fg.tensor(n, dtype=name),
            lambda n=number: fg.tensor([[t[0], n]]),
            lambda n=number: t.fill_(n),
            lambda n=number: t.copy_([n, n, n]),
            lambda n=number: t.__setitem__(0, n),
            lambda n=number: t.__setitem__(slice(None), [n, 0, 0]),
            lambda n=number: t.__setitem__(t == 1, n),
            lambda n=number: t.__iadd__(n),
            lambda n=number: t.__iadd__([n, 0, 0]),
        ):
            with pytest.raises(OverflowError):
                call()
    assert t.tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", INTEGERS)
def test_ranges_and_grids_never_wrap(name):
    info = np.iinfo(name)
    ends = fg.arange(info.max - 2, info.max + 1, dtype=name)
    assert ends.tolist() == [info.max - 2, info.max - 1, info.max]
    assert fg.arange(info.max, info.max - 3, -1, dtype=name).tolist() == [info.max, info.max - 1, info.max - 2]
    assert fg.arange(info.min, info.max, info.max, dtype=name).tolist() == list(range(info.min, info.max, info.max))
    assert fg.arange(info.max, 2**99, 2**99, dtype=name).tolist() == [info.max]
    assert fg.arange(2**90, 2**80, dtype=name).shape == (0,)
    for start, stop, step in (
        (info.max, info.max + 2, 1),
        (info.min, info.min - 2, -1),
        (0, 2**70, 2**69),
        (-2, 1e30, 1e29),
    ):
        with pytest.raises(OverflowError, match=name):
            fg.arange(start, stop, step, dtype=name)
    with pytest.raises(OverflowError, match=name):
        fg.linspace(0, info.max + 1, 3, dtype=name)
    assert fg.linspace(0, 100, 3, dtype=name).tolist() == [0, 50, 100]


def test_integers_between_are_rounded_down_as_numpys():
    assert fg.linspace(-1, 1, 4, dtype=fg.int64).tolist() == np.linspace(-1, 1, 4, dtype=np.int64).tolist()


@pytest.mark.parametrize(
    "call",
    [
        lambda: fg.ones(2) + 1j,
        lambda: fg.add(fg.ones(2), 1j),
        lambda: fg.tensor([1.0, 2j]),
        lambda: fg.full((2,), 1j),
        lambda: fg.maximum(np.complex64(1), fg.ones(2)),
        lambda: fg.clip(fg.ones(2), 0, 1j),
    ],
)
def test_complex_numbers_are_type_errors(call):
    with pytest.raises(TypeError, match=r"complex|1j"):
        call()


# ---- sizes, places and shifts are whole ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: fg.pad(x, 1.9), "pad: pad_width.*1.9"),
        (lambda x: fg.pad(x, ((1, 1), (0.5, 1))), "pad: pad_width.*0.5"),
        (lambda x: fg.topk(x, 1.0), "topk: k .*1.0"),
        (lambda x: fg.roll(x, 1.5), "roll: shift.*1.5"),
        (lambda x: fg.roll(x, (1, 1.5), (0, 1)), "roll: shift.*1.5"),
        (lambda x: fg.roll(x, 1, 0.5), "roll: axis.*0.5"),
        (lambda x: fg.repeat(x, 2.0), "repeat: repeats.*2.0"),
        (lambda x: fg.repeat(x, [1.5, 1.0], 0), "repeat: repeats.*float"),
        (lambda x: fg.tile(x, 2.0), "tile: repetitions.*2.0"),
        (lambda x: fg.split(x, 2.0), "split: indices_or_sections.*2.0"),
        (lambda x: fg.split(x, [1.5]), "split: indices_or_sections.*1.5"),
        (lambda x: fg.reshape(x, 6.0), "reshape.*6.0"),
        (lambda x: x.reshape(2, 3.0), "reshape.*3.0"),
        (lambda x: fg.broadcast_to(x, (2, 2.0, 3)), "broadcast_to.*2.0"),
        (lambda x: fg.sum(x, axis=1.0), "sum.*1.0"),
        (lambda x: fg.softmax(x, axis=1.0), "softmax.*1.0"),
        (lambda x: fg.argmax(x, axis=1.0), "argmax.*1.0"),
        (lambda x: fg.concat([x, x], 1.0), "concat.*1.0"),
        (lambda x: fg.stack([x, x], 1.0), "stack.*1.0"),
        (lambda x: fg.unstack(x, 1.0), "unstack.*1.0"),
        (lambda x: fg.take(x, [0], 1.0), "take.*1.0"),
        (lambda x: fg.sort(x, 1.0), "sort.*1.0"),
        (lambda x: fg.vecdot(x, x, 1.0), "vecdot: axis.*1.0"),
        (lambda x: fg.tensordot(x, x, 2.0), "tensordot: axes.*2.0"),
        (lambda x: fg.tensordot(x, x, ([0.0], [0])), "tensordot: axes.*0.0"),
        (lambda x: fg.tril(x, 1.0), "tril: k .*1.0"),
        (lambda x: fg.eye(3, 3, 1.0), "eye: k .*1.0"),
        (lambda x: fg.eye(3.0), "zeros.*3.0"),
        (lambda x: fg.zeros(2.0), "zeros.*2.0"),
        (lambda x: fg.linspace(0, 1, 5.0), "linspace: num.*5.0"),
        (lambda x: fg.one_hot([0, 1], 2.0), "one_hot: num_classes.*2.0"),
        (lambda x: fg.flatten(x, 0.0), "flatten.*0.0"),
        (lambda x: fg.norm(x, 2, 1.0), "norm: axis.*1.0"),
        (lambda x: x[1.0], "float"),
        (lambda x: x[:1.5], "slice"),
    ],
)
def test_a_float_is_no_integer(call, words):
    with pytest.raises((TypeError, IndexError), match=words):
        call(fg.ones(2, 3))


def test_integers_of_any_kind_are():
    x = fg.arange(6.0).reshape(2, 3)
    for one in (np.int8(1), np.array(1), fg.tensor(1), fg.tensor(1, dtype=fg.uint8)):
        assert fg.roll(x, one).tolist() == fg.roll(x, 1).tolist()
        assert fg.pad(x, one).shape == (4, 5)
        assert fg.topk(x, one).values.shape == (2, 1)
        assert fg.repeat(x, one, one).tolist() == x.tolist()
        assert fg.sum(x, axis=one).shape == (2,)
        assert fg.zeros(one, one).shape == (1, 1)
        assert fg.tril(x, one).tolist() == np.tril(np.asarray(x), 1).tolist()
    for shape in (np.array([3, 2]), fg.tensor([3, 2]), [np.int64(3), fg.tensor(2)]):
        assert fg.reshape(x, shape).shape == fg.zeros(shape).shape == (3, 2)
    assert [p.shape for p in fg.split(x, np.array([1]), 1)] == [(2, 1), (2, 2)]
    assert fg.tile(x, np.array([2, 1])).shape == (4, 3)


# ---- at the ends of their range --------------------------------------------------------------------------------------

ENDS = [0, 1, -1, 2, 2**31, 2**62, 2**63 - 1, -(2**63), 2**63, 2**64, -(2**70), 2**70]


@pytest.mark.parametrize("step", [None, *[e for e in ENDS if e]])
def test_slices_are_numpys_for_any_start_stop_and_step(step):
    plain = np.arange(12.0).reshape(4, 3)
    x = fg.tensor(plain, requires_grad=True)
    for start in (None, *ENDS):
        for stop in (None, *ENDS):
            cut = slice(start, stop, step)
            for key in (cut, (..., cut), (None, cut), (cut, [0, 2]), (cut, cut)):
                want = plain[key]
                got = x[key]
                assert got.shape == want.shape, key
                np.testing.assert_array_equal(got.detach().numpy(), want)
    part = x[:: step or 1]
    part.sum().backward()
    counts = np.zeros((4, 3))
    counts[:: step or 1] += 1
    np.testing.assert_array_equal(x.grad.numpy(), counts)
    w = fg.zeros(4, 3)
    w[:: step or 1] = 1.0
    np.testing.assert_array_equal(w.numpy(), counts)


@pytest.mark.parametrize("far", [2**62, 2**63 - 1, -(2**63), 2**63, 2**64, -(2**70), 2**70])
def test_axes_sizes_and_shifts_out_of_range_are_errors_and_diagonals_and_rolls_are_not(far):
    x = fg.ones(2, 3)
    for call in (
        lambda: fg.sum(x, axis=far),
        lambda: fg.concat([x, x], far),
        lambda: fg.sort(x, far),
        lambda: fg.squeeze(x, far),
        lambda: fg.swapaxes(x, 0, far),
        lambda: fg.expand_dims(x, far),
        lambda: x[far],
        lambda: x[:, far],
        lambda: x.reshape(far),
        lambda: x.reshape(far, -1),
        lambda: x.reshape(3, far, -1),
        lambda: fg.broadcast_to(x, (far, far, 2, 3)),
        lambda: fg.zeros(far, far),
        lambda: fg.repeat(x, far),
        lambda: fg.tile(x, (far, far)),
        lambda: fg.pad(x, far),
        lambda: fg.topk(x, far),
        lambda: fg.split(x, far),
        lambda: fg.take(x, [far]),
        lambda: fg.linspace(0, 1, far),
    ):
        with pytest.raises((ValueError, IndexError, OverflowError, MemoryError)):
            call()
    plain = np.arange(6.0).reshape(2, 3)
    assert fg.roll(fg.tensor(plain), far, 1).tolist() == np.roll(plain, far % 3, 1).tolist()
    assert fg.eye(2, 3, far).tolist() == np.zeros((2, 3)).tolist()
    assert fg.tril(x, far).tolist() == (np.ones((2, 3)) if far > 0 else np.zeros((2, 3))).tolist()
    assert fg.triu(x, far).tolist() == (np.zeros((2, 3)) if far > 0 else np.ones((2, 3))).tolist()


def test_sizes_whose_product_overflows_fit_nothing():
    x = fg.ones(6)
    for shape in ((3, 6148914691236517205, -1), (2**32, 2**32, -1), (2**62, 4, 6), (2**63 - 1, 2**63 - 1, 6)):
        with pytest.raises(ValueError, match=r"addressed|fit"):
            x.reshape(shape)
    assert fg.zeros(0, 2**62, 4).shape == (0, 2**62, 4)


def test_lengths_whose_sum_overflows_are_errors():
    far = fg.ones(1).expand(2**62)
    nothing = fg.ones(0, 2**62)
    for parts, axis in (([far] * 4, 0), ([far] * 5, 0), ([nothing] * 2, 1), ([nothing] * 4, 1)):
        with pytest.raises(ValueError, match=r"concat: the lengths along axis . add up to more than can be addressed"):
            fg.concat(parts, axis)
    for x, repeats in ((fg.ones(4), [2**62] * 4), (fg.ones(5), [2**62] * 4 + [1]), (fg.ones(4), fg.tensor([2**62]))):
        with pytest.raises(MemoryError, match=r"repeat: the repeats add up to \S+e\+1[89] places"):
            fg.repeat(x, repeats)
    with pytest.raises(ValueError, match="cumulative_sum: an axis of length 9223372036854775807 has no room"):
        fg.cumulative_sum(fg.ones(0, 2**63 - 1), axis=1, include_initial=True)
    with pytest.raises(ValueError, match="concat: the lengths along axis 1"):
        fg.cumulative_prod(fg.ones(0, 2**63 - 1), axis=1, include_initial=True)
    with pytest.raises(MemoryError, match="linspace: 9223372036854775807 samples"):
        fg.linspace(0, 1, 2**63 - 1)
    with pytest.raises(ValueError, match=r"stride must be from 1 to 2\*\*30, got \(2147483648, 2147483648\)"):
        fg.nn.functional.max_pool2d(fg.ones(1, 1, 4, 4), 2, 2**31)
