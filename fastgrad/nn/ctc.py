"""The layer that applies connectionist temporal classification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastgrad._tensor.convert import whole
from fastgrad.nn.functional.ctc import ctc_loss
from fastgrad.nn.loss import Loss

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class CTCLoss(Loss):
    """Negative log-likelihood of sequences of labels, `functional.ctc_loss`, which says the shapes.

    Parameters
    ----------
    blank, reduction, zero_infinity
        As the function has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> log_probs = fg.log(fg.full((2, 1, 2), 0.5))
    >>> round(fg.nn.CTCLoss()(log_probs, fg.tensor([[1]]), (2,), (1,)).item(), 4)
    0.2877
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank: int = whole(blank, "CTCLoss", "blank")
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any) -> Tensor:
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
