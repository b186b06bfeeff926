"""What the README and the docs show is what happens."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import fastgrad as fg
from fastgrad import _load
from fastgrad.numpy import _switch as numpy_door
from fastgrad.torch import _switch as torch_door

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("bench/*.md")])
MODULES = sorted({"fastgrad", *_load.MODULES, *(m.name for m in pkgutil.walk_packages(fg.__path__, "fastgrad."))})
MODULES = [
    name for name in MODULES if not name.startswith(("fastgrad._einops.", "fastgrad.torch._tensorboard"))
]  # they need einops and tensorboardX, and have no examples
torch_door.close_door()  # which looking for modules has opened
numpy_door.close_door()


@pytest.fixture
def random_state(monkeypatch):
    """Examples draw numbers, and may open a door."""
    state = fg.get_rng_state()
    monkeypatch.delitem(sys.modules, "fastgrad.numpy")  # whose import opens the door, the first time
    yield
    fg.set_rng_state(state)
    torch_door.close_door()
    numpy_door.close_door()


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
    missing = [link for link in links_of(page) if not (page.parent / link).exists() and not is_made(page.parent / link)]
    assert not missing


def links_of(page):
    """What a page links to and shows, anchors apart; code has none."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "`", page.read_text(), flags=re.S)
    return re.findall(r"\]\((?!https?:|#)([^)#]+)", text)


def is_made(path):
    """Whether the site's build makes this page or figure."""
    path = Path(os.path.normpath(path))
    if path.parent.parent == DOCS / "figures":
        source = path.parent.with_suffix(".py")
        return path.suffix == ".svg" and source.exists() and f"def {path.stem}() -> Figure:" in source.read_text()
    return path in (DOCS / "gallery.md", DOCS / "api" / "index.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_blocks_of_python_are_examples_that_run(page):
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), flags=re.M | re.S)
    elsewhere = ("import einops",)  # in tests/third_party/, which has that package
    assert [block for block in blocks if not block.startswith((">>> ", *elsewhere))] == []


def test_every_figure_is_shown():
    shown = {
        Path(os.path.normpath(page.parent / link)).relative_to(DOCS / "figures").with_suffix("")
        for page in PAGES
        for link in links_of(page)
        if link.endswith(".svg")
    }
    drawn = {
        Path(path.stem) / name
        for path in (DOCS / "figures").glob("[!_]*.py")
        for name in re.findall(r"^def ([a-z]\w*)\(", path.read_text(), flags=re.M)
    }
    assert drawn == shown


def test_every_page_is_in_the_navigation():
    navigation = (REPOSITORY / "mkdocs.yml").read_text()
    pages = [str(page.relative_to(DOCS)) for page in PAGES if page.is_relative_to(DOCS)]
    assert [page for page in pages if not re.search(rf" {re.escape(page)}$", navigation, flags=re.M)] == []


def test_readme_has_examples():
    assert doctest.testfile(str(REPOSITORY / "README.md"), module_relative=False).attempted >= 8


def test_readme_gives_the_commands_that_set_everything_up():
    readme = (REPOSITORY / "README.md").read_text()
    assert 'pip install ".[examples]" && python examples/digits.py' in readme
    assert 'pip install ".[test]" && pytest' in readme
