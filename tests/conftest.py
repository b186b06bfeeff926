"""What every test shares: the package under test is the installed one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import fastgrad

REPOSITORY = Path(__file__).resolve().parents[1]

# In CI the package is installed, and the source folder must not shadow it. An editable install is a developer's choice.
if os.environ.get("CI") == "true" and Path(fastgrad.__file__).resolve().is_relative_to(REPOSITORY):
    raise pytest.UsageError(f"CI tests the installed package, but fastgrad was imported from {fastgrad.__file__}")
