"""What the documentation's site has besides the Markdown in docs/, for MkDocs (mkdocs.yml names this file).

Figures are drawn by docs/figures/, the gallery is what examples/ draw and print, the API reference is a page for each
public module, and some pages stand elsewhere in the repository. Figures and pictures are kept in build/site-cache/
under a hash of the code that draws them and of fastgrad's version: delete it to have all drawn again.
"""

from __future__ import annotations

import ast
import doctest
import hashlib
import importlib
import importlib.util
import inspect
import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import fastgrad

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CACHE = ROOT / "build" / "site-cache"

# Pages that stand elsewhere in the repository, and where they are in the site.
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "bench/README.md": "benchmarks.md"}
# Where links to files lead that are no pages of their own here.
INSTEAD = {"README.md": "index.md", "docs/digits.png": "digits.png", "examples": "gallery.md"}

# ---------------------------------------------------------------------------------------------------------------------
# MkDocs calls these.


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the API's pages into the navigation."""
    assert config.nav is not None
    for entry in config.nav:
        if entry.get("API") == "api/":
            entry["API"] = ["api/index.md", *({module.__name__: api_uri(module)} for module in public_modules())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add all that is made."""
    made: dict[str, str | bytes] = {}
    for source, uri in PAGES.items():
        made[uri] = with_links_from(source, uri, (ROOT / source).read_text())
    for module in public_modules():
        made[api_uri(module)] = api_page(module)
    made["api/index.md"] = api_index()
    made |= gallery()
    made |= dict(figures())
    made |= {f"assets/mathjax/{path}": data for path, data in mathjax()}
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Take in pieces of other pages, lead links to where things are here, and show code apart from what it prints."""
    uri = page.file.src_uri
    markdown = re.sub(r"<!-- include (\S+?)#(.+?) -->", lambda m: section(m[1], m[2], uri), markdown)
    if uri not in PAGES.values() and page.file.abs_src_path is not None:
        markdown = with_links_from(f"docs/{uri}", uri, markdown)
    return re.sub(r"^```python\n(.*?)^```$", lambda m: code_and_prints(m[1]), markdown, flags=re.M | re.S)


# ---------------------------------------------------------------------------------------------------------------------
# Markdown.


def with_links_from(source: str, uri: str, markdown: str) -> str:
    """Change links of a file of the repository to fit its page in the site; links to sources become plain text."""

    def moved(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path in PAGES or path in INSTEAD:
            found = PAGES.get(path) or INSTEAD[path]
        elif path.startswith("docs/"):
            found = path.removeprefix("docs/")
        elif (ROOT / path).exists():
            return text.removeprefix("[").removesuffix("]")
        else:
            return match[0]
        return f"{text}({posixpath.relpath(found, posixpath.dirname(uri) or '.')}{anchor})"

    return re.sub(r"(\[[^\[\]]*\])\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)", moved, markdown)


def section(source: str, heading: str, uri: str) -> str:
    """Return what stands below a heading of a file of the repository."""
    text = (ROOT / source).read_text()
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
    if found is None:
        raise PluginError(f"{uri}: {source} has no heading '## {heading}'")
    return with_links_from(source, uri, found[1].strip())


def code_and_prints(block: str) -> str:
    """Show a block of doctest as code that can be copied, and below it what it prints."""
    parts = doctest.DocTestParser().parse(block)
    if not any(isinstance(part, doctest.Example) for part in parts):
        return f"```python\n{block}```"
    shown, code = [], ""
    for part in parts:
        if isinstance(part, str):
            code += "\n" if code and not part.strip() and "\n" in part else ""
            continue
        if code and not code.endswith("\n\n") and code.splitlines()[-1].startswith(" "):
            code += "\n"  # which ends the block where the code is pasted into a session
        code += part.source
        if part.want:
            shown += [f"```python\n{code}```", f"``` {{ .text .prints .no-copy }}\n{part.want.rstrip()}\n```"]
            code = ""
    if code.strip():
        shown.append(f"```python\n{code}```")
    return "\n\n".join(shown)


# ---------------------------------------------------------------------------------------------------------------------
# Figures and the gallery.


def kept(name: str, sources: list[Path], make: Callable[[Path], None]) -> Path:
    """Return a file of that name in the cache, made unless it was made of the same sources."""
    key = hashlib.sha256(fastgrad.__version__.encode())
    for source in sources:
        key.update(source.read_bytes())
    path = CACHE / f"{key.hexdigest()[:16]}-{name}"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"partial-{path.name}")
        make(partial)
        partial.rename(path)
    return path


def figures() -> Iterator[tuple[str, bytes]]:
    """Draw every figure of docs/figures/: function `tangents` of slope.py is figures/slope/tangents.svg."""
    if str(DOCS) not in sys.path:
        sys.path.insert(0, str(DOCS))
    for source in sorted((DOCS / "figures").glob("[!_]*.py")):
        for function in ast.parse(source.read_text()).body:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                uri = f"figures/{source.stem}/{function.name}.svg"

                def draw(path: Path, module: str = source.stem, name: str = function.name) -> None:
                    draw_figure = importlib.import_module("figures").save
                    draw_figure(getattr(importlib.import_module(f"figures.{module}"), name), path)

                sources = [source, DOCS / "figures" / "__init__.py"]
                yield uri, kept(uri.replace("/", "-"), sources, draw).read_bytes()


def gallery() -> dict[str, str | bytes]:
    """Run every example as its docstring says; return the page, and the pictures."""
    made: dict[str, str | bytes] = {}
    page = ["# Gallery", "", "Each picture is what the example draws, each text what it prints.", ""]
    for source in sorted((ROOT / "examples").glob("*.py")):
        described = ast.get_docstring(ast.parse(source.read_text())) or ""
        title, _, text = described.partition("\n")
        picture = f"gallery/{source.stem}.png"
        text = re.sub(r"^    (.*)$", r"\1", text, flags=re.M)
        blocks = [
            f"```text\n{block}\n```" if re.match(r"(python|pip) ", block) else block.replace("``", "`")
            for block in text.strip().split("\n\n")
        ]
        page += [f"## {title.removesuffix('.')}", "", f"`examples/{source.name}`", "", "\n\n".join(blocks), ""]
        if '"--output"' not in source.read_text():
            continue  # it draws nothing: a server
        try:
            drawn, printed = run_example(source)
        except MissingPackageError as error:
            page += [f"*Not run for this page: {error}*", ""]
        else:
            made[picture] = drawn
            page += [f"![What examples/{source.name} draws]({picture})", "", f"```text\n{printed}\n```", ""]
    made["gallery.md"] = "\n".join(page)
    return made


class MissingPackageError(Exception):
    """An example says what must be installed first."""


def run_example(source: Path) -> tuple[bytes, str]:
    """Return the picture that an example draws, and what it prints."""

    def run(path: Path) -> None:
        command = [sys.executable, str(source), "--output", f"{source.stem}.png"]
        work = path.with_name(f"{path.name}-folder")
        work.mkdir(exist_ok=True)
        environment = os.environ | {"MPLBACKEND": "agg"}
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        if done.returncode != 0 and "pip install" in done.stderr:
            raise MissingPackageError(done.stderr.strip().splitlines()[-1])
        if done.returncode != 0:
            raise PluginError(f"{' '.join(command)} failed:\n{done.stderr}")
        (work / f"{source.stem}.png").rename(path)
        path.with_name(path.name.removeprefix("partial-") + ".txt").write_text(done.stdout.strip())
        work.rmdir()

    path = kept(f"gallery-{source.stem}.png", [source], run)
    return path.read_bytes(), path.with_name(path.name + ".txt").read_text()


def mathjax() -> Iterator[tuple[str, bytes]]:
    """Give MathJax's files, which the package django-static-mathjax carries."""
    spec = importlib.util.find_spec("mathjax")
    if spec is None or not spec.submodule_search_locations:
        raise PluginError('MathJax is not installed: pip install ".[docs]"')
    base = Path(spec.submodule_search_locations[0]) / "static" / "mathjax" / "es5"
    for path in [base / "tex-chtml.js", *sorted((base / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))]:
        yield path.relative_to(base).as_posix(), path.read_bytes()


# ---------------------------------------------------------------------------------------------------------------------
# The API reference: which names are public is asked of the package, what stands there of the sources and stubs.

ELSEWHERE = {"fastgrad.ops", "fastgrad.torch"}  # the names of the first are fastgrad's; the second is a door of its own


def public_modules() -> list[ModuleType]:
    """List the package and its public modules, in order of their names."""
    found = {"fastgrad": fastgrad}
    waiting = [fastgrad]
    while waiting:
        module = waiting.pop()
        for value in public_members(module).values():
            if inspect.ismodule(value) and value.__name__.startswith("fastgrad.") and value.__name__ not in found:
                if value.__name__ in ELSEWHERE or "._" in value.__name__:
                    continue
                found[value.__name__] = value
                waiting.append(value)
    return [found[name] for name in sorted(found)]


def public_members(module: ModuleType) -> dict[str, Any]:
    """Return the public names of a module with what they are."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [n for n, v in vars(module).items() if getattr(v, "__module__", None) == module.__name__]
    return {name: getattr(module, name) for name in sorted(names) if not name.startswith("_")}


def api_uri(module: ModuleType) -> str:
    """Return where a module's page is."""
    return f"api/{module.__name__}.md"


def first_sentence(thing: object) -> str:
    """Return what a docstring begins with, for a cell of a table."""
    text = inspect.getdoc(thing) or ""
    if text.startswith(f"{getattr(thing, '__name__', ' ')}("):  # the signature, which Cython writes in front
        text = text.partition("\n")[2].lstrip()
    text = " ".join(text.split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.:])\s", text, maxsplit=1)[0].rstrip(".:")
    parts = re.split(r"(`+[^`]+`+)", sentence)  # code, which is left as it is, stands at odd places
    parts[::2] = [re.sub(r"([*_<\[])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts).replace("|", r"\|")


def families(module: ModuleType) -> dict[str, list[str]]:
    """Group a module's functions and classes by the file that they stand in; constants are left to its docstring."""
    groups: dict[str, list[str]] = {}
    for name, value in public_members(module).items():
        if inspect.ismodule(value) or not callable(value):
            continue
        home = getattr(value, "__module__", None) or module.__name__
        family = home.rpartition(".")[2].lstrip("_").replace("_", " ") if home != module.__name__ else "here"
        groups.setdefault(family, []).append(name)
    return dict(sorted(groups.items()))


def api_index() -> str:
    """Write the page that lists the modules."""
    rows = [f"| [`{m.__name__}`]({m.__name__}.md) | {first_sentence(m)} |" for m in public_modules()]
    return "\n".join(["# API", "", "| module | |", "|---|---|", *rows, ""])


def api_page(module: ModuleType) -> str:
    """Write a module's page: a table of its names, then each with its docstring."""
    name = module.__name__
    page = [f"# {name}", "", f"::: {name}", "    options:", "      members: false", "      show_root_heading: false"]
    page += ["      show_root_toc_entry: false", ""]
    groups = families(module)
    for family, names in groups.items():
        page += [f"| {family} | |" if len(groups) > 1 else "| name | |", "|---|---|"]
        page += [f"| [`{n}`](#{name}.{n}) | {first_sentence(getattr(module, n))} |" for n in names]
        page.append("")
    for family, names in groups.items():
        if len(groups) > 1:
            page += [f"## {family}", ""]
        for n in names:
            page += [f"::: {name}.{n}", ""]
    return "\n".join(page)
