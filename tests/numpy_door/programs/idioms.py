"""What NumPy's programs are made of, line by line."""

import collections
import copy
import functools
import heapq
import itertools
import json
import math
import pickle

import numpy as np

x = np.arange(10)
x[x % 2 == 0] = -1
print(x)
a = np.zeros((3, 3))
a[1] = [1, 2, 3]
a[:, 0] += 1
a[-1, -1] -= 2
print(a)
x = np.array([5, 3, 8])
print(max(x), min(x), sum(x), sorted(x, reverse=True), len(x), list(x), 3 in x)
x = np.random.RandomState(0).rand(4)
print(["%.3f" % v for v in x], f"{x[0]:.2f}", round(x[1], 3))
d = {}
x = np.array([1, 2, 1])
for v in x:
    d[v] = d.get(v, 0) + 1
print(d)
a, b = np.array([1.5, 2.5])
print(a, b, type(a).__name__, a + b)
x = np.arange(6).reshape(2, 3)
print([r.sum() for r in x], [int(v) for v in x.flatten()])
print(np.array([1, 2, 3]).mean(), np.array([1, 2, 3]).std(), np.array([1, 2, 3]).var(ddof=1))
print(np.array([[1, 2], [3, 4]]).tolist(), np.eye(2, dtype=int).tolist())
x = np.ones(3)
y = x
y += 1
print(x, x is y)
x = np.ones(3)
y = x[:2]
y *= 5
print(x)
x = np.arange(4.0)
x /= 2
x **= 2
x -= 1
print(x)
x = np.arange(4)
x //= 2
x <<= 1
x |= 1
print(x)
print(np.where([True, False, True])[0], np.where(np.array([1, 0, 2]))[0], np.nonzero(np.array([0, 3]))[0])
print(np.array([1, 2, 3])[np.newaxis].shape, np.array([1, 2, 3])[:, None].shape, np.arange(3)[..., None].shape)
x = np.arange(24).reshape(2, 3, 4)
print(
    x.shape, x[1, 2, 3], x[:, 1].shape, x[..., 0].shape, x.T.shape, x.transpose(1, 0, 2).shape, x.swapaxes(0, 2).shape
)
print(
    isinstance(np.arange(3)[0], np.integer),
    isinstance(np.arange(3.0)[0], float),
    isinstance(np.arange(3)[0], (int, np.int64)),
)
print(
    np.int64(3) + np.arange(2),
    np.float64(2.0) * np.arange(2.0),
    3 - np.arange(2),
    2 ** np.arange(3),
    1 / np.array([1.0, 2.0]),
)
x = np.arange(5)
print(x[::-1], x[-2:], x[1:4:2], x[[0, 2]], x[np.array([True, False, True, False, True])])
print(
    np.all(np.array([1, 1])),
    np.any(np.array([0, 0])),
    np.allclose([1.0], [1.0 + 1e-9]),
    np.array_equal([1, 2], np.array([1, 2])),
)
print(np.array([1, 2]) == np.array([1, 3]), (np.array([1, 2]) == np.array([1, 3])).all(), not np.array([0])[0])
if np.array([1.0]):
    print("truth")
print(
    np.concatenate([np.arange(2), [5]]),
    np.append(np.arange(2), 7),
    np.insert(np.arange(3), 1, 9),
    np.delete(np.arange(4), [0, 2]),
)
print(
    np.vstack([[1, 2], [3, 4]]),
    np.hstack([[1], [2]]),
    np.stack([np.arange(2)] * 2, axis=1),
    np.tile([1, 2], 2),
    np.repeat([1, 2], 2),
)
print(np.split(np.arange(6), 3), np.array_split(np.arange(5), 2))
print(
    np.linspace(0, 1, 5),
    np.arange(0, 1, 0.25),
    np.logspace(0, 2, 3),
    np.geomspace(1, 8, 4),
    np.full((2, 2), 7),
    np.full(2, 1.5),
    np.empty(0),
)
x = np.array([3.0, 1.0, 2.0])
x.sort()
print(x, np.argsort([3, 1, 2]), np.sort([[2, 1], [4, 3]], axis=0))
print(
    np.dot([1, 2], [3, 4]),
    np.array([[1, 2], [3, 4]]) @ np.array([1, 1]),
    np.outer([1, 2], [3, 4]),
    np.inner([1, 2], [3, 4]),
    np.cross([1, 0, 0], [0, 1, 0]),
)
print(
    np.linalg.norm([3.0, 4.0]),
    np.linalg.det(np.eye(2)),
    np.linalg.inv(2 * np.eye(2)),
    np.linalg.solve(np.eye(2), [1.0, 2.0]),
    np.trace(np.eye(3)),
)
print(
    np.abs(-3),
    np.sqrt(16),
    np.exp(0),
    np.log(1),
    np.sin(0),
    np.floor(2.7),
    np.ceil(2.1),
    np.round(2.567, 2),
    np.sign(-2),
    np.max([1, 2]),
    np.pi,
)
print(
    np.sum([[1, 2], [3, 4]], axis=0),
    np.mean([[1, 2], [3, 4]], axis=1, keepdims=True),
    np.median([3, 1, 2]),
    np.percentile([1, 2, 3, 4], 50),
)
print(
    np.clip([-1, 5], 0, 3),
    np.maximum([1, 5], 3),
    np.minimum(2, [1, 5]),
    np.mod(-7, 3),
    np.power(2, [1, 2]),
    np.square([2, 3]),
    np.diff([1, 4, 9]),
)
print(
    np.unique([3, 1, 1]),
    np.bincount([0, 1, 1]),
    np.histogram([1, 2, 2], bins=2),
    np.cumprod([1, 2, 3]),
    np.flip([1, 2]),
    np.roll([1, 2, 3], 1),
)
print(np.isnan([1, np.nan]), np.isinf(np.inf), np.nan_to_num([np.nan, 1.0]), np.nanmean([1, np.nan]), np.isfinite(1.0))
print(np.meshgrid([1, 2], [3, 4]), np.mgrid[0:2, 0:2], np.indices((2, 2))[0], np.ogrid[0:2, 0:2][0].shape)
print(
    np.array([1, 2, 3], dtype=np.float32) / 2,
    np.array([1, 2, 3]).astype(float),
    np.array([1.7]).astype(int),
    np.float32(1.5),
    np.array([1, 2], dtype="int32").dtype,
)
x = np.arange(4).reshape(2, 2)
x[0], x[1] = x[1].copy(), x[0].copy()
print(x)
x = np.arange(4).reshape(2, 2)
x[[0, 1]] = x[[1, 0]]
print(x)
i = np.argmax([1, 3, 2])
print([10, 20, 30][i], "abc"[np.argmin([2, 0])], range(5)[np.int64(2)])
for i in range(np.array([3]).shape[0]):
    print(i)
for i, row in enumerate(np.eye(2)):
    print(i, row)
for (i, j), v in np.ndenumerate(np.array([[1, 2]])):
    print(i, j, v)
for ix in np.ndindex(2, 2):
    print(ix)
f = np.vectorize(lambda a, b: a if a > b else b)
print(f([1, 5], [3, 2]), f(1, 2))
print(
    np.apply_along_axis(lambda r: r.max() - r.min(), 1, np.array([[1, 5], [2, 9]])),
    np.fromiter((i * i for i in range(4)), dtype=int),
    np.fromfunction(lambda i, j: i + j, (2, 2)),
)
x = np.arange(6).reshape(2, 3)
it = np.nditer(x)
print([int(v) for v in it])
print(
    np.select([np.array([1, 2, 3]) < 2, np.array([1, 2, 3]) > 2], [10, 20], default=0),
    np.piecewise(np.array([-1.0, 1.0]), [np.array([-1.0, 1.0]) < 0], [0, 1]),
    np.choose([0, 1], [[1, 2], [3, 4]]),
)
print(
    np.searchsorted([1, 3, 5], 4),
    np.digitize([1.5], [1, 2]),
    np.interp(1.5, [1, 2], [10, 20]),
    np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6),
    np.polyval([2, 1], 3),
    np.convolve([1, 2], [1, 1]),
)
print(
    np.triu(np.ones((2, 2))),
    np.tril(np.ones((2, 2))),
    np.diag([1, 2]),
    np.diag(np.eye(2)),
    np.kron([1, 2], [1, 1]),
    np.vander([1, 2], 3),
    np.identity(2),
)
x = np.arange(3.0)
x.fill(2)
print(x, x.copy() is x, x.ravel(), x.flatten(), x.squeeze(), x.item(0), x.tolist(), x.astype("float32").dtype)
x = np.arange(3)
np.put(x, [0], [9])
np.place(x, x > 5, [1])
np.copyto(x, [7, 8, 9], where=[True, False, True])
print(x)
x = np.zeros((2, 2))
np.fill_diagonal(x, 5)
print(x)
np.add.at(x, ([0], [1]), 2)
print(x)
print(
    np.add.reduce([1, 2, 3]),
    np.multiply.accumulate([1, 2, 3]),
    np.subtract.outer([1, 2], [1, 2]),
    np.maximum.reduce([[1, 5], [3, 2]]),
    np.logical_and.reduce([True, False]),
)
print(
    np.logical_and([True], [False]),
    np.logical_not([True]),
    ~np.array([True]),
    np.array([True]) & np.array([False]),
    np.bitwise_and(6, 3),
    np.invert(np.array([1])),
    -np.array([1]),
    +np.array([1]),
    abs(np.array([-1])),
)
print(
    np.einsum("ij,j->i", np.eye(2), [1.0, 2.0]),
    np.tensordot(np.eye(2), np.eye(2), 1),
    np.matmul(np.eye(2), np.ones(2)),
    np.multiply([1], [2]),
)
x = np.array([1, 2, 3])
y = np.array(x)
y[0] = 9
z = np.asarray(x)
z[1] = 8
print(x, y, np.asarray(x) is x)
print(
    np.array([[1, 2], [3, 4]], order="F").flags["F_CONTIGUOUS"],
    np.arange(6).reshape(2, 3, order="F"),
    np.arange(6).reshape(2, -1).ravel(order="F"),
    np.ascontiguousarray(np.eye(2)).flags.c_contiguous,
)
print(
    np.arange(3).reshape(-1, 1) * np.arange(3),
    np.broadcast_to([1, 2], (2, 2)),
    np.broadcast_arrays([1], [1, 2])[0],
    np.expand_dims([1, 2], 0),
    np.squeeze([[1]]),
    np.atleast_2d([1]),
)
print(np.ones_like([1, 2]), np.zeros_like(np.eye(2)), np.empty_like([1.0]).shape, np.full_like([1, 2], 3))
print(
    "%d items, %.2f avg, %s" % (np.sum([1, 2]), np.mean([1, 2]), np.array([1, 2])),
    "{:>8.3f}|{:03d}".format(np.float64(1.5), np.int64(7)),
    str(np.arange(2)) + "!",
)
print(json.dumps({"a": np.arange(3).tolist(), "b": float(np.mean([1.0, 2.0])), "c": int(np.argmax([1, 2]))}))
x = np.arange(3.0)
print(copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x)))
print(math.sqrt(np.array([4.0])[0]), math.floor(np.float64(2.5)), math.pi == np.pi, math.exp(np.sum([0.0])))
x = np.array([1.0, 2.0])
print(x.__class__.__name__ in ("ndarray", "Tensor"), hash(x[0]) == hash(1.0), x[0] == 1, x[0] is not None, bool(x[0]))
try:
    np.array([1, 2]) + np.array([1, 2, 3])
except ValueError:
    print("ValueError")
try:
    np.array([1, 2])[5]
except IndexError:
    print("IndexError")
try:
    np.zeros((2, 2)) @ np.zeros(3)
except ValueError:
    print("ValueError")
try:
    np.arange(6).reshape(4, 2)
except ValueError:
    print("ValueError")
try:
    bool(np.array([1, 2]))
except ValueError:
    print("ambiguous")
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError:
    print("LinAlgError")
try:
    np.concatenate([np.zeros((2, 2)), np.zeros((3, 3))])
except ValueError:
    print("ValueError")
try:
    int(np.array([1, 2]))
except TypeError:
    print("TypeError")
try:
    np.array([1, 2]).foo
except AttributeError:
    print("AttributeError")
x = np.array([[1, 2], [3, 4]])
print(
    x.sum(axis=0).tolist(),
    x.mean(axis=(0, 1)),
    x.max(1),
    x.min(0),
    x.argmax(axis=1),
    x.cumsum(axis=1),
    x.std(0),
    x.prod(1),
)
x = np.random.default_rng(0).integers(0, 9, (3, 3))
x.sort(axis=1)
print(
    x,
    x.diagonal(),
    x.trace(),
    x.nonzero()[0],
    x.clip(2, 5),
    x.repeat(2, axis=0).shape,
    x.take([0, 1]),
    x.argsort(axis=0),
)
s = 0
for v in np.arange(4):
    s += v
print(s, type(s).__name__)
t = 0.0
for v in np.linspace(0, 1, 3):
    t += v * 2
print(t, "%g" % t)
m = -np.inf
for v in np.array([1.0, 5.0, 2.0]):
    m = v if v > m else m
print(m)
x = list(np.arange(3)) + [7]
print(x, np.array(x), set(np.array([1, 1, 2])), tuple(np.arange(2)))
x = np.array([[1, 2], [3, 4]])
print({tuple(r): i for i, r in enumerate(x)}, [tuple(r) for r in x], list(map(tuple, x)), list(zip(*x)))
print(
    np.array([x for x in np.arange(3)]),
    np.array([np.arange(2), np.arange(2)]),
    np.array([[np.float64(1), 2]]),
    np.array((1, 2)),
    np.array(range(3)),
    np.array([[]]).shape,
)
a = np.arange(12).reshape(3, 4)
print(
    a[a[:, 1] > 4],
    a[:, [0, -1]],
    a[1:, ::2],
    a[np.ix_([0, 2], [1, 3])],
    a[[0, 1], [1, 2]],
    a[..., -1],
    a[None].shape,
    a[:, np.array([True, False, True, False])],
)
a = np.zeros((2, 3), dtype=bool)
a[0, 1] = True
print(a, a.sum(), a.astype(int), np.logical_or(a, ~a).all())
x = np.arange(5)
x[1:4] = 0
x[[0, -1]] = [7, 8]
x[x == 0] = np.array([1, 2, 3])
print(x)
x = np.zeros(3, int)
x[0] = 2.9
print(x)
x[:] = [1.5, 2.5, 3.5]
print(x)
x = np.arange(3)
x = x + 0.5
print(x)
y = np.arange(3) * 1.0
y[0] = np.nan
print(y, np.nansum(y))
try:
    x = np.arange(3)
    x += 0.5
except TypeError:
    print("cannot cast")
x = np.uint8([250, 10])
print(x + np.uint8(10), x.dtype, x.astype(int) + 10, (x / 2).dtype)
print(
    np.iinfo(np.int32).max,
    np.finfo(np.float32).eps,
    np.dtype("float32").name,
    np.result_type(np.int32, np.float32),
    np.can_cast(int, float),
    np.issubdtype(np.arange(3).dtype, np.integer),
    np.issubdtype(np.float64, np.floating),
)
print(
    np.arange(3).dtype == int,
    np.arange(3.0).dtype == float,
    np.arange(3).dtype == np.int64,
    np.arange(3).dtype.kind,
    np.zeros(2, bool).dtype == bool,
    np.arange(3).dtype in (np.int64,),
    str(np.arange(3).dtype),
    np.arange(3).dtype.type(5),
)
np.random.seed(1)
x = np.arange(5)
np.random.shuffle(x)
print(x)
idx = np.random.permutation(len(x))
print(x[idx])
x = np.array([1.0, 2.0, 3.0])
print((x - x.mean()) / x.std(), x @ x, x.dot(x), np.sqrt(((x - 2) ** 2).mean()), x[x > x.mean()])
x = np.array([3, 4])
print(f"{x}", f"{x[0]}", f"{x.mean():.1f}", "{}".format(x), "%s" % x, "%s %s" % tuple(x), repr(x))
print(
    np.array([1.0, 2.0]).sum().item(),
    np.array([[1]]).item(),
    float(np.array(2.5)),
    int(np.array([3])[0]),
    complex(np.array(1.0)),
)
print(
    [x for x in np.array([[1, 2], [3, 4]]).flat],
    np.array([[1, 2], [3, 4]]).flat[2],
    np.unravel_index(3, (2, 2)),
    np.ravel_multi_index((1, 1), (2, 2)),
)
x = np.arange(4).reshape(2, 2).astype(np.float64)
x[0][1] = 100
x[0][0] += 5
print(x)


def f(*s):
    return np.zeros(s)


x = np.arange(6).reshape(2, 3)
print(
    f(*x.shape).shape,
    np.zeros(x.shape[0]),
    np.zeros((x.shape[1],) + x.shape).shape,
    x.shape[::-1],
    x.shape == (2, 3),
    len(x.shape),
    x.shape + (1,),
)
print(np.min([np.inf, 1]), np.inf > 5, -np.inf, np.nan != np.nan, np.e, np.newaxis is None)
with np.errstate(divide="ignore", invalid="ignore"):
    print(np.array([1.0, 0.0]) / np.array([0.0, 0.0]), np.log(np.array([0.0])))
print(
    np.sum(np.array([1, 2, 3]), where=np.array([True, False, True])),
    np.add([1, 2], [3, 4], out=np.zeros(2)),
    np.max([], initial=0.0),
    np.sum([]),
)
out = np.empty(3)
np.multiply([1, 2, 3], 2.0, out=out)
print(out)
np.sqrt(out, out=out)
print(out)
print(
    np.lexsort(([1, 0], [0, 0])),
    np.partition([3, 1, 2], 1),
    np.argpartition([3, 1, 2], 1)[1],
    np.cov([[1, 2, 3], [1, 2, 4]]),
    np.corrcoef([1, 2, 3], [1, 2, 4])[0, 1].round(4),
)
print(
    np.gradient([1.0, 4.0, 9.0]),
    np.trapezoid([1, 2, 3]),
    np.cumsum([[1, 2], [3, 4]]),
    np.ediff1d([1, 3]),
    np.average([1, 2], weights=[3, 1]),
    np.ptp([1, 5]),
)
x = np.array([1, 2, 3])
del x
a = np.arange(3)
b = a.copy()
b[0] = 5
print(a, b, (a == b).sum(), (a != b).mean())
assert np.array([1, 2]).shape == (2,)
assert (np.arange(3) == np.array([0, 1, 2])).all()
assert np.isclose(0.1 + 0.2, 0.3)
print("ok")


class A(object):
    def __init__(self):
        self.w = np.zeros(2)

    def step(self):
        self.w -= np.ones(2)
        return self


print(A().step().w)
print(
    sum([np.array([1, 2]), np.array([3, 4])]),
    sum(np.eye(2)),
    max([np.float64(1), np.float64(2)]),
    max(np.array([1, 3]).max(), 2),
    min(np.array([1.5, 2.5]).min(), 1),
)
print(functools.reduce(np.dot, [np.eye(2)] * 3), functools.reduce(lambda a, b: a + b, np.arange(4)))
print(
    any(np.array([0, 1])),
    all(np.array([1, 1])),
    any(x > 2 for x in np.arange(4)),
    list(reversed(np.arange(3))),
    list(filter(lambda v: v > 1, np.arange(4))),
    list(map(float, np.arange(2))),
)
w = {"a": np.ones(2)}
w["a"] -= 0.5
w["b"] = w["a"] * 2
print(w)
q = [(np.float64(2), 1), (np.float64(1), 2)]
q.sort()
print(q[0])
h = []
[heapq.heappush(h, (v, i)) for i, v in enumerate(np.array([3.0, 1.0, 2.0]))]
print(heapq.heappop(h))
print(collections.Counter(np.array([1, 1, 2])).most_common(1), collections.Counter(np.array([1, 1, 2]).tolist()))
print([a * b for a, b in itertools.product(np.arange(2), np.arange(2))], list(itertools.accumulate(np.arange(3))))
print(
    "a" * np.int64(2),
    [0] * np.arange(3)[2],
    range(np.arange(3)[2]),
    "x" * len(np.arange(2)),
    np.arange(3)[1:2][0],
    [1, 2, 3][np.arange(3)[1]],
    [1, 2, 3][: np.arange(3)[2]],
)
print(
    np.array2string(np.array([1.5, 2.5]), precision=1),
    np.array_repr(np.arange(2)),
    np.set_printoptions(precision=8),
    np.get_printoptions()["precision"],
)
x = np.array([1.0, 2.0])
x2 = x.reshape(2, 1)
x2[0, 0] = 9
print(x, np.shares_memory(x, x2), x2.base is not None, x.data is not None)
print(
    np.array([1, 2, 3]).reshape(3, 1).T.shape,
    np.array([[1, 2, 3]]).T,
    np.arange(3).T,
    np.arange(8).reshape(2, 2, 2).T[0],
)
a = np.ma.array([1, 2, 3], mask=[0, 1, 0])
print(a.sum(), a.mean())
c = np.array([1 + 2j])
print(c.real, c.imag, abs(c), c.conj(), np.vdot(c, c), c * 2, (c * np.array([2.0])).dtype, np.array([1.0]) * 1j)
d = np.datetime64("2020-01-01")
print(d + np.arange(3), np.arange("2020-01", "2020-03", dtype="datetime64[M]"))
r = np.array([(1, "a")], dtype=[("x", int), ("y", "U1")])
print(r["x"] + 1, r[0]["y"], np.rec.array(r).x)
o = np.array([None, {}], dtype=object)
print(o.shape, o[0] is None)
o2 = np.empty(2, dtype=object)
o2[0] = [1]
print(o2)
s = np.array(["ab", "c"])
print(np.char.add(s, "!"), s == "c", s[s != "c"], np.sort(s), s.tolist(), np.unique(s), np.where(s == "c")[0])
