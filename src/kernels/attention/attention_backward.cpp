// Attention, backward: exponentials are computed again from scores and the sums that forward has kept (Dao et al.,
// "FlashAttention", 2022; "FlashAttention-2", 2023). With p = softmax(s), s = scale q k', and D = sum(dout out) for each
// query: dv = p' dout, ds = p (dout v' - D), dq = scale ds k, dk = scale ds' q.
//
// A piece has the keys of an item, or one of their groups: blocks of queries pass over them, all five products are of
// one block, and each sum has one order. The products, of what lies in a block (scores.h): transposed scores and their
// gradient, keys x queries; dq transposed, depth x panel; dv and dk, keys x depth, from rows of scores, which so need a
// stride of odd lines, all panels side by side.
#include "kernels/attention/scores.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Scores become exponentials, `slopes` (of a panel of values' products with dout) scale ds.
template <class T>
void differentiate(T* scores, T* slopes, int64_t stride, int64_t count, const T* log_sums, const T* dots) {
  constexpr int L = kLanes<T>;
  Vec<T> l[2], d[2];
  for (int v = 0; v < 2; ++v) {
    l[v] = load(log_sums + v * L);
    d[v] = load(dots + v * L);
  }
  for (int64_t j = 0; j < count; ++j)
#pragma GCC unroll 2
    for (int v = 0; v < 2; ++v) {
      T *const s = scores + j * stride + v * L, *const g = slopes + j * stride + v * L;
      const Vec<T> p = exp2_flushed(load(s) - l[v]);
      store(s, p);
      store(g, p * (load(g) - d[v]));
    }
}

// Each query's product of two panels, depth x width: as a tile computes that of a value with dout, so that where a query
// sees one key alone both are the same bits, and their difference is 0.
template <class T>
void panel_dots(const T* a, const T* b, int64_t width, int64_t depth, T* dots) {
  constexpr int L = kLanes<T>;
  for (int64_t i = 0; i < width; i += L) {
    Vec<T> sum{};
    for (int64_t e = 0; e < depth; ++e) sum = fma(load(a + e * width + i), load(b + e * width + i), sum);
    store(dots + i, sum);
  }
}

template <class T>
void clear_rows(T* p, int64_t row, int64_t count, int64_t depth) {
  for (int64_t j = 0; j < count; ++j)
    for (int64_t e = 0; e < depth; ++e) p[j * row + e] = 0;
}

// What a block of queries needs; as many of each as there are panels.
template <class T>
struct Panels {
  static constexpr int64_t W = kNR<T>, kMost = kQueryBlock / W;
  // Of scores: odd lines, so that neighbouring rows lie in different sets.
  static constexpr int64_t kStride = kQueryBlock + kLine<T>;
  T *q, *grad, *dq;  // depth x W each
  T *log_sums, *dots, *scores, *slopes;
  T *q_rows, *grad_rows, *k_copy, *v_copy;
};

// Gradients of the keys [first, last) of item group `outer`: of all queries that share them.
template <class T>
class Piece {
  static constexpr int64_t W = kNR<T>, kStride = Panels<T>::kStride;

 public:
  Piece(const AttentionArgs<T>& a, const AttentionGradients<T>& g, int64_t first, int64_t last)
      : a_(a), g_(g), first_(first), last_(last) {
    const int64_t k_copy = copy_size<T>(a.k.row, a.depth), v_copy = copy_size<T>(a.v.row, a.value_depth);
    const int64_t q_rows = copy_size<T>(a.q.row, a.depth), grad_rows = copy_size<T>(g.grad.row, a.value_depth);
    const int64_t scores = larger(kKeyBlock * kStride, a.value_depth * W);
    Parts<T> parts((2 * a.depth + a.value_depth + 2) * kQueryBlock + kKeyBlock * kStride + scores + k_copy + v_copy +
                   q_rows + grad_rows);
    x_.q = parts.take(a.depth * kQueryBlock);
    x_.grad = parts.take(a.value_depth * kQueryBlock);
    x_.dq = parts.take(a.depth * kQueryBlock);
    x_.log_sums = parts.take(kQueryBlock);
    x_.dots = parts.take(kQueryBlock);
    x_.scores = parts.take(scores);
    x_.slopes = parts.take(kKeyBlock * kStride);
    x_.k_copy = parts.take(k_copy);
    x_.v_copy = parts.take(v_copy);
    x_.q_rows = parts.take(q_rows);
    x_.grad_rows = parts.take(grad_rows);
  }

  // dq: where this piece's share of the item's goes.
  void run(int64_t item, T* dq, int64_t dq_row) {
    k_ = of_item(a_.k, a_.items, a_.axes, item);
    v_ = of_item(a_.v, a_.items, a_.axes, item);
    mask_ = a_.mask.p ? of_item(a_.mask, a_.items, a_.axes, item) : nullptr;
    dk_ = g_.dk.p ? of_item(g_.dk, a_.items, a_.axes, item) : nullptr;
    dv_ = g_.dv.p ? of_item(g_.dv, a_.items, a_.axes, item) : nullptr;
    for (int64_t query = 0; query < a_.queries; query += kQueryBlock) {
      const int64_t count = smaller(kQueryBlock, a_.queries - query);
      const int64_t last = first_ + seen_keys(a_, first_, last_, query + count);
      if (last == first_) {
        if (dq) clear_rows(dq + query * dq_row, dq_row, count, a_.depth);
        continue;
      }
      begin(item, query, count);
      for (int64_t key = first_; key < last; key += kKeyBlock)
        run_block(query, count, key, smaller(key + kKeyBlock, last));
      if (!dq) continue;
      for (int64_t p = 0; p * W < count; ++p) {
        const int64_t n = smaller(W, count - p * W);
        if (seen_keys(a_, first_, last, query + p * W + n) == 0)
          clear_rows(dq + (query + p * W) * dq_row, dq_row, n, a_.depth);
        else unpack_panel(dq + (query + p * W) * dq_row, dq_row, x_.dq + p * W * a_.depth, W, n, a_.depth);
      }
    }
  }

 private:
  void begin(int64_t item, int64_t query, int64_t count) {
    const T* const q = of_item(a_.q, a_.items, a_.axes, item) + query * a_.q.row;
    const T* const grad = of_item(g_.grad, a_.items, a_.axes, item) + query * g_.grad.row;
    const T* const out = of_item(g_.out, a_.items, a_.axes, item) + query * g_.out.row;
    const T scale = static_cast<T>(a_.scale);
    q_ = rows_of(q, a_.q.row, count, a_.depth, x_.q_rows);
    grad_ = rows_of(grad, g_.grad.row, count, a_.value_depth, x_.grad_rows);
    for (int64_t i = 0; i < kQueryBlock; ++i)
      x_.log_sums[i] = i < count ? g_.log_sums[item * a_.queries + query + i] : kInfinite<T>;
    for (int64_t p = 0; p * W < count; ++p) {
      const int64_t n = smaller(W, count - p * W);
      pack_panel(x_.q + p * W * a_.depth, W, q + p * W * a_.q.row, a_.q.row, n, a_.depth,
                 static_cast<T>(a_.scale * kLog2E));
      T *const packed = x_.grad + p * W * a_.value_depth, *const packed_out = x_.scores;  // not in use yet
      pack_panel(packed, W, grad + p * W * g_.grad.row, g_.grad.row, n, a_.value_depth, scale);
      pack_panel(packed_out, W, out + p * W * g_.out.row, g_.out.row, n, a_.value_depth, T{1});
      panel_dots(packed_out, packed, W, a_.value_depth, x_.dots + p * W);
    }
  }

  // Keys [key, end) with the block of queries.
  void run_block(int64_t query, int64_t count, int64_t key, int64_t end) {
    const int64_t keys = end - key;
    const Rows<T> k = rows_of(k_ + key * a_.k.row, a_.k.row, keys, a_.depth, x_.k_copy);
    const Rows<T> v = rows_of(v_ + key * a_.v.row, a_.v.row, keys, a_.value_depth, x_.v_copy);
    const bool of_scores = g_.dq.p || dk_;
    for (int64_t p = 0; p * W < count; ++p) {
      const int64_t first = query + p * W, n = smaller(W, count - p * W);
      const ScoreBlock block{key, seen_keys(a_, key, end, first + n), first, kStride};
      if (block.count == 0) continue;
      T *const scores = x_.scores + p * W, *const slopes = x_.slopes + p * W;
      multiply_block(AForm::Rows, block.count, W, a_.depth, k.p, k.stride, x_.q + p * W * a_.depth, W, scores, kStride,
                     false);
      if (of_scores)
        multiply_block(AForm::Rows, block.count, W, a_.value_depth, v.p, v.stride, x_.grad + p * W * a_.value_depth, W,
                       slopes, kStride, false);
      mask_scores<T, 2>(a_, mask_, block, scores);
      differentiate(scores, slopes, kStride, block.count, x_.log_sums + p * W, x_.dots + p * W);
      if (g_.dq.p)
        multiply_block(AForm::Columns, a_.depth, W, block.count, k.p, k.stride, slopes, kStride,
                       x_.dq + p * W * a_.depth, W, key > first_);
    }
    if (dv_) add_rows(query, count, key, end, x_.scores, grad_, dv_, g_.dv.row, a_.value_depth);
    if (dk_) add_rows(query, count, key, end, x_.slopes, q_, dk_, g_.dk.row, a_.depth);
  }

  // to[key, end) += factors (keys x queries) rows (queries x depth). Causal, keys that the first panels do not see are
  // left out of them.
  void add_rows(int64_t query, int64_t count, int64_t key, int64_t end, const T* factors, const Rows<T>& rows, T* to,
                int64_t to_row, int64_t depth) {
    for (int64_t p = 0; p * W < count; ++p) {
      // keys whose first panel is this one
      const int64_t panel_end = smaller(query + (p + 1) * W, query + count);
      const int64_t from = p == 0 || !a_.causal ? key : key + seen_keys(a_, key, end, query + p * W);
      const int64_t till = key + seen_keys(a_, key, end, panel_end);
      if (till > from)
        multiply_block(AForm::Rows, till - from, depth, count - p * W, factors + (from - key) * kStride + p * W,
                       kStride, rows.p + p * W * rows.stride, rows.stride, to + from * to_row, to_row, true);
      if (!a_.causal) return;
    }
  }

  const AttentionArgs<T>& a_;
  const AttentionGradients<T>& g_;
  const int64_t first_, last_;
  Panels<T> x_;
  Rows<T> q_, grad_;
  const T *k_ = nullptr, *v_ = nullptr, *mask_ = nullptr;
  T *dk_ = nullptr, *dv_ = nullptr;
};

template <class T>
void run_piece(const AttentionArgs<T>& a, const AttentionGradients<T>& g, int64_t outer, int64_t group) {
  const int64_t first = tile_begin(a.keys, g.groups, group), last = tile_begin(a.keys, g.groups, group + 1);
  const int64_t shared = a.items[a.axes - 1], items = count_items(a.items, a.axes);
  if (g.dk.p) clear_rows(of_item(g.dk, a.items, a.axes, outer * shared) + first * g.dk.row, g.dk.row, last - first, a.depth);
  if (g.dv.p)
    clear_rows(of_item(g.dv, a.items, a.axes, outer * shared) + first * g.dv.row, g.dv.row, last - first,
               a.value_depth);
  Piece<T> piece(a, g, first, last);
  for (int64_t item = outer * shared; item < (outer + 1) * shared; ++item) {
    if (g.groups > 1 && g.dq.p)
      piece.run(item, g.partial + (group * items + item) * a.queries * a.depth, a.depth);
    else piece.run(item, g.dq.p ? of_item(g.dq, a.items, a.axes, item) : nullptr, g.dq.row);
  }
}

// dq = the sum of the groups' shares.
template <class T>
void add_shares(const AttentionArgs<T>& a, const AttentionGradients<T>& g) {
  const int64_t items = count_items(a.items, a.axes), size = a.queries * a.depth;
  for_ranges(items * a.queries, larger(1, 65536 / larger(1, a.depth)), 1, [&](int64_t from, int64_t to) {
    for (int64_t at = from; at < to; ++at) {
      const T* const share = g.partial + at * a.depth;
      T* const dq = of_item(g.dq, a.items, a.axes, at / a.queries) + at % a.queries * g.dq.row;
      for (int64_t e = 0; e < a.depth; ++e) {
        T sum = share[e];
        for (int64_t group = 1; group < g.groups; ++group) sum += share[group * items * size + e];
        dq[e] = sum;
      }
    }
  });
}

template <class T>
void backward(const AttentionArgs<T>& a, const AttentionGradients<T>& g) {
  const int64_t items = count_items(a.items, a.axes);
  if (items == 0) return;
  const int64_t shared = a.items[a.axes - 1], pieces = items / shared * g.groups;
  const double flops = 2.0 * static_cast<double>(shared) * static_cast<double>(a.queries) *
                       static_cast<double>(ceil_div(a.keys, g.groups)) *
                       static_cast<double>(3 * a.depth + 2 * a.value_depth + 16);
  const int64_t grain = static_cast<int64_t>(kPieceFlops / (flops + 1)) + 1;
  for_ranges(pieces, grain, 1, [&](int64_t from, int64_t to) {
    for (int64_t piece = from; piece < to; ++piece) run_piece(a, g, piece / g.groups, piece % g.groups);
  });
  if (g.groups > 1 && g.dq.p) add_shares(a, g);
}

}  // namespace

const AttentionBackwardKernels attention_backward_kernels = {{backward<float>}, {backward<double>}};

}  // namespace fastgrad::FG_LEVEL
