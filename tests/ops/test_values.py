"""Every operation's values are those of its NumPy or SciPy reference, in every dtype, size and layout."""

from __future__ import annotations

import pytest

from .check import value_failures
from .table import OPS


@pytest.mark.parametrize(("op", "dtype"), [pytest.param(op, d, id=f"{op.name}-{d}") for op in OPS for d in op.dtypes])
def test_values_are_the_references(op, dtype):
    failures = list(value_failures(op, dtype))
    assert not failures, "\n".join([f"{len(failures)} samples fail", *failures[:10]])
