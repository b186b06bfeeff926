"""Other people's packages on the PyTorch door, where PyTorch is not installed.

FASTGRAD_THIRD_PARTY says that they are asked for: then a package that is missing, or PyTorch that is there, is an
error, and nothing is skipped. Else the tests run for the packages that are there.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import pytest

PACKAGES = ("captum", "einops", "gymnasium", "skorch", "torchdiffeq")

if os.environ.get("FASTGRAD_THIRD_PARTY"):
    for package in PACKAGES:
        if find_spec(package) is None:
            raise pytest.UsageError(f"{package} is not installed: the third-party extra has it")
    if find_spec("torch") is not None and not hasattr(import_module("torch"), "_fastgrad_child"):
        raise pytest.UsageError("PyTorch is installed: packages could run on it instead of the door")
