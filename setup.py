"""Builds fastgrad's one extension file: the C++ core, the pybind11 module and every Cython module in it.

Kernels are compiled once per instruction set into a static library each (``libraries``); the extension links them all
and chooses when it loads. Cython modules have no file of their own: ``fastgrad/__init__.py`` loads them from this one.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import pybind11
from Cython.Build import cythonize
from pybind11.setup_helpers import ParallelCompile, naive_recompile
from setuptools import Extension, setup
from setuptools.command.build_clib import build_clib
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
INCLUDES = ["src", pybind11.get_include()]

# Floating-point kernels: these sources, once per level.
KERNEL_FAMILIES = sorted(
    str(p.relative_to(ROOT)) for p in (ROOT / "src/kernels").glob("*.cpp") if not p.stem.endswith("_int") and p.stem != "table"
)
X86_LEVELS = {
    "v2": ["-march=x86-64-v2"],
    "v3": ["-march=x86-64-v3"],
    "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}
IS_X86_64 = platform.machine().lower() in ("x86_64", "amd64")
LEVELS = X86_LEVELS if IS_X86_64 else {"base": []}

COMMON_FLAGS = ["-std=c++20", "-fvisibility=hidden", "-g0", "-Wall", "-Wextra"]
if os.environ.get("FASTGRAD_WERROR"):
    COMMON_FLAGS.append("-Werror")
KERNEL_FLAGS = [
    *COMMON_FLAGS,
    "-O3",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    "-Wno-psabi",
]
CORE_FLAGS = [*COMMON_FLAGS, "-O2", "-fvisibility-inlines-hidden", "-ffp-contract=off"]
# Cython's generated code: unused helpers and missing initialisers are its normal state.
CORE_FLAGS += ["-Wno-unused-function", "-Wno-missing-field-initializers", "-Wno-unused-parameter", "-Wno-unused-variable"]


def openmp_flags() -> list[str]:
    """The flags under which this compiler builds and links an OpenMP program; none where it cannot."""
    compiler = os.environ.get("CXX", "c++").split()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.cpp")
        source.write_text("#include <omp.h>\nint main() { return omp_get_max_threads() < 1; }\n")
        for flags in (["-fopenmp"], ["-Xpreprocessor", "-fopenmp", "-lomp"]):
            command = [*compiler, str(source), *flags, "-o", str(Path(folder, "probe"))]
            try:
                if subprocess.run(command, capture_output=True).returncode == 0:
                    return flags
            except OSError:
                break
    return []


def openmp_wanted() -> bool:
    return os.environ.get("FASTGRAD_OPENMP", "1") != "0"


OPENMP = openmp_flags() if openmp_wanted() else []


def cython_sources() -> list[str]:
    """Generated C++ of every .pyx; each is its own module, all are linked into the one extension."""
    modules = [
        Extension(".".join(p.relative_to(ROOT).with_suffix("").parts), [str(p.relative_to(ROOT))], language="c++")
        for p in sorted((ROOT / "fastgrad").rglob("*.pyx"))
    ]
    generated = cythonize(
        modules,
        build_dir="build/cython",
        nthreads=0,
        compiler_directives={
            "language_level": 3,
            "cdivision": True,
            "initializedcheck": False,
            "embedsignature": True,
            "embedsignature.format": "python",
            "freethreading_compatible": False,
        },
    )
    return [source for module in generated for source in module.sources]


class BuildKernels(build_clib):
    """Compiles each level's library, then checks that no object of it leaks a symbol."""

    def build_libraries(self, libraries) -> None:
        sys.path.insert(0, str(ROOT / "tools"))
        from check_symbols import check_library

        objects = self.build_temp
        for library in libraries:
            name = library[0]
            self.build_temp = str(Path(objects, name))  # the same sources give other objects for each level
            super().build_libraries([library])
            check_library(Path(self.build_clib, f"lib{name}.a"), level=name.removeprefix("fastgrad_"))


class BuildExtension(build_ext):
    """Strips the finished extension: symbols and debug sections are most of its bytes."""

    def run(self) -> None:
        self.run_command("build_clib")  # also where only build_ext is asked for
        super().run()

    def build_extension(self, ext) -> None:
        super().build_extension(ext)
        if sys.platform == "linux" and not os.environ.get("FASTGRAD_NO_STRIP"):
            subprocess.run(["strip", "--strip-unneeded", self.get_ext_fullpath(ext.name)], check=False)


def core_sources() -> list[str]:
    folders = ["array", "runtime", "ops", "bindings"]
    found = [p for folder in folders for p in (ROOT / "src" / folder).glob("*.cpp")]
    found += (ROOT / "src/kernels").glob("*_int.cpp")
    found.append(ROOT / "src/kernels/table.cpp")
    return sorted(str(p.relative_to(ROOT)) for p in found)


ParallelCompile("FASTGRAD_BUILD_JOBS", default=0, needs_recompile=naive_recompile).install()

setup(
    libraries=[
        (
            f"fastgrad_{level}",
            {
                "sources": KERNEL_FAMILIES,
                "include_dirs": ["src"],
                "macros": [("FG_LEVEL", level)],
                "cflags": [*KERNEL_FLAGS, *flags, "-fPIC"],
            },
        )
        for level, flags in LEVELS.items()
    ],
    ext_modules=[
        Extension(
            "fastgrad._core",
            sources=[*core_sources(), *cython_sources()],
            include_dirs=INCLUDES,
            define_macros=[("FG_HAVE_X86_LEVELS", "1")] if IS_X86_64 else [],
            extra_compile_args=[*CORE_FLAGS, *(f for f in OPENMP if not f.startswith("-l"))],
            extra_link_args=[*OPENMP, *(["-Wl,--gc-sections", "-Wl,-O1"] if sys.platform == "linux" else [])],
            language="c++",
        )
    ],
    cmdclass={"build_clib": BuildKernels, "build_ext": BuildExtension},
)
