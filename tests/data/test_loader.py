"""Datasets, splitting and batches."""

import copy
import itertools
import pickle
from collections import namedtuple

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data


def numbers(n=10):
    return data.TensorDataset(fg.arange(2 * n).reshape(n, 2), fg.arange(n))


def labels(loader):
    return [batch[1].tolist() for batch in loader]


def test_tensor_dataset():
    dataset = numbers()
    x, y = dataset[3]
    assert len(dataset) == 10
    assert x.tolist() == [6, 7]
    assert y.item() == 3
    x, y = dataset.take([9, 0, 9])
    assert x.tolist() == [[18, 19], [0, 1], [18, 19]]
    assert y.tolist() == [9, 0, 9]
    array = np.zeros((3, 2), np.float32)
    shared = data.TensorDataset(array)
    array[1] = 5.0
    assert shared[1][0].tolist() == [5.0, 5.0]
    with pytest.raises(IndexError):
        dataset[10]
    with pytest.raises(ValueError, match=r"\(3,\).*\(4,\)"):
        data.TensorDataset(fg.zeros(3), fg.zeros(4))
    with pytest.raises(ValueError, match="mismatch"):
        data.TensorDataset(fg.zeros(()))
    with pytest.raises(ValueError, match="at least one"):
        data.TensorDataset()


def test_batches_come_in_order_with_the_rest_last():
    loader = data.DataLoader(numbers(), 4)
    assert labels(loader) == labels(loader) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len(loader) == 3
    x, y = next(iter(loader))
    assert x.shape == (4, 2)
    assert x.dtype == y.dtype == fg.int64
    loader = data.DataLoader(numbers(), batch_size=4, drop_last=True)
    assert labels(loader) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert len(loader) == 2
    assert len(data.DataLoader(numbers())) == 10
    assert labels(data.DataLoader(numbers(0), 3)) == []
    assert len(data.DataLoader(numbers(0), 3)) == 0
    assert len(data.DataLoader(numbers(8), 4)) == len(data.DataLoader(numbers(8), 4, drop_last=True)) == 2


def test_batches_do_not_share_memory_with_the_dataset():
    dataset = numbers()
    x, _ = next(iter(data.DataLoader(dataset, 4)))
    x.fill_(-1)
    assert dataset[0][0].tolist() == [0, 1]


def test_shuffling_visits_everything_once_in_a_new_order_each_time():
    loader = data.DataLoader(numbers(100), 7, shuffle=True, generator=fg.Generator(0))
    first, second = ([y for batch in labels(loader) for y in batch] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second != list(range(100))
    for x, y in loader:
        assert x[:, 0].tolist() == [2 * v for v in y.tolist()]


def test_shuffling_is_reproducible():
    def order(generator=None):
        return labels(data.DataLoader(numbers(100), 7, True, generator=generator))

    assert order(fg.Generator(1)) == order(fg.Generator(1)) != order(fg.Generator(2))
    fg.manual_seed(5)
    first = order()
    fg.manual_seed(5)
    assert order() == first


def test_two_passes_may_be_under_way_at_once():
    loader = data.DataLoader(numbers(4), 2)
    assert [(a[1].tolist(), b[1].tolist()) for a in loader for b in loader][1] == ([0, 1], [2, 3])


def test_samplers_choose():
    loader = data.DataLoader(numbers(), 2, sampler=[5, 5, 1])
    assert labels(loader) == [[5, 5], [1]]
    assert len(loader) == 2
    assert labels(data.DataLoader(numbers(), 2, sampler=iter(range(3)))) == [[0, 1], [2]]
    with pytest.raises(ValueError, match="exclude"):
        data.DataLoader(numbers(), 2, True, sampler=[0])


class Squares(data.Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return {"i": i, "square": np.float32(i * i), "name": f"n{i}"}


def test_any_indexed_collection_is_a_dataset():
    (batch,) = data.DataLoader(Squares(), 5)
    assert batch["i"].tolist() == [0, 1, 2, 3, 4]
    assert batch["i"].dtype == fg.int64
    assert batch["square"].tolist() == [0.0, 1.0, 4.0, 9.0, 16.0]
    assert batch["square"].dtype == fg.float32
    assert batch["name"] == ["n0", "n1", "n2", "n3", "n4"]
    pairs = [(fg.zeros(2), 1.5), (fg.ones(2), 2.5)]
    ((x, y),) = data.DataLoader(pairs, 2)
    assert x.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert y.tolist() == [1.5, 2.5]
    assert y.dtype == fg.float32
    assert list(data.DataLoader(["a", "b"], 2)) == [["a", "b"]]
    assert list(data.DataLoader(pairs, 2, collate_fn=len)) == [2]


def test_collating_keeps_structure_and_refuses_what_differs():
    Point = namedtuple("Point", "x y")
    merged = data.default_collate([Point(1, [True]), Point(2, [False])])
    assert isinstance(merged, Point)
    assert merged.x.tolist() == [1, 2]
    assert merged.y[0].tolist() == [True, False]
    assert merged.y[0].dtype == fg.bool
    for samples, error in (
        ([fg.zeros(2), fg.zeros(3)], ValueError),
        ([(1, 2), (1,)], ValueError),
        ([{"a": 1}, {"b": 1}], ValueError),
        ([], ValueError),
        ([object()], TypeError),
        ([None], TypeError),
    ):
        with pytest.raises(error, match="default_collate"):
            data.default_collate(samples)


def test_absurd_arguments_are_refused():
    for size in (0, -1, True):
        with pytest.raises(ValueError, match="batch_size"):
            data.DataLoader(numbers(), size)
    for size in (2.0, np.float64(2), "2", [2]):
        with pytest.raises(TypeError, match="DataLoader: batch_size must be an int"):
            data.DataLoader(numbers(), size)
    with pytest.raises(TypeError, match="generator"):
        data.DataLoader(i for i in range(3))
    for argument, wrong, message in (
        ("sampler", 3, "sampler must be an iterable of ints, got a int"),
        ("collate_fn", "stack", "collate_fn must be callable, got a str"),
        ("generator", 3, r"generator must be a fastgrad\.Generator or None, got a int"),
    ):
        with pytest.raises(TypeError, match=f"DataLoader: {message}"):
            data.DataLoader(numbers(), **{argument: wrong})
    for name in ("__getitem__", "__len__"):
        with pytest.raises(NotImplementedError, match=name):
            getattr(data.Dataset(), name)(*([0] if name == "__getitem__" else []))


@pytest.mark.parametrize("wrong", [1.7, 1.0, np.float32(1), "1", None, True, np.bool_(True), [1], fg.tensor(1.0)])
def test_a_position_is_an_int(wrong):
    for collate_fn in (None, list):
        loader = data.DataLoader(numbers(), 2, sampler=[0, wrong], collate_fn=collate_fn)
        with pytest.raises(TypeError, match="DataLoader: sampler: positions must be ints, got"):
            list(loader)
    for dataset in (data.Subset(numbers(), [0, wrong]), data.Subset(Squares(), [0, wrong])):
        with pytest.raises(TypeError, match="Subset: positions must be ints, got"):
            list(data.DataLoader(dataset, 2))
        with pytest.raises(TypeError, match="Subset: positions must be ints, got"):
            list(dataset)
    with pytest.raises(TypeError, match="take: positions must be ints, got"):
        Squares().take([wrong])


def test_positions_may_be_integers_of_any_kind():
    for positions in (np.array([2, 0]), fg.tensor([2, 0]), (np.uint8(2), 0), range(2, -1, -2)):
        assert labels(data.DataLoader(numbers(), 2, sampler=positions)) == [[2, 0]]
        assert labels(data.DataLoader(data.Subset(numbers(), positions), 2)) == [[2, 0]]
        (batch,) = data.DataLoader(data.Subset(Squares(), positions), 2)
        assert batch["i"].tolist() == [2, 0]


def test_samplers_and_long_datasets_are_visited_as_far_as_needed():
    asked = []

    def endless():
        for i in itertools.count():
            asked.append(i)
            yield i % 10

    loader = data.DataLoader(numbers(), 4, sampler=endless())
    batches = iter(loader)
    assert asked == []
    assert next(batches)[1].tolist() == [0, 1, 2, 3]
    assert asked == [0, 1, 2, 3]
    with pytest.raises(TypeError, match="DataLoader: its sampler, a generator, has no length"):
        len(loader)
    assert labels(data.DataLoader(numbers(), 4, sampler=iter(range(9)), drop_last=True)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert labels(data.DataLoader(numbers(), 4, sampler=[])) == []
    for dataset in (range(10**15), data.Subset(range(10**15), range(10**15))):
        assert next(iter(data.DataLoader(dataset, 3))).tolist() == [0, 1, 2]
    assert next(iter(data.DataLoader(range(10**15), 2, sampler=range(5, 10**15)))).tolist() == [5, 6]


def test_a_dataset_without_a_length_needs_a_sampler():
    class Endless(data.Dataset):
        def __getitem__(self, i):
            if i == 3:
                raise IndexError
            return i

    with pytest.raises(
        TypeError, match=r"DataLoader: the dataset must have __len__, unless a sampler.*Endless does not def"
    ):
        data.DataLoader(Endless())
    with pytest.raises(TypeError, match="Endless does not define __len__"):
        data.random_split(Endless(), [1.0])
    assert [b.tolist() for b in data.DataLoader(Endless(), 2, sampler=[2, 0, 1])] == [[2, 0], [1]]
    assert list(Endless()) == [0, 1, 2]


def test_a_table_that_is_indexed_by_labels_is_refused():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match=r"a DataFrame is indexed by its labels.*TensorDataset of to_numpy\(\)"):
        data.DataLoader(pandas.DataFrame({"a": [1]}))


def test_samples_of_different_kinds_are_refused():
    for samples in ([fg.zeros(1), 1.0], [1.0, fg.zeros(1)], [(1,), 1], [{"a": 1}, [1]], ["a", 1], [1, None]):
        with pytest.raises(TypeError, match="default_collate: samples must be of the same kind"):
            data.default_collate(samples)
    assert data.default_collate([fg.zeros(1), np.ones(1, np.float32)]).tolist() == [[0.0], [1.0]]


def test_subsets():
    subset = data.Subset(numbers(), [7, 1, 3])
    assert len(subset) == 3
    assert subset[1][1].item() == 1
    assert labels(data.DataLoader(subset, 2)) == [[7, 1], [3]]
    inner = data.Subset(subset, [2, 0])
    assert labels(data.DataLoader(inner, 2)) == [[3, 7]]
    assert list(data.Subset([10, 20, 30], [2, 0])) == [30, 10]


def test_random_split():
    parts = data.random_split(numbers(), [7, 3], generator=fg.Generator(0))
    assert [len(part) for part in parts] == [7, 3]
    assert sorted(parts[0].indices + parts[1].indices) == list(range(10))
    again = data.random_split(numbers(), [7, 3], generator=fg.Generator(0))
    assert [part.indices for part in again] == [part.indices for part in parts]
    assert [len(part) for part in data.random_split(range(11), [0.5, 0.25, 0.25])] == [6, 3, 2]
    assert [len(part) for part in data.random_split(range(3), [1.0])] == [3]
    assert [len(part) for part in data.random_split(range(3), [0, 3])] == [0, 3]
    for lengths in ([7.0, 3.0], [2, 8.0], ["7", "3"], [None, 3], [[7], 3]):
        with pytest.raises(TypeError, match="random_split"):
            data.random_split(range(10), lengths)
    for lengths in ([7, 4], [0.5, 0.6], [-1, 11], [float("nan"), 1.0]):
        with pytest.raises(ValueError, match="random_split"):
            data.random_split(range(10), lengths)


def test_datasets_and_loaders_are_copied_and_pickled():
    loader = data.DataLoader(data.Subset(numbers(), [3, 1]), 2)
    for twin in (copy.deepcopy(loader), pickle.loads(pickle.dumps(loader))):
        assert labels(twin) == [[3, 1]]


def test_columns_that_hold_no_numbers_are_named():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"age": [1.0, 2.0], "name": ["x", "y"], "day": pandas.to_datetime(["2026-01-01"] * 2)})
    numbers = table[["age"]].to_numpy()
    with pytest.raises(TypeError, match=r"TensorDataset: tensors\[1\]: the columns \['name', 'day'\] hold no numbers"):
        data.TensorDataset(numbers, table)
    with pytest.raises(TypeError, match=r"the column 'name' holds no numbers; leave it out, or turn it into numbers"):
        data.TensorDataset(table[["age", "name"]])
    with pytest.raises(TypeError, match=r"tensors\[0\]: the column 'name' holds no numbers but "):
        data.TensorDataset(table["name"])
    assert data.TensorDataset(table[["age"]], table["age"]).tensors[1].tolist() == [1.0, 2.0]


def test_samplers_that_nobody_gave_are_there():
    places = data.TensorDataset(fg.arange(5))
    in_order, shuffled = data.DataLoader(places, 2, drop_last=True), data.DataLoader(places, 2, shuffle=True)
    assert list(in_order.sampler) == [0, 1, 2, 3, 4]
    assert list(in_order.batch_sampler) == [[0, 1], [2, 3]]
    assert len(shuffled.sampler) == 5
    assert sorted(shuffled.sampler) == [0, 1, 2, 3, 4]
    assert len(shuffled.batch_sampler) == len(shuffled) == 3
    assert data.DataLoader(places, batch_size=None).batch_sampler is None
    given = [4, 0]
    assert data.DataLoader(places, 1, sampler=given).sampler is given
