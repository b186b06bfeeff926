"""``einops.layers.fastgrad``: einops's layers as modules of `fastgrad.nn`, with the patterns that it documents."""

from __future__ import annotations

from typing import Any

from einops.layers import RearrangeMixin, ReduceMixin
from einops.layers._einmix import _EinmixMixin

import fastgrad as fg

__all__ = ["EinMix", "Rearrange", "Reduce"]


class Rearrange(RearrangeMixin, fg.nn.Module):  # type: ignore[misc]  # einops is not typed
    """`einops.rearrange` by a pattern, as a layer.

    Parameters
    ----------
    pattern : str
        What becomes of the axes, in einops' words.
    **axes_lengths : int
        Lengths of axes that the pattern names and the input does not tell.
    """

    def forward(self, input: fg.Tensor) -> Any:
        return self._apply_recipe(input)


class Reduce(ReduceMixin, fg.nn.Module):  # type: ignore[misc]
    """`einops.reduce` by a pattern, as a layer.

    Parameters
    ----------
    pattern : str
        What becomes of the axes, in einops' words.
    reduction : {"min", "max", "sum", "mean", "prod"}
        What the axes that are left out are reduced by.
    **axes_lengths : int
        Lengths of axes that the pattern names and the input does not tell.
    """

    def forward(self, input: fg.Tensor) -> Any:
        return self._apply_recipe(input)


class EinMix(_EinmixMixin, fg.nn.Module):  # type: ignore[misc]
    """A linear map of the axes that a pattern names: `einops`'s ``EinMix``, initialized as there.

    Parameters
    ----------
    pattern : str
        From the input's axes to the output's.
    weight_shape : str
        The weight's axes.
    bias_shape : str or None, default None
        The bias's, among the output's.
    **axes_lengths : int
        Lengths of the weight's axes, and of others that the input does not tell.
    """

    weight: fg.nn.Parameter
    bias: fg.nn.Parameter | None
    pre_rearrange: Rearrange | None
    post_rearrange: Rearrange | None
    einsum_pattern: str

    def _create_parameters(self, weight_shape: Any, weight_bound: float, bias_shape: Any, bias_bound: float) -> None:
        self.weight = fg.nn.Parameter(fg.uniform(-weight_bound, weight_bound, tuple(weight_shape)))
        self.bias = None
        if bias_shape is not None:
            self.bias = fg.nn.Parameter(fg.uniform(-bias_bound, bias_bound, tuple(bias_shape)))

    def _create_rearrange_layers(self, before: Any, before_lengths: Any, after: Any, after_lengths: Any) -> None:
        rearrange: Any = Rearrange
        self.pre_rearrange = None if before is None else rearrange(before, **before_lengths)
        self.post_rearrange = None if after is None else rearrange(after, **after_lengths)

    def forward(self, input: fg.Tensor) -> Any:
        if self.pre_rearrange is not None:
            input = self.pre_rearrange(input)
        result = fg.einsum(self.einsum_pattern, input, self.weight)
        if self.bias is not None:
            result = result + self.bias
        return result if self.post_rearrange is None else self.post_rearrange(result)
