// Scaled dot product attention of arrays, and its gradients.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

struct AttentionResult {
  Array out;
  Array log_sums;  // of each query, for backward
};
struct AttentionGrads {
  Array q, k, v;
};

// softmax(scale q k' + mask) v: q (..., L, E), k (..., S, E) and v (..., S, D), whose leading axes broadcast, of one
// dtype, float32 or float64; mask broadcasts to (..., L, S), is bool (true: is seen) or of that dtype, or undefined.
// causal: query i sees the keys 0 .. i. A query that sees nothing gets 0. The result (..., L, D) is laid out as q.
AttentionResult attention(const Array& q, const Array& k, const Array& v, const Array& mask, bool causal, double scale);
// The errors that it would raise.
void attention_check(const Array& q, const Array& k, const Array& v, const Array& mask);

// Of the shapes of q, k and v broadcast together; but where k and v are broadcast along the last of the leading axes
// (heads that share them), their gradients are sums over it, and have size 1 there.
AttentionGrads attention_backward(const Array& grad, const Array& q, const Array& k, const Array& v, const Array& mask,
                                  bool causal, double scale, const AttentionResult& made, bool need_q, bool need_k,
                                  bool need_v);

}  // namespace fastgrad::ops
