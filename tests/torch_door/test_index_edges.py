"""What indexes, fills and cuts at the edges: places out of range, masks, wrong lengths, numbers no integer holds."""

from __future__ import annotations

import math

import pytest

import fastgrad as fg

T = fg.tensor


@pytest.mark.parametrize("name", ["index_put", "index_put_"])
@pytest.mark.parametrize(
    ("indices", "axis", "length"), [(([0, 0], [1, 3]), 1, 2), (([1], [-3]), 1, 2), (([3], [0]), 0, 3)]
)
def test_what_is_added_at_places_stays_in_its_row(name, indices, axis, length):
    at = tuple(T(index) for index in indices)
    with pytest.raises(IndexError, match=rf"{name}: .* axis {axis} with size {length}"):
        getattr(fg.zeros(3, 2), name)(at, fg.ones(len(at[0])), accumulate=True)


@pytest.mark.parametrize("name", ["index_put", "index_put_"])
@pytest.mark.parametrize(
    ("indices", "expected"),
    [
        ((T([True, False, True]),), [[1, 1], [0, 0], [1, 1]]),
        ((T([[True, False], [False, False], [True, True]]),), [[1, 0], [0, 0], [1, 1]]),
        ((T([True, False, True]), T([1, 0])), [[0, 1], [0, 0], [1, 0]]),
        ((T([0, 0, -1]),), [[2, 2], [0, 0], [1, 1]]),
        ((T([[0], [2]]), T([0, 0])), [[2, 0], [0, 0], [2, 0]]),
    ],
)
def test_masks_and_places_that_broadcast_are_added_to(name, indices, expected):
    assert getattr(fg.zeros(3, 2), name)(indices, T(1.0), accumulate=True).tolist() == expected


@pytest.mark.parametrize("accumulate", [False, True])
def test_indices_are_tensors_and_not_bytes(accumulate):
    with pytest.raises(IndexError, match="index_put: indices of uint8"):
        fg.zeros(3).index_put((T([1, 0, 1], dtype=fg.uint8),), T(1.0), accumulate)
    with pytest.raises(TypeError, match="index_put: each of indices must be a Tensor, got NoneType"):
        fg.zeros(3, 2).index_put((None, T([1, 0])), T(1.0), accumulate)


@pytest.mark.parametrize("name", ["index_add", "index_add_", "index_copy", "index_copy_"])
def test_a_slice_is_wanted_for_each_place(name):
    write = getattr(fg.zeros(3, 2), name)
    with pytest.raises(RuntimeError, match=f"{name}: .* index has 2 and source has length 1 along dim 0"):
        write(0, T([0, 1]), fg.ones(1, 2))
    with pytest.raises(RuntimeError, match=rf"{name}: source must have shape \(2, 2\).* got \(2,\)"):
        write(0, T([0, 1]), fg.ones(2))


def test_floats_are_not_added_to_integers():
    with pytest.raises(RuntimeError, match=r"index_add: source must have input's dtype (torch.)?int64"):
        T([1, 2]).index_add(0, T([0]), T([1.5]))
    with pytest.raises(TypeError, match=r"index_put: values must have input's dtype (torch.)?int64"):
        T([1, 2]).index_put((T([0]),), T([1.5]), accumulate=True)
    with pytest.raises(RuntimeError, match=r"masked_scatter: source must have input's dtype (torch.)?int64"):
        T([1, 2]).masked_scatter(T([True, False]), T([1.5]))


@pytest.mark.parametrize("value", [math.nan, math.inf, T(math.nan)])
def test_no_integer_is_filled_with_what_is_not_finite(value):
    with pytest.raises(ValueError, match=r"masked_fill: value must be finite .* got (nan|inf)"):
        T([1, 2]).masked_fill(T([True, False]), value)
    with pytest.raises(ValueError, match=r"index_fill: value must be finite .* got (nan|inf)"):
        T([1, 2]).index_fill(0, T([0]), value)


def test_bools_stay_bools_where_they_are_filled():
    filled = T([True, False]).masked_fill(T([False, True]), 0.5)
    assert filled.dtype is fg.bool
    assert filled.tolist() == [True, True]


@pytest.mark.parametrize("sections", [0, -2])
@pytest.mark.parametrize("name", ["tensor_split", "hsplit"])
def test_parts_are_at_least_one(name, sections):
    with pytest.raises(ValueError, match=f"{name}: sections must be positive, got {sections}"):
        getattr(fg.arange(4), name)(sections)


@pytest.mark.parametrize("target", [math.nan, 2.0, True])
def test_labels_of_the_adaptive_softmax_are_integers(target):
    layer = fg.nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3])
    with pytest.raises(TypeError, match="AdaptiveLogSoftmaxWithLoss: target must be integer class indices"):
        layer(fg.zeros(4), target)
