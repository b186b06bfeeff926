"""Noise taken out of a signal in the frequencies, and a spectrogram."""

import numpy as np

rng = np.random.default_rng(2)
fs = 128
t = np.arange(fs * 2) / fs
clean = np.sin(2 * np.pi * 5 * t) + 0.5 * np.cos(2 * np.pi * 12 * t)
noisy = clean + 0.6 * rng.standard_normal(t.size)
spectrum = np.fft.rfft(noisy)
freqs = np.fft.rfftfreq(t.size, d=1 / fs)
power = np.abs(spectrum) ** 2
peaks = freqs[np.argsort(power)[-2:]]
print("peaks:", np.sort(peaks))
filtered = spectrum.copy()
filtered[power < 0.2 * power.max()] = 0
restored = np.fft.irfft(filtered, n=t.size)
print("error before %.4f after %.4f" % (np.std(noisy - clean), np.std(restored - clean)))
print(isinstance(restored, np.ndarray), restored.dtype, spectrum.dtype, spectrum.shape)
F = np.fft.fft(noisy)
print("Parseval:", np.isclose(np.sum(np.abs(F) ** 2) / len(F), np.sum(noisy**2)))
print("phase of the peak: {:.4f}".format(np.angle(F[np.argmax(np.abs(F[: len(F) // 2]))])))
window = np.hanning(64)
frames = np.lib.stride_tricks.sliding_window_view(noisy, 64)[::32]
spectrogram = np.abs(np.fft.rfft(frames * window, axis=1))
print(frames.shape, spectrogram.shape, spectrogram.argmax(axis=1))
db = 20 * np.log10(spectrogram / spectrogram.max() + 1e-6)
print(db.min(axis=0)[:3].round(2), np.percentile(db, [5, 50, 95]).round(3))
shifted = np.fft.fftshift(np.fft.fftfreq(8))
print(shifted, np.fft.ifftshift(shifted))
kernel = np.ones(5) / 5
smooth = np.convolve(noisy, kernel, mode="same")
by_fft = np.fft.irfft(np.fft.rfft(noisy, 300) * np.fft.rfft(kernel, 300), 300)[2 : 2 + t.size]
print("convolution by fft:", np.allclose(smooth, by_fft))
image = rng.random((8, 8))
low = np.fft.ifft2(np.fft.fft2(image)).real
print(np.allclose(low, image), low[0, 0].round(6) == image[0, 0].round(6))
