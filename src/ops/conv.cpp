#include "ops/conv.h"

#include <limits>
#include <string>

#include "array/check.h"
#include "kernels/conv/conv.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {
namespace {

std::string pair(int64_t a, int64_t b) { return to_string(Dims{a, b}); }
std::string pair(const int64_t (&v)[2]) { return pair(v[0], v[1]); }

void check_params(const char* op, const Conv2dParams& p) {
  const std::string start = std::string(op) + ": ";
  for (int i = 0; i < 2; ++i) {
    if (p.stride[i] < 1) value_error(start + "stride must be at least 1, got " + pair(p.stride));
    if (p.padding[i] < 0) value_error(start + "padding must not be negative, got " + pair(p.padding));
    if (p.dilation[i] < 1) value_error(start + "dilation must be at least 1, got " + pair(p.dilation));
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

void check_ndim(const char* op, const Named& a, const char* axes) {
  if (a.array.ndim() != 4)
    value_error(std::string(op) + ": the " + a.name + " must have 4 dimensions " + axes + ", got shape " +
                to_string(a.array.shape()));
}

struct Shape4 {
  int64_t n, c, h, w;
};
Shape4 shape4(const Array& a) { return {a.shape(0), a.shape(1), a.shape(2), a.shape(3)}; }

// The sizes of the whole operation from the shapes of input and weight, checked.
ConvSizes convolution(const char* op, const Shape4& x, const Shape4& w, const Conv2dParams& p) {
  constexpr int64_t kMost = int64_t{1} << 48;  // of any size or padding: sums and products of two do not overflow
  const auto refuse = [&](const std::string& what) {
    value_error(std::string(op) + ": " + what + ", got input " + to_string(Dims{x.n, x.c, x.h, x.w}) + " and weight " +
                to_string(Dims{w.n, w.c, w.h, w.w}));
  };
  if (x.n < 0 || x.c < 0 || x.h < 0 || x.w < 0) refuse("sizes must not be negative");
  if (w.h < 1 || w.w < 1) refuse("the kernel must be at least 1 x 1");
  if (x.h > kMost || x.w > kMost || w.h > kMost || w.w > kMost) refuse("sizes are too large");
  if (x.c % p.groups != 0)
    refuse("the input's channels must be a multiple of groups = " + std::to_string(p.groups));
  if (w.n % p.groups != 0)
    refuse("the weight's filters must be a multiple of groups = " + std::to_string(p.groups));
  if (w.c != x.c / p.groups)
    refuse("the weight's second axis must be the input's channels / groups = " + std::to_string(x.c) + " / " +
           std::to_string(p.groups) + " = " + std::to_string(x.c / p.groups));

  ConvSizes s{};
  s.batch = x.n;
  s.channels = x.c;
  s.in_h = x.h;
  s.in_w = x.w;
  s.filters = w.n;
  s.groups = p.groups;
  s.kernel_h = w.h;
  s.kernel_w = w.w;
  const int64_t in[2] = {x.h, x.w}, kernel[2] = {w.h, w.w};
  int64_t size[2], reach[2];
  for (int i = 0; i < 2; ++i) {
    if (p.padding[i] > kMost) refuse("padding " + pair(p.padding) + " is too large");
    size[i] = in[i] + 2 * p.padding[i];
    // Past every size where the product would overflow.
    const bool past = kernel[i] > 1 && p.dilation[i] > 4 * kMost / (kernel[i] - 1);
    reach[i] = past ? 4 * kMost : p.dilation[i] * (kernel[i] - 1) + 1;
  }
  if (reach[0] > size[0] || reach[1] > size[1])
    refuse("the kernel " + pair(kernel) + " with dilation " + pair(p.dilation) + " is larger than the padded input " +
           pair(size));
  for (int i = 0; i < 2; ++i) {
    const int64_t out = (size[i] - reach[i]) / p.stride[i] + 1;
    (i == 0 ? s.out_h : s.out_w) = out;
    // Where nothing ever moves, or there is nothing to space out, the parameter has no meaning: 1 is the fastest.
    s.stride[i] = out == 1 ? 1 : p.stride[i];
    s.dilation[i] = kernel[i] == 1 ? 1 : p.dilation[i];
    s.padding[i] = p.padding[i];
  }
  return s;
}

ConvOperand operand(const Array& a) { return {a.bytes(), a.stride(0), a.stride(1), a.stride(2), a.stride(3)}; }

// f(the kernels of this dtype)
template <class F>
void with_functions(DType t, const F& f) {
  const ConvKernels& k = *kernels().conv;
  t == DType::F32 ? f(k.f32) : f(k.f64);
}

// Narrow floats are computed in float32, and the results rounded.
Array wide(const Array& x) { return cast(x, DType::F32); }
Array narrowed(const Array& x, DType t) { return x.defined() ? cast(x, t) : x; }
Conv2dGradients narrowed(const Conv2dGradients& to, DType t) {
  return {narrowed(to.x, t), narrowed(to.w, t), narrowed(to.bias, t)};
}

Array channels_last(int64_t n, int64_t c, int64_t h, int64_t w, DType dtype) {
  const Dims shape{n, c, h, w};
  if (count(shape) == 0) return Array::empty(shape, dtype);  // count refuses what would overflow below
  return Array::empty_with_layout(shape, dtype, Dims{h * w * c, 1, w * c, c});
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
  const int64_t pixels = s.batch * s.out_h * s.out_w;
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

void check_gradient(const char* op, const Array& g, const ConvSizes& s) {
  const Dims wanted{s.batch, s.filters, s.out_h, s.out_w};
  if (!(g.shape() == wanted))
    value_error(std::string(op) + ": the output's gradient must have the output's shape " + to_string(wanted) +
                ", got " + to_string(g.shape()));
}

constexpr const char* kGradient = "output's gradient";

}  // namespace

Array conv2d(const Array& x, const Array& w, const Array* bias, const Conv2dParams& params, const BatchNormArrays* norm,
             double eps, Activation activation, bool keep) {
  constexpr const char* kOp = "conv2d";
  check_params(kOp, params);
  check_ndim(kOp, {"input", x}, "(N, C, H, W)");
  check_ndim(kOp, {"weight", w}, "(K, C / groups, R, S)");
  check_dtypes(kOp, {"input", x}, {"weight", w});
  if (bias) {
    check_dtypes(kOp, {"input", x}, {"bias", *bias});
    if (bias->ndim() != 1 || bias->shape(0) != w.shape(0))
      value_error("conv2d: the bias must have shape " + to_string(Dims{w.shape(0)}) +
                  ", one element for each filter of the weight " + to_string(w.shape()) + ", got " +
                  to_string(bias->shape()));
  }
  if (is_narrow_float(x.dtype())) {
    if (norm) check_float(x, "batch_norm");
    const Array wide_bias = bias ? wide(*bias) : Array();
    const Array* const b = bias ? &wide_bias : nullptr;
    return cast(conv2d(wide(x), wide(w), b, params, nullptr, eps, activation, false), x.dtype());
  }
  const ConvSizes s = convolution(kOp, shape4(x), shape4(w), params);
  const Array y = channels_last(s.batch, s.filters, s.out_h, s.out_w, x.dtype());
  const Array dense = bias && bias->stride(0) != 1 ? contiguous(*bias) : Array();
  const Array* const b = dense.defined() ? &dense : bias;
  const ChannelMap map = norm ? batch_norm_map(y.shape(), y.dtype(), *norm, eps) : ChannelMap{};
  PackedWeights* const kept = keep ? packed_weights(w, s) : nullptr;
  const Array packed = kept ? kept->memory : Array();  // held: another thread may drop them meanwhile
  const ConvPacking packing = kept ? ConvPacking{packed.bytes(), kept->ready} : ConvPacking{nullptr, false};
  with_functions(x.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    const Epilogue<T> epilogue{b ? b->data<T>() : nullptr, static_cast<const T*>(map.mean),
                               static_cast<const T*>(map.scale), static_cast<const T*>(map.shift), activation};
    f.forward(s, operand(x), operand(w), epilogue, packing, y.data<T>());
  });
  Storage* const storage = w.storage().get();
  if (kept && storage->derived == kept && kept->memory.bytes() == packed.bytes()) kept->ready = true;
  if (storage->derived && storage->derived->version != storage->version) drop_derived(storage);
  return y;
}

Array conv2d_grad_input(const Array& g, const Array& w, const Conv2dParams& params, int64_t in_h, int64_t in_w) {
  constexpr const char* kOp = "conv2d_grad_input";
  check_params(kOp, params);
  check_ndim(kOp, {kGradient, g}, "(N, K, H, W)");
  check_ndim(kOp, {"weight", w}, "(K, C / groups, R, S)");
  check_dtypes(kOp, {kGradient, g}, {"weight", w});
  if (is_narrow_float(g.dtype())) return cast(conv2d_grad_input(wide(g), wide(w), params, in_h, in_w), g.dtype());
  int64_t channels;
  if (__builtin_mul_overflow(w.shape(1), params.groups, &channels))
    value_error(std::string(kOp) + ": groups " + std::to_string(params.groups) + " is too large for the weight " +
                to_string(w.shape()));
  const ConvSizes s = convolution(kOp, {g.shape(0), channels, in_h, in_w}, shape4(w), params);
  check_gradient(kOp, g, s);
  const Array grad_x = channels_last(s.batch, s.channels, s.in_h, s.in_w, g.dtype());
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.input_backward(s, operand(g), operand(w), grad_x.data<T>());
  });
  return grad_x;
}

Conv2dGradients conv2d_grad_weight(const Array& g, const Array& x, const Conv2dParams& params, int64_t kernel_h,
                                   int64_t kernel_w, bool bias) {
  constexpr const char* kOp = "conv2d_grad_weight";
  check_params(kOp, params);
  check_ndim(kOp, {kGradient, g}, "(N, K, H, W)");
  check_ndim(kOp, {"input", x}, "(N, C, H, W)");
  check_dtypes(kOp, {kGradient, g}, {"input", x});
  if (is_narrow_float(g.dtype()))
    return narrowed(conv2d_grad_weight(wide(g), wide(x), params, kernel_h, kernel_w, bias), g.dtype());
  const Shape4 weight{g.shape(1), x.shape(1) / params.groups, kernel_h, kernel_w};
  const ConvSizes s = convolution(kOp, shape4(x), weight, params);
  check_gradient(kOp, g, s);
  Conv2dGradients to;
  to.w = Array::empty({weight.n, weight.c, weight.h, weight.w}, g.dtype());
  if (bias) to.bias = Array::empty({s.filters}, g.dtype());
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.weight_backward(s, operand(g), operand(x), to.w.data<T>(), bias ? to.bias.data<T>() : nullptr);
  });
  return to;
}

Conv2dGradients conv2d_gradients(const Array& g, const Array& x, const Array& w, const Conv2dParams& params,
                                 bool bias) {
  constexpr const char* kOp = "conv2d_gradients";
  check_params(kOp, params);
  check_ndim(kOp, {kGradient, g}, "(N, K, H, W)");
  check_ndim(kOp, {"input", x}, "(N, C, H, W)");
  check_ndim(kOp, {"weight", w}, "(K, C / groups, R, S)");
  check_dtypes(kOp, {kGradient, g}, {"input", x});
  check_dtypes(kOp, {kGradient, g}, {"weight", w});
  if (is_narrow_float(g.dtype())) return narrowed(conv2d_gradients(wide(g), wide(x), wide(w), params, bias), g.dtype());
  const ConvSizes s = convolution(kOp, shape4(x), shape4(w), params);
  check_gradient(kOp, g, s);
  Conv2dGradients to;
  to.w = Array::empty(w.shape(), g.dtype());
  to.x = channels_last(s.batch, s.channels, s.in_h, s.in_w, g.dtype());
  if (bias) to.bias = Array::empty({s.filters}, g.dtype());
  with_functions(g.dtype(), [&]<class T>(const ConvFunctions<T>& f) {
    f.backward(s, operand(g), operand(x), operand(w), to.x.data<T>(), to.w.data<T>(),
               bias ? to.bias.data<T>() : nullptr);
  });
  return to;
}

}  // namespace fastgrad::ops
