#include "ops/normalization.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/normalization/normalization.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {
namespace {

template <class T>
const BatchNormFunctions<T>& batch_functions() {
  return kernels().norm->batch->of<T>();
}
template <class T>
const BatchNormPoolFunctions<T>& pool_functions() {
  return kernels().norm->batch_pool->of<T>();
}
template <class T>
const LayerNormFunctions<T>& layer_functions() {
  return kernels().norm->layer->of<T>();
}

void check_batch_input(const Array& x, const char* op) {
  if (x.ndim() < 2)
    value_error(std::string(op) + ": input must have at least 2 axes (N, C, ...), got shape " + to_string(x.shape()));
  check_float(x, op);
}

// Where given: this shape and the input's dtype.
void check_parameter(const Array& p, const char* what, const Dims& shape, const Dims& input, DType dtype,
                     const char* op) {
  if (!p.defined()) return;
  if (!(p.shape() == shape))
    value_error(std::string(op) + ": " + what + " must have shape " + to_string(shape) + " for input of shape " +
                to_string(input) + ", got " + to_string(p.shape()));
  if (p.dtype() != dtype)
    type_error(std::string(op) + ": " + what + " must have the input's dtype " + name(dtype) + ", got " +
               name(p.dtype()));
}
void check_parameter(const Array& p, const char* what, const Dims& shape, const Array& x, const char* op) {
  check_parameter(p, what, shape, x.shape(), x.dtype(), op);
}

void check_eps(double eps, const char* op) {
  if (!(eps >= 0)) value_error(std::string(op) + ": eps must not be negative, got " + std::to_string(eps));
}

template <class T>
double element(const Array& vector, int64_t i) {
  return static_cast<double>(vector.data<T>()[i * vector.stride(0)]);
}
// The elements of a vector, or `fill` where there is none.
template <class T>
std::vector<double> values(const Array& a, int64_t n, double fill) {
  std::vector<double> v(static_cast<size_t>(n), fill);
  if (a.defined())
    for (int64_t i = 0; i < n; ++i) v[i] = element<T>(a, i);
  return v;
}

template <class T>
std::vector<T> rounded(const std::vector<double>& v) {
  return std::vector<T>(v.begin(), v.end());
}

// ---- batch norm

// (N, C, ...) as (N, ..., C).
Array channels_inside(const Array& x) {
  Dims axes;
  for (int i = 0; i < x.ndim(); ++i)
    if (i != 1) axes.push_back(i);
  axes.push_back(1);
  return x.permute(axes);
}

// One of the two layouts that the kernels take; copies x where it has neither.
struct Images {
  Array x;
  BatchNormShape shape;
};
Images images(const Array& x) {
  BatchNormShape s{x.shape(0), x.shape(1), 1, false};
  for (int i = 2; i < x.ndim(); ++i) s.spatial *= x.shape(i);
  s.channels_last = s.spatial == 1 || (!x.is_contiguous() && channels_inside(x).is_contiguous());
  if (s.channels_last && channels_inside(x).is_contiguous()) return {x, s};
  return {contiguous(x), s};
}

Array empty_as(const Images& like) {
  return Array::empty_with_layout(like.x.shape(), like.x.dtype(), like.x.strides());
}

// a, of as many axes, in the memory order of `like`.
Array in_layout(const Array& a, const Images& like) {
  const bool same = like.shape.channels_last ? channels_inside(a).is_contiguous() : a.is_contiguous();
  if (same) return a;
  Array copy = Array::empty_with_layout(a.shape(), a.dtype(), like.x.strides());
  copy_into(copy, a);
  return copy;
}

template <class T>
Array channel_array(const std::vector<double>& v, DType dtype) {
  Array a = Array::empty({static_cast<int64_t>(v.size())}, dtype);
  for (size_t i = 0; i < v.size(); ++i) a.data<T>()[i] = static_cast<T>(v[i]);
  return a;
}

// The rows of the statistics that batch_norm returns.
enum Row { kMean, kRstd, kScale, kShift, kFactor, kRows };

template <class T>
const T* row(const Array& statistics, Row i) {
  return statistics.data<T>() + i * statistics.shape(1);
}
template <class T>
Epilogue<T> map_of(const Array& statistics, Activation activation) {
  return {nullptr, row<T>(statistics, kMean), row<T>(statistics, kScale), row<T>(statistics, kShift), activation};
}

BatchNormWindows windows_of(const Array& x, const BatchNormParams& p) {
  const int64_t kh = p.kernel[0], kw = p.kernel[1];
  return {x.shape(2), x.shape(3), kh, kw, x.shape(2) / kh, x.shape(3) / kw};
}
Dims pooled_shape(const Array& x, const BatchNormParams& p) {
  const BatchNormWindows w = windows_of(x, p);
  return {x.shape(0), x.shape(1), w.oh, w.ow};
}
void check_pool(const Array& x, const BatchNormParams& p, const char* op) {
  if (p.pool && !(p.activation == Activation::Relu && batch_norm_pools(x, p.kernel[0], p.kernel[1])))
    value_error(std::string(op) + ": cannot pool input of shape " + to_string(x.shape()) + " over windows of (" +
                std::to_string(p.kernel[0]) + ", " + std::to_string(p.kernel[1]) + ") elements in the same pass");
}

void check_arrays(const BatchNormArrays& a, const Dims& input, DType dtype, const char* op) {
  const Dims channels{input[1]};
  check_parameter(a.weight, "weight", channels, input, dtype, op);
  check_parameter(a.bias, "bias", channels, input, dtype, op);
  check_parameter(a.running_mean, "running_mean", channels, input, dtype, op);
  check_parameter(a.running_var, "running_var", channels, input, dtype, op);
}

// Channels [first, last). mean, variance and factor: of a channel, by its number.
template <class T, class Mean, class Variance, class Factor>
void put_statistics(Array& a, int64_t first, int64_t last, const BatchNormArrays& arrays, double eps, const Mean& mean,
                    const Variance& variance, const Factor& factor) {
  const Array &weight = arrays.weight, &bias = arrays.bias;
  const int64_t channels = a.shape(1);
  T* p = a.data<T>();
  for (int64_t i = first; i < last; ++i) {
    const double f = factor(i), rstd = 1 / std::sqrt(variance(i) + eps * f * f);
    p[kMean * channels + i] = static_cast<T>(mean(i));
    p[kRstd * channels + i] = static_cast<T>(rstd);
    p[kScale * channels + i] = static_cast<T>(weight.defined() ? element<T>(weight, i) * rstd : rstd);
    p[kShift * channels + i] = static_cast<T>(bias.defined() ? element<T>(bias, i) : 0);
    p[kFactor * channels + i] = static_cast<T>(f);
  }
}
template <class T, class Mean, class Variance, class Factor>
Array statistics_array(int64_t channels, DType dtype, const BatchNormArrays& arrays, double eps, const Mean& mean,
                       const Variance& variance, const Factor& factor) {
  Array a = Array::empty({kRows, channels}, dtype);
  put_statistics<T>(a, 0, channels, arrays, eps, mean, variance, factor);
  return a;
}
template <class T>
Array running_statistics(int64_t channels, DType dtype, const BatchNormArrays& a, double eps, const char* op) {
  if (!a.running_mean.defined() || !a.running_var.defined())
    value_error(std::string(op) + ": without training it needs running_mean and running_var");
  return statistics_array<T>(
      channels, dtype, a, eps, [&](int64_t i) { return element<T>(a.running_mean, i); },
      [&](int64_t i) { return element<T>(a.running_var, i); }, [](int64_t) { return 1.0; });
}

template <class T>
bool scales(const T* factor, int64_t channels) {
  return std::any_of(factor, factor + channels, [](T f) { return f != 1; });
}
// x times a factor for each channel.
template <class T>
Images times(const Images& in, const T* factor) {
  if (!scales(factor, in.shape.c)) return in;
  Array factors = Array::empty({in.shape.c}, in.x.dtype());
  std::copy_n(factor, in.shape.c, factors.data<T>());
  Dims shape(in.x.ndim(), 1), strides(in.x.ndim(), 0);
  shape[1] = in.shape.c;
  strides[1] = 1;
  return {binary(BinaryOp::Multiply, in.x, factors.view(shape, strides)), in.shape};
}
// x as the statistics are of it.
template <class T>
Images measured(const Images& in, const Array& statistics) {
  return times(in, row<T>(statistics, kFactor));
}

// Of each channel of x times its factor: `in`.
struct Moments {
  Images in;
  std::vector<double> mean, variance, factor;
};
// f(shape, first channel) of all channels at once, or of runs of them where they are all that there is to cut.
template <class T, class F>
void over_channels(const BatchNormShape& s, const F& f) {
  constexpr int64_t kPieceElements = 16 << 10;
  if (s.n > 1 || s.channels_last) return f(s, int64_t{0});
  runtime::parallel_for(s.c, std::max<int64_t>(1, kPieceElements / std::max<int64_t>(1, s.spatial)),
                        [&](int64_t from, int64_t to) { f(BatchNormShape{1, to - from, s.spatial, false}, from); });
}
template <class T>
void measure(Moments& m) {
  if (m.in.x.size() == 0) return;
  over_channels<T>(m.in.shape, [&](const BatchNormShape& s, int64_t c) {
    batch_functions<T>().statistics(s, m.in.x.template data<T>() + c * s.spatial, m.mean.data() + c,
                                    m.variance.data() + c);
  });
}
// A variance plus eps that takes no scaling.
template <class T>
bool is_usual(double size) {
  constexpr double most = sizeof(T) == 4 ? 0x1p100 : 0x1p500;
  return size >= 1 / most && size <= most;
}
// Channels whose squares overflow, or are so small that bits are lost that show beside eps, are scaled by a power of 2.
// So are those for which the coefficients of backward, of the size of 1 / variance, would come near the ends.
template <class T>
Moments moments(const Images& in, double eps) {
  const size_t channels = static_cast<size_t>(in.shape.c);
  Moments m{in, std::vector<double>(channels), std::vector<double>(channels), std::vector<double>(channels, 1)};
  measure<T>(m);
  Array scales;
  for (size_t i = 0; i < channels; ++i) {
    if (is_usual<T>(m.variance[i] + eps)) continue;
    if (!scales.defined()) {
      Dims others;
      for (int axis = 0; axis < in.x.ndim(); ++axis)
        if (axis != 1) others.push_back(axis);
      scales = scale_of(in.x, others, std::sqrt(eps));
    }
    m.factor[i] = static_cast<double>(scales.data<T>()[static_cast<int64_t>(i) * scales.stride(1)]);
  }
  if (!scales.defined()) return m;
  m.in = times(in, rounded<T>(m.factor).data());
  measure<T>(m);
  return m;
}

template <class T>
BatchNormResult normalize(const Images& in, const Array& statistics, const BatchNormParams& p) {
  const Epilogue<T> map = map_of<T>(statistics, p.activation);
  BatchNormResult r{Array(), statistics, Array()};
  if (!p.pool) {
    r.out = empty_as(in);
    if (r.out.size() > 0) batch_functions<T>().normalize(in.shape, in.x.data<T>(), map, r.out.data<T>());
    return r;
  }
  r.out = Array::empty_with_layout(pooled_shape(in.x, p), in.x.dtype(), in.x.strides());
  r.indices = Array::empty_like(r.out, DType::U8);
  if (r.out.size() > 0)
    pool_functions<T>().normalize(in.shape, windows_of(in.x, p), in.x.data<T>(), map, r.out.data<T>(),
                                  r.indices.data<uint8_t>());
  return r;
}

template <class T>
void move_running(const Array& running, double momentum, const auto& batch) {
  T* p = running.data<T>();
  const int64_t step = running.stride(0);
  for (int64_t i = 0; i < running.size(); ++i) {
    T& r = p[i * step];
    r = static_cast<T>((1 - momentum) * static_cast<double>(r) + momentum * batch(static_cast<size_t>(i)));
  }
  ++running.storage()->version;
}

void check_running(const BatchNormArrays& arrays, const char* op) {
  for (const Array* r : {&arrays.running_mean, &arrays.running_var})
    if (r->defined() && (!r->writable() || r->has_overlap()))
      value_error(std::string(op) + ": running statistics must be writable");
}

// ---- group norm

// The groups of an input (N, C, ...), whose channels lie in rows of pixels or last.
struct Groups {
  Images in;
  int64_t groups, each;  // of a sample; channels of a group
  int64_t count() const { return in.shape.n * groups; }
  int64_t size() const { return each * in.shape.spatial; }
};
Groups split_groups(const Array& x, int64_t groups) {
  Groups s{images(x), groups, x.shape(1) / groups};
  s.in.shape.channels_last = !s.in.x.is_contiguous();
  return s;
}
// All groups as channels of one sample, where channels do not lie last.
Images as_channels(const Groups& s) {
  const Dims shape{1, s.count(), s.size()};
  return {s.in.x.view(shape, contiguous_strides(shape)), {1, s.count(), s.size(), false}};
}
// The channels of groups [first, last) as those of one sample.
BatchNormShape channels_of(const Groups& s, int64_t first, int64_t last) {
  return {1, (last - first) * s.each, s.in.shape.spatial, s.in.shape.channels_last};
}

// f(first, last) of runs of groups, numbered over all samples; whole samples where channels lie last. Those that fit a
// core's caches (of bytes_each, by group) pass through all that f does before the next run is read. Larger ones are
// left together for the kernels to cut. f may run on any thread: it counts no reference of an array.
template <class F>
void over_groups(const Groups& s, int64_t bytes_each, const F& f) {
  constexpr int64_t kCached = 256 << 10, kRun = 64 << 10;
  const bool last = s.in.shape.channels_last;
  const int64_t step = last ? s.groups : 1, units = s.count() / step, bytes = bytes_each * step;
  if (bytes > kCached && !last) return f(int64_t{0}, units);
  const int64_t run = std::max<int64_t>(1, kRun / bytes), at_once = last ? 1 : run;
  const auto some = [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i += at_once) f(i * step, std::min(i + at_once, to) * step);
  };
  if (bytes > kCached) return some(0, units);
  runtime::parallel_for(units, run, some);
}

// Of groups [first, last); where channels lie last, of one sample from those of its channels.
template <class T>
void group_moments(const Groups& s, int64_t first, int64_t last, double* mean, double* variance) {
  const T* const x = s.in.x.data<T>() + first * s.size();
  if (!s.in.shape.channels_last)
    return batch_functions<T>().statistics({1, last - first, s.size(), false}, x, mean, variance);
  const BatchNormShape shape = channels_of(s, first, last);
  std::vector<double> of_channels(2 * static_cast<size_t>(shape.c));
  const double *means = of_channels.data(), *variances = means + shape.c;
  batch_functions<T>().statistics(shape, x, of_channels.data(), of_channels.data() + shape.c);
  const double weight = 1 / static_cast<double>(s.each);
  for (int64_t g = 0; g < last - first; ++g, means += s.each, variances += s.each) {
    double away = 0, sum = 0;
    for (int64_t i = 0; i < s.each; ++i) away += means[i] - means[0];
    mean[g] = means[0] + away * weight;
    for (int64_t i = 0; i < s.each; ++i) sum += variances[i] + (means[i] - mean[g]) * (means[i] - mean[g]);
    variance[g] = sum * weight;
  }
}

// ---- layer norm and RMS norm

struct Rows {
  int64_t rows, d;
  Dims outer, inner;
};
Rows split_rows(const Array& x, int axes, const char* op) {
  check_float(x, op);
  if (axes < 1 || axes > x.ndim())
    value_error(std::string(op) + ": cannot normalise the last " + std::to_string(axes) +
                " axes of an input of shape " + to_string(x.shape()));
  Rows r{1, 1, {}, {}};
  for (int i = 0; i < x.ndim(); ++i) {
    const bool inside = i >= x.ndim() - axes;
    (inside ? r.d : r.rows) *= x.shape(i);
    (inside ? r.inner : r.outer).push_back(x.shape(i));
  }
  return r;
}

template <class T>
const T* optional_data(const Array& a) {
  return a.defined() ? a.data<T>() : nullptr;
}

Array optional_contiguous(const Array& a) { return a.defined() ? contiguous(a) : a; }

}  // namespace

BatchNormResult batch_norm(const Array& x, const BatchNormArrays& arrays, const BatchNormParams& p) {
  constexpr const char* op = "batch_norm";
  check_batch_input(x, op);
  check_eps(p.eps, op);
  check_pool(x, p, op);
  check_arrays(arrays, x.shape(), x.dtype(), op);
  if (!p.training)
    return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
      return normalize<T>(images(x), running_statistics<T>(x.shape(1), x.dtype(), arrays, p.eps, op), p);
    });
  const Array &running_mean = arrays.running_mean, &running_var = arrays.running_var;
  check_running(arrays, op);
  const Images in = images(x);
  const int64_t count = in.shape.n * in.shape.spatial;
  if (count == 1)
    value_error(std::string(op) + ": training needs more than one value per channel, got input of shape " +
                to_string(x.shape()));
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    if (count == 0)  // nothing is known of the channels
      return normalize<T>(in, statistics_array<T>(in.shape.c, x.dtype(), {}, 0, [](int64_t) { return 0.0; },
                                                  [](int64_t) { return 1.0; }, [](int64_t) { return 1.0; }), p);
    const Moments m = moments<T>(in, p.eps);
    const auto of = [](const std::vector<double>& v) { return [&v](int64_t i) { return v[static_cast<size_t>(i)]; }; };
    const Array statistics =
        statistics_array<T>(in.shape.c, x.dtype(), arrays, p.eps, of(m.mean), of(m.variance), of(m.factor));
    BatchNormResult r = normalize<T>(m.in, statistics, p);
    const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
    if (running_mean.defined())
      move_running<T>(running_mean, p.momentum, [&](size_t i) { return m.mean[i] / m.factor[i]; });
    if (running_var.defined())
      move_running<T>(running_var, p.momentum,
                      [&](size_t i) { return m.variance[i] / m.factor[i] / m.factor[i] * unbiased; });
    return r;
  });
}

ChannelMap batch_norm_map(const Dims& input, DType dtype, const BatchNormArrays& arrays, double eps) {
  constexpr const char* op = "batch_norm";
  check_eps(eps, op);
  check_arrays(arrays, input, dtype, op);
  return visit<ComputingFloats>(dtype, [&]<class T>() {
    const Array statistics = running_statistics<T>(input[1], dtype, arrays, eps, op);
    return ChannelMap{statistics, row<T>(statistics, kMean), row<T>(statistics, kScale), row<T>(statistics, kShift)};
  });
}

bool batch_norm_scales(const Array& statistics) {
  return visit<ComputingFloats>(statistics.dtype(),
                                [&]<class T>() { return scales(row<T>(statistics, kFactor), statistics.shape(1)); });
}

Array batch_norm_again(const Array& x, const Array& statistics) {
  constexpr const char* op = "batch_norm_again";
  check_batch_input(x, op);
  check_parameter(statistics, "statistics", {kRows, x.shape(1)}, x, op);
  return visit<ComputingFloats>(
      x.dtype(), [&]<class T>() { return normalize<T>(measured<T>(images(x), statistics), statistics, {}).out; });
}

bool batch_norm_pools(const Array& x, int64_t kernel_h, int64_t kernel_w) {
  if (x.ndim() != 4 || !is_computing_float(x.dtype()) || kernel_h < 1 || kernel_w < 1) return false;
  // one byte counts a window's elements; a single one is no pooling
  return kernel_h <= x.shape(2) && kernel_w <= x.shape(3) && kernel_h <= 255 && kernel_w <= 255 &&
         kernel_h * kernel_w > 1 && kernel_h * kernel_w <= 255;
}

NormGrads batch_norm_backward(const Array& grad, const Array& x, const Array& weight, const BatchNormResult& made,
                              const BatchNormParams& p, bool need_x, bool need_weight, bool need_bias, bool over_grad) {
  constexpr const char* op = "batch_norm_backward";
  check_batch_input(x, op);
  check_pool(x, p, op);
  const Dims out = p.pool ? pooled_shape(x, p) : x.shape();
  check_parameter(grad, "gradient", out, x, op);
  check_parameter(weight, "weight", {x.shape(1)}, x, op);
  check_parameter(made.statistics, "statistics", {kRows, x.shape(1)}, x, op);
  if (p.pool && (!made.indices.defined() || made.indices.dtype() != DType::U8 || !(made.indices.shape() == out)))
    value_error(std::string(op) + ": indices must be batch_norm's");
  const Images given = images(x);
  const Array g = in_layout(grad, given), index = p.pool ? in_layout(made.indices, given) : Array();
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const Images in = measured<T>(given, made.statistics);
    const size_t c = static_cast<size_t>(in.shape.c);
    const bool empty = x.size() == 0;
    const Epilogue<T> map = map_of<T>(made.statistics, p.activation);
    const T *const r = row<T>(made.statistics, kRstd), *const factor = row<T>(made.statistics, kFactor);
    const T *const from = g.data<T>(), *const values_of_x = in.x.data<T>();
    std::vector<double> sum(c), product(c);
    if (!empty && (need_weight || need_bias || (need_x && p.training))) {
      if (p.pool)
        pool_functions<T>().sums_backward(in.shape, windows_of(x, p), from, index.data<uint8_t>(), values_of_x,
                                          map.mean, sum.data(), product.data());
      else batch_functions<T>().sums_backward(in.shape, from, values_of_x, map, sum.data(), product.data());
    }
    NormGrads grads;
    if (need_x) {
      const bool over = !p.pool && (over_grad || g.storage().get() != grad.storage().get());
      grads.x = over ? g : empty_as(in);
      // with xhat = (x - mean) * rstd: weight * rstd * (g - average(g) - xhat * average(g * xhat))
      std::vector<double> a = values<T>(weight, in.shape.c, 1), b(c), shift(c);
      const double count = static_cast<double>(in.shape.n * in.shape.spatial);
      for (size_t i = 0; i < c; ++i) {
        const double rstd = r[i];
        a[i] *= rstd * static_cast<double>(factor[i]);
        b[i] = -a[i] * rstd * rstd * product[i] / count;
        shift[i] = -a[i] * sum[i] / count;
      }
      const std::vector<T> scales = rounded<T>(a), slopes = rounded<T>(b), shifts = rounded<T>(shift);
      const T* const slope = p.training ? slopes.data() : nullptr;
      if (!empty && p.pool)
        pool_functions<T>().input_backward(in.shape, windows_of(x, p), from, index.data<uint8_t>(), values_of_x,
                                           map.mean, scales.data(), slope, shifts.data(), grads.x.data<T>());
      else if (!empty)
        batch_functions<T>().input_backward(in.shape, from, values_of_x, map, scales.data(), slope, shifts.data(),
                                            grads.x.data<T>());
    }
    for (size_t i = 0; i < c; ++i) product[i] *= r[i];
    if (need_weight) grads.weight = channel_array<T>(product, x.dtype());
    if (need_bias) grads.bias = channel_array<T>(sum, x.dtype());
    return grads;
  });
}

NormResult layer_norm(const Array& input, int axes, const Array& weight, const Array& bias, double eps, bool centred,
                      const char* op) {
  const Rows rows = split_rows(input, axes, op);
  check_eps(eps, op);
  check_parameter(weight, "weight", rows.inner, input, op);
  check_parameter(bias, "bias", rows.inner, input, op);
  const Array x = contiguous(input), w = optional_contiguous(weight), b = optional_contiguous(bias);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    NormResult r{Array::empty(x.shape(), x.dtype()), Array::empty(rows.outer, x.dtype()),
                 Array::empty(rows.outer, x.dtype())};
    if (rows.d > 0)
      layer_functions<T>().forward(rows.rows, rows.d, x.data<T>(), optional_data<T>(w), optional_data<T>(b), eps,
                                   centred, r.out.data<T>(), r.mean.data<T>(), r.rstd.data<T>());
    else
      for (int64_t i = 0; i < rows.rows; ++i) r.mean.data<T>()[i] = r.rstd.data<T>()[i] = static_cast<T>(NAN);
    return r;
  });
}

NormGrads layer_norm_backward(const Array& grad, const Array& input, int axes, const Array& weight, const Array& mean,
                              const Array& rstd, double eps, bool centred, bool need_x, bool need_weight,
                              bool need_bias) {
  constexpr const char* op = "layer_norm_backward";
  const Rows rows = split_rows(input, axes, op);
  check_parameter(grad, "gradient", input.shape(), input, op);
  check_parameter(weight, "weight", rows.inner, input, op);
  check_parameter(mean, "mean", rows.outer, input, op);
  check_parameter(rstd, "rstd", rows.outer, input, op);
  const Array x = contiguous(input), g = contiguous(grad), w = optional_contiguous(weight);
  const Array m = contiguous(mean), s = contiguous(rstd);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    NormGrads grads;
    if (need_x) grads.x = Array::empty(x.shape(), x.dtype());
    if (need_weight) grads.weight = Array::zeros(rows.inner, x.dtype());
    if (need_bias) grads.bias = Array::zeros(rows.inner, x.dtype());
    if (x.size() > 0)
      layer_functions<T>().backward(rows.rows, rows.d, g.data<T>(), x.data<T>(), optional_data<T>(w), m.data<T>(),
                                    s.data<T>(), eps, centred, need_x ? grads.x.data<T>() : nullptr,
                                    need_weight ? grads.weight.data<T>() : nullptr,
                                    need_bias ? grads.bias.data<T>() : nullptr);
    return grads;
  });
}


BatchNormResult group_norm(const Array& x, int64_t groups, const BatchNormArrays& arrays, double momentum, double eps,
                           const char* op) {
  check_batch_input(x, op);
  check_eps(eps, op);
  check_arrays(arrays, x.shape(), x.dtype(), op);
  if (groups < 1 || x.shape(1) % groups != 0)
    value_error(std::string(op) + ": num_groups must divide the " + std::to_string(x.shape(1)) +
                " channels of input of shape " + to_string(x.shape()) + ", got " + std::to_string(groups));
  const Array &running_mean = arrays.running_mean, &running_var = arrays.running_var;
  check_running(arrays, op);
  const Groups s = split_groups(x, groups);
  const int64_t n = x.shape(0), channels = x.shape(1), rows = s.count();
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    BatchNormResult r{empty_as(s.in), Array::empty({kRows, rows}, x.dtype()), Array()};
    if (x.size() == 0) {
      std::fill_n(r.statistics.data<T>(), r.statistics.size(), T{0});
      return r;
    }
    const std::vector<double> weight = values<T>(arrays.weight, channels, 1), bias = values<T>(arrays.bias, channels, 0);
    const size_t count = static_cast<size_t>(rows);
    std::vector<double> means(count), variances(count), factors(count, 1);
    const auto map_groups = [&](int64_t from, int64_t to, const T* values) {
      const auto of = [](const std::vector<double>& v) { return [&v](int64_t i) { return v[static_cast<size_t>(i)]; }; };
      put_statistics<T>(r.statistics, from, to, {}, eps, of(means), of(variances), of(factors));
      const BatchNormShape shape = channels_of(s, from, to);
      const T *const mean = row<T>(r.statistics, kMean), *const rstd = row<T>(r.statistics, kRstd);
      std::vector<T> centre, scale, shift;
      for (std::vector<T>* v : {&centre, &scale, &shift}) v->reserve(static_cast<size_t>(shape.c));
      for (int64_t i = from * s.each; i < to * s.each; ++i) {
        const size_t c = static_cast<size_t>(i % channels);
        centre.push_back(mean[i / s.each]);
        scale.push_back(static_cast<T>(weight[c] * static_cast<double>(rstd[i / s.each])));
        shift.push_back(static_cast<T>(bias[c]));
      }
      batch_functions<T>().normalize(shape, values,
                                     {nullptr, centre.data(), scale.data(), shift.data(), Activation::Identity},
                                     r.out.data<T>() + from * s.size());
    };
    std::atomic<bool> usual = true;
    over_groups(s, s.size() * static_cast<int64_t>(sizeof(T)), [&](int64_t from, int64_t to) {
      group_moments<T>(s, from, to, means.data() + from, variances.data() + from);
      if (std::all_of(variances.data() + from, variances.data() + to, [&](double v) { return is_usual<T>(v + eps); }))
        map_groups(from, to, s.in.x.data<T>() + from * s.size());
      else usual = false;
    });
    if (!usual && s.in.shape.channels_last) {  // scaled, as rows of pixels
      r = group_norm(contiguous(x), groups, arrays, momentum, eps, op);
      r.out = in_layout(r.out, s.in);
      return r;
    }
    if (!usual) {
      const Moments m = moments<T>(as_channels(s), eps);
      means = m.mean;
      variances = m.variance;
      factors = m.factor;
      map_groups(0, rows, m.in.x.data<T>());
    }
    const auto move = [&](const Array& running, double factor, const auto& of_sample) {
      if (running.defined())
        move_running<T>(running, momentum, [&](size_t c) {
          double sum = 0;
          for (size_t i = c; i < count; i += static_cast<size_t>(channels)) sum += of_sample(i);
          return sum / static_cast<double>(n) * factor;
        });
    };
    move(running_mean, 1, [&](size_t i) { return means[i] / factors[i]; });
    move(running_var, static_cast<double>(s.size()) / static_cast<double>(s.size() - 1),
         [&](size_t i) { return variances[i] / factors[i] / factors[i]; });
    return r;
  });
}

NormGrads group_norm_backward(const Array& grad, const Array& x, int64_t groups, const Array& weight,
                              const Array& statistics, bool need_x, bool need_weight, bool need_bias) {
  constexpr const char* op = "group_norm_backward";
  check_batch_input(x, op);
  check_parameter(grad, "gradient", x.shape(), x, op);
  check_parameter(weight, "weight", {x.shape(1)}, x, op);
  check_parameter(statistics, "statistics", {kRows, x.shape(0) * groups}, x, op);
  const Groups s = split_groups(x, groups);
  const int64_t channels = x.shape(1);
  return visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    const T *const mean = row<T>(statistics, kMean), *const rstd = row<T>(statistics, kRstd);
    const T* const factor = row<T>(statistics, kFactor);
    if (s.in.shape.channels_last && scales(factor, s.count())) {  // as rows of pixels
      NormGrads grads = group_norm_backward(grad, contiguous(x), groups, weight, statistics, need_x, need_weight,
                                            need_bias);
      if (need_x) grads.x = in_layout(grads.x, s.in);
      return grads;
    }
    NormGrads grads;
    if (need_x) grads.x = empty_as(s.in);
    if (need_weight) grads.weight = Array::zeros({channels}, x.dtype());
    if (need_bias) grads.bias = Array::zeros({channels}, x.dtype());
    if (x.size() == 0) return grads;
    const Array g = in_layout(grad, s.in);
    const Array scaled = s.in.shape.channels_last ? s.in.x : measured<T>(as_channels(s), statistics).x;
    const std::vector<double> w = values<T>(weight, channels, 1);
    // of each channel of each sample
    std::vector<double> sum(static_cast<size_t>(s.count() * s.each)), product(sum.size());
    over_groups(s, 2 * s.size() * static_cast<int64_t>(sizeof(T)), [&](int64_t from, int64_t to) {
      const BatchNormShape shape = channels_of(s, from, to);
      const size_t count = static_cast<size_t>(shape.c);
      const int64_t first = from * s.each;
      std::vector<T> centre(count), scale(count, T{1}), shift(count, T{0});
      for (int64_t i = 0; i < shape.c; ++i) centre[static_cast<size_t>(i)] = mean[(first + i) / s.each];
      const Epilogue<T> map{nullptr, centre.data(), scale.data(), shift.data(), Activation::Identity};
      const T *const values = scaled.data<T>() + from * s.size(), *const from_above = g.data<T>() + from * s.size();
      double *const sums = sum.data() + first, *const products = product.data() + first;
      over_channels<T>(shape, [&](const BatchNormShape& some, int64_t c) {
        Epilogue<T> part = map;
        part.mean += c;
        batch_functions<T>().sums_backward(some, from_above + c * some.spatial, values + c * some.spatial, part,
                                           sums + c, products + c);
      });
      if (!need_x) return;
      // of each channel, as for batch norm; the averages are those of its group
      std::vector<T> a(count), b(count), c(count);
      const double elements = static_cast<double>(s.size());
      for (int64_t r = from; r < to; ++r) {
        const int64_t begin = (r - from) * s.each, end = begin + s.each;
        double of_sums = 0, of_products = 0;
        for (int64_t i = begin; i < end; ++i) {
          of_sums += w[static_cast<size_t>((first + i) % channels)] * sums[i];
          of_products += w[static_cast<size_t>((first + i) % channels)] * products[i];
        }
        const double inverse = static_cast<double>(rstd[r]), slope = inverse * static_cast<double>(factor[r]);
        for (int64_t i = begin; i < end; ++i) {
          const size_t at = static_cast<size_t>(i);
          a[at] = static_cast<T>(w[static_cast<size_t>((first + i) % channels)] * slope);
          b[at] = static_cast<T>(-slope * inverse * inverse * of_products / elements);
          c[at] = static_cast<T>(-slope * of_sums / elements);
        }
      }
      batch_functions<T>().input_backward(shape, from_above, values, map, a.data(), b.data(), c.data(),
                                          grads.x.data<T>() + from * s.size());
    });
    for (int64_t c = 0; c < channels; ++c) {
      double of_weight = 0, of_bias = 0;
      for (int64_t at = c; at < s.count() * s.each; at += channels) {
        of_weight += product[static_cast<size_t>(at)] * static_cast<double>(rstd[at / s.each]);
        of_bias += sum[static_cast<size_t>(at)];
      }
      if (need_weight) grads.weight.data<T>()[c] = static_cast<T>(of_weight);
      if (need_bias) grads.bias.data<T>()[c] = static_cast<T>(of_bias);
    }
    return grads;
  });
}

}  // namespace fastgrad::ops
