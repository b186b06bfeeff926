#include "ops/matmul.h"

#include <string>
#include <type_traits>
#include <utility>

#include "array/promotion.h"
#include "kernels/gemm/int.h"
#include "kernels/table.h"
#include "ops/copy.h"

namespace fastgrad::ops {

namespace {

template <class T>
void run_kernel(const GemmArgs<T>& g) {
  if constexpr (std::is_same_v<T, float>)
    kernels().gemm->f32(g);
  else if constexpr (std::is_same_v<T, double>)
    kernels().gemm->f64(g);
  else
    integer::gemm(g);
}

// Calls f.operator()<T>() with the type that products of this dtype are computed in.
template <class F>
void visit_product_type(DType t, const F& f) {
  if (t == DType::F32) return f.template operator()<float>();
  if (t == DType::F64) return f.template operator()<double>();
  switch (itemsize(t)) {
    case 1: return f.template operator()<uint8_t>();
    case 2: return f.template operator()<uint16_t>();
    case 4: return f.template operator()<uint32_t>();
    default: return f.template operator()<uint64_t>();
  }
}

// A stack of matrices: the last two axes, and the axes before them.
struct Matrices {
  char* data;
  int64_t rows, columns, row_stride, column_stride;
  int batch_dims;
  int64_t batch_strides[kMaxDims];  // of the broadcast batch axes
};

// x's last two axes as a matrix, or its one axis as a row or a column; batch axes broadcast to `batch`.
Matrices as_matrices(const Array& x, bool column, const Dims& batch) {
  Matrices r;
  r.data = x.bytes();
  const int n = x.ndim();
  if (n == 1) {
    r.rows = column ? x.shape(0) : 1;
    r.columns = column ? 1 : x.shape(0);
    r.row_stride = column ? x.stride(0) : 0;
    r.column_stride = column ? 0 : x.stride(0);
  } else {
    r.rows = x.shape(n - 2);
    r.columns = x.shape(n - 1);
    r.row_stride = x.stride(n - 2);
    r.column_stride = x.stride(n - 1);
  }
  r.batch_dims = batch.size();
  const int own = n > 2 ? n - 2 : 0, missing = batch.size() - own;
  for (int d = 0; d < batch.size(); ++d) {
    const int i = d - missing;
    r.batch_strides[d] = i < 0 || x.shape(i) == 1 ? 0 : x.stride(i);
  }
  return r;
}

// The batch axes of a product, merged where that leaves the same addresses. Innermost ones that B does not have become
// rows of A: one large product is faster than many small ones, and needs no more than B once.
template <class T>
void set_batch(GemmArgs<T>& g, const Dims& batch, const Matrices& a, const Matrices& b, const Matrices& c) {
  bool only_rows = true;
  int64_t sizes[kMaxDims], as[kMaxDims], bs[kMaxDims], cs[kMaxDims];  // innermost first
  int n = 0;
  for (int d = batch.size() - 1; d >= 0; --d) {
    const int64_t size = batch[d], sa = a.batch_strides[d], sb = b.batch_strides[d], sc = c.batch_strides[d];
    if (size == 1) continue;
    if (only_rows && sb == 0 && (g.m == 1 ? sc >= g.n : sa == g.m * g.a_row && sc == g.m * g.ldc)) {
      if (g.m == 1) {
        g.a_row = sa;
        g.ldc = sc;
      }
      g.m *= size;
      continue;
    }
    only_rows = false;
    if (n > 0 && sa == as[n - 1] * sizes[n - 1] && sb == bs[n - 1] * sizes[n - 1] && sc == cs[n - 1] * sizes[n - 1]) {
      sizes[n - 1] *= size;
      continue;
    }
    sizes[n] = size;
    as[n] = sa;
    bs[n] = sb;
    cs[n++] = sc;
  }
  g.batch_dims = n;
  for (int d = 0; d < n; ++d) {
    g.batch[d] = sizes[n - 1 - d];
    g.a_batch[d] = as[n - 1 - d];
    g.b_batch[d] = bs[n - 1 - d];
    g.c_batch[d] = cs[n - 1 - d];
  }
}

// c's rows are contiguous; c overlaps neither a nor b. bias: dense, one for each column, or null.
void multiply(DType dtype, const Dims& batch, const Matrices& a, const Matrices& b, const Matrices& c,
              const Array* bias = nullptr, Activation activation = Activation::Identity) {
  visit_product_type(dtype, [&]<class T>() {
    GemmArgs<T> g;
    g.m = a.rows;
    g.n = b.columns;
    g.k = a.columns;
    g.a = reinterpret_cast<const T*>(a.data);
    g.a_row = a.row_stride;
    g.a_col = a.column_stride;
    g.b = reinterpret_cast<const T*>(b.data);
    g.b_row = b.row_stride;
    g.b_col = b.column_stride;
    g.c = reinterpret_cast<T*>(c.data);
    g.ldc = c.row_stride;
    if (bias) g.epilogue.bias = bias->data<T>();
    g.epilogue.activation = activation;
    set_batch(g, batch, a, b, c);
    run_kernel(g);
  });
}

DType product_dtype(const Array& a, const Array& b, const char* op) {
  const DType t = promote(a.dtype(), b.dtype(), op);
  if (t == DType::Bool)
    unsupported_dtype(std::string(op) +
                      ": not defined for bool; convert with .astype(fg.int64), or use logical functions");
  return t;
}

// PyTorch's sentence, which programs look for: of the matrices that are multiplied once leading axes are joined.
std::string as_pytorch_says(const Array& a, int64_t rows, int64_t columns) {
  if (a.ndim() < 2) return "";
  int64_t lines = 1;
  for (int i = 0; i + 1 < a.ndim(); ++i) lines *= a.shape(i);
  return ". mat1 and mat2 shapes cannot be multiplied (" + std::to_string(lines) + "x" +
         std::to_string(a.shape(a.ndim() - 1)) + " and " + std::to_string(rows) + "x" + std::to_string(columns) + ")";
}

[[noreturn]] void mismatch(const Array& a, const Array& b, int64_t ka, int64_t kb) {
  value_error("matmul: shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) +
              " do not fit: the last axis of the first has length " + std::to_string(ka) + ", the " +
              (b.ndim() == 1 ? "only" : "second to last") + " axis of the second " + std::to_string(kb) +
              (b.ndim() == 2 ? as_pytorch_says(a, b.shape(0), b.shape(1)) : std::string()));
}

// Errors of broadcast_shapes would name the leading axes alone.
Dims broadcast_batch(const Array& a, const Array& b, const Dims& leading_a, const Dims& leading_b) {
  try {
    return broadcast_shapes(leading_a, leading_b, "matmul");
  } catch (const Error&) {
    value_error("matmul: the axes before the last two of shapes " + to_string(a.shape()) + " and " +
                to_string(b.shape()) + " cannot be broadcast together");
  }
}

struct MatmulShape {
  Dims batch, result;
};

MatmulShape matmul_shape(const Array& a, const Array& b) {
  if (a.ndim() == 0 || b.ndim() == 0)
    value_error("matmul: both inputs need at least one axis, got shapes " + to_string(a.shape()) + " and " +
                to_string(b.shape()) + "; multiply by a scalar with *");
  const int64_t ka = a.shape(a.ndim() - 1), kb = b.shape(b.ndim() == 1 ? 0 : b.ndim() - 2);
  if (ka != kb) mismatch(a, b, ka, kb);
  MatmulShape s;
  if (a.ndim() > 2 || b.ndim() > 2) {
    Dims leading_a, leading_b;
    for (int i = 0; i + 2 < a.ndim(); ++i) leading_a.push_back(a.shape(i));
    for (int i = 0; i + 2 < b.ndim(); ++i) leading_b.push_back(b.shape(i));
    s.batch = broadcast_batch(a, b, leading_a, leading_b);
  }
  s.result = s.batch;
  if (a.ndim() > 1) s.result.push_back(a.shape(a.ndim() - 2));
  if (b.ndim() > 1) s.result.push_back(b.shape(b.ndim() - 1));
  return s;
}

// c of a product as a stack of matrices: a dropped axis comes back with length 1.
Matrices result_matrices(const Array& c, const Array& a, const Array& b, const Dims& batch) {
  Matrices r;
  r.data = c.bytes();
  int i = batch.size();
  r.batch_dims = batch.size();
  for (int d = 0; d < batch.size(); ++d) r.batch_strides[d] = c.stride(d);
  const bool has_rows = a.ndim() > 1, has_columns = b.ndim() > 1;
  r.rows = has_rows ? c.shape(i) : 1;
  r.row_stride = has_rows ? c.stride(i++) : 0;
  r.columns = has_columns ? c.shape(i) : 1;
  r.column_stride = has_columns ? c.stride(i) : 1;
  // a lone row may have any leading dimension, a lone column's elements are one apart from themselves
  if (r.rows == 1) r.row_stride = r.columns;
  if (r.columns == 1) r.column_stride = 1;
  return r;
}

}  // namespace

Array matmul(const Array& a, const Array& b) {
  const MatmulShape s = matmul_shape(a, b);
  const DType t = product_dtype(a, b, "matmul"), compute = computing_type(t);
  Array c = Array::empty(s.result, compute);
  if (c.size() != 0) {
    Array converted_a, converted_b;
    const Array &x = in_dtype(a, compute, converted_a), &y = in_dtype(b, compute, converted_b);
    multiply(compute, s.batch, as_matrices(x, false, s.batch), as_matrices(y, true, s.batch),
             result_matrices(c, a, b, s.batch));
  }
  return t == compute ? std::move(c) : cast(c, t);
}

Array linear(const Array& x, const Array& w, const Array* bias, Activation activation) {
  const auto shapes = [&] {
    return "input " + to_string(x.shape()) + ", weight " + to_string(w.shape()) +
           (bias ? ", bias " + to_string(bias->shape()) : std::string());
  };
  if (w.ndim() != 2) value_error("linear: weight needs the shape (out, in); got " + shapes());
  if (x.ndim() < 1 || x.shape(x.ndim() - 1) != w.shape(1))
    value_error("linear: the input's last axis must have the weight's in = " + std::to_string(w.shape(1)) +
                " features; got " + shapes() + as_pytorch_says(x, w.shape(1), w.shape(0)));
  if (bias && (bias->ndim() != 1 || bias->shape(0) != w.shape(0)))
    value_error("linear: bias needs the shape (" + std::to_string(w.shape(0)) + ",); got " + shapes());
  const DType t = x.dtype();
  if (w.dtype() != t || (bias && bias->dtype() != t))
    type_error(std::string("linear: one dtype is needed; got input ") + name(t) + ", weight " + name(w.dtype()) +
               (bias ? std::string(", bias ") + name(bias->dtype()) : std::string()) +
               "; convert the input with .astype(fg." + name(w.dtype()) + ")");
  if (!is_floating(t)) type_error(std::string("linear: the dtype must be a float's, got ") + name(t));
  if (is_narrow_float(t)) {
    const Array wide_bias = bias ? cast(*bias, DType::F32) : Array();
    const Array y = linear(cast(x, DType::F32), cast(w, DType::F32), bias ? &wide_bias : nullptr, activation);
    return cast(y, t);
  }

  Dims shape = x.shape();
  shape[x.ndim() - 1] = w.shape(0);
  Array y = Array::empty(shape, t);
  if (y.size() == 0) return y;
  const Array dense_bias = bias ? contiguous(*bias) : Array();

  Dims batch;
  for (int i = 0; i + 2 < x.ndim(); ++i) batch.push_back(x.shape(i));
  const Array wt = w.swap_axes(0, 1);
  multiply(t, batch, as_matrices(x, false, batch), as_matrices(wt, true, batch), result_matrices(y, x, wt, batch),
           bias ? &dense_bias : nullptr, activation);
  return y;
}

}  // namespace fastgrad::ops
