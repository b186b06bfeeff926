#include "ops/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "array/check.h"
#include "kernels/resample/resample.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/images.h"

namespace fastgrad::ops {
namespace {

// ---- tables of taps
//
// Where the samples lie and how they are weighed is PyTorch's aten/native/UpSample.h: pixels are areas, so that output o
// has its centre at (o + 1/2) * in / out, or, with align_corners, the corner pixels' centres stay where they are. The
// antialiased filters are Pillow's.

// Inputs per output.
double inputs_per_output(const ResampleAxisParams& p, int64_t in, bool align_corners) {
  if (align_corners) return p.size > 1 ? static_cast<double>(in - 1) / static_cast<double>(p.size - 1) : 0.0;
  return p.scale > 0 ? 1.0 / p.scale : static_cast<double>(in) / static_cast<double>(p.size);
}

// In float32 whatever the dtype, as PyTorch's gradients have it: where an input begins exactly at an output, it is
// rounding that chooses.
int64_t nearest_input(const ResampleAxisParams& p, int64_t in, int64_t o) {
  const float each =
      p.scale > 0 ? static_cast<float>(1.0 / p.scale) : static_cast<float>(in) / static_cast<float>(p.size);
  const float at = p.filter == Filter::Nearest
                       ? static_cast<float>(o) * each
                       : static_cast<float>((static_cast<double>(o) + 0.5) * static_cast<double>(each));
  return std::min(static_cast<int64_t>(std::floor(at)), in - 1);
}

// The cubic convolution of Keys (1981), at a distance from an input; a = -3/4 where PyTorch interpolates, -1/2 where
// Pillow smooths. In factors: the polynomials themselves cancel near 1 and 2.
double cubic(double distance, double a) {
  const double x = std::abs(distance);
  if (x < 1) return (1 - x) * ((1 - (a + 2) * x) * x + 1);
  if (x < 2) return a * (x - 1) * (2 - x) * (2 - x);
  return 0;
}
double sinc(double x) { return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }
double smooth_weight(Filter filter, double distance) {
  if (filter == Filter::SmoothLinear) return std::max(1 - std::abs(distance), 0.0);
  if (filter == Filter::SmoothCubic) return cubic(distance, -0.5);
  return std::abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0.0;
}
// How far a filter reaches to either side.
double reach(Filter filter) { return filter == Filter::SmoothLinear ? 1 : filter == Filter::SmoothCubic ? 2 : 3; }

// The taps of each output of an axis, in ascending order of their inputs. Inputs beyond the ends are the end's, and of
// weight zero nothing is read.
class Taps {
 public:
  Taps(int64_t in, int64_t out) : in_(in), out_(out), first_(1, 0) { first_.reserve(static_cast<size_t>(out) + 1); }

  static Taps of(const ResampleAxisParams& p, int64_t in, bool align_corners) {
    Taps t(in, p.size);
    const double each = inputs_per_output(p, in, align_corners);
    for (int64_t o = 0; o < p.size; ++o) {
      switch (p.filter) {
        case Filter::Identity: t.add(o, 1); break;
        case Filter::Nearest:
        case Filter::NearestExact: t.add(nearest_input(p, in, o), 1); break;
        case Filter::Linear: t.add_linear(o, align_corners, each); break;
        case Filter::Cubic: t.add_cubic(o, align_corners, each); break;
        default: t.add_smooth(p.filter, o, each);
      }
      t.first_.push_back(static_cast<int32_t>(t.index_.size()));
    }
    return t;
  }

  Taps transposed() const {
    Taps t(out_, in_);
    t.index_.resize(index_.size());
    t.weight_.resize(index_.size());
    std::vector<int32_t> next(static_cast<size_t>(in_) + 1, 0);
    for (const int32_t i : index_) ++next[i + 1];
    for (int64_t i = 0; i < in_; ++i) t.first_.push_back(next[i + 1] += next[i]);
    for (int64_t o = 0; o < out_; ++o)
      for (int32_t k = first_[o]; k < first_[o + 1]; ++k) {
        const int32_t to = next[index_[k]]++;
        t.index_[to] = static_cast<int32_t>(o);
        t.weight_[to] = weight_[k];
      }
    return t;
  }

  // Whether every output is the input at its place.
  bool is_identity() const {
    if (in_ != out_ || static_cast<int64_t>(index_.size()) != out_) return false;
    for (int64_t o = 0; o < out_; ++o)
      if (first_[o] != o || index_[o] != o || weight_[o] != 1) return false;
    return true;
  }

  template <class T>
  ResampleAxis<T> axis(std::vector<T>& weights) const {
    weights.assign(weight_.begin(), weight_.end());
    return {in_, out_, is_identity() ? nullptr : first_.data(), index_.data(), weights.data()};
  }

 private:
  void add(int64_t input, double weight) {
    const auto at = static_cast<int32_t>(std::clamp<int64_t>(input, 0, in_ - 1));
    if (weight == 0) return;
    if (static_cast<int64_t>(index_.size()) > first_.back() && index_.back() == at) {
      weight_.back() += weight;
      return;
    }
    index_.push_back(at);
    weight_.push_back(weight);
  }
  void add_linear(int64_t o, bool align_corners, double each) {
    if (in_ == out_) return add(o, 1);
    const double at =
        align_corners ? each * static_cast<double>(o) : std::max(each * (static_cast<double>(o) + 0.5) - 0.5, 0.0);
    const int64_t low = std::min(static_cast<int64_t>(std::floor(at)), in_ - 1);
    const double part = std::clamp(at - static_cast<double>(low), 0.0, 1.0);
    add(low, 1 - part);
    add(low + 1, part);
  }
  void add_cubic(int64_t o, bool align_corners, double each) {
    const double at = align_corners ? each * static_cast<double>(o) : each * (static_cast<double>(o) + 0.5) - 0.5;
    const int64_t low = std::min(static_cast<int64_t>(std::floor(at)), in_ - 1);
    const double part = std::clamp(at - static_cast<double>(low), 0.0, 1.0);
    for (int64_t k = -1; k <= 2; ++k) add(low + k, cubic(part - static_cast<double>(k), -0.75));
  }
  void add_smooth(Filter filter, int64_t o, double each) {
    if (in_ == out_) return add(o, 1);
    const double centre = each * (static_cast<double>(o) + 0.5), width = std::max(each, 1.0);
    const double half = reach(filter) * width;
    const int64_t low = std::max<int64_t>(static_cast<int64_t>(centre - half + 0.5), 0);
    const int64_t high = std::min(static_cast<int64_t>(centre + half + 0.5), in_);
    double total = 0;
    for (int64_t i = low; i < high; ++i)
      total += smooth_weight(filter, (static_cast<double>(i) - centre + 0.5) / width);
    for (int64_t i = low; i < high; ++i)
      add(i, smooth_weight(filter, (static_cast<double>(i) - centre + 0.5) / width) / (total != 0 ? total : 1));
  }

  int64_t in_, out_;
  std::vector<int32_t> first_, index_;
  std::vector<double> weight_;
};

// ----

void check_sizes(const ResampleParams& p, int64_t in_h, int64_t in_w, const char* op) {
  constexpr int64_t most = int64_t{1} << 28;  // taps are counted in int32
  for (const int64_t n : {in_h, in_w, p.rows.size, p.columns.size})
    if (n < 1 || n > most)
      value_error(std::string(op) + ": sizes must be positive and at most 2**28, got an input of " +
                  std::to_string(in_h) + " x " + std::to_string(in_w) + " and an output of " +
                  std::to_string(p.rows.size) + " x " + std::to_string(p.columns.size));
}

Array resample(const Array& x, const Taps& rows, const Taps& columns, int64_t out_h, int64_t out_w, bool last) {
  // the pixels of a row, or their channels, are neighbours
  const bool near =
      last ? x.stride(1) == 1 && (x.stride(3) == x.shape(1) || x.shape(3) <= 1) : x.stride(3) == 1 || x.shape(3) <= 1;
  const Array from = near ? x : dense_images(x, last);
  Array out = empty_images(x.shape(0), x.shape(1), out_h, out_w, x.dtype(), last);
  if (out.size() == 0) return out;
  ResampleShape s = {from.shape(0), from.shape(1), 1, from.stride(0), from.stride(1), from.stride(2)};
  if (last) s = {1, from.shape(0), from.shape(1), 0, from.stride(0), from.stride(2)};
  visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    std::vector<T> row_weights, column_weights;
    const ResampleAxis<T> r = rows.axis(row_weights), c = columns.axis(column_weights);
    if (r.first == nullptr && c.first == nullptr) copy_into(out, from);
    else kernels().resample->axes->of<T>().resample(s, r, c, from.data<T>(), out.data<T>());
  });
  return out;
}

PlacesShape check_places(const Array& pixels, int64_t in, const Array& weight, const Array& index, const char* op) {
  const Dims wanted{pixels.shape(0), weight.shape(1), weight.shape(2)};
  if (!(weight.shape() == wanted) || !(index.shape() == wanted) || index.dtype() != DType::I32)
    value_error(std::string(op) + ": weights of shape " + to_string(weight.shape()) + " and indices of shape " +
                to_string(index.shape()) + " and " + name(index.dtype()) + " do not fit " +
                std::to_string(pixels.shape(0)) + " images");
  const int32_t* const at = index.data<int32_t>();
  if (std::any_of(at, at + index.size(), [&](int32_t i) { return i >= in; }))
    index_error(std::string(op) + ": an index is out of bounds for " + std::to_string(in) + " pixels");
  return {pixels.shape(0), pixels.shape(1), in, weight.shape(1), weight.shape(2)};
}

}  // namespace

Array resample2d(const Array& x, const ResampleParams& p) {
  constexpr const char* op = "interpolate";
  check_images(x, op);
  check_sizes(p, x.shape(2), x.shape(3), op);
  return resample(x, Taps::of(p.rows, x.shape(2), p.align_corners), Taps::of(p.columns, x.shape(3), p.align_corners),
                  p.rows.size, p.columns.size, works_channels_last(x));
}

Array resample2d_backward(const Array& grad, const ResampleParams& p, int64_t in_h, int64_t in_w, bool channels_last) {
  constexpr const char* op = "interpolate_backward";
  check_images(grad, op, "gradient");
  check_sizes(p, in_h, in_w, op);
  if (grad.shape(2) != p.rows.size || grad.shape(3) != p.columns.size)
    value_error(std::string(op) + ": gradient of shape " + to_string(grad.shape()) +
                " does not fit an output of height " + std::to_string(p.rows.size) + " and width " +
                std::to_string(p.columns.size));
  return resample(grad, Taps::of(p.rows, in_h, p.align_corners).transposed(),
                  Taps::of(p.columns, in_w, p.align_corners).transposed(), in_h, in_w,
                  grad.shape(1) > 1 && (channels_last || works_channels_last(grad)));
}

Array nearest_inputs(const ResampleAxisParams& p, int64_t in) {
  if (in < 1 || p.size < 1)
    value_error("interpolate: sizes must be positive, got input size " + std::to_string(in) + " and output size " +
                std::to_string(p.size));
  Array out = Array::empty({p.size}, DType::I64);
  for (int64_t o = 0; o < p.size; ++o) out.data<int64_t>()[o] = nearest_input(p, in, o);
  return out;
}

GridPlaces grid_places(const Array& given, const Dims& sizes, PlaceMode mode, PlaceBeyond beyond, bool align_corners) {
  const Array grid = contiguous(given);
  GridShape s{grid.shape(0), grid.shape(1), sizes.size(), 1, {}, mode, beyond, align_corners};
  int64_t pixels = 1;
  for (int a = 0; a < sizes.size(); ++a) {
    s.taps *= mode == PlaceMode::Linear ? 2 : mode == PlaceMode::Nearest ? 1 : 4;
    s.size[a] = sizes[sizes.size() - 1 - a];  // of the grid; the image's axes are in the other order
    pixels *= sizes[a];
  }
  if (pixels > INT32_MAX)
    value_error("grid_sample: an image must have less than 2**31 pixels, got " + to_string(sizes));
  GridPlaces found{Array::empty({s.n, s.taps, s.places}, DType::I32),
                   Array::empty({s.n, s.axes, s.places}, grid.dtype()),
                   Array::empty({s.n, s.axes, s.places}, grid.dtype())};
  visit<ComputingFloats>(grid.dtype(), [&]<class T>() {
    kernels().resample->places->of<T>().locate(s, grid.data<T>(), found.index.data<int32_t>(), found.part.data<T>(),
                                               found.slope.data<T>());
  });
  return found;
}

Array sample_places(const Array& x, const Array& weight, const Array& index) {
  const Array pixels = contiguous(x), w = contiguous(weight), at = contiguous(index);
  const PlacesShape s = check_places(pixels, x.shape(2), w, at, "grid_sample");
  Array out = Array::empty({s.n, s.c, s.out}, x.dtype());
  visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    kernels().resample->places->of<T>().gather(s, at.data<int32_t>(), w.data<T>(), pixels.data<T>(), out.data<T>());
  });
  return out;
}

Array sample_places_scatter(const Array& grad, const Array& weight, const Array& index, int64_t pixels) {
  const Array g = contiguous(grad), w = contiguous(weight), at = contiguous(index);
  const PlacesShape s = check_places(g, pixels, w, at, "grid_sample");
  Array out = Array::empty({s.n, s.c, pixels}, grad.dtype());
  visit<ComputingFloats>(g.dtype(), [&]<class T>() {
    kernels().resample->places->of<T>().scatter(s, at.data<int32_t>(), w.data<T>(), g.data<T>(), out.data<T>());
  });
  return out;
}

Array sample_places_match(const Array& grad, const Array& x, const Array& index) {
  const Array g = contiguous(grad), pixels = contiguous(x), at = contiguous(index);
  Array out = Array::empty(at.shape(), grad.dtype());
  const PlacesShape s = check_places(pixels, x.shape(2), out, at, "grid_sample");
  visit<ComputingFloats>(g.dtype(), [&]<class T>() {
    kernels().resample->places->of<T>().match(s, at.data<int32_t>(), g.data<T>(), pixels.data<T>(), out.data<T>());
  });
  return out;
}

}  // namespace fastgrad::ops
