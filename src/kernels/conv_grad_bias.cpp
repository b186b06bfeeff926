// The gradient of a convolution's bias: the sum of the output's gradient over everything but channels.
#include "kernels/conv_parts.h"
#include "simd/pieces.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Sums of channels over the pixels: columns of a (pixels, channels) matrix where g is channels last.
template <class T>
void conv_grad_bias(int64_t batch, int64_t channels, int64_t h, int64_t w, const ConvOperand& g, void* grad_b) {
  constexpr int64_t L = kLanes<T>, kChunkRows = 64;
  T* const out = static_cast<T*>(grad_b);
  const int64_t rows = batch * h;
  if (rows * w == 0 || channels == 0) return clear_elements(out, channels);
  const ImageView<T> v = image_view<T>(g, h, w, channels);
  const int64_t width = ceil_div(channels, L) * L;
  const int64_t grain = larger((int64_t{1} << 16) / (w * channels), 1);
  const int64_t chunks = smaller(runtime::count_pieces(rows, larger(grain, ceil_div(rows, kChunkRows))), kChunkRows);
  T* const sums = static_cast<T*>(runtime::scratch(0, static_cast<size_t>(chunks * width) * sizeof(T)));
  for_pieces(chunks, [&](int64_t chunk) {
    T* const total = sums + chunk * width;
    clear_elements(total, width);
    for (int64_t i = rows * chunk / chunks; i < rows * (chunk + 1) / chunks; ++i) {
      const T* const row = v.data + i / h * v.n + i % h * v.h;
      if (v.c != 1) {
        for (int64_t c = 0; c < channels; ++c) {
          T sum = 0;
          for (int64_t x = 0; x < w; ++x) sum += row[x * v.w + c * v.c];
          total[c] += sum;
        }
        continue;
      }
      for (int64_t c = 0; c < channels; c += L) {
        const int lanes = static_cast<int>(smaller(L, channels - c));
        Vec<T> sum[4] = {};
        for (int64_t x = 0; x < w; ++x) {
          const T* const at = row + x * v.w + c;
          sum[x % 4] += lanes == L ? load(at) : load_first(at, lanes);
        }
        store(total + c, load(total + c) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
      }
    }
  });
  for (int64_t c = 0; c < channels; ++c) {
    T sum = sums[c];
    for (int64_t k = 1; k < chunks; ++k) sum += sums[k * width + c];
    out[c] = sum;
  }
}

}  // namespace

void conv_grad_bias_f32(int64_t batch, int64_t channels, int64_t h, int64_t w, const ConvOperand& g, void* grad_b) {
  conv_grad_bias<float>(batch, channels, h, w, g, grad_b);
}
void conv_grad_bias_f64(int64_t batch, int64_t channels, int64_t h, int64_t w, const ConvOperand& g, void* grad_b) {
  conv_grad_bias<double>(batch, channels, h, w, g, grad_b);
}

}  // namespace fastgrad::FG_LEVEL
