"""Einstein's notation: what subscripts say of operands, and the matrix products that they stand for."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.ops.creation import arange
from fastgrad.ops.linalg import matmul
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
        t = t.sum(axis=gone)
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


def _contract(
    letters_a: Letters, a: Tensor, letters_b: Letters, b: Tensor, needed: set[Letter]
) -> tuple[Letters, Tensor]:
    """One product of two operands: batch indices in both and kept, summed indices in both, and each one's own."""

    def drop(letters: Letters, t: Tensor, others: Letters) -> tuple[Letters, Tensor]:
        gone = tuple(i for i, c in enumerate(letters) if c not in others and c not in needed)
        if gone:
            t = t.sum(axis=gone)
        return [c for c in letters if c in others or c in needed], t

    letters_a, a = drop(letters_a, a, letters_b)
    letters_b, b = drop(letters_b, b, letters_a)
    # A length of 1 that meets a longer one is repeated.
    sizes: dict[Letter, int] = {}
    for letters, t in ((letters_a, a), (letters_b, b)):
        for c, n in zip(letters, t.shape, strict=True):
            sizes[c] = n if sizes.get(c, 1) == 1 else sizes[c]
    a = broadcast_to(a, [sizes[c] for c in letters_a])
    b = broadcast_to(b, [sizes[c] for c in letters_b])
    batch = [c for c in letters_a if c in letters_b and c in needed]
    summed = [c for c in letters_a if c in letters_b and c not in needed]
    own_a = [c for c in letters_a if c not in letters_b]
    own_b = [c for c in letters_b if c not in letters_a]
    left = permute_dims(a, [letters_a.index(c) for c in batch + own_a + summed])
    right = permute_dims(b, [letters_b.index(c) for c in batch + summed + own_b])

    def total(group: Letters) -> int:
        return prod(sizes[c] for c in group)

    shape = [sizes[c] for c in batch + own_a + own_b]
    if not summed:
        product = left.reshape([sizes[c] for c in batch + own_a] + [1] * len(own_b)) * right.reshape(
            [sizes[c] for c in batch] + [1] * len(own_a) + [sizes[c] for c in own_b]
        )
    else:
        product = matmul(
            left.reshape([sizes[c] for c in batch] + [total(own_a), total(summed)]),
            right.reshape([sizes[c] for c in batch] + [total(summed), total(own_b)]),
        )
    return batch + own_a + own_b, product.reshape(shape)
