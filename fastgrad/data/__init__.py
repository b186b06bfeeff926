"""Datasets, loaders and file formats."""

from fastgrad import _missing, _names
from fastgrad.data.combined import (
    ChainDataset as ChainDataset,
    ConcatDataset as ConcatDataset,
    IterableDataset as IterableDataset,
    StackDataset as StackDataset,
)
from fastgrad.data.dataset import (
    Dataset as Dataset,
    Subset as Subset,
    TensorDataset as TensorDataset,
    default_collate as default_collate,
    default_convert as default_convert,
    random_split as random_split,
)
from fastgrad.data.idx import (
    mnist as mnist,
    read_idx as read_idx,
)
from fastgrad.data.loader import (
    DataLoader as DataLoader,
)
from fastgrad.data.sampler import (
    BatchSampler as BatchSampler,
    RandomSampler as RandomSampler,
    Sampler as Sampler,
    SequentialSampler as SequentialSampler,
    SubsetRandomSampler as SubsetRandomSampler,
    WeightedRandomSampler as WeightedRandomSampler,
)
from fastgrad.data.worker import (
    WorkerInfo as WorkerInfo,
    get_worker_info as get_worker_info,
)

__all__ = _names.public(globals(), modules=())

_missing.explain(__name__)
