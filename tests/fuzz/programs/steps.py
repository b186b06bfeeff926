"""Kinds of steps: each gives the line, the names it uses, and how many it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .reference import Array

if TYPE_CHECKING:
    from .draw import Draw


class Impossible(Exception):
    """A kind of step has no place here: another is drawn."""


def is_broadcast(a: np.ndarray) -> bool:
    return any(s == 0 and n > 1 for s, n in zip(a.strides, a.shape, strict=True))


def broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


Drawn = tuple[str, tuple[str, ...], int]


def _view(d: Draw) -> Drawn:
    x = d.any()
    shape = d.shape(x)
    n = len(shape)
    pick = d.random
    kind = pick.choice(["swapaxes", "permute", "T", "reshape", "view", "expand", "unsqueeze", "squeeze", "flip",
                        "contiguous", "flatten"])  # fmt: skip
    if kind == "swapaxes" and n > 1:
        i, j = pick.sample(range(n), 2)
        return f"{{0}}.swapaxes({i}, {j - n})", (x,), 1
    if kind == "permute" and n > 1:
        return f"{{0}}.permute({', '.join(map(str, pick.sample(range(n), n)))})", (x,), 1
    if kind == "T" and n == 2:
        return "{0}.T", (x,), 1
    if kind in ("reshape", "view") and n:
        # Whether a reshape copies what is not contiguous is no promise.
        if not d.names[x].is_contiguous:
            raise Impossible
        size = int(np.prod(shape))
        wanted = pick.choice([(-1,), (1, *shape), (*shape, 1), shape[::-1], (2, -1) if size % 2 == 0 else (-1,)])
        return f"{{0}}.{kind}({', '.join(map(str, wanted))})", (x,), 1
    if kind == "expand":
        if n and 1 in shape and pick.random() < 0.5:
            to = tuple(pick.choice([2, 3]) if m == 1 else m for m in shape)
        else:
            to = (2, *shape)
        return f"{{0}}.expand({', '.join(map(str, to))})", (x,), 1
    if kind == "unsqueeze":
        return f"{{0}}.unsqueeze({pick.randint(-n - 1, n)})", (x,), 1
    if kind == "squeeze" and 1 in shape:
        return f"{{0}}.squeeze({shape.index(1)})", (x,), 1
    if kind == "flip" and n:
        return f"fg.flip({{0}}, axis={d.axis(x)})", (x,), 1
    if kind == "flatten" and n > 1 and d.names[x].is_contiguous:  # of one axis it is the tensor itself
        return "{0}.flatten()", (x,), 1
    raise Impossible


def _get(d: Draw) -> Drawn:
    x = d.any()
    return f"{{0}}[{d.basic_key(d.shape(x))}]", (x,), 1


def _gather(d: Draw) -> Drawn:
    x = d.any()
    return f"{{0}}[{d.array_key(d.shape(x), True)}]", (x,), 1


def _pieces(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim > 0 and max(a.shape) > 1)
    shape = d.shape(x)
    axis = d.random.choice([k for k, n in enumerate(shape) if n > 1])
    if d.random.random() < 0.5:
        return f"fg.split({{0}}, [{d.random.randint(1, shape[axis] - 1)}], axis={axis})", (x,), 2
    return f"fg.unstack({{0}}, axis={axis})", (x,), shape[axis]


def _unary(d: Draw) -> Drawn:
    x = d.any()
    value = d.names[x].value
    names = ["exp", "sin", "cos", "tanh", "square", "sigmoid", "expm1", "relu", "abs"]
    names += ["nn.functional.silu", "nn.functional.softplus"]
    if value.size and (value > 0.1).all():
        names += ["sqrt", "log", "reciprocal"]
    return f"fg.{d.random.choice(names)}({{0}})", (x,), 1


def _binary(d: Draw) -> Drawn:
    x = d.any()
    y = d.beside(x)
    operator = d.random.choice(["+", "-", "*", "*", "/"])
    if operator == "/" and (np.abs(d.names[y].value) < 0.1).any():
        operator = "*"
    pair = (x, y) if operator == "/" or d.random.random() < 0.5 else (y, x)
    return f"{{0}} {operator} {{1}}", pair, 1


def _number(d: Draw) -> Drawn:
    x = d.any()
    c = d.number()
    text = d.random.choice(["{0} * C", "C * {0}", "{0} + C", "C - {0}", "{0} / C", "{0} ** 2", "{0} ** 3.0", "-{0}"])
    return text.replace("C", str(c)), (x,), 1


def _matmul(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim in (1, 2, 3) and a.value.size > 0)
    n = d.shape(x)[-1]
    y = d.any(lambda a: (a.ndim == 1 and a.shape[0] == n) or (a.ndim >= 2 and a.shape[-2] == n))
    return "{0} @ {1}", (x, y), 1


def _outer(d: Draw) -> Drawn:
    return "fg.outer({0}, {1})", (d.any(lambda a: a.ndim == 1), d.any(lambda a: a.ndim == 1)), 1


def _reduce(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim > 0 and a.value.size > 0)
    axis = d.axis(x)
    names = ["sum", "mean", "prod", "var", "logsumexp", "max", "min"]
    if (np.abs(d.names[x].value) > 0.05).all():
        names.append("norm")
    name = d.random.choice(names)
    if name in ("max", "min"):  # which of two is larger must not hang on their last digits
        gaps = np.diff(np.sort(d.names[x].value, axis=axis), axis=axis)
        if ((gaps > 0) & (gaps < 1e-9)).any():
            raise Impossible
    if name in ("sum", "mean") and d.random.random() < 0.4:
        return f"{{0}}.{name}()", (x,), 1
    return f"fg.{name}({{0}}, axis={axis})", (x,), 1


def _along(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim > 0 and a.value.size > 0)
    axis = d.axis(x)
    n = d.shape(x)[axis]
    kind = d.random.choice(["softmax", "log_softmax", "cumulative_sum", "sort", "roll", "take_along_axis",
                            "layer_norm", "topk", "take", "descending"])  # fmt: skip
    if kind == "roll":
        return f"fg.roll({{0}}, {d.random.randint(-2, 2)}, axis={axis})", (x,), 1
    if kind == "descending":
        return f"fg.sort({{0}}, axis={axis}, descending=True)", (x,), 1
    if kind == "topk":
        k, largest = d.random.randint(1, n), d.random.random() < 0.5
        return f"fg.topk({{0}}, {k}, axis={axis}, largest={largest})[0]", (x,), 1
    if kind == "take":
        places = [d.random.randrange(n) for _ in range(d.random.randint(1, 3))]
        return f"fg.take({{0}}, fg.tensor({places}), axis={axis})", (x,), 1
    if kind == "layer_norm":
        if d.shape(x)[-1] < 2 or d.names[x].value.var(axis=-1).min() < 1e-2:
            raise Impossible
        n = d.shape(x)[-1]
        affine = tuple(d.any(lambda a: a.shape == (n,)) for _ in range(2)) if d.random.random() < 0.6 else ()
        return f"fg.nn.functional.layer_norm({{0}}, ({n},){', {1}, {2}' if affine else ''})", (x, *affine), 1
    if kind == "take_along_axis":
        i = np.array([d.random.randrange(n) for _ in range(d.names[x].value.size)]).reshape(d.shape(x))
        return f"fg.take_along_axis({{0}}, fg.tensor({i.tolist()}), axis={axis})", (x,), 1
    return f"fg.{kind}({{0}}, axis={axis})", (x,), 1


def _network(d: Draw) -> Drawn:
    """Operations of several operands, each of which may be a view."""
    kind = d.random.choice(["mse_loss", "l1_loss", "linear", "conv2d", "batch_norm"])
    if kind in ("mse_loss", "l1_loss"):
        x = d.any(lambda a: a.value.size > 0)
        y = d.any(lambda a: a.shape == d.shape(x))
        return f"fg.nn.functional.{kind}({{0}}, {{1}})", (x, y), 1
    if kind == "batch_norm":
        x = d.any(lambda a: a.ndim in (2, 3) and a.value.size > 0)
        value = np.moveaxis(d.names[x].value, 1, -1)
        if value.reshape(-1, value.shape[-1]).var(axis=0).min() < 1e-2:
            raise Impossible
        affine = (
            tuple(d.any(lambda a: a.shape == value.shape[-1:]) for _ in range(2)) if d.random.random() < 0.6 else ()
        )
        return (
            f"fg.nn.functional.batch_norm({{0}}, None, None, {'{1}, {2}' if affine else 'None, None'}, True)",
            (x, *affine),
            1,
        )
    x = d.any(lambda a: a.ndim == 2 and a.value.size > 0)
    n = d.shape(x)[1]
    if kind == "linear":
        w = d.any(lambda a: a.ndim == 2 and a.shape[1] == n and a.value.size > 0)
        bias = (d.any(lambda a: a.shape == d.shape(w)[:1]),) if d.random.random() < 0.5 else ()
        return f"fg.nn.functional.linear({{0}}, {{1}}{', {2}' if bias else ''})", (x, w, *bias), 1
    h = d.shape(x)[0]
    w = d.any(lambda a: a.ndim == 2 and 0 < a.shape[0] <= h and 0 < a.shape[1] <= n)
    return "fg.nn.functional.conv2d({0}[None, None], {1}[None, None])", (x, w), 1


def _class_loss(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim > 0 and a.value.size > 0)
    shape = d.shape(x)
    classes, labels = (shape[0], ()) if len(shape) == 1 else (shape[1], (shape[0], *shape[2:]))
    target = np.array([d.random.randrange(classes) for _ in range(int(np.prod(labels)))]).reshape(labels)
    options = ""
    name = d.random.choice(["cross_entropy", "nll_loss"])
    if d.random.random() < 0.4:
        weights = [d.random.choice([0.5, 1.0, 2.0]) for _ in range(classes)]
        options += f", weight=fg.tensor({weights}, dtype=fg.float64)"
    if d.random.random() < 0.3:
        ignored = d.random.randrange(classes)
        if (target == ignored).all():  # a mean of none is 0 / 0
            raise Impossible
        options += f", ignore_index={ignored}"
    if name == "cross_entropy" and d.random.random() < 0.4:
        options += f", label_smoothing={d.random.choice([0.1, 0.3])}"
    if d.random.random() < 0.4:
        options += f", reduction={d.random.choice(['sum', 'none'])!r}"
    return f"fg.nn.functional.{name}({{0}}, fg.tensor({target.tolist()}){options})", (x,), 1


def _einsum(d: Draw) -> Drawn:
    """Of one operand or two: letters that meet where lengths agree, repeated ones, sums, another order.

    The order in memory is no promise.
    """
    pick = d.random
    xs = tuple(d.any(lambda a: 0 < a.ndim <= 3 and a.value.size > 0) for _ in range(pick.choice([1, 2, 2])))
    known: dict[str, int] = {}
    terms = []
    for x in xs:
        term = ""
        for n in d.shape(x):
            fitting = [c for c, m in known.items() if m == n and (c not in term or pick.random() < 0.15)]
            letter = pick.choice(fitting) if fitting and pick.random() < 0.6 else "ijklmn"[len(known)]
            known[letter] = n
            term += letter
        terms.append(term)
    kept = "".join(pick.sample(list(known), pick.randint(0, len(known))))
    # Another order of the axes of one operand is a view, which `contiguous` copies or not.
    if len(xs) == 1 and sorted(kept) == sorted(terms[0]) and not d.names[xs[0]].is_contiguous:
        raise Impossible
    places = ", ".join(f"{{{k}}}" for k in range(len(xs)))
    return f"fg.einsum('{','.join(terms)}->{kept}', {places}).contiguous()", xs, 1


def _pad(d: Draw) -> Drawn:
    x = d.any(lambda a: a.ndim > 0 and a.value.size > 0)
    mode = d.random.choice(["constant", "edge", "reflect", "wrap"])
    most = [n - 1 if mode == "reflect" else min(n, 2) for n in d.shape(x)]
    widths = tuple((d.random.randint(0, m), d.random.randint(0, m)) for m in most)
    return f"fg.pad({{0}}, {widths}{'' if mode == 'constant' else f', mode={mode!r}'})", (x,), 1


def _choose(d: Draw) -> Drawn:
    x = d.any()
    y = d.beside(x)
    kind = d.random.choice(["where", "where three", "maximum", "minimum", "clip", "clip between", "where number"])
    if kind == "clip":
        return f"{{0}}.clip({d.random.choice([-1.0, -0.5, 0.0])}, {d.random.choice([0.5, 1.0])})", (x,), 1
    if kind == "clip between":
        z = d.beside(x)
        a, low, high = (d.names[name].value for name in (x, y, z))
        if min(np.abs(p - q).min(initial=1.0) for p, q in ((a, low), (a, high), (low, high))) < 1e-3:
            raise Impossible  # at a tie
        return "fg.clip({0}, {1}, {2})", (x, y, z), 1
    a, b = d.names[x].value, d.names[y].value
    drawn = (np.round(a, 3) == a) & (np.round(b, 3) == b)
    if ((np.abs(a - b) < 1e-9) & ~(drawn & (a == b)) & (x != y)).any():
        raise Impossible  # rounding decides, but of equal numbers that were drawn
    if kind == "where":
        return f"fg.where({{0}} > {d.number()}, {{1}}, {{0}})", (x, y), 1
    if kind == "where three":
        return "fg.where({0} > {1}, {2}, {3})", (x, y, d.beside(x), d.any()), 1
    if kind == "where number":
        return f"fg.where({{0}} > {d.number()}, {{1}}, {d.number()})", (x, y), 1
    return f"fg.{kind}({{0}}, {{1}})", (x, y), 1


def _join(d: Draw) -> Drawn:
    x = d.any()
    y = d.any(lambda a: a.shape == d.shape(x))
    if d.shape(x) and d.random.random() < 0.5:
        return f"fg.concat([{{0}}, {{1}}], axis={d.axis(x)})", (x, y), 1
    return f"fg.stack([{{0}}, {{1}}], axis={d.random.randint(0, len(d.shape(x)))})", (x, y), 1


def _nested(d: Draw) -> Drawn:
    """A list of tensors where a tensor is wanted: their stack, with a history."""
    x = d.any()
    y = d.any(lambda a: a.shape == d.shape(x))
    text = d.random.choice(
        [
            "fg.sum([{0}, {1}], axis=0)",
            "fg.mean([{0} * 2.0, {1}])",
            "fg.maximum({0}, [{1}, {1}])",
            "fg.asarray([[{0}, {1}], [{1}, -{0}]])",
            "fg.asarray([{0}, {1}])",
            "fg.stack([[{0}, {1}], [{1}, {1}]])",
        ]
    )
    return text, (x, y), 1


def _set_nested(d: Draw) -> Drawn:
    x = d.any()
    y = d.any(lambda a: a.shape == d.shape(x))
    return "{0}[...] = [{1}, {2}]", (d.writable(lambda a: a.shape == (2, *d.shape(x))), x, y), 0


def _copy(d: Draw) -> Drawn:
    return d.random.choice(["{0}.clone()", "{0}.detach()", "{0}.contiguous() * 1.0", "{0} * 1.0"]), (d.any(),), 1


def _fresh(d: Draw) -> Drawn:
    """Memory without history, to be written to."""
    shape = d.shape(d.any())
    return f"fg.zeros({', '.join(map(str, shape))}{', ' if shape else ''}dtype=fg.float64)" if shape else (
        "fg.tensor(0.0, dtype=fg.float64)"
    ), (), 1  # fmt: skip


def _set(d: Draw) -> Drawn:
    x = d.writable()
    shape = d.shape(x)
    key = d.key(shape)
    target = d.names[x].value[_evaluated(key)]
    if d.random.random() < 0.25:
        return f"{{0}}[{key}] = {d.number()}", (x,), 0
    return f"{{0}}[{key}] = {{1}}", (x, d.any(lambda a: broadcasts(a.shape, target.shape))), 0


def _evaluated(key: str) -> Any:
    class Tensors:
        tensor = staticmethod(np.array)

    class Key:
        def __getitem__(self, key: Any) -> Any:
            return key

    return eval(f"k[{key}]", {"k": Key(), "fg": Tensors})


def _set_computed(d: Draw) -> Drawn:
    """``x[key] += y``: a view, a write in place, a write of the view to itself."""
    x = d.writable(lambda a: a.ndim > 0)
    key = d.key(d.shape(x), repeats=False)
    target = d.names[x].value[_evaluated(key)]
    operator = d.random.choice(["+=", "-=", "*="])
    if d.random.random() < 0.3:
        return f"{{0}}[{key}] {operator} {d.number()}", (x,), 0
    return f"{{0}}[{key}] {operator} {{1}}", (x, d.any(lambda a: broadcasts(a.shape, target.shape))), 0


def _in_place(d: Draw) -> Drawn:
    x = d.writable()
    operator = d.random.choice(["+=", "-=", "*=", "*=", "/=", "add_", "sub_", "mul_"])
    if d.random.random() < 0.3:
        c = d.number()
        return (f"{{0}}.{operator}({c})" if operator.endswith("_") else f"{{0}} {operator} {c}"), (x,), 0
    y = d.beside(x)
    if operator == "/=" and (np.abs(d.names[y].value) < 0.1).any():
        operator = "*="
    if operator == "add_" and d.random.random() < 0.5:
        return "{0}.add_({1}, alpha=2.0)", (x, y), 0
    return (f"{{0}}.{operator}({{1}})" if operator.endswith("_") else f"{{0}} {operator} {{1}}"), (x, y), 0


def _in_place_function(d: Draw) -> Drawn:
    x = d.writable()
    names = ["exp_()", "tanh_()", "square_()", "relu_()", "sigmoid_()", "abs_()", "clip_(-0.5, 1.0)"]
    value = d.names[x].value
    if value.size and (value > 0.1).all():
        names += ["sqrt_()", "reciprocal_()"]
    return f"{{0}}.{d.random.choice(names)}", (x,), 0


def _overwrite(d: Draw) -> Drawn:
    x = d.writable()
    kind = d.random.choice(["copy_", "copy_", "fill_", "zero_"])
    if kind == "copy_":
        return "{0}.copy_({1})", (x, d.beside(x)), 0
    return ("{0}.zero_()" if kind == "zero_" else f"{{0}}.fill_({d.number()})"), (x,), 0


def _custom(d: Draw) -> Drawn:
    kind = d.random.choice(["Cube", "Exp", "Pair", "ViewOfNew", "ViewOfInput", "Input", "WithSign", "WithNone", "Both",
                            "Scaled", "Product", "Tanh", "Once", "Half", "Sparse"])  # fmt: skip
    x = d.any()
    if kind in ("Pair", "Product", "Half"):
        y = d.any(lambda a: a.shape == d.shape(x))
        if kind == "Product":
            named = d.random.choice(["{1}", "{1}, 2.0", "{1}, factor=-0.5", "y={1}", "factor=2.0, y={1}"])
            return f"Product.apply({{0}}, {named})", (x, y), 1
        return f"{kind}.apply({{0}}, {{1}})", (x, y), 2 if kind == "Pair" else 1
    if kind == "Scaled":
        named = d.random.choice(["{0}", "{0}, 3.0", "{0}, factor=-0.5", "x={0}", "factor=0.5, x={0}"])
        return f"Scaled.apply({named})", (x,), 1
    if kind == "Both":
        return "Both.apply({0})", (x,), 2
    if kind == "Sparse":
        return "Sparse.apply({0})[::2]", (x,), 2
    if kind in ("WithSign", "WithNone"):
        return f"{kind}.apply({{0}})[0]", (x,), 1
    if kind.startswith("ViewOf") and not d.names[x].is_contiguous:
        raise Impossible
    return f"{kind}.apply({{0}})", (x,), 1


def _custom_in_place(d: Draw) -> Drawn:
    return "Double_.apply({0})", (d.writable(),), 0


def _leaf(d: Draw) -> Drawn:
    """A step of an optimizer: a leaf is written to where nothing is recorded."""
    x = d.random.choice([leaf.name for leaf in d.leaves])
    kind = d.random.choice(["copy_", "step", "set", "fill_"])
    if kind == "copy_":
        return "{0}.copy_({1})", (x, d.beside(x)), 0
    if kind == "step":
        return f"{{0}} {d.random.choice(['-=', '+=', '*='])} {{1}}", (x, d.beside(x)), 0
    if kind == "set":
        return f"{{0}}[{d.key(d.shape(x))}] = {d.number()}", (x,), 0
    return f"{{0}}.fill_({d.number()})", (x,), 0


def _data(d: Draw) -> Drawn:
    """A write by way of ``data``, which is recorded nowhere; or other memory for a tensor that shares its with none."""
    x = d.any()
    kind = d.random.choice(["mul_", "set", "other"])
    if kind == "mul_":
        return f"{{0}}.data.mul_({d.number()})", (x,), 0
    if kind == "set":
        return f"{{0}}.data[{d.key(d.shape(x))}] = {d.number()}", (x,), 0
    y = d.any(lambda a: a.shape == d.shape(x))
    if not d.is_alone(x):
        raise Impossible
    return "{0}.data = {1}.detach() * 1.0", (x, y), 0


def _detach(d: Draw) -> Drawn:
    x = d.any(lambda a: a.requires_grad and a.is_base)
    array = d.names[x]
    if _is_leaf(d, array) or not d.is_alone(x) or any(kept is array for kept, _ in d.library.retained):
        raise Impossible
    return "{0}.detach_()", (x,), 0


def _hook(d: Draw) -> Drawn:
    if d.passed:
        raise Impossible
    x = d.any(lambda a: a.requires_grad and a.value.size <= 12)
    label = f"{x} {len(d.steps)}"
    removed = ".remove()" if d.random.random() < 0.15 else ""
    factor = d.random.choice([1.0, 1.0, 2.0, -0.5])
    return f"{{0}}.register_hook(scale({label!r}, {factor})){removed}", (x,), 0


def _retain(d: Draw) -> Drawn:
    if d.passed:
        raise Impossible
    return "{0}.retain_grad()", (d.any(lambda a: a.requires_grad and a.value.size <= 12 and not _is_leaf(d, a)),), 0


def _is_leaf(d: Draw, a: Array) -> bool:
    return any(d.names[leaf.name] is a for leaf in d.leaves)


def _backward(d: Draw) -> Drawn:
    return "weigh({0}).backward(retain_graph=True)", (d.any(lambda a: a.requires_grad and a.value.size > 0),), 0


KINDS: dict[str, tuple[Callable[[Draw], Drawn], float]] = {
    "view": (_view, 10),
    "get": (_get, 9),
    "gather": (_gather, 6),
    "pieces": (_pieces, 2),
    "unary": (_unary, 6),
    "binary": (_binary, 8),
    "number": (_number, 6),
    "matmul": (_matmul, 3),
    "outer": (_outer, 1),
    "reduce": (_reduce, 4),
    "along": (_along, 3),
    "network": (_network, 5),
    "class loss": (_class_loss, 2),
    "einsum": (_einsum, 2),
    "pad": (_pad, 2),
    "choose": (_choose, 4),
    "join": (_join, 3),
    "nested": (_nested, 2),
    "set nested": (_set_nested, 2),
    "copy": (_copy, 4),
    "fresh": (_fresh, 4),
    "set": (_set, 9),
    "set computed": (_set_computed, 4),
    "in place": (_in_place, 7),
    "in place function": (_in_place_function, 3),
    "overwrite": (_overwrite, 4),
    "custom": (_custom, 6),
    "custom in place": (_custom_in_place, 1.5),
    "leaf": (_leaf, 2),
    "data": (_data, 1.5),
    "detach": (_detach, 1.5),
    "hook": (_hook, 3),
    "retain": (_retain, 2),
    "backward": (_backward, 1),
}

# What runs in one grad mode alone.
MODES = {"hook": "", "retain": "", "backward": "", "leaf": "no_grad"}
