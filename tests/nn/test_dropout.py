"""Dropout of channels, and around the mean: what is dropped together, and what stays on average."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

CHANNELS = {"Dropout1d": (40, 50, 3), "Dropout2d": (40, 50, 3, 2), "Dropout3d": (40, 50, 3, 2, 2)}


@pytest.mark.parametrize("name", CHANNELS)
def test_channels_are_dropped_whole(name):
    shape = CHANNELS[name]
    fg.manual_seed(0)
    x = fg.ones(shape, requires_grad=True)
    out = getattr(nn, name)(0.3)(x)
    found = out.detach().numpy().reshape(*shape[:2], -1)
    assert (found == found[:, :, :1]).all()
    assert set(np.unique(found)) == {0.0, np.float32(1 / 0.7)}
    assert abs((found[:, :, 0] == 0).mean() - 0.3) < 0.04
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), out.detach().numpy())


@pytest.mark.parametrize(("name", "shape"), [("dropout1d", (50, 3)), ("dropout3d", (50, 3, 2, 2))])
def test_one_sample_needs_no_batch_axis(name, shape):
    found = getattr(F, name)(fg.ones(shape), 0.5).numpy().reshape(50, -1)
    assert (found == found[:, :1]).all()
    assert 5 < (found[:, 0] == 0).sum() < 45


def test_dropout2d_takes_three_axes_for_a_batch():
    found = F.dropout2d(fg.ones(20, 30, 4), 0.5).numpy()
    assert (found == found[:, :, :1]).all()
    assert (found[:, :, 0] != found[:, :1, 0]).any()


@pytest.mark.parametrize(("name", "shape"), [("AlphaDropout", (200, 500)), ("FeatureAlphaDropout", (400, 250, 1))])
@pytest.mark.parametrize("p", [0.1, 0.5])
def test_mean_and_variance_stay(name, shape, p):
    fg.manual_seed(0)
    x = fg.randn(shape)
    found = getattr(nn, name)(p)(x).numpy()
    assert abs(found.mean()) < 0.02
    assert abs(found.var() - 1.0) < 0.03


def test_what_is_dropped_becomes_one_number_and_passes_no_gradient():
    fg.manual_seed(0)
    x = fg.randn(50, 40)
    x.requires_grad_()
    out = F.alpha_dropout(x, 0.5, training=True)
    out.sum().backward()
    dropped = x.grad.numpy() == 0
    assert 800 < dropped.sum() < 1200
    assert len(np.unique(out.detach().numpy()[dropped])) == 1
    assert len(np.unique(x.grad.numpy())) == 2
    together = F.feature_alpha_dropout(fg.ones(20, 30, 4), 0.5, training=True).numpy()
    assert (together == together[:, :, :1]).all()


def test_the_default_of_alpha_dropout_is_evaluation():
    x = fg.ones(3, 4)
    assert F.alpha_dropout(x) is x
    assert F.feature_alpha_dropout(x) is x


@pytest.mark.parametrize("name", ["dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"])
def test_in_place_and_generators(name):
    shape = (6, 5, 4, 3, 2)[: {"dropout1d": 3, "dropout2d": 4}.get(name, 5)]
    x = fg.ones(shape)
    first = getattr(F, name)(x, 0.5, True, generator=fg.Generator(1)).numpy()
    assert (x.numpy() == 1.0).all()
    assert getattr(F, name)(x, 0.5, True, True, generator=fg.Generator(1)) is x
    np.testing.assert_array_equal(x.numpy(), first)
    with pytest.raises(ValueError, match=f"{name}.*p must be a probability"):
        getattr(F, name)(x, 1.5)
    with pytest.raises(TypeError, match=f"{name}.*int64"):
        getattr(F, name)(fg.ones(shape, dtype=fg.int64), 0.5, True)


@pytest.mark.parametrize("name", ["dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"])
def test_other_numbers_of_axes_are_refused(name):
    with pytest.raises(ValueError, match=rf"{name}.*axes|{name}.*axis"):
        getattr(F, name)(fg.ones(4), 0.5, True)
