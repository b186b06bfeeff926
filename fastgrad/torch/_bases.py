"""The classes that PyTorch's layers derive from, by PyTorch's names: what programs ask for by isinstance."""

from __future__ import annotations

from fastgrad.nn.conv import _ConvNd, _ConvTransposeNd
from fastgrad.nn.dropout import _Dropout as _DropoutNd
from fastgrad.nn.loss import Loss as _Loss, WeightedLoss as _WeightedLoss
from fastgrad.nn.normalization import _BatchNorm, _ByChannel as _NormBase, _InstanceNorm
from fastgrad.nn.pool import _AvgPoolNd, _MaxPoolNd, _MaxUnpoolNd

__all__ = [
    "_AvgPoolNd",
    "_BatchNorm",
    "_ConvNd",
    "_ConvTransposeNd",
    "_DropoutNd",
    "_InstanceNorm",
    "_Loss",
    "_MaxPoolNd",
    "_MaxUnpoolNd",
    "_NormBase",
    "_WeightedLoss",
    "_addindent",
]


def _addindent(s_: str, numSpaces: int) -> str:
    """Indent all lines but the first."""
    return s_.replace("\n", "\n" + " " * numSpaces)
