#include "ops/recurrent.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "array/check.h"
#include "kernels/gemm/gemm.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {
namespace {

// ---- checks

struct Named {
  const char* name;
  const Array& x;
};

void check_shape(const char* op, const Named& a, const Dims& wanted, const char* meaning) {
  if (!(a.x.shape() == wanted))
    value_error(std::string(op) + ": " + a.name + " must have shape " + meaning + " = " + to_string(wanted) + ", got " +
                to_string(a.x.shape()));
}

void check_arrays(const char* op, RecurrentCell cell, const RecurrentArrays& x) {
  const Named all[] = {
      {"input", x.input},         {"h0", x.h0},           {"c0", x.c0},          {"weight_ih", x.weight_ih},
      {"weight_hh", x.weight_hh}, {"bias_ih", x.bias_ih}, {"bias_hh", x.bias_hh}};
  check_float(x.input, op);
  for (const Named& a : all)
    if (a.x.defined() && a.x.dtype() != x.input.dtype())
      type_error(std::string(op) + ": one dtype is needed; got input " + name(x.input.dtype()) + ", " + a.name + " " +
                 name(a.x.dtype()) + conversion("input", a.x.dtype()));
  if (x.weight_hh.ndim() != 2 || x.weight_hh.shape(0) != recurrent_gates(cell) * x.weight_hh.shape(1))
    value_error(std::string(op) + ": weight_hh must have shape (" + std::to_string(recurrent_gates(cell)) +
                " * hidden, hidden), got " + to_string(x.weight_hh.shape()));
  const int64_t hidden = x.weight_hh.shape(1), gates = x.weight_hh.shape(0);
  const int ndim = x.input.ndim();
  if (ndim != 2 && (ndim != 3 || x.batch_sizes.defined()))
    value_error(std::string(op) + ": input must be " + (x.batch_sizes.defined() ? "2-D (rows, in)" : "3-D or 2-D") +
                ", got shape " + to_string(x.input.shape()));
  const int64_t in = x.input.shape(ndim - 1);
  check_shape(op, {"weight_ih", x.weight_ih}, {gates, in}, "(gates * hidden, in)");
  if (x.bias_ih.defined() != x.bias_hh.defined())
    value_error(std::string(op) + ": bias_ih and bias_hh must both be given, or neither");
  if (x.bias_ih.defined()) {
    check_shape(op, {"bias_ih", x.bias_ih}, {gates}, "(gates * hidden,)");
    check_shape(op, {"bias_hh", x.bias_hh}, {gates}, "(gates * hidden,)");
  }
  if (x.h0.ndim() != 2)
    value_error(std::string(op) + ": h0 must be 2-D (batch, hidden), got shape " + to_string(x.h0.shape()));
  const int64_t batch = x.batch_sizes.defined() ? x.h0.shape(0) : x.input.shape(ndim - 2);
  check_shape(op, {"h0", x.h0}, {batch, hidden}, "(batch, hidden)");
  if (cell == RecurrentCell::Lstm) check_shape(op, {"c0", x.c0}, {batch, hidden}, "(batch, hidden)");
}

// Where each time's rows begin, and the end. A copy: the sizes are an array that anybody may write to.
std::vector<int64_t> row_starts(const char* op, const RecurrentArrays& x) {
  std::vector<int64_t> rows{0};
  if (!x.batch_sizes.defined()) {
    const bool is_single = x.input.ndim() == 2;
    const int64_t times = is_single ? 1 : x.input.shape(0), batch = x.input.shape(is_single ? 0 : 1);
    for (int64_t t = 0; t < times; ++t) rows.push_back(rows.back() + batch);
    return rows;
  }
  if (x.batch_sizes.dtype() != DType::I64 || x.batch_sizes.ndim() != 1)
    value_error(std::string(op) + ": batch_sizes must be 1-D and of dtype int64, got " + name(x.batch_sizes.dtype()) +
                " of shape " + to_string(x.batch_sizes.shape()));
  const Array sizes = contiguous(x.batch_sizes);
  int64_t most = x.h0.shape(0);
  for (int64_t t = 0; t < sizes.size(); ++t) {
    const int64_t n = __atomic_load_n(sizes.data<int64_t>() + t, __ATOMIC_RELAXED);
    if (n < 1 || n > most || (t == 0 && n != most))
      value_error(std::string(op) + ": batch_sizes must begin with the batch's " + std::to_string(x.h0.shape(0)) +
                  " sequences and never rise, nor fall below 1; got " + std::to_string(n) + " at place " +
                  std::to_string(t));
    rows.push_back(rows.back() + n);
    most = n;
  }
  if (rows.back() != x.input.shape(0))
    value_error(std::string(op) + ": batch_sizes must add up to the input's " + std::to_string(x.input.shape(0)) +
                " rows, got " + std::to_string(rows.back()));
  return rows;
}

// ---- products

// f.operator()<T>(the kernels of this dtype)
template <class F>
void with_kernels(DType t, const F& f) {
  visit<ComputingFloats>(t, [&]<class T>() { f.template operator()<T>(kernels().recurrent->of<T>()); });
}

// a (m, k) times b (k, n) into c, whose rows are ldc apart. bias: for each column, or null.
template <class T>
struct Matrix {
  const T* data;
  int64_t row, column;
};
template <class T>
void multiply(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T* c, int64_t ldc, const T* bias = nullptr) {
  GemmArgs<T> g;
  g.m = m;
  g.n = n;
  g.k = k;
  g.a = a.data;
  g.a_row = a.row;
  g.a_col = a.column;
  g.b = b.data;
  g.b_row = b.row;
  g.b_col = b.column;
  g.c = c;
  g.ldc = n == 0 ? 1 : ldc;
  g.epilogue.bias = bias;
  if constexpr (sizeof(T) == 4) kernels().gemm->f32(g);
  else kernels().gemm->f64(g);
}
template <class T>
Matrix<T> matrix(const Array& x) {
  return {x.data<T>(), x.stride(0), x.stride(1)};
}
template <class T>
Matrix<T> transposed(Matrix<T> x) {
  return {x.data, x.column, x.row};
}

// What is added to x W^T: both biases, but GRU's own of n, which belongs to q.
template <class T>
void add_biases(RecurrentCell cell, const Array& ih, const Array& hh, T* sum) {
  const int64_t gates = ih.shape(0), both = cell == RecurrentCell::Gru ? gates / 3 * 2 : gates;
  const T *const a = ih.data<T>(), *const b = hh.data<T>();
  for (int64_t i = 0; i < gates; ++i) sum[i] = a[i * ih.stride(0)] + (i < both ? b[i * hh.stride(0)] : T(0));
}

// The input's rows one after the other.
Array flat_rows(const Array& input) {
  if (input.ndim() == 2) return input;
  Array rows;
  const Dims shape{input.shape(0) * input.shape(1), input.shape(2)};
  if (input.try_reshape(shape, &rows)) return rows;
  contiguous(input).try_reshape(shape, &rows);
  return rows;
}

// Rows of gates: never 4 KB apart, where rows share the sets of the first cache and products read them slowly.
int64_t gates_pitch(RecurrentCell cell, int64_t hidden, DType t) {
  if (recurrent_slots(cell) == 1) return hidden;  // they are the output
  const int64_t width = recurrent_slots(cell) * hidden, item = static_cast<int64_t>(itemsize(t));
  return width * item % 4096 == 0 ? width + 64 / item : width;
}

template <class T>
RecurrentArgs<T> kernel_args(RecurrentCell cell, bool reverse, const std::vector<int64_t>& rows, const Array& weight,
                             const Array& h0, const Array& c0, const RecurrentResult& r) {
  RecurrentArgs<T> k{};
  k.cell = cell;
  k.reverse = reverse;
  k.steps = static_cast<int64_t>(rows.size()) - 1;
  k.batch = h0.shape(0);
  k.hidden = h0.shape(1);
  k.rows = rows.data();
  k.weight = weight.data<T>();
  k.gates = r.gates.data<T>();
  k.pitch = gates_pitch(cell, k.hidden, h0.dtype());
  k.y = r.output.data<T>();
  k.cells = r.cells.defined() ? r.cells.data<T>() : nullptr;
  k.h0 = h0.data<T>();
  k.c0 = c0.defined() ? c0.data<T>() : nullptr;
  return k;
}

bool is_single_step(const RecurrentArrays& x) { return x.input.ndim() == 2 && !x.batch_sizes.defined(); }

Array dense(const Array& x) { return x.defined() ? contiguous(x) : x; }

Array own_or_zeros(const Array& x, const Array& like) {
  if (!x.defined()) return Array::zeros(like.shape(), like.dtype());
  const Array own = Array::empty(like.shape(), like.dtype());
  copy_into(own, x);
  return own;
}

// The state before each row: h0's, or the output of the row before.
template <class T>
Array states_before(const RecurrentArgs<T>& k, const Array& like) {
  const Array before = Array::empty({k.rows[k.steps], k.hidden}, like.dtype());
  T* const to = before.data<T>();
  const auto copy = [&](int64_t row, const T* from, int64_t rows) {
    std::memcpy(to + row * k.hidden, from, static_cast<size_t>(rows * k.hidden) * sizeof(T));
  };
  constexpr int64_t kGrain = 1 << 16;  // elements
  const int64_t times = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, k.batch * k.hidden));
  runtime::parallel_for(k.steps, times, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      const int64_t other = k.reverse ? t + 1 : t - 1, rows = k.rows[t + 1] - k.rows[t];
      const int64_t others = other < 0 || other == k.steps ? 0 : std::min(rows, k.rows[other + 1] - k.rows[other]);
      if (others > 0) copy(k.rows[t], k.y + k.rows[other] * k.hidden, others);
      if (others < rows) copy(k.rows[t] + others, k.h0 + others * k.hidden, rows - others);
    }
  });
  return before;
}

}  // namespace

RecurrentResult recurrent(const char* op, RecurrentCell cell, const RecurrentArrays& x, bool reverse) {
  check_arrays(op, cell, x);
  const std::vector<int64_t> rows = row_starts(op, x);
  const DType t = x.input.dtype();
  const bool is_single = is_single_step(x), is_lstm = cell == RecurrentCell::Lstm, is_gru = cell == RecurrentCell::Gru;
  const int64_t hidden = x.weight_hh.shape(1), gates = x.weight_hh.shape(0), total = rows.back();
  const int64_t batch = x.h0.shape(0), pitch = gates_pitch(cell, hidden, t);
  const Array input = flat_rows(x.input), h0 = contiguous(x.h0), c0 = dense(x.c0), weight = contiguous(x.weight_hh);

  RecurrentResult r;
  Dims shape = x.input.shape();
  shape[x.input.ndim() - 1] = hidden;
  r.output = Array::empty(shape, t);
  r.gates = recurrent_slots(cell) == 1 ? r.output : Array::empty({total, pitch}, t);
  if (is_lstm) r.cells = Array::empty({total, hidden}, t);
  if (!is_single) r.h_n = Array::empty({batch, hidden}, t);
  if (is_lstm) r.c_n = is_single ? r.cells : Array::empty({batch, hidden}, t);
  if (total == 0 || hidden == 0) {
    if (!is_single) copy_into(r.h_n, h0);
    if (is_lstm && !is_single) copy_into(r.c_n, c0);
    return r;
  }

  with_kernels(t, [&]<class T>(const RecurrentFunctions<T>& f) {
    RecurrentArgs<T> k = kernel_args<T>(cell, reverse, rows, weight, h0, c0, r);
    k.h_n = r.h_n.defined() ? r.h_n.data<T>() : nullptr;
    k.c_n = is_lstm && !is_single ? r.c_n.data<T>() : nullptr;
    Array bias, own_bias;
    if (x.bias_ih.defined()) {
      bias = Array::empty({gates}, t);
      add_biases(cell, x.bias_ih, x.bias_hh, bias.data<T>());
      if (is_gru) {
        own_bias = contiguous(x.bias_hh.slice(0, 2 * hidden, 3 * hidden));
        k.bias = own_bias.data<T>();
      }
    }
    multiply<T>(total, gates, input.shape(1), matrix<T>(input), transposed(matrix<T>(x.weight_ih)), k.gates, pitch,
                bias.defined() ? bias.data<T>() : nullptr);
    if (!is_single) return f.forward(k);
    const Array product = Array::empty({batch, gates}, t);
    // q's bias alone: the others have been added
    Array product_bias;
    if (k.bias) {
      product_bias = Array::zeros({gates}, t);
      std::copy_n(k.bias, hidden, product_bias.data<T>() + 2 * hidden);
    }
    multiply<T>(batch, gates, hidden, matrix<T>(h0), transposed(matrix<T>(x.weight_hh)), product.data<T>(), gates,
                product_bias.defined() ? product_bias.data<T>() : nullptr);
    f.cell(k, product.data<T>());
  });
  return r;
}

RecurrentGradients recurrent_backward(RecurrentCell cell, const RecurrentArrays& x, bool reverse,
                                      const RecurrentResult& result, const Array& grad_output, const Array& grad_h,
                                      const Array& grad_c, int wanted) {
  const std::vector<int64_t> rows = row_starts("recurrent_backward", x);
  const DType t = x.input.dtype();
  const bool is_single = is_single_step(x), is_lstm = cell == RecurrentCell::Lstm, is_gru = cell == RecurrentCell::Gru;
  const int64_t hidden = x.weight_hh.shape(1), gates = x.weight_hh.shape(0), total = rows.back();
  const int64_t in = x.weight_ih.shape(1), pitch = gates_pitch(cell, hidden, t);
  const auto wants = [&](int i) { return (wanted >> i & 1) != 0; };
  const Array input = flat_rows(x.input), h0 = contiguous(x.h0), c0 = dense(x.c0), weight = contiguous(x.weight_hh);
  const Array grad_y = dense(grad_output);

  RecurrentGradients to;
  to.h0 = own_or_zeros(grad_h, h0);
  if (is_lstm) to.c0 = own_or_zeros(grad_c, h0);
  const Array grad_gates = Array::empty({total, pitch}, t);

  with_kernels(t, [&]<class T>(const RecurrentFunctions<T>& f) {
    RecurrentBackwardArgs<T> k{};
    k.of = kernel_args<T>(cell, reverse, rows, weight, h0, c0, result);
    k.grad_y = grad_y.defined() ? grad_y.data<T>() : nullptr;
    k.grad_gates = grad_gates.data<T>();
    k.grad_h = to.h0.data<T>();
    k.grad_c = is_lstm ? to.c0.data<T>() : nullptr;
    const Matrix<T> by_input{k.grad_gates, pitch, 1}, by_q{k.grad_gates + 3 * hidden, pitch, 1};
    if (total > 0 && hidden > 0) {
      if (!is_single) {
        f.backward(k);
      } else {
        f.cell_backward(k);
        if (wants(1)) {
          // GRU's r and z, then q, whose rows of W are the last
          const int64_t both = is_gru ? 2 * hidden : gates;
          const Array by_state = Array::empty(h0.shape(), t);
          const Matrix<T> w = matrix<T>(weight);
          multiply<T>(total, hidden, both, by_input, w, by_state.data<T>(), hidden);
          to.h0 = is_gru ? binary(BinaryOp::Add, to.h0, by_state) : by_state;
          if (is_gru) {
            const Array by_last = Array::empty(h0.shape(), t);
            multiply<T>(total, hidden, hidden, by_q, Matrix<T>{w.data + both * w.row, w.row, w.column},
                        by_last.data<T>(), hidden);
            to.h0 = binary(BinaryOp::Add, to.h0, by_last);
          }
        }
      }
    }
    if (wants(0)) {
      to.input = Array::empty(x.input.shape(), t);
      if (to.input.size() > 0) multiply<T>(total, in, gates, by_input, matrix<T>(x.weight_ih), to.input.data<T>(), in);
    }
    if (wants(3)) {
      to.weight_ih = Array::empty({gates, in}, t);
      if (in > 0) multiply<T>(gates, in, total, transposed(by_input), matrix<T>(input), to.weight_ih.data<T>(), in);
    }
    if (wants(4)) {
      to.weight_hh = Array::empty({gates, hidden}, t);
      const Array before = is_single ? h0 : states_before(k.of, h0);
      const int64_t both = is_gru ? 2 * hidden : gates;
      T* const w = to.weight_hh.data<T>();
      multiply<T>(both, hidden, total, transposed(by_input), matrix<T>(before), w, hidden);
      if (is_gru) multiply<T>(hidden, hidden, total, transposed(by_q), matrix<T>(before), w + both * hidden, hidden);
    }
  });
  if (wants(5) || wants(6)) {
    const Array sums = reduce(ReduceOp::Sum, grad_gates.slice(1, 0, recurrent_slots(cell) * hidden), Dims{0}, false);
    to.bias_ih = to.bias_hh = sums.slice(0, 0, gates);
    if (is_gru && wants(6)) {
      to.bias_hh = clone(to.bias_ih);
      copy_into(to.bias_hh.slice(0, 2 * hidden, gates), sums.slice(0, 3 * hidden, 4 * hidden));
    }
  }
  return to;
}

}  // namespace fastgrad::ops
