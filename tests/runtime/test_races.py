"""Another thread writes to what a call reads: its results may be of any moment, but no memory is out of bounds.

Kernels run without the GIL, and NumPy writes without it. So each case runs in a process of its own, with threads that
change indices, labels, masks or the tensor itself all the time; a crash there is a failure here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from races import CASES


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_is_checked_is_what_is_used(run_python, case):
    result = run_python(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom races import race\nrace({case!r})"
    )
    assert result.returncode == 0, f"{case}: status {result.returncode}\n{result.stdout[-2000:]}{result.stderr[-2000:]}"
    assert "calls" in result.stdout
