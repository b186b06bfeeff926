"""What batches are made of: other mappings and sequences, datasets that fetch many at once, what workers are given."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList, defaultdict, deque
from types import MappingProxyType

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data


class Together(data.Dataset):
    """One by one its samples are not what they are together."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return i

    def __getitems__(self, indices):
        return [10 * i for i in indices]


@pytest.mark.parametrize("kind", [OrderedDict, UserDict, dict])
def test_mappings_keep_their_kind(kind):
    batch = data.default_collate([kind(a=1, b="x"), kind(a=2, b="y")])
    assert type(batch) is kind
    assert batch["a"].tolist() == [1, 2]
    assert batch["b"] == ["x", "y"]
    assert list(batch) == ["a", "b"]


def test_a_mapping_keeps_what_else_it_holds():
    sample = defaultdict(list, a=1)
    batch = data.default_collate([sample, defaultdict(list, a=2)])
    assert batch["new"] == []
    assert batch["a"].tolist() == [1, 2]
    assert sample == {"a": 1}


def test_a_mapping_that_cannot_be_written_is_made_anew():
    batch = data.default_collate([MappingProxyType({"a": 1}), MappingProxyType({"a": 2})])
    assert type(batch) is MappingProxyType
    assert batch["a"].tolist() == [1, 2]


@pytest.mark.parametrize("kind", [deque, UserList])
def test_sequences_keep_their_kind(kind):
    batch = data.default_collate([kind([1, 2.0]), kind([3, 4.0])])
    assert type(batch) is kind
    assert [column.tolist() for column in batch] == [[1, 3], [2.0, 4.0]]


def test_a_sequence_that_cannot_be_made_of_tensors_becomes_a_list():
    batch = data.default_collate([range(2), range(1, 3)])
    assert type(batch) is list
    assert [column.tolist() for column in batch] == [[0, 1], [1, 2]]


def test_conversion_keeps_kinds():
    converted = data.default_convert(UserDict(a=np.ones(2, np.float32), b=deque([np.float32(2), "text"])))
    assert type(converted) is UserDict
    assert converted["a"].tolist() == [1, 1]
    assert type(converted["b"]) is deque
    assert converted["b"][0].item() == 2
    assert converted["b"][1] == "text"


@pytest.mark.parametrize("collate", [None, fg.tensor])
@pytest.mark.parametrize(
    ("dataset", "expected"),
    [(Together(), [[0, 10], [20, 30], [40]]), (data.Subset(Together(), [1, 2, 4]), [[10, 20], [40]])],
)
def test_batches_are_fetched_together(dataset, collate, expected):
    assert [x.tolist() for x in data.DataLoader(dataset, batch_size=2, collate_fn=collate)] == expected


def test_stacked_datasets_are_fetched_together():
    assert data.StackDataset(Together(), "abcde").__getitems__([1, 3]) == [(10, "b"), (30, "d")]
    assert data.StackDataset(x=Together(), y="abcde").__getitems__([4]) == [{"x": 40, "y": "e"}]


def test_loaders_know_what_they_were_given():
    loader = data.DataLoader(range(3), num_workers=2, pin_memory=True, timeout=5)
    assert (loader.num_workers, loader.pin_memory, loader.timeout, loader.prefetch_factor) == (2, True, 5, 2)
    loader = data.DataLoader(range(3))
    assert (loader.pin_memory, loader.timeout, loader.prefetch_factor, loader.persistent_workers) == (
        False,
        0,
        None,
        False,
    )
    assert (loader.worker_init_fn, loader.multiprocessing_context, loader.in_order) == (None, None, True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"num_workers": -1}, "num_workers"),
        ({"timeout": -1}, "timeout"),
        ({"prefetch_factor": 2}, "prefetch_factor"),
        ({"prefetch_factor": -2, "num_workers": 1}, "prefetch_factor"),
        ({"persistent_workers": True}, "persistent_workers"),
        ({"multiprocessing_context": "fork"}, "multiprocessing_context"),
    ],
)
def test_what_no_workers_can_be_is_refused(given, named):
    with pytest.raises(ValueError, match=f"DataLoader: {named}"):
        data.DataLoader(range(3), **given)
