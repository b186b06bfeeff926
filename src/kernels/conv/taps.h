// The convolution that forward and input gradient have in common, a TapConv: every output pixel (z, y, x) sums, over tap
// planes k, tap rows i and tap columns j,
//     source[z * step_d + first_d + k * space_d, y * step_h + first_h + i * space_h, x * step_w + first_w + j * space_w]
//         . weights[k, i, j]
// with zeros outside the source.
//
// No im2col (cf. Zhang, Franchetti, Low, "High Performance Zero-Memory Overhead Direct Convolutions", ICML 2018).
// Source rows are copied, padded, to scratch memory, or read in place where there is nothing to pad. With channels
// last, (tap column, channel) is one contiguous run of the reduction; the tile kernel loops over tap rows. Of a volume,
// the rows of all the planes that an output plane reads are copied side by side: what is behind needs to know one offset
// more, and a piece has planes to itself. Outputs are walked as rows of all planes of all images together; a piece is a
// range of (range of panels, column block, row).
#pragma once

#include "kernels/conv/block.h"
#include "simd/integers.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int64_t kBlockBytes = 256 << 10;  // source rows in scratch, with room for weights in a 1 to 2 MB L2
// Where weights come from L3 anyway: read them less often. The source may come from L3 as well: a tile reads it once
// for a whole panel of weights, which are many times more.
constexpr int64_t kLargeBlockBytes = 1280 << 10;
constexpr int64_t kSmallWeights = 1024 << 10;  // all weights stay in L2: end a tile's channels before the next
constexpr int64_t kPanelBytes = 768 << 10;     // a panel of weights longer than this is worked off in parts
// With 16 registers, tiles of any pixels wherever they lie (micro.h says why); not for first layers, whose few
// steps do not pay for looking up the addresses.
constexpr bool kGatherAll = kMR <= 6;
constexpr int64_t kGatherSteps = 128;
// A piece costs at least kPieceCost (multiply-adds count 2, bytes moved 16). Beyond kPieces they grow up to
// kLargePiece: every piece copies the rows around its own.
constexpr double kPieceCost = 1e6, kPieces = 32, kLargePiece = 3e7;

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
  const int64_t taps = c.taps(), planes = larger(c.taps_d.count, 1);
  p.span_d = c.taps_d.count > 0 ? (c.taps_d.count - 1) * c.space_d + 1 : 1;
  p.span_h = c.taps_h.count > 0 ? (c.taps_h.count - 1) * c.space_h + 1 : 1;
  p.span_w = c.taps_w.count > 0 ? (c.taps_w.count - 1) * c.space_w + 1 : 1;

  // Pixels a multiple of 4 KB apart share one set of the L1 cache: a tile's rows would evict each other.
  const auto collides = [&](int64_t pixel) { return c.step_w * pixel * kItem % 4096 == 0; };
  const bool depth_inside = inside(c.first_d, c.step_d, c.out_d, p.span_d, c.source.depth);
  const bool in_place = (c.source.c == 1 && !collides(c.source.w) && !(c.depthwise && c.lanes % L != 0) &&
                         depth_inside && inside(c.first_h, c.step_h, c.out_h, p.span_h, c.source.height) &&
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
  const double column_bytes = static_cast<double>(in_place ? c.step_h : p.span_h * planes) *
                              static_cast<double>(c.step_w) * static_cast<double>(kItem * pixel);
  const double columns_fit = static_cast<double>(p.block_bytes) / (column_bytes + 1);
  const int64_t fit = static_cast<int64_t>(columns_fit) / kMR * kMR;
  if (p.block_columns > fit) p.block_columns = smaller(p.block_columns, larger(fit, 4 * kMR));
  p.column_blocks = ceil_div(c.out_w, p.block_columns);
  p.rows = c.planes() * c.out_h;

  const int64_t columns = (p.block_columns - 1) * c.step_w + p.span_w;
  const bool spread = is_spread(p.span_h * planes, columns, taps, p.block_columns, p.pitch);
  p.access = in_place ? Source::InPlace : spread ? Source::Gathered : Source::Window;
  // The window may overrun its budget by what a single row of tiles needs; vectors of channels read past its end.
  const int64_t row_size =
      p.pitch * (p.access == Source::Gathered ? taps * p.block_columns : planes * p.span_h * columns);
  p.window_bytes = static_cast<size_t>(larger(p.block_bytes, in_place ? 0 : row_size * kItem) + 2 * kVectorBytes);
  // Depthwise in place: where columns are many enough for whole tiles, and few of them see past the image.
  p.inner_begin = ceil_div(larger(-c.first_w, 0), c.step_w);
  p.inner_end = smaller((c.source.width - p.span_w - c.first_w + c.step_w) / c.step_w, c.out_w);
  const int64_t inner = p.inner_end - p.inner_begin;
  p.depth_in_place = c.depthwise && taps > 0 && planes == 1 && depth_inside && c.lanes % L == 0 && c.source.c == 1 &&
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
  const int64_t taps = c.taps();
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
  p.segments = c.taps_d.count * c.taps_h.count *
               (p.triples  ? 1
                : p.joined ? smaller(c.taps_w.count, 1)
                           : c.taps_w.count);
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
  const int64_t taps = c.taps();
  const int64_t outputs = p.rows * c.out_w * c.groups * c.lanes;
  const bool aligned = reinterpret_cast<uintptr_t>(c.out) % kVectorBytes == 0 && c.out_n * kItem % kVectorBytes == 0 &&
                       c.out_plane * kItem % kVectorBytes == 0 && c.out_row * kItem % kVectorBytes == 0 &&
                       c.out_pixel * kItem % kVectorBytes == 0 && c.lanes % L == 0;
  const double flops = 2.0 * static_cast<double>(outputs) * static_cast<double>(taps * c.depth);
  const double inputs =
      static_cast<double>(c.batch * c.source.depth * c.source.height * c.source.width * c.source.channels);
  const double bytes = kItem * (static_cast<double>(outputs) + inputs);
  p.streaming =
      bytes > static_cast<double>(kStreamTotalBytes) && aligned && p.part >= p.segments && fits_tiles(p.activation);
  const int64_t wanted = piece_count(flops > 16 * bytes ? flops : 16 * bytes);
  const int64_t by_pixels = larger(1, smaller(wanted, p.rows * c.out_w / ((p.tiles_outer ? 8 : 16) * kMR)));
  p.panel_ranges = larger(1, smaller(wanted / by_pixels, p.panels / 2));
  p.packs_own = by_pixels == 1;
  if (p.packs_own) {
    const int64_t threads = wanted == 1 || runtime::grain_divisor() > 1 ? wanted : runtime::usable_threads();
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
  p.panel_size = c.taps() * c.depth * 2 * L;
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
    return w.w == 1 && w.h == c.taps_w.count && w.d == c.taps_h.count * w.h && w.c == c.taps_d.count * w.d &&
           w.lane == w.depth * w.c && c.groups == 1;
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
  if (c.batch == 0 || c.out_d <= 0 || c.out_h <= 0 || c.out_w <= 0 || c.lanes == 0) return;
  TapRun<T>(c, weights, group_stride, epilogue, packing).run();
}

}  // namespace
}  // namespace fastgrad::FG_LEVEL
