"""Distributions that are given probabilities or logits, and find the other when asked."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions.distribution import Distribution
from fastgrad.distributions.utils import lazy_property, logits_to_probs, probs_to_logits


class ByProbability(Distribution):
    """Which of both was given is an attribute of the instance; the other is found when it is asked for."""

    _is_binary = True

    def _choose(self, probs: Any, logits: Any) -> Any:
        """The one that was given; ValueError if both were or none was."""
        if (probs is None) == (logits is None):
            raise ValueError(
                f"{type(self).__name__}: either probs or logits must be given, and not both, got "
                f"{'none' if probs is None else 'both'}"
            )
        return logits if probs is None else probs

    def _keep(self, probs: Any, value: Tensor) -> Tensor:
        """Store what was given under its name."""
        self.__dict__["logits" if probs is None else "probs"] = value
        return value

    @property
    def _param(self) -> Tensor:
        """What was given."""
        found: Tensor = self.__dict__["probs"] if "probs" in self.__dict__ else self.__dict__["logits"]
        return found

    @lazy_property
    def logits(self) -> Tensor:
        """The logits: logarithms of the odds, or of several probabilities."""
        return probs_to_logits(self.probs, self._is_binary)

    @lazy_property
    def probs(self) -> Tensor:
        """The probabilities."""
        return logits_to_probs(self.logits, self._is_binary)


def binary_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Of each, broadcast."""
    logits, target = fg.broadcast_arrays(logits, target)
    return fg.nn.functional.binary_cross_entropy_with_logits(logits, target.astype(logits.dtype), reduction="none")
