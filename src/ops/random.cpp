#include "ops/random.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "array/check.h"
#include "array/visit.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/random/random.h"
#include "kernels/table.h"
#include "ops/copy.h"
#include "ops/plan.h"
#include "runtime/parallel.h"

namespace fastgrad::ops {
namespace {

const RandomKernels& random_kernels() { return *kernels().random; }

std::string number(double x) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {  // as few as tell it from its neighbours
    std::snprintf(text, sizeof text, "%.*g", digits, x);
    if (std::strtod(text, nullptr) == x) break;
  }
  return text;
}

// Moves the generator past what n elements take; where they start.
uint64_t take(Generator& generator, int64_t n, int64_t per_group) {
  const uint64_t start = generator.offset;
  generator.offset += static_cast<uint64_t>(groups_for(n, per_group));
  return start;
}

void check_probability(const char* op, double p) {
  if (!(p >= 0.0 && p <= 1.0)) value_error(std::string(op) + ": p must be in [0, 1], got " + number(p));
}

// Of 2^32 equally likely words, how many mean 1.
uint64_t threshold_of(double p) { return static_cast<uint64_t>(std::llround(std::ldexp(p, 32))); }

Array draw_uniform(Generator& generator, const Dims& shape, DType dtype, double low, double high) {
  const Array out = Array::empty(shape, dtype);
  visit<ComputingFloats>(dtype, [&]<class T>() {
    const uint64_t start = take(generator, out.size(), kElementsPerGroup<T>);
    random_kernels().of<T>().uniform(generator.seed, start, out.data<T>(), out.size(), static_cast<T>(low),
                                     static_cast<T>(high));
  });
  return out;
}

Array draw_normal(Generator& generator, const Dims& shape, DType dtype, double mean, double deviation) {
  const Array out = Array::empty(shape, dtype);
  visit<ComputingFloats>(dtype, [&]<class T>() {
    const uint64_t start = take(generator, out.size(), kElementsPerGroup<T>);
    random_kernels().of<T>().normal(generator.seed, start, out.data<T>(), out.size(), static_cast<T>(mean),
                                    static_cast<T>(deviation));
  });
  return out;
}

// What an integer dtype holds, as int64 (the end of uint64 is beyond it).
void integer_bounds(DType dtype, int64_t* least, int64_t* most) {
  const int bits = 8 * static_cast<int>(itemsize(dtype));
  const bool is_signed = kind(dtype) == Kind::Signed;
  *most = bits == 64 ? std::numeric_limits<int64_t>::max() : (int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  *least = is_signed ? -*most - 1 : 0;
}

template <class T>
bool all_probabilities(const Array& p) {
  std::atomic<bool> good{true};
  runtime::parallel_for(p.size(), 65536, [&](int64_t begin, int64_t end) {
    bool mine = true;
    for (int64_t i = begin; i < end; ++i) {
      const T x = p.data<T>()[i];
      mine &= (x >= T{0}) & (x <= T{1});
    }
    if (!mine) good.store(false, std::memory_order_relaxed);
  });
  return good.load();
}

void check_weights(const double* weights, int64_t columns, int64_t n, bool replacement) {
  double sum = 0.0;
  int64_t nonzero = 0;
  for (int64_t i = 0; i < columns; ++i) {
    if (!(weights[i] >= 0.0) || std::isinf(weights[i]))
      value_error("multinomial: weights must be finite and not negative, got " + number(weights[i]));
    sum += weights[i];
    nonzero += weights[i] > 0.0;
  }
  if (nonzero == 0) value_error("multinomial: the weights of a row must not all be zero");
  if (std::isinf(sum)) value_error("multinomial: the sum of the weights is too large");
  if (!replacement && n > nonzero)
    value_error("multinomial: cannot draw " + std::to_string(n) + " without replacement from " +
                std::to_string(nonzero) + " indices with a weight above zero");
}

void draw_with_replacement(const double* weights, int64_t columns, const double* u, int64_t n, int64_t* out) {
  const Array memory = Array::empty({columns}, DType::F64);
  double *const sums = memory.data<double>(), *const end = sums + columns;
  std::partial_sum(weights, weights + columns, sums);
  int64_t last = columns - 1;  // with a weight: for u * total rounded up to the total
  while (weights[last] == 0.0) --last;
  for (int64_t k = 0; k < n; ++k) {
    const int64_t i = std::upper_bound(sums, end, u[k] * end[-1]) - sums;
    out[k] = std::min(i, last);
  }
}

// P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir", Inf. Process. Lett. 97 (2006): the
// first n of exponential arrival times with the weights as rates are n draws one after another.
void draw_without_replacement(const double* weights, int64_t columns, const double* u, int64_t n, int64_t* out) {
  using Arrival = std::pair<double, int64_t>;
  const Array memory = Array::empty({columns * static_cast<int64_t>(sizeof(Arrival))}, DType::U8);
  Arrival *const arrivals = memory.data<Arrival>(), *end = arrivals;
  for (int64_t i = 0; i < columns; ++i)
    if (weights[i] > 0.0) std::construct_at(end++, -std::log1p(-u[i]) / weights[i], i);
  std::partial_sort(arrivals, arrivals + n, end);
  for (int64_t k = 0; k < n; ++k) out[k] = arrivals[k].second;
}

}  // namespace

Array rand(Generator& generator, const Dims& shape, DType dtype) {
  check_float_dtype(dtype, "rand");
  return draw_uniform(generator, shape, dtype, 0.0, 1.0);
}

Array uniform(Generator& generator, const Dims& shape, DType dtype, double low, double high) {
  check_float_dtype(dtype, "uniform");
  if (!(low <= high)) value_error("uniform: low must not be above high, got " + number(low) + " and " + number(high));
  const double most = visit<ComputingFloats>(dtype, []<class T>() { return double{std::numeric_limits<T>::max()}; });
  if (!(std::abs(low) <= most && std::abs(high) <= most && high - low <= most))
    value_error("uniform: low, high and their difference must be finite " + std::string(name(dtype)) +
                " numbers, got " + number(low) + " and " + number(high));
  return draw_uniform(generator, shape, dtype, low, high);
}

Array randn(Generator& generator, const Dims& shape, DType dtype) {
  check_float_dtype(dtype, "randn");
  return draw_normal(generator, shape, dtype, 0.0, 1.0);
}

Array normal(Generator& generator, const Dims& shape, DType dtype, double mean, double deviation) {
  check_float_dtype(dtype, "normal");
  if (!std::isfinite(mean)) value_error("normal: mean must be finite, got " + number(mean));
  if (!(deviation >= 0.0) || std::isinf(deviation))
    value_error("normal: std must be finite and not negative, got " + number(deviation));
  return draw_normal(generator, shape, dtype, mean, deviation);
}

Array randint(Generator& generator, int64_t low, int64_t high, const Dims& shape, DType dtype) {
  if (!is_integer(dtype)) type_error(std::string("randint: dtype must be an integer type, got ") + name(dtype));
  if (low >= high)
    value_error("randint: low must be below high, got " + std::to_string(low) + " and " + std::to_string(high));
  int64_t least, most;
  integer_bounds(dtype, &least, &most);
  if (low < least || high - 1 > most)
    value_error("randint: [" + std::to_string(low) + ", " + std::to_string(high) + ") does not fit " + name(dtype));

  const Array out = Array::empty(shape, DType::I64);
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  const uint64_t start = take(generator, out.size(), range < kNarrowRange ? kPerGroup32 : kPerGroup64);
  random_kernels().integers(generator.seed, start, out.data<int64_t>(), out.size(), low, range);
  return dtype == DType::I64 ? out : cast(out, dtype);
}

// R. Durstenfeld, "Algorithm 235: random permutation", CACM 7 (1964). Each place is the high half of 64 random bits
// times the number of places left, without rejection: its probability is off by less than n / 2^64.
Array randperm(Generator& generator, int64_t n) {
  if (n < 0) value_error("randperm: n must not be negative, got " + std::to_string(n));
  const Array out = Array::empty({n}, DType::I64);
  int64_t* const x = out.data<int64_t>();
  std::iota(x, x + n, int64_t{0});

  constexpr int64_t kChunk = 64 * kPerGroup64, kAhead = 16;
  const uint64_t start = take(generator, n, kPerGroup64);
  std::vector<int64_t> places(static_cast<size_t>(std::min(n, kChunk)));
  for (int64_t done = 0; done < n; done += kChunk) {
    const int64_t count = std::min(n - done, kChunk);
    random_kernels().integers(generator.seed, start + static_cast<uint64_t>(done / kPerGroup64), places.data(), count,
                              0, 0);
    // The places are known ahead of the exchanges: fetched early, a large array does not wait for its memory.
    for (int64_t k = 0; k < count; ++k) {
      const uint64_t left = static_cast<uint64_t>(n - done - k);
      const uint64_t bits = static_cast<uint64_t>(places[static_cast<size_t>(k)]);
      places[static_cast<size_t>(k)] = static_cast<int64_t>(static_cast<unsigned __int128>(bits) * left >> 64);
    }
    for (int64_t k = 0; k < count; ++k) {
      if (k + kAhead < count) __builtin_prefetch(x + places[static_cast<size_t>(k + kAhead)], 1);
      std::swap(x[n - done - k - 1], x[places[static_cast<size_t>(k)]]);
    }
  }
  return out;
}

Array bernoulli(Generator& generator, const Array& p) {
  check_float(p, "bernoulli", "p");
  const Array probabilities = contiguous(p), out = Array::empty(p.shape(), p.dtype());
  visit<ComputingFloats>(p.dtype(), [&]<class T>() {
    if (!all_probabilities<T>(probabilities)) value_error("bernoulli: every probability must be in [0, 1]");
    const uint64_t start = take(generator, out.size(), kElementsPerGroup<T>);
    random_kernels().of<T>().bernoulli(generator.seed, start, probabilities.data<T>(), out.data<T>(), out.size());
  });
  return out;
}

Array bernoulli(Generator& generator, double p, const Dims& shape, DType dtype) {
  check_probability("bernoulli", p);
  const Array out = Array::empty(shape, dtype == DType::U8 ? DType::U8 : DType::Bool);
  random_kernels().mask(generator.seed, take(generator, out.size(), kPerGroup32), out.data<uint8_t>(), out.size(),
                        threshold_of(p));
  return dtype == out.dtype() ? out : cast(out, dtype);
}

Array multinomial(Generator& generator, const Array& weights, int64_t n, bool replacement) {
  if (weights.ndim() != 1 && weights.ndim() != 2)
    value_error("multinomial: weights must have 1 or 2 dimensions, got shape " + to_string(weights.shape()));
  if (n < 0) value_error("multinomial: the number of draws must not be negative, got " + std::to_string(n));
  const Array w = Array::empty(weights.shape(), DType::F64);  // a copy: what is checked is what is used
  copy_into(w, weights);
  const int64_t columns = w.shape(w.ndim() - 1), rows = w.ndim() == 2 ? w.shape(0) : 1;
  for (int64_t r = 0; r < rows; ++r) check_weights(w.data<double>() + r * columns, columns, n, replacement);

  const Array out = Array::empty(w.ndim() == 2 ? Dims{rows, n} : Dims{n}, DType::I64);
  const int64_t draws = replacement ? n : columns;
  const Array u = draw_uniform(generator, {rows, draws}, DType::F64, 0.0, 1.0);
  const auto draw = replacement ? draw_with_replacement : draw_without_replacement;
  for (int64_t r = 0; r < rows; ++r)
    draw(w.data<double>() + r * columns, columns, u.data<double>() + r * draws, n, out.data<int64_t>() + r * n);
  return out;
}

namespace {

struct MaskedProduct {
  BinaryLoop multiply;
  SelectLoop select;
  double scale, zero;  // as the dtype has them
};

// Operands: what is written, what elements are dropped of, their mask of bytes.
void run_masked_product(const void* context, int64_t n, char* const* p, const int64_t*, bool) {
  const MaskedProduct& c = *static_cast<const MaskedProduct*>(context);
  c.multiply(n, p[1], 1, &c.scale, 0, p[0], nullptr, false);
  c.select(n, reinterpret_cast<const uint8_t*>(p[2]), p[0], 1, &c.zero, 0, p[0]);
}

}  // namespace

Generator dropout_state(Generator& generator, int64_t size) {
  return {generator.seed, take(generator, size, kPerGroup32)};
}

Array dropout(const Generator& state, const Array& x, double p) {
  if (is_narrow_float(x.dtype())) return cast(dropout(state, cast(x, DType::F32), p), x.dtype());
  check_float(x, "dropout");
  check_probability("dropout", p);
  const Array out = empty_result(x.shape(), x.dtype(), {&x});
  const uint64_t threshold = threshold_of(1.0 - p);
  const double scale = p < 1.0 ? 1.0 / (1.0 - p) : 0.0;
  // Which elements are kept depends on their indices alone: of axes in another order, the mask is drawn as bytes, a
  // quarter of the elements' size, and only these are transposed.
  if (!x.is_contiguous()) {
    const Array kept = Array::empty(x.shape(), DType::U8);
    random_kernels().mask(state.seed, state.offset, kept.data<uint8_t>(), x.size(), threshold);
    const bool wide = x.dtype() == DType::F64;
    MaskedProduct product{kernels().elementwise->binary[wide].loop[static_cast<int>(BinaryOp::Multiply)],
                          kernels().elementwise->moves->select[wide ? 3 : 2], 0.0, 0.0};
    store_scalar(Scalar::of_float(scale), x.dtype(), &product.scale, "dropout");
    run_elementwise({run_masked_product, &product, kLightGrain, 0, false}, out, {&x, &kept});
    return out;
  }
  visit<ComputingFloats>(x.dtype(), [&]<class T>() {
    random_kernels().of<T>().dropout(state.seed, state.offset, x.data<T>(), out.data<T>(), x.size(), threshold,
                                     static_cast<T>(scale));
  });
  return out;
}

}  // namespace fastgrad::ops
