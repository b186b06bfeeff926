"""New tensors: shapes in every spelling, values as NumPy's, sizes that make no sense refused."""

import inspect

import numpy as np
import pytest

import fastgrad as fg


@pytest.mark.parametrize("make", [fg.zeros, fg.ones, fg.empty])
def test_a_shape_is_numbers_a_tuple_or_a_keyword(make):
    assert make(2, 3).shape == make((2, 3)).shape == make([2, 3]).shape == make(shape=(2, 3)).shape == (2, 3)
    assert make(3).shape == (3,)
    assert make(()).shape == make().shape == ()
    assert make(0, 2).size == 0
    assert make(np.int64(2)).shape == (2,)
    assert next(iter(inspect.signature(make).parameters)) == "shape"
    with pytest.raises(TypeError, match="multiple values for keyword argument 'shape'"):
        make(2, shape=(2,))
    with pytest.raises(TypeError, match="the dtype is given twice"):
        make((2,), fg.int8, dtype=fg.int8)


@pytest.mark.parametrize("make", [fg.zeros, fg.ones, fg.empty, lambda *s: fg.full(s[0] if len(s) == 1 else s, 1.0)])
def test_sizes_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError, match=r"-1|negative"):
        make(-1)
    with pytest.raises(TypeError, match=r"2\.5|float"):
        make((2.5,))
    with pytest.raises((ValueError, MemoryError)):
        make((2**40, 2**40))
    with pytest.raises((ValueError, MemoryError)):
        make((2**62, 4))
    with pytest.raises((ValueError, MemoryError, OverflowError)):
        make((2**70,))
    with pytest.raises(ValueError, match=r"dim|axes"):
        make((1,) * 100)


@pytest.mark.parametrize(
    "arguments",
    [(5,), (2, 7), (2, 7, 2), (7, 2, -2), (0,), (5, 2), (0, 1, 3), (-3, 3, 2), (2.0, 7.0, 0.5), (1, 0, -0.25)],
)
def test_arange_has_numpys_values(arguments):
    np.testing.assert_array_equal(
        fg.arange(*arguments).numpy(), np.arange(*arguments).astype(fg.arange(*arguments).dtype)
    )


def test_arange_of_ints_takes_steps_that_no_dtype_holds():
    assert fg.arange(3, 9, 2**70).tolist() == [3]
    assert fg.arange(9, 3, -(2**70)).tolist() == [9]
    assert fg.arange(5, 5, 2**70).tolist() == []
    assert fg.arange(-(2**62), -(2**62) + 3).tolist() == [-(2**62), -(2**62) + 1, -(2**62) + 2]


def test_arange_refuses_what_makes_no_range():
    with pytest.raises(ValueError, match="step"):
        fg.arange(0, 5, 0)
    for wrong in ((0, float("inf")), (0, float("nan")), (0, 1, 1e-300)):
        with pytest.raises((ValueError, OverflowError, MemoryError)):
            fg.arange(*wrong)


def test_linspace_eye_and_meshgrid_are_numpys():
    np.testing.assert_allclose(fg.linspace(-1, 2, 7).numpy(), np.linspace(-1, 2, 7), rtol=1e-6)
    np.testing.assert_allclose(fg.linspace(0, 1, 4, endpoint=False).numpy(), [0, 0.25, 0.5, 0.75])
    assert fg.linspace(0, 1, 0).shape == (0,)
    with pytest.raises(ValueError, match="-1"):
        fg.linspace(0, 1, -1)
    for n, m, k in [(3, 3, 0), (2, 4, 1), (4, 2, -1), (3, 3, 5), (3, 2, -9), (0, 3, 0)]:
        np.testing.assert_array_equal(fg.eye(n, m, k=k).numpy(), np.eye(n, m, k))
    for indexing in ("xy", "ij"):
        for ours, theirs in zip(
            fg.meshgrid(fg.arange(3), fg.arange(2), fg.arange(4), indexing=indexing),
            np.meshgrid(np.arange(3), np.arange(2), np.arange(4), indexing=indexing),
            strict=True,
        ):
            np.testing.assert_array_equal(ours.numpy(), theirs)
        assert isinstance(fg.meshgrid(fg.arange(3), fg.arange(2), indexing=indexing), tuple)


@pytest.mark.parametrize("make", [fg.zeros_like, fg.ones_like, fg.empty_like, lambda x, **k: fg.full_like(x, 1, **k)])
def test_like_takes_shape_layout_and_dtype(make):
    x = fg.asarray(np.asfortranarray(np.ones((3, 4), np.int16)))
    y = make(x)
    assert (y.shape, y.strides, y.dtype) == (x.shape, x.strides, x.dtype)
    assert make(x, dtype=fg.float64).dtype == fg.float64
    assert not make(fg.ones(2, requires_grad=True)).requires_grad


def test_requires_grad_is_an_argument_of_them_all():
    for x in (
        fg.zeros(2, requires_grad=True),
        fg.ones(2, requires_grad=True),
        fg.full((2,), 1.0, requires_grad=True),
        fg.tensor([1.0], requires_grad=True),
        fg.arange(2.0, requires_grad=True),
        fg.linspace(0, 1, 2, requires_grad=True),
        fg.eye(2, requires_grad=True),
        fg.empty(2, requires_grad=True),
        fg.ones_like(fg.ones(2), requires_grad=True),
    ):
        assert x.requires_grad
        assert x.is_leaf


def test_tensor_of_a_tensor_is_a_copy_without_history():
    x = fg.ones(2, requires_grad=True) * 2.0
    y = fg.tensor(x)
    assert not y.requires_grad
    assert y.data_ptr() != x.data_ptr()


def test_full_takes_a_0_dimensional_tensor_but_no_more():
    assert fg.full((2,), fg.tensor(3)).tolist() == [3, 3]
    with pytest.raises(TypeError, match=r"fill_value.*\(2,\)"):
        fg.full((2,), fg.ones(2))
