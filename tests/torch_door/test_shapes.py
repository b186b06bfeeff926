"""Shapes are of a subclass of tuple while the door is open, and compiled code must take them."""

from __future__ import annotations

import re
from pathlib import Path

import fastgrad as fg
import fastgrad.torch as door

SOURCES = Path(__file__).resolve().parents[2] / "fastgrad"


def test_shapes_are_sizes():
    x = door.zeros(2, 3)
    assert type(x.shape) is type(x.size()) is type(x[0].shape) is door.Size
    assert x.shape == (2, 3)
    assert isinstance(x.shape, tuple)


def test_no_compiled_code_wants_a_shape_to_be_a_plain_tuple():
    """``cdef tuple shape = x.shape`` is a TypeError for a subclass; ``tuple(x.shape)`` takes it."""
    wrong = [
        f"{path.name}: {line.strip()}"
        for path in SOURCES.rglob("*.pyx")
        for line in path.read_text().split("\n")
        if re.search(r"cdef tuple [^=]*= *[\w.<>()]*\.shape\b", line) and "tuple(" not in line
    ]
    assert wrong == []


def test_pools_and_views_take_them():
    x = door.rand(2, 3, 8, 8, requires_grad=True)
    F = fg.nn.functional
    total = F.adaptive_avg_pool2d(x, (3, 2)).sum() + F.max_pool2d(x, 2).sum() + F.avg_pool2d(x, 2).sum()
    total = total + F.interpolate(x, scale_factor=2).sum() + x.transpose(0, 1)[1:].reshape(-1).sum()
    pooled, places = F.max_pool2d_with_indices(x, 2)
    total = total + F.max_unpool2d(pooled, places, 2, output_size=x.shape).sum()
    total.backward()
    assert x.grad.shape == x.shape
