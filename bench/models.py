"""The networks of the step rows: one text for both libraries, whose `nn` have the same names."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from libraries import Library


def mlp(library: Library, *widths: int) -> Any:
    nn = library.lib.nn
    layers: list[Any] = []
    for i, (a, b) in enumerate(pairwise(widths)):
        layers += [nn.ReLU()] if i else []
        layers += [nn.Linear(a, b)]
    return nn.Sequential(*layers)


def lenet(library: Library) -> Any:
    nn = library.lib.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def cnn(library: Library) -> Any:
    """32-64-128 channels on 28x28: convolution, batch normalisation, ReLU, pooling, three times."""
    nn = library.lib.nn
    layers: list[Any] = []
    for a, b in ((1, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 3 * 3, 10))


def resnet18(library: Library) -> Any:
    """ResNet-18 (He et al., arXiv:1512.03385) with the usual stem for 32x32: one 3x3 convolution, no pooling."""
    nn = library.lib.nn

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, a: int, b: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(a, b, 3, stride=stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(b)
            self.conv2 = nn.Conv2d(b, b, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(b)
            self.relu = nn.ReLU()
            if stride == 1 and a == b:
                self.shortcut = nn.Identity()
            else:
                self.shortcut = nn.Sequential(nn.Conv2d(a, b, 1, stride=stride, bias=False), nn.BatchNorm2d(b))

        def forward(self, x: Any) -> Any:
            out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
            return self.relu(out + self.shortcut(x))

    blocks: list[Any] = []
    a = 64
    for b, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        blocks += [Block(a, b, stride), Block(b, b, 1)]
        a = b
    stem = [nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def unet(library: Library, batch: int, width: int) -> Any:
    """What predicts the noise of a diffusion model's images of one channel: blocks of group norm, SiLU and convolution,
    told of the time, in three sizes with attention at the smallest, and what is left of each size put beside it."""
    lib, nn = library.lib, library.lib.nn
    silu, attention = nn.functional.silu, nn.functional.scaled_dot_product_attention

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, a: int, b: int) -> None:
            super().__init__()
            self.norm1, self.conv1 = nn.GroupNorm(8, a), nn.Conv2d(a, b, 3, padding=1)
            self.norm2, self.conv2 = nn.GroupNorm(8, b), nn.Conv2d(b, b, 3, padding=1)
            self.time = nn.Linear(4 * width, b)
            self.shortcut = nn.Identity() if a == b else nn.Conv2d(a, b, 1)

        def forward(self, x: Any, time: Any) -> Any:
            y = self.conv1(silu(self.norm1(x))) + self.time(silu(time))[:, :, None, None]
            return self.conv2(silu(self.norm2(y))) + self.shortcut(x)

    class Attention(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.norm = nn.GroupNorm(8, channels)
            self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

        def forward(self, x: Any) -> Any:
            n, c, h, w = x.shape
            q, k, v = self.qkv(self.norm(x)).reshape(n, 3, 4, c // 4, h * w).permute(1, 0, 2, 4, 3)
            return x + self.out(attention(q, k, v).permute(0, 1, 3, 2).reshape(n, c, h, w))

    class UNet(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.times = library.randn(batch, width)
            self.embed = nn.Sequential(nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, 4 * width))
            self.first, self.last = (nn.Conv2d(a, b, 3, padding=1) for a, b in ((1, width), (width, 1)))
            self.norm = nn.GroupNorm(8, width)
            self.down1, self.down2 = Block(width, width), Block(width, 2 * width)
            self.half1, self.half2 = (nn.Conv2d(c, c, 3, stride=2, padding=1) for c in (width, 2 * width))
            self.middle1, self.middle2 = Block(2 * width, 4 * width), Block(4 * width, 2 * width)
            self.attention = Attention(4 * width)
            self.up2, self.up1 = Block(4 * width, width), Block(2 * width, width)
            self.enlarge = nn.Upsample(scale_factor=2)

        def forward(self, x: Any) -> Any:
            time = self.embed(self.times)
            high = self.down1(self.first(x), time)
            low = self.down2(self.half1(high), time)
            x = self.middle2(self.attention(self.middle1(self.half2(low), time)), time)
            x = self.up2(lib.concat([self.enlarge(x), low], 1), time)
            x = self.up1(lib.concat([self.enlarge(x), high], 1), time)
            return self.last(silu(self.norm(x)))

    return UNet()


def gpt(library: Library, vocabulary: int, layers: int, width: int, heads: int, length: int) -> Any:
    """Pre-norm decoder; attention and embedding by the library's own functions where it has them."""
    lib, nn = library.lib, library.lib.nn
    attention = getattr(nn.functional, "scaled_dot_product_attention", None)
    above = library.tensor(np.triu(np.full((length, length), -np.inf, np.float32), 1))

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def attend(self, x: Any) -> Any:
            n = x.shape[0]
            q, k, v = self.qkv(x).reshape(n, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            if attention is not None:
                mixed = attention(q, k, v, is_causal=True)
            else:
                scores = q @ k.swapaxes(-1, -2) * (width // heads) ** -0.5 + above
                mixed = nn.functional.softmax(scores, dim=-1) @ v
            return self.out(mixed.permute(0, 2, 1, 3).reshape(n, length, width))

        def forward(self, x: Any) -> Any:
            x = x + self.attend(self.norm1(x))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Parameter(lib.randn(vocabulary, width) * 0.02)
            self.positions = nn.Parameter(lib.randn(length, width) * 0.02)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

        def forward(self, ids: Any) -> Any:
            embedding = getattr(nn.functional, "embedding", None)
            x = self.tokens[ids] if embedding is None else embedding(ids, self.tokens)
            return self.head(self.norm(self.blocks(x + self.positions))).reshape(-1, vocabulary)

    return GPT()


def lstm(library: Library, inputs: int, width: int, classes: int) -> Any:
    """The last hidden state of a sequence (N, T, inputs), classified."""
    nn = library.lib.nn

    class Classifier(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.recurrence, self.head = nn.LSTM(inputs, width, batch_first=True), nn.Linear(width, classes)

        def forward(self, x: Any) -> Any:
            return self.head(self.recurrence(x)[0][:, -1])

    return Classifier()


def gru_cell(library: Library, width: int) -> Any:
    """Cho et al. (arXiv:1406.1078), from plain operations."""
    nn = library.lib.nn

    class Cell(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.from_input, self.from_hidden = nn.Linear(width, 3 * width), nn.Linear(width, 3 * width)

        def forward(self, x: Any, h: Any) -> Any:
            a, b = self.from_input(x), self.from_hidden(h)
            r = (a[:, :width] + b[:, :width]).sigmoid()
            z = (a[:, width : 2 * width] + b[:, width : 2 * width]).sigmoid()
            n = (a[:, 2 * width :] + r * b[:, 2 * width :]).tanh()
            return n + z * (h - n)

    return Cell()
