#include "ops/plan.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "kernels/elementwise/elementwise.h"
#include "kernels/table.h"
#include "runtime/parallel.h"
#include "runtime/scratch.h"

namespace fastgrad::ops {

namespace {

// Elements a block may have, so that the buffers of all operands stay in the first cache or near it.
constexpr int64_t kBlock = 2048;
// Shorter innermost runs are gathered into longer ones: the call of a loop costs as much as some 60 elements.
constexpr int64_t kShortRun = 96;
// Longer runs are cut, so that threads can share them.
constexpr int64_t kLongRun = 16384;
// A tile of transposed work is this wide, and as tall as this many bytes of the transposed operand: the buffer of
// float32 takes a third of the first cache.
constexpr int64_t kTileWidth = 64;
constexpr int64_t kTileBytes = 256;
// Tiles are visited in groups of this many by this many: a group's rows and columns lie on some 800 pages, which the
// address cache of a core holds, and each page is used for 1 KB before it is left.
constexpr int64_t kGroupWidth = 4;
constexpr int64_t kGroupHeight = 4;

struct Axes {
  int operands = 0;
  int n = 0;
  int64_t length[kMaxDims];
  int64_t stride[kMaxOperands][kMaxDims];  // bytes
  char* data[kMaxOperands];
  int64_t item[kMaxOperands];
};

bool steps_as_one(const Axes& x, int inner, int outer) {
  for (int k = 0; k < x.operands; ++k)
    if (x.stride[k][outer] != x.stride[k][inner] * x.length[inner]) return false;
  return true;
}

void set_axis(Axes& x, int to, int from) {
  x.length[to] = x.length[from];
  for (int k = 0; k < x.operands; ++k) x.stride[k][to] = x.stride[k][from];
}

Axes axes_of(const Array& out, std::initializer_list<const Array*> inputs) {
  Axes x;
  x.operands = 1 + static_cast<int>(inputs.size());
  const Array* all[kMaxOperands] = {&out};
  std::copy(inputs.begin(), inputs.end(), all + 1);
  for (int k = 0; k < x.operands; ++k) {
    x.data[k] = all[k]->bytes();
    x.item[k] = static_cast<int64_t>(itemsize(all[k]->dtype()));
  }
  // Innermost first, ordered by the output's stride; a stable insertion keeps C order where strides tie.
  int order[kMaxDims];
  const auto size = [&](int axis) { return std::abs(out.stride(axis)); };
  for (int axis = out.ndim() - 1; axis >= 0; --axis) {
    if (out.shape(axis) == 1) continue;
    int at = x.n++;
    for (; at > 0 && size(order[at - 1]) > size(axis); --at) order[at] = order[at - 1];
    order[at] = axis;
  }
  for (int i = 0; i < x.n; ++i) {
    const int axis = order[i];
    x.length[i] = out.shape(axis);
    for (int k = 0; k < x.operands; ++k) {
      const Array& a = *all[k];
      const int own = axis - (out.ndim() - a.ndim());
      const int64_t stride = own >= 0 && a.shape(own) != 1 ? a.stride(own) * x.item[k] : 0;
      x.stride[k][i] = stride;
    }
    if (x.stride[0][i] < 0) {
      for (int k = 0; k < x.operands; ++k) {
        x.data[k] += x.stride[k][i] * (x.length[i] - 1);
        x.stride[k][i] = -x.stride[k][i];
      }
    }
  }
  int kept = 0;
  for (int i = 1; i < x.n; ++i) {
    if (steps_as_one(x, kept, i)) x.length[kept] *= x.length[i];
    else if (++kept != i) set_axis(x, kept, i);
  }
  if (x.n > 0) {
    x.n = kept + 1;
  } else {
    x.n = 1;
    x.length[0] = 1;
    for (int k = 0; k < x.operands; ++k) x.stride[k][0] = 0;
  }
  return x;
}

// Blocks of `width` by `height` over the axes 0 and `second`, visited in groups; the other axes outside.
struct Blocks {
  const Axes& axes;
  int second = 0;  // 0: there is none, height is 1
  int64_t width, height;
  int64_t group_width, group_height;  // elements
  int64_t across, down, total;        // groups

  Blocks(const Axes& x, int second_axis, int64_t w, int64_t h, int64_t group_columns = 1, int64_t group_rows = 1)
      : axes(x), second(second_axis), width(w), height(h), group_width(w * group_columns),
        group_height(h * group_rows) {
    across = (x.length[0] + group_width - 1) / group_width;
    down = second ? (x.length[second] + group_height - 1) / group_height : 1;
    total = across * down;
    for (int i = 1; i < x.n; ++i)
      if (i != second) total *= x.length[i];
  }
  bool in_groups() const { return group_width > width; }
  int64_t row_stride(int operand) const { return second ? axes.stride[operand][second] : 0; }

  // f(pointers, width, height) for each block of the groups from begin to end.
  template <class F>
  void visit(int64_t begin, int64_t end, F&& f) const {
    int64_t at[kMaxDims] = {};
    int64_t rest = begin;
    int64_t b0 = rest % across;
    rest /= across;
    int64_t b1 = rest % down;
    rest /= down;
    char* base[kMaxOperands];
    for (int k = 0; k < axes.operands; ++k) base[k] = axes.data[k];
    for (int i = 1; i < axes.n; ++i) {
      if (i == second) continue;
      at[i] = rest % axes.length[i];
      rest /= axes.length[i];
      for (int k = 0; k < axes.operands; ++k) base[k] += at[i] * axes.stride[k][i];
    }
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t c0 = b0 * group_width, c1 = std::min(c0 + group_width, axes.length[0]);
      const int64_t r0 = b1 * group_height, r1 = second ? std::min(r0 + group_height, axes.length[second]) : 1;
      for (int64_t r = r0; r < r1; r += height) {
        for (int64_t c = c0; c < c1; c += width) {
          char* p[kMaxOperands];
          for (int k = 0; k < axes.operands; ++k) p[k] = base[k] + c * axes.stride[k][0] + r * row_stride(k);
          f(p, std::min(width, c1 - c), std::min(height, r1 - r));
        }
      }
      if (++b0 < across) continue;
      b0 = 0;
      if (++b1 < down) continue;
      b1 = 0;
      for (int i = 1; i < axes.n; ++i) {
        if (i == second) continue;
        for (int k = 0; k < axes.operands; ++k) base[k] += axes.stride[k][i];
        if (++at[i] < axes.length[i]) break;
        for (int k = 0; k < axes.operands; ++k) base[k] -= axes.stride[k][i] * axes.length[i];
        at[i] = 0;
      }
    }
  }
};

// The axis that operand k should be read along: where its stride is smallest, if that is not the innermost.
int natural_axis(const Axes& x, int k) {
  int best = 0;
  for (int i = 1; i < x.n; ++i)
    if (x.stride[k][i] != 0 && x.length[i] > 1 && std::abs(x.stride[k][i]) < std::abs(x.stride[k][best])) best = i;
  return best;
}

Blocks choose_blocks(const Axes& x) {
  bool runs = true;
  int second = 0;
  int64_t item = 1;
  for (int k = 0; k < x.operands; ++k) {
    if (x.stride[k][0] == 0 || x.stride[k][0] == x.item[k]) continue;
    runs = false;
    const int natural = natural_axis(x, k);
    if (natural && !second) {
      second = natural;
      item = x.item[k];
    }
  }
  const int64_t inner = x.length[0];
  if (x.n == 1) return Blocks(x, 0, std::min(inner, runs ? kLongRun : kBlock), 1);
  if (second && inner >= kShortRun)
    return Blocks(x, second, kTileWidth, std::min(x.length[second], kTileBytes / item), kGroupWidth, kGroupHeight);
  if (runs && inner >= kShortRun) {
    const int64_t width = std::min(inner, kLongRun);
    return Blocks(x, 1, width, std::max<int64_t>(1, std::min(x.length[1], kLongRun / 4 / width)));
  }
  if (!second) second = 1;
  const int64_t width = std::min(inner, kBlock);
  return Blocks(x, second, width, std::max<int64_t>(1, std::min(x.length[second], kBlock / width)));
}

// How each operand is handed to the loop.
struct Passage {
  bool by_rows;                 // one call a row; else one call a block
  bool buffered[kMaxOperands];  // copied through a buffer
  bool fixed[kMaxOperands];     // buffered, and the same in every row: filled once for many blocks
  int64_t step[kMaxOperands];
};

Passage choose_passage(const Blocks& b, unsigned takes_repeated) {
  Passage p{};
  const Axes& x = b.axes;
  p.by_rows = b.width >= 64 || b.height == 1;
  for (int k = 0; k < x.operands; ++k) {
    const int64_t s0 = x.stride[k][0], s1 = b.row_stride(k);
    const bool run = s0 == x.item[k] || b.width == 1;
    const bool may_repeat = (takes_repeated >> k) & 1;
    if (p.by_rows) {
      p.buffered[k] = !run && !(s0 == 0 && may_repeat);
      p.step[k] = run || p.buffered[k] ? 1 : 0;
    } else {
      const bool repeated = may_repeat && s0 == 0 && s1 == 0;
      p.buffered[k] = !repeated && !(run && s1 == b.width * x.item[k]);
      p.fixed[k] = p.buffered[k] && k > 0 && s1 == 0;
      p.step[k] = repeated ? 0 : 1;
    }
  }
  return p;
}

// A run of blocks, where some operands are passed through buffers.
class BlockRun {
 public:
  // stream: the result is written past the caches.
  BlockRun(const Loop& loop, const Blocks& blocks, const Passage& passage, bool stream)
      : loop_(loop), blocks_(blocks), axes_(blocks.axes), passage_(passage), stream_(stream),
        stream_buffered_(stream && !loop.streams), fetches_ahead_(blocks.in_groups()) {
    take_buffers();
  }

  void run(int64_t begin, int64_t end) {
    blocks_.visit(begin, end, [&](char* const* p, int64_t width, int64_t height) {
      char* q[kMaxOperands];
      for (int k = 0; k < axes_.operands; ++k) {
        q[k] = passage_.buffered[k] ? buffer_[k] : p[k];
        if (k > 0 && passage_.buffered[k]) fill(k, p[k], width, height);
      }
      if (passage_.by_rows) run_rows(q, width, height);
      else loop_.run(loop_.context, width * height, q, passage_.step, false);
      if (passage_.buffered[0])
        move_out_(height, width, p[0], blocks_.row_stride(0), axes_.stride[0][0], buffer_[0], width * axes_.item[0],
                  axes_.item[0], false);
    });
  }

 private:
  bool has_buffer(int k) const { return passage_.buffered[k] || (k == 0 && stream_buffered_); }

  void take_buffers() {
    int64_t size[kMaxOperands] = {}, bytes = 0;
    for (int k = 0; k < axes_.operands; ++k)
      if (has_buffer(k)) bytes += size[k] = (blocks_.width * blocks_.height * axes_.item[k] + 63) / 64 * 64;
    if (!bytes) return;
    // no kernel that uses this slot runs inside elementwise work
    char* next = static_cast<char*>(runtime::scratch(runtime::Scratch::PlanBuffers, static_cast<size_t>(bytes)));
    for (int k = 0; k < axes_.operands; ++k) {
      if (has_buffer(k)) buffer_[k] = next;
      next += size[k];
    }
  }

  void fill(int k, char* p, int64_t width, int64_t height) {
    if (passage_.fixed[k]) {
      if (filled_[k] == p && filled_rows_[k] >= height) return;
      filled_[k] = p;
      filled_rows_[k] = height;
    }
    const int64_t item = axes_.item[k];
    moves_.move[size_index(static_cast<size_t>(item))](height, width, buffer_[k], width * item, item, p,
                                                       blocks_.row_stride(k), axes_.stride[k][0], false);
  }

  void run_rows(char** q, int64_t width, int64_t height) {
    int64_t row[kMaxOperands];
    for (int k = 0; k < axes_.operands; ++k)
      row[k] = passage_.buffered[k] ? width * axes_.item[k] : blocks_.row_stride(k);
    for (int64_t r = 0; r < height; ++r) {
      if (fetches_ahead_) fetch_ahead(q, width);
      if (stream_buffered_) run_streamed_row(q, width);
      else run_row(q, width);
      for (int k = 0; k < axes_.operands; ++k) q[k] += row[k];
    }
  }

  // The next tile's lines, while this one is worked on, but for those that are streamed.
  void fetch_ahead(char* const* q, int64_t width) const {
    for (int k = stream_ ? 1 : 0; k < axes_.operands; ++k) {
      if (passage_.buffered[k] || !passage_.step[k]) continue;
      const int64_t bytes = width * axes_.item[k];
      for (int64_t line = 0; line < bytes; line += 64) __builtin_prefetch(q[k] + bytes + line);
    }
  }

  void run_row(char* const* q, int64_t width) const {
    // as usual up to the first whole cache line
    const int64_t unaligned = static_cast<int64_t>(-reinterpret_cast<uintptr_t>(q[0]) & 63) / axes_.item[0];
    const int64_t head = stream_ ? std::min(width, unaligned) : 0;
    if (head) loop_.run(loop_.context, head, q, passage_.step, false);
    if (head == width) return;
    char* at[kMaxOperands] = {};
    for (int k = 0; k < axes_.operands; ++k) at[k] = q[k] + head * passage_.step[k] * axes_.item[k];
    loop_.run(loop_.context, width - head, at, passage_.step, stream_);
  }

  // Of a loop that has no streaming stores: its results stay in the first cache until they are moved.
  void run_streamed_row(char* const* q, int64_t width) const {
    const int64_t item = axes_.item[0];
    for (int64_t c = 0; c < width; c += kBlock) {
      const int64_t n = std::min(kBlock, width - c);
      char* at[kMaxOperands] = {buffer_[0]};
      for (int k = 1; k < axes_.operands; ++k) at[k] = q[k] + c * passage_.step[k] * axes_.item[k];
      loop_.run(loop_.context, n, at, passage_.step, false);
      move_out_(1, n, q[0] + c * item, 0, item, buffer_[0], 0, item, true);
    }
  }

  const Loop& loop_;
  const Blocks& blocks_;
  const Axes& axes_;
  const Passage& passage_;
  const MoveTable& moves_ = *kernels().elementwise->moves;
  const Move move_out_ = moves_.move[size_index(static_cast<size_t>(axes_.item[0]))];
  const bool stream_, stream_buffered_, fetches_ahead_;
  char* buffer_[kMaxOperands] = {};
  char* filled_[kMaxOperands] = {};  // what a buffer that stays has, and of how many rows
  int64_t filled_rows_[kMaxOperands] = {};
};

}  // namespace

void run_elementwise(const Loop& loop, const Array& out, std::initializer_list<const Array*> inputs) {
  if (out.size() == 0) return;
  const Axes axes = axes_of(out, inputs);
  const Blocks blocks = choose_blocks(axes);
  const Passage passage = choose_passage(blocks, loop.takes_repeated);
  // a tile's row is a few cache lines: nothing is gained unless each is whole
  const bool whole_lines =
      ((reinterpret_cast<uintptr_t>(out.bytes()) | static_cast<uint64_t>(blocks.row_stride(0))) & 63) == 0;
  // what is read is in the caches already: writing past them would only throw it out (half the speed, of 64 MB)
  bool in_place = false;
  for (int k = 1; k < axes.operands; ++k) in_place |= axes.data[k] == axes.data[0];
  const bool stream = out.nbytes() >= kStreamResultBytes && !in_place && passage.by_rows && !passage.buffered[0] &&
                      (blocks.in_groups() ? whole_lines : blocks.width >= 1024);
  const int64_t grain = std::max<int64_t>(1, loop.grain / (blocks.group_width * blocks.group_height));
  runtime::parallel_for(blocks.total, grain, [&](int64_t begin, int64_t end) {
    BlockRun(loop, blocks, passage, stream).run(begin, end);
    if (stream) std::atomic_thread_fence(std::memory_order_seq_cst);  // orders what was written past the caches
  });
}

void run_copy_of_truths(const Array& dst, const Array& src) {
  const CastLoop truth = integer::casts.loop[static_cast<int>(DType::Bool)][static_cast<int>(DType::Bool)];
  const auto run = [](const void* context, int64_t n, char* const* p, const int64_t*, bool) {
    (*static_cast<const CastLoop*>(context))(n, p[1], p[0]);
  };
  run_elementwise({run, &truth, kLightGrain, 0, false}, dst, {&src});
}

void run_copy(const Array& dst, const Array& src) {
  if (dst.size() == 0) return;
  if (src.dtype() == DType::Bool && !sees_every_write(src.storage().get())) return run_copy_of_truths(dst, src);
  const Axes x = axes_of(dst, {&src});
  const int64_t item = x.item[0];
  const Move move = kernels().elementwise->moves->move[size_index(static_cast<size_t>(item))];
  const bool runs = x.stride[0][0] == item && (x.stride[1][0] == item || x.stride[1][0] == 0);
  const bool stream = dst.nbytes() >= kStreamResultBytes;
  const int64_t inner = x.length[0];
  int second = x.n > 1 ? 1 : 0;
  int64_t width = std::min(inner, int64_t{65536}), height = 1;
  if (x.n > 1 && !(runs && inner >= 1024)) {
    const int natural = runs ? 0 : natural_axis(x, 1);
    if (natural) {  // the kernel has tiles of its own; this is a group of them
      second = natural;
      width = std::min(inner, kGroupWidth * kTileWidth);
      height = std::min(x.length[second], kGroupHeight * kTileBytes / item);
    } else {
      width = std::min(inner, int64_t{4096});
      height = std::max<int64_t>(1, std::min(x.length[second], 16384 / width));
    }
  }
  const Blocks blocks(x, second, width, height);
  const int64_t grain = std::max<int64_t>(1, kLightGrain * 4 / item / (width * height));
  runtime::parallel_for(blocks.total, grain, [&](int64_t begin, int64_t end) {
    blocks.visit(begin, end, [&](char* const* p, int64_t w, int64_t h) {
      move(h, w, p[0], blocks.row_stride(0), x.stride[0][0], p[1], blocks.row_stride(1), x.stride[1][0], stream);
    });
    if (stream) std::atomic_thread_fence(std::memory_order_seq_cst);  // as above
  });
}

Array empty_result(const Dims& shape, DType dtype, std::initializer_list<const Array*> inputs) {
  for (const Array* a : inputs) {
    if (!(a->shape() == shape)) continue;
    if (a->is_contiguous() || a->is_dense()) return Array::empty_like(*a, dtype);
  }
  for (const Array* a : inputs)
    if (a->shape() == shape && !a->has_overlap()) return Array::empty_with_layout(shape, dtype, a->strides());
  return Array::empty(shape, dtype);
}

}  // namespace fastgrad::ops
