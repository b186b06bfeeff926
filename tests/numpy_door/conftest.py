"""The door is open while its own tests run, and closed for those of others, which share the process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fastgrad.numpy import _switch

_switch.close_door()


@pytest.fixture(autouse=True)
def open_door() -> Iterator[None]:
    _switch.open_door()
    yield
    _switch.close_door()
