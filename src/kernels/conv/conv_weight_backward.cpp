// The gradient of a convolution with respect to its weights: for each kernel element (q, r, s) and channel c, the sum over
// pixels of x[pixel moved by (q, r, s), c] times g[pixel, all filters].
//
// The reduction runs over pixels. A tile keeps M rows (kernel column and channel, contiguous in channels-last rows of
// x) by NV vectors of filters in registers; each pixel broadcasts M elements of x against NV vectors of g. Output rows
// are worked off in blocks of up to kBlockPixels, so that a panel of g and what a tile reads of x stay in the L1 cache;
// sums wait in memory from block to block. A block's rows stand in an order in which those that a tap row sees follow
// each other: it leaves out the others, which it would multiply by zeros; of a volume, what a tap plane sees, in whose
// window the rows of all planes lie side by side. Pixels are cut into chunks, their number
// fixed by the sizes, whose sums are added in order; beyond what chunks are worth, pieces are ranges of panels, too.
#include "kernels/conv/parts.h"
#include "simd/integers.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int64_t kBlockPixels = 168;  // x 32 filters: 21 KB of g, and as much of x
// Depthwise goes through all channels for so many pixels at a time, for what their taps share to stay in the L1 cache:
// pixels far apart in memory share few of its sets. (Alone it measured as nothing; with g in place, 5.2 to 3.4 ms.)
constexpr int64_t kDepthPixels = 56;

// One vector of filters leaves registers for more rows: 16 are one tile where groups have 16 channels, not two of 8.
constexpr int kSingleRows = kIsAvx512 ? 16 : kMR;

// One tile: M rows of the result by NV vectors of filters, over the pixels of a block. Distances in elements.
template <class T>
struct Tile {
  const T* const* sources;  // the element of x under each output row's first pixel and the kernel's first element
  int64_t rows, width;  // pixels
  ptrdiff_t a_step;  // from pixel to pixel
  ptrdiff_t offset;  // rows form: of the tile's first row; the others follow it
  const ptrdiff_t* offsets;  // gather, depth: of each row
  const T* b;  // NV vectors for each pixel, packed
  const T* const* b_rows;  // or, depth, in place: of each output row, b_step from pixel to pixel
  ptrdiff_t b_offset, b_step;
  T* sums;  // NV vectors for each row of the tile
  bool first;  // sums start at zero
  const char* ahead;  // memory to prefetch to L2, kAhead cache lines each pixel
};

template <class T>
using TileFn = void (*)(const Tile<T>&);

enum class Form { Rows, Gather, Depth };

// Depthwise has so little to do with each pixel that all of the next block must be fetched in few steps.
constexpr int lines_ahead(Form form) { return form == Form::Depth ? 4 : 1; }

template <class T, Form kForm, int M, int NV>
FG_TILE_FUNCTION void weight_tile(const Tile<T>& t) {
  constexpr int L = kLanes<T>, kAhead = lines_ahead(kForm);
  T* const sums = t.sums;
  Vec<T> acc[M][NV];
#pragma GCC unroll 16
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) acc[m][v] = t.first ? Vec<T>{} : load(sums + (m * NV + v) * L);
  const T* b = t.b;
  const ptrdiff_t step = t.a_step, b_step = kForm == Form::Depth ? t.b_step : NV * L;
  const char* ahead = t.ahead;
  for (int64_t r = 0; r < t.rows; ++r) {
    const T* a = t.sources[r] + t.offset;
    if constexpr (kForm == Form::Depth)
      if (t.b_rows) b = t.b_rows[r] + t.b_offset;
#pragma GCC unroll 2
    for (int64_t k = t.width; k > 0; --k) {
      Vec<T> w[NV];
#pragma GCC unroll 2
      for (int v = 0; v < NV; ++v) w[v] = load(b + v * L);
      if constexpr (kForm == Form::Rows) __builtin_prefetch(a + 8 * step);
#pragma GCC unroll 4
      for (int i = 0; i < kAhead; ++i) __builtin_prefetch(ahead + i * 64, 0, 2);
      ahead += kAhead * 64;
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m) {
        if constexpr (kForm == Form::Depth) {
#pragma GCC unroll 2
          for (int v = 0; v < NV; ++v) acc[m][v] = fma(load(a + t.offsets[m] + v * L), w[v], acc[m][v]);
        } else {
          const Vec<T> x = splat(kForm == Form::Rows ? a[m] : a[t.offsets[m]]);
#pragma GCC unroll 2
          for (int v = 0; v < NV; ++v) acc[m][v] = fma(x, w[v], acc[m][v]);
        }
      }
      a += step;
      b += b_step;
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 2
    for (int v = 0; v < NV; ++v) store(sums + (m * NV + v) * L, acc[m][v]);
}

// Tiles of every size, by rows - 1 and vectors - 1.
template <class T>
struct TileTable {
  TileFn<T> of[kSingleRows][2];
};

template <class T, Form kForm, int M = 1>
constexpr void fill_tiles(TileTable<T>& table) {
  table.of[M - 1][0] = weight_tile<T, kForm, M, 1>;
  if constexpr (M <= kMR) table.of[M - 1][1] = weight_tile<T, kForm, M, 2>;
  if constexpr (M < kSingleRows) fill_tiles<T, kForm, M + 1>(table);
}

template <class T, Form kForm>
constexpr TileTable<T> kTiles = [] {
  TileTable<T> table{};
  fill_tiles<T, kForm>(table);
  return table;
}();

template <class T>
struct Plan {
  ConvSizes s;
  ImageView<T> x, g;
  bool depthwise, joined, bias;
  bool g_in_place;  // depthwise, whole vectors of channels: nothing to pack
  Source access;
  Form form;
  int64_t groups, depth, lanes;  // per group: channels, filters; depthwise is one group of depth 1
  int64_t panels_per_group, panels, reduced, panel_size;  // reduced: rows of a panel, R * S * depth, and one: the bias
  int64_t taps, pitch, span_d, span_h, span_w, window_size;
  int64_t run_length, runs;
  int64_t block_columns, column_blocks, block_rows, units;  // a unit: (column block, output row)
  int64_t chunks, panel_ranges;
};

// Pixels a multiple of 4 KB apart share one set of the L1 cache, and few of the L2.
template <class T>
FG_INLINE bool shares_a_set(int64_t distance) {
  return distance * static_cast<int64_t>(sizeof(T)) % 4096 == 0;
}

// Blocks of pixels, and where their x is read: in place, or from a window or a gathering of what their taps see.
template <class T>
void choose_source(Plan<T>& p) {
  constexpr int64_t L = kLanes<T>;
  const ConvSizes& s = p.s;
  p.column_blocks = ceil_div(s.out_w, kBlockPixels);
  p.block_columns = ceil_div(s.out_w, p.column_blocks);
  p.block_rows = larger(kBlockPixels / p.block_columns, 1);
  p.units = p.column_blocks * s.batch * s.out_d * s.out_h;
  const bool in_place = p.x.c == 1 && !shares_a_set<T>(s.w.stride * p.x.w) && !(p.depthwise && p.lanes % L != 0) &&
                        inside(-s.d.padding, s.d.stride, s.out_d, p.span_d, s.in_d) &&
                        inside(-s.h.padding, s.h.stride, s.out_h, p.span_h, s.in_h) &&
                        inside(-s.w.padding, s.w.stride, s.out_w, p.span_w, s.in_w);
  p.pitch = s.channels + (shares_a_set<T>(s.w.stride * s.channels) ? 64 / static_cast<int64_t>(sizeof(T)) : 0);
  const int64_t columns = (p.block_columns - 1) * s.w.stride + p.span_w;
  const bool spread = is_spread(larger(p.span_h, s.h.stride) * s.kernel_d, columns, p.taps, p.block_columns, p.pitch);
  p.access = in_place ? Source::InPlace : spread ? Source::Gathered : Source::Window;
  // A block's rows may come from several images; each one has rows above and below its own.
  const int64_t images = smaller(p.block_rows, p.block_rows / s.out_h + 2);
  const int64_t window_rows = (p.block_rows * s.h.stride + images * p.span_h) * s.kernel_d;
  if (p.access == Source::Window) p.window_size = window_rows * columns * p.pitch + 2 * L;
  if (p.access == Source::Gathered) p.window_size = p.block_rows * p.taps * p.block_columns * p.pitch + 2 * L;
  p.g_in_place = p.depthwise && p.g.c == 1 && p.lanes % L == 0 && !shares_a_set<T>(s.w.stride * p.g.w);
}

// The rows of a panel that are neighbours in x, and what tiles they make.
template <class T>
void choose_form(Plan<T>& p) {
  const ConvSizes& s = p.s;
  const int64_t pixel = p.access == Source::InPlace ? p.x.w : p.pitch;
  p.joined = p.access != Source::Gathered && p.groups == 1 && !p.depthwise && s.w.dilation == 1 && pixel == p.depth;
  p.run_length = p.depth * (p.joined ? s.kernel_w : 1);
  p.runs = s.kernel_d * s.kernel_h * (p.joined ? 1 : s.kernel_w);
  p.form = p.depthwise ? Form::Depth : p.run_length < kMR / 2 && p.runs > 1 ? Form::Gather : Form::Rows;
}

template <class T>
void choose_pieces(Plan<T>& p) {
  const ConvSizes& s = p.s;
  const double pixels = static_cast<double>(s.batch * s.out_d * s.out_h * s.out_w);
  const double cost = 2.0 * pixels * static_cast<double>(p.reduced) * static_cast<double>(p.panels * 2 * kLanes<T>);
  // Chunks cost a pass over their sums; at 2e-3 bytes a flop that is a few percent of the work.
  p.chunks = chunk_count(p.units, cost, static_cast<double>(p.panels * p.panel_size * static_cast<int64_t>(sizeof(T))));
  const double wanted = cost / kChunkCost;
  const int64_t pieces = wanted > static_cast<double>(kMostChunks) ? kMostChunks : static_cast<int64_t>(wanted);
  p.panel_ranges = larger(1, smaller(p.panels, ceil_div(pieces, p.chunks)));
}

template <class T>
Plan<T> make_plan(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x) {
  constexpr int64_t L = kLanes<T>;
  Plan<T> p{};
  p.s = s;
  p.x = image_view<T>(x, s.in_d, s.in_h, s.in_w, s.channels);
  p.g = image_view<T>(g, s.out_d, s.out_h, s.out_w, s.filters);
  p.depthwise = is_depthwise(s);
  p.groups = p.depthwise ? 1 : s.groups;
  p.depth = s.channels / s.groups;
  p.lanes = s.filters / p.groups;
  p.panels_per_group = ceil_div(p.lanes, 2 * L);
  p.panels = p.panels_per_group * p.groups;
  p.taps = s.kernel_d * s.kernel_h * s.kernel_w;
  p.reduced = p.taps * p.depth;
  p.panel_size = (p.reduced + 1) * 2 * L;
  p.span_d = (s.kernel_d - 1) * s.d.dilation + 1;
  p.span_h = (s.kernel_h - 1) * s.h.dilation + 1;
  p.span_w = (s.kernel_w - 1) * s.w.dilation + 1;
  choose_source(p);
  choose_form(p);
  choose_pieces(p);
  return p;
}

// The rows of a panel in tiles; their offsets in a block whose rows of x are `row` elements apart.
struct TileRows {
  ptrdiff_t offset;
  int64_t first;
  int rows;
  int64_t seen_by;  // rows form: the tap row, of several planes the tap plane
};

// Of a block's output rows.
struct Span {
  int64_t begin, end;
};

// Everything that a piece needs at hand, in scratch memory.
template <class T>
struct Workspace {
  TileRows* tiles;
  ptrdiff_t* offsets;  // of every row of a panel
  const T** sources;
  const T** g_rows;  // g of every output row, in place
  int64_t* places;  // where each output row stands in these lists
  Span* seen;  // the output rows that each tap row sees, of several planes each tap plane
  T* panels;  // g of a block
  T* window;  // x of a block, with room to read a vector past the end
};

template <class T>
int64_t cut_rows(const Plan<T>& p, int64_t plane, int64_t row, int64_t pixel, const Workspace<T>& w) {
  const ConvSizes& s = p.s;
  // Of tap row r, counted through all planes, and tap column q.
  const auto tap = [&](int64_t r, int64_t q) {
    if (p.access == Source::Gathered) return (r * s.kernel_w + q) * row;
    return r / s.kernel_h * plane + r % s.kernel_h * s.h.dilation * row + q * s.w.dilation * pixel;
  };
  int64_t n = 0, first = 0;
  const int64_t most = p.lanes <= kLanes<T> ? kSingleRows : kMR;
  if (p.form != Form::Rows) {
    for (int64_t r = 0; r < s.kernel_d * s.kernel_h; ++r)
      for (int64_t q = 0; q < s.kernel_w; ++q)
        for (int64_t c = 0; c < p.depth; ++c) w.offsets[n++] = tap(r, q) + c;
    const int64_t count = ceil_div(p.reduced, most);
    for (int64_t i = 0; i < count; ++i) {
      first = p.reduced * i / count;
      w.tiles[i] = {0, first, static_cast<int>(p.reduced * (i + 1) / count - first), 0};
    }
    return count;
  }
  const int64_t per_run = ceil_div(p.run_length, most), columns = p.joined ? 1 : s.kernel_w;
  for (int64_t i = 0; i < p.runs; ++i) {
    const ptrdiff_t base = tap(i / columns, i % columns);
    for (int64_t k = 0; k < per_run; ++k) {
      const int64_t start = p.run_length * k / per_run;
      w.tiles[n++] = {base + start, i * p.run_length + start,
                      static_cast<int>(p.run_length * (k + 1) / per_run - start),
                      s.kernel_d > 1 ? i / columns / s.kernel_h : i / columns};
    }
  }
  return n;
}

template <class T>
TileFn<T> find_tile(Form form, int rows, int vectors) {
  if (form == Form::Depth) return kTiles<T, Form::Depth>.of[rows - 1][vectors - 1];
  if (form == Form::Gather) return kTiles<T, Form::Gather>.of[rows - 1][vectors - 1];
  return kTiles<T, Form::Rows>.of[rows - 1][vectors - 1];
}

// The order of a block's output rows, the first of which is unit row `begin`: those that miss the first tap rows, most
// of them first, those that miss none, those that miss the last. So the rows that a tap row sees follow each other, but
// in images lower than the kernel: what lies between is zeros, and harmless. Of several tap planes, all this of planes.
template <class T>
void order_rows(const Plan<T>& p, int64_t begin, int64_t rows, const Workspace<T>& w) {
  const ConvSizes& s = p.s;
  const bool by_planes = s.kernel_d > 1;
  const ConvSizes::Axis& axis = by_planes ? s.d : s.h;
  const int64_t kernel = by_planes ? s.kernel_d : s.kernel_h, size = by_planes ? s.in_d : s.in_h;
  for (int64_t r = 0; r < kernel; ++r) w.seen[r] = {0, rows};
  for (int64_t i = 0; i < rows; ++i) w.places[i] = i;
  if (p.form != Form::Rows || axis.padding == 0) return;
  const auto taps = [&](int64_t row) {
    const int64_t at = by_planes ? row / s.out_h % s.out_d : row % s.out_h, first = at * axis.stride - axis.padding;
    return Span{smaller(ceil_div(larger(-first, 0), axis.dilation), kernel),
                smaller(ceil_div(larger(size - first, 0), axis.dilation), kernel)};
  };
  for (int64_t r = 0; r < kernel; ++r) w.seen[r] = {rows, 0};
  int64_t place = 0;
  for (int64_t key = -kernel; key <= kernel; ++key)
    for (int64_t i = 0; i < rows; ++i) {
      const Span t = taps(begin + i);
      if ((t.begin > 0 ? -t.begin : kernel - t.end) != key) continue;
      for (int64_t r = t.begin; r < t.end; ++r)
        w.seen[r] = {smaller(w.seen[r].begin, place), larger(w.seen[r].end, place + 1)};
      w.places[i] = place++;
    }
}

// g of these output rows, panel by panel: [panel][pixel][vectors]; zeros fill a panel up.
template <class T>
void pack_gradient(const Plan<T>& p, const T* const* g_rows, int64_t rows, int64_t width, int64_t first_panel,
                   int64_t last_panel, T* dst) {
  constexpr int64_t L = kLanes<T>;
  for (int64_t panel = first_panel; panel < last_panel; ++panel, dst += kBlockPixels * 2 * L) {
    const int64_t group = panel / p.panels_per_group, lane = panel % p.panels_per_group * 2 * L;
    const int64_t lanes = smaller(p.lanes - lane, 2 * L), row = lanes > L ? 2 * L : L;
    T* out = dst;
    for (int64_t i = 0; i < rows; ++i, out += width * row) {
      copy_pixels(out, row, g_rows[i] + (group * p.lanes + lane) * p.g.c, p.g.w, p.g.c, width, lanes);
      if (lanes < row)
        for (int64_t k = 0; k < width; ++k) clear_elements(out + k * row + lanes, row - lanes);
    }
  }
}

// Adds up these pixels of g. Four sums: one would wait for itself.
template <class T>
void add_pixels(const T* g, ptrdiff_t step, int64_t pixels, int vectors, T* sums) {
  constexpr int L = kLanes<T>;
  for (int v = 0; v < vectors; ++v, g += L, sums += L) {
    Vec<T> sum[4] = {load(sums), Vec<T>{}, Vec<T>{}, Vec<T>{}};
    const T* at = g;
    int64_t k = pixels;
    for (; k >= 4; k -= 4)
#pragma GCC unroll 4
      for (int u = 0; u < 4; ++u, at += step) sum[u] += load(at);
    for (; k > 0; --k, at += step) sum[0] += load(at);
    store(sums, (sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

// The memory of the next block, brought nearer while this one is computed: a line each step of a tile.
class Prefetcher {
 public:
  void add(const void* begin, const void* end) {
    if (end > begin) ranges_[count_++] = {static_cast<const char*>(begin), static_cast<const char*>(end)};
  }
  // `steps` lines of what to fetch; `idle` when there is nothing left: the next tile's sums, in L3 where there
  // are many weights.
  const char* next(int64_t steps, const void* idle) {
    while (at_ < count_ && ranges_[at_].begin >= ranges_[at_].end) ++at_;
    if (at_ == count_) return static_cast<const char*>(idle);
    const char* const from = ranges_[at_].begin;
    ranges_[at_].begin += steps * 64;
    return from;
  }

 private:
  struct Range {
    const char* begin;
    const char* end;
  };
  Range ranges_[2];
  int count_ = 0, at_ = 0;
};

// Output rows that are worked off together, of one block of columns, and how their x lies in memory.
struct Block {
  int64_t row0, rows;  // counted through all images
  int64_t x, width;  // columns
  int64_t pixel, row, plane;  // from one pixel of the source, row and tap plane to the next
  int64_t columns;  // of the source
};

// Adds pixels to the sums of panels [first, last), whose last row, for the bias, was cleared.
template <class T>
class Chunk {
 public:
  Chunk(const Plan<T>& p, int64_t first_panel, int64_t last_panel, T* sums, const Workspace<T>& w)
      : p_(p), s_(p.s), w_(w), sums_(sums), first_panel_(first_panel), last_panel_(last_panel),
        image_rows_(s_.batch * s_.out_d * s_.out_h) {}

  // The pixels of units [begin, end).
  void add(int64_t begin, int64_t end) {
    for (bool first = true; begin < end; first = false) {
      const Block b = block_at(begin, end);
      begin += b.rows;
      order_rows(p_, b.row0, b.rows, w_);
      bring_rows(b);
      if (!p_.g_in_place) pack_gradient(p_, w_.g_rows, b.rows, b.width, first_panel_, last_panel_, w_.panels);
      if (p_.bias) add_to_bias(b);
      Prefetcher prefetcher;
      if (begin < end && b.row0 + b.rows < image_rows_ && !has_depth(s_)) fetch_next(b, prefetcher);
      add_to_tiles(b, first, prefetcher);
    }
  }

 private:
  static constexpr int64_t L = kLanes<T>;

  Block block_at(int64_t begin, int64_t end) const {
    const bool in_place = p_.access == Source::InPlace, gathered = p_.access == Source::Gathered;
    Block b;
    b.row0 = begin % image_rows_;
    b.rows = smaller(smaller(end - begin, image_rows_ - b.row0), p_.block_rows);
    b.x = begin / image_rows_ * p_.block_columns;
    b.width = smaller(p_.block_columns, s_.out_w - b.x);
    b.columns = gathered ? b.width : (b.width - 1) * s_.w.stride + p_.span_w;
    b.pixel = in_place ? p_.x.w : p_.pitch;
    b.row = in_place ? p_.x.h : p_.pitch * b.columns * (gathered ? 1 : s_.kernel_d);
    b.plane = in_place ? s_.d.dilation * p_.x.d : p_.pitch * b.columns;
    return b;
  }

  // Where each output row's x and g begin; x is copied first, unless it is read where it lies.
  void bring_rows(const Block& b) const {
    const int64_t step = (p_.access == Source::Gathered ? p_.taps : s_.h.stride) * b.row;
    T* window = w_.window;
    for (int64_t done = 0; done < b.rows;) {
      const int64_t plane = (b.row0 + done) / s_.out_h, y = (b.row0 + done) % s_.out_h;
      const int64_t count = smaller(b.rows - done, s_.out_h - y), n = plane / s_.out_d, z = plane % s_.out_d;
      const T* const source = bring_plane(b, n, z, y, count, window);
      for (int64_t i = 0; i < count; ++i) {
        const int64_t place = w_.places[done + i];
        w_.sources[place] = source + i * step;
        w_.g_rows[place] = p_.g.plane(n, z) + (y + i) * p_.g.h + b.x * p_.g.w;
      }
      done += count;
    }
  }

  // The x of `count` output rows of one plane, from y on; what is copied goes to `window`, which moves on.
  const T* bring_plane(const Block& b, int64_t n, int64_t z, int64_t y, int64_t count, T*& window) const {
    const int64_t source_z = z * s_.d.stride - s_.d.padding, source_y = y * s_.h.stride - s_.h.padding;
    const int64_t source_x = b.x * s_.w.stride - s_.w.padding;
    if (p_.access == Source::InPlace) return p_.x.plane(n, source_z) + source_y * p_.x.h + source_x * p_.x.w;
    const T* const source = window;
    if (p_.access == Source::Gathered) {
      for (int64_t i = 0; i < count; ++i)
        for (int64_t t = 0; t < p_.taps; ++t, window += b.row) {
          const int64_t line = t / s_.kernel_w;
          copy_tap(window, p_.pitch, p_.x, p_.x.plane(n, source_z + line / s_.kernel_h * s_.d.dilation),
                   source_y + i * s_.h.stride + line % s_.kernel_h * s_.h.dilation,
                   source_x + t % s_.kernel_w * s_.w.dilation, s_.w.stride, b.width);
        }
      return source;
    }
    const int64_t height = (count - 1) * s_.h.stride + p_.span_h;
    for (int64_t k = 0; k < s_.kernel_d; ++k)
      copy_window(window + k * b.plane, p_.pitch, b.row, p_.x, p_.x.plane(n, source_z + k * s_.d.dilation), source_y,
                  source_x, height, b.columns);
    window += height * b.row;
    return source;
  }

  int64_t lane(int64_t panel) const { return panel % p_.panels_per_group * 2 * L; }
  int vectors(int64_t panel) const { return p_.lanes - lane(panel) > L ? 2 : 1; }
  const T* packed(int64_t panel) const { return w_.panels + (panel - first_panel_) * kBlockPixels * 2 * L; }

  void add_to_bias(const Block& b) const {
    for (int64_t panel = first_panel_; panel < last_panel_; ++panel) {
      const int v = vectors(panel);
      T* const to = sums_ + panel * p_.panel_size + p_.reduced * v * L;
      if (p_.g_in_place)
        for (int64_t i = 0; i < b.rows; ++i) add_pixels(w_.g_rows[i] + lane(panel), p_.g.w, b.width, v, to);
      else add_pixels(packed(panel), v * L, b.rows * b.width, v, to);
    }
  }

  // From the first source row that is new in the next block to its last one.
  void fetch_next(const Block& b, Prefetcher& prefetcher) const {
    const int64_t next = b.row0 + b.rows, last = smaller(next + p_.block_rows, image_rows_) - 1;
    const auto fetch = [&](const ImageView<T>& v, int64_t step_h, int64_t padding, int64_t span) {
      const auto at = [&](int64_t i, int64_t below) {
        const int64_t y = i % s_.out_h * step_h - padding + below;
        return v.data + i / s_.out_h * v.n + larger(0, smaller(y, v.height)) * v.h;
      };
      if (v.c == 1 && v.w > 0 && v.h >= v.w) prefetcher.add(at(next, span - step_h), at(last, span));
    };
    if (2 * (last_panel_ - first_panel_) >= p_.panels) fetch(p_.g, 1, 0, 1);
    fetch(p_.x, s_.h.stride, s_.h.padding, p_.span_h);
  }

  void add_to_tiles(const Block& b, bool first, Prefetcher& prefetcher) const {
    const int64_t tiles = cut_rows(p_, b.plane, b.row, b.pixel, w_);
    const int64_t together = p_.depthwise ? smaller(larger(kDepthPixels / b.width, 1), b.rows) : b.rows;
    for (int64_t row1 = 0; row1 < b.rows; row1 += together) {
      for (int64_t panel = first_panel_; panel < last_panel_; ++panel) {
        const int v = vectors(panel);
        const int64_t channel = p_.depthwise ? lane(panel) : panel / p_.panels_per_group * p_.depth;
        Tile<T> t;
        t.width = b.width;
        t.a_step = p_.access == Source::Gathered ? b.pixel : s_.w.stride * b.pixel;
        t.b_offset = lane(panel);
        t.b_step = p_.g_in_place ? p_.g.w : v * L;
        t.first = first && row1 == 0;
        for (int64_t i = 0; i < tiles; ++i) {
          const TileRows& at = w_.tiles[i];
          const Span& seen = w_.seen[at.seen_by];
          const int64_t from = larger(row1, seen.begin);
          t.rows = larger(smaller(row1 + together, seen.end) - from, 0);
          t.sources = w_.sources + from;
          t.b = packed(panel) + from * b.width * v * L;
          t.b_rows = p_.g_in_place ? w_.g_rows + from : nullptr;
          t.offset = at.offset + channel;
          t.offsets = w_.offsets + at.first;
          t.sums = sums_ + panel * p_.panel_size + at.first * v * L;
          t.ahead = prefetcher.next(t.rows * b.width * lines_ahead(p_.form), t.sums + at.rows * v * L);
          find_tile<T>(p_.form, at.rows, v)(t);
        }
      }
    }
  }

  const Plan<T>& p_;
  const ConvSizes& s_;
  const Workspace<T>& w_;
  T* const sums_;
  const int64_t first_panel_, last_panel_;
  const int64_t image_rows_;  // output rows of all images
};

// Adds the chunks in order and transposes panels (tap, channel, filter) into the result (filter, channel, tap).
template <class T>
void store_panel(const Plan<T>& p, int64_t panel, const T* sums, T* grad_w, T* grad_b) {
  constexpr int64_t L = kLanes<T>;
  const int64_t chunk_size = p.panels * p.panel_size;
  const int64_t group = panel / p.panels_per_group, lane = panel % p.panels_per_group * 2 * L;
  const int64_t row = p.lanes - lane > L ? 2 * L : L;
  for (int64_t v = 0; v < row; v += L) {
    const int64_t lanes = smaller(L, p.lanes - lane - v);
    if (grad_b) {
      const T* const from = sums + panel * p.panel_size + p.reduced * row + v;
      Vec<T> sum = load(from);
      for (int64_t k = 1; k < p.chunks; ++k) sum += load(from + k * chunk_size);
      store_first(grad_b + group * p.lanes + lane + v, sum, static_cast<int>(lanes));
    }
    T* const out = grad_w + (group * p.lanes + lane + v) * p.reduced;
    int64_t c = 0, t = 0;
    for (int64_t j = 0; j < p.reduced; j += L) {
      const int64_t width = smaller(L, p.reduced - j);
      Vec<T> block[L];
      for (int64_t i = 0; i < L; ++i) {
        if (i >= width) {
          block[i] = Vec<T>{};
          continue;
        }
        const T* from = sums + panel * p.panel_size + (t * p.depth + c) * row + v;
        block[i] = load(from);
        for (int64_t k = 1; k < p.chunks; ++k) block[i] += load(from + k * chunk_size);
        if (++t == p.taps) t = 0, ++c;
      }
      transpose<T>(block);
      for (int64_t k = 0; k < lanes; ++k) {
        if (width == L) store(out + k * p.reduced + j, block[k]);
        else store_first(out + k * p.reduced + j, block[k], static_cast<int>(width));
      }
    }
  }
}

}  // namespace

template <class T>
void Conv<T>::weight_backward(const ConvSizes& s, const ConvOperand& g, const ConvOperand& x, T* grad_w, T* grad_b) {
  constexpr int64_t L = kLanes<T>;
  if (s.filters == 0) return;
  if (s.batch == 0) {
    if (grad_b) clear_elements(grad_b, s.filters);
    return clear_elements(grad_w, s.filters * (s.channels / s.groups) * s.kernel_d * s.kernel_h * s.kernel_w);
  }
  if (s.channels == 0 && !grad_b) return;
  Plan<T> p = make_plan<T>(s, g, x);
  p.bias = grad_b != nullptr;
  const int64_t sums_size = p.chunks * p.panels * p.panel_size;
  T* const sums = scratch<T>(Scratch::ConvSums, sums_size);

  const int64_t block_rows = p.block_rows;
  const int64_t most_panels = ceil_div(p.panels, p.panel_ranges);
  const int64_t tile_count = p.reduced;
  const int64_t panels_size = most_panels * kBlockPixels * 2 * L;
  for_pieces(p.chunks * p.panel_ranges, [&](int64_t piece) {
    const int64_t chunk = piece / p.panel_ranges, range = piece % p.panel_ranges;
    Workspace<T> w;
    w.panels = scratch<T>(Scratch::ConvWindow, panels_size + p.window_size);
    w.window = w.panels + panels_size;
    const size_t list_bytes = static_cast<size_t>(tile_count) * (sizeof(TileRows) + 8) +
                              static_cast<size_t>(block_rows) * 24 +
                              static_cast<size_t>(larger(s.kernel_d, s.kernel_h)) * sizeof(Span);
    char* const lists = static_cast<char*>(runtime::scratch(Scratch::ConvLists, list_bytes));
    w.tiles = reinterpret_cast<TileRows*>(lists);
    w.offsets = reinterpret_cast<ptrdiff_t*>(w.tiles + tile_count);
    w.sources = const_cast<const T**>(reinterpret_cast<T**>(w.offsets + tile_count));
    w.g_rows = w.sources + block_rows;
    w.places = reinterpret_cast<int64_t*>(const_cast<T**>(w.g_rows) + block_rows);
    w.seen = reinterpret_cast<Span*>(w.places + block_rows);
    const int64_t first_panel = p.panels * range / p.panel_ranges, last_panel = p.panels * (range + 1) / p.panel_ranges;
    T* const mine = sums + chunk * p.panels * p.panel_size;
    for (int64_t panel = first_panel; panel < last_panel; ++panel) {
      const int64_t row = p.lanes - panel % p.panels_per_group * 2 * L > L ? 2 * L : L;
      clear_elements(mine + panel * p.panel_size + p.reduced * row, row);
    }
    Chunk<T>(p, first_panel, last_panel, mine, w).add(p.units * chunk / p.chunks, p.units * (chunk + 1) / p.chunks);
  });
  for_ranges(p.panels, larger((int64_t{1} << 17) / (p.panel_size * p.chunks), 1), 1, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) store_panel(p, panel, sums, grad_w, grad_b);
  });
}

template void Conv<float>::weight_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, float*, float*);
template void Conv<double>::weight_backward(const ConvSizes&, const ConvOperand&, const ConvOperand&, double*, double*);

}  // namespace fastgrad::FG_LEVEL
