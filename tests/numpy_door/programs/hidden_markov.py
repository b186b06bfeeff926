"""A hidden Markov model: forward and backward in logarithms, Viterbi, and Baum and Welch's steps."""

import numpy as np


def logsumexp(a, axis=None, keepdims=False):
    top = np.max(a, axis=axis, keepdims=True)
    out = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return out if keepdims else np.squeeze(out, axis=axis)


class HMM:
    def __init__(self, start, transition, emission):
        self.start = np.asarray(start, dtype=float)
        self.transition = np.asarray(transition, dtype=float)
        self.emission = np.asarray(emission, dtype=float)

    def sample(self, length, rng):
        states, symbols = np.empty(length, dtype=int), np.empty(length, dtype=int)
        state = rng.choice(len(self.start), p=self.start)
        for t in range(length):
            states[t] = state
            symbols[t] = rng.choice(self.emission.shape[1], p=self.emission[state])
            state = rng.choice(len(self.start), p=self.transition[state])
        return states, symbols

    def forward(self, obs):
        alpha = np.empty((len(obs), len(self.start)))
        alpha[0] = np.log(self.start) + np.log(self.emission[:, obs[0]])
        for t in range(1, len(obs)):
            alpha[t] = logsumexp(alpha[t - 1][:, None] + np.log(self.transition), axis=0)
            alpha[t] += np.log(self.emission[:, obs[t]])
        return alpha

    def backward(self, obs):
        beta = np.zeros((len(obs), len(self.start)))
        for t in reversed(range(len(obs) - 1)):
            beta[t] = logsumexp(np.log(self.transition) + np.log(self.emission[:, obs[t + 1]]) + beta[t + 1], axis=1)
        return beta

    def viterbi(self, obs):
        n, k = len(obs), len(self.start)
        best, back = np.full((n, k), -np.inf), np.zeros((n, k), dtype=np.int8)
        best[0] = np.log(self.start * self.emission[:, obs[0]])
        for t in range(1, n):
            scores = best[t - 1, :, np.newaxis] + np.log(self.transition)
            back[t] = scores.argmax(axis=0)
            best[t] = scores.max(axis=0) + np.log(self.emission[:, obs[t]])
        path = [int(np.argmax(best[-1]))]
        for t in range(n - 1, 0, -1):
            path.insert(0, int(back[t, path[0]]))
        return np.array(path), best[-1].max()

    def baum_welch(self, obs):
        alpha, beta = self.forward(obs), self.backward(obs)
        total = logsumexp(alpha[-1])
        gamma = np.exp(alpha + beta - total)
        xi = np.zeros_like(self.transition)
        for t in range(len(obs) - 1):
            xi += np.exp(
                alpha[t][:, None] + np.log(self.transition) + np.log(self.emission[:, obs[t + 1]]) + beta[t + 1] - total
            )
        self.start = gamma[0] / gamma[0].sum()
        self.transition = xi / xi.sum(axis=1, keepdims=True)
        for symbol in range(self.emission.shape[1]):
            self.emission[:, symbol] = gamma[obs == symbol].sum(axis=0)
        self.emission /= self.emission.sum(axis=1, keepdims=True)
        return float(total)


rng = np.random.default_rng(3)
dice = HMM([0.5, 0.5], [[0.95, 0.05], [0.1, 0.9]], [[1 / 6] * 6, [0.1] * 5 + [0.5]])
states, rolls = dice.sample(120, rng)
print("".join(map(str, rolls + 1)))
alpha, beta = dice.forward(rolls), dice.backward(rolls)
print(
    "log likelihood:",
    round(float(logsumexp(alpha[-1])), 6),
    np.allclose(logsumexp(alpha + beta, axis=1), logsumexp(alpha[-1])),
)
path, score = dice.viterbi(rolls)
print("".join("FL"[s] for s in path), f"{score:.4f}")
print("right:", (path == states).mean(), "loaded:", states.sum(), path.sum())
learned = HMM([0.6, 0.4], [[0.8, 0.2], [0.3, 0.7]], [[1 / 6] * 6, [0.15, 0.15, 0.15, 0.15, 0.1, 0.3]])
likelihoods = [learned.baum_welch(rolls) for _ in range(12)]
print(np.round(likelihoods, 3))
print("never falls:", bool(np.all(np.diff(likelihoods) > 0)))
with np.printoptions(precision=3, suppress=True):
    print(learned.transition, learned.emission, sep="\n")
