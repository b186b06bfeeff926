"""What a file is that is no checkpoint of ours, and what to do with it: for the messages of `load`."""

from __future__ import annotations

_PYTORCH = (
    "where PyTorch is installed, convert it: "
    "fg.save({k: v.numpy() for k, v in torch.load(path, weights_only=True).items()}, 'net.npz')"
)
_PICKLE = "fastgrad never unpickles, since that can run any code; unpickle it where it comes from, and use fg.save"
_UNPACK = "unpack it first"
_DOWNLOAD = "download the file itself"

# By the first bytes.
_MAGIC = (
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch checkpoint of the old format", _PYTORCH),
    (b"\x93NUMPY", "a .npy file of one array", "use fg.asarray(numpy.load(path))"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "read it with h5py, and use fg.save"),
    (b"GGUF", "a GGUF file", "read it with the gguf package, and use fg.save"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file that it stands for", "run git lfs pull"),
    (b"\x1f\x8b", "a gzip file", _UNPACK),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\xfd7zXZ\0", "an xz file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x89PNG", "a PNG image", ""),
    (b"\xff\xd8\xff", "a JPEG image", ""),
    (b"%PDF", "a PDF document", ""),
)


def of_bytes(head: bytes, size: int) -> tuple[str, str]:
    """Tell by its first bytes what a file is that is no zip archive, and what to do; the latter may be empty."""
    if size == 0:
        return "an empty file", "was it ever written?"
    for magic, what, advice in _MAGIC:
        if head.startswith(magic):
            return what, advice
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if _is_safetensors(head, size):
        return "a safetensors file", "read it with fg.io.load_safetensors"
    if head[:2] in (b"\x80\2", b"\x80\3", b"\x80\4", b"\x80\5", b"}q", b"]q"):
        return "a pickle", _PICKLE
    text = _text(head)
    if text is None:
        return "a file of an unknown kind, or a damaged checkpoint", ""
    if text.lstrip().lower().startswith(("<!doctype html", "<html")):
        return "a web page", _DOWNLOAD
    if text.startswith(("(d", "(l", "(i", "c__", "ccollections")) and "\np" in text:
        return "a pickle", _PICKLE
    return f"a text file that begins with {text[:40]!r}", ""


def of_members(names: list[str]) -> tuple[str, str]:
    """Tell what a zip archive is that contains something else than arrays, and what to do."""
    if not names:
        return "a zip archive without a member", ""
    files = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in files:
        if "constants.pkl" in files:
            return "a TorchScript program", "save its state_dict() where PyTorch is installed: " + _PYTORCH[
                _PYTORCH.index("fg.") :
            ]
        return "a PyTorch checkpoint", _PYTORCH
    if "[Content_Types].xml" in files:
        return "an office document", ""
    if "model.weights.h5" in files:
        return "a Keras model", "save its weights with numpy.savez"
    others = [name for name in names if not name.endswith(".npy")]
    listed = ", ".join(map(repr, others[:3])) + (", ..." if len(others) > 3 else "")
    if len(others) < len(names):
        return f"a damaged checkpoint, or an archive that contains something else than arrays ({listed})", ""
    return f"a zip archive of something else than arrays ({listed})", ""


def _is_safetensors(head: bytes, size: int) -> bool:
    # The length of the JSON header, then the header.
    return 0 < int.from_bytes(head[:8], "little") <= size - 8 and head[8:9] == b"{"


def _text(head: bytes) -> str | None:
    if b"\0" in head:
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Only a character that the end of `head` cuts is no sign.
        return head[: error.start].decode("utf-8-sig") if error.start >= len(head) - 3 > 0 else None
