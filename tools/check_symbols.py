"""Checks the symbols of what was compiled: what a level's objects define, and how new a system the extension needs.

Objects compiled for one instruction set define no symbol outside their own namespace.

The linker keeps one copy of a weak symbol, whichever it meets first. If an object built for AVX-512 defined one that
the rest of the program also uses (a std:: template, a shared inline function), an old CPU could run the AVX-512 copy.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# nm's letters for what other objects cannot bind to (lower case), or only refer to (U, w, v).
LOCAL_OR_UNDEFINED = re.compile(r"[a-tv-zU]")


def leaks(nm_lines: Iterable[str], level: str) -> list[str]:
    """Symbols that ``nm --demangle`` lists as defined and visible, outside ``fastgrad::<level>``."""
    own = re.compile(rf"(?:void |[a-z ]+ (?:for|to) )?fastgrad::{level}::")  # "void" of a template's instance
    found = []
    for line in nm_lines:
        match = re.match(r"(?:[0-9a-f]+)?\s+(\S)\s+(.*)", line)
        if match and not LOCAL_OR_UNDEFINED.fullmatch(match[1]) and not own.match(match[2]):
            found.append(match[2])
    return found


def check_library(library: Path, level: str) -> None:
    """Raises RuntimeError naming what leaks; says nothing where there is no ``nm`` to ask."""
    try:
        listing = subprocess.run(["nm", "--demangle", str(library)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"check_symbols: not checked ({error})", file=sys.stderr)
        return
    found = leaks(listing.stdout.splitlines(), level)
    if found:
        names = "\n  ".join(sorted(set(found)))
        raise RuntimeError(f"{library} defines symbols outside fastgrad::{level}:\n  {names}")


# The newest versions that the extension may need of the system: a wheel built here then is manylinux_2_34's. What would
# need newer ones is avoided (src/runtime/libstdcxx.cpp, src/runtime/futex.h).
NEWEST = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 28), "CXXABI": (1, 3, 13)}


def too_new(objdump_lines: Iterable[str]) -> list[str]:
    """Symbols that ``objdump -T`` lists as wanted in a newer version than NEWEST."""
    found = []
    for line in objdump_lines:
        match = re.search(r"\*UND\*\s.*\b([A-Z]+)_([0-9.]+)\)?\s+(\S+)$", line)
        if match and match[1] in NEWEST and tuple(int(n) for n in match[2].split(".")) > NEWEST[match[1]]:
            found.append(f"{match[3]}@{match[1]}_{match[2]}")
    return found


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        check_library(Path(argument), level=Path(argument).stem.removeprefix("libfastgrad_"))
