// Integer matrix products: packed panels of B, tiles of kMR rows by two vectors of the compiler's.
#include "kernels/gemm/int.h"

#include <cstring>

#include "runtime/parallel.h"

namespace fastgrad::integer {
namespace {

constexpr int kMR = 4;
constexpr int64_t kKC = 256;             // steps of K packed at a time
constexpr int64_t kPieceProducts = 200000;  // fewer are not worth another thread

template <class T>
struct Vector {
  typedef T type __attribute__((vector_size(16)));
  static constexpr int lanes = 16 / sizeof(T);
};
template <class T>
constexpr int kNR = 2 * Vector<T>::lanes;

// R rows of C, n <= kNR columns, += A[R x kc] * panel[kc x kNR].
template <class T, int R>
void tile(const T* a, int64_t a_row, int64_t a_col, const T* panel, int64_t kc, T* c, int64_t ldc, int n) {
  using V = typename Vector<T>::type;
  V sums[R][2] = {};
  for (int64_t p = 0; p < kc; ++p) {
    V b[2];
    std::memcpy(b, panel + p * kNR<T>, sizeof(b));
    for (int i = 0; i < R; ++i) {
      const T x = a[i * a_row + p * a_col];
      sums[i][0] += b[0] * x;
      sums[i][1] += b[1] * x;
    }
  }
  for (int i = 0; i < R; ++i) {
    T out[kNR<T>];
    std::memcpy(out, sums[i], sizeof(out));
    for (int j = 0; j < n; ++j) c[i * ldc + j] = static_cast<T>(c[i * ldc + j] + out[j]);
  }
}

// Rows [i0, i1) of one product.
template <class T>
void rows(const GemmArgs<T>& g, const T* a, const T* b, T* c, int64_t i0, int64_t i1) {
  for (int64_t i = i0; i < i1; ++i) std::memset(c + i * g.ldc, 0, static_cast<size_t>(g.n) * sizeof(T));
  T panel[kKC * kNR<T>];
  for (int64_t j = 0; j < g.n; j += kNR<T>) {
    const int n = static_cast<int>(g.n - j < kNR<T> ? g.n - j : kNR<T>);
    for (int64_t p = 0; p < g.k; p += kKC) {
      const int64_t kc = g.k - p < kKC ? g.k - p : kKC;
      for (int64_t q = 0; q < kc; ++q)
        for (int s = 0; s < kNR<T>; ++s)
          panel[q * kNR<T> + s] = s < n ? b[(p + q) * g.b_row + (j + s) * g.b_col] : T(0);
      int64_t i = i0;
      for (; i + kMR <= i1; i += kMR)
        tile<T, kMR>(a + i * g.a_row + p * g.a_col, g.a_row, g.a_col, panel, kc, c + i * g.ldc + j, g.ldc, n);
      for (; i < i1; ++i)
        tile<T, 1>(a + i * g.a_row + p * g.a_col, g.a_row, g.a_col, panel, kc, c + i * g.ldc + j, g.ldc, n);
    }
  }
}

template <class T>
void run(const GemmArgs<T>& g) {
  int64_t items = 1;
  for (int d = 0; d < g.batch_dims; ++d) items *= g.batch[d];
  if (g.m == 0 || g.n == 0 || items == 0) return;
  const int64_t row_products = g.n * (g.k > 0 ? g.k : 1);
  // at least the rows that make packing a panel worth it
  const int64_t grain = kPieceProducts / row_products;
  runtime::parallel_for(items * g.m, grain < 4 * kMR ? 4 * kMR : grain, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      int64_t item = begin / g.m;
      const int64_t i0 = begin % g.m, left = end - begin;
      const int64_t i1 = g.m - i0 < left ? g.m : i0 + left;
      const T* a = g.a;
      const T* b = g.b;
      T* c = g.c;
      for (int d = g.batch_dims - 1; d >= 0; --d) {
        const int64_t i = item % g.batch[d];
        item /= g.batch[d];
        a += i * g.a_batch[d];
        b += i * g.b_batch[d];
        c += i * g.c_batch[d];
      }
      rows(g, a, b, c, i0, i1);
      begin += i1 - i0;
    }
  });
}

}  // namespace

void gemm(const GemmArgs<uint8_t>& g) { run(g); }
void gemm(const GemmArgs<uint16_t>& g) { run(g); }
void gemm(const GemmArgs<uint32_t>& g) { run(g); }
void gemm(const GemmArgs<uint64_t>& g) { run(g); }

}  // namespace fastgrad::integer
