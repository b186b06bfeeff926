// A block of a convolution's work: output rows whose source is in the cache, cut into tiles.
#pragma once

#include "kernels/conv/depth.h"
#include "simd/integers.h"

namespace fastgrad::FG_LEVEL {
namespace {

constexpr int64_t kMostAhead = 64;  // cache lines fetched in one go; more would hold up the tile's own
constexpr int64_t kBlockRows = 256, kBlockTiles = 256;

// The segments that some output row reads: tap rows outside the image are left out, not multiplied by zeros. (Images of
// 7 rows save a tenth of their multiply-adds, those of 14, and of 28 with a dilation of 2, a twentieth.) With several
// tap planes it is these: volumes are less deep than high.
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
    // Source rows of one output row, and from one output row to the next: each with those of all tap planes beside it.
    const int64_t height0 = gathered ? c.taps() : plan_.span_h;
    const int64_t step = gathered ? height0 : c.step_h;
    const int64_t planes = gathered ? 1 : larger(c.taps_d.count, 1);
    pixel_ = in_place ? c.source.w : plan_.pitch;
    plane_ = in_place ? c.space_d * c.source.d : plan_.pitch * columns;
    row_ = in_place ? c.source.h : plan_.pitch * columns * planes;
    const int64_t tiles_a_row = ceil_div(width, kMR);
    const int64_t most = larger(smaller(kBlockRows, kBlockTiles / tiles_a_row), 1);
    end = smaller(end, begin + most);
    const int64_t room = plan_.block_bytes / static_cast<int64_t>(sizeof(T));
    T* window = window_;
    int64_t done = begin, used = 0;
    count_ = 0;
    while (done < end) {
      const int64_t plane = done / c.out_h, y = done % c.out_h;
      const int64_t left = (room - used) / larger(planes * columns * pixel_, 1);  // source rows that still fit
      int64_t count = smaller(end - done, c.out_h - y);
      count = smaller(count, left < height0 ? 0 : (left - height0) / step + 1);
      if (count == 0) {
        if (count_ > 0) break;
        count = 1;
      }
      const int64_t height = (count - 1) * step + height0;
      const int64_t source_y = y * c.step_h + c.first_h, source_x = x * c.step_w + c.first_w;
      const T* source = window;
      if (in_place) {
        source = c.plane(plane, 0) + source_y * c.source.h + source_x * c.source.w;
      } else if (gathered) {
        gather(plane, source_y, source_x, count, width, window);
      } else {
        for (int64_t k = 0; k < planes; ++k)
          copy_window(window + k * plane_, plan_.pitch, row_, c.source, c.plane(plane, k), source_y, source_x, height,
                      columns);
      }
      window += in_place ? 0 : height * row_;
      used += planes * height * columns * pixel_;
      const int64_t source_z = c.first_plane(plane);
      for (int64_t i = 0; i < count; ++i)
        rows_[count_++] = {source + i * step * row_, c.output(plane) + (y + i) * c.out_row + x * c.out_pixel,
                           reach(source_z, source_y + i * c.step_h)};
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
    if (plan_.access != Source::Window || c.out_d != 1 || s.depth != 1) return;
    if (s.c != 1 || s.h != s.w * s.width || s.n != s.h * s.height) return;
    const auto source_row = [&](int64_t row) {
      const int64_t y = row % c.out_h * c.step_h + c.first_h + plan_.span_h - 1;
      return row / c.out_h * s.height + larger(0, smaller(y, s.height));
    };
    const int64_t last = source_row(end), rows = smaller(last - source_row(begin), c.batch * s.height - last);
    next_ = reinterpret_cast<const char*>(s.data + last * s.h);
    next_bytes_ = larger(rows, 0) * s.h * static_cast<int64_t>(sizeof(T));
  }

  void gather(int64_t plane, int64_t y, int64_t x, int64_t rows, int64_t width, T* window) const {
    const TapConv<T>& c = *plan_.conv;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t k = 0; k < c.taps_d.count; ++k)
        for (int64_t i = 0; i < c.taps_h.count; ++i)
          for (int64_t j = 0; j < c.taps_w.count; ++j, window += row_)
            copy_tap(window, plan_.pitch, c.source, c.plane(plane, k), y + row * c.step_h + i * c.space_h,
                     x + j * c.space_w, c.step_w, width);
  }

  // What an output row reads whose first tap is in source plane z and row y.
  Reach reach(int64_t z, int64_t y) const {
    const TapConv<T>& c = *plan_.conv;
    if (c.taps_d.count > 1) return reach(z, plan_.span_d, c.space_d, c.taps_d.count, c.source.depth);
    return reach(y, plan_.span_h, c.space_h, c.taps_h.count, c.source.height);
  }
  Reach reach(int64_t first, int64_t span, int64_t space, int64_t taps, int64_t size) const {
    if (first >= 0 && first + span <= size) return {0, plan_.segments};
    const int64_t begin = smaller(ceil_div(larger(-first, 0), space), taps);
    const int64_t end = smaller(ceil_div(larger(size - first, 0), space), taps);
    const int64_t each = taps > 0 ? plan_.segments / taps : 0;
    return {begin * each, larger(begin, end) * each};
  }

  static Reach both(const Reach& a, const Reach& b) { return {smaller(a.begin, b.begin), larger(a.end, b.end)}; }

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
    const int64_t tap_columns = plan_.joined || plan_.triples ? 1 : c.taps_w.count;
    int64_t s = 0;
    for (int64_t k = 0; k < c.taps_d.count; ++k)
      for (int64_t i = 0; i < c.taps_h.count; ++i)
        for (int64_t j = 0; j < tap_columns; ++j, ++s)
          segments_[s] =
              plan_.access == Source::Gathered ? s * row_ : k * plane_ + i * c.space_h * row_ + j * c.space_w * pixel_;
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
        places_[tiles_++] = {
            rows_[0].source, nullptr, rows_[0].output, nullptr, pixel, reach, static_cast<int>(next - pixel), 0};
        pixel = next;
        if ((row + 1) * width == pixel) ++row;
      }
      return;
    }
    int64_t i = 0;
    if (plan_.form == Form::Pairs)
      for (; i + 1 < count_; i += 2) {
        const Row<T>&row = rows_[i], &next = rows_[i + 1];
        places_[tiles_++] = {row.source,
                             next.source,
                             row.output,
                             next.output,
                             0,
                             both(row.reach, next.reach),
                             static_cast<int>(2 * width),
                             0};
      }
    const int64_t count = ceil_div(width, kMR);
    for (; i < count_; ++i) {
      const Row<T>& row = rows_[i];
      for (int64_t k = 0; k < count; ++k) {
        const int64_t x = width * k / count, rows = width * (k + 1) / count - x, half = (rows + 1) / 2;
        places_[tiles_++] = {row.source + x * a_step,
                             row.source + (x + half) * a_step,
                             row.output + x * c.out_pixel,
                             row.output + (x + half) * c.out_pixel,
                             0,
                             row.reach,
                             static_cast<int>(rows),
                             0};
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
        places_[tiles_++] = {a, a + half * a_step_, c, c + half * out_pixel, 0, row.reach, static_cast<int>(rows), 0};
      } else {
        const Row<T>& next = rows_[pixel / width + 1];
        places_[tiles_++] = {a,
                             next.source,
                             c,
                             next.output,
                             0,
                             both(row.reach, next.reach),
                             static_cast<int>(rows),
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
    t.b =
        weights_ + (panel - first_panel_) * plan_.panel_size + first * plan_.length * (plan_.triples ? 3 : 1) * nv * L;
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
                                    : c.depthwise              ? kConvTiles<T, ConvTileKind::Depth>
                                    : plan_.triples            ? kConvTiles<T, ConvTileKind::Triples>
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
  int64_t pixel_ = 0, row_ = 0, plane_ = 0, a_step_ = 0, count_ = 0, width_ = 0, tiles_ = 0;
  const char* next_ = nullptr;  // of the image, behind the block
  int64_t next_bytes_ = 0;
  int64_t first_panel_ = 0;
  const T* weights_ = nullptr;
  const T* next_weights_ = nullptr;
};

}  // namespace
}  // namespace fastgrad::FG_LEVEL
