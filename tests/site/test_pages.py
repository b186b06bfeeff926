"""The built site, without a browser: its HTML, links, pictures, anchors and search."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PAGES_AT_LEAST = 50


@functools.cache
def tree(path: Path):
    """Parse a page; return its root and what the parser had to put right."""
    html5lib = pytest.importorskip("html5lib", reason="html5lib is in the docs extra")
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(path.read_text())
    return root, [(position, code) for position, code, _ in parser.errors]


@functools.cache
def anchors(path: Path) -> frozenset[str]:
    """Return the names that a page can be entered by."""
    root, _ = tree(path)
    return frozenset(e.get("id") or e.get("name") for e in root.iter() if e.get("id") or e.get("name"))


@pytest.fixture(scope="session")
def pages(site):
    """Return the pages, the one for wrong addresses apart, whose links are absolute."""
    found = sorted(path for path in site.rglob("*.html") if path.name != "404.html")
    assert len(found) >= PAGES_AT_LEAST
    return found


def references(path: Path):
    """List what a page refers to: tag, address."""
    root, _ = tree(path)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for name in ("href", "src"):
            if element.get(name) is not None:
                yield element.tag, element.get(name)


def test_pages_are_valid_html(pages):
    assert {str(page): tree(page)[1] for page in pages if tree(page)[1]} == {}


def test_links_pictures_and_anchors_lead_somewhere(pages, site):
    broken = []
    for page in pages:
        for tag, address in references(page):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            if not target.is_relative_to(site) or not target.exists():
                broken.append((page.name, tag, address))
            elif parts.fragment.startswith("__") or not parts.fragment or target.suffix != ".html":
                continue  # the theme's own switches begin so
            elif unquote(parts.fragment) not in anchors(target):
                broken.append((page.name, tag, address))
    assert broken == []


def test_nothing_is_fetched_from_elsewhere(pages, site):
    fetched = [
        (page.name, address)
        for page in pages
        for tag, address in references(page)
        if tag in ("script", "link", "img", "iframe") and urlsplit(address).netloc and "canonical" not in address
    ]
    assert fetched == []
    styles = "".join(path.read_text() for path in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?https?:", styles) == []


def test_pictures_have_a_description(pages):
    nameless = [
        (page.name, image.get("src"))
        for page in pages
        for image in tree(page)[0].iter("img")
        if not (image.get("alt") or "").strip()
    ]
    assert nameless == []


def test_every_formula_has_its_typesetter(pages, site):
    with_formulas = [page for page in pages if "arithmatex" in page.read_text()]
    assert len(with_formulas) >= 8
    assert (site / "assets" / "mathjax" / "tex-chtml.js").exists()
    assert list((site / "assets" / "mathjax" / "output").rglob("MathJax_Main-Regular.woff"))


@pytest.mark.parametrize("word", ["conv2d", "backpropagation", "integrated_gradients", "learning rate", "container"])
def test_the_search_index_knows(site, word):
    documents = json.loads((site / "search" / "search_index.json").read_text())["docs"]
    assert any(word.lower() in (d["title"] + d["text"]).lower() for d in documents)


def test_every_public_name_has_its_place_in_the_reference(site):
    import fastgrad
    from fastgrad import explain, nn, optim

    for module in (fastgrad, nn, nn.functional, optim, explain):
        known = anchors(site / "api" / f"{module.__name__}.html")
        wanted = {n for n in module.__all__ if callable(getattr(module, n))}
        assert {n for n in wanted if f"{module.__name__}.{n}" not in known} == set()


def test_tables_of_the_reference_say_what_each_name_is(site):
    text = (site / "api" / "fastgrad.nn.functional.html").read_text()
    row = re.search(r'<td><a href="#fastgrad\.nn\.functional\.conv2d".*?</tr>', text, flags=re.S)
    assert row is not None
    said = re.search(r"<td>([A-Z][^<(]{20,})</td>", row[0])
    assert said is not None, row[0]


def test_the_gallery_shows_every_example(site):
    text = (site / "gallery.html").read_text()
    examples = Path(__file__).resolve().parents[2] / "examples"
    assert all(f"examples/{path.name}" in text for path in examples.glob("*.py"))
    assert len(list((site / "gallery").glob("*.png"))) >= 3


def test_code_can_be_copied(site):
    text = (site / "index.html").read_text()
    assert "&gt;&gt;&gt;" not in text  # prompts are for the tests
    assert "prints" in text
