"""What ``torch.utils.data`` has for processes that share a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any

import numpy as np

from fastgrad.data import Sampler
from fastgrad.data.loader import Pass as _BaseDataLoaderIter

__all__ = ["DistributedSampler", "_BaseDataLoaderIter"]


class DistributedSampler(Sampler[int]):
    """Give this process its share of a dataset's indices.

    Parameters
    ----------
    dataset : sized
    num_replicas, rank : int, optional
        How many processes share the dataset, and which this is (0 of 1).
    shuffle : bool, optional
        Whether the indices are shuffled, by the seed and the epoch.
    seed : int, optional
        The same in every process.
    drop_last : bool, optional
        Whether what is left over is dropped, so that all have as many; otherwise the first indices are given again.
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        self.dataset = dataset
        self.num_replicas = 1 if num_replicas is None else num_replicas
        self.rank = 0 if rank is None else rank
        if self.num_replicas < 1 or not 0 <= self.rank < self.num_replicas:
            raise ValueError(
                f"DistributedSampler: rank must be from 0 to num_replicas - 1, got rank {rank} of {num_replicas}"
            )
        self.shuffle, self.seed, self.drop_last, self.epoch = shuffle, seed, drop_last, 0
        size = len(dataset)
        self.num_samples = size // self.num_replicas if drop_last else -(-size // self.num_replicas)
        self.total_size = self.num_samples * self.num_replicas

    def set_epoch(self, epoch: int) -> None:
        """Choose the shuffled order: without this each epoch has the same."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        size = len(self.dataset)
        order: Any = np.random.default_rng((self.seed, self.epoch)).permutation(size) if self.shuffle else range(size)
        return (int(order[i % size]) for i in range(self.rank, self.total_size, self.num_replicas))

    def __len__(self) -> int:
        return self.num_samples
