// Attention, forward: a panel of queries passes over the keys, a block at a time, keeping for each query the largest
// score so far, the sum of exponentials relative to it, and their product with the values, which are scaled down where
// a larger score comes (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao et al.,
// "FlashAttention", 2022). Panels do not depend on each other, and keys are cut at multiples of kKeyBlock: so results do
// not depend on how queries are cut into pieces.
//
// The floor: of depths 64, a vector of scores takes 128 FMAs, and its exponential some 15 operations on the same ports.
#include "kernels/attention/scores.h"

namespace fastgrad::FG_LEVEL {

namespace {

// The block's scores become exponentials; `out` (depth x width), `largest` and `sum` are brought to the new maximum.
template <class T, int V>
void exponentials(T* scores, int64_t count, int64_t depth, bool first, T* largest, T* sum, T* out) {
  constexpr int L = kLanes<T>, W = V * L, kTurns = 4;
  Vec<T> best[kTurns][V];
  for (int k = 0; k < kTurns; ++k)
    for (int v = 0; v < V; ++v) best[k][v] = splat(-kInfinite<T>);
  int64_t j = 0;
  for (; j + kTurns <= count; j += kTurns)
#pragma GCC unroll 4
    for (int k = 0; k < kTurns; ++k)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) best[k][v] = max(load(scores + (j + k) * W + v * L), best[k][v]);
  for (; j < count; ++j)
    for (int v = 0; v < V; ++v) best[0][v] = max(load(scores + j * W + v * L), best[0][v]);

  Vec<T> at[V], total[V];
  bool moved = false;
  for (int v = 0; v < V; ++v) {
    const Vec<T> before = load(largest + v * L);
    const Vec<T> now = max(max(max(best[0][v], best[1][v]), max(best[2][v], best[3][v])), before);
    at[v] = now == splat(-kInfinite<T>) ? Vec<T>{} : now;  // relative to what; -inf - -inf is none
    const Vec<T> down = exp2_flushed(before - at[v]);
    store(largest + v * L, now);
    total[v] = load(sum + v * L) * down;
    store(sum + v * L, down);
    moved |= any<typename MaskType<T>::type>(down != splat(T{1}));
  }
  if (!first && moved)
    for (int64_t e = 0; e < depth; ++e)
      for (int v = 0; v < V; ++v) store(out + e * W + v * L, load(out + e * W + v * L) * load(sum + v * L));

  Vec<T> part[2][V] = {};
  for (j = 0; j + 2 <= count; j += 2)
#pragma GCC unroll 2
    for (int k = 0; k < 2; ++k)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) {
        T* const s = scores + (j + k) * W + v * L;
        const Vec<T> e = exp2_flushed(load(s) - at[v]);
        store(s, e);
        part[k][v] += e;
      }
  for (; j < count; ++j)
    for (int v = 0; v < V; ++v) {
      T* const s = scores + j * W + v * L;
      const Vec<T> e = exp2_flushed(load(s) - at[v]);
      store(s, e);
      part[0][v] += e;
    }
  for (int v = 0; v < V; ++v) store(sum + v * L, total[v] + (part[0][v] + part[1][v]));
}

// Divides by the sums. Queries that see nothing get 0.
template <class T>
void finish(int64_t width, int64_t depth, const T* largest, T* sum, T* out, T* log_sums, int64_t count) {
  constexpr int L = kLanes<T>;
  for (int64_t i = 0; i < width; i += L) {
    const Vec<T> s = load(sum + i), inverse = s == Vec<T>{} ? Vec<T>{} : 1 / s;
    for (int64_t e = 0; e < depth; ++e) store(out + e * width + i, load(out + e * width + i) * inverse);
  }
  for (int64_t i = 0; i < count; ++i) {
    const T log2 = static_cast<T>(__builtin_log2(static_cast<double>(sum[i])));
    log_sums[i] = sum[i] == 0 ? kInfinite<T> : largest[i] + log2;
  }
}

template <class T>
FG_INLINE int64_t panel_width(int64_t count) {
  return count > kLanes<T> ? kNR<T> : kLanes<T>;
}

// Queries [query, query + count) of an item, count <= kQueryBlock.
template <class T>
void run_queries(const AttentionArgs<T>& a, const ItemMatrix<T>& to, T* log_sums, int64_t item, int64_t query,
                 int64_t count) {
  constexpr int64_t W = kNR<T>, kPanels = kQueryBlock / W;
  const int64_t panels = ceil_div(count, W), panel_size = a.depth * W, out_size = a.value_depth * W;
  const int64_t key_copy = copy_size<T>(a.k.row, a.depth), value_copy = copy_size<T>(a.v.row, a.value_depth);
  Parts<T> parts(panels * (panel_size + out_size + 2 * W) + kKeyBlock * W + key_copy + value_copy);
  T *const scores = parts.take(kKeyBlock * W), *const k_copy = parts.take(key_copy);
  T* const v_copy = parts.take(value_copy);
  T *packed[kPanels], *out[kPanels], *largest[kPanels], *sum[kPanels];
  const T* const q = of_item(a.q, a.items, a.axes, item) + query * a.q.row;
  const T *const k = of_item(a.k, a.items, a.axes, item), *const v = of_item(a.v, a.items, a.axes, item);
  const T* const mask = a.mask.p ? of_item(a.mask, a.items, a.axes, item) : nullptr;
  for (int64_t p = 0; p < panels; ++p) {
    const int64_t n = smaller(W, count - p * W), width = panel_width<T>(n);
    packed[p] = parts.take(panel_size);
    out[p] = parts.take(out_size);
    largest[p] = parts.take(W);
    sum[p] = parts.take(W);
    pack_panel(packed[p], width, q + p * W * a.q.row, a.q.row, n, a.depth, static_cast<T>(a.scale * kLog2E));
    for (int64_t i = 0; i < W; ++i) {
      largest[p][i] = -kInfinite<T>;
      sum[p][i] = 0;
    }
    if (a.keys == 0)
      for (int64_t i = 0; i < out_size; ++i) out[p][i] = 0;
  }
  const int64_t last = seen_keys(a, 0, a.keys, query + count);
  for (int64_t key = 0; key < last; key += kKeyBlock) {
    const int64_t end = smaller(key + kKeyBlock, last);
    const Rows<T> keys = rows_of(k + key * a.k.row, a.k.row, end - key, a.depth, k_copy);
    const Rows<T> values = rows_of(v + key * a.v.row, a.v.row, end - key, a.value_depth, v_copy);
    for (int64_t p = 0; p < panels; ++p) {
      const int64_t first = query + p * W, n = smaller(W, count - p * W), width = panel_width<T>(n);
      const ScoreBlock block{key, seen_keys(a, key, end, first + n), first, width};
      if (block.count == 0) continue;
      multiply_block(AForm::Rows, block.count, width, a.depth, keys.p, keys.stride, packed[p], width, scores, width,
                     false);
      if (width == W) mask_scores<T, 2>(a, mask, block, scores);
      else mask_scores<T, 1>(a, mask, block, scores);
      if (width == W) exponentials<T, 2>(scores, block.count, a.value_depth, key == 0, largest[p], sum[p], out[p]);
      else exponentials<T, 1>(scores, block.count, a.value_depth, key == 0, largest[p], sum[p], out[p]);
      multiply_block(AForm::Columns, a.value_depth, width, block.count, values.p, values.stride, scores, width, out[p],
                     width, key > 0);
    }
  }
  T* const o = of_item(to, a.items, a.axes, item) + query * to.row;
  for (int64_t p = 0; p < panels; ++p) {
    const int64_t n = smaller(W, count - p * W), width = panel_width<T>(n);
    finish(width, a.value_depth, largest[p], sum[p], out[p], log_sums + item * a.queries + query + p * W, n);
    unpack_panel(o + p * W * to.row, to.row, out[p], width, n, a.value_depth);
  }
}

template <class T>
void forward(const AttentionArgs<T>& a, const ItemMatrix<T>& out, T* log_sums) {
  const int64_t items = count_items(a.items, a.axes);
  if (items == 0 || a.queries == 0) return;
  // few items are cut finer, for the threads
  const int64_t block = items * ceil_div(a.queries, kQueryBlock) < 16 ? kNR<T> : kQueryBlock;
  const int64_t blocks = ceil_div(a.queries, block);
  const double flops = 2.0 * static_cast<double>(smaller(block, a.queries)) * static_cast<double>(a.keys) *
                       static_cast<double>(a.depth + a.value_depth + 16);
  const int64_t grain = static_cast<int64_t>(kPieceFlops / (flops + 1)) + 1;
  for_ranges(items * blocks, grain, 1, [&](int64_t from, int64_t to) {
    for (int64_t unit = from; unit < to; ++unit) {
      const int64_t query = unit % blocks * block;
      run_queries(a, out, log_sums, unit / blocks, query, smaller(block, a.queries - query));
    }
  });
}

}  // namespace

const AttentionForwardKernels attention_forward_kernels = {{forward<float>}, {forward<double>}};

}  // namespace fastgrad::FG_LEVEL
