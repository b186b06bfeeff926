"""Tables of the documentation that list a family have all of its members."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fastgrad import distributions, optim

DOCS = Path(__file__).resolve().parents[1] / "docs"
ABSTRACT = {"Optimizer", "LRScheduler", "Distribution", "ExponentialFamily"}
FAMILIES = [
    ("optimizers.md", optim, optim.Optimizer),
    ("optimizers.md", optim.lr_scheduler, optim.lr_scheduler.LRScheduler),
    ("distributions.md", distributions, distributions.Distribution),
]


@pytest.mark.parametrize(("page", "package", "base"), FAMILIES, ids=[base.__name__ for _, _, base in FAMILIES])
def test_a_page_names_every_member_of_its_family(page, package, base):
    public = {name: getattr(package, name) for name in package.__all__}
    members = {name for name, v in public.items() if isinstance(v, type) and issubclass(v, base)} - ABSTRACT
    assert len(members) > 10
    assert members - set(re.findall(r"`(\w+)`", (DOCS / page).read_text())) == set()
