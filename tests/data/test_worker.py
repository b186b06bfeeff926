"""Workers, as programs meet them: what PyTorch's processes give, in their order, and what does not leave them."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data


class Range(data.IterableDataset):
    """The numbers from start to end."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        return iter(range(self.start, self.end))


class Shared(Range):
    """A range of which each worker reads its part."""

    def __iter__(self):
        info = data.get_worker_info()
        if info is None:
            return super().__iter__()
        each = -(-(self.end - self.start) // info.num_workers)
        start = self.start + info.id * each
        return iter(range(start, min(start + each, self.end)))


class Told(data.Dataset):
    """What the worker that fetches a sample knows of itself."""

    def __len__(self):
        return 6

    def __getitem__(self, i):
        info = data.get_worker_info()
        return i, info.id, info.num_workers, info.dataset is self, getattr(self, "tag", -1)


class Drawn(data.Dataset):
    """Numbers of all three generators."""

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return fg.rand(()).item(), np.random.rand(), random.random()


def share(worker):
    dataset = data.get_worker_info().dataset
    each = -(-(dataset.end - dataset.start) // data.get_worker_info().num_workers)
    dataset.start += worker * each
    dataset.end = min(dataset.start + each, dataset.end)


def batches(*args, **kwargs):
    return [batch.tolist() for batch in data.DataLoader(*args, **kwargs)]


# PyTorch's answers.
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10]]),
        (2, [[0, 1], [6, 7], [2, 3], [8, 9], [4, 5], [10]]),
        (3, [[0, 1], [4, 5], [8, 9], [2, 3], [6, 7], [10]]),
    ],
)
def test_each_worker_reads_its_part(count, expected):
    assert batches(Shared(0, 11), 2, num_workers=count) == expected
    if count:
        assert batches(Range(0, 11), 2, num_workers=count, worker_init_fn=share) == expected


def test_each_worker_reads_all_that_it_is_not_told_to_leave():
    assert batches(Range(0, 5), 2, num_workers=2) == [[0, 1], [0, 1], [2, 3], [2, 3], [4], [4]]
    assert batches(Shared(0, 7), 2, drop_last=True, num_workers=3) == [[0, 1], [3, 4]]
    assert list(data.DataLoader(Shared(0, 7), None, num_workers=3)) == [0, 3, 6, 1, 4, 2, 5]


def test_workers_know_themselves_and_change_their_own_copies():
    def begin(worker):
        data.get_worker_info().dataset.tag = 10 * worker

    dataset = Told()
    loader = data.DataLoader(dataset, 2, num_workers=2, worker_init_fn=begin)
    for _ in range(2):
        assert [[column.tolist() for column in batch] for batch in loader] == [
            [[0, 1], [0, 0], [2, 2], [True, True], [0, 0]],
            [[2, 3], [1, 1], [2, 2], [True, True], [10, 10]],
            [[4, 5], [0, 0], [2, 2], [True, True], [0, 0]],
        ]
    assert not hasattr(dataset, "tag")
    assert data.get_worker_info() is None
    assert data.get_worker_info.__module__ == "fastgrad.data.worker"


@pytest.mark.parametrize("persistent", [False, True])
def test_random_numbers_are_each_workers_own(persistent):
    def begin(worker):
        begun.append(worker)

    begun = []
    loader = data.DataLoader(Drawn(), num_workers=2, persistent_workers=persistent, worker_init_fn=begin)
    np.random.seed(1)
    random.seed(1)
    fg.manual_seed(0)
    first = [x.item() for batch in loader for x in batch]
    second = [x.item() for batch in loader for x in batch]
    assert len({*first, *second}) == 24
    assert begun == ([0, 1] if persistent else [0, 1, 0, 1])
    assert (np.random.rand(), random.random()) == (0.417022004702574, 0.13436424411240122)
    fg.manual_seed(0)
    if not persistent:
        assert first == [x.item() for batch in loader for x in batch]


def test_a_worker_that_seeds_all_seeds_its_own():
    def begin(worker):
        seeds.append((data.get_worker_info().seed, worker))
        np.random.seed(3)
        random.seed(4)
        fg.manual_seed(5)

    seeds = []
    fg.manual_seed(0)
    loader = data.DataLoader(Drawn(), num_workers=2, worker_init_fn=begin)
    first, second, *_ = ([x.item() for x in batch] for batch in loader)
    assert first == second
    assert seeds[1][0] == seeds[0][0] + 1
    assert fg.rand(()).item() != fg.rand((), generator=fg.Generator(5)).item()


def test_loaders_in_threads_draw_what_they_draw_alone():
    def numbers(seed):
        loader = data.DataLoader(Drawn(), num_workers=2, generator=fg.Generator(seed))
        return [[x.item() for x in batch] for _ in range(20) for batch in loader]

    alone = [numbers(seed) for seed in range(4)]
    np.random.seed(1)
    random.seed(1)
    fg.manual_seed(0)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(numbers, range(4))) == alone
    assert (np.random.rand(), random.random()) == (0.417022004702574, 0.13436424411240122)
    assert fg.rand(()).item() == fg.rand((), generator=fg.Generator(0)).item()


def test_what_fails_in_a_worker_leaves_nothing_behind():
    def begin(worker):
        np.random.seed(7)
        raise ZeroDivisionError(worker)

    np.random.seed(1)
    with pytest.raises(ZeroDivisionError):
        iter(data.DataLoader(Told(), num_workers=2, worker_init_fn=begin))
    assert data.get_worker_info() is None
    assert np.random.rand() == 0.417022004702574
    with pytest.raises(TypeError, match="worker_init_fn must be callable"):
        data.DataLoader(Told(), num_workers=1, worker_init_fn=3)


class Repeated:
    """A batch sampler without end."""

    def __init__(self, sampler):
        self.sampler = sampler

    def __iter__(self):
        while True:
            yield from self.sampler


class Endless(data.DataLoader):
    """A loader whose one pass has no end, as programs write it: its sampler is replaced."""

    def __init__(self, *args, how, **kwargs):
        super().__init__(*args, **kwargs)
        if how == "object":
            object.__setattr__(self, "batch_sampler", Repeated(self.batch_sampler))
        else:
            self._DataLoader__initialized = False
            self.batch_sampler = Repeated(self.batch_sampler)
            self._DataLoader__initialized = True
        self.iterator = super().__iter__()

    def __len__(self):
        return len(self.batch_sampler.sampler)

    def __iter__(self):
        return (next(self.iterator) for _ in range(len(self)))


@pytest.mark.parametrize("how", ["object", "flag"])
@pytest.mark.parametrize("count", [0, 2])
def test_a_subclass_may_replace_its_sampler(how, count):
    loader = Endless(list(range(5)), 2, num_workers=count, how=how)
    for _ in range(2):
        assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4]]


def test_what_holds_for_a_loaders_life():
    loader = data.DataLoader(list(range(10)), 3)
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        with pytest.raises(ValueError, match=f"DataLoader: {name} should not be set"):
            setattr(loader, name, None)
    assert loader.sampler is loader.sampler is loader.batch_sampler.sampler
    assert loader.batch_sampler is loader.batch_sampler
    assert loader.collate_fn is data.default_collate
    assert data.DataLoader([1], None).collate_fn is data.default_convert
    loader.collate_fn = list
    passed = iter(loader)
    assert (len(passed), next(passed), len(passed)) == (4, [0, 1, 2], 4)
    with pytest.raises(ValueError, match="multiprocessing_context must be one of"):
        data.DataLoader([1], num_workers=1, multiprocessing_context="nope")


def test_datasets_refuse_what_they_cannot_hold():
    assert data.ConcatDataset.cumsum(["a", "bc"]) == [1, 3]
    with pytest.raises(AssertionError, match="ChainDataset is for those"):
        data.ConcatDataset([Range(0, 2)])
    with pytest.raises(AssertionError, match="IterableDatasets, got a list"):
        list(data.ChainDataset([[1]]))
    assert data.Subset(fg.arange(10), [1, 2, 5])[[0, 2]].tolist() == [1, 5]
    with pytest.warns(UserWarning, match="the part at index 1 of .* has no samples"):
        assert [len(part) for part in data.random_split(range(2), [0.1, 0.1, 0.8])] == [1, 0, 1]
