#include "ops/images.h"

#include <string>

#include "array/check.h"
#include "ops/copy.h"

namespace fastgrad::ops {

void check_images(const Array& x, const char* op, const char* what) {
  if (x.ndim() != 4)
    value_error(std::string(op) + ": " + what + " must have 4 axes (N, C, H, W), got shape " + to_string(x.shape()));
  check_float(x, op, what);
}

void check_spatial(int64_t h, int64_t w, const char* op) {
  if (h < 1 || w < 1 || h > INT32_MAX || w > INT32_MAX)
    value_error(std::string(op) + ": height and width must be positive and below 2**31, got " + std::to_string(h) +
                " and " + std::to_string(w));
}

bool works_channels_last(const Array& x) {
  return x.ndim() == 4 && x.shape(1) > 1 && x.stride(1) == 1 && !x.is_contiguous();
}

Array empty_images(int64_t n, int64_t c, int64_t h, int64_t w, DType dtype, bool channels_last) {
  if (!channels_last) return Array::empty({n, c, h, w}, dtype);
  return Array::empty_with_layout({n, c, h, w}, dtype, {h * w * c, 1, w * c, c});
}

Array dense_images(const Array& x, bool channels_last) {
  if (channels_last ? x.is_channels_last() : x.is_contiguous()) return x;
  Array copy = empty_images(x.shape(0), x.shape(1), x.shape(2), x.shape(3), x.dtype(), channels_last);
  copy_into(copy, x);
  return copy;
}

}  // namespace fastgrad::ops
