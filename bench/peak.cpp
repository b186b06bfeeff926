// What this machine can do: multiply-adds from registers, and bytes through the memory that a row touches. machine.py
// compiles this file on the fly for the CPU at hand, so the widest vectors are those of the compiler's flags, and calls
// the functions at the end by ctypes. Several threads start each window together and the best window counts: a window
// in which another process took a core says nothing about the machine.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#ifdef __SSE2__
#include <immintrin.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
constexpr const char* kLevel = "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kVectorBytes = 32;
constexpr const char* kLevel = "AVX2";
#else
constexpr int kVectorBytes = 16;
constexpr const char* kLevel = "128-bit vectors";
#endif

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Seconds of the fastest of the windows that fit into a time: in each, every thread does work(thread) once.
double fastest(int threads, double seconds, const std::function<void(int)>& work) {
  std::atomic<long> started{0};  // windows begun
  std::atomic<long> finished{0};  // helpers' windows ended
  std::atomic<bool> over{false};
  std::vector<std::thread> helpers;
  for (int t = 1; t < threads; ++t) {
    helpers.emplace_back([&, t] {
      for (long window = 1;; ++window) {
        while (started.load() < window) {
          if (over.load()) return;
          std::this_thread::yield();
        }
        work(t);
        finished.fetch_add(1);
      }
    });
  }
  double best = 1e30;
  const Clock::time_point begin = Clock::now();
  for (long window = 1; window <= 3 || since(begin) < seconds; ++window) {
    const Clock::time_point start = Clock::now();
    started.store(window);
    work(0);
    while (finished.load() < window * (threads - 1)) std::this_thread::yield();
    const double taken = since(start);
    if (taken < best) best = taken;
  }
  over.store(true);
  for (std::thread& helper : helpers) helper.join();
  return best;
}

volatile double sink;
volatile double almost_one = 1 - 1e-7;

// Twelve independent chains: as many multiply-adds as are under way on two units with a latency of four to six cycles,
// in fewer than sixteen registers.
constexpr int kChains = 12;

template <class T>
struct Chains {
  typedef T Vector __attribute__((vector_size(kVectorBytes)));

  static double operations(long steps) { return 2.0 * kChains * (kVectorBytes / sizeof(T)) * steps; }

  static void run(long steps) {
    const Vector factor = Vector{} + static_cast<T>(almost_one);
    const Vector addend = Vector{} + static_cast<T>(1e-7);
    Vector chain[kChains];
    for (int i = 0; i < kChains; ++i) chain[i] = Vector{} + static_cast<T>(i);
    for (long s = 0; s < steps; ++s) {
      for (int i = 0; i < kChains; ++i) chain[i] = chain[i] * factor + addend;
    }
    Vector total = chain[0];
    for (int i = 1; i < kChains; ++i) total += chain[i];
    sink = total[0];
  }
};

template <class T>
double peak(int threads, double seconds) {
  constexpr long kSteps = 200'000;  // a window of half a millisecond or so
  const double best = fastest(threads, seconds, [](int) { Chains<T>::run(kSteps); });
  return threads * Chains<T>::operations(kSteps) / best;
}

typedef float Floats __attribute__((vector_size(kVectorBytes), may_alias));

// Four streams, two vectors of each at a time: one alone keeps too few lines under way to reach what the memory gives.
void read_all(const Floats* a, std::size_t n) {
  const std::size_t quarter = n / 4;
  Floats sum[8] = {};
  for (std::size_t i = 0; i + 2 <= quarter; i += 2) {
    for (int j = 0; j < 4; ++j) {
      sum[2 * j] += a[j * quarter + i];
      sum[2 * j + 1] += a[j * quarter + i + 1];
    }
  }
  Floats total = sum[0];
  for (int j = 1; j < 8; ++j) total += sum[j];
  sink = total[0];
}

void add(const Floats* __restrict a, const Floats* __restrict b, Floats* __restrict c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) c[i] = a[i] + b[i];
}

// Past the caches, stores that read no line first.
void add_streaming(const Floats* __restrict a, const Floats* __restrict b, Floats* __restrict c, std::size_t n) {
#ifdef __SSE2__
  for (std::size_t i = 0; i < n; ++i) {
    const Floats sum = a[i] + b[i];
    const float* from = reinterpret_cast<const float*>(&sum);
    float* to = reinterpret_cast<float*>(c + i);
    for (int j = 0; j < kVectorBytes / 4; j += 4) _mm_stream_ps(to + j, _mm_load_ps(from + j));
  }
  _mm_sfence();
#else
  add(a, b, c, n);
#endif
}

// Into memory that was read: no line is fetched in order to be overwritten.
void add_in_place(Floats* __restrict a, const Floats* __restrict b, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) a[i] += b[i];
}

// Memory that stays mapped and grows to the largest working set asked for.
Floats* arena(std::size_t bytes) {
  static void* memory = nullptr;
  static std::size_t size = 0;
  constexpr std::size_t kHuge = std::size_t{2} << 20;
  if (bytes > size) {
    std::free(memory);
    size = (bytes + kHuge - 1) / kHuge * kHuge;
    memory = std::aligned_alloc(kHuge, size);
    if (memory == nullptr) {
      size = 0;
      return nullptr;
    }
#ifdef __linux__
    madvise(memory, size, MADV_HUGEPAGE);
#endif
    for (std::size_t i = 0; i < size; i += 4096) static_cast<volatile char*>(memory)[i] = 0;
  }
  return static_cast<Floats*>(memory);
}

}  // namespace

extern "C" {

const char* peak_level() { return kLevel; }

// Operations a second, an addition and a multiplication being two; of 32 or of 64 bits.
double peak_flops(int threads, double seconds, int bits) {
  return bits == 64 ? peak<double>(threads, seconds) : peak<float>(threads, seconds);
}

// Bytes a second when the threads together go over this many bytes again and again: reading all of it; or adding two
// arrays into a third, past the caches or not, or one into another, whichever is fastest (three accesses an element).
// 0 if there is no such memory.
double peak_bandwidth(int threads, double seconds, double bytes, int only_read) {
  // Of one thread, in whole blocks of what the loops take at a time, and a multiple of the numbers of arrays.
  constexpr std::size_t kBlock = 48;
  std::size_t own = static_cast<std::size_t>(bytes) / (threads * sizeof(Floats)) / kBlock * kBlock;
  if (own == 0) own = kBlock;
  const std::size_t total = threads * own;
  Floats* memory = arena(total * sizeof(Floats));
  if (memory == nullptr) return 0;
  // Small sets go round often enough that starting the threads is not what is measured.
  const long rounds = 1 + static_cast<long>(4e6 / (total * sizeof(Floats)));
  const auto rate = [&](double part, std::size_t accesses, auto&& pass) {
    const double best = fastest(threads, seconds * part, [&](int t) {
      for (long r = 0; r < rounds; ++r) pass(memory + t * own);
    });
    return rounds * threads * accesses * sizeof(Floats) / best;
  };
  if (only_read) return rate(1.0, own, [&](const Floats* a) { read_all(a, own); });
  const std::size_t third = own / 3;
  const std::size_t half = own / 2;
  const double plain = rate(1.0 / 3, own, [&](Floats* a) { add(a, a + third, a + 2 * third, third); });
  const double streamed = rate(1.0 / 3, own, [&](Floats* a) { add_streaming(a, a + third, a + 2 * third, third); });
  const double in_place = rate(1.0 / 3, 3 * half, [&](Floats* a) { add_in_place(a, a + half, half); });
  return std::max({plain, streamed, in_place});
}
}
