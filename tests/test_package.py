"""What is installed, what an import costs in other packages, and the check that keeps instruction sets apart."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fastgrad as fg
from fastgrad import _load

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = Path(fg.__file__).parent


def tool(name: str) -> Any:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / f"tools/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_import_loads_nothing_but_numpy(run_python):
    code = "import sys, numpy; before = set(sys.modules); import fastgrad; print(*(set(sys.modules) - before))"
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    added = set(done.stdout.split())
    assert "fastgrad.ops.linalg" in added
    packages = {name.partition(".")[0] for name in added}
    assert not packages & {"matplotlib", "sklearn", "scipy", "torch", "tqdm", "pandas", "safetensors", "PIL"}
    # Heavy parts of the standard library that nothing needs before it is used.
    assert not packages & {"asyncio", "multiprocessing", "subprocess", "unittest", "email", "http", "pathlib", "random"}


def test_sources_that_are_not_built_say_so(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "fastgrad", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    done = subprocess.run([sys.executable, "-c", "import fastgrad"], cwd=tmp_path, capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: fastgrad: no compiled part for this Python in {tmp_path / 'fastgrad'}. ")
    assert "build them in place: pip install -e ." in last


def test_only_numpy_is_required():
    required = importlib.metadata.requires("fastgrad") or []
    assert [r for r in required if "extra ==" not in r] == ["numpy>=2"]


def test_versions_agree():
    assert fg.__version__ == importlib.metadata.version("fastgrad")


def test_one_extension_file():
    assert len([p for p in PACKAGE.rglob("*") if p.suffix in (".so", ".pyd")]) == 1


@pytest.mark.parametrize("name", [*_load.MODULES, "fastgrad._core"])
def test_compiled_modules_have_stubs(name):
    assert PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".pyi").is_file()


def test_stubs_are_what_the_generator_writes():
    assert tool("stubs").stale() == []


def test_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_public_names_exist():
    missing = [name for name in fg.__all__ if not hasattr(fg, name)]
    assert not missing


def test_show_config(capsys):
    fg.show_config()
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert {"compiler", "openmp", "threads", "cpu", "levels", "kernels", "allocator"} <= set(lines)
    assert int(lines["threads"]) == fg.num_threads()


# ---- tools/check_symbols.py, on listings as nm prints them ----


def check_symbols() -> Any:
    return tool("check_symbols")


def leaks(listing: str, level: str = "v4") -> list[str]:
    found: list[str] = check_symbols().leaks(listing.splitlines(), level)
    return found


def test_symbols_of_newer_systems_are_found():
    listing = """
0000000000000000      DF *UND*	0000000000000000 (GLIBCXX_3.4.30) _ZNSt18condition_variable4waitE
0000000000000000      DF *UND*	0000000000000000  GLIBC_2.38  strlcpy
0000000000000000      DF *UND*	0000000000000000 (GLIBC_2.2.5) memcpy
0000000000000000      DF *UND*	0000000000000000 (CXXABI_1.3.13) _ZNSt15__exception_ptr13exception_ptr9_M_addrefEv
0000000000000000  w   D  *UND*	0000000000000000  Base        __gmon_start__
00000000003a5b40 g    DF .text	0000000000000021  Base        PyInit__core
"""
    wait = "_ZNSt18condition_variable4waitE@GLIBCXX_3.4.30"
    assert check_symbols().too_new(listing.splitlines()) == [wait, "strlcpy@GLIBC_2.38"]


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("objdump") is None, reason="needs objdump, on Linux")
def test_the_extension_needs_no_newer_system():
    (extension,) = PACKAGE.glob("_core*.so")
    listing = subprocess.run(["objdump", "-T", str(extension)], capture_output=True, text=True, check=True).stdout
    assert "memcpy" in listing
    assert check_symbols().too_new(listing.splitlines()) == []


def test_symbols_of_the_own_level_pass():
    listing = """
gemm.o:
0000000000000000 D fastgrad::v4::gemm_kernels
0000000000000010 T fastgrad::v4::f(int)
0000000000000020 W void fastgrad::v4::scan<float>(float const*)
0000000000000030 V vtable for fastgrad::v4::Thing
0000000000000040 V guard variable for fastgrad::v4::f(int)::x
"""
    assert leaks(listing) == []


def test_local_and_undefined_symbols_pass():
    listing = """
0000000000000000 t fastgrad::(anonymous namespace)::helper(int)
0000000000000000 r .LC0
0000000000000000 b scratch
                 U fastgrad::runtime::run_pieces(long, void (*)(void*, long), void*)
                 w __gmon_start__
                 U expf
"""
    assert leaks(listing) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("W", "std::vector<float, std::allocator<float> >::~vector()"),
        ("W", "float const& std::max<float>(float const&, float const&)"),
        ("W", "fastgrad::Dims::push_back(long)"),
        ("T", "fastgrad::gemm(float*)"),
        ("T", "fastgrad::v3::gemm(float*)"),
        ("D", "fastgrad::v42::table"),
        ("u", "fastgrad::counter"),
        ("V", "vtable for fastgrad::Error"),
        ("B", "cache"),
        ("R", "fastgrad_v4::constants"),
        ("T", "void helper<fastgrad::v4::Tile>(int)"),
    ],
)
def test_symbols_outside_the_level_are_found(kind, name):
    listing = f"0000000000000000 D fastgrad::v4::table\n0000000000000010 {kind} {name}\n"
    assert leaks(listing) == [name]


def test_what_is_asked_for_seldom_is_imported_then(run_python):
    code = """
import sys
import fastgrad as fg
later = ("fastgrad.nn", "fastgrad.optim", "fastgrad.data", "fastgrad.io")
before = [name for name in sys.modules if name.startswith(later)]
assert before == [], before
assert fg.nn.Linear(2, 1)(fg.ones((3, 2))).shape == (3, 1) and "fastgrad.optim" not in sys.modules
assert fg.load and fg.save and fg.data.DataLoader
assert not [name for name in sys.modules if name.startswith("fastgrad.optim.l")]
from fastgrad.optim import LBFGS
assert fg.optim.LBFGS is LBFGS and "LAMB" in dir(fg.optim) and "LAMB" in fg.optim.__all__
import fastgrad.optim.lr_scheduler
assert fg.optim.lr_scheduler.StepLR and "fastgrad.optim.lamb" not in sys.modules
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
