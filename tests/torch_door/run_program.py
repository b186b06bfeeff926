"""Runs a PyTorch program with equal weights and equal random numbers whatever library ``torch`` is; prints its losses.

    python run_program.py program.py                      on PyTorch
    python -m fastgrad.torch run_program.py program.py    on fastgrad

An optimizer's parameters are set when it is made, by their order and shapes, unless they are constant as layers make
them (the weights of normalisations); random tensors are NumPy's.
"""

import json
import math
import runpy
import sys

import numpy as np
import torch

RANDOM = np.random.RandomState(0)
made = 0


def drawn(array, dtype=None):
    return torch.tensor(array if dtype is None else array.astype(dtype))


def size_of(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else tuple(size)


def settled(words, value):
    value = value.to(words.get("dtype") or torch.get_default_dtype())
    return value.requires_grad_() if words.get("requires_grad") else value


torch.randn = lambda *size, **words: settled(words, drawn(RANDOM.standard_normal(size_of(words.get("size", size)))))
torch.rand = lambda *size, **words: settled(words, drawn(RANDOM.random_sample(size_of(words.get("size", size)))))
torch.randn_like = lambda x, **words: drawn(RANDOM.standard_normal(tuple(x.shape))).to(x.dtype)
torch.rand_like = lambda x, **words: drawn(RANDOM.random_sample(tuple(x.shape))).to(x.dtype)
torch.randperm = lambda n, **words: drawn(RANDOM.permutation(n).astype("int64"))


def randint(low, high=None, size=None, **words):
    if size is None:
        low, high, size = 0, low, high
    return drawn(RANDOM.randint(low, high, tuple(size)).astype("int64"))


def multinomial(input, num_samples, replacement=False, **words):
    weights = input.detach().double().numpy().reshape(-1, input.shape[-1])
    rows = [RANDOM.choice(len(w), num_samples, replacement, w / w.sum()) for w in weights]
    return drawn(np.asarray(rows, "int64").reshape(*input.shape[:-1], num_samples))


torch.randint, torch.multinomial = randint, multinomial
torch.bernoulli = lambda p, **words: drawn(
    (RANDOM.random_sample(tuple(p.shape)) < p.detach().numpy()).astype("float32")
)


def settle(parameter):
    global made
    made += 1
    values = parameter.detach().numpy()
    if values.size > 1 and (values == values.flat[0]).all():
        return
    fan = max(1, math.prod(values.shape[1:]) if values.ndim > 1 else values.size)
    fresh = np.random.RandomState(made).standard_normal(values.shape) / math.sqrt(fan)
    with torch.no_grad():
        parameter.copy_(torch.tensor(fresh.astype(values.dtype)))


initialize = torch.optim.Optimizer.__init__


def with_equal_weights(self, params, *args, **kwargs):
    initialize(self, params, *args, **kwargs)
    for group in self.param_groups:
        for parameter in group["params"]:
            settle(parameter)


torch.optim.Optimizer.__init__ = with_equal_weights


def with_equal_samples(distributions):
    """Those that programs draw from, by the formulas of both libraries."""

    def normal(self, sample_shape=()):
        z = RANDOM.standard_normal(tuple(self._extended_shape(torch.Size(sample_shape))))
        return self.loc + self.scale * drawn(z).to(self.loc.dtype)

    def categorical(self, sample_shape=()):
        shape = self._extended_shape(torch.Size(sample_shape))
        weights = self.probs.detach().reshape(-1, self.probs.shape[-1])
        rows = multinomial(weights, math.prod(shape) // len(weights), True)
        return rows.T.reshape(shape)

    def sample(self, sample_shape=()):
        with torch.no_grad():
            return self.rsample(sample_shape)

    distributions.Normal.rsample, distributions.Normal.sample = normal, sample
    distributions.Categorical.sample = categorical


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    with open(sys.argv[0]) as source:
        if "distributions" in source.read():
            with_equal_samples(torch.distributions)
    program = runpy.run_path(sys.argv[0], run_name="__main__")
    print(json.dumps({"losses": program["losses"], "library": torch.__version__}))
