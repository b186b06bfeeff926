#include "ops/conv.h"

#include <limits>
#include <string>

#include "array/check.h"
#include "kernels/conv/conv.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/reduce.h"

namespace fastgrad::ops {
namespace {

// What users call the operations, by the number of axes.
const char* conv_name(int axes) { return axes == 1 ? "conv1d" : axes == 2 ? "conv2d" : "conv3d"; }
const char* transposed_name(int axes) {
  return axes == 1 ? "conv_transpose1d" : axes == 2 ? "conv_transpose2d" : "conv_transpose3d";
}
const char* axes_names(int axes) { return axes == 1 ? "W)" : axes == 2 ? "H, W)" : "D, H, W)"; }
const char* kernel_names(int axes) { return axes == 1 ? "S)" : axes == 2 ? "R, S)" : "Q, R, S)"; }

// As they are said.
Dims dims(const ConvAxes& v, int axes) {
  Dims d;
  for (int i = 3 - axes; i < 3; ++i) d.push_back(v.of[i]);
  return d;
}
std::string said(const ConvAxes& v, int axes) { return axes == 1 ? std::to_string(v.of[2]) : to_string(dims(v, axes)); }

void check_params(const char* op, const ConvParams& p) {
  const std::string start = std::string(op) + ": ";
  for (int i = 3 - p.axes; i < 3; ++i) {
    if (p.stride.of[i] < 1) value_error(start + "stride must be at least 1, got " + said(p.stride, p.axes));
    if (p.padding.of[i] < 0) value_error(start + "padding must not be negative, got " + said(p.padding, p.axes));
    if (p.dilation.of[i] < 1) value_error(start + "dilation must be at least 1, got " + said(p.dilation, p.axes));
  }
  if (p.groups < 1) value_error(start + "groups must be at least 1, got " + std::to_string(p.groups));
}

struct Named {
  const char* name;
  const Array& array;
};

// One float dtype for both operands.
void check_dtypes(const char* op, const Named& a, const Named& b) {
  const DType s = a.array.dtype(), t = b.array.dtype();
  if (s == t && is_floating(s)) return;
  const std::string got = std::string(op) + ": " + a.name + " is " + name(s) + " and " + b.name + " is " + name(t);
  if (!is_floating(s) || !is_floating(t)) type_error(got + "; wanted float32 or float64 for both");
  const bool second = s == DType::F32;  // is what to cast
  type_error(got + "; wanted one dtype for both: cast the " + (second ? b : a).name + " with .astype(fg." +
             name(second ? s : t) + ")");
}

// Images are (N, `channels`, D, H, W), weights (K, C / groups, Q, R, S).
void check_images(const char* op, const Named& a, int axes, const char* channels) {
  if (a.array.ndim() != axes + 2)
    value_error(std::string(op) + ": the " + a.name + " must have " + std::to_string(axes + 2) + " dimensions (N, " +
                channels + ", " + axes_names(axes) + ", got shape " + to_string(a.array.shape()));
}
void check_weight(const char* op, const Array& w, int axes, const char* filters, const char* channels) {
  if (w.ndim() != axes + 2)
    value_error(std::string(op) + ": the weight must have " + std::to_string(axes + 2) + " dimensions (" + filters +
                ", " + channels + " / groups, " + kernel_names(axes) + ", got shape " + to_string(w.shape()));
}

void check_bias(const char* op, const Named& x, const Array& bias, const Array& w, int64_t channels,
                const char* one_for_each) {
  check_dtypes(op, x, {"bias", bias});
  if (bias.ndim() != 1 || bias.shape(0) != channels)
    value_error(std::string(op) + ": the bias must have shape " + to_string(Dims{channels}) +
                ", one element for each " + one_for_each + " of the weight " + to_string(w.shape()) + ", got " +
                to_string(bias.shape()));
}

// A shape of three axes, those that are not there of length 1.
struct Shape5 {
  int64_t n, c;
  ConvAxes size;
};
Shape5 shape5(const Array& a) {
  Shape5 s{a.shape(0), a.shape(1), {{1, 1, 1}}};
  for (int i = 2; i < a.ndim(); ++i) s.size.of[i + 3 - a.ndim()] = a.shape(i);
  return s;
}
Dims shown(const Shape5& s, int axes) {
  Dims d{s.n, s.c};
  for (const int64_t length : dims(s.size, axes)) d.push_back(length);
  return d;
}

// The sizes of the whole operation from the shapes of input and weight, checked.
ConvSizes convolution(const char* op, const Shape5& x, const Shape5& w, const ConvParams& p) {
  constexpr int64_t kMost = int64_t{1} << 48;  // of any size or padding: sums and products of two do not overflow
  const int first = 3 - p.axes;
  const auto refuse = [&](const std::string& what) {
    value_error(std::string(op) + ": " + what + ", got input " + to_string(shown(x, p.axes)) + " and weight " +
                to_string(shown(w, p.axes)));
  };
  for (const int64_t length : shown(x, p.axes))
    if (length < 0) refuse("sizes must not be negative");
  for (int i = first; i < 3; ++i) {
    if (w.size.of[i] < 1)
      refuse(p.axes == 1   ? "the kernel must be at least 1"
             : p.axes == 2 ? "the kernel must be at least 1 x 1"
                           : "the kernel must be at least 1 x 1 x 1");
    if (x.size.of[i] > kMost || w.size.of[i] > kMost) refuse("sizes are too large");
  }
  if (x.c % p.groups != 0)
    refuse("the input's channels must be a multiple of groups = " + std::to_string(p.groups));
  if (w.n % p.groups != 0)
    refuse("the weight's filters must be a multiple of groups = " + std::to_string(p.groups));
  if (w.c != x.c / p.groups)
    refuse("the weight's second axis must be the input's channels / groups = " + std::to_string(x.c) + " / " +
           std::to_string(p.groups) + " = " + std::to_string(x.c / p.groups));

  ConvAxes size{{1, 1, 1}}, out{{1, 1, 1}};
  bool fits = true;
  for (int i = first; i < 3; ++i) {
    if (p.padding.of[i] > kMost) refuse("padding " + said(p.padding, p.axes) + " is too large");
    size.of[i] = x.size.of[i] + 2 * p.padding.of[i];
    // Past every size where the product would overflow.
    const int64_t kernel = w.size.of[i], dilation = p.dilation.of[i];
    const bool past = kernel > 1 && dilation > 4 * kMost / (kernel - 1);
    const int64_t reach = past ? 4 * kMost : dilation * (kernel - 1) + 1;
    fits = fits && reach <= size.of[i];
    out.of[i] = (size.of[i] - reach) / p.stride.of[i] + 1;
  }
  if (!fits)
    refuse("the kernel " + said(w.size, p.axes) + " with dilation " + said(p.dilation, p.axes) +
           " is larger than the padded input " + said(size, p.axes));
  const auto axis = [&](int i) -> ConvSizes::Axis {
    if (i < first) return {1, 0, 1};
    // Where nothing ever moves, or there is nothing to space out, the parameter has no meaning: 1 is the fastest.
    return {out.of[i] == 1 ? 1 : p.stride.of[i], p.padding.of[i], w.size.of[i] == 1 ? 1 : p.dilation.of[i]};
  };
  const auto& [in_d, in_h, in_w] = x.size.of;
  const auto& [kernel_d, kernel_h, kernel_w] = w.size.of;
  const auto& [out_d, out_h, out_w] = out.of;
  return {x.n,      x.c,      in_d,  in_h,  in_w,  w.n,     p.groups, kernel_d,
          kernel_h, kernel_w, out_d, out_h, out_w, axis(0), axis(1),  axis(2)};
}

// An axis of length 1 takes the stride that it had if those inside it were dense.
ConvOperand operand(const Array& a) {
  ConvOperand to{a.bytes(), a.stride(0), a.stride(1), 0, 0, 0};
  int64_t* const strides[3] = {&to.d, &to.h, &to.w};
  int64_t inner = 1;
  for (int i = 2; i >= 0; --i) {
    const int axis = i - 3 + a.ndim();
    const bool given = axis >= 2 && a.shape(axis) != 1;
    *strides[i] = given ? a.stride(axis) : inner;
    inner = *strides[i] * (axis >= 2 ? a.shape(axis) : 1);
  }
  return to;
}

// f(the kernels of this dtype)
template <class F>
void with_functions(DType t, const F& f) {
  const ConvKernels& k = *kernels().conv;
  t == DType::F32 ? f(k.f32) : f(k.f64);
}

// Narrow floats are computed in float32, and the results rounded.
Array wide(const Array& x) { return cast(x, DType::F32); }
Array narrowed(const Array& x, DType t) { return x.defined() ? cast(x, t) : x; }
ConvGradients narrowed(const ConvGradients& to, DType t) {
  return {narrowed(to.x, t), narrowed(to.w, t), narrowed(to.bias, t)};
}

// Uninitialised, (n, c, size) in memory whose channels are innermost.
Array channels_last(int64_t n, int64_t c, const ConvAxes& size, int axes, DType dtype) {
  const Dims shape = shown({n, c, size}, axes);
  if (count(shape) == 0) return Array::empty(shape, dtype);  // count refuses what would overflow below
  Dims strides(axes + 2, 1);
  int64_t inner = c;
  for (int i = axes + 1; i >= 2; --i) {
    strides[i] = inner;
    inner *= shape[i];
  }
  strides[0] = inner;
  return Array::empty_with_layout(shape, dtype, strides);
}
Array channels_last_input(const ConvSizes& s, int axes, DType dtype) {
  return channels_last(s.batch, s.channels, {{s.in_d, s.in_h, s.in_w}}, axes, dtype);
}

// Weights in the kernels' order, kept with those they were made of.
struct PackedWeights : Derived {
  PackedWeights(const Array& w, int64_t n, size_t bytes)
      : Derived(w.version()),
        start(w.bytes()),
        shape(w.shape()),
        strides(w.strides()),
        groups(n),
        memory(Array::empty({static_cast<int64_t>(bytes)}, DType::U8)) {}
  bool is_of(const Array& w, int64_t n) const {
    return version == w.version() && start == w.bytes() && shape == w.shape() && strides == w.strides() && groups == n;
  }

  const char* start;
  Dims shape, strides;
  int64_t groups;
  Array memory;
  bool ready = false;
};

// Packing a weight takes as long as its multiplications with a dozen pixels do; few weights are packed in no time.
constexpr int64_t kFewPixels = 512, kFewWeights = 1024;

PackedWeights* packed_weights(const Array& w, const ConvSizes& s) {
  Storage* const storage = w.storage().get();
  const int64_t pixels = s.batch * s.out_d * s.out_h * s.out_w;
  if (pixels == 0 || pixels > kFewPixels || w.size() < kFewWeights || !sees_every_write(storage)) return nullptr;
  if (auto* const found = dynamic_cast<PackedWeights*>(storage->derived); found && found->is_of(w, s.groups))
    return found;
  drop_derived(storage);
  size_t bytes = 0;
  with_functions(w.dtype(), [&](const auto& f) { bytes = f.packed_bytes(s); });
  auto* const made = new PackedWeights(w, s.groups, bytes);
  storage->derived = made;
  return made;
}

constexpr const char* kGradient = "output's gradient";

struct GradientNames {
  const char *input, *weight, *both;
};
const GradientNames& gradient_names(int axes) {
  static constexpr GradientNames kNames[3] = {{"conv1d_grad_input", "conv1d_grad_weight", "conv1d_gradients"},
                                              {"conv2d_grad_input", "conv2d_grad_weight", "conv2d_gradients"},
                                              {"conv3d_grad_input", "conv3d_grad_weight", "conv3d_gradients"}};
  return kNames[axes - 1];
}

void check_gradient(const char* op, const Array& g, const ConvSizes& s, int axes) {
  const Dims wanted = shown({s.batch, s.filters, {{s.out_d, s.out_h, s.out_w}}}, axes);
  if (!(g.shape() == wanted))
    value_error(std::string(op) + ": the output's gradient must have the output's shape " + to_string(wanted) +
                ", got " + to_string(g.shape()));
}

int64_t input_channels(const char* op, const Array& w, const ConvParams& params) {
  int64_t channels;
  if (__builtin_mul_overflow(w.shape(1), params.groups, &channels))
    value_error(std::string(op) + ": groups " + std::to_string(params.groups) + " is too large for the weight " +
                to_string(w.shape()));
  return channels;
}

// The vector with its elements side by side.
Array dense(const Array* vector) { return vector ? (vector->stride(0) == 1 ? *vector : contiguous(*vector)) : Array(); }

Array input_backward(const ConvSizes& s, const Array& g, const Array& w, const Array* bias, int axes) {
  const Array to = channels_last_input(s, axes, g.dtype()), b = dense(bias);
  if (to.size() == 0) return to;
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.input_backward(s, operand(g), operand(w), bias ? b.data<T>() : nullptr, to.data<T>());
  });
  return to;
}

// Of an input without elements, whose result may have some by its padding: zeros, and the sums of the gradient.
ConvGradients gradients_of_nothing(const Array& g, const Dims& weight, bool bias) {
  ConvGradients to;
  to.w = Array::zeros(weight, g.dtype());
  Dims axes{0};
  for (int i = 2; i < g.ndim(); ++i) axes.push_back(i);
  if (bias) to.bias = reduce(ReduceOp::Sum, g, axes, false);
  return to;
}

}  // namespace

Array conv(const Array& x, const Array& w, const Array* bias, const ConvParams& params, const BatchNormArrays* norm,
           double eps, Activation activation, bool keep) {
  const char* const op = conv_name(params.axes);
  check_params(op, params);
  check_images(op, {"input", x}, params.axes, "C");
  check_weight(op, w, params.axes, "K", "C");
  check_dtypes(op, {"input", x}, {"weight", w});
  if (bias) check_bias(op, {"input", x}, *bias, w, w.shape(0), "filter");
  if (is_narrow_float(x.dtype())) {
    if (norm) check_float(x, "batch_norm");
    const Array wide_bias = bias ? wide(*bias) : Array();
    const Array* const b = bias ? &wide_bias : nullptr;
    return cast(conv(wide(x), wide(w), b, params, nullptr, eps, activation, false), x.dtype());
  }
  const ConvSizes s = convolution(op, shape5(x), shape5(w), params);
  const Array y = channels_last(s.batch, s.filters, {{s.out_d, s.out_h, s.out_w}}, params.axes, x.dtype());
  const Array b = dense(bias);
  const ChannelMap map = norm ? batch_norm_map(y.shape(), y.dtype(), *norm, eps) : ChannelMap{};
  PackedWeights* const kept = keep ? packed_weights(w, s) : nullptr;
  const Array packed = kept ? kept->memory : Array();  // held: another thread may drop them meanwhile
  const ConvPacking packing = kept ? ConvPacking{packed.bytes(), kept->ready} : ConvPacking{nullptr, false};
  with_functions(x.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    const Epilogue<T> epilogue{bias ? b.data<T>() : nullptr, static_cast<const T*>(map.mean),
                               static_cast<const T*>(map.scale), static_cast<const T*>(map.shift), activation};
    f.forward(s, operand(x), operand(w), epilogue, packing, y.data<T>());
  });
  Storage* const storage = w.storage().get();
  if (kept && storage->derived == kept && kept->memory.bytes() == packed.bytes()) kept->ready = true;
  if (storage->derived && storage->derived->version != storage->version) drop_derived(storage);
  return y;
}

Array conv_transpose(const Array& x, const Array& w, const Array* bias, const ConvParams& params,
                     const ConvAxes& output_padding) {
  constexpr int64_t kMost = int64_t{1} << 48;
  const int axes = params.axes;
  const char* const op = transposed_name(axes);
  check_params(op, params);
  check_images(op, {"input", x}, axes, "K");
  check_weight(op, w, axes, "K", "C");
  check_dtypes(op, {"input", x}, {"weight", w});
  const int64_t channels = input_channels(op, w, params);
  if (bias) check_bias(op, {"input", x}, *bias, w, channels, "channel of the result, groups times the second axis");
  const Shape5 from = shape5(x), kernel = shape5(w);
  const std::string got = ", got input " + to_string(x.shape()) + " and weight " + to_string(w.shape());
  if (from.c != kernel.n)
    value_error(std::string(op) + ": the input's channels must be the weight's first axis, " +
                std::to_string(kernel.n) + got);
  if (from.c % params.groups != 0)
    value_error(std::string(op) +
                ": the input's channels must be a multiple of groups = " + std::to_string(params.groups) + got);
  Shape5 to{from.n, channels, {{1, 1, 1}}};
  for (int i = 3 - axes; i < 3; ++i) {
    const int64_t stride = params.stride.of[i], extra = output_padding.of[i], size = from.size.of[i];
    const int64_t taps = kernel.size.of[i], dilation = params.dilation.of[i], padding = params.padding.of[i];
    if (extra < 0 || extra >= stride)
      value_error(std::string(op) + ": output_padding must be at least 0 and less than stride or dilation, got " +
                  said(output_padding, axes) + " with stride " + said(params.stride, axes) + " and dilation " +
                  said(params.dilation, axes));
    if (taps < 1) value_error(std::string(op) + ": the kernel must be at least 1 along each axis" + got);
    if (size > kMost / stride || taps > kMost / dilation || padding > kMost)
      value_error(std::string(op) + ": sizes are too large" + got);
    to.size.of[i] = (size - 1) * stride - 2 * padding + dilation * (taps - 1) + extra + 1;
    if (to.size.of[i] < 1 || size < 1)
      value_error(std::string(op) + ": the result would have no elements along an axis: size " +
                  std::to_string(to.size.of[i]) + got + ", padding " + said(params.padding, axes));
  }
  if (is_narrow_float(x.dtype())) {
    const Array wide_bias = bias ? wide(*bias) : Array();
    const Array* const b = bias ? &wide_bias : nullptr;
    return cast(conv_transpose(wide(x), wide(w), b, params, output_padding), x.dtype());
  }
  return input_backward(convolution(op, to, kernel, params), x, w, bias, axes);
}

Array conv_grad_input(const Array& g, const Array& w, const ConvParams& params, const ConvAxes& in) {
  const char* const op = gradient_names(params.axes).input;
  check_params(op, params);
  check_images(op, {kGradient, g}, params.axes, "K");
  check_weight(op, w, params.axes, "K", "C");
  check_dtypes(op, {kGradient, g}, {"weight", w});
  if (is_narrow_float(g.dtype())) return cast(conv_grad_input(wide(g), wide(w), params, in), g.dtype());
  const ConvSizes s = convolution(op, {g.shape(0), input_channels(op, w, params), in}, shape5(w), params);
  check_gradient(op, g, s, params.axes);
  return input_backward(s, g, w, nullptr, params.axes);
}

ConvGradients conv_grad_weight(const Array& g, const Array& x, const ConvParams& params, const ConvAxes& kernel,
                               bool bias) {
  const char* const op = gradient_names(params.axes).weight;
  check_params(op, params);
  check_images(op, {kGradient, g}, params.axes, "K");
  check_images(op, {"input", x}, params.axes, "C");
  check_dtypes(op, {kGradient, g}, {"input", x});
  if (is_narrow_float(g.dtype())) return narrowed(conv_grad_weight(wide(g), wide(x), params, kernel, bias), g.dtype());
  const Shape5 weight{g.shape(1), x.shape(1) / params.groups, kernel};
  const ConvSizes s = convolution(op, shape5(x), weight, params);
  check_gradient(op, g, s, params.axes);
  if (x.size() == 0) return gradients_of_nothing(g, shown(weight, params.axes), bias);
  ConvGradients to;
  to.w = Array::empty(shown(weight, params.axes), g.dtype());
  if (bias) to.bias = Array::empty({s.filters}, g.dtype());
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.weight_backward(s, operand(g), operand(x), to.w.data<T>(), bias ? to.bias.data<T>() : nullptr);
  });
  return to;
}

ConvGradients conv_gradients(const Array& g, const Array& x, const Array& w, const ConvParams& params, bool bias) {
  const char* const op = gradient_names(params.axes).both;
  check_params(op, params);
  check_images(op, {kGradient, g}, params.axes, "K");
  check_images(op, {"input", x}, params.axes, "C");
  check_weight(op, w, params.axes, "K", "C");
  check_dtypes(op, {kGradient, g}, {"input", x});
  check_dtypes(op, {kGradient, g}, {"weight", w});
  if (is_narrow_float(g.dtype())) return narrowed(conv_gradients(wide(g), wide(x), wide(w), params, bias), g.dtype());
  const ConvSizes s = convolution(op, shape5(x), shape5(w), params);
  check_gradient(op, g, s, params.axes);
  ConvGradients to;
  if (x.size() == 0) {
    to = gradients_of_nothing(g, w.shape(), bias);
    to.x = channels_last_input(s, params.axes, g.dtype());
    return to;
  }
  to.w = Array::empty(w.shape(), g.dtype());
  to.x = channels_last_input(s, params.axes, g.dtype());
  if (bias) to.bias = Array::empty({s.filters}, g.dtype());
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.backward(s, operand(g), operand(x), operand(w), to.x.data<T>(), to.w.data<T>(),
               bias ? to.bias.data<T>() : nullptr);
  });
  return to;
}

}  // namespace fastgrad::ops
