"""Windows of images as columns, and back: what they are, and what is refused."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


def test_a_convolution_is_a_product_with_the_columns():
    rng = np.random.default_rng(0)
    x, w = fg.tensor(rng.normal(size=(2, 3, 7, 8))), fg.tensor(rng.normal(size=(4, 3, 3, 2)))
    columns = F.unfold(x, (3, 2), dilation=2, padding=1, stride=(1, 2))
    product = (w.reshape(4, -1) @ columns).reshape(2, 4, 5, 4)
    expected = F.conv2d(x, w, None, (1, 2), 1, 2)
    np.testing.assert_allclose(product.numpy(), expected.numpy(), rtol=1e-12, atol=1e-12)


def test_fold_counts_in_how_many_windows_a_pixel_is():
    x = fg.ones((1, 1, 5, 6), dtype=fg.float64)
    counts = F.fold(F.unfold(x, 3, padding=1), (5, 6), 3, padding=1)
    assert counts[0, 0].tolist() == [[4, 6, 6, 6, 6, 4], *[[6, 9, 9, 9, 9, 6]] * 3, [4, 6, 6, 6, 6, 4]]


@pytest.mark.parametrize("dtype", [fg.float16, fg.bfloat16])
def test_half_precision_is_added_up_in_single(dtype):
    columns = fg.tensor(np.random.default_rng(0).random((1, 9, 36))).astype(dtype)
    found = F.fold(columns, 6, 3, padding=1)
    expected = F.fold(columns.astype(fg.float32), 6, 3, padding=1).astype(dtype)
    assert found.astype(fg.float32).tolist() == expected.astype(fg.float32).tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: F.unfold(fg.zeros(3, 4), 2), r"unfold: input must be 4-D.*got shape \(3, 4\)"),
        (
            lambda: F.unfold(fg.zeros(1, 1, 3, 4), (2, 5)),
            r"unfold: the kernel \(2, 5\) .* size \(3, 4\) and padding \(0, 0\)",
        ),
        (lambda: F.unfold(fg.zeros(1, 1, 3, 4), 2, dilation=2**62), r"unfold: the kernel"),
        (lambda: F.unfold(fg.zeros(1, 1, 3, 4), 2, stride=0), r"unfold: stride must be at least 1, got 0"),
        (lambda: F.fold(fg.zeros(1, 5, 4), 3, 2), r"fold: the input must have a multiple of 4 rows.*\(1, 5, 4\)"),
        (lambda: F.fold(fg.zeros(4, 5), 3, 2), r"fold: .* and 4 columns, the windows of an image \(3, 3\).*\(4, 5\)"),
        (lambda: F.fold(fg.zeros(4), 3, 2), r"fold: input must be 3-D"),
        (lambda: nn.Unfold(0), r"Unfold: kernel_size must be at least 1, got 0"),
        (lambda: nn.Fold((3, 0), 2), r"Fold: output_size must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
