"""How modules are found: PyTorch's paths, and what stands there here.

A module of PyTorch is what `HERE` says (``torch.utils.data`` is `fastgrad.data`), or a file of this package
(``torch.cuda``), or the module of `fastgrad` with the same path (``torch.nn.utils.rnn``). What stands elsewhere is
shown through a `Namespace`, by reference, which answers for what is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

# Paths of PyTorch's whose content stands elsewhere.
HERE = {
    "utils.data": "fastgrad.data",
    "nn.modules": "fastgrad.nn",
    "nn.parameter": "fastgrad.nn.parameter",
    "nn.common_types": "fastgrad.torch._common_types",
    "nn.attention": "fastgrad.torch._attention",
    "nn.parallel": "fastgrad.torch._parallel",
    "optim.adamw": "fastgrad.optim",
    "nn.modules.utils": "fastgrad.torch._tuples",
    "nn._reduction": "fastgrad.torch._reduction",
    "autograd.variable": "fastgrad.torch._parallel",
    "autograd.grad_mode": "fastgrad.torch._modes",
    "autograd.profiler": "fastgrad.torch._autograd_profiler",
    "autograd.profiler_util": "fastgrad.torch._profiler_events",
    "utils": "fastgrad.torch._utils",
    "utils.dlpack": "fastgrad.torch._dlpack",
    "utils.hooks": "fastgrad.autograd.hooks",
    "utils.model_zoo": "fastgrad.torch.hub",
    "utils.tensorboard": "fastgrad.torch._tensorboard",
    "utils._pytree": "fastgrad.utils.pytree",
    "cuda.amp": "fastgrad.torch.amp",
    "cuda.amp.autocast_mode": "fastgrad.torch.amp",
    "cuda.amp.grad_scaler": "fastgrad.torch.amp",
    "func": "fastgrad.func",
    "_dynamo": "fastgrad.torch.compiler",
    "_C": "fastgrad.torch._inside",
    "_tensor_str": "fastgrad.torch._printing",
    "_tensor": "fastgrad._tensor",
    "storage": "fastgrad.ops.pytorch.storage",
    "distributed.nn": "fastgrad.torch._distributed_nn",
    "distributed.nn.functional": "fastgrad.torch._distributed_nn",
    "distributed.optim": "fastgrad.torch._parallel",
}

# Modules below a path that PyTorch spreads its content over: here it is that path's own.
PARTS = {
    "amp": "autocast_mode grad_scaler",
    "nn.modules": """
        activation adaptive batchnorm channelshuffle container conv distance dropout flatten fold instancenorm lazy
        linear loss module normalization padding pixelshuffle pooling rnn sparse transformer upsampling
    """,
    "nn.parallel": "comm data_parallel distributed parallel_apply replicate scatter_gather",
    "utils.data": "_utils _utils.collate _utils.fetch _utils.worker dataloader dataset distributed sampler",
}
HERE.update(
    {
        f"{path}.{part}": HERE.get(path, f"fastgrad.torch.{path}")
        for path, parts in PARTS.items()
        for part in parts.split()
    }
)

# What a module has beside its source's names: those of a module, or of a dict in one.
MORE = {
    **{f"nn.modules.{part}": "fastgrad.torch._bases" for part in PARTS["nn.modules"].split()},
    "nn.modules.module": "fastgrad.torch._module",
    "nn": "fastgrad.torch._parallel",
    "nn.init": "fastgrad.torch._older:INIT",
    "nn.utils": "fastgrad.torch._older:UTILS",
    "autograd": "fastgrad.torch._modes",
    "autograd.function": "fastgrad.torch._function",
    "optim.optimizer": "fastgrad.torch._required",
    "utils.checkpoint": "fastgrad.torch._checkpoint",
    "utils.data": "fastgrad.torch._sampler",
    "utils.data.dataloader": "fastgrad.torch._sampler",
    "utils.data.distributed": "fastgrad.torch._sampler",
}


def _stands_elsewhere(path: str) -> bool:
    """Whether a module is not just the part of its parent's source that has its name."""
    return path in HERE or path in MORE


# What PyTorch's modules import themselves, and programs from them, as editors complete it: ``from torch.functional
# import Tensor``.
IMPORTED: dict[str, Callable[[], Any]] = {
    "F": lambda: import_module("fastgrad.torch.nn.functional"),
    "Tensor": lambda: sys.modules["fastgrad.torch"].Tensor,
    "torch": lambda: sys.modules["fastgrad.torch"],
}


class Namespace(ModuleType):
    """A module of PyTorch's path: another's public names, and answers for what is missing."""

    def __init__(self, path: str, source: ModuleType, more: dict[str, Any]) -> None:
        super().__init__(f"fastgrad.torch.{path}", source.__doc__)
        self.__path__: list[str] = []
        public = {
            name: value
            for name, value in vars(source).items()
            if not name.startswith("__") and not _stands_elsewhere(f"{path}.{name}")
        }
        self.__dict__.update(public)
        self.__dict__.update(more)
        self.__dict__["__all__"] = [*getattr(source, "__all__", ()), *(name for name in more if name[0] != "_")]
        self.__dict__["_fastgrad_source"] = source
        self.__dict__["_fastgrad_path"] = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = self.__dict__["_fastgrad_path"]
        source = self.__dict__["_fastgrad_source"]
        if _stands_elsewhere(f"{path}.{name}"):  # not the source's own part of that name
            return submodule(path, name)
        try:
            return getattr(source, name)  # what it has since, and what it finds when it is asked
        except AttributeError:
            pass
        found = submodule(path, name)
        if found is None and name in IMPORTED:
            found = IMPORTED[name]()
        return missing(path, name) if found is None else found


def submodule(path: str, name: str) -> Any:
    """Return a module below a path; None where there is none."""
    whole = f"{path}.{name}" if path else name
    if source_of(whole) is None:
        return None
    return import_module(f"fastgrad.torch.{whole}")


def source_of(path: str) -> str | None:
    """Return the name of the module that PyTorch's path means here; None where it means none."""
    from importlib.util import find_spec

    own = f"fastgrad.torch.{path}"
    if own in sys.modules:
        return own
    if path in HERE:
        return HERE[path] if _exists(HERE[path]) else None
    parent, _, last = path.rpartition(".")
    folder = sys.modules.get(f"fastgrad.torch.{parent}" if parent else "fastgrad.torch")
    if not last.startswith("_") and folder is not None and getattr(folder, "__path__", None):
        from importlib.machinery import PathFinder

        if PathFinder.find_spec(own, folder.__path__) is not None:
            return own
    if last.startswith("_") or path.partition(".")[0] in ("torch", "io", "ops", "memory", "data"):
        return None
    try:
        return f"fastgrad.{path}" if find_spec(f"fastgrad.{path}") is not None else None
    except ImportError:
        return None


def _exists(name: str) -> bool:
    from importlib.util import find_spec

    return name in sys.modules or find_spec(name) is not None


def namespace(path: str) -> ModuleType | None:
    """Make the module of PyTorch's path; None where there is none."""
    source = source_of(path)
    if source is None or source == f"fastgrad.torch.{path}":
        return None
    return Namespace(path, import_module(source), _more(path))


def _more(path: str) -> dict[str, Any]:
    name, _, held = MORE.get(path, "").partition(":")
    if not name:
        return {}
    module = import_module(name)
    found: dict[str, Any] = getattr(module, held) if held else {part: getattr(module, part) for part in module.__all__}
    return found


# ---- what is missing -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)  # packages ask by hasattr, in loops
def sentence(path: str, name: str) -> str:
    """Say what is missing, why, and what is nearest."""
    from difflib import get_close_matches

    from fastgrad.torch._absent import reason

    whole = ".".join(part for part in ("torch", path, name) if part)
    told = reason(path, name)
    where = sys.modules.get(f"fastgrad.torch.{path}" if path else "fastgrad.torch")
    near = get_close_matches(name, [n for n in dir(where) if not n.startswith("_")], 1, 0.75) if where else []
    parent = ".".join(part for part in ("torch", path) if part)
    return (
        f"{whole} is not in fastgrad's PyTorch door"
        + (f": {told}" if told else "")
        + (f"; the nearest that is there is {parent}.{near[0]}" if near and not told else "")
    )


def missing(path: str, name: str) -> NoReturn:
    """Raise the error of a name that is not there, as the program asked: an attribute, or an import."""
    message = sentence(path, name)
    frame = sys._getframe(2)
    if _imports(frame):
        raise ImportError(f"{message} (line {frame.f_lineno} of {frame.f_code.co_filename})", name=name)
    raise AttributeError(message)


def _imports(frame: Any) -> bool:
    """Whether a frame is at ``from module import name``: an AttributeError's text would be lost there."""
    from opcode import opmap

    place = frame.f_lasti
    code = frame.f_code.co_code
    return bool(0 <= place < len(code) and code[place] == opmap["IMPORT_FROM"])


# ---- the import system -----------------------------------------------------------------------------------------------


class _Given:
    """The loader of a module that is there."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.spec = getattr(module, "__spec__", None)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        if self.spec is not None:  # that of its own name, which importing by another replaced
            module.__spec__ = self.spec


class _Finder:
    """Finds ``fastgrad.torch.X`` where it is no file, and, once installed, ``torch.X``."""

    installed = False

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.startswith("fastgrad.torch."):
            made = namespace(name[len("fastgrad.torch.") :])
            return None if made is None else ModuleSpec(name, _Given(made), is_package=True)  # type: ignore[arg-type]
        if not cls.installed or not name.startswith("torch."):
            return None
        below = name[len("torch.") :]
        if source_of(below) is None:
            parent, _, last = below.rpartition(".")
            raise ModuleNotFoundError(sentence(parent, last), name=name)
        module = import_module(f"fastgrad.torch.{below}")
        return ModuleSpec(name, _Given(module), is_package=hasattr(module, "__path__"))  # type: ignore[arg-type]

    @classmethod
    def find_distributions(cls, context: Any) -> Any:
        """What packages that ask for PyTorch's version by its distribution are told."""
        if not cls.installed or context.name not in (None, "torch"):
            return []
        from importlib.metadata import Distribution

        from fastgrad.torch.version import __version__

        class Torch(Distribution):
            def read_text(self, filename: str) -> str | None:
                return f"Name: torch\nVersion: {__version__}\n" if filename == "METADATA" else None

            def locate_file(self, path: Any) -> Any:
                return path

        return [Torch()]


def attach() -> None:
    """Have the import system find the modules below `fastgrad.torch`."""
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)


def install(*, children: bool = False) -> None:
    """Have ``import torch`` mean this door, in the whole process, also in packages that are imported later.

    Parameters
    ----------
    children : bool, default False
        Have it mean this door in the Python processes that this one starts, too, by their environment (PYTHONPATH).

    Raises
    ------
    RuntimeError
        If PyTorch itself is imported already.
    """
    door = sys.modules["fastgrad.torch"]
    there = sys.modules.get("torch")
    if there is not None and there is not door and not hasattr(there, "_fastgrad_child"):
        raise RuntimeError(
            "fastgrad.torch.install: PyTorch itself is imported already; install the door before anything imports torch"
        )
    attach()
    _Finder.installed = True
    sys.modules["torch"] = door
    if children:
        import os
        from pathlib import Path

        folder = str(Path(__file__).parent / "_children")
        known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if folder not in known:
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, *known]))
        if folder not in sys.path:
            sys.path.insert(1, folder)  # which multiprocessing hands to its children
