"""Embeddings: tables whose rows are looked up by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import whole
from fastgrad.errors import AssertedValueError, TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, draw_parameters, size
from fastgrad.nn.functional.embedding import embedding, embedding_bag
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor


class _Table(Module):
    """What both layers have: the table, and how it is made."""

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None
    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        max_norm: float | None,
        norm_type: float,
        scale_grad_by_freq: bool,
        sparse: bool,
        weight: Any,
        freeze: bool,
        device: Any,
        dtype: Any,
        generator: Generator | None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.num_embeddings = size(num_embeddings, layer, "num_embeddings")
        self.embedding_dim = size(embedding_dim, layer, "embedding_dim")
        if sparse:
            raise TensorValueError(f"{layer}: sparse=True is not supported, there are no sparse gradients")
        if padding_idx is not None:
            row = whole(padding_idx, layer, "padding_idx")
            if not -num_embeddings <= row < num_embeddings:
                raise AssertedValueError(
                    f"{layer}: padding_idx must be within num_embeddings = {num_embeddings}, got {padding_idx}"
                )
            padding_idx = row + num_embeddings if row < 0 else row
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        shape = (num_embeddings, embedding_dim)
        if weight is None:
            self.weight = Parameter(fg.empty(shape, dtype=dtype, device=device), requires_grad=not freeze)
            draw_parameters(self, generator)
        else:
            given = as_tensor(weight, layer)
            if given.shape != shape:
                raise TensorValueError(
                    f"{layer}: the weight must have shape (num_embeddings, embedding_dim) = {shape}, got {given.shape}"
                )
            self.weight = Parameter(given, requires_grad=not freeze)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the table anew."""
        init.normal_(self.weight, generator=generator)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self) -> None:
        if self.padding_idx is not None:
            with fg.no_grad():
                self.weight[self.padding_idx] = 0.0

    def _described(self) -> list[str]:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        if self.max_norm is not None:
            parts.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            parts.append(f"norm_type={self.norm_type}")
        if self.scale_grad_by_freq:
            parts.append(f"scale_grad_by_freq={self.scale_grad_by_freq}")
        return parts


def _sizes(embeddings: Any, layer: str) -> tuple[Tensor, int, int]:
    """A table as a tensor, and its two sizes."""
    table = as_tensor(embeddings, layer)
    if table.ndim != 2:
        raise AssertedValueError(
            f"{layer}: embeddings must be 2-D (num_embeddings, embedding_dim), got shape {table.shape}"
        )
    return table, table.shape[0], table.shape[1]


class Embedding(_Table):
    """Look up rows of a trained table by their numbers, by `functional.embedding`.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Rows and columns of the table.
    padding_idx : int, optional
        The row that begins at zero and gets no gradient; negative ones count from the end.
    max_norm, norm_type, scale_grad_by_freq, sparse
        As the function has them.
    device, dtype : optional
        The table's dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where the table is drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)
        Drawn from the standard normal distribution.

    Raises
    ------
    ValueError
        If a size is negative, `padding_idx` is outside the table, or `sparse`.

    Notes
    -----
    Shape: (...) of integers to (..., embedding_dim).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Embedding(10, 3)(fg.tensor([[1, 2, 4, 5], [4, 3, 2, 9]])).shape
    (2, 4, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Any = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            num_embeddings,
            embedding_dim,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight,
            _freeze,
            device,
            dtype,
            generator,
        )

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Make a layer of a table that there is, whose memory it shares.

        Parameters
        ----------
        embeddings : Tensor, shape (num_embeddings, embedding_dim)
            The table, a row for each index.
        freeze : bool, default True
            Whether it is not trained.
        padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
            As the layer has them.

        Examples
        --------
        >>> import fastgrad as fg
        >>> layer = fg.nn.Embedding.from_pretrained(fg.tensor([[1.0, 2.0], [3.0, 4.0]]))
        >>> layer(fg.tensor([1])).tolist()
        [[3.0, 4.0]]
        """
        table, rows, columns = _sizes(embeddings, cls.__name__)
        return cls(
            rows,
            columns,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=table,
            _freeze=freeze,
        )

    def forward(self, input: Tensor) -> Tensor:
        return embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        sizes, *others = self._described()
        padding = [] if self.padding_idx is None else [f"padding_idx={self.padding_idx}"]
        return ", ".join([sizes, *padding, *others])


class EmbeddingBag(_Table):
    """Look up rows of a trained table in bags, each reduced to one row, by `functional.embedding_bag`.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Rows and columns of the table.
    max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset
        As the function has them.
    padding_idx : int, optional
        The row that begins at zero and is left out of every bag; negative ones count from the end.
    device, dtype : optional
        The table's dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where the table is drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)
        Drawn from the standard normal distribution.

    Raises
    ------
    ValueError
        If a size is negative, `padding_idx` is outside the table, the mode is unknown, or `sparse`.

    Notes
    -----
    Shape: (bags, length), or (indices,) and offsets (bags,), to (bags, embedding_dim).

    Examples
    --------
    >>> import fastgrad as fg
    >>> bags = fg.nn.EmbeddingBag(10, 3, mode="sum")
    >>> bags(fg.tensor([1, 2, 4, 5, 4, 3, 2, 9]), fg.tensor([0, 4])).shape
    (2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Any = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        if mode not in ("mean", "sum", "max"):
            raise TensorValueError(f"EmbeddingBag: mode must be 'mean', 'sum' or 'max', got {mode!r}")
        if mode == "max" and scale_grad_by_freq:
            raise TensorValueError("EmbeddingBag: scale_grad_by_freq must be False where mode is 'max'")
        super().__init__(
            num_embeddings,
            embedding_dim,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight,
            False,
            device,
            dtype,
            generator,
        )
        self.mode = mode
        self.include_last_offset = include_last_offset

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Make a layer of a table that there is, whose memory it shares.

        Parameters
        ----------
        embeddings : Tensor, shape (num_embeddings, embedding_dim)
            The table, a row for each index.
        freeze : bool, default True
            Whether it is not trained.
        max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx
            As the layer has them.

        Examples
        --------
        >>> import fastgrad as fg
        >>> layer = fg.nn.EmbeddingBag.from_pretrained(fg.tensor([[1.0, 2.0], [3.0, 4.0]]))
        >>> layer(fg.tensor([[0, 1]])).tolist()
        [[2.0, 3.0]]
        """
        table, rows, columns = _sizes(embeddings, cls.__name__)
        layer = cls(
            rows,
            columns,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            mode,
            sparse,
            _weight=table,
            include_last_offset=include_last_offset,
            padding_idx=padding_idx,
        )
        layer.weight.requires_grad_(not freeze)
        return layer

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        padding = [] if self.padding_idx is None else [f"padding_idx={self.padding_idx}"]
        return ", ".join([*self._described(), f"mode={self.mode!r}", *padding])
