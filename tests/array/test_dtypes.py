"""dtypes and promotion: the array API's tables, weak Python numbers, and what lies beyond."""

import itertools

import numpy as np
import pytest

import fastgrad as fg

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
ALL = ["bool", *SIGNED, *UNSIGNED, *FLOATS]


def dtype(name):
    return getattr(fg, name)


def ones(name):
    return fg.ones(2, dtype=dtype(name))


def promoted(a, b):
    """The array API's table, and what SEMANTICS adds; None for a TypeError."""
    if a == b:
        return a
    if "float64" in (a, b):
        return "float64"
    if "float32" in (a, b):
        return "float32"
    if "bool" in (a, b):
        return b if a == "bool" else a
    if "uint64" in (a, b) and (a in SIGNED or b in SIGNED):
        return None
    return str(np.promote_types(a, b))


@pytest.mark.parametrize(("a", "b"), list(itertools.product(ALL, ALL)))
def test_two_dtypes_promote_by_the_table(a, b):
    wanted = promoted(a, b)
    if wanted is None:
        with pytest.raises(TypeError, match=f"(?s)({a}.*{b}|{b}.*{a})"):
            fg.maximum(ones(a), ones(b))
    else:
        assert fg.maximum(ones(a), ones(b)).dtype == dtype(wanted)
        assert fg.where(fg.tensor([True, False]), ones(a), ones(b)).dtype == dtype(wanted)
        if wanted != "bool":
            assert (ones(a) + ones(b)).dtype == dtype(wanted)


def test_promotion_does_not_depend_on_dimensions():
    assert (fg.ones(2, dtype=fg.float32) + fg.ones((), dtype=fg.float64)).dtype == fg.float64
    assert (fg.ones((), dtype=fg.int8) + fg.ones(2, dtype=fg.int16)).dtype == fg.int16


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_precision_is_storage(name):
    x = fg.tensor([1.0, 0.5]).astype(dtype(name))
    assert x.itemsize == 2
    assert x.astype(fg.float32).tolist() == [1.0, 0.5]
    assert x[1].item() == 0.5
    assert fg.concat([x, x]).shape == (4,)


# ---- Python numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SIGNED, *UNSIGNED, *FLOATS])
def test_a_python_int_takes_the_tensors_dtype(name):
    for result in (ones(name) + 1, 1 + ones(name), ones(name) * True, fg.maximum(ones(name), 1)):
        assert result.dtype == dtype(name)


@pytest.mark.parametrize("name", FLOATS)
def test_a_python_float_takes_the_tensors_dtype(name):
    for result in (ones(name) + 0.5, 0.5 - ones(name), ones(name) * np.float64(0.5)):
        assert result.dtype == dtype(name)


@pytest.mark.parametrize("name", ["bool", *SIGNED, *UNSIGNED])
def test_a_python_float_makes_integers_float32(name):
    assert (ones(name) * 0.5).dtype == fg.float32
    assert (0.5 * ones(name)).tolist() == [0.5, 0.5]


def test_a_python_int_makes_bools_int64():
    assert (ones("bool") + 1).dtype == fg.int64
    assert (ones("bool") + 1).tolist() == [2, 2]


@pytest.mark.parametrize("name", [*SIGNED, *UNSIGNED])
def test_a_python_int_out_of_range_is_an_overflow_error_that_names_both(name):
    info = np.iinfo(name)
    for number in (info.max + 1, info.min - 1):
        with pytest.raises(OverflowError, match=f"(?s){number}.*({name}|integer)"):
            ones(name) + number
        with pytest.raises(OverflowError):
            fg.full((2,), number, dtype=dtype(name))
        x = ones(name)
        with pytest.raises(OverflowError):
            x[0] = number
        with pytest.raises(OverflowError):
            x += number
        assert x.tolist() == [1, 1]
    assert (ones(name) * info.max).tolist() == [info.max] * 2
    assert (ones(name) * 0 + info.min).tolist() == [info.min] * 2


def test_numpy_integers_are_not_weak():
    assert (ones("int8") + np.int64(1)).dtype == fg.int64
    assert (ones("float32") + np.float32(1)).dtype == fg.float32


# ---- division and reductions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bool", *SIGNED, *UNSIGNED])
def test_division_of_integers_gives_float32_and_their_moments_float64(name):
    assert (ones(name) / ones(name)).dtype == fg.float32
    assert (ones(name) * 0.5).dtype == fg.float32
    assert fg.sqrt(ones(name)).dtype == fg.float32
    for moment in (fg.mean, fg.var, fg.std):
        assert moment(ones(name)).dtype == fg.float64
        assert moment(fg.zeros(2, 0, dtype=dtype(name)), axis=1).dtype == fg.float64


def test_the_mean_of_integers_is_exact_until_it_is_divided():
    x = fg.tensor(np.array([2**53, 1, 1, 1], np.int64))
    assert fg.mean(x).item() == (2**53 + 3) / 4
    assert fg.mean(fg.tensor([True, False, False])).item() == 1 / 3
    largest = fg.full((3,), 2**63 - 1)
    assert fg.mean(largest).item() == 2.0**63
    assert fg.mean(fg.full((3,), 2**64 - 1, dtype=fg.uint64)).item() == 2.0**64


@pytest.mark.parametrize("name", ["bool", *SIGNED])
def test_sums_of_bools_and_signed_integers_are_int64(name):
    assert fg.sum(ones(name)).dtype == fg.int64
    assert fg.prod(ones(name)).dtype == fg.int64
    assert fg.cumulative_sum(ones(name)).dtype == fg.int64


@pytest.mark.parametrize("name", UNSIGNED)
def test_sums_of_unsigned_integers_are_uint64(name):
    assert fg.sum(ones(name)).dtype == fg.uint64


@pytest.mark.parametrize("name", SIGNED)
def test_integer_division_by_zero_is_defined(name):
    info = np.iinfo(name)
    x = fg.tensor(np.array([1, -1, 0, info.min], name))
    zero, minus = fg.zeros(4, dtype=dtype(name)), fg.full((4,), -1, dtype=dtype(name))
    first = ((x // zero).tolist(), (x % zero).tolist())
    assert first == ((x // zero).tolist(), (x % zero).tolist())
    assert (x // minus).tolist() == [-1, 1, 0, info.min]
    assert (x % minus).tolist() == [0, 0, 0, 0]


def test_casts_of_floats_to_integers_are_clamped_and_nan_is_0():
    x = fg.tensor([float("nan"), float("inf"), -float("inf"), 300.7, -1.9])
    assert x.astype(fg.uint8).tolist() == [0, 255, 0, 255, 0]
    assert x.astype(fg.int8).tolist() == [0, 127, -128, 127, -1]
    assert x.astype(fg.int64).tolist() == [0, 2**63 - 1, -(2**63), 300, -1]
    assert x.astype(fg.bool).tolist() == [True] * 5


@pytest.mark.parametrize(
    ("a", "b"), list(itertools.product(["bool", *SIGNED, *UNSIGNED], ["bool", *SIGNED, *UNSIGNED]))
)
def test_casts_of_integers_wrap_as_numpys(a, b):
    values = np.array([0, 1, 1, 1] if a == "bool" else [0, 1, 100, np.iinfo(a).max], dtype=a)
    assert fg.tensor(values).astype(dtype(b)).tolist() == values.astype(b).tolist()


# ---- dtype objects ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*ALL, "float16"])
def test_a_dtype_equals_numpys_both_ways(name):
    d = dtype(name)
    assert d == np.dtype(name)
    assert np.dtype(name) == d
    assert d == name
    assert hash(d) == hash(np.dtype(name))
    assert d != np.dtype("complex64")
    assert np.zeros(2, d).dtype == np.dtype(name)
    assert fg.zeros(2, dtype=np.dtype(name)).dtype is d
    assert fg.zeros(2, dtype=name).dtype is d
    assert str(d) == name
    assert repr(d) == f"fastgrad.{name}"


def test_python_types_are_dtypes_as_for_numpy():
    assert fg.zeros(1, dtype=float).dtype == fg.float64
    assert fg.zeros(1, dtype=int).dtype == fg.int64
    assert fg.zeros(1, dtype=bool).dtype == fg.bool


@pytest.mark.parametrize(
    "other",
    ["ab:, c", "repr, (x", "", "f4, (", {"x": (1,)}, {"names": 3}, [("a",)], [1], (1, 2, 3), None, 1.5, object(), ...],
)
def test_a_dtype_is_not_equal_to_what_names_none(other):
    for d in (fg.float32, fg.int64, fg.bool, fg.bfloat16):
        assert (d == other) is False
        assert (d != other) is True
        assert d not in [other]


@pytest.mark.parametrize("wrong", ["complex64", "object", "nonsense", np.dtype("M8[s]"), "S3", 7, np.dtype(">f4")])
def test_what_is_no_dtype_is_a_type_error_that_lists_them(wrong):
    with pytest.raises(TypeError, match="float32"):
        fg.zeros(1, dtype=wrong)


def test_dtypes_survive_pickling_and_copying_as_the_same_objects():
    import copy
    import pickle

    for name in [*ALL, "float16", "bfloat16"]:
        d = dtype(name)
        assert pickle.loads(pickle.dumps(d)) is d
        assert copy.deepcopy(d) is d


# ---- defaults --------------------------------------------------------------------------------------------------------


def test_default_dtypes_are_float32_and_int64():
    assert fg.tensor(1.0).dtype == fg.float32
    assert fg.tensor([1, 2]).dtype == fg.int64
    assert fg.tensor([True]).dtype == fg.bool
    assert fg.tensor([1, 2.5]).dtype == fg.float32
    assert fg.tensor([]).dtype == fg.float32
    assert fg.zeros(1).dtype == fg.ones(1).dtype == fg.empty(1).dtype == fg.float32
    assert fg.arange(3).dtype == fg.int64
    assert fg.arange(3.0).dtype == fg.float32
    assert fg.linspace(0, 1, 3).dtype == fg.float32
    assert fg.eye(2).dtype == fg.float32
    assert fg.full((1,), 2).dtype == fg.int64
    assert fg.full((1,), 2.0).dtype == fg.float32
    assert fg.full((1,), True).dtype == fg.bool


@pytest.mark.parametrize("name", [*ALL, "float16"])
def test_an_arrays_dtype_is_kept(name):
    a = np.ones(3, name)
    assert fg.tensor(a).dtype == fg.asarray(a).dtype == fg.from_numpy(a).dtype == dtype(name)
    assert fg.tensor([a, a]).dtype == dtype(name)


def test_a_python_int_too_large_for_int64_is_an_overflow_error():
    for data in (
        *(2**63, [2**63], [2**63, 1], [1, 2**63], [-1, 2**63], [1, -(2**63) - 1], [-(2**63) - 1], [[True], [2**64]]),
        *(2**200, [1, 10**400], 10**5000, (2**63, 2**63), range(2**63, 2**63 + 2)),
        *(np.array([2**63, 2**70]), np.array([1, -(2**63) - 1]), np.array([2**63, 1], dtype=object)),
    ):
        with pytest.raises(OverflowError):
            fg.tensor(data)
    assert fg.tensor(2**63, dtype=fg.uint64).item() == 2**63
    with pytest.raises(OverflowError):
        fg.tensor([300], dtype=fg.uint8)


@pytest.mark.parametrize("data", [1j, [1j], "abc", ["a"], object(), [None], [[1, 2], [3]], {"a": 1}, b"abc", None])
def test_what_holds_no_numbers_cannot_become_a_tensor(data):
    with pytest.raises((TypeError, ValueError)):
        fg.tensor(data)
