"""Builds fastgrad's one extension file: the C++ core, the pybind11 module and every Cython module in it.

Kernels are compiled once per instruction set into a static library each (``libraries``); the extension links them all
and chooses when it loads. Cython modules have no file of their own: ``fastgrad/_load.py`` loads them from this one.

Environment:

- ``FASTGRAD_OPENMP=0`` builds without OpenMP;
- ``FASTGRAD_LEVELS=v4`` builds the kernels for that instruction set only, in a third of the time; also ``v2``, ``v3``,
  several with commas, ``x86`` for all three (as without it on x86-64), ``base`` as for a CPU that is not x86-64;
- ``FASTGRAD_BUILD_JOBS=n`` runs at most n compilers at a time;
- ``FASTGRAD_WERROR=1`` shows warnings, as errors (`tools/precompile.py` says why they are not shown without it);
- ``FASTGRAD_NO_STRIP=1`` keeps the symbols.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pybind11
from Cython.Build import cythonize
from pybind11.setup_helpers import ParallelCompile
from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_clib import build_clib
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tools"))

import precompile
from check_symbols import check_library

CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
BUILD_JOBS = int(os.environ.get("FASTGRAD_BUILD_JOBS") or CPUS)
GENERATED = Path("build/generated")  # levels.h, modules.h, bindings/together.cpp
INCLUDES = ["src", str(GENERATED), pybind11.get_include()]

# Floating-point kernels: these sources, once per level.
KERNEL_FAMILIES = sorted(
    str(p.relative_to(ROOT))
    for p in (ROOT / "src/kernels").rglob("*.cpp")
    if not p.stem.endswith("_int") and p.stem != "table"
)
KNOWN_LEVELS = {  # from the lowest to the highest
    "base": [],
    "v2": ["-march=x86-64-v2", "-Os"],  # of no CPU since 2013: -O3 would be two thirds larger
    "v3": ["-march=x86-64-v3"],
    "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}
IS_X86_64 = platform.machine().lower() in ("x86_64", "amd64")


def wanted_levels() -> dict[str, list[str]]:
    """The flags of each level to build, from the lowest."""
    wanted = os.environ.get("FASTGRAD_LEVELS") or ("x86" if IS_X86_64 else "base")
    names = ["v2", "v3", "v4"] if wanted == "x86" else wanted.split(",")
    if not set(names) <= set(KNOWN_LEVELS) or (not IS_X86_64 and names != ["base"]):
        known = f"x86, or some of {', '.join(KNOWN_LEVELS)} with commas" if IS_X86_64 else "base"
        raise SystemExit(f"FASTGRAD_LEVELS must be {known}, got {wanted!r}")
    return {level: flags for level, flags in KNOWN_LEVELS.items() if level in names}


LEVELS = wanted_levels()


def write_generated(name: str, what: str, *lines: str) -> None:
    """Rewritten only where it changes, it is what has the right files, and no others, compiled again."""
    text = "\n".join([f"// Written by setup.py: {what}", *lines, ""])
    path = GENERATED / name
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def write_header(name: str, what: str, *lines: str) -> None:
    """Tells the core what only the build knows. A header, not a macro on the command line."""
    write_generated(name, what, "#pragma once", *lines)


def write_headers() -> None:
    lines = [f"#define FG_EACH_LEVEL(X) {' '.join(f'X({level})' for level in LEVELS)}"]
    if "base" not in LEVELS:
        lines.append("#define FG_HAVE_X86_LEVELS 1  // no CPU below x86-64-v2 runs it")
    write_header("levels.h", "the instruction sets that this build has kernels for, from the lowest.", *lines)
    names = [f'    "{name}",' for name in (CYTHON_SHARED, *load_order())]
    write_header(
        "modules.h",
        "the Cython modules in this file: what they share, and each after those that it needs to load.",
        "static constexpr const char* kCythonModules[] = {",
        *names,
        "};",
    )


# These follow Python's own -O3 -g -Wall on the command line, and win. -MMD lists what an object was made from, for
# needs_recompile.
COMMON_FLAGS = ["-std=c++20", "-fvisibility=hidden", "-g0", "-Wall", "-Wextra", "-MMD"]
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
CORE_FLAGS += [
    "-Wno-unused-function",
    "-Wno-missing-field-initializers",
    "-Wno-unused-parameter",
    "-Wno-unused-variable",
]


# Sources of the extension that no program calls in a loop of small tensors: smaller rather than faster, by a third of
# their code.
COLD = re.compile(
    r"/(bindings/(?!profile)\w+"
    r"|ops/(attention|cast|choose|compare|conv|creation|ctc|einsum|images|inplace|join|loss|normalization|optimizer|pad"
    r"|pool|recurrent|resample|search|softmax|sort|vocabulary)"
    r"|functional/(activation_parametrized|adaptive_pool|attention|conv|ctc|dropout|embedding|fold|loss|loss_class"
    r"|normalization|padding|pool|recurrent|resample)"
    r"|autograd/(_anomaly|_custom|_gradients|_mode|hooks)|_tensor/(construct|exchange|pickling|tracer))\.cpp$"
)
# Kernels whose loops are written out as tiles and windows: -O3 makes them up to half as large again, and not faster.
# Their loops over registers ask to be unrolled (#pragma GCC unroll): under -O2 others stay in memory, and are slow.
WRITTEN_OUT = re.compile(r"/kernels/(conv|gemm|pool)/")


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


OPENMP = [] if os.environ.get("FASTGRAD_OPENMP") == "0" else openmp_flags()
if not OPENMP:
    CORE_FLAGS.append("-Wno-unknown-pragmas")


def strip_flags() -> list[str]:
    """Symbols are most of the file's bytes, and nothing needs them once it is linked."""
    if os.environ.get("FASTGRAD_NO_STRIP"):
        return []
    if sys.platform == "linux":
        return ["-Wl,--gc-sections", "-Wl,--sort-section=name", "-Wl,-O1", "-Wl,-s"]
    return ["-Wl,-dead_strip", "-Wl,-x"] if sys.platform == "darwin" else []


def needs_recompile(obj: str, source: str) -> bool:
    """Whether the object is older than anything that the compiler read for it."""
    listing = Path(obj).with_suffix(".d")
    if not listing.exists():
        return True
    names = listing.read_text().replace("\\\n", " ").partition(": ")[2].split()
    built = os.path.getmtime(obj)
    return any(not os.path.exists(name) or os.path.getmtime(name) > built for name in [source, *names])


IMPORTS = re.compile(r"^(?:from (fastgrad[.\w]*) (c?)import (\([^)]*\)|[^\n]*)|cimport (fastgrad[.\w]*))", re.MULTILINE)


def imports(source: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a source names when it is loaded, or what it takes from them; and whether by ``cimport``."""
    text = re.sub("#.*", "", source.read_text())
    for module, cimported, names, whole in IMPORTS.findall(text):
        yield module or whole, bool(cimported or whole)
        for name in names.strip("()").split(","):
            if name.strip():
                yield f"{module}.{name.split()[0]}", bool(cimported)


def load_order() -> list[str]:
    """The Cython modules, each after those that it needs to load: whose C functions and types it takes, itself or by
    declarations that it reads, and whose names it imports."""
    modules = {module_name(p): p for p in cython_modules()}
    order: list[str] = []
    path: list[str] = []

    def needs(source: Path) -> Iterator[str]:
        for name, cimported in imports(source):
            stem = Path(*name.split("."))
            if name in modules:
                yield name
            elif cimported:
                for declarations in (stem.with_suffix(".pxd"), stem / "__init__.pxd"):
                    if declarations.exists():
                        yield from needs(declarations)

    def visit(name: str) -> None:
        if name in path:
            raise SystemExit(
                f"Cython modules that need one another to load: {' -> '.join([*path[path.index(name) :], name])}"
            )
        if name in order:
            return
        path.append(name)
        own = modules[name].with_suffix(".pxd")
        for source in (own, modules[name]) if own.exists() else (modules[name],):
            for needed in needs(source):
                if needed != name:
                    visit(needed)
        order.append(path.pop())

    first = ("_tensor", "ops", "autograd")  # what a program of arrays loads; the others are loaded with their packages
    for name in sorted(modules, key=lambda name: name.split(".")[1] not in first):
        visit(name)
    return order


# The module of what Cython's own code in all of them shares, which would stand in each.
CYTHON_SHARED = "fastgrad._cython"


def cython_modules() -> list[Path]:
    return sorted(p.relative_to(ROOT) for p in (ROOT / "fastgrad").rglob("*.pyx"))


def module_name(source: Path) -> str:
    return ".".join(source.with_suffix("").parts)


def cython_sources() -> list[str]:
    """Generated C++ of every .pyx; each is its own module, all are linked into the one extension."""
    modules = [Extension(module_name(p), [str(p)], language="c++") for p in cython_modules()]
    # (with a language Cython 3.3.1 fails: it is told of it twice)
    modules.append(Extension(CYTHON_SHARED, [CYTHON_SHARED.replace(".", "/") + ".cpp"]))
    generated = cythonize(
        modules,
        shared_utility_qualified_name=CYTHON_SHARED,
        build_dir="build/cython",
        nthreads=BUILD_JOBS if sys.platform == "linux" else 0,  # by fork, which is safe here only there
        compiler_directives={
            "language_level": 3,
            "cdivision": True,
            "allow_none_for_extension_args": False,
            "initializedcheck": False,
            "embedsignature": True,
            "embedsignature.format": "python",
            "annotation_typing": False,  # annotations are for readers, editors and stubs: nothing is checked or coerced
            "freethreading_compatible": False,
            "auto_pickle": False,
            "autotestdict": False,
        },
    )
    return [source for module in generated for source in module.sources]


class Build(build):
    """Keeps the objects in ``build/`` also where setuptools would have them in a temporary folder: of an editable
    install, so that the first ``build_ext --inplace`` after it compiles what has changed since, and not everything."""

    def finalize_options(self) -> None:
        if self.distribution.get_command_obj("build_ext").editable_mode:
            self.build_temp = None
        super().finalize_options()


def choose_flags(compiler) -> None:
    """Has a compiler optimise some sources for size, see `COLD` and `WRITTEN_OUT`, and use precompiled headers."""
    compile_one = compiler._compile

    def compile_source(obj, source, ext, cc_args, postargs, pp_opts) -> None:
        path, flags = Path(source).as_posix(), [*postargs]
        if path.startswith("build/cython/") or COLD.search(path):
            # Each function is a section, which the linker sorts by name: what Cython repeats in each of its modules
            # comes to lie side by side, where the wheel's compression finds that it is the same.
            flags += ["-ffunction-sections"]
        if COLD.search(path):
            flags += ["-Os"]
        elif WRITTEN_OUT.search(path) and "-Os" not in postargs:
            flags += ["-O2"]
        flags += precompile.flags_for(compiler, path, cc_args, flags, needs_recompile)
        compile_one(obj, source, ext, cc_args, flags, pp_opts)

    compiler._compile = compile_source


class BuildKernels(build_clib):
    """Compiles each level's library, then checks that no object of it leaks a symbol."""

    def build_libraries(self, libraries) -> None:
        choose_flags(self.compiler)
        objects = self.build_temp
        for library in libraries:
            name = library[0]
            self.build_temp = str(Path(objects, name))  # the same sources give other objects for each level
            archive = Path(self.build_clib, f"lib{name}.a")
            archive.unlink(missing_ok=True)  # it would keep the objects of sources that are gone
            super().build_libraries([library])
            check_library(archive, level=name.removeprefix("fastgrad_"))


class BuildExtension(build_ext):
    """Builds the kernel libraries first, also where only ``build_ext`` is asked for."""

    def run(self) -> None:
        # setuptools would look at the extension's own sources only, and pass over changed headers and kernels. Asked to
        # build always, it links again, and compiles what needs_recompile says.
        self.force = True
        write_headers()
        self.run_command("build_clib")
        super().run()

    def build_extensions(self) -> None:
        choose_flags(self.compiler)
        super().build_extensions()


def bindings() -> Iterator[Path]:
    """The sources of the pybind11 module. What includes pybind11 takes seconds to compile for what the header itself
    defines: all are one source."""
    together = []
    for source in sorted((ROOT / "src/bindings").glob("*.cpp")):
        if re.search(r'#include ("bindings/casters|<pybind11/)', source.read_text()):
            together.append(source)
        else:
            yield source
    lines = [f'#include "bindings/{source.name}"' for source in together]
    write_generated("bindings/together.cpp", "the pybind11 module.", *lines)
    yield ROOT / GENERATED / "bindings/together.cpp"


def core_sources() -> list[str]:
    folders = ["array", "runtime", "ops"]
    found = [p for folder in folders for p in (ROOT / "src" / folder).glob("*.cpp")]
    found += bindings()
    found += (ROOT / "src/kernels").rglob("*_int.cpp")
    found.append(ROOT / "src/kernels/table.cpp")
    return sorted(str(p.relative_to(ROOT)) for p in found)


ParallelCompile("FASTGRAD_BUILD_JOBS", default=BUILD_JOBS, needs_recompile=needs_recompile).install()

setup(
    libraries=[
        (
            f"fastgrad_{level}",
            {
                "sources": KERNEL_FAMILIES,
                # setuptools asks for a compilation only where one of these is new; needs_recompile says of what.
                "obj_deps": {"": sorted(str(p.relative_to(ROOT)) for p in (ROOT / "src").rglob("*.h"))},
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
            define_macros=[("CYTHON_COMPRESS_STRINGS", "0")],  # the wheel is compressed: twice makes it larger
            extra_compile_args=[*CORE_FLAGS, *(f for f in OPENMP if not f.startswith("-l"))],
            extra_link_args=[*OPENMP, *strip_flags()],
            language="c++",
        )
    ],
    cmdclass={"build": Build, "build_clib": BuildKernels, "build_ext": BuildExtension},
)
