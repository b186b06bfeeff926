"""Elementary functions are within 2 ulp of the exact value, over every exponent of float32 and float64."""

from __future__ import annotations

import pytest

from .accuracy import CASES, EXTENDED, failures


@pytest.mark.skipif(not EXTENDED, reason="no extended precision for references on this platform")
@pytest.mark.parametrize(("name", "dtype"), CASES)
def test_within_two_ulp_at_every_exponent(name, dtype):
    wrong = failures(name, dtype)
    assert not wrong, "\n".join(wrong)
