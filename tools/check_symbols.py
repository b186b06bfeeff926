"""Checks that objects compiled for one instruction set define no symbol outside their own namespace.

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
    own = re.compile(rf"(?:[a-z ]+ (?:for|to) )?fastgrad::{level}::")
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


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        check_library(Path(argument), level=Path(argument).stem.removeprefix("libfastgrad_"))
