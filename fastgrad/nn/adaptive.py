"""The adaptive softmax, for many classes of which few are frequent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import fastgrad as fg
from fastgrad._tensor.convert import real, wholes
from fastgrad.errors import TensorIndexError, TensorValueError, UnsupportedDtypeError
from fastgrad.nn._common import as_tensor, size
from fastgrad.nn.container import ModuleList, Sequential
from fastgrad.nn.functional.activation import log_softmax
from fastgrad.nn.linear import Linear
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._tensor import Tensor


class ASMoutput(NamedTuple):
    """The log-probability of each label, and the mean of their negatives."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of labels, those of rare classes by small layers that few samples need.

    Classes are sorted by their frequency. The first, up to the first cutoff, are the head's own; of the others, between
    two cutoffs each, the head has the probability of the whole cluster, and the cluster's layers that of the class
    within it.

    Parameters
    ----------
    in_features : int
        How many features a sample has.
    n_classes : int
        How many classes there are, the most frequent first.
    cutoffs : sequence of int
        Ascending, between 1 and ``n_classes - 1``.
    div_value : float, default 4.0
        By how much each cluster's inner size is smaller than that of the one before it.
    head_bias : bool, default False
        Whether the head adds a number to each score.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    head : Linear
        The scores of the most frequent classes, and of each cluster.
    tail : ModuleList
        Of each cluster two linear layers without bias.

    Raises
    ------
    ValueError
        If the cutoffs are not as above, or an inner size would be negative.

    Notes
    -----
    Called with an input (N, in_features) and labels (N,), or (in_features,) and (), it returns a named tuple: `output`,
    the labels' log-probabilities, of their shape, and `loss`.

    References
    ----------
    Grave et al., "Efficient softmax approximation for GPUs", 2016, https://arxiv.org/abs/1609.04309

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.AdaptiveLogSoftmaxWithLoss(16, 100, cutoffs=[10, 50])
    >>> output, loss = layer(fg.zeros(3, 16), fg.tensor([0, 20, 99]))
    >>> output.shape, loss.shape
    ((3,), ())
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = "AdaptiveLogSoftmaxWithLoss"
        self.in_features: int = size(in_features, name, "in_features")
        self.n_classes: int = size(n_classes, name, "n_classes")
        ends = list(wholes(cutoffs, name, "cutoffs"))
        if not ends or ends != sorted(set(ends)) or ends[0] < 1 or ends[-1] > n_classes - 1:
            raise TensorValueError(f"{name}: cutoffs must ascend, between 1 and {n_classes - 1}, got {cutoffs!r}")
        self.cutoffs: list[int] = [*ends, n_classes]
        self.div_value: float = real(div_value, name, "div_value")
        if not self.div_value > 0.0:
            raise TensorValueError(f"{name}: div_value must be positive, got {div_value}")
        self.head_bias = head_bias
        self.shortlist_size: int = self.cutoffs[0]
        self.n_clusters: int = len(ends)
        self.head_size: int = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head: Linear = Linear(in_features, self.head_size, bias=head_bias, **options)
        self.tail: ModuleList[Module] = ModuleList()
        for i in range(self.n_clusters):
            inner = int(in_features // self.div_value ** (i + 1))
            outer = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, bias=False, **options), Linear(inner, outer, bias=False, **options)
                )
            )

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        for module in self.modules():
            if isinstance(module, Linear):
                module.reset_parameters()

    def _check(self, input: Tensor, target: Tensor) -> None:
        if target.dtype.kind not in "iu":
            raise UnsupportedDtypeError(
                f"AdaptiveLogSoftmaxWithLoss: target must be integer class indices, got {target.dtype}; convert the "
                "target with .astype(fg.int64)"
            )
        if input.ndim != target.ndim + 1 or target.ndim > 1 or input.shape[:-1] != target.shape:
            raise TensorValueError(
                "AdaptiveLogSoftmaxWithLoss: input and target must be (N, in_features) and (N,), or (in_features,) and "
                f"(), got shapes {input.shape} and {target.shape}"
            )
        if input.shape[-1] != self.in_features:
            raise TensorValueError(
                f"AdaptiveLogSoftmaxWithLoss: input must have {self.in_features} features, got shape {input.shape}"
            )
        if target.size and (int(target.min()) < 0 or int(target.max()) >= self.n_classes):
            raise TensorIndexError(
                f"AdaptiveLogSoftmaxWithLoss: labels must lie between 0 and {self.n_classes - 1}, got "
                f"{int(target.min())} to {int(target.max())}"
            )

    def forward(self, input: Tensor, target: Tensor) -> ASMoutput:
        input, target = (as_tensor(each, "AdaptiveLogSoftmaxWithLoss") for each in (input, target))
        self._check(input, target)
        lines, labels = input.reshape((-1, self.in_features)), target.reshape((-1,))
        in_head = labels < self.shortlist_size
        at_head = fg.where(in_head, labels, 0)
        rows, within = [fg.nonzero(in_head)[0]], [fg.zeros((int(in_head.sum()),), dtype=input.dtype)]
        for i, cluster in enumerate(self.tail):
            low, high = self.cutoffs[i], self.cutoffs[i + 1]
            inside = fg.logical_and(labels >= low, labels < high)
            found = fg.nonzero(inside)[0]
            if found.shape[0] == 0:
                continue
            at_head = fg.where(inside, self.shortlist_size + i, at_head)
            logs = log_softmax(cluster(lines[found]), dim=1)
            rows.append(found)
            within.append(fg.take_along_axis(logs, (labels[found] - low).unsqueeze(1), axis=1).squeeze(1))
        # what the clusters add, in the order of the samples
        added = fg.concat(within)[fg.argsort(fg.concat(rows))]
        head = log_softmax(self.head(lines), dim=1)
        output = fg.take_along_axis(head, at_head.unsqueeze(1), axis=1).squeeze(1) + added
        return ASMoutput(output if target.ndim else output.squeeze(0), fg.mean(-output))

    def log_prob(self, input: Tensor) -> Tensor:
        """Return the log-probabilities of all classes.

        Parameters
        ----------
        input : Tensor, shape (N, in_features)
            The samples.

        Returns
        -------
        Tensor, shape (N, n_classes)
        """
        head = log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            of_cluster = head[:, self.shortlist_size + i : self.shortlist_size + i + 1]
            parts.append(log_softmax(cluster(input), dim=1) + of_cluster)
        return fg.concat(parts, axis=1)

    def predict(self, input: Tensor) -> Tensor:
        """Return the class of the highest probability, for each sample.

        Parameters
        ----------
        input : Tensor, shape (N, in_features)
            The samples.

        Returns
        -------
        integer Tensor, shape (N,)
        """
        return self.log_prob(input).argmax(axis=1)
