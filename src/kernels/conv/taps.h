// The convolution that forward and input gradient have in common, a TapConv: every output pixel (y, x) sums, over tap
// rows i and tap columns j,
//     source[y * step_h + first_h + i * space_h, x * step_w + first_w + j * space_w] . weights[i, j]
// with zeros outside the source.
//
// No im2col (cf. Zhang, Franchetti, Low, "High Performance Zero-Memory Overhead Direct Convolutions", ICML 2018).
// Source rows are copied, padded, to scratch memory, or read in place where there is nothing to pad. With channels
// last, (tap column, channel) is one contiguous run of the reduction; the tile kernel loops over tap rows. Outputs are
// walked as rows of all images together; a piece is a range of (range of the channels, column block, row).
#pragma once

#include "kernels/conv/depth.h"
#include "simd/integers.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int64_t kBlockBytes = 256 << 10;       // source rows in scratch, with room for weights in a 1 to 2 MB L2
// Where weights come from L3 anyway: read them less often. The source may come from L3 as well: a tile reads it once
// for a whole panel of weights, which are many times more.
constexpr int64_t kLargeBlockBytes = 1280 << 10;
constexpr int64_t kMostAhead = 64;               // cache lines fetched in one go; more would hold up the tile's own
constexpr int64_t kSmallWeights = 1024 << 10;  // all weights stay in L2: end a tile's channels before the next
constexpr int64_t kPanelBytes = 768 << 10;       // a panel of weights longer than this is worked off in parts
// With 16 registers, tiles of any pixels wherever they lie (micro.h says why); not for first layers, whose few
// steps do not pay for looking up the addresses.
constexpr bool kGatherAll = kMR <= 6;
constexpr int64_t kGatherSteps = 128;
constexpr int64_t kBlockRows = 256, kBlockTiles = 256;
// A piece costs at least kPieceCost (multiply-adds count 2, bytes moved 16). Beyond kPieces they grow up to
// kLargePiece: every piece copies the rows around its own.
constexpr double kPieceCost = 1e6, kPieces = 32, kLargePiece = 3e7;

// The segments that some output row reads: tap rows outside the image are left out, not multiplied by zeros. (Images of
// 7 rows save a tenth of their multiply-adds, those of 14, and of 28 with a dilation of 2, a twentieth.)
struct Reach {
  int64_t begin, end;
};

template <class T>
struct Row {
  const T* source;
  T* output;
  Reach reach;
};

// A tile's place: addresses of its first pixels, or (gather) its pixels in the block's list.
template <class T>
struct Place {
  const T* a0;
  const T* a1;
  T* c0;
  T* c1;
  int64_t pixel;
  Reach reach;
  int rows;
  int split;  // of these, in the first run, where the tile crosses over to the next row; else 0
};

// One block: output rows [begin, end) of all images' rows, columns [x, x + width), their source in scratch or in
// place, cut into tiles.
template <class T>
class Block {
 public:
  Block(const Plan<T>& plan, T* window, char* lists)
      : plan_(plan), window_(window), segments_(reinterpret_cast<ptrdiff_t*>(lists)) {
    a_rows_ = segments_ + plan.segments;
    c_rows_ = a_rows_ + kBlockTiles * kMR;
    rows_ = reinterpret_cast<Row<T>*>(c_rows_ + kBlockTiles * kMR);
    places_ = reinterpret_cast<Place<T>*>(rows_ + kBlockRows);
  }

  static size_t list_bytes(const Plan<T>& plan) {
    return static_cast<size_t>(2 * plan.segments + 2 * kBlockTiles * kMR) * 8 +
           static_cast<size_t>(kBlockRows) * sizeof(Row<T>) + static_cast<size_t>(kBlockTiles) * sizeof(Place<T>);
  }

  // Takes rows from `begin` on, not past `end`, as many as fit; returns how far it got.
  int64_t take(int64_t begin, int64_t end, int64_t x, int64_t width) {
    width_ = width;
    const TapConv<T>& c = *plan_.conv;
    const bool in_place = plan_.access == Source::InPlace, gathered = plan_.access == Source::Gathered;
    const int64_t columns = gathered ? width : (width - 1) * c.step_w + plan_.span_w;
    // Source rows of one output row, and from one output row to the next.
    const int64_t height0 = gathered ? c.taps_h.count * c.taps_w.count : plan_.span_h;
    const int64_t step = gathered ? height0 : c.step_h;
    pixel_ = in_place ? c.source.w : plan_.pitch;
    row_ = in_place ? c.source.h : plan_.pitch * columns;
    const int64_t tiles_a_row = ceil_div(width, kMR);
    const int64_t most = larger(smaller(kBlockRows, kBlockTiles / tiles_a_row), 1);
    end = smaller(end, begin + most);
    const int64_t room = plan_.block_bytes / static_cast<int64_t>(sizeof(T));
    T* window = window_;
    int64_t done = begin, used = 0;
    count_ = 0;
    while (done < end) {
      const int64_t n = done / c.out_h, y = done % c.out_h;
      const int64_t left = (room - used) / larger(columns * pixel_, 1);  // source rows that still fit
      int64_t count = smaller(end - done, c.out_h - y);
      count = smaller(count, left < height0 ? 0 : (left - height0) / step + 1);
      if (count == 0) {
        if (count_ > 0) break;
        count = 1;
      }
      const int64_t height = (count - 1) * step + height0;
      const int64_t source_y = y * c.step_h + c.first_h, source_x = x * c.step_w + c.first_w;
      const T* source = window;
      if (in_place)
        source = c.source.data + n * c.source.n + source_y * c.source.h + source_x * c.source.w;
      else if (gathered)
        gather(n, source_y, source_x, count, width, window);
      else
        copy_window(window, plan_.pitch, c.source, n, source_y, source_x, height, columns);
      window += in_place ? 0 : height * row_;
      used += height * columns * pixel_;
      for (int64_t i = 0; i < count; ++i)
        rows_[count_++] = {source + i * step * row_, c.out + n * c.out_n + (y + i) * c.out_row + x * c.out_pixel,
                           reach(source_y + i * c.step_h)};
      done += count;
    }
    cut(width);
    expect(begin, done);
    return done;
  }

  // `weights` is the first of these panels; what comes next lies at `next`, or behind them.
  void run(int64_t first_panel, int64_t last_panel, const T* weights, const T* next = nullptr) {
    first_panel_ = first_panel;
    weights_ = weights;
    next_weights_ = next;
    if (plan_.tiles_outer) {
      for (int64_t i = 0; i < tiles_; ++i)
        for (int64_t p = first_panel; p < last_panel; ++p) run_tile(i, p, {0, plan_.segments});
    } else {
      for (int64_t p = first_panel; p < last_panel; ++p)
        for (int64_t s = 0; s < larger(plan_.segments, 1); s += plan_.part)
          for (int64_t i = 0; i < tiles_; ++i) run_tile(i, p, {s, smaller(plan_.segments, s + plan_.part)});
    }
    // what tiles leave of the epilogue: these panels' results are in the cache still
    if (fits_tiles(plan_.activation)) return;
    const int64_t begin = first_channel(plan_, first_panel), end = first_channel(plan_, last_panel);
    for (int64_t i = 0; i < count_; ++i)
      activate(plan_.activation, rows_[i].output + begin, plan_.conv->out_pixel, width_, end - begin);
  }

 private:
  // The next block's part of the image: as many rows as this one's. Where rows follow each other, it is one run.
  void expect(int64_t begin, int64_t end) {
    const TapConv<T>& c = *plan_.conv;
    const ImageView<T>& s = c.source;
    next_bytes_ = 0;
    if (plan_.access != Source::Window || s.c != 1 || s.h != s.w * s.width || s.n != s.h * s.height) return;
    const auto source_row = [&](int64_t row) {
      const int64_t y = row % c.out_h * c.step_h + c.first_h + plan_.span_h - 1;
      return row / c.out_h * s.height + larger(0, smaller(y, s.height));
    };
    const int64_t last = source_row(end), rows = smaller(last - source_row(begin), c.batch * s.height - last);
    next_ = reinterpret_cast<const char*>(s.data + last * s.h);
    next_bytes_ = larger(rows, 0) * s.h * static_cast<int64_t>(sizeof(T));
  }

  void gather(int64_t n, int64_t y, int64_t x, int64_t rows, int64_t width, T* window) const {
    const TapConv<T>& c = *plan_.conv;
    for (int64_t k = 0; k < rows; ++k)
      for (int64_t i = 0; i < c.taps_h.count; ++i)
        for (int64_t j = 0; j < c.taps_w.count; ++j, window += row_)
          copy_tap(window, plan_.pitch, c.source, n, y + k * c.step_h + i * c.space_h, x + j * c.space_w, c.step_w,
                   width);
  }

  // What an output row reads whose first tap row is source row y.
  Reach reach(int64_t y) const {
    const TapConv<T>& c = *plan_.conv;
    if (y >= 0 && y + plan_.span_h <= c.source.height) return {0, plan_.segments};
    const int64_t begin = smaller(ceil_div(larger(-y, 0), c.space_h), c.taps_h.count);
    const int64_t end = smaller(ceil_div(larger(c.source.height - y, 0), c.space_h), c.taps_h.count);
    const int64_t each = c.taps_h.count > 0 ? plan_.segments / c.taps_h.count : 0;
    return {begin * each, larger(begin, end) * each};
  }

  static Reach both(const Reach& a, const Reach& b) {
    return {smaller(a.begin, b.begin), larger(a.end, b.end)};
  }

  // Rows that read the same segments, next to each other: tiles of several rows leave out what all of them do.
  void group_rows() {
    for (int64_t first = 0; first < count_;) {
      const Reach reach = rows_[first].reach;
      for (int64_t i = first; i < count_; ++i) {
        if (rows_[i].reach.begin != reach.begin || rows_[i].reach.end != reach.end) continue;
        const Row<T> row = rows_[i];
        rows_[i] = rows_[first];
        rows_[first++] = row;
      }
    }
  }

  void cut(int64_t width) {
    const TapConv<T>& c = *plan_.conv;
    for (int64_t i = 0, s = 0; i < c.taps_h.count; ++i)
      for (int64_t j = 0; j < (plan_.joined || plan_.triples ? 1 : c.taps_w.count); ++j, ++s)
        segments_[s] = plan_.access == Source::Gathered ? s * row_ : i * c.space_h * row_ + j * c.space_w * pixel_;
    a_step_ = plan_.access == Source::Gathered ? pixel_ : c.step_w * pixel_;
    const int64_t a_step = a_step_;
    if (plan_.crossing || plan_.form != Form::Rows) group_rows();
    if (plan_.crossing) return cut_across(width);
    tiles_ = 0;
    if (plan_.form == Form::Gather) {
      int64_t n = 0;
      for (int64_t i = 0; i < count_; ++i)
        for (int64_t x = 0; x < width; ++x, ++n) {
          a_rows_[n] = rows_[i].source - rows_[0].source + x * a_step;
          c_rows_[n] = rows_[i].output - rows_[0].output + x * c.out_pixel;
        }
      const int64_t count = ceil_div(n, kMR);
      for (int64_t i = 0, pixel = 0, row = 0; i < count; ++i) {
        const int64_t next = n * (i + 1) / count;
        Reach reach = rows_[row].reach;
        for (; (row + 1) * width < next; ++row) reach = both(reach, rows_[row + 1].reach);
        places_[tiles_++] = {rows_[0].source, nullptr, rows_[0].output, nullptr, pixel, reach,
                             static_cast<int>(next - pixel), 0};
        pixel = next;
        if ((row + 1) * width == pixel) ++row;
      }
      return;
    }
    int64_t i = 0;
    if (plan_.form == Form::Pairs)
      for (; i + 1 < count_; i += 2) {
        const Row<T>&row = rows_[i], &next = rows_[i + 1];
        places_[tiles_++] = {row.source, next.source,                   row.output,                  next.output,
                             0,          both(row.reach, next.reach), static_cast<int>(2 * width), 0};
      }
    const int64_t count = ceil_div(width, kMR);
    for (; i < count_; ++i) {
      const Row<T>& row = rows_[i];
      for (int64_t k = 0; k < count; ++k) {
        const int64_t x = width * k / count, rows = width * (k + 1) / count - x, half = (rows + 1) / 2;
        places_[tiles_++] = {row.source + x * a_step,        row.source + (x + half) * a_step,
                             row.output + x * c.out_pixel, row.output + (x + half) * c.out_pixel,
                             0,                              row.reach,
                             static_cast<int>(rows),         0};
      }
    }
  }

  // Tiles of plan_.crossing pixels, row after row; the last is what is left.
  void cut_across(int64_t width) {
    const int64_t out_pixel = plan_.conv->out_pixel;
    tiles_ = 0;
    for (int64_t pixel = 0; pixel < count_ * width;) {
      const int64_t x = pixel % width;
      const int64_t rows = smaller(plan_.crossing, count_ * width - pixel), inside = smaller(rows, width - x);
      const Row<T>& row = rows_[pixel / width];
      const T* const a = row.source + x * a_step_;
      T* const c = row.output + x * out_pixel;
      const int64_t half = half_of(static_cast<int>(rows));
      if (inside == rows) {
        places_[tiles_++] = {a, a + half * a_step_,     c, c + half * out_pixel, 0, row.reach,
                             static_cast<int>(rows), 0};
      } else {
        const Row<T>& next = rows_[pixel / width + 1];
        places_[tiles_++] = {a, next.source, c, next.output, 0, both(row.reach, next.reach), static_cast<int>(rows),
                             static_cast<int>(inside)};
      }
      pixel += rows;
    }
  }

  // Segments [part.begin, part.end), as far as the tile reads them.
  void run_tile(int64_t index, int64_t panel, const Reach& part) const {
    const TapConv<T>& c = *plan_.conv;
    constexpr int L = kLanes<T>;
    const Place<T>& at = places_[index];
    const int64_t first = larger(part.begin, at.reach.begin), last = smaller(part.end, at.reach.end);
    const bool is_last = part.end == plan_.segments && (plan_.map || plan_.activation == Activation::Relu);
    if (first >= last && part.begin > 0 && !is_last) return;
    const int lanes = panel_lanes(plan_, panel);
    const int64_t group = panel / plan_.panels_per_group, inner = panel % plan_.panels_per_group * 2 * L;
    const int64_t a_offset = c.depthwise ? inner : group * c.depth, c_offset = group * c.lanes + inner;
    const int nv = lanes > L ? 2 : 1;
    ConvTile<T> t;
    t.a0 = at.a0 + a_offset;
    t.a1 = at.a1 ? at.a1 + a_offset : nullptr;
    t.a_row = a_step_;
    t.a_rows = a_rows_ + at.pixel;
    t.segments = segments_ + first;
    t.num_segments = larger(last - first, 0);
    t.length = plan_.length;
    t.b = weights_ + (panel - first_panel_) * plan_.panel_size +
          first * plan_.length * (plan_.triples ? 3 : 1) * nv * L;
    t.init = plan_.bias + panel * 2 * L;
    t.c0 = at.c0 + c_offset;
    t.c1 = at.c1 ? at.c1 + c_offset : nullptr;
    t.c_row = c.out_pixel;
    t.c_rows = c_rows_ + at.pixel;
    t.columns = lanes;
    t.from_output = part.begin > 0;
    t.map = nullptr;
    t.relu = false;
    if (is_last) set_epilogue(plan_, panel, t);
    t.streaming = plan_.streaming;
    look_ahead(at, t, panel, index, part);
    const ConvTileTable<T>& tiles = plan_.form == Form::Gather ? kConvTiles<T, ConvTileKind::Gather>
                                    : c.depthwise             ? kConvTiles<T, ConvTileKind::Depth>
                                    : plan_.triples           ? kConvTiles<T, ConvTileKind::Triples>
                                                              : kConvTiles<T, ConvTileKind::Rows>;
    (at.split ? crossing_tile<T>(at.rows, at.split, nv) : tiles.of[at.rows - 1][nv - 1])(t);
  }

  // What to fetch meanwhile. Panels outside: the next weights, a part of them with each tile. Tiles outside: what the
  // next block copies to its window, or (1x1 in place) the next tile's pixels, which are the next bytes.
  void look_ahead(const Place<T>& at, ConvTile<T>& t, int64_t panel, int64_t index, const Reach& part) const {
    constexpr int64_t kItem = sizeof(T), kFewSteps = 32;  // of which a tile is done before it is worked out
    t.ahead = nullptr;
    t.ahead_lines = 0;
    if (t.num_segments * t.length < kFewSteps) return;
    const int64_t segments = part.end - part.begin;
    const char* from = nullptr;
    int64_t bytes = 0, calls = 1, call = 0;
    if (!plan_.tiles_outer) {
      const int64_t row = (t.columns > kLanes<T> ? 2 : 1) * kVectorBytes;
      const T* const after = next_weights_ ? next_weights_ : weights_;
      bytes = segments * t.length * row;
      from = reinterpret_cast<const char*>(after + (panel - first_panel_) * plan_.panel_size) +
             (next_weights_ ? part.begin : part.end) * t.length * row;
      calls = tiles_;
      call = index;
    } else if (plan_.access == Source::InPlace) {
      const ptrdiff_t first = plan_.form == Form::Gather ? a_rows_[at.pixel] : 0;
      bytes = plan_.form == Form::Pairs ? 0 : at.rows * t.a_row * kItem;
      from = reinterpret_cast<const char*>(at.a0 + first) + bytes;
      calls = plan_.panels;
      call = panel;
    } else {
      bytes = next_bytes_;
      from = next_;
      calls = tiles_ * plan_.panels;
      call = index * plan_.panels + panel;
    }
    const int64_t lines = smaller(ceil_div(bytes, 64 * calls * segments), kMostAhead) * segments;
    const int64_t done = call * lines * 64;
    if (done >= bytes) return;
    t.ahead = from + done;
    t.ahead_lines = ceil_div(lines, t.num_segments);
  }

  const Plan<T>& plan_;
  T* window_;
  ptrdiff_t* segments_;
  ptrdiff_t* a_rows_;
  ptrdiff_t* c_rows_;
  Row<T>* rows_;
  Place<T>* places_;
  int64_t pixel_ = 0, row_ = 0, a_step_ = 0, count_ = 0, width_ = 0, tiles_ = 0;
  const char* next_ = nullptr;  // of the image, behind the block
  int64_t next_bytes_ = 0;
  int64_t first_panel_ = 0;
  const T* weights_ = nullptr;
  const T* next_weights_ = nullptr;
};

FG_INLINE int64_t piece_count(double cost) {
  double n = cost / kPieceCost;
  if (n > kPieces) n = kPieces;
  if (n < cost / kLargePiece) n = cost / kLargePiece;
  return larger(1, static_cast<int64_t>(n));
}

// make_plan's parts. How a piece gets at its source, and in what blocks.
template <class T>
void plan_source(Plan<T>& p) {
  constexpr int64_t kItem = sizeof(T), L = kLanes<T>;
  const TapConv<T>& c = *p.conv;
  const int64_t taps = c.taps_h.count * c.taps_w.count;
  p.span_h = c.taps_h.count > 0 ? (c.taps_h.count - 1) * c.space_h + 1 : 1;
  p.span_w = c.taps_w.count > 0 ? (c.taps_w.count - 1) * c.space_w + 1 : 1;

  // Pixels a multiple of 4 KB apart share one set of the L1 cache: a tile's rows would evict each other.
  const auto collides = [&](int64_t pixel) { return c.step_w * pixel * kItem % 4096 == 0; };
  const bool in_place = (c.source.c == 1 && !collides(c.source.w) && !(c.depthwise && c.lanes % L != 0) &&
                         inside(c.first_h, c.step_h, c.out_h, p.span_h, c.source.height) &&
                         inside(c.first_w, c.step_w, c.out_w, p.span_w, c.source.width)) ||
                        taps == 0;
  // From 1 KB on, half a line between pixels also pays for cutting a row's columns into segments: of pixels that begin
  // at the same place in a line, a tile's loads all come to the next lines in one step (8 x 8, 4 x 4 pixels: 3 to 5 %).
  p.pitch = c.source.channels + (c.step_w * c.source.channels * kItem % 1024 == 0 ? 32 / kItem : 0);
  const int64_t pixel = in_place ? c.source.w : p.pitch;

  // Columns: all, unless the source of a single output row is too large to stay in the cache.
  const int64_t weight_bytes = p.panels * p.panel_size * kItem;
  p.tiles_outer = weight_bytes <= kSmallWeights;
  p.block_bytes = p.tiles_outer ? kBlockBytes : kLargeBlockBytes;
  p.block_columns = smaller(c.out_w, (p.tiles_outer ? 16 : 32) * kMR);
  const double column_bytes = static_cast<double>(in_place ? c.step_h : p.span_h) *
                              static_cast<double>(c.step_w) * static_cast<double>(kItem * pixel);
  const double columns_fit = static_cast<double>(p.block_bytes) / (column_bytes + 1);
  const int64_t fit = static_cast<int64_t>(columns_fit) / kMR * kMR;
  if (p.block_columns > fit) p.block_columns = smaller(p.block_columns, larger(fit, 4 * kMR));
  p.column_blocks = ceil_div(c.out_w, p.block_columns);
  p.rows = c.batch * c.out_h;

  const int64_t columns = (p.block_columns - 1) * c.step_w + p.span_w;
  const bool spread = is_spread(p.span_h, columns, taps, p.block_columns, p.pitch);
  p.access = in_place ? Source::InPlace : spread ? Source::Gathered : Source::Window;
  // The window may overrun its budget by what a single row of tiles needs; vectors of channels read past its end.
  const int64_t row_size = p.pitch * (p.access == Source::Gathered ? taps * p.block_columns : p.span_h * columns);
  p.window_bytes = static_cast<size_t>(larger(p.block_bytes, in_place ? 0 : row_size * kItem) + 2 * kVectorBytes);
  // Depthwise in place: where columns are many enough for whole tiles, and few of them see past the image.
  p.inner_begin = ceil_div(larger(-c.first_w, 0), c.step_w);
  p.inner_end = smaller((c.source.width - p.span_w - c.first_w + c.step_w) / c.step_w, c.out_w);
  const int64_t inner = p.inner_end - p.inner_begin;
  p.depth_in_place = c.depthwise && taps > 0 && c.lanes % L == 0 && c.source.c == 1 &&
                     c.source.w >= c.source.channels && !collides(c.source.w) &&
                     reinterpret_cast<uintptr_t>(c.source.data) % kItem == 0 && inner > kMR / 2 &&
                     4 * (c.out_w - inner) <= c.out_w;
  if (p.depth_in_place) p.window_bytes = static_cast<size_t>(depth_zeros(c) * kItem);
}

// Which tiles, and what they reduce in one go.
template <class T>
void plan_tiles(Plan<T>& p) {
  constexpr int64_t kItem = sizeof(T), L = kLanes<T>;
  const TapConv<T>& c = *p.conv;
  const int64_t taps = c.taps_h.count * c.taps_w.count;
  const int64_t pixel = p.access == Source::InPlace ? c.source.w : p.pitch;
  p.form = c.out_w > kMR / 2 ? Form::Rows : c.out_w > kMR / 4 ? Form::Pairs : Form::Gather;
  if (c.depthwise && p.form == Form::Gather) p.form = kMR >= 2 * c.out_w ? Form::Pairs : Form::Rows;
  p.triples = p.access != Source::Gathered && !c.depthwise && p.form == Form::Rows && c.lanes <= L &&
              c.taps_w.count == 3 && c.space_w == 1 && c.step_w == 1;
  const int64_t rows_each = c.out_w / ceil_div(c.out_w, kMR);
  if (kCrossing && p.form == Form::Rows && !c.depthwise && !p.triples && p.column_blocks == 1)
    p.crossing = c.out_w == 8 ? 12 : c.out_w > kMR && c.out_w % 2 == 0 && rows_each < 12 ? kMR : 0;
  if (kGatherAll && !c.depthwise && !p.triples && taps * c.depth >= kGatherSteps) p.form = Form::Gather;
  p.joined = p.access != Source::Gathered && !c.depthwise && !p.triples && c.groups == 1 && c.space_w == 1 &&
             pixel == c.depth;
  p.segments = c.taps_h.count * (p.triples ? 1 : p.joined ? smaller(c.taps_w.count, 1) : c.taps_w.count);
  p.length = c.depth * (p.joined ? c.taps_w.count : 1);
  p.part = larger(p.segments, 1);
  if (p.panel_size * kItem > kPanelBytes) p.part = larger(kPanelBytes / (p.length * 2 * L * kItem), 1);
}

// Pieces: by pixels first, but enough of them in each for the weights it reads; then by channels, one a thread where
// there are no pixels to cut.
template <class T>
void plan_pieces(Plan<T>& p) {
  constexpr int64_t kItem = sizeof(T), L = kLanes<T>;
  const TapConv<T>& c = *p.conv;
  const int64_t taps = c.taps_h.count * c.taps_w.count;
  const int64_t outputs = p.rows * c.out_w * c.groups * c.lanes;
  const bool aligned = reinterpret_cast<uintptr_t>(c.out) % kVectorBytes == 0 && c.out_n * kItem % kVectorBytes == 0 &&
                       c.out_row * kItem % kVectorBytes == 0 && c.out_pixel * kItem % kVectorBytes == 0 &&
                       c.lanes % L == 0;
  const double flops = 2.0 * static_cast<double>(outputs) * static_cast<double>(taps * c.depth);
  const double inputs = static_cast<double>(c.batch * c.source.height * c.source.width * c.source.channels);
  const double bytes = kItem * (static_cast<double>(outputs) + inputs);
  p.streaming =
      bytes > static_cast<double>(kStreamTotalBytes) && aligned && p.part >= p.segments && fits_tiles(p.activation);
  const int64_t wanted = piece_count(flops > 16 * bytes ? flops : 16 * bytes);
  const int64_t by_pixels = larger(1, smaller(wanted, p.rows * c.out_w / ((p.tiles_outer ? 8 : 16) * kMR)));
  p.panel_ranges = larger(1, smaller(wanted / by_pixels, p.panels / 2));
  p.packs_own = by_pixels == 1;
  if (p.packs_own) {
    const int64_t threads = runtime::grain_divisor() > 1 ? wanted : runtime::usable_threads();
    p.panel_ranges = smaller(smaller(wanted, threads), p.panels);
  }
  p.grain = ceil_div(p.panel_ranges * p.column_blocks * p.rows, p.panel_ranges * by_pixels);
}

template <class T>
Plan<T> make_plan(const TapConv<T>& c, Activation activation) {
  constexpr int64_t L = kLanes<T>;
  Plan<T> p{};
  p.conv = &c;
  p.activation = activation;
  p.panels_per_group = ceil_div(c.lanes, 2 * L);
  p.panels = p.panels_per_group * c.groups;
  p.panel_size = c.taps_h.count * c.taps_w.count * c.depth * 2 * L;
  plan_source(p);
  plan_tiles(p);
  plan_pieces(p);
  return p;
}

// Where a range of the panels begins.
template <class T>
FG_INLINE int64_t first_panel(const Plan<T>& p, int64_t range) {
  return p.panels * range / p.panel_ranges;
}

// A convolution at work: what its tiles read, packed, and what a piece does.
template <class T>
class TapRun {
 public:
  TapRun(const TapConv<T>& c, const WeightView<T>& weights, int64_t group_stride, const Epilogue<T>& epilogue,
         const ConvPacking& packing)
      : plan_(make_plan(c, epilogue.activation)), weights_(weights), group_stride_(group_stride), epilogue_(epilogue),
        packing_(packing) {
    Plan<T>& p = plan_;
    map_size_ = epilogue.scale ? 3 * kMapRow<T> : 0;
    const int64_t weights_size = packing.data ? 0 : p.panels * p.panel_size;
    const size_t tap_rows_bytes = static_cast<size_t>(ceil_div(tap_rows_count(weights), 8) * 64);
    char* const memory = static_cast<char*>(runtime::scratch(
        Scratch::ConvWeights, tap_rows_bytes +
                                  static_cast<size_t>(p.panels * (2 * L + map_size_) + weights_size) * sizeof(T) +
                                  kVectorBytes));
    tap_rows_ = reinterpret_cast<int64_t*>(memory);
    list_tap_rows(weights, tap_rows_);
    bias_ = reinterpret_cast<T*>(memory + tap_rows_bytes);
    map_ = bias_ + p.panels * 2 * L;
    panels_ = packing.data ? static_cast<T*>(packing.data) : map_ + p.panels * map_size_;
    p.bias = bias_;
    p.map = map_size_ > 0 ? map_ : nullptr;
    p.weights = panels_;
  }

  void run() const {
    const Plan<T>& p = plan_;
    if (by_panels() || (p.packs_own && p.panel_ranges > 1))
      return for_pieces(p.panel_ranges, [&](int64_t range) { run_range(range); });
    for_ranges(p.panels, (int64_t{1} << 15) / larger(p.panel_size, 1), 1,
               [&](int64_t begin, int64_t end) { pack(begin, end); });
    for_ranges(p.panel_ranges * units(), p.grain, p.form == Form::Pairs ? 2 : 1,
               [&](int64_t begin, int64_t end) { compute(begin, end); });
  }

 private:
  static constexpr int64_t L = kLanes<T>;

  // A unit of a piece is (range of panels, column block, row); so many for each range.
  int64_t units() const { return plan_.column_blocks * plan_.rows; }

  // Large weights: where a block holds all pixels, each panel is packed just before it is used, to the place of the
  // last, which stays in the second cache.
  bool by_panels() const {
    const Plan<T>& p = plan_;
    return !packing_.data && p.packs_own && !p.tiles_outer && p.column_blocks == 1 && !p.streaming && !p.depth_in_place;
  }
  // Meanwhile the next panel is fetched from where it lies, if in one run.
  bool in_one_run() const {
    const TapConv<T>& c = *plan_.conv;
    const WeightView<T>& w = weights_;
    return w.w == 1 && w.h == c.taps_w.count && w.c == c.taps_h.count * w.h && w.lane == w.depth * w.c && c.groups == 1;
  }

  // Panel i of the weights, and its part of bias and map.
  void pack_panel(int64_t i, T* to) const {
    const Plan<T>& p = plan_;
    const int64_t group = i / p.panels_per_group, lane = i % p.panels_per_group * 2 * L;
    const int64_t channel = group * p.conv->lanes + lane;
    const int lanes = panel_lanes(p, i);
    const int64_t row = lanes > L ? 2 * L : L;
    WeightView<T> view = weights_;
    view.data += group * group_stride_;
    for (int64_t v = 0; v < row && !packing_.ready; v += L) pack_weight_vector(view, tap_rows_, lane + v, to + v, row);
    for (int64_t k = 0; k < 2 * L; ++k)
      bias_[i * 2 * L + k] = epilogue_.bias && k < lanes ? epilogue_.bias[channel + k] : T{0};
    if (map_size_ == 0) return;
    const T* const vectors[3] = {epilogue_.mean, epilogue_.scale, epilogue_.shift};
    for (int64_t k = 0; k < map_size_; ++k) {
      const int64_t j = k % kMapRow<T>;
      map_[i * map_size_ + k] = j < lanes ? vectors[k / kMapRow<T>][channel + j] : T{0};
    }
  }
  void pack(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; ++i) pack_panel(i, panels_ + i * plan_.panel_size);
  }

  // Units [begin, end).
  void compute(int64_t begin, int64_t end) const {
    const Plan<T>& p = plan_;
    const TapConv<T>& c = *p.conv;
    T* const window = static_cast<T*>(runtime::scratch(Scratch::ConvWindow, p.window_bytes));
    char* const lists = static_cast<char*>(runtime::scratch(Scratch::ConvLists, Block<T>::list_bytes(p)));
    Block<T> block(p, window, lists);
    DepthRow<T> depth(p, window, reinterpret_cast<ptrdiff_t*>(lists));
    if (p.depth_in_place) clear_elements(window, depth_zeros(c));
    while (begin < end) {
      const int64_t row = begin % p.rows, column = begin / p.rows % p.column_blocks;
      const int64_t range = begin / p.rows / p.column_blocks;
      const int64_t first = first_panel(p, range), last = first_panel(p, range + 1);
      const int64_t x = column * p.block_columns, width = smaller(p.block_columns, c.out_w - x);
      const int64_t stop = smaller(p.rows, row + end - begin);
      for (int64_t r = row; r < stop;) {
        if (p.depth_in_place) {
          depth.run(r / c.out_h, r % c.out_h, x, x + width, first, last);
          ++r;
          continue;
        }
        r = block.take(r, stop, x, width);
        block.run(first, last, panels_ + first * p.panel_size);
      }
      begin += stop - row;
    }
    if (p.streaming) streaming_fence();
  }

  // All pixels of a range of panels, which are packed here.
  void run_range(int64_t range) const {
    const Plan<T>& p = plan_;
    const int64_t first = first_panel(p, range), last = first_panel(p, range + 1);
    T* const place = panels_ + first * p.panel_size;
    int64_t done = 0;
    if (by_panels()) {
      Block<T> block(p, static_cast<T*>(runtime::scratch(Scratch::ConvWindow, p.window_bytes)),
                     static_cast<char*>(runtime::scratch(Scratch::ConvLists, Block<T>::list_bytes(p))));
      done = block.take(0, p.rows, 0, p.conv->out_w);
      if (done == p.rows) {
        const bool one_run = in_one_run();
        for (int64_t i = first; i < last; ++i) {
          pack_panel(i, place);
          block.run(i, i + 1, place, one_run && i + 1 < last ? weights_.data + (i + 1) * 2 * L * weights_.lane : place);
        }
        return;
      }
      pack(first, last);
      block.run(first, last, place);
    } else {
      pack(first, last);
    }
    if (done < units()) compute(range * units() + done, (range + 1) * units());
  }

  Plan<T> plan_;
  const WeightView<T>& weights_;
  const int64_t group_stride_;
  const Epilogue<T>& epilogue_;
  const ConvPacking& packing_;
  int64_t map_size_;
  // In scratch memory.
  int64_t* tap_rows_;
  T* bias_;
  T* map_;
  T* panels_;
};

template <class T>
void run_taps(const TapConv<T>& c, const WeightView<T>& weights, int64_t group_stride, const Epilogue<T>& epilogue,
              const ConvPacking& packing) {
  if (c.batch == 0 || c.out_h <= 0 || c.out_w <= 0 || c.lanes == 0) return;
  TapRun<T>(c, weights, group_stride, epilogue, packing).run();
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
