"""The table's lines of Tensor's operators and indexing, and of its methods that are no function of the same name."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import special

import fastgrad as fg

from .entry import EVERY, FLOATS, INTEGERS, NUMBERS, STORED, Fixed, Make, NoGradient, Op, Sample
from .table_elementwise import power

# ---- operators -------------------------------------------------------------------------------------------------------


def _operands(low: float, high: float, number: float = 2.0) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(make(2, 3, low=0.3, high=2.0), make(3, low=low, high=high))
        yield Sample(
            make(3, low=0.3, high=2.0),
            number if make.is_float else bool(number) if make.dtype.kind == "b" else int(number),
        )

    return samples


def _torch_operator(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda torch, *operands: f(*operands)


def _reflected(f: Callable[..., Any]) -> Callable[..., Any]:
    """``y op x`` of a number y."""
    return lambda x, y: f(y, x)


def _numbers(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3, low=0.4, high=2.0), 1.5 if make.is_float else True if make.dtype.kind == "b" else 3)


def _operator(name: str, f: Callable[..., Any], low: float = 0.4, high: float = 2.0, **options: Any) -> Iterator[Op]:
    """``x op y``, ``y op x`` of a number y, and ``x op= y``."""
    options = {"dtypes": NUMBERS, "threaded": False, "torch": _torch_operator(f), **options}
    yield Op(f"Tensor.__{name}__", _operands(low, high), f, **options)
    options["torch"] = None
    yield Op(f"Tensor.__r{name}__", _numbers, _reflected(f), **options)
    if options.get("result", "same") == "same" and name != "matmul":
        yield Op(f"Tensor.__i{name}__", _operands(low, high), f, call=_in_place, **options)


def _in_place(f: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """On a copy: what requires grad itself cannot be written to."""
    y = x.clone()
    f(y, *args, **kwargs)
    return y


def _compared(name: str, f: Callable[..., Any]) -> Op:
    return Op(
        f"Tensor.__{name}__",
        _operands(0.4, 2.0),
        f,
        dtypes=EVERY,
        result="bool",
        no_gradient=NoGradient.TRUTH,
        threaded=False,
    )


def _unary_operator(name: str, f: Callable[..., Any], **options: Any) -> Op:
    return Op(
        f"Tensor.__{name}__",
        lambda make: [Sample(make.apart(2, 3))],
        f,
        **{"dtypes": NUMBERS, "threaded": False, **options},
    )


WHOLE = {"dtypes": INTEGERS, "no_gradient": NoGradient.INTEGERS}
BITS = {"dtypes": ("bool", *INTEGERS), "no_gradient": NoGradient.INTEGERS}


def _matrices(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make(3, 2))


def _shifts(make: Make) -> Iterator[Sample]:
    yield Sample(make(3, low=0, high=5), make(3, low=0, high=3))
    yield Sample(make(3, low=0, high=5), 2)


OPERATORS = [
    *_operator("add", operator.add),
    *_operator("sub", operator.sub),
    *_operator("mul", operator.mul),
    *_operator("truediv", operator.truediv, result="float"),
    Op("Tensor.__itruediv__", _operands(0.4, 2.0), operator.truediv, call=_in_place, threaded=False),
    *_operator("floordiv", operator.floordiv, 1.2, 1.25, torch=lambda torch, a, b: torch.floor(a / b)),
    *_operator("mod", operator.mod, 1.2, 1.25),
    Op("Tensor.__divmod__", _operands(1.2, 1.25), np.divmod, dtypes=NUMBERS, threaded=False),
    Op("Tensor.__rdivmod__", _numbers, _reflected(np.divmod), dtypes=NUMBERS, threaded=False),
    *_operator("pow", power, torch=_torch_operator(operator.pow)),
    *_operator("and", operator.and_, **BITS),
    *_operator("or", operator.or_, **BITS),
    *_operator("xor", operator.xor, **BITS),
    Op(
        "Tensor.__matmul__",
        _matrices,
        operator.matmul,
        threaded=False,
        terms=lambda s: 3,
        magnitude=lambda a, b: np.abs(a) @ np.abs(b),
        torch=_torch_operator(operator.matmul),
    ),
    Op(
        "Tensor.__rmatmul__",
        lambda make: [Sample(make(3, 2), make(2, 3))],
        _reflected(operator.matmul),
        threaded=False,
        terms=lambda s: 3,
        magnitude=lambda a, b: np.abs(b) @ np.abs(a),
    ),
    *(
        Op(f"Tensor.__{prefix}{name}__", _shifts, f, threaded=False, call=_in_place if prefix else None, **WHOLE)
        for name, f in (("lshift", operator.lshift), ("rshift", operator.rshift))
        for prefix in ("", "i")
    ),
    *(
        Op(
            f"Tensor.__r{name}__",
            lambda make: [Sample(make(3, low=0, high=5), 3)],
            _reflected(f),
            threaded=False,
            **WHOLE,
        )
        for name, f in (("lshift", operator.lshift), ("rshift", operator.rshift))
    ),
    *(_compared(name, getattr(operator, name)) for name in ("eq", "ne", "lt", "le", "gt", "ge")),
    _unary_operator("neg", operator.neg),
    _unary_operator("pos", operator.pos),
    _unary_operator("abs", operator.abs),
    _unary_operator("invert", operator.invert, **BITS),
]


# ---- indexing --------------------------------------------------------------------------------------------------------


def _keys(make: Make) -> Iterator[tuple[tuple[int, ...], Any]]:
    yield (5,), 2
    yield (5,), -1
    yield (5,), slice(1, 4)
    yield (5,), slice(None, None, -2)
    yield (5,), slice(4, 4)
    yield (2, 3), (1, 2)
    yield (2, 3), (slice(None), 1)
    yield (2, 3), (..., None, 0)
    yield (2, 3), None
    yield (2, 3), ...
    yield (), ()
    yield (2, 3, 4), (slice(None), slice(None, None, 2), slice(3, 0, -1))
    yield (5,), make.index(3, below=5, negative=True)
    yield (5,), Fixed(np.array([1, 3, 4]))
    yield (5,), Fixed(np.array([], dtype=np.int64))
    yield (4, 3), make.index(2, 2, below=4)
    yield (4, 3), (make.index(3, below=4), make.index(3, below=3))
    yield (4, 3), (slice(1, None), make.index(2, below=3))
    yield (3, 4, 2), (make.index(2, below=3), slice(None), make.index(2, below=2))
    yield (3, 4, 2), (make.index(2, 1, below=3), make.index(3, below=4))
    yield (3, 4), (1, make.index(3, below=4))
    yield (3, 4), (None, make.index(2, below=3), slice(1, 3))
    yield (5,), make.mask(5)
    yield (2, 3), make.mask(2, 3)
    yield (3, 2), make.mask(3)
    yield (2, 3), (slice(None), make.mask(3))


def _get_samples(make: Make) -> Iterator[Sample]:
    for shape, key in _keys(make):
        yield Sample(make(*shape), key)


def _get_sizes(make: Make) -> Iterator[Sample]:
    for n in (1, 7, 8, 9, 16, 17, 33):
        yield Sample(make(40, n), make.index(25, below=40))
        yield Sample(make(n, 40), (slice(None), make.index(25, below=40)))
        yield Sample(make(40, n), make.mask(40))


def _set_samples(make: Make) -> Iterator[Sample]:
    number = 1.5 if make.is_float else True if make.dtype.kind == "b" else 1
    for shape, key in _keys(make):
        plain = _without_repeats(key)
        if plain is None:
            continue
        x = make(*shape)
        place = np.zeros(shape)[_opened(plain)].shape
        yield Sample(x, plain, make(*place))
        yield Sample(x, plain, number)
    yield Sample(make(3, 4), slice(0, 2), make(4))
    yield Sample(make(3, 4), (slice(None), 1), make(1))


def _opened(key: Any) -> Any:
    if isinstance(key, Fixed):
        return key.array
    return tuple(_opened(k) for k in key) if isinstance(key, tuple) else key


def _without_repeats(key: Any) -> Any:
    """The key if it names each place at most once: which of several writes is last is nobody's promise."""
    arrays = [k.array for k in (key if isinstance(key, tuple) else (key,)) if isinstance(k, Fixed)]
    for a in arrays:
        if (a.dtype.kind == "i" and len(set((a % 60).ravel())) < a.size) or (
            a.size and (a.ndim > 1 and a.dtype.kind == "i")
        ):
            return None
        if a.dtype.kind == "i" and (a < 0).any():
            return None
    return key


def _set(f: Callable[..., Any], x: Any, key: Any, value: Any) -> Any:
    y = x.clone()
    y[key] = value
    return y


def _set_reference(x: np.ndarray, key: Any, value: Any) -> np.ndarray:
    x[key] = value
    return x


def _get_reference(x: np.ndarray, key: Any) -> np.ndarray:
    return x[key]


INDEXING = [
    Op(
        "Tensor.__getitem__",
        _get_samples,
        _get_reference,
        _get_sizes,
        dtypes=STORED,
        ulps=0,
        torch=lambda torch, x, key: None if _has_negative_step(key) else x[key],
    ),
    Op("Tensor.__setitem__", _set_samples, _set_reference, dtypes=STORED, ulps=0, call=_set, threaded=False),
]


def _has_negative_step(key: Any) -> bool:
    """PyTorch has none."""
    return any(isinstance(k, slice) and (k.step or 1) < 0 for k in (key if isinstance(key, tuple) else (key,)))


# ---- methods of another name -----------------------------------------------------------------------------------------


def _method(
    name: str,
    reference: Callable[..., Any],
    *arguments: Any,
    shape: tuple[int, ...] = (2, 3),
    torch: bool = True,
    **options: Any,
) -> Op:
    """A method called with these arguments; tuples among ``arguments`` are several calls."""

    def samples(make: Make) -> Iterator[Sample]:
        for call in arguments or ((),):
            yield Sample(make.apart(*shape, places=(-1.0, 0.0, 1.0)), *call)

    if torch:
        options["torch"] = lambda torch, x, *a: getattr(x, name)(*a)
    return Op(f"Tensor.{name}", samples, reference, **{"dtypes": NUMBERS, "threaded": False, **options})


def _into(name: str, f: Callable[..., Any], low: float = 0.3, high: float = 2.0, **options: Any) -> Op:
    """A method that writes ``f`` of the elements in place."""
    return Op(
        f"Tensor.{name}",
        lambda make: [Sample(make(2, 3, low=low, high=high))],
        f,
        call=_in_place,
        threaded=False,
        **options,
    )


def _with_operand(name: str, f: Callable[..., Any], **options: Any) -> Op:
    samples = _operands(0.4, 2.0)
    return Op(f"Tensor.{name}", samples, f, **{"dtypes": NUMBERS, "threaded": False, **options})


def _to(dtype: str) -> Callable[..., Any]:
    return lambda x: x.astype(dtype)


def _where_method(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make.mask(3), make(2, 1))


METHODS = [
    _method("clamp", lambda x, a=None, b=None: np.clip(x, a, b), (0, 1)),
    _method("T", np.transpose, call=lambda f, x: x.T, torch=False, dtypes=STORED, ulps=0),
    _method(
        "mT",
        lambda x: np.swapaxes(x, -1, -2),
        call=lambda f, x: x.mT,
        torch=False,
        dtypes=STORED,
        ulps=0,
        shape=(2, 2, 3),
    ),
    _method("copy", np.copy, torch=False, dtypes=STORED, ulps=0),
    _method("detach", lambda x: x, no_gradient=NoGradient.DETACHED),
    _method(
        "expand",
        lambda x, *s: np.broadcast_to(x, [n if w == -1 else w for w, n in zip(s, (2, *x.shape), strict=True)]),
        (2, 2, 3),
        (2, -1, -1),
    ),
    _method("permute", lambda x, *a: x.transpose(*a), (1, 0)),
    _method("unsqueeze", np.expand_dims, (0,), (-1,)),
    _method("view", lambda x, *s: x.reshape(*s), (3, 2), (-1,), layouts=False),
    Op(
        "Tensor.view_as",
        lambda make: [Sample(make(2, 3), Fixed(make(3, 2)))],
        lambda x, y: x.reshape(y.shape),
        threaded=False,
        layouts=False,
    ),
    Op("Tensor.where", _where_method, lambda x, c, y: np.where(c, x, y), dtypes=EVERY, threaded=False),
    _method("neg", np.negative),
    _with_operand("sub", np.subtract),
    _with_operand("mul", np.multiply),
    _with_operand("div", np.true_divide, result="float"),
    _with_operand("add_", np.add, call=_in_place),
    _with_operand("sub_", np.subtract, call=_in_place),
    _with_operand("mul_", np.multiply, call=_in_place),
    _with_operand("div_", np.true_divide, call=_in_place, dtypes=FLOATS),
    _with_operand("pow_", power, call=_in_place),
    _method("clip_", lambda x, a, b: np.clip(x, a, b), (0, 1), call=_in_place, torch=False),
    _method("clamp_", lambda x, a, b: np.clip(x, a, b), (0, 1), call=_in_place, torch=False),
    _method("fill_", lambda x, v: np.full_like(x, v), (1,), call=_in_place, torch=False),
    _method("zero_", np.zeros_like, call=_in_place, torch=False),
    Op(
        "Tensor.copy_",
        lambda make: [Sample(make(2, 3), make(3)), Sample(make(2, 3), make(2, 3))],
        lambda x, y: np.broadcast_to(y, x.shape),
        dtypes=STORED,
        call=_in_place,
        threaded=False,
    ),
    _into("abs_", np.abs),
    _into("ceil_", np.ceil),
    _into("digamma_", special.digamma),
    _into("exp_", np.exp),
    _into("floor_", np.floor),
    _into("lgamma_", special.gammaln, 2.4, 6.0),
    _into("log_", np.log),
    _into("reciprocal_", np.reciprocal),
    _into("relu_", lambda x: np.maximum(x, 0)),
    _into("round_", np.rint),
    _into("sigmoid_", lambda x: 1 / (1 + np.exp(-x))),
    _into("sqrt_", np.sqrt),
    _into("square_", np.square),
    _into("tanh_", np.tanh),
    _into("trunc_", np.trunc),
    *(
        _method(
            name,
            _to(dtype),
            torch=False,
            dtypes=EVERY,
            result=dtype,
            no_gradient=why,
            ulps=4,
        )
        for name, dtype, why in (
            ("float", "float32", NoGradient.NARROWER),
            ("double", "float64", None),
            ("half", "float16", NoGradient.NARROWER),
            ("int", "int32", NoGradient.WHOLE),
            ("long", "int64", NoGradient.WHOLE),
            ("bool", "bool", NoGradient.TRUTH),
        )
    ),
    _method("to", lambda x, d: x.astype(d), ("float64",), torch=False, dtypes=EVERY, result="float64"),
    _method("cpu", lambda x: x),
    _method("to_device", lambda x, device: x, ("cpu",), torch=False),
    # bfloat16 has no NumPy array: there and back, 8 bits of the mantissa are left.
    _method(
        "bfloat16",
        lambda x: x.astype(np.float64),
        call=lambda f, x: f(x).astype(fg.float64),
        torch=False,
        result="any",
        ulps=2.0**46,
        no_gradient=NoGradient.NARROWER,
    ),
]

OPS = [*OPERATORS, *INDEXING, *METHODS]
