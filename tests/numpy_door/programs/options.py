"""Option prices by Black and Scholes, by a tree and by simulation; a portfolio on the efficient frontier; value at risk."""

import math

import numpy as np

erf = np.vectorize(math.erf)


def cdf(x):
    return 0.5 * (1 + erf(x / np.sqrt(2)))


def black_scholes(S, K, T, r, sigma, kind="call"):
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    if kind == "call":
        return S * cdf(d1) - K * np.exp(-r * T) * cdf(d2)
    return K * np.exp(-r * T) * cdf(-d2) - S * cdf(-d1)


def binomial(S, K, T, r, sigma, n=200, american=True):
    dt = T / n
    u = np.exp(sigma * np.sqrt(dt))
    p = (np.exp(r * dt) - 1 / u) / (u - 1 / u)
    prices = S * u ** np.arange(n, -n - 1, -2)
    values = np.maximum(K - prices, 0)
    for i in range(n - 1, -1, -1):
        values = np.exp(-r * dt) * (p * values[:-1] + (1 - p) * values[1:])
        if american:
            np.maximum(values, K - S * u ** np.arange(i, -i - 1, -2.0), out=values)
    return values[0]


def monte_carlo(S, K, T, r, sigma, paths, steps, rng):
    z = rng.standard_normal((steps, paths // 2))
    z = np.concatenate([z, -z], axis=1)
    dt = T / steps
    walk = S * np.exp(np.cumsum((r - sigma**2 / 2) * dt + sigma * math.sqrt(dt) * z, axis=0))
    payoff = {"european": np.clip(walk[-1] - K, 0, None), "asian": np.clip(walk.mean(0) - K, 0, None)}
    payoff["barrier"] = np.where((walk < 85).any(axis=0), 0, payoff["european"])
    return {k: (math.exp(-r * T) * v.mean(), v.std(ddof=1) / np.sqrt(v.size)) for k, v in payoff.items()}


strikes = np.arange(80, 121, 10)
calls = black_scholes(100.0, strikes, 1.0, 0.05, 0.2)
puts = black_scholes(100.0, strikes, 1.0, 0.05, 0.2, "put")
for k, c, p in zip(strikes, calls, puts):
    print(f"{k:>5} {c:8.4f} {p:8.4f} {c - p - 100 + k * np.exp(-0.05):+.1e}"[:28])
print(
    "american put:",
    round(binomial(100, 110, 1, 0.05, 0.2), 5),
    "european:",
    round(binomial(100, 110, 1, 0.05, 0.2, american=False), 5),
)
for name, (price, error) in monte_carlo(100, 100, 1, 0.05, 0.2, 4000, 50, np.random.default_rng(11)).items():
    print(f"{name:<10}{price:9.4f} +- {error:.4f}")

rng = np.random.default_rng(5)
returns = rng.multivariate_normal([0.05, 0.08, 0.12], [[0.04, 0.01, 0], [0.01, 0.09, 0.02], [0, 0.02, 0.16]], 500)
mean, cov = returns.mean(axis=0), np.cov(returns, rowvar=False)
inverse, ones = np.linalg.inv(cov), np.ones(3)
print("least variance:", np.round(inverse @ ones / (ones @ inverse @ ones), 4))
A, B, C = ones @ inverse @ ones, ones @ inverse @ mean, mean @ inverse @ mean
for target in np.linspace(mean.min(), mean.max(), 4):
    w = inverse @ (ones * (C - B * target) + mean * (A * target - B)) / (A * C - B**2)
    print("%.4f %.4f" % (target, np.sqrt(w @ cov @ w)), w.round(3), bool(np.isclose(w.sum(), 1)))
losses = -returns @ np.full(3, 1 / 3)
var = np.percentile(losses, [95, 99])
print("value at risk:", var.round(4), "shortfall:", np.round([losses[losses >= v].mean() for v in var], 4))
print(np.corrcoef(returns.T).round(3))
wealth = np.cumprod(1 + returns[:60] / 12, axis=0)
drawdown = 1 - wealth / np.maximum.accumulate(wealth, axis=0)
print("worst drawdown:", drawdown.max(axis=0).round(4), "at", drawdown.argmax(0))
