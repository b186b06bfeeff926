#include "ops/pool.h"

#include <algorithm>
#include <string>
#include <vector>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/pool/pool.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/images.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {
namespace {

std::string pair_text(const int64_t (&p)[2]) {
  return "(" + std::to_string(p[0]) + ", " + std::to_string(p[1]) + ")";
}

int64_t output_size(const Pool2dParams& p, int axis, int64_t in, const char* op) {
  const int64_t step = p.stride[axis];
  const int64_t reach = in + 2 * p.padding[axis] - p.dilation[axis] * (p.kernel[axis] - 1) - 1;
  // with ceil_mode a window may hang over the end, but must begin in the input or the padding before it
  const int64_t room = reach + (p.ceil_mode ? step - 1 : 0);
  int64_t out = room < 0 ? 0 : room / step + 1;
  if (p.ceil_mode && out > 0 && (out - 1) * step >= in + p.padding[axis]) --out;
  if (out == 0)
    value_error(std::string(op) + ": window of kernel_size " + std::to_string(p.kernel[axis]) + " with dilation " +
                std::to_string(p.dilation[axis]) + " is larger than the padded input, size " + std::to_string(in) +
                " with padding " + std::to_string(p.padding[axis]) + " on both sides");
  return out;
}

// x as the kernels take it: channels last with any other strides, or rows of pixels with any other strides.
Array readable(const Array& x, bool channels_last) {
  const int axis = channels_last ? 1 : 3;
  return x.stride(axis) == 1 || x.shape(axis) <= 1 ? x : dense_images(x, channels_last);
}

PoolShape pool_shape(const Array& x, int64_t oh, int64_t ow, bool channels_last) {
  return {x.shape(0),  x.shape(1),  x.shape(2),  x.shape(3), oh, ow,
          x.stride(0), x.stride(1), x.stride(2), x.stride(3), channels_last};
}

// Of the input-side array that backward makes.
PoolShape dense_shape(int64_t n, int64_t c, int64_t h, int64_t w, int64_t oh, int64_t ow, bool channels_last) {
  if (channels_last) return {n, c, h, w, oh, ow, h * w * c, 1, w * c, c, true};
  return {n, c, h, w, oh, ow, c * h * w, h * w, w, 1, false};
}

MaxPoolWindow max_window(const Pool2dParams& p) {
  return {p.kernel[0],  p.kernel[1],  p.stride[0],   p.stride[1],
          p.padding[0], p.padding[1], p.dilation[0], p.dilation[1]};
}

DType index_type(const Pool2dParams& p) { return p.kernel[0] * p.kernel[1] > 256 ? DType::I32 : DType::U8; }

// The tables of one axis of an average pool, and the memory that they point into.
class AvgTables {
 public:
  AvgTables(int64_t in, int64_t out) : begin_(out), end_(out), first_(in), last_(in), divisor_(out) {
    axis_ = {begin_.data(), end_.data(), first_.data(), last_.data(), divisor_.data(), 0, 0, 0, 0, 0};
  }
  AvgTables(AvgTables&&) = default;  // axis_ points into the vectors: moved with them, never copied
  static AvgTables windows(const Pool2dParams& p, int i, int64_t in, int64_t out) {
    AvgTables t(in, out);
    for (int64_t o = 0; o < out; ++o) {
      const int64_t start = o * p.stride[i] - p.padding[i];
      const int64_t stop = std::min(start + p.kernel[i], in + p.padding[i]);
      t.begin_[o] = static_cast<int32_t>(std::max<int64_t>(start, 0));
      t.end_[o] = static_cast<int32_t>(std::min(stop, in));
      const int64_t counted = p.count_include_pad ? stop - start : t.end_[o] - t.begin_[o];
      t.divisor_[o] = p.divisor_override != 0 ? (i == 0 ? static_cast<double>(p.divisor_override) : 1.0)
                                              : static_cast<double>(counted);
    }
    AvgPoolAxis& a = t.axis_;
    a.step = p.stride[i], a.width = p.kernel[i], a.pad = p.padding[i];
    while (a.whole_begin < out && a.whole_begin * a.step < a.pad) ++a.whole_begin;
    a.whole_end = a.whole_begin;
    while (a.whole_end < out && a.whole_end * a.step - a.pad + a.width <= in) ++a.whole_end;
    return t.with_holders(in, out);
  }
  static AvgTables adaptive(int64_t in, int64_t out) {
    AvgTables t(in, out);
    for (int64_t o = 0; o < out; ++o) {
      t.begin_[o] = static_cast<int32_t>(o * in / out);
      t.end_[o] = static_cast<int32_t>(((o + 1) * in + out - 1) / out);
      t.divisor_[o] = static_cast<double>(t.end_[o] - t.begin_[o]);
    }
    AvgPoolAxis& a = t.axis_;
    if (out > 0 && in % out == 0) a.step = a.width = in / out, a.whole_end = out;
    return t.with_holders(in, out);
  }
  const AvgPoolAxis& axis() const { return axis_; }

 private:
  // begin_ and end_ grow, so the windows that hold an input are neighbours.
  AvgTables&& with_holders(int64_t in, int64_t out) {
    int32_t first = 0, last = 0;
    for (int64_t i = 0; i < in; ++i) {
      while (first < out && end_[first] <= i) ++first;
      while (last < out && begin_[last] <= i) ++last;
      first_[i] = first;
      last_[i] = std::max(first, last);
    }
    return std::move(*this);
  }

  std::vector<int32_t> begin_, end_, first_, last_;
  std::vector<double> divisor_;
  AvgPoolAxis axis_;
};

Array average(const Array& input, const AvgTables& rows, const AvgTables& columns, int64_t oh, int64_t ow) {
  const bool channels_last = works_channels_last(input);
  const Array x = readable(input, channels_last);
  Array out = empty_images(x.shape(0), x.shape(1), oh, ow, x.dtype(), channels_last);
  if (out.size() == 0) return out;
  const PoolShape s = pool_shape(x, oh, ow, channels_last);
  const AvgPoolKernels& k = *kernels().pool->avg;
  visit<ComputingFloats>(
      x.dtype(), [&]<class T>() { k.of<T>().forward(s, rows.axis(), columns.axis(), x.data<T>(), out.data<T>()); });
  return out;
}

Array average_backward(const Array& grad, const AvgTables& rows, const AvgTables& columns, int64_t in_h, int64_t in_w,
                       bool channels_last) {
  const Array g = dense_images(grad, channels_last);
  Array grad_x = empty_images(g.shape(0), g.shape(1), in_h, in_w, g.dtype(), channels_last);
  if (grad_x.size() == 0) return grad_x;
  const PoolShape s =
      dense_shape(g.shape(0), g.shape(1), in_h, in_w, g.shape(2), g.shape(3), channels_last);
  const AvgPoolKernels& k = *kernels().pool->avg;
  visit<ComputingFloats>(
      g.dtype(), [&]<class T>() { k.of<T>().backward(s, rows.axis(), columns.axis(), g.data<T>(), grad_x.data<T>()); });
  return grad_x;
}

void check_grad_shape(const Array& grad, int64_t oh, int64_t ow, const char* op) {
  if (grad.shape(2) != oh || grad.shape(3) != ow)
    value_error(std::string(op) + ": gradient of shape " + to_string(grad.shape()) +
                " does not fit an output of height " + std::to_string(oh) + " and width " + std::to_string(ow));
}

void check_indices(const Array& indices, const Pool2dParams& p, const char* op) {
  if (indices.ndim() != 4 || indices.dtype() != index_type(p))
    type_error(std::string(op) + ": indices must be max_pool2d's (4 axes, " + name(index_type(p)) + "), got shape " +
               to_string(indices.shape()) + " of " + name(indices.dtype()));
}

// The windows of one axis of an adaptive pool: output o is of [begin[o], end[o]).
struct AdaptiveAxis {
  int64_t size, count;
  std::vector<int64_t> begin, end;

  AdaptiveAxis(int64_t in, int64_t out) : size(in), count(out) {
    for (int64_t o = 0; o < out; ++o) {
      begin.push_back(o * in / out);
      end.push_back(((o + 1) * in + out - 1) / out);
    }
  }
};

// Of one channel.
template <class T>
void largest_places(const T* x, const AdaptiveAxis (&axes)[3], int64_t* place) {
  const auto& [depth, rows, columns] = axes;
  for (int64_t od = 0; od < depth.count; ++od)
    for (int64_t oh = 0; oh < rows.count; ++oh)
      for (int64_t ow = 0; ow < columns.count; ++ow) {
        int64_t best = (depth.begin[od] * rows.size + rows.begin[oh]) * columns.size + columns.begin[ow];
        T largest = x[best];
        for (int64_t d = depth.begin[od]; d < depth.end[od]; ++d)
          for (int64_t h = rows.begin[oh]; h < rows.end[oh]; ++h) {
            const int64_t row = (d * rows.size + h) * columns.size;
            for (int64_t i = row + columns.begin[ow]; i < row + columns.end[ow]; ++i)
              if (x[i] > largest || (x[i] != x[i] && largest == largest)) largest = x[i], best = i;
          }
        *place++ = best;
      }
}

}  // namespace

Array adaptive_max_positions(const Array& input, const Dims& to, const char* op) {
  check_float(input, op);
  for (int i = 0; i < to.size(); ++i)
    if (input.shape(2 + i) < 1)
      value_error(std::string(op) + ": the axes that are pooled must not be empty, got input of shape " +
                  to_string(input.shape()));
  const Array x = contiguous(input);
  Dims shape = x.shape();
  int64_t channel = 1, windows = 1;
  for (int i = 0; i < to.size(); ++i) {
    channel *= x.shape(2 + i);
    windows *= shape[2 + i] = to[i];
  }
  const auto axis = [&](int from_last) {
    const int i = to.size() - 1 - from_last;
    return i < 0 ? AdaptiveAxis(1, 1) : AdaptiveAxis(x.shape(2 + i), to[i]);
  };
  const AdaptiveAxis axes[3] = {axis(2), axis(1), axis(0)};
  Array out = Array::empty(shape, DType::I64);
  constexpr int64_t kGrain = 1 << 14;  // elements
  visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    runtime::parallel_for(x.shape(0) * x.shape(1), std::max<int64_t>(kGrain / (channel + windows), 1),
                          [&](int64_t begin, int64_t end) {
                            for (int64_t i = begin; i < end; ++i)
                              largest_places(x.data<T>() + i * channel, axes, out.data<int64_t>() + i * windows);
                          });
  });
  return out;
}

void check_window(const Pool2dParams& p, const char* op) {
  const std::string at = std::string(op) + ": ";
  // far below overflow in all that follows
  constexpr int64_t most = int64_t{1} << 30;
  for (int i = 0; i < 2; ++i) {
    if (p.kernel[i] < 1 || p.kernel[i] > most)
      value_error(at + "kernel_size must be from 1 to 2**30, got " + pair_text(p.kernel));
    if (p.stride[i] < 1 || p.stride[i] > most)
      value_error(at + "stride must be from 1 to 2**30, got " + pair_text(p.stride));
    if (p.dilation[i] < 1 || p.dilation[i] > most)
      value_error(at + "dilation must be from 1 to 2**30, got " + pair_text(p.dilation));
    if (p.padding[i] < 0 || p.padding[i] > p.kernel[i] / 2)
      value_error(at + "padding must be at least 0 and at most half of kernel_size, got padding " +
                  pair_text(p.padding) + " and kernel_size " + pair_text(p.kernel));
  }
  if (p.kernel[0] > most / p.kernel[1]) value_error(at + "kernel_size too large: " + pair_text(p.kernel));
}

std::pair<Array, Array> max_pool2d(const Array& input, const Pool2dParams& p, const char* op) {
  check_images(input, op);
  check_window(p, op);
  check_spatial(input.shape(2), input.shape(3), op);
  const int64_t oh = output_size(p, 0, input.shape(2), op);
  const int64_t ow = output_size(p, 1, input.shape(3), op);
  const bool channels_last = works_channels_last(input);
  const Array x = readable(input, channels_last);
  Array out = empty_images(x.shape(0), x.shape(1), oh, ow, x.dtype(), channels_last);
  Array index = empty_images(x.shape(0), x.shape(1), oh, ow, index_type(p), channels_last);
  if (out.size() == 0) return {out, index};
  const PoolShape s = pool_shape(x, oh, ow, channels_last);
  const MaxPoolKernels& k = *kernels().pool->max;
  visit<ComputingFloats>(
      x.dtype(), [&]<class T>() { k.of<T>().forward(s, max_window(p), x.data<T>(), out.data<T>(), index.bytes()); });
  return {out, index};
}

Array max_pool2d_positions(const Array& indices, const Pool2dParams& p, int64_t in_h, int64_t in_w) {
  check_indices(indices, p, "max_pool2d_positions");
  const Array index = contiguous(indices);
  Array out = Array::empty(index.shape(), DType::I64);
  const int64_t oh = index.shape(2), ow = index.shape(3);
  // the first element of a window that is not before the image
  const auto start = [&](int i, int64_t o) {
    const int64_t at = o * p.stride[i] - p.padding[i];
    return at >= 0 ? at : at + (-at + p.dilation[i] - 1) / p.dilation[i] * p.dilation[i];
  };
  visit<TypeList<uint8_t, int32_t>>(index.dtype(), [&]<class I>() {
    const I* const chosen = index.data<I>();
    runtime::parallel_for(index.shape(0) * index.shape(1) * oh, std::max<int64_t>(1, 16384 / std::max<int64_t>(ow, 1)),
                          [&](int64_t begin, int64_t end) {
                            for (int64_t r = begin; r < end; ++r)
                              for (int64_t o = 0; o < ow; ++o) {
                                const int64_t k = chosen[r * ow + o];
                                int64_t h = r % oh * p.stride[0] - p.padding[0] + k / p.kernel[1] * p.dilation[0];
                                int64_t w = o * p.stride[1] - p.padding[1] + k % p.kernel[1] * p.dilation[1];
                                if (h < 0 || h >= in_h || w < 0 || w >= in_w) h = start(0, r % oh), w = start(1, o);
                                out.data<int64_t>()[r * ow + o] = h * in_w + w;
                              }
                          });
  });
  return out;
}

Array max_pool2d_backward(const Array& grad, const Array& indices, const Pool2dParams& p, int64_t in_h, int64_t in_w,
                          bool channels_last) {
  constexpr const char* op = "max_pool2d_backward";
  check_images(grad, op, "gradient");
  check_window(p, op);
  check_spatial(in_h, in_w, op);
  check_indices(indices, p, op);
  check_grad_shape(grad, output_size(p, 0, in_h, op), output_size(p, 1, in_w, op), op);
  if (!(grad.shape() == indices.shape()))
    value_error(std::string(op) + ": gradient has shape " + to_string(grad.shape()) + ", indices " +
                to_string(indices.shape()));
  channels_last = grad.shape(1) > 1 && (channels_last || works_channels_last(indices));
  const Array g = dense_images(grad, channels_last), index = dense_images(indices, channels_last);
  Array grad_x = empty_images(g.shape(0), g.shape(1), in_h, in_w, g.dtype(), channels_last);
  if (grad_x.size() == 0) return grad_x;
  const PoolShape s =
      dense_shape(g.shape(0), g.shape(1), in_h, in_w, g.shape(2), g.shape(3), channels_last);
  const MaxPoolKernels& k = *kernels().pool->max;
  visit<ComputingFloats>(g.dtype(), [&]<class T>() {
    k.of<T>().backward(s, max_window(p), g.data<T>(), index.bytes(), grad_x.data<T>());
  });
  return grad_x;
}

Array max_pool2d_gather(const Array& input, const Array& indices, const Pool2dParams& p) {
  constexpr const char* op = "max_pool2d_gather";
  check_images(input, op);
  check_window(p, op);
  check_spatial(input.shape(2), input.shape(3), op);
  check_indices(indices, p, op);
  const int64_t oh = output_size(p, 0, input.shape(2), op), ow = output_size(p, 1, input.shape(3), op);
  if (!(indices.shape() == Dims{input.shape(0), input.shape(1), oh, ow}))
    value_error(std::string(op) + ": indices of shape " + to_string(indices.shape()) + " do not fit input of shape " +
                to_string(input.shape()));
  const bool channels_last = input.shape(1) > 1 && works_channels_last(indices);
  const Array x = readable(input, channels_last), index = dense_images(indices, channels_last);
  Array out = empty_images(x.shape(0), x.shape(1), oh, ow, x.dtype(), channels_last);
  if (out.size() == 0) return out;
  const PoolShape s = pool_shape(x, oh, ow, channels_last);
  const MaxPoolKernels& k = *kernels().pool->max;
  visit<ComputingFloats>(
      x.dtype(), [&]<class T>() { k.of<T>().gather(s, max_window(p), x.data<T>(), index.bytes(), out.data<T>()); });
  return out;
}

Array avg_pool2d(const Array& x, const Pool2dParams& p, const char* op) {
  check_images(x, op);
  check_window(p, op);
  check_spatial(x.shape(2), x.shape(3), op);
  const int64_t oh = output_size(p, 0, x.shape(2), op), ow = output_size(p, 1, x.shape(3), op);
  return average(x, AvgTables::windows(p, 0, x.shape(2), oh), AvgTables::windows(p, 1, x.shape(3), ow), oh, ow);
}

Array avg_pool2d_backward(const Array& grad, const Pool2dParams& p, int64_t in_h, int64_t in_w, bool channels_last) {
  constexpr const char* op = "avg_pool2d_backward";
  check_images(grad, op, "gradient");
  check_window(p, op);
  check_spatial(in_h, in_w, op);
  const int64_t oh = output_size(p, 0, in_h, op), ow = output_size(p, 1, in_w, op);
  check_grad_shape(grad, oh, ow, op);
  return average_backward(grad, AvgTables::windows(p, 0, in_h, oh), AvgTables::windows(p, 1, in_w, ow), in_h, in_w,
                          grad.shape(1) > 1 && (channels_last || works_channels_last(grad)));
}

Array adaptive_avg_pool2d(const Array& x, int64_t out_h, int64_t out_w, const char* op) {
  check_images(x, op);
  check_spatial(x.shape(2), x.shape(3), op);
  if (out_h < 1 || out_w < 1 || out_h > INT32_MAX || out_w > INT32_MAX)
    value_error(std::string(op) + ": output_size must be positive, got (" + std::to_string(out_h) + ", " +
                std::to_string(out_w) + ")");
  return average(x, AvgTables::adaptive(x.shape(2), out_h), AvgTables::adaptive(x.shape(3), out_w), out_h, out_w);
}

Array adaptive_avg_pool2d_backward(const Array& grad, int64_t in_h, int64_t in_w, bool channels_last) {
  constexpr const char* op = "adaptive_avg_pool2d_backward";
  check_images(grad, op, "gradient");
  check_spatial(in_h, in_w, op);
  check_spatial(grad.shape(2), grad.shape(3), op);
  return average_backward(grad, AvgTables::adaptive(in_h, grad.shape(2)), AvgTables::adaptive(in_w, grad.shape(3)),
                          in_h, in_w, grad.shape(1) > 1 && (channels_last || works_channels_last(grad)));
}

}  // namespace fastgrad::ops
