"""Images at other sizes and at places: layouts, dtypes, infinities, and what is refused."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F


def _channels_last(x):
    return fg.tensor(np.ascontiguousarray(np.moveaxis(x.numpy(), 1, -1))).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"size": (11, 13), "mode": "bilinear"},
        {"size": (4, 3), "mode": "bicubic", "antialias": True},
        {"size": (4, 20), "mode": "bicubic", "align_corners": True},
        {"scale_factor": 2},
    ],
)
def test_channels_last_stays_so_and_has_the_same_bits(options):
    for shape in ((2, 3, 7, 9), (1, 16, 9, 5), (2, 19, 5, 6)):
        x = fg.randn(shape).requires_grad_()
        y = F.interpolate(x, **options)
        last = _channels_last(x.detach()).requires_grad_()
        z = F.interpolate(last, **options)
        assert z.stride(1) == 1
        assert (y == z).all()
        g = fg.randn(y.shape)
        y.backward(g)
        z.backward(_channels_last(g))
        assert last.grad.stride(1) == 1
        assert (x.grad == last.grad).all()


def test_an_input_of_no_weight_is_not_read():
    x = fg.tensor([[[1.0, math.inf, 2.0]]])
    assert F.interpolate(x, 5, mode="linear", align_corners=True).tolist() == [
        [[1.0, math.inf, math.inf, math.inf, 2.0]]
    ]
    assert F.interpolate(x, 3, mode="linear").tolist() == x.tolist()
    g = fg.tensor([[[0.0, math.inf, 0.0, 0.0, 1.0]]])
    x.requires_grad_()
    F.interpolate(x, 5, mode="linear", align_corners=True).backward(g)
    assert x.grad.tolist() == [[[math.inf, math.inf, 1.0]]]


def test_the_size_that_an_image_has_gives_a_copy():
    x = fg.randn(1, 2, 3, 4)
    for mode in ("nearest", "bilinear", "bicubic", "area"):
        y = F.interpolate(x, (3, 4), mode=mode)
        assert (y == x).all()
        y[:] = 0
        assert x.any()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "bfloat16"])
def test_the_nearest_elements_are_of_any_dtype(dtype):
    x = fg.arange(6).reshape(1, 1, 2, 3).astype(dtype)
    y = F.interpolate(x, scale_factor=2)
    assert str(y.dtype) == dtype
    assert (y == fg.repeat(fg.repeat(x, 2, axis=2), 2, axis=3)).all()
    assert F.interpolate(x[:, 0], 6, mode="nearest-exact")[0, 1].tolist() == fg.repeat(x[0, 0, 1], 2).tolist()
    with pytest.raises(TypeError, match=r"^interpolate: input must be float32"):
        F.interpolate(x, scale_factor=2, mode="bilinear")


REFUSED = [
    ((1, 1, 4, 4), {}, "one of size and scale_factor must be given"),
    ((1, 1, 4, 4), {"size": 2, "scale_factor": 2}, "one of size and scale_factor must be given"),
    ((1, 1, 4, 4), {"size": (2, 2, 2)}, "size must be one number or 2"),
    ((1, 1, 4, 4), {"scale_factor": (2.0,)}, "scale_factor must be one number or 2"),
    ((1, 1, 4, 4), {"size": 0}, "sizes must be positive"),
    ((1, 1, 4, 4), {"size": -1}, "sizes must be positive"),
    ((1, 1, 4, 4), {"size": 1 << 40}, "sizes must be at most"),
    ((1, 1, 0, 4), {"size": 3}, "sizes must be positive"),
    ((1, 1, 4, 4), {"scale_factor": 0.1}, "sizes must be positive"),
    ((1, 1, 4, 4), {"scale_factor": -2}, "scale_factor must be positive"),
    ((1, 1, 4, 4), {"scale_factor": math.nan}, "scale_factor must be positive and finite"),
    ((1, 1, 4, 4), {"size": 3, "recompute_scale_factor": True}, "recompute_scale_factor is for a scale_factor"),
    ((1, 1, 4, 4), {"size": 3, "mode": "linear"}, "mode 'linear' is for input of 3 axes"),
    ((1, 1, 4), {"size": 3, "mode": "bilinear"}, "mode 'bilinear' is for input of 4 axes"),
    ((1, 1, 4, 4), {"size": 3, "mode": "cubic"}, "mode must be one of 'nearest'"),
    ((4, 4), {"size": 3}, r"input must be \(N, C, L\)"),
    ((1, 1, 4, 4), {"size": 3, "align_corners": True}, "align_corners is for linear and cubic modes"),
    ((1, 1, 4, 4), {"size": 3, "antialias": True}, "antialias is for images"),
    ((1, 1, 4, 4), {"size": 3, "mode": "lanczos"}, "mode 'lanczos' must have antialias=True"),
]


@pytest.mark.parametrize(("shape", "options", "match"), REFUSED)
def test_interpolation_says_what_it_refuses(shape, options, match):
    with pytest.raises(ValueError, match=f"^interpolate: .*{match}"):
        F.interpolate(fg.zeros(shape), **options)


@pytest.mark.parametrize("options", [{"size": 2.5}, {"size": "3"}, {"scale_factor": "2"}])
def test_sizes_that_are_no_numbers_are_refused(options):
    with pytest.raises((TypeError, ValueError), match=r"^interpolate: (size|scale_factor)"):
        F.interpolate(fg.zeros(1, 1, 4, 4), **options)


def test_layers_are_the_function():
    x = fg.randn(1, 2, 5, 4)
    assert (
        nn.Upsample(scale_factor=1.5, mode="bicubic")(x) == F.interpolate(x, scale_factor=1.5, mode="bicubic")
    ).all()
    assert (nn.UpsamplingNearest2d((7, 3))(x) == F.interpolate(x, (7, 3))).all()
    assert (
        nn.UpsamplingBilinear2d(scale_factor=2)(x) == F.interpolate(x, None, 2, mode="bilinear", align_corners=True)
    ).all()


# ---- places ----------------------------------------------------------------------------------------------------------


def test_the_grid_of_the_identity_gives_the_image():
    x = fg.randn(2, 3, 5, 4, dtype=fg.float64)
    theta = fg.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]] * 2, dtype=fg.float64)
    for corners in (False, True):
        for mode in ("bilinear", "nearest", "bicubic"):
            grid = F.affine_grid(theta, x.shape, align_corners=corners)
            found = F.grid_sample(x, grid, mode, align_corners=corners)
            np.testing.assert_allclose(found.numpy(), x.numpy(), atol=1e-12)


def test_the_nearest_pixel_does_not_change_with_the_grid():
    x, grid = fg.randn(1, 2, 4, 4), fg.rand(1, 3, 3, 2).requires_grad_()
    F.grid_sample(x, grid, "nearest").sum().backward()
    assert grid.grad.shape == grid.shape
    assert not grid.grad.any()


@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_places_far_away_and_of_no_number_are_safe(mode, padding_mode):
    x = fg.ones(1, 1, 3, 3)
    for far in (1e30, -1e30, math.inf, -math.inf, math.nan):
        grid = fg.full((1, 1, 1, 2), far, requires_grad=True)
        y = F.grid_sample(x, grid, mode, padding_mode)
        y.sum().backward()
        if padding_mode == "zeros" and not math.isnan(far) and math.isfinite(far):
            assert not y.any()


def test_grids_that_do_not_fit_are_refused():
    x = fg.zeros(2, 3, 4, 4)
    for grid in (fg.zeros(1, 2, 2, 2), fg.zeros(2, 2, 2, 3), fg.zeros(2, 2, 2)):
        with pytest.raises(ValueError, match=r"^grid_sample: grid must be \(N, H', W', 2\) for 2 images"):
            F.grid_sample(x, grid)
    grid = fg.zeros(2, 2, 2, 2)
    with pytest.raises(TypeError, match=r"^grid_sample: input and grid must have one dtype"):
        F.grid_sample(x, grid.double())
    with pytest.raises(TypeError, match=r"^grid_sample: input must be float32 or float64"):
        F.grid_sample(x.half(), grid)
    for options in ({"mode": "linear"}, {"padding_mode": "circular"}):
        with pytest.raises(ValueError, match=r"^grid_sample: .*mode must be"):
            F.grid_sample(x, grid, **options)
    with pytest.raises(ValueError, match=r"^grid_sample: mode 'bicubic' is for images"):
        F.grid_sample(fg.zeros(1, 1, 2, 2, 2), fg.zeros(1, 1, 1, 1, 3), "bicubic")
    with pytest.raises(ValueError, match=r"^grid_sample: the input's sizes must be positive"):
        F.grid_sample(fg.zeros(2, 3, 0, 4), grid)


def test_matrices_that_do_not_fit_are_refused():
    for theta, size, error in (
        (fg.zeros(2, 2, 3), (1, 1, 4, 4), ValueError),
        (fg.zeros(1, 3, 4), (1, 1, 4, 4), ValueError),
        (fg.zeros(1, 2, 3), (1, 1, 4), ValueError),
        (fg.zeros(1, 2, 3), (1, 1, 0, 4), ValueError),
        (fg.zeros(1, 2, 3, dtype=fg.int64), (1, 1, 4, 4), TypeError),
    ):
        with pytest.raises(error, match=r"^affine_grid: "):
            F.affine_grid(theta, size)


# ---- shuffles --------------------------------------------------------------------------------------------------------


def test_shuffles_undo_one_another_and_say_what_they_refuse():
    x = fg.randn(2, 3, 8, 12, 6)
    assert (F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2) == x).all()
    assert (F.channel_shuffle(F.channel_shuffle(x[0], 4), 2) == x[0]).all()
    for call, match in (
        (
            lambda: F.pixel_shuffle(x, 3),
            "pixel_shuffle: channels must be a multiple of upscale_factor squared, 9, got 8",
        ),
        (lambda: F.pixel_unshuffle(x, 5), "pixel_unshuffle: height and width must be multiples of downscale_factor 5"),
        (lambda: F.channel_shuffle(x, 2), "channel_shuffle: groups must divide the 3 channels, got 2"),
        (lambda: F.pixel_shuffle(x, 0), "pixel_shuffle: upscale_factor must be positive"),
        (lambda: F.pixel_shuffle(x[0, 0, 0], 1), "pixel_shuffle: input must be"),
        (lambda: nn.PixelShuffle(0), "PixelShuffle: upscale_factor must be at least 1"),
        (lambda: nn.ChannelShuffle(-1), "ChannelShuffle: groups must be at least 1"),
    ):
        with pytest.raises(ValueError, match=f"^{match}"):
            call()
