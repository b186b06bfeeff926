"""Datasets, loaders and file formats."""

from fastgrad.data.dataset import Dataset, Subset, TensorDataset, default_collate, random_split
from fastgrad.data.idx import mnist, read_idx
from fastgrad.data.loader import DataLoader

__all__ = [
    "DataLoader",
    "Dataset",
    "Subset",
    "TensorDataset",
    "default_collate",
    "mnist",
    "random_split",
    "read_idx",
]
