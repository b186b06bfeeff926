"""Samplers, datasets of datasets, and what DataLoader does with them."""

import itertools

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data


def test_positions_in_order_and_at_random():
    assert list(data.SequentialSampler("abc")) == [0, 1, 2]
    sampler = data.RandomSampler(range(20), generator=fg.Generator(0))
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second
    assert len(sampler) == 20


def test_more_positions_than_there_are_begin_a_new_order():
    drawn = list(data.RandomSampler(range(5), num_samples=12))
    assert sorted(drawn[:5]) == sorted(drawn[5:10]) == list(range(5))
    assert len(drawn) == 12


def test_an_endless_sampler_is_asked_as_far_as_needed():
    sampler = data.RandomSampler(range(10), replacement=True, num_samples=int(1e10))
    loader = data.DataLoader(list(range(10)), batch_size=4, sampler=sampler)
    assert [len(batch) for batch in itertools.islice(loader, 3)] == [4, 4, 4]
    assert len(loader) == int(1e10) // 4


def test_weights_choose():
    assert set(data.WeightedRandomSampler([0.0, 1.0, 0.0, 2.0], 50)) == {1, 3}
    assert sorted(data.WeightedRandomSampler([1.0, 1.0, 1.0], 3, replacement=False)) == [0, 1, 2]
    assert sorted(data.SubsetRandomSampler([7, 3, 5])) == [3, 5, 7]


def test_batches_of_positions():
    batches = data.BatchSampler(data.SequentialSampler(range(5)), 2, drop_last=False)
    assert list(batches) == [[0, 1], [2, 3], [4]]
    assert len(batches) == 3
    assert list(data.BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    loader = data.DataLoader(fg.arange(5), batch_sampler=batches)
    assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4]]
    assert len(loader) == 3


def test_samples_one_by_one():
    loader = data.DataLoader([np.arange(2), np.arange(2) + 5], batch_size=None)
    first, second = loader
    assert isinstance(first, fg.Tensor)
    assert second.tolist() == [5, 6]
    assert len(loader) == 2


class Count(data.IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def test_iterable_datasets_are_read_in_their_order():
    assert [b.tolist() for b in data.DataLoader(Count(5), batch_size=2)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in data.DataLoader(Count(5), batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(data.DataLoader(Count(3), batch_size=None)) == [0, 1, 2]
    assert list(Count(2) + Count(3)) == [0, 1, 0, 1, 2]
    with pytest.raises(ValueError, match="own order"):
        data.DataLoader(Count(5), shuffle=True)


def test_datasets_of_datasets():
    both = data.ConcatDataset(["ab", "cde"])
    assert "".join(both[i] for i in range(5)) == "abcde"
    assert both[-1] == "e"
    assert len(both) == 5
    with pytest.raises(IndexError, match="5 samples"):
        both[5]
    plain = data.TensorDataset(fg.arange(3)) + data.TensorDataset(fg.arange(2))
    assert [int(x) for (x,) in (plain[i] for i in range(5))] == [0, 1, 2, 0, 1]
    assert data.StackDataset("ab", "cd")[1] == ("b", "d")
    assert data.StackDataset(x="ab", y="cd")[0] == {"x": "a", "y": "c"}
    with pytest.raises(ValueError, match="one length"):
        data.StackDataset("ab", "c")


def test_what_chooses_how_changes_nothing():
    plain = data.DataLoader(fg.arange(6), batch_size=4)
    told = data.DataLoader(fg.arange(6), batch_size=4, num_workers=2, pin_memory=True, persistent_workers=True)
    assert [b.tolist() for b in plain] == [b.tolist() for b in told]
    assert data.get_worker_info() is None


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: data.RandomSampler("abc", num_samples=0), ValueError, "positive"),
        (lambda: data.RandomSampler("abc", replacement=1), TypeError, "replacement"),
        (lambda: data.WeightedRandomSampler([[1.0]], 1), ValueError, "vector"),
        (lambda: data.BatchSampler("abc", 0, False), ValueError, "positive"),
        (lambda: data.ConcatDataset([]), ValueError, "at least one"),
        (lambda: data.StackDataset(), ValueError, "position or by name"),
        (lambda: data.DataLoader("abc", workers=1), TypeError, "workers"),
        (lambda: data.DataLoader("abc", batch_sampler=[[0]], shuffle=True), ValueError, "excludes"),
        (lambda: data.DataLoader("abc", batch_size=None, drop_last=True), ValueError, "none to drop"),
    ],
)
def test_wrong_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
