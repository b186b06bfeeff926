"""Filters of images: by strides, by padding and slices; histograms, thresholds, resampling."""

import numpy as np


def conv2d(image, kernel):
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)), mode="edge")
    out = np.zeros_like(image, dtype=float)
    for i in range(kh):
        for j in range(kw):
            out += kernel[i, j] * padded[i : i + image.shape[0], j : j + image.shape[1]]
    return out


def im2col(x, k, stride=1):
    n, c, h, w = x.shape
    oh, ow = (h - k) // stride + 1, (w - k) // stride + 1
    s = x.strides
    cols = np.lib.stride_tricks.as_strided(
        x, (n, c, oh, ow, k, k), (s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3])
    )
    return cols.transpose(0, 2, 3, 1, 4, 5).reshape(n * oh * ow, -1)


y, x = np.mgrid[0:12, 0:16]
image = (128 + 100 * np.sin(x / 3.0) * np.cos(y / 4.0)).astype(np.uint8)
print(image.dtype, image.shape, image.min(), image.max(), image[3, :5])
gray = image / 255.0
print("mean %.5f" % gray.mean(), gray.dtype)
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
gx, gy = conv2d(gray, sobel), conv2d(gray, sobel.T)
magnitude = np.sqrt(gx**2 + gy**2)
print("edges", (magnitude > magnitude.mean()).sum(), magnitude.max().round(4))
ax = np.linspace(-1, 1, 5)
gauss = np.exp(-0.5 * np.square(ax) / np.square(0.5))
blur = np.outer(gauss, gauss) / np.sum(np.outer(gauss, gauss))
print(np.round(conv2d(gray, blur)[5, :4], 5))
batch = np.stack([gray, gray[::-1, :]])[:, None]
cols = im2col(np.ascontiguousarray(batch), 3, 2)
weights = np.random.RandomState(0).randn(9, 4)
features = (cols @ weights).reshape(2, 5, 7, 4).transpose(0, 3, 1, 2)
print(cols.shape, features.shape, features.sum().round(5))
pooled = features[:, :, :4, :6].reshape(2, 4, 2, 2, 3, 2).max(axis=(3, 5))
print(pooled.shape, pooled[0, 0].round(4).tolist())
windows = np.lib.stride_tricks.sliding_window_view(gray, (3, 3))
median = np.median(windows, axis=(2, 3))
print(windows.shape, median.shape, "%.5f" % median.std())
hist = np.bincount(image.ravel(), minlength=256)
cdf = hist.cumsum()
lut = np.floor(255 * (cdf - cdf[cdf > 0].min()) / (cdf[-1] - cdf[cdf > 0].min())).clip(0).astype(np.uint8)
equalized = lut[image]
print("equalized", equalized.min(), equalized.max(), equalized.dtype, equalized.mean().round(3))
levels = np.digitize(gray, bins=[0.25, 0.5, 0.75])
for row in levels[::4]:
    print("".join(" .+#"[v] for v in row))
binary = np.where(gray > 0.5, 1, 0)
binary[:2, :] ^= 1
print(binary.sum(), np.packbits(binary[0]), np.rot90(binary, 2)[0, :5], np.flip(binary, 1)[3, :5])
rgb = np.dstack([image, image // 2, 255 - image])
print(rgb.shape, rgb[0, 0], np.dot(rgb[..., :3], [0.299, 0.587, 0.114]).round(2)[0, :3])
half = gray.reshape(6, 2, 8, 2).mean(axis=(1, 3))
double = half.repeat(2, axis=0).repeat(2, axis=1)
print(half.shape, double.shape, np.abs(double - gray).mean().round(5))
image[image > 200] = 200
image -= 10
print(image.max(), image.dtype, np.clip(image.astype(int) * 2, 0, 255).sum())
