// The arithmetic of a recurrent step apart from its product, for a few neighbouring units of one row.
#pragma once

#include "kernels/elementwise/unary.h"
#include "kernels/recurrent/recurrent.h"
#include "simd/lanes.h"
#include "simd/math.h"

namespace fastgrad::FG_LEVEL {
namespace {

// Some units of neighbouring rows. Pointers are to the first of them.
template <class T>
struct CellRows {
  int64_t rows, columns;
  int64_t state;         // from one row of a state to the next, and from one gate to the next
  T* gates;
  int64_t pitch;         // from one row of gates to the next
  const T* product;      // W h, where it has not been added to the gates; rows of as many states as it has gates
  int64_t product_pitch;
  const T *h, *c;        // the state before
  T *y, *cell;           // the state after
  T *h_n, *c_n;          // where rows from `ends` on have it, too; null: none
  int64_t ends;
};
template <class T>
struct CellGradients {
  int64_t rows, columns;
  int64_t state;
  const T* gates;
  int64_t pitch;
  const T *h, *c, *y, *cell;
  const T* grad_y;     // null: zeros
  T* grad_gates;       // at the same pitch
  T *grad_h, *grad_c;  // by the state after, then by the state before: what does not go through W
};

// The same of one row.
template <class T>
struct CellRow {
  T* gates;
  int64_t slot;
  const T *product, *h, *c;
  T *y, *cell, *h_n, *c_n;
};
template <class T>
struct CellGradient {
  const T* gates;
  int64_t slot;
  const T *h, *c, *y, *cell, *grad_y;
  T *grad_gates, *grad_h, *grad_c;
};

template <class T, class Lanes>
FG_INLINE Vec<T> gate(const CellRow<T>& r, int number, int64_t i, Lanes lanes) {
  const Vec<T> x = load_lanes(r.gates + number * r.slot + i, lanes);
  return r.product ? x + load_lanes(r.product + number * r.slot + i, lanes) : x;
}
// By the state after: what comes from the next step and from the output.
template <class T, class Lanes>
FG_INLINE Vec<T> incoming(const CellGradient<T>& r, int64_t i, Lanes lanes) {
  const Vec<T> next = load_lanes(r.grad_h + i, lanes);
  return r.grad_y ? next + load_lanes(r.grad_y + i, lanes) : next;
}
template <class T, class Lanes>
FG_INLINE void store_state(T* y, T* last, int64_t i, Vec<T> h, Lanes lanes) {
  store_lanes<T>(y + i, h, lanes);
  if (last) store_lanes<T>(last + i, h, lanes);
}

FG_INLINE auto sigmoid_slope(auto y) { return functions::Sigmoid{}.slope(y); }
FG_INLINE auto tanh_slope(auto y) { return functions::Tanh{}.slope(y); }

// A cell's forward arithmetic is its gates and then its state, a pass over the rows each: a state waits for its gates
// through two functions of some 100 cycles, and the CPU's window holds one vector of both, but several of either.
template <RecurrentCell kCell>
struct Plain {
  static constexpr bool has_gates = false;
  static constexpr int slots = 1;
  template <class T, class Lanes>
  FG_INLINE void state(const CellRow<T>& r, int64_t i, Lanes lanes) {
    const Vec<T> x = gate(r, 0, i, lanes);
    store_state<T>(r.y, r.h_n, i, kCell == RecurrentCell::Relu ? relu(x) : tanh(x), lanes);
  }
  template <class T, class Lanes>
  FG_INLINE void backward(const CellGradient<T>& r, int64_t i, Lanes lanes) {
    const Vec<T> y = load_lanes(r.y + i, lanes), g = incoming(r, i, lanes);
    store_lanes<T>(r.grad_gates + i, kCell == RecurrentCell::Relu ? (y <= Vec<T>{} ? Vec<T>{} : g) : g * tanh_slope(y),
                   lanes);
  }
};

struct Lstm {
  static constexpr bool has_gates = true;
  static constexpr int slots = 4;
  template <class T, class Lanes>
  FG_INLINE void gates(const CellRow<T>& r, int64_t u, Lanes lanes) {
    const Vec<T> i = sigmoid(gate(r, 0, u, lanes)), f = sigmoid(gate(r, 1, u, lanes));
    const Vec<T> g = tanh(gate(r, 2, u, lanes)), o = sigmoid(gate(r, 3, u, lanes));
    const Vec<T> c = fma(f, load_lanes(r.c + u, lanes), i * g);
    store_lanes<T>(r.gates + u, i, lanes);
    store_lanes<T>(r.gates + r.slot + u, f, lanes);
    store_lanes<T>(r.gates + 2 * r.slot + u, g, lanes);
    store_lanes<T>(r.gates + 3 * r.slot + u, o, lanes);
    store_state<T>(r.cell, r.c_n, u, c, lanes);
  }
  template <class T, class Lanes>
  FG_INLINE void state(const CellRow<T>& r, int64_t u, Lanes lanes) {
    const Vec<T> c = load_lanes(r.cell + u, lanes), o = load_lanes(r.gates + 3 * r.slot + u, lanes);
    store_state<T>(r.y, r.h_n, u, o * tanh(c), lanes);
  }
  template <class T, class Lanes>
  FG_INLINE void backward(const CellGradient<T>& r, int64_t u, Lanes lanes) {
    const Vec<T> i = load_lanes(r.gates + u, lanes), f = load_lanes(r.gates + r.slot + u, lanes);
    const Vec<T> g = load_lanes(r.gates + 2 * r.slot + u, lanes), o = load_lanes(r.gates + 3 * r.slot + u, lanes);
    const Vec<T> t = tanh(load_lanes(r.cell + u, lanes)), by_h = incoming(r, u, lanes);
    const Vec<T> by_c = fma(by_h * o, tanh_slope(t), load_lanes(r.grad_c + u, lanes));
    store_lanes<T>(r.grad_gates + u, by_c * g * sigmoid_slope(i), lanes);
    store_lanes<T>(r.grad_gates + r.slot + u, by_c * load_lanes(r.c + u, lanes) * sigmoid_slope(f), lanes);
    store_lanes<T>(r.grad_gates + 2 * r.slot + u, by_c * i * tanh_slope(g), lanes);
    store_lanes<T>(r.grad_gates + 3 * r.slot + u, by_h * t * sigmoid_slope(o), lanes);
    store_lanes<T>(r.grad_c + u, by_c * f, lanes);
  }
};

struct Gru {
  static constexpr bool has_gates = true;
  static constexpr int slots = 4;
  template <class T, class Lanes>
  FG_INLINE void gates(const CellRow<T>& row, int64_t u, Lanes lanes) {
    const Vec<T> r = sigmoid(gate(row, 0, u, lanes)), z = sigmoid(gate(row, 1, u, lanes));
    if (row.product)
      store_lanes<T>(row.gates + 3 * row.slot + u, load_lanes(row.product + 2 * row.slot + u, lanes), lanes);
    store_lanes<T>(row.gates + u, r, lanes);
    store_lanes<T>(row.gates + row.slot + u, z, lanes);
  }
  template <class T, class Lanes>
  FG_INLINE void state(const CellRow<T>& row, int64_t u, Lanes lanes) {
    const Vec<T> r = load_lanes(row.gates + u, lanes), z = load_lanes(row.gates + row.slot + u, lanes);
    const Vec<T> q = load_lanes(row.gates + 3 * row.slot + u, lanes);
    const Vec<T> n = tanh(fma(r, q, load_lanes(row.gates + 2 * row.slot + u, lanes)));
    store_lanes<T>(row.gates + 2 * row.slot + u, n, lanes);
    store_state<T>(row.y, row.h_n, u, fma(z, load_lanes(row.h + u, lanes) - n, n), lanes);
  }
  template <class T, class Lanes>
  FG_INLINE void backward(const CellGradient<T>& row, int64_t u, Lanes lanes) {
    const Vec<T> r = load_lanes(row.gates + u, lanes), z = load_lanes(row.gates + row.slot + u, lanes);
    const Vec<T> n = load_lanes(row.gates + 2 * row.slot + u, lanes),
                 q = load_lanes(row.gates + 3 * row.slot + u, lanes);
    const Vec<T> by_h = incoming(row, u, lanes), by_n = by_h * (1 - z) * tanh_slope(n);
    store_lanes<T>(row.grad_gates + u, by_n * q * sigmoid_slope(r), lanes);
    store_lanes<T>(row.grad_gates + row.slot + u, by_h * (load_lanes(row.h + u, lanes) - n) * sigmoid_slope(z), lanes);
    store_lanes<T>(row.grad_gates + 2 * row.slot + u, by_n, lanes);
    store_lanes<T>(row.grad_gates + 3 * row.slot + u, by_n * r, lanes);
    store_lanes<T>(row.grad_h + u, by_h * z, lanes);
  }
};

template <class T, class Do>
FG_INLINE void over_rows(const CellRows<T>& x, const Do& act) {
  const auto at = [&](auto* p, int64_t r) __attribute__((always_inline)) { return p ? p + r * x.state : p; };
  for (int64_t r = 0; r < x.rows; ++r) {
    const bool is_last = r >= x.ends;
    const CellRow<T> row{x.gates + r * x.pitch,
                         x.state,
                         x.product ? x.product + r * x.product_pitch : nullptr,
                         at(x.h, r),
                         at(x.c, r),
                         at(x.y, r),
                         at(x.cell, r),
                         is_last ? at(x.h_n, r) : nullptr,
                         is_last ? at(x.c_n, r) : nullptr};
    over_lanes<T>(x.columns, [&](int64_t i, auto lanes) { act(row, i, lanes); });
  }
}

template <class T, class Cell>
__attribute__((noinline)) void forward_rows(const CellRows<T>& x) {
  if constexpr (Cell::has_gates)
    over_rows(x, [](const CellRow<T>& row, int64_t i, auto lanes) { Cell::template gates<T>(row, i, lanes); });
  over_rows(x, [](const CellRow<T>& row, int64_t i, auto lanes) { Cell::template state<T>(row, i, lanes); });
}

template <class T, class Cell>
__attribute__((noinline)) void backward_rows(const CellGradients<T>& x) {
  const auto at = [&](auto* p, int64_t r) __attribute__((always_inline)) { return p ? p + r * x.state : p; };
  for (int64_t r = 0; r < x.rows; ++r) {
    const CellGradient<T> row{x.gates + r * x.pitch,
                              x.state,
                              at(x.h, r),
                              at(x.c, r),
                              at(x.y, r),
                              at(x.cell, r),
                              at(x.grad_y, r),
                              x.grad_gates + r * x.pitch,
                              at(x.grad_h, r),
                              at(x.grad_c, r)};
    // The next row: a dozen arrays are more than a hardware prefetcher follows.
    over_lanes<T>(x.columns, [&](int64_t i, auto lanes) {
      for (int g = 0; g < Cell::slots; ++g) {
        __builtin_prefetch(row.gates + g * x.state + i + x.pitch);
        __builtin_prefetch(row.grad_gates + g * x.state + i + x.pitch, 1);
      }
      if (row.grad_y) __builtin_prefetch(row.grad_y + i + x.state);
      __builtin_prefetch((row.c ? row.c : row.h) + i + x.state);
      Cell::template backward<T>(row, i, lanes);
    });
  }
}

// By RecurrentCell.
template <class T>
constexpr void (*kForwardRows[])(const CellRows<T>&) = {forward_rows<T, Plain<RecurrentCell::Tanh>>,
                                                        forward_rows<T, Plain<RecurrentCell::Relu>>,
                                                        forward_rows<T, Lstm>, forward_rows<T, Gru>};
template <class T>
constexpr void (*kBackwardRows[])(const CellGradients<T>&) = {backward_rows<T, Plain<RecurrentCell::Tanh>>,
                                                              backward_rows<T, Plain<RecurrentCell::Relu>>,
                                                              backward_rows<T, Lstm>, backward_rows<T, Gru>};

}  // namespace
}  // namespace fastgrad::FG_LEVEL
