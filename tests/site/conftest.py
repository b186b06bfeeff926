"""The built site: `mkdocs build --strict`, then FASTGRAD_SITE=build/site pytest tests/site."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built site."""
    folder = os.environ.get("FASTGRAD_SITE")
    if folder is None:
        pytest.skip("no site: FASTGRAD_SITE names the folder that `mkdocs build` wrote")
    return Path(folder).resolve(strict=True)
