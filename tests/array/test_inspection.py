"""What code for any library of the array standard asks: the namespace, its dtypes, their kinds and limits, devices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import fastgrad as fg

from .test_dtypes import ALL, FLOATS, SIGNED, UNSIGNED, dtype, promoted

KINDS = {
    "bool": ["bool"],
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": SIGNED + UNSIGNED,
    "real floating": FLOATS,
    "complex floating": [],
    "numeric": SIGNED + UNSIGNED + FLOATS,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_dtype_is_of_its_kinds(kind):
    assert [name for name in ALL if fg.isdtype(dtype(name), kind)] == [name for name in ALL if name in KINDS[kind]]
    assert fg.__array_namespace_info__().dtypes(kind=kind).keys() == set(KINDS[kind])


def test_a_dtype_is_a_kind_and_several_are_one():
    assert fg.isdtype(np.dtype("int8"), fg.int8)
    assert not fg.isdtype(fg.int8, fg.int16)
    assert fg.isdtype(fg.float16, ("bool", "real floating"))
    assert not fg.isdtype(fg.bool, ())
    assert set(fg.__array_namespace_info__().dtypes(kind=("bool", "real floating"))) == {"bool", *FLOATS}


@pytest.mark.parametrize("kind", ["floating", "float32", ("bool", "floating")])
def test_an_unknown_kind_is_an_error_that_lists_them(kind):
    with pytest.raises(ValueError, match=r"isdtype: kind must be a dtype or one of 'bool', .*, got 'float"):
        fg.isdtype(fg.bool, kind)
    with pytest.raises(ValueError, match="dtypes: kind must be"):
        fg.__array_namespace_info__().dtypes(kind=kind)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(ALL, ALL)))
def test_result_type_is_the_dtype_of_what_two_give(a, b):
    wanted = promoted(a, b)
    if wanted is None:
        with pytest.raises(TypeError, match=f"(?s)({a}.*{b}|{b}.*{a})"):
            fg.result_type(dtype(a), dtype(b))
        assert not fg.can_cast(dtype(a), dtype(b))
        return
    assert fg.result_type(dtype(a), dtype(b)) is dtype(wanted)
    assert fg.result_type(fg.ones(2, dtype=dtype(a)), np.dtype(b)) is dtype(wanted)
    assert fg.can_cast(dtype(a), dtype(b)) == fg.can_cast(fg.ones((), dtype=dtype(a)), dtype(b)) == (wanted == b)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((fg.int8, 1), fg.int8),
        ((fg.int8, 1000), fg.int8),  # the value does not matter
        ((1, fg.uint8, True), fg.uint8),
        ((fg.bool, 1), fg.int64),
        ((fg.int16, 1.0), fg.float32),
        ((fg.float64, 1.0), fg.float64),
        ((fg.float16, fg.bfloat16), fg.float32),
        ((fg.int8, fg.int16, fg.int32), fg.int32),
        ((1, 2), fg.int64),
        ((True,), fg.bool),
        ((True, 2.0), fg.float32),
        ((np.float64(1.0), fg.float32), fg.float32),
        ((np.ones(2), fg.float32), fg.float64),
    ],
)
def test_numbers_are_weak_in_result_type(given, wanted):
    assert fg.result_type(*given) is wanted


def test_result_type_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="result_type: at least one"):
        fg.result_type()


@pytest.mark.parametrize("name", [*FLOATS, "float16"])
def test_limits_of_floats_are_numpys(name):
    for given in (dtype(name), fg.ones(2, dtype=dtype(name)), np.dtype(name)):
        found, wanted = fg.finfo(given), np.finfo(name)
        for limit in ("bits", "eps", "max", "min", "smallest_normal", "tiny", "resolution"):
            assert getattr(found, limit) == getattr(wanted, limit)
        assert type(found.eps) is float
        assert found.dtype is dtype(name)


def test_limits_of_bfloat16_are_those_of_its_bits():
    found = fg.finfo(fg.bfloat16)
    one = fg.ones((), dtype=fg.bfloat16)
    assert (one + found.eps).item() == 1 + found.eps
    assert (one + found.eps / 2).item() == 1
    assert fg.tensor(found.max, dtype=fg.bfloat16).item() == found.max
    assert fg.tensor(found.max * (1 + found.eps), dtype=fg.float64).astype(fg.bfloat16).item() == fg.inf


@pytest.mark.parametrize("name", [*SIGNED, *UNSIGNED])
def test_limits_of_integers_are_numpys(name):
    found, wanted = fg.iinfo(fg.ones(2, dtype=dtype(name))), np.iinfo(name)
    assert (found.bits, found.min, found.max) == (wanted.bits, wanted.min, wanted.max)
    assert found.dtype is dtype(name)


def test_limits_of_the_other_kind_are_a_type_error():
    with pytest.raises(TypeError, match="finfo: type must be a floating dtype, got int8; iinfo"):
        fg.finfo(fg.int8)
    with pytest.raises(TypeError, match="iinfo: type must be an integer dtype, got float32; finfo"):
        fg.iinfo(fg.ones(2))
    with pytest.raises(TypeError, match="iinfo: type must be an integer dtype, got bool"):
        fg.iinfo(fg.bool)
    with pytest.raises(TypeError, match="is not a dtype of fastgrad"):
        fg.finfo("complex64")


def test_the_namespace_is_given_in_the_versions_that_it_has():
    x = fg.ones(2)
    assert x.__array_namespace__() is x.__array_namespace__(api_version=None) is fg
    assert x.__array_namespace__(api_version=fg.__array_api_version__) is fg
    with pytest.raises(ValueError, match=r"api_version must be one of .*'2025\.12'\), got '2019\.12'"):
        x.__array_namespace__(api_version="2019.12")


def test_what_the_namespace_says_of_itself_is_so():
    info = fg.__array_namespace_info__()
    most = info.capabilities()["max dimensions"]
    assert fg.ones((1,) * most).ndim == most
    with pytest.raises(ValueError, match=str(most)):
        fg.ones((1,) * (most + 1))
    assert info.devices() == (info.default_device(),)
    assert info.default_dtypes() == {
        "real floating": fg.ones(2).dtype,
        "integral": fg.asarray([1]).dtype,
        "indexing": fg.argmax(fg.ones(2)).dtype,
    }
    for name, found in info.dtypes(device="cpu").items():
        assert fg.zeros(2, dtype=found).dtype is getattr(fg, name)


def test_there_is_one_device():
    x = fg.ones(2, device="cpu")
    assert x.to_device(x.device) is x
    assert x.to_device("cpu", stream=None) is x
    with pytest.raises(ValueError, match=r"to_device: device must be 'cpu'.*, got 'cuda'"):
        x.to_device("cuda")
    with pytest.raises(ValueError, match=r"to_device: stream must be None, .*, got 1"):
        x.to_device("cpu", stream=1)
    assert fg.astype(x, fg.float32, copy=False, device="cpu") is x
    with pytest.raises(ValueError, match=r"astype: device must be 'cpu', .*, got 'cuda'"):
        fg.astype(x, fg.float32, device="cuda")
    for asked in (fg.__array_namespace_info__().dtypes, fg.__array_namespace_info__().default_dtypes):
        with pytest.raises(ValueError, match="device must be 'cpu' or None, got 'cuda'"):
            asked(device="cuda")
