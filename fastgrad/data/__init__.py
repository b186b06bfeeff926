"""Datasets, loaders and file formats."""

from fastgrad import _names
from fastgrad.data.dataset import (
    Dataset as Dataset,
    Subset as Subset,
    TensorDataset as TensorDataset,
    default_collate as default_collate,
    random_split as random_split,
)
from fastgrad.data.idx import (
    mnist as mnist,
    read_idx as read_idx,
)
from fastgrad.data.loader import DataLoader as DataLoader

__all__ = _names.public(globals(), modules=())
