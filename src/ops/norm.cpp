#include "ops/norm.h"

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/norm.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

template <class T>
const BatchNormFunctions<T>& batch_functions() {
  if constexpr (std::is_same_v<T, float>)
    return kernels().norm->batch->f32;
  else
    return kernels().norm->batch->f64;
}
template <class T>
const LayerNormFunctions<T>& layer_functions() {
  if constexpr (std::is_same_v<T, float>)
    return kernels().norm->layer->f32;
  else
    return kernels().norm->layer->f64;
}

template <class F>
decltype(auto) with_float(DType t, F&& f) {
  return t == DType::F32 ? f.template operator()<float>() : f.template operator()<double>();
}

void check_float(const Array& x, const char* op) {
  if (!is_computing_float(x.dtype()))
    type_error(std::string(op) + ": input must be float32 or float64, got " + name(x.dtype()));
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

// a in the memory order of `like`.
Array in_layout(const Array& a, const Images& like) {
  const bool same = like.shape.channels_last ? channels_inside(a).is_contiguous() : a.is_contiguous();
  if (same) return a;
  Array copy = empty_as(like);
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
enum Row { kMean, kRstd, kScale, kShift, kRows };

template <class T>
const T* row(const Array& statistics, Row i) {
  return statistics.data<T>() + i * statistics.shape(1);
}
template <class T>
BatchNormMap<T> map_of(const Array& statistics, bool relu) {
  return {row<T>(statistics, kMean), row<T>(statistics, kScale), row<T>(statistics, kShift), relu};
}

// mean and variance: of a channel, by its number.
template <class T, class Mean, class Variance>
Array statistics_array(int64_t channels, DType dtype, const Array& weight, const Array& bias, double eps,
                       const Mean& mean, const Variance& variance) {
  Array a = Array::empty({kRows, channels}, dtype);
  T* p = a.data<T>();
  for (int64_t i = 0; i < channels; ++i) {
    const double rstd = 1 / std::sqrt(variance(i) + eps);
    p[kMean * channels + i] = static_cast<T>(mean(i));
    p[kRstd * channels + i] = static_cast<T>(rstd);
    p[kScale * channels + i] = static_cast<T>(weight.defined() ? element<T>(weight, i) * rstd : rstd);
    p[kShift * channels + i] = static_cast<T>(bias.defined() ? element<T>(bias, i) : 0);
  }
  return a;
}

// For inference on an input of this shape and dtype.
template <class T>
Array running_statistics(const Dims& input, DType dtype, const BatchNormArrays& a) {
  constexpr const char* op = "batch_norm";
  check_eps(a.eps, op);
  if (!a.running_mean.defined() || !a.running_var.defined())
    value_error(std::string(op) + ": inference needs running_mean and running_var");
  const Dims channels{input[1]};
  check_parameter(a.weight, "weight", channels, input, dtype, op);
  check_parameter(a.bias, "bias", channels, input, dtype, op);
  check_parameter(a.running_mean, "running_mean", channels, input, dtype, op);
  check_parameter(a.running_var, "running_var", channels, input, dtype, op);
  return statistics_array<T>(
      input[1], dtype, a.weight, a.bias, a.eps, [&](int64_t i) { return element<T>(a.running_mean, i); },
      [&](int64_t i) { return element<T>(a.running_var, i); });
}

template <class T>
Array normalize(const Images& in, const Array& statistics, bool relu) {
  Array out = empty_as(in);
  if (out.size() > 0)
    batch_functions<T>().normalize(in.shape, in.x.data<T>(), map_of<T>(statistics, relu), out.data<T>());
  return out;
}

template <class T>
void move_running(const Array& running, const std::vector<double>& batch, double factor, double momentum) {
  T* p = running.data<T>();
  const int64_t step = running.stride(0);
  for (size_t i = 0; i < batch.size(); ++i) {
    T& r = p[static_cast<int64_t>(i) * step];
    r = static_cast<T>((1 - momentum) * static_cast<double>(r) + momentum * (batch[i] * factor));
  }
  ++running.storage()->version;
}

// ---- layer norm

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

BatchNormResult batch_norm(const Array& x, const Array& weight, const Array& bias, const Array& running_mean,
                           const Array& running_var, double momentum, double eps, bool relu) {
  constexpr const char* op = "batch_norm";
  check_batch_input(x, op);
  check_eps(eps, op);
  const Dims channels{x.shape(1)};
  check_parameter(weight, "weight", channels, x, op);
  check_parameter(bias, "bias", channels, x, op);
  check_parameter(running_mean, "running_mean", channels, x, op);
  check_parameter(running_var, "running_var", channels, x, op);
  for (const Array* r : {&running_mean, &running_var})
    if (r->defined() && (!r->writable() || r->has_overlap()))
      value_error(std::string(op) + ": running statistics must be writable");
  const Images in = images(x);
  const int64_t count = in.shape.n * in.shape.spatial;
  if (count < 2)
    value_error(std::string(op) + ": training needs more than one value per channel, got input of shape " +
                to_string(x.shape()));
  return with_float(x.dtype(), [&]<class T>() {
    std::vector<double> mean(static_cast<size_t>(in.shape.c)), variance(mean.size());
    if (in.shape.c > 0) batch_functions<T>().statistics(in.shape, in.x.data<T>(), mean.data(), variance.data());
    const Array statistics = statistics_array<T>(
        in.shape.c, x.dtype(), weight, bias, eps, [&](int64_t i) { return mean[static_cast<size_t>(i)]; },
        [&](int64_t i) { return variance[static_cast<size_t>(i)]; });
    const BatchNormResult r{normalize<T>(in, statistics, relu), statistics};
    const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
    if (running_mean.defined()) move_running<T>(running_mean, mean, 1, momentum);
    if (running_var.defined()) move_running<T>(running_var, variance, unbiased, momentum);
    return r;
  });
}

BatchNormResult batch_norm_inference(const Array& x, const BatchNormArrays& arrays, bool relu) {
  check_batch_input(x, "batch_norm");
  return with_float(x.dtype(), [&]<class T>() {
    const Array statistics = running_statistics<T>(x.shape(), x.dtype(), arrays);
    return BatchNormResult{normalize<T>(images(x), statistics, relu), statistics};
  });
}

ChannelMap batch_norm_map(const Dims& input, DType dtype, const BatchNormArrays& arrays) {
  return with_float(dtype, [&]<class T>() {
    const Array statistics = running_statistics<T>(input, dtype, arrays);
    return ChannelMap{statistics, row<T>(statistics, kMean), row<T>(statistics, kScale), row<T>(statistics, kShift)};
  });
}

Array batch_norm_again(const Array& x, const Array& statistics) {
  constexpr const char* op = "batch_norm_again";
  check_batch_input(x, op);
  check_parameter(statistics, "statistics", {kRows, x.shape(1)}, x, op);
  return with_float(x.dtype(), [&]<class T>() { return normalize<T>(images(x), statistics, false); });
}

NormGrads batch_norm_backward(const Array& grad, const Array& x, const Array& weight, const Array& statistics,
                              bool relu, bool training, bool need_x, bool need_weight, bool need_bias, bool over_grad) {
  constexpr const char* op = "batch_norm_backward";
  check_batch_input(x, op);
  const Dims channels{x.shape(1)};
  check_parameter(grad, "gradient", x.shape(), x, op);
  check_parameter(weight, "weight", channels, x, op);
  check_parameter(statistics, "statistics", {kRows, x.shape(1)}, x, op);
  const Images in = images(x);
  const Array g = in_layout(grad, in);
  return with_float(x.dtype(), [&]<class T>() {
    const size_t c = static_cast<size_t>(in.shape.c);
    const bool empty = x.size() == 0;
    const BatchNormMap<T> map = map_of<T>(statistics, relu);
    const T* r = row<T>(statistics, kRstd);
    std::vector<double> sum(c), product(c);
    if (!empty && (need_weight || need_bias || (need_x && training)))
      batch_functions<T>().grad_sums(in.shape, g.data<T>(), in.x.data<T>(), map, sum.data(), product.data());
    NormGrads grads;
    if (need_x) {
      grads.x = over_grad || g.storage().get() != grad.storage().get() ? g : empty_as(in);
      // with xhat = (x - mean) * rstd: weight * rstd * (g - average(g) - xhat * average(g * xhat))
      std::vector<double> a = values<T>(weight, in.shape.c, 1), b(c), shift(c);
      const double count = static_cast<double>(in.shape.n * in.shape.spatial);
      for (size_t i = 0; i < c; ++i) {
        const double rstd = r[i];
        a[i] *= rstd;
        b[i] = -a[i] * rstd * rstd * product[i] / count;
        shift[i] = -a[i] * sum[i] / count;
      }
      const std::vector<T> scales = rounded<T>(a), slopes = rounded<T>(b), shifts = rounded<T>(shift);
      if (!empty)
        batch_functions<T>().grad_input(in.shape, g.data<T>(), in.x.data<T>(), map, scales.data(),
                                        training ? slopes.data() : nullptr, shifts.data(), grads.x.data<T>());
    }
    for (size_t i = 0; i < c; ++i) product[i] *= r[i];
    if (need_weight) grads.weight = channel_array<T>(product, x.dtype());
    if (need_bias) grads.bias = channel_array<T>(sum, x.dtype());
    return grads;
  });
}

NormResult layer_norm(const Array& input, int axes, const Array& weight, const Array& bias, double eps) {
  constexpr const char* op = "layer_norm";
  const Rows rows = split_rows(input, axes, op);
  check_eps(eps, op);
  check_parameter(weight, "weight", rows.inner, input, op);
  check_parameter(bias, "bias", rows.inner, input, op);
  const Array x = contiguous(input), w = optional_contiguous(weight), b = optional_contiguous(bias);
  return with_float(x.dtype(), [&]<class T>() {
    NormResult r{Array::empty(x.shape(), x.dtype()), Array::empty(rows.outer, x.dtype()),
                 Array::empty(rows.outer, x.dtype())};
    if (rows.d > 0)
      layer_functions<T>().forward(rows.rows, rows.d, x.data<T>(), optional_data<T>(w), optional_data<T>(b), eps,
                                   r.out.data<T>(), r.mean.data<T>(), r.rstd.data<T>());
    else
      for (int64_t i = 0; i < rows.rows; ++i) r.mean.data<T>()[i] = r.rstd.data<T>()[i] = static_cast<T>(NAN);
    return r;
  });
}

NormGrads layer_norm_backward(const Array& grad, const Array& input, int axes, const Array& weight, const Array& mean,
                              const Array& rstd, bool need_x, bool need_weight, bool need_bias) {
  constexpr const char* op = "layer_norm_backward";
  const Rows rows = split_rows(input, axes, op);
  check_parameter(grad, "gradient", input.shape(), input, op);
  check_parameter(weight, "weight", rows.inner, input, op);
  check_parameter(mean, "mean", rows.outer, input, op);
  check_parameter(rstd, "rstd", rows.outer, input, op);
  const Array x = contiguous(input), g = contiguous(grad), w = optional_contiguous(weight);
  const Array m = contiguous(mean), s = contiguous(rstd);
  return with_float(x.dtype(), [&]<class T>() {
    NormGrads grads;
    if (need_x) grads.x = Array::empty(x.shape(), x.dtype());
    if (need_weight) grads.weight = Array::zeros(rows.inner, x.dtype());
    if (need_bias) grads.bias = Array::zeros(rows.inner, x.dtype());
    if (x.size() > 0)
      layer_functions<T>().backward(rows.rows, rows.d, g.data<T>(), x.data<T>(), optional_data<T>(w), m.data<T>(),
                                    s.data<T>(), need_x ? grads.x.data<T>() : nullptr,
                                    need_weight ? grads.weight.data<T>() : nullptr,
                                    need_bias ? grads.bias.data<T>() : nullptr);
    return grads;
  });
}

}  // namespace fastgrad::ops
