#include "ops/attention.h"

#include <algorithm>
#include <limits>
#include <string>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/attention/attention.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/elementwise.h"

namespace fastgrad::ops {
namespace {

constexpr const char* kOp = "scaled_dot_product_attention";
static_assert(kMaxItemAxes >= kMaxDims);

std::string shapes_of(const Array& q, const Array& k, const Array& v) {
  return ", got query " + to_string(q.shape()) + ", key " + to_string(k.shape()) + " and value " +
         to_string(v.shape());
}

Dims leading(const Array& x) {
  Dims d = x.shape();
  d.resize(d.size() - 2);
  return d;
}
Dims with_matrix(Dims lead, int64_t rows, int64_t columns) {
  lead.push_back(rows);
  lead.push_back(columns);
  return lead;
}

// The sizes of the whole operation, checked.
struct Sizes {
  Dims items;  // the leading axes, broadcast; at least one
  int64_t queries, keys, depth, value_depth;
  bool is_single;  // there is no leading axis: the one in `items` is made up
  Dims shape(int64_t rows, int64_t columns) const {
    return is_single ? Dims{rows, columns} : with_matrix(items, rows, columns);
  }
};
Sizes sizes_of(const Array& q, const Array& k, const Array& v) {
  const std::string start = std::string(kOp) + ": ";
  check_float(q, kOp, "query");
  check_float(k, kOp, "key");
  check_float(v, kOp, "value");
  if (q.dtype() != k.dtype() || q.dtype() != v.dtype())
    type_error(start + "query, key and value must have one dtype, got " + name(q.dtype()) + ", " + name(k.dtype()) +
               " and " + name(v.dtype()));
  if (q.ndim() < 2 || k.ndim() < 2 || v.ndim() < 2)
    value_error(start + "query, key and value must have at least 2 axes" + shapes_of(q, k, v));
  const auto last = [](const Array& x, int i) { return x.shape(x.ndim() - i); };
  if (last(q, 1) != last(k, 1))
    value_error(start + "query and key must have the same last axis" + shapes_of(q, k, v));
  if (last(k, 2) != last(v, 2))
    value_error(start + "key and value must have as many rows" + shapes_of(q, k, v));
  Dims items = broadcast_shapes(broadcast_shapes(leading(q), leading(k), kOp), leading(v), kOp);
  const bool is_single = items.empty();
  if (is_single) items.push_back(1);
  return {items, last(q, 2), last(k, 2), last(q, 1), last(v, 1), is_single};
}

// x as the kernels take it: with the items' axes, and the elements of a row side by side.
Array prepared(const Array& x, const Dims& items) {
  const int64_t rows = x.shape(x.ndim() - 2), depth = x.shape(x.ndim() - 1);
  const Array a = depth <= 1 || x.stride(x.ndim() - 1) == 1 ? x : contiguous(x);
  return a.broadcast_to(with_matrix(items, rows, depth));
}

template <class T, class P>
ItemMatrix<P> matrix(const Array& x) {
  ItemMatrix<P> m;
  const int axes = x.ndim() - 2;
  m.p = x.data<T>();
  m.row = x.shape(axes) > 1 ? x.stride(axes) : x.shape(axes + 1);
  for (int i = 0; i < axes; ++i) m.item[i] = x.stride(i);
  return m;
}

void check_mask(const Array& mask, const Sizes& s, DType dtype) {
  if (!mask.defined()) return;
  const Dims wanted = s.shape(s.queries, s.keys);
  const std::string start = std::string(kOp) + ": ";
  if (mask.dtype() != DType::Bool && mask.dtype() != dtype)
    type_error(start + "attn_mask must be bool or of query's dtype, " + name(dtype) + ", got " + name(mask.dtype()));
  bool fits = mask.ndim() <= wanted.size();
  for (int i = 1; fits && i <= mask.ndim(); ++i) {
    const int64_t n = mask.shape(mask.ndim() - i);
    fits = n == 1 || n == wanted[wanted.size() - i];
  }
  if (!fits)
    value_error(start + "attn_mask must broadcast to " + to_string(wanted) + ", got shape " + to_string(mask.shape()));
}

// What is added to the scores, (..., S, L'): keys by queries, L' being a multiple of the widest panel, or 1 where all
// queries have the same. Undefined without a mask. Only what differs is there: other axes are broadcast.
Array added(const Array& mask, const Sizes& s, DType dtype) {
  if (!mask.defined()) return mask;
  check_mask(mask, s, dtype);
  constexpr int64_t kWidest = 32;
  Array m = mask;
  while (m.ndim() < s.items.size() + 2) m = m.expand_dims(0);
  for (int i = 0; i < m.ndim(); ++i)  // a broadcast axis is one element
    if (m.stride(i) == 0 && m.shape(i) > 1) m = m.slice(i, 0, 1);
  const int rows = m.ndim() - 2, columns = m.ndim() - 1;
  if (m.dtype() == DType::Bool)
    m = where(m, scalar_array(Scalar::of_float(0), dtype, kOp),
              scalar_array(Scalar::of_float(-std::numeric_limits<double>::infinity()), dtype, kOp));
  m = m.swap_axes(rows, columns);
  if (m.shape(columns) > 1) {
    Dims room = m.shape();
    room[columns] = (room[columns] + kWidest - 1) / kWidest * kWidest;
    const Array copy = Array::empty(room, dtype);
    copy_into(copy.slice(columns, 0, m.shape(columns)), m);
    m = copy;
  } else {
    m = contiguous(m);
  }
  return m.broadcast_to(with_matrix(s.items, s.keys, m.shape(columns)));
}

struct Inputs {
  Array q, k, v, mask;
};
Inputs inputs_of(const Array& q, const Array& k, const Array& v, const Array& mask, const Sizes& s) {
  return {prepared(q, s.items), prepared(k, s.items), prepared(v, s.items), added(mask, s, q.dtype())};
}

template <class T>
AttentionArgs<T> arguments(const Sizes& s, const Inputs& in, bool causal, double scale) {
  AttentionArgs<T> a;
  a.queries = s.queries;
  a.keys = s.keys;
  a.depth = s.depth;
  a.value_depth = s.value_depth;
  a.scale = scale;
  a.causal = causal;
  a.axes = s.items.size();
  for (int i = 0; i < a.axes; ++i) a.items[i] = s.items[i];
  a.q = matrix<T, const T>(in.q);
  a.k = matrix<T, const T>(in.k);
  a.v = matrix<T, const T>(in.v);
  if (in.mask.defined()) {
    a.mask = matrix<T, const T>(in.mask);
    a.mask.row = in.mask.stride(in.mask.ndim() - 2);
    a.mask_by_key = in.mask.shape(in.mask.ndim() - 1) == 1;
  }
  return a;
}

// Like x where this is of the shape, else in C order; the last axis innermost.
Array empty_as(const Array& x, const Dims& shape) {
  if (x.ndim() != shape.size() || shape.empty()) return Array::empty(shape, x.dtype());
  Dims strides = x.strides();
  for (int i = 0; i < x.ndim(); ++i)
    if (strides[i] <= 0 || (x.shape(i) == 1 && shape[i] > 1)) return Array::empty(shape, x.dtype());
  strides[x.ndim() - 1] = 1;
  for (int i = 0; i + 1 < x.ndim(); ++i)
    if (strides[i] < x.shape(x.ndim() - 1)) return Array::empty(shape, x.dtype());
  return Array::empty_with_layout(shape, x.dtype(), strides);
}

// Into how many groups backward cuts the keys of an item: by sizes alone, as sums depend on it. Some pieces for many
// threads, each of some blocks.
int64_t key_groups(int64_t pieces, int64_t keys) {
  constexpr int64_t kPieces = 16, kLeastKeys = 512;
  const int64_t wanted = pieces > 0 ? (kPieces + pieces - 1) / pieces : 1;
  return std::max<int64_t>(1, std::min(wanted, keys / kLeastKeys));
}

}  // namespace

void attention_check(const Array& q, const Array& k, const Array& v, const Array& mask) {
  check_mask(mask, sizes_of(q, k, v), q.dtype());
}

AttentionResult attention(const Array& q, const Array& k, const Array& v, const Array& mask, bool causal,
                          double scale) {
  const Sizes s = sizes_of(q, k, v);
  const Inputs in = inputs_of(q, k, v, mask, s);
  AttentionResult r{empty_as(q, s.shape(s.queries, s.value_depth)), Array()};
  Dims sums = s.items;
  sums.push_back(s.queries);
  r.log_sums = Array::empty(sums, q.dtype());
  if (r.log_sums.size() == 0) return r;
  visit<ComputingFloats>(q.dtype(), [&]<class T>() {
    const Array out = r.out.broadcast_to(with_matrix(s.items, s.queries, s.value_depth));
    kernels().attention->forward->of<T>().run(arguments<T>(s, in, causal, scale), matrix<T, T>(out),
                                              r.log_sums.data<T>());
  });
  return r;
}

AttentionGrads attention_backward(const Array& grad, const Array& q, const Array& k, const Array& v, const Array& mask,
                                  bool causal, double scale, const AttentionResult& made, bool need_q, bool need_k,
                                  bool need_v) {
  const Sizes s = sizes_of(q, k, v);
  if (!(grad.shape() == s.shape(s.queries, s.value_depth)) || grad.dtype() != q.dtype())
    value_error(std::string(kOp) + ": gradient must have shape " + to_string(s.shape(s.queries, s.value_depth)) +
                " and dtype " + name(q.dtype()) + ", got " + to_string(grad.shape()) + " and " + name(grad.dtype()));
  const Inputs in = inputs_of(q, k, v, mask, s);
  const int axes = s.items.size();
  // the last leading axis, along which heads may share keys
  const auto shared = [&](const Array& x) {
    return s.items[axes - 1] > 1 && (x.ndim() < 3 || x.shape(x.ndim() - 3) == 1);
  };
  const bool shares = shared(k) && shared(v);
  Dims of_keys = s.items;
  if (shares) of_keys[axes - 1] = 1;
  const auto keys_shape = [&](int64_t depth) {
    return s.is_single ? Dims{s.keys, depth} : with_matrix(of_keys, s.keys, depth);
  };
  AttentionGrads r;
  if (need_q) r.q = empty_as(q, s.shape(s.queries, s.depth));
  if (need_k) r.k = empty_as(k, keys_shape(s.depth));
  if (need_v) r.v = empty_as(v, keys_shape(s.value_depth));
  if (count(s.items) == 0) {
    for (const Array* a : {&r.k, &r.v})
      if (a->defined()) fill(*a, Scalar::of_float(0));
    return r;
  }
  visit<ComputingFloats>(q.dtype(), [&]<class T>() {
    // an axis more, of one item, where the last is not shared
    AttentionArgs<T> a = arguments<T>(s, in, causal, scale);
    AttentionGradients<T> g;
    const Array from = prepared(grad, s.items), out = prepared(made.out, s.items);
    g.grad = matrix<T, const T>(from);
    g.out = matrix<T, const T>(out);
    g.log_sums = made.log_sums.data<T>();
    const auto target = [&](const Array& x, const Dims& items) {
      if (!x.defined()) return ItemMatrix<T>();
      const Dims whole = with_matrix(items, x.shape(x.ndim() - 2), x.shape(x.ndim() - 1));
      return matrix<T, T>(x.broadcast_to(whole));
    };
    g.dq = target(r.q, s.items);
    g.dk = target(r.k, of_keys);
    g.dv = target(r.v, of_keys);
    int64_t pieces = count(s.items);
    if (shares) {
      pieces /= s.items[axes - 1];
      g.dk.item[axes - 1] = g.dv.item[axes - 1] = 0;
    } else {
      if (axes == kMaxItemAxes) too_many_dims(axes + 1);
      a.items[a.axes++] = 1;
    }
    g.groups = key_groups(pieces, s.keys);
    Array partial;
    if (need_q && g.groups > 1) {
      partial = Array::empty({g.groups, count(s.items), s.queries, s.depth}, q.dtype());
      g.partial = partial.data<T>();
    }
    kernels().attention->backward->of<T>().run(a, g);
  });
  return r;
}

}  // namespace fastgrad::ops
