"""What the tests of layers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fastgrad import _core


@pytest.fixture(params=[1, 2], ids=["alone", "threaded"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """Runs the test with one thread, and with two that share even small work."""
    before, divisor = _core.num_threads(), _core.grain_divisor()
    _core.set_num_threads(request.param)
    if request.param > 1:
        _core.set_grain_divisor(64)
    yield request.param
    _core.set_num_threads(before)
    _core.set_grain_divisor(divisor)
