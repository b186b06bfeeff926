"""Metropolis' sampler and simulated annealing."""

import math

import numpy as np

rng = np.random.default_rng(8)


def log_density(x):
    return np.logaddexp(-0.5 * np.sum((x - 1.5) ** 2), -0.5 * np.sum((x + 1.5) ** 2))


x = np.zeros(2)
current = log_density(x)
samples = np.empty((600, 2))
accepted = 0
for i in range(len(samples)):
    proposal = x + rng.normal(scale=1.2, size=2)
    new = log_density(proposal)
    if np.log(rng.random()) < new - current:
        x, current = proposal, new
        accepted += 1
    samples[i] = x
print("accepted %d of %d: %.3f" % (accepted, len(samples), accepted / len(samples)))
kept = samples[100:]
print("mean", kept.mean(0).round(4), "cov", np.cov(kept.T).round(3).tolist())
print("quantiles", np.quantile(kept[:, 0], [0.025, 0.5, 0.975]).round(4))
hist, edges = np.histogram(kept[:, 0], bins=8, range=(-5, 5))
for h, lo, hi in zip(hist, edges[:-1], edges[1:]):
    print("[%5.2f, %5.2f) %3d %s" % (lo, hi, h, "*" * (h // 5)))
lag = np.correlate(kept[:, 0] - kept[:, 0].mean(), kept[:, 0] - kept[:, 0].mean(), "full")[len(kept) - 1 :]
print("autocorrelation", (lag[:4] / lag[0]).round(4))

cities = rng.uniform(size=(9, 2))
distance = np.sqrt(((cities[:, None] - cities[None]) ** 2).sum(-1))


def length(tour):
    return distance[tour, np.roll(tour, -1)].sum()


tour = np.arange(9)
best, best_length = tour.copy(), length(tour)
temperature = 1.0
for it in range(400):
    i, j = sorted(rng.choice(9, 2, replace=False))
    candidate = tour.copy()
    candidate[i : j + 1] = candidate[i : j + 1][::-1]
    delta = length(candidate) - length(tour)
    if delta < 0 or rng.random() < math.exp(-delta / temperature):
        tour = candidate
    if length(tour) < best_length:
        best, best_length = tour.copy(), length(tour)
    temperature *= 0.985
start = int(np.where(best == 0)[0][0])
best = np.roll(best, -start)
if best[1] > best[-1]:
    best = np.concatenate([best[:1], best[1:][::-1]])
print("tour", best, "length %.5f" % best_length)
