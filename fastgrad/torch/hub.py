"""``torch.hub``: models and their weights from folders; nothing is fetched."""

from __future__ import annotations

import os
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn
from urllib.parse import urlparse

_folder: str | None = None  # what set_dir said


def get_dir() -> str:
    """The folder where PyTorch, too, keeps what it has fetched: of TORCH_HOME, of XDG_CACHE_HOME, or ~/.cache/torch."""
    if _folder is not None:
        return _folder
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return str(Path(os.environ.get("TORCH_HOME", Path(cache) / "torch")).expanduser() / "hub")


def set_dir(d: Any) -> None:
    global _folder
    _folder = str(Path(d).expanduser())


def load_state_dict_from_url(
    url: str,
    model_dir: Any = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> Any:
    """Read a checkpoint that was fetched before: by PyTorch, or by hand.

    Parameters
    ----------
    url : str
        Its last part is the file's name.
    model_dir : path, optional
        The folder; by default ``checkpoints`` in `get_dir`.
    map_location, progress, weights_only : object
        Nothing is fetched, and everything is read to the CPU.
    check_hash : bool, default False
        Whether the name's last part, after a hyphen, begins the file's SHA-256.
    file_name : str, optional
        The file's name, where it is another.

    Raises
    ------
    RuntimeError
        If the file is not there, and where it should be.
    """
    folder = Path(get_dir()) / "checkpoints" if model_dir is None else Path(model_dir)
    path = folder / (file_name or Path(urlparse(url).path).name)
    if not path.is_file():
        raise RuntimeError(f"torch.hub: nothing is fetched; download {url} yourself, to {path}")
    if check_hash:
        _check_hash(path)
    from fastgrad.torch._io import load as read

    return read(path)


def _check_hash(path: Path) -> None:
    from hashlib import sha256

    begins = re.search(r"-([a-f0-9]*)\.", path.name)
    found = sha256(path.read_bytes()).hexdigest()
    if begins is not None and not found.startswith(begins[1]):
        raise RuntimeError(f"torch.hub: {path} has the SHA-256 {found}, and its name says {begins[1]}")


load_url = load_state_dict_from_url  # its name in torch.utils.model_zoo


def _entries(repo: Any, source: str) -> ModuleType:
    if source != "local":
        raise RuntimeError(
            f"torch.hub: nothing is fetched; clone {repo} yourself, and give its folder with source='local'"
        )
    path = Path(repo).expanduser() / "hubconf.py"
    sys.path.insert(0, str(path.parent))
    try:
        spec = spec_from_file_location("hubconf", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"torch.hub: {path} is no module of Python's")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


def _entry(module: ModuleType, name: str) -> Any:
    found = getattr(module, name, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return found


def load(repo_or_dir: Any, model: str, *args: Any, source: str = "github", **kwargs: Any) -> Any:
    """What a function of a folder's ``hubconf.py`` gives; `source` must be 'local'."""
    for word in ("trust_repo", "force_reload", "verbose", "skip_validation"):
        kwargs.pop(word, None)  # of what is fetched
    return _entry(_entries(repo_or_dir, source), model)(*args, **kwargs)


def list(github: Any, source: str = "github", **words: Any) -> Any:
    """The names of the functions of a folder's ``hubconf.py``; `source` must be 'local'."""
    held = vars(_entries(github, source))
    return [name for name, value in held.items() if callable(value) and not name.startswith("_")]


def help(github: Any, model: str, source: str = "github", **words: Any) -> Any:
    """What a function of a folder's ``hubconf.py`` says of itself; `source` must be 'local'."""
    return _entry(_entries(github, source), model).__doc__


def download_url_to_file(url: str, dst: Any, hash_prefix: Any = None, progress: bool = True) -> NoReturn:
    raise RuntimeError(f"torch.hub.download_url_to_file: nothing is fetched; download {url} yourself, to {dst}")
