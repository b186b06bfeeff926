// Recurrent layers: what their kernels take. A layer's step, of the state h before it and the inputs' part x of its gates:
//
//   tanh, relu   h' = f(x + W h)
//   LSTM         i f g o = sigmoid, sigmoid, tanh, sigmoid of x + W h;  c' = f c + i g;  h' = o tanh(c')
//   GRU          r z = sigmoid(x + W h);  q = W h + bias;  n = tanh(x + r q);  h' = (1 - z) n + z h
//
// A row is a step of one sequence. Rows of one time are neighbours, times follow each other; the rows of a time are those
// of the sequences that are so long, the longest sequences first. Everything is dense, but that `gates` has a pitch.
#pragma once

#include <cstdint>

#include "array/visit.h"

namespace fastgrad {

enum class RecurrentCell : uint8_t { Tanh, Relu, Lstm, Gru };

// Gates that W gives, each as wide as the state; and what is kept of a row, as multiples of the state: GRU's q, too.
[[gnu::always_inline]] inline constexpr int recurrent_gates(RecurrentCell c) {
  return c == RecurrentCell::Lstm ? 4 : c == RecurrentCell::Gru ? 3 : 1;
}
[[gnu::always_inline]] inline constexpr int recurrent_slots(RecurrentCell c) {
  return c == RecurrentCell::Lstm || c == RecurrentCell::Gru ? 4 : 1;
}

template <class T>
struct RecurrentArgs {
  RecurrentCell cell;
  bool reverse;  // from the last time to the first
  int64_t steps, batch, hidden;
  const int64_t* rows;  // where each time's rows begin, and the end: steps + 1 numbers
  const T* weight;  // W: (gates x hidden, hidden)
  const T* bias;  // GRU's, of q; null: none
  T* gates;  // (rows, slots x hidden): x before, the gates (and q) after. Of tanh and relu: y
  int64_t pitch;  // from one row of gates to the next
  T* y;  // (rows, hidden): h'
  T* cells;  // (rows, hidden): c', of LSTM
  const T *h0, *c0;  // (batch, hidden)
  T *h_n, *c_n;  // the same: each sequence's last h' and c'; null: not wanted
};

template <class T>
struct RecurrentBackwardArgs {
  RecurrentArgs<T> of;  // as it was left
  const T* grad_y;  // (rows, hidden); null: zeros
  T* grad_gates;  // (rows, slots x hidden) at the same pitch: by x; in q's place by q
  T *grad_h, *grad_c;  // (batch, hidden): by h_n and c_n before, by h0 and c0 after
};

template <class T>
struct RecurrentFunctions {
  void (*forward)(const RecurrentArgs<T>&);
  void (*backward)(const RecurrentBackwardArgs<T>&);
  // A single step but for its product: W h (and GRU's bias) is given, as a matrix (batch, gates x hidden); backward,
  // what W hands down to h is left out.
  void (*cell)(const RecurrentArgs<T>&, const T* product);
  void (*cell_backward)(const RecurrentBackwardArgs<T>&);
};
struct RecurrentKernels : PerFloat<RecurrentFunctions> {};

}  // namespace fastgrad

#if defined(FG_LEVEL)  // compiled for one instruction set
namespace fastgrad::FG_LEVEL {
extern const RecurrentKernels recurrent_kernels;
}  // namespace fastgrad::FG_LEVEL
#endif
