"""What NumPy itself computes for the door."""

# Calls with gradients by their float64 inputs; calls without.
SMOOTH: list[str] = []
PLAIN = [
    "np.histogram(v, bins=3)",
    "np.polyfit(v, w, 1)",
    "np.fft.fft(v)",
    "np.pi",
    "np.float32(1.5)",
]
