"""Einstein's notation: what subscripts say of operands, and the matrix products that they stand for."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import NamedTuple

from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops.creation import arange
from fastgrad.ops.linalg import matmul
from fastgrad.ops.reduce import sum
from fastgrad.ops.view import broadcast_to, permute_dims

Letter = str | int  # an axis: of an ellipsis, its number
Letters = list[Letter]


def contracted(subscripts: str, tensors: list[Tensor]) -> Tensor:
    """The sum of products: two operands at a time, from left to right. It may be a view of an operand."""
    parsed, output = _parse(subscripts, tuple(t.shape for t in tensors))
    inputs = list(parsed)
    for i, t in enumerate(tensors):
        inputs[i], tensors[i] = _diagonals(inputs[i], t)
    while len(tensors) > 1:
        needed = set(output).union(*inputs[2:])
        letters, t = _contract(inputs[0], tensors[0], inputs[1], tensors[1], needed)
        inputs[:2], tensors[:2] = [letters], [t]
    letters, t = inputs[0], tensors[0]
    gone = tuple(i for i, c in enumerate(letters) if c not in output)
    if gone:
        t = sum(t, axis=gone)
        letters = [c for c in letters if c in output]
    return permute_dims(t, [letters.index(c) for c in output])


@lru_cache(maxsize=512)
def _parse(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[tuple[Letters, ...], Letters]:
    """Index letters of each operand and of the output; an ellipsis becomes numbers, counted from the right."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise TensorValueError(f"einsum: '{subscripts}' has {len(terms)} terms, but there are {len(shapes)} operands")
    sizes: dict[Letter, int] = {}
    inputs: list[Letters] = []
    widest = 0
    for term, shape in zip(terms, shapes, strict=True):
        before, dots, after = term.partition("...")
        if (before + after and not (before + after).isalpha()) or (not dots and "." in term):
            raise TensorValueError(f"einsum: '{term}' in '{subscripts}' has something else than letters and '...'")
        extra = len(shape) - len(before) - len(after)
        if extra < 0 or (extra > 0 and not dots):
            raise TensorValueError(f"einsum: '{term}' in '{subscripts}' does not fit an operand of shape {shape}")
        letters: Letters = [*before, *range(extra - 1, -1, -1), *after]
        widest = max(widest, extra)
        for c, length in zip(letters, shape, strict=True):
            if sizes.get(c, 1) == 1:
                sizes[c] = length
            elif length not in (sizes[c], 1):
                raise TensorValueError(f"einsum: index '{c}' of '{subscripts}' has lengths {sizes[c]} and {length}")
        inputs.append(letters)
    everything = [c for letters in inputs for c in letters]
    output: Letters
    ellipsis = list(range(widest - 1, -1, -1))
    if arrow:
        before, dots, after = right.partition("...")
        output = [*before, *(ellipsis if dots else []), *after]
        if len(set(output)) != len(output) or any(isinstance(c, str) and c not in everything for c in output):
            raise TensorValueError(
                f"einsum: output '{right}' of '{subscripts}' repeats an index or names an unknown one"
            )
    else:
        output = [*ellipsis, *sorted(c for c in set(everything) if isinstance(c, str) and everything.count(c) == 1)]
    return tuple(inputs), output


def _diagonals(letters: Letters, t: Tensor) -> tuple[Letters, Tensor]:
    """Repeated letters of one operand: its diagonal."""
    for c in set(letters):
        while letters.count(c) > 1:
            i = letters.index(c)
            j = letters.index(c, i + 1)
            if t.shape[i] != t.shape[j]:
                raise TensorValueError(f"einsum: index '{c}' repeats over lengths {t.shape[i]} and {t.shape[j]}")
            places = arange(t.shape[i])
            order = [i, j, *(k for k in range(t.ndim) if k not in (i, j))]
            t = permute_dims(t, order)[places, places]
            letters = [c, *(letters[k] for k in order[2:])]
    return letters, t


class _Layout(NamedTuple):
    """How an operand becomes a factor of a product; None for a step that changes nothing."""

    gone: tuple[int, ...]  # axes that it alone has and that are summed
    lengths: tuple[int, ...] | None  # to which lengths of 1 are repeated
    order: tuple[int, ...] | None
    shape: tuple[int, ...] | None

    def of(self, t: Tensor) -> Tensor:
        if self.gone:
            t = sum(t, axis=self.gone)
        if self.lengths is not None:
            t = broadcast_to(t, self.lengths)
        if self.order is not None:
            t = permute_dims(t, self.order)
        return t if self.shape is None else t.reshape(self.shape)


class _Pair(NamedTuple):
    """A product of two operands: batch indices in both and kept, summed indices in both, and each one's own."""

    left: _Layout
    right: _Layout
    is_summed: bool
    letters: Letters
    shape: tuple[int, ...]


def _contract(
    letters_a: Letters, a: Tensor, letters_b: Letters, b: Tensor, needed: set[Letter]
) -> tuple[Letters, Tensor]:
    pair = _pair(tuple(letters_a), tuple(a.shape), tuple(letters_b), tuple(b.shape), frozenset(needed))
    left, right = pair.left.of(a), pair.right.of(b)
    product = matmul(left, right) if pair.is_summed else left * right
    return pair.letters, product.reshape(pair.shape)


@lru_cache(maxsize=512)
def _pair(
    axes_a: tuple[Letter, ...],
    shape_a: tuple[int, ...],
    axes_b: tuple[Letter, ...],
    shape_b: tuple[int, ...],
    needed: frozenset[Letter],
) -> _Pair:
    letters_a = [c for c in axes_a if c in axes_b or c in needed]
    letters_b = [c for c in axes_b if c in axes_a or c in needed]
    lengths_a, lengths_b = dict(zip(axes_a, shape_a, strict=True)), dict(zip(axes_b, shape_b, strict=True))
    # A length of 1 that meets a longer one is repeated.
    sizes = {c: n if lengths_a.get(c, 1) == 1 else lengths_a[c] for c, n in {**lengths_a, **lengths_b}.items()}
    batch = [c for c in letters_a if c in letters_b and c in needed]
    summed = [c for c in letters_a if c in letters_b and c not in needed]
    own_a = [c for c in letters_a if c not in letters_b]
    own_b = [c for c in letters_b if c not in letters_a]

    def lengths(group: Letters) -> list[int]:
        return [sizes[c] for c in group]

    def layout(
        axes: tuple[Letter, ...], shape: tuple[int, ...], kept: Letters, wanted: Letters, flat: list[int]
    ) -> _Layout:
        have = [n for c, n in zip(axes, shape, strict=True) if c in kept]
        whole, order = lengths(kept), [kept.index(c) for c in wanted]
        return _Layout(
            tuple(i for i, c in enumerate(axes) if c not in kept),
            None if have == whole else tuple(whole),
            None if order == sorted(order) else tuple(order),
            None if lengths(wanted) == flat else tuple(flat),
        )

    if summed:
        flat_a = [*lengths(batch), prod(lengths(own_a)), prod(lengths(summed))]
        flat_b = [*lengths(batch), prod(lengths(summed)), prod(lengths(own_b))]
    else:
        flat_a = [*lengths(batch + own_a), *[1] * len(own_b)]
        flat_b = [*lengths(batch), *[1] * len(own_a), *lengths(own_b)]
    return _Pair(
        layout(axes_a, shape_a, letters_a, batch + own_a + summed, flat_a),
        layout(axes_b, shape_b, letters_b, batch + summed + own_b, flat_b),
        bool(summed),
        batch + own_a + own_b,
        tuple(lengths(batch + own_a + own_b)),
    )
