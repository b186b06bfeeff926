// Arrays of images (N, C, H, W) as kernels take them: with rows of pixels, or channels, as neighbours in memory.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// Throws unless x has four axes of float32 or float64; the message names op and, of its arguments, `what`.
void check_images(const Array& x, const char* op, const char* what = "input");
// Throws unless both lengths are positive, and small enough for int32.
void check_spatial(int64_t h, int64_t w, const char* op);

// The layout that an operation on x works and answers in. Backward takes it where a 1x1 output no longer shows it.
bool works_channels_last(const Array& x);

Array empty_images(int64_t n, int64_t c, int64_t h, int64_t w, DType dtype, bool channels_last);
// x itself, or a dense copy of it in this layout.
Array dense_images(const Array& x, bool channels_last);

}  // namespace fastgrad::ops
