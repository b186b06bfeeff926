"""Judge the verdicts of `fastgrad.diagnose.gradient_flow` on networks of which theory knows what their gradients do.

    python tools/gradient_flow_grid.py              the whole grid, and its confusion matrix as docs/diagnose.md has it
    python tools/gradient_flow_grid.py --wrong      and each network on which they differ

Labels come from the mean-field theory of wide random networks, which knows variances of weights and biases and never
sees a network. A layer's preactivations are normal, of variance q, which goes from layer to layer by

    q' = sigma_w^2 E[phi(sqrt(q) z)^2] + sigma_b^2                                  (Poole et al. 2016)

and squared gradients are multiplied, from a layer to the one before it, by

    chi = sigma_w^2 E[phi'(sqrt(q) z)^2]                                            (Schoenholz et al. 2017)

A network trains to a depth of about six times the length over which these change by a factor e, so that the gradient
vanishes where the product of chi over the layers is below e^-6, and explodes above e^6. Normalisation divides chi by
the variance that it takes away: of a batch, sigma_w^2 Var[phi(z)] (Yang et al. 2019: pi / (pi - 1) for ReLU), of a
layer, sigma_w^2 E[phi(z)^2] + sigma_b^2. A residual block adds: q' = q + ..., chi = 1 + ... (Yang and Schoenholz 2017).
Recurrent networks have the layers' equations with the input's variance added (Chen et al. 2018), and a cell of an LSTM
with small weights passes on E[sigmoid(sqrt(q) z + b)^2] of its forget gate (Gilboa et al. 2019).
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad.diagnose import gradient_flow

VERDICTS = ("vanishing", "healthy", "exploding")

# ---------------------------------------------------------------------------------------------------------------------
# The theory. Nothing here knows of fastgrad.

_Z = np.linspace(-10.0, 10.0, 4001)
_DENSITY = np.exp(-_Z * _Z / 2) / math.sqrt(2 * math.pi) * (_Z[1] - _Z[0])


def expectation(f: Callable[[np.ndarray], np.ndarray], q: float, shift: float = 0.0) -> float:
    """E[f(sqrt(q) z + shift)] of a standard normal z, by quadrature."""
    return float((f(math.sqrt(q) * _Z + shift) * _DENSITY).sum())


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


# The activation, and its derivative.
ACTIVATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
}


@dataclass(frozen=True)
class Case:
    """A network of the grid: what the theory and the builder are told."""

    kind: str  # "none", "batch", "layer", "residual": what a layer does besides; "rnn", "lstm"
    depth: int  # hidden layers, or steps in time
    activation: str
    weight: float  # sigma_w^2: weights have variance sigma_w^2 / fan_in
    bias: float  # sigma_b^2; of an LSTM the bias of its forget gate itself


def log_ratio(case: Case) -> float:
    """The logarithm of the squared gradient of the first layer (or step) over that of the last, by mean field."""
    if case.kind == "lstm":
        gate = expectation(lambda x: _sigmoid(x) ** 2, 2 * case.weight, case.bias)
        return (case.depth - 1) * math.log(gate)
    phi, slope = ACTIVATIONS[case.activation]

    def second_moment(q: float) -> float:
        return expectation(lambda x: phi(x) ** 2, q)

    def chi(q: float) -> float:
        return case.weight * expectation(lambda x: slope(x) ** 2, q)

    first = case.weight + case.bias  # the variance of the first preactivations: inputs have variance 1
    total = 0.0
    if case.kind in ("batch", "layer"):
        mean = expectation(phi, 1.0) if case.kind == "batch" else 0.0
        later = case.weight * (second_moment(1.0) - mean**2) + (case.bias if case.kind == "layer" else 0.0)
        for layer in range(case.depth - 1):
            taken = (case.weight if case.kind == "batch" else first) if layer == 0 else later
            total += math.log(chi(1.0) / taken)
        return total
    q = first
    for _ in range(case.depth if case.kind == "residual" else case.depth - 1):
        if case.kind == "residual":
            total += math.log(1 + chi(q))
            q = q + case.weight * second_moment(q) + case.bias
        elif case.kind == "rnn":
            q = case.weight * second_moment(q) + 1.0 + case.bias  # the step's input has variance 1, its weights too
            total += math.log(chi(q))
        else:
            total += math.log(chi(q))
            q = case.weight * second_moment(q) + case.bias
    return total


def label(case: Case) -> str:
    """What theory says of it: beyond six lengths the gradient is lost."""
    found = log_ratio(case)
    return "vanishing" if found < -6 else "exploding" if found > 6 else "healthy"


# ---------------------------------------------------------------------------------------------------------------------
# The networks.

_MODULES = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}


class _Block(nn.Module):
    """x + W phi(x)"""

    def __init__(self, activation: nn.Module, linear: nn.Module) -> None:
        super().__init__()
        self.activation, self.linear = activation, linear

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return x + self.linear(self.activation(x))


class _Last(nn.Module):
    """A recurrent layer, and a linear one of its last step."""

    def __init__(self, recurrent: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.recurrent, self.head = recurrent, head

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return self.head(self.recurrent(x)[0][:, -1])


def _linear(width: int, case: Case, generator: fg.Generator) -> nn.Linear:
    layer = nn.Linear(width, width)
    nn.init.normal_(layer.weight, 0.0, math.sqrt(case.weight / width), generator=generator)
    nn.init.normal_(layer.bias, 0.0, math.sqrt(case.bias), generator=generator)
    return layer


def build(case: Case, width: int, seed: int) -> nn.Module:
    """A network with weights drawn as the case says."""
    generator = fg.Generator(seed)
    if case.kind in ("rnn", "lstm"):
        recurrent = (nn.LSTM(width, width, batch_first=True) if case.kind == "lstm"
                     else nn.RNN(width, width, nonlinearity=case.activation, batch_first=True))  # fmt: skip
        with fg.no_grad():
            for key, p in recurrent.named_parameters():
                if key.startswith("weight"):
                    variance = 1.0 if case.kind == "rnn" and key.startswith("weight_ih") else case.weight
                    nn.init.normal_(p, 0.0, math.sqrt(variance / width), generator=generator)
                else:
                    nn.init.zeros_(p)
            if case.kind == "lstm":
                recurrent.bias_hh_l0[width : 2 * width] = case.bias
            else:
                nn.init.normal_(recurrent.bias_hh_l0, 0.0, math.sqrt(case.bias), generator=generator)
        return _Last(recurrent, nn.Linear(width, 1))
    layers: list[nn.Module] = []
    if case.kind == "residual":
        layers.append(_linear(width, case, generator))
    for _ in range(case.depth):
        activation, linear = _MODULES[case.activation](), _linear(width, case, generator)
        if case.kind == "residual":
            layers.append(_Block(activation, linear))
            continue
        layers.append(linear)
        if case.kind == "batch":
            layers.append(nn.BatchNorm1d(width))
        if case.kind == "layer":
            layers.append(nn.LayerNorm(width))
        layers.append(activation)
    return nn.Sequential(*layers, nn.Linear(width, 1))


def verdict(case: Case, width: int = 128, samples: int = 64, seed: int = 0) -> str:
    """What `gradient_flow` says of a network drawn as the case says."""
    generator = fg.Generator(seed + 1000)
    steps = (case.depth,) if case.kind in ("rnn", "lstm") else ()
    x = fg.randn(samples, *steps, width, generator=generator)
    y = fg.randn(samples, 1, generator=generator)
    found = gradient_flow(build(case, width, seed), nn.functional.mse_loss, (x, y), lr=1e-12)
    return found.verdict


# ---------------------------------------------------------------------------------------------------------------------
# The grid.


def grid() -> Iterator[Case]:
    """Depth by activation by initialisation by normalisation, and recurrent networks by steps and initialisation."""
    inits = ((0.25, 0.0), (1.0, 0.0), (2.0, 0.01), (4.0, 0.1))
    for kind, depth, activation, (weight, bias) in itertools.product(
        ("none", "batch", "layer", "residual"), (4, 16, 48), ("tanh", "relu", "sigmoid"), inits
    ):
        yield Case(kind, depth, activation, weight, bias)
    for depth, (weight, bias) in itertools.product((8, 32, 100), ((0.25, 0.0), (1.0, 0.0), (2.5, 0.0), (9.0, 0.0))):
        yield Case("rnn", depth, "tanh", weight, bias)
    for depth, weight in itertools.product((8, 32, 100), (0.5, 2.0, 3.0)):
        yield Case("rnn", depth, "relu", weight, 0.0)
    for depth, bias in itertools.product((8, 32, 100), (0.0, 5.0)):
        yield Case("lstm", depth, "tanh", 0.01, bias)


def confusion(cases: list[Case], **options: int) -> tuple[np.ndarray, list[tuple[Case, str, str]]]:
    """Counts by label (rows) and verdict (columns), and the cases on which they differ."""
    counts = np.zeros((3, 3), dtype=int)
    wrong = []
    for case in cases:
        told, found = label(case), verdict(case, **options)
        counts[VERDICTS.index(told), VERDICTS.index(found)] += 1
        if told != found:
            wrong.append((case, told, found))
    return counts, wrong


def markdown(counts: np.ndarray) -> str:
    """The confusion matrix as a table."""
    lines = ["| theory | " + " | ".join(f"verdict: {v}" for v in VERDICTS) + " |", "|---|---:|---:|---:|"]
    lines += [f"| {v} | " + " | ".join(map(str, row)) + " |" for v, row in zip(VERDICTS, counts, strict=True)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", action="store_true", help="name the networks on which theory and verdict differ")
    options = parser.parse_args()
    counts, wrong = confusion(list(grid()), width=options.width, seed=options.seed)
    print(markdown(counts))
    print(f"\n{np.trace(counts)} of {counts.sum()} right: {np.trace(counts) / counts.sum():.1%}")
    if options.wrong:
        for case, told, found in wrong:
            print(f"{case}: theory {told} (log ratio {log_ratio(case):.2f}), verdict {found}")


if __name__ == "__main__":
    main()
