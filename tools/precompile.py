"""Precompiled headers: what many sources begin with is read once for each set of flags, not once for each source.

Only GCC's, and not beside ccache, which would keep no object that was made with one. Where the compiler's own headers
turn a warning off for some of their lines, a precompiled one has forgotten that, so that warnings are not shown:
`FASTGRAD_WERROR` builds without precompiled headers, shows them, and finds sources that do not include what they use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

FOLDER = Path("build/precompiled")
# What sources begin with: floating-point kernels, and what Cython writes.
KERNELS = """\
#include "simd/vec.h"
#include "simd/math.h"
#include "simd/integers.h"
#include "simd/pieces.h"
#include "simd/scratch.h"
#include "array/visit.h"
"""
CYTHON = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h>
#include <structmember.h>
#include <omp.h>
#include <threads.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ios>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include "array/array.h"
#include "array/promotion.h"
#include "bindings/attributes.h"
#include "bindings/bridge.h"
#include "bindings/recycle.h"
"""
_lock = threading.Lock()


@cache
def is_possible(*compiler: str) -> bool:
    """Whether a compiler, as the words that call it, is a GCC that is called directly."""
    programs = [os.path.realpath(path) for path in map(shutil.which, compiler) if path]  # ccache may bear its name
    if os.environ.get("FASTGRAD_WERROR") or any("ccache" in path for path in programs):
        return False
    try:
        macros = subprocess.run([*compiler, "-dM", "-E", "-x", "c++", os.devnull], capture_output=True, text=True)
    except OSError:
        return False
    return "__GNUC__" in macros.stdout and "__clang__" not in macros.stdout


def header_of(source: str) -> str | None:
    if source.startswith("build/cython/"):
        return CYTHON
    return KERNELS if source.startswith("src/kernels/") and not source.endswith(("_int.cpp", "/table.cpp")) else None


def flags_for(
    compiler, source: str, cc_args: list[str], postargs: list[str], is_old: Callable[[str, str], bool]
) -> list[str]:
    """The flags with which a source is compiled: none where it has no precompiled header, which is made if it is not
    there, or `is_old` says so of it and of what it is made from.

    `compiler` is setuptools', `cc_args` and `postargs` what comes before the source and after it.
    """
    text = header_of(source)
    if text is None or not is_possible(*compiler.compiler_so_cxx):
        return []
    before = [*compiler.compiler_so_cxx, *cc_args]
    key = hashlib.sha256(" ".join([text, *before, *postargs]).encode()).hexdigest()[:12]
    header = FOLDER / key / "precompiled.h"
    precompiled = f"{header}.gch"
    with _lock:
        if not header.exists():
            header.parent.mkdir(parents=True, exist_ok=True)
            header.write_text(text)
        if not os.path.exists(precompiled) or is_old(precompiled, str(header)):
            compiler.spawn([*before, "-x", "c++-header", str(header), "-o", precompiled, *postargs])
    return ["-include", str(header), "-fpch-deps", "-w"]
