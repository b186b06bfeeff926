"""Signals: convolution by FFT and by strides, a spectrogram, Haar's wavelets, an Ising model, an epidemic, TF-IDF."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view


def fft_convolve(a, b):
    n = len(a) + len(b) - 1
    size = 1 << (n - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(b, size), size)[:n]


def conv2d(image, kernel):
    kh, kw = kernel.shape
    shape = (image.shape[0] - kh + 1, image.shape[1] - kw + 1, kh, kw)
    windows = as_strided(image, shape=shape, strides=image.strides * 2)
    return np.tensordot(windows, kernel, axes=((2, 3), (0, 1)))


def spectrogram(x, size, hop):
    frames = sliding_window_view(x, size)[::hop] * np.hanning(size)
    return np.abs(np.fft.rfft(frames, axis=1)) ** 2


def haar(x):
    levels = []
    while x.size > 1:
        pairs = x.reshape(-1, 2)
        levels.append((pairs[:, 0] - pairs[:, 1]) / np.sqrt(2))
        x = pairs.sum(axis=1) / np.sqrt(2)
    return np.concatenate([x, *levels[::-1]])


def unhaar(c):
    x, rest = c[:1], c[1:]
    while rest.size:
        detail, rest = rest[: x.size], rest[x.size :]
        out = np.empty(2 * x.size)
        out[0::2], out[1::2] = (x + detail) / np.sqrt(2), (x - detail) / np.sqrt(2)
        x = out
    return x


def ising(n, beta, sweeps, rng):
    spins = rng.choice([-1, 1], size=(n, n))
    checker = np.add.outer(np.arange(n), np.arange(n)) % 2 == 0
    magnetisations = []
    for _ in range(sweeps):
        for mask in (checker, ~checker):
            field = sum(np.roll(spins, s, axis=a) for s in (1, -1) for a in (0, 1))
            flip = rng.random((n, n)) < np.exp(-2 * beta * spins * field)
            spins[mask & flip] *= -1
        magnetisations.append(spins.mean())
    return spins, np.array(magnetisations)


def epidemic(beta, gamma, days, population=1000):
    history = np.zeros((days + 1, 3))
    history[0] = population - 1, 1, 0
    for day in range(days):
        s, i, r = history[day]
        infected, recovered = beta * s * i / population, gamma * i
        history[day + 1] = history[day] + [-infected, infected - recovered, recovered]
    return history


rng = np.random.default_rng(0)
a, b = rng.normal(size=50), rng.normal(size=7)
print(np.allclose(fft_convolve(a, b), np.convolve(a, b)), fft_convolve(a, b)[:4].round(5))
image = np.arange(30.0).reshape(5, 6) ** 2
print(conv2d(image, np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])))
t = np.arange(512) / 512
power = spectrogram(np.sin(2 * np.pi * 40 * t) + (t > 0.5) * np.sin(2 * np.pi * 120 * t), 64, 32)
print(power.shape, power.argmax(axis=1), np.round(10 * np.log10(power[0, :6] + 1e-12), 2))
x = rng.integers(0, 10, 16).astype(float)
c = haar(x)
print(c.round(3), np.allclose(unhaar(c), x), np.isclose(np.sum(c**2), np.sum(x**2)))
small = np.where(np.abs(c) < np.quantile(np.abs(c), 0.5), 0, c)
print(np.count_nonzero(small), unhaar(small).round(2))
spins, m = ising(12, 0.6, 30, rng)
print(spins[:3], m.round(3)[-5:], spins.dtype, (np.abs(m[-10:]).mean() > 0.5))
h = epidemic(0.4, 0.1, 120)
peak = h[:, 1].argmax()
print(f"peak on day {peak} of {h[peak, 1]:.1f}", h[-1].round(1), np.allclose(h.sum(1), 1000))
print("half by day", np.searchsorted(h[:, 2], 500), "gradient", np.gradient(h[:, 1])[peak - 1 : peak + 2].round(3))
documents = ["the cat sat", "the dog sat on the cat", "birds fly", "the birds sat"]
words = sorted({w for d in documents for w in d.split()})
counts = np.array([[d.split().count(w) for w in words] for d in documents])
idf = np.log(len(documents) / np.count_nonzero(counts, axis=0)) + 1
tfidf = counts / counts.sum(axis=1, keepdims=True) * idf
tfidf /= np.linalg.norm(tfidf, axis=1, keepdims=True)
print(np.round(tfidf @ tfidf.T, 3))
print([words[i] for i in np.argsort(-tfidf, axis=1, kind="stable")[:, 0]])
hist, edges = np.histogram(a, bins=5)
print(hist, edges.round(3), np.digitize(a[:5], edges), np.bincount(np.digitize(a, edges), minlength=7))
