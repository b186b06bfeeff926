"""Joining, cutting, repeating and turning, with PyTorch's names and arguments."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole, wholes
from fastgrad.errors import TensorValueError
from fastgrad.ops.pytorch.common import axis_of, in_both_vocabularies, into, named, tensor_of


def cat(tensors: Any, dim: int = 0, *, out: Tensor | None = None, **words: Any) -> Any:
    """Tensors one after the other along an axis; empty vectors are left out, as PyTorch does."""
    dim = words.pop("axis", dim)
    if words:
        raise TypeError(f"cat() got an unexpected keyword argument {next(iter(words))!r}")
    if isinstance(tensors, Tensor):
        raise TypeError("cat: tensors must be a tuple or list of Tensors, got a Tensor")
    parts = [tensor_of("cat", t, "each of tensors") for t in tensors]
    if any(t.ndim != 1 for t in parts):
        parts = [t for t in parts if t.shape != (0,)]
    if not parts:
        raise TensorValueError("cat: a non-empty list of tensors is wanted")
    return into(out, fg.concat(parts, axis=dim))


def stack(tensors: Any, dim: int = 0, *, out: Tensor | None = None, **words: Any) -> Any:
    """Tensors of one shape along a new axis."""
    dim = words.pop("axis", dim)
    if words:
        raise TypeError(f"stack() got an unexpected keyword argument {next(iter(words))!r}")
    return into(out, fg.stack(list(tensors), axis=dim))


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Views of consecutive parts of this length, or of these lengths."""
    return tensor_of("split", tensor, "tensor").split(split_size_or_sections, dim)


def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    return split(input, list(split_sizes), dim)


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """Views of at most so many parts of one length; the last may be shorter."""
    at = axis_of("chunk", dim, tensor_of("chunk", input).ndim)
    if whole(chunks, "chunk", "chunks") < 1:
        raise RuntimeError(f"chunk: chunks must be positive, got {chunks}")
    if input.ndim == 0:
        raise RuntimeError("chunk: a tensor of at least one axis is wanted")
    length = input.shape[at]
    if length == 0:
        return (input,) * chunks
    return input.split(-(-length // chunks), at)  # type: ignore[no-any-return]


def _places(function: str, *given: Any) -> Any:
    """Return where to cut, of the words that PyTorch has for it: one is wanted."""
    found = [places for places in given if places is not None]
    if len(found) != 1:
        raise TypeError(f"{function}: one of indices_or_sections, indices and sections is wanted, got {len(found)}")
    return found[0]


def tensor_split(
    input: Any,
    indices_or_sections: Any = None,
    dim: int = 0,
    *,
    indices: Any = None,
    sections: Any = None,
    tensor_indices_or_sections: Any = None,
) -> tuple[Any, ...]:
    """Views of so many parts, the first ones longer by one; or cut at indices."""
    indices_or_sections = _places("tensor_split", indices_or_sections, indices, sections, tensor_indices_or_sections)
    at = axis_of("tensor_split", dim, input.ndim)
    if input.ndim == 0:
        raise RuntimeError("tensor_split: a tensor of at least one axis is wanted")
    n = input.shape[at]
    if isinstance(indices_or_sections, Tensor) and (
        indices_or_sections.ndim > 1 or indices_or_sections.dtype.kind not in "iu"
    ):
        raise RuntimeError(
            "tensor_split: indices or sections must be a vector or one number of int64, got "
            f"{indices_or_sections.dtype} of shape {tuple(indices_or_sections.shape)}"
        )
    if _is_count(indices_or_sections):
        parts = _sections("tensor_split", indices_or_sections)
        each, more = divmod(n, parts)
        cuts = [i * each + (i if i < more else more) for i in range(parts + 1)]
        return tuple(input[(slice(None),) * at + (slice(a, b),)] for a, b in pairwise(cuts))
    ends = [0, *wholes(indices_or_sections, "tensor_split", "indices or sections"), n]
    return tuple(input[(slice(None),) * at + (slice(a, b),)] for a, b in pairwise(ends))


def _is_count(indices_or_sections: Any) -> bool:
    return hasattr(indices_or_sections, "__index__") and not getattr(indices_or_sections, "ndim", 0)


def _sections(name: str, sections: Any) -> int:
    """How many parts are wanted: at least one."""
    parts = whole(sections, name, "sections")
    if isinstance(sections, bool):
        raise TypeError(f"{name}: sections must be an int, got {sections}")
    if parts < 1:
        raise TensorValueError(f"{name}: sections must be positive, got {parts}")
    return parts


def _apart(name: str, input: Any, indices_or_sections: Any, dim: int, least: int) -> tuple[Any, ...]:
    if input.ndim < least:
        raise RuntimeError(f"{name}: at least {least} axes are wanted, got shape {tuple(input.shape)}")
    if _is_count(indices_or_sections) and input.shape[dim] % _sections(name, indices_or_sections):
        raise RuntimeError(f"{name}: {indices_or_sections} must divide the length {input.shape[dim]}")
    return tensor_split(input, indices_or_sections, dim)


def hsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    return _apart(
        "hsplit", input, _places("hsplit", indices_or_sections, indices, sections), 1 if input.ndim > 1 else 0, 1
    )


def vsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    return _apart("vsplit", input, _places("vsplit", indices_or_sections, indices, sections), 0, 2)


def dsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    return _apart("dsplit", input, _places("dsplit", indices_or_sections, indices, sections), 2, 3)


def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """Views of each place along an axis."""
    return fg.unstack(input, axis=dim)


def _with_axes(count: int, tensors: tuple[Any, ...]) -> Any:
    """Tensors with axes of length 1 where they have fewer than `count`, as ``atleast_nd``."""
    given = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else list(tensors)
    found = []
    for t in given:
        if t.ndim == 0:
            t = t.reshape((1,) * count)
        elif count >= 2 and t.ndim == 1:
            t = t.unsqueeze(0) if count == 2 else t.reshape(1, -1, 1)
        elif count == 3 and t.ndim == 2:
            t = t.unsqueeze(-1)
        found.append(t)
    return found[0] if len(tensors) == 1 and isinstance(tensors[0], Tensor) else tuple(found)


def atleast_1d(*tensors: Any) -> Any:
    return _with_axes(1, tensors)


def atleast_2d(*tensors: Any) -> Any:
    return _with_axes(2, tensors)


def atleast_3d(*tensors: Any) -> Any:
    return _with_axes(3, tensors)


def hstack(tensors: Any, *, out: Tensor | None = None) -> Any:
    parts = _with_axes(1, (list(tensors),))
    return into(out, fg.concat(list(parts), axis=0 if parts[0].ndim == 1 else 1))


def vstack(tensors: Any, *, out: Tensor | None = None) -> Any:
    return into(out, fg.concat(list(_with_axes(2, (list(tensors),))), axis=0))


def dstack(tensors: Any, *, out: Tensor | None = None) -> Any:
    return into(out, fg.concat(list(_with_axes(3, (list(tensors),))), axis=2))


def column_stack(tensors: Any, *, out: Tensor | None = None) -> Any:
    parts = [t.reshape(-1, 1) if t.ndim < 2 else t for t in tensors]
    return into(out, fg.concat(parts, axis=1))


def tile(input: Any, *dims: Any, **words: Any) -> Any:
    """The whole repeated along each axis."""
    wanted = words.pop("dims", dims)
    if words:
        raise TypeError(f"tile() got an unexpected keyword argument {next(iter(words))!r}")
    wanted = wanted[0] if len(wanted) == 1 and isinstance(wanted[0], (tuple, list)) else wanted
    return fg.tile(input, tuple(wanted))


def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Each element repeated; of counts alone, each place as often as its count says."""
    if repeats is None:
        return fg.repeat(fg.arange(input.numel()), input)
    return fg.repeat(input, repeats, axis=dim)


def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """Shifted along axes; what leaves at the end comes back at the start."""
    return fg.roll(input, shifts, axis=None if dims == () else dims)


def flip(input: Any, *dims: Any, **words: Any) -> Any:
    """In reversed order along axes."""
    wanted = words.pop("dims", words.pop("axis", dims))
    if words:
        raise TypeError(f"flip() got an unexpected keyword argument {next(iter(words))!r}")
    wanted = (wanted,) if isinstance(wanted, int) else wanted
    wanted = wanted[0] if len(wanted) == 1 and isinstance(wanted[0], (tuple, list)) else wanted
    return fg.flip(input, tuple(wanted)).clone()


def fliplr(input: Any) -> Any:
    return flip(input, 1)


def flipud(input: Any) -> Any:
    return flip(input, 0)


def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned by quarters in the plane of two axes."""
    a, b = (axis_of("rot90", dim, input.ndim) for dim in dims)
    if a == b or input.ndim < 2:
        raise RuntimeError(f"rot90: dims must be two different axes, got {dims} of shape {tuple(input.shape)}")
    if k % 4 == 0:
        return input.clone()
    if k % 4 == 2:
        return flip(input, (a, b))
    turned = fg.swapaxes(flip(input, b) if k % 4 == 1 else input, a, b)
    return turned.clone() if k % 4 == 1 else flip(turned, b)


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Any, ...]:
    """Grids of coordinates, the first axis first."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    if any(t.ndim > 1 for t in given):
        raise RuntimeError("meshgrid: vectors are wanted")
    order = list(range(len(given)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    shape = [given[i].numel() for i in order]
    return tuple(
        t.reshape([-1 if i == order[p] else 1 for p in range(len(order))]).expand(shape) for i, t in enumerate(given)
    )


def cartesian_prod(*tensors: Any) -> Any:
    """Each combination of the vectors' elements, a row each."""
    if len(tensors) == 1:
        return tensors[0]
    return fg.stack([g.reshape(-1) for g in meshgrid(*tensors)], axis=1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Each choice of r of a vector's elements, a row each."""
    import itertools

    if tensor_of("combinations", input).ndim != 1:
        raise RuntimeError(f"combinations: input must be a vector, got shape {tuple(input.shape)}")
    if whole(r, "combinations", "r") < 0:
        raise RuntimeError(f"combinations: r must not be negative, got {r}")

    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(input.shape[0]), r))
    return input[fg.asarray(rows, dtype=fg.int64).reshape(-1, r)]


def block_diag(*tensors: Any) -> Any:
    """A matrix with matrices along its diagonal."""
    blocks = [t.reshape(1, -1) if tensor_of("block_diag", t, "each of tensors").ndim < 2 else t for t in tensors]
    width = sum(b.shape[1] for b in blocks)
    rows, left = [], 0
    for b in blocks:
        rows.append(fg.pad(b, ((0, 0), (left, width - left - b.shape[1]))))
        left += b.shape[1]
    return fg.concat(rows, axis=0)


concat = named(lambda tensors, dim=0, *, out=None, **words: cat(tensors, dim, out=out, **words), "concat", cat)
concatenate = named(lambda tensors, dim=0, *, out=None, **w: cat(tensors, dim, out=out, **w), "concatenate", cat)
row_stack = named(lambda tensors, *, out=None: vstack(tensors, out=out), "row_stack", vstack)


in_both_vocabularies(globals())
