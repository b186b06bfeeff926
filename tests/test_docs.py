"""What the README and the docs show is what happens."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import fastgrad as fg
from fastgrad import _load
from fastgrad.torch._switch import close_door

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("bench/*.md")])
MODULES = sorted({"fastgrad", *_load.MODULES, *(m.name for m in pkgutil.walk_packages(fg.__path__, "fastgrad."))})
MODULES = [
    name for name in MODULES if not name.startswith("fastgrad._einops.")
]  # they need einops, and have no examples
close_door()  # which looking for modules has opened


@pytest.fixture
def random_state():
    """Examples draw numbers, and may open the PyTorch door."""
    state = fg.get_rng_state()
    yield
    fg.set_rng_state(state)
    close_door()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_examples_run(page, random_state):
    result = doctest.testfile(str(page), module_relative=False)
    assert result.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_run(name, random_state):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_docstrings_of_compiled_modules_are_found():
    found = doctest.DocTestFinder().find(importlib.import_module("fastgrad.ops.creation"))
    assert any(test.examples for test in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_readme_has_examples():
    assert doctest.testfile(str(REPOSITORY / "README.md"), module_relative=False).attempted >= 8


def test_readme_gives_the_commands_that_set_everything_up():
    readme = (REPOSITORY / "README.md").read_text()
    assert 'pip install ".[examples]" && python examples/digits.py' in readme
    assert 'pip install ".[test]" && pytest' in readme
