// Connectionist temporal classification: Graves et al., "Connectionist Temporal Classification", 2006, sections 4.1 and
// 4.2, in logarithms, so that no product of probabilities underflows. A sample's path goes through the 2 S + 1 states
// blank, y1, blank, ..., yS, blank, whose vectors are worked on side by side: a state's sum takes the neighbours that
// may come before it (forward) or after it (backward), shifted loads of the last step's line. Samples are pieces; a line
// is whole vectors, with kPad numbers of -inf on either side, so that no state needs a test for the ends.
#include "kernels/loss/loss.h"
#include "simd/integers.h"
#include "simd/lanes.h"
#include "simd/math.h"
#include "simd/pieces.h"
#include "simd/scratch.h"

namespace fastgrad::FG_LEVEL {
namespace {

inline constexpr int64_t kPad = 2;
template <class T>
inline constexpr T kNever = static_cast<T>(-__builtin_inf());

// log(exp(a) + exp(b) + exp(c)); -inf of three -inf.
template <class T>
FG_INLINE Vec<T> log_add(Vec<T> a, Vec<T> b, Vec<T> c) {
  const Vec<T> m = max(max(a, b), c), centre = m == splat(kNever<T>) ? Vec<T>{} : m;
  return log(exp(a - centre) + exp(b - centre) + exp(c - centre)) + centre;
}

// What one piece should work on, in states: each costs three exponentials and a logarithm.
FG_INLINE int64_t sample_grain(const CtcShape& shape) {
  constexpr int64_t states = 4096;
  const int64_t each = shape.t * shape.width;
  return each < states ? states / (each > 0 ? each : 1) : 1;
}

template <class T>
FG_INLINE int64_t whole_vectors(int64_t count) {
  return ceil_div(count, kLanes<T>) * kLanes<T>;
}

// Of each state the class that it emits, and whether it may be reached past its neighbour, 1 or 0.
template <class T>
struct States {
  int64_t count, padded;
  int64_t* label;
  T* past;  // from the state two before
  T* past_next;  // from this one to the state two behind
};

template <class T>
void lay_out(const CtcSample& s, int64_t blank, States<T>& states) {
  states.count = 2 * s.labels + 1;
  states.padded = whole_vectors<T>(states.count);
  for (int64_t k = 0; k < states.count; ++k) {
    states.label[k] = k % 2 ? s.target[k / 2] : blank;
    states.past[k] = k % 2 && k >= 3 && s.target[k / 2] != s.target[k / 2 - 1] ? T{1} : T{0};
  }
  for (int64_t k = states.count; k < states.padded + kPad; ++k) states.past[k] = 0;
  for (int64_t k = 0; k < states.padded; ++k) states.past_next[k] = states.past[k + kPad];
}

template <class T>
FG_INLINE void fill_with(T* p, int64_t n, T value) {
  for (int64_t i = 0; i < n; ++i) p[i] = value;
}

// A thread's memory for a sample of at most `most` labels: the states, and three lines.
template <class T>
struct Room {
  int64_t line;  // numbers
  States<T> states;
  T *emitted, *here, *last;

  void swap_lines() {
    T* other = here;
    here = last;
    last = other;
  }
};
template <class T>
Room<T> room_of(int64_t most) {
  const int64_t line = whole_vectors<T>(2 * most + 1) + 2 * kPad;
  auto* bytes = static_cast<char*>(
      runtime::scratch(Scratch::LossLines, static_cast<size_t>(line) * (sizeof(int64_t) + 5 * sizeof(T))));
  T* t = reinterpret_cast<T*>(bytes + static_cast<size_t>(line) * sizeof(int64_t));
  return {line, {0, 0, reinterpret_cast<int64_t*>(bytes), t, t + line}, t + 2 * line, t + 3 * line, t + 4 * line};
}

// A sample's states laid out, and lines of what has not begun.
template <class T>
void begin_sample(const CtcSample& s, int64_t blank, Room<T>& room) {
  lay_out(s, blank, room.states);
  fill_with(room.emitted, room.line, kNever<T>);
  fill_with(room.here, room.line, kNever<T>);
  fill_with(room.last, room.line, kNever<T>);
}

// What the states emit at a step; -inf those past the end.
template <class T>
FG_INLINE void emit(const Room<T>& room, const T* row) {
  for (int64_t k = 0; k < room.states.count; ++k) room.emitted[k] = row[room.states.label[k]];
}

// The next line, from the last one: the sum over each state itself and those one step and two away, and what it emits.
template <class T, int kStep>
FG_INLINE void next_line(const Room<T>& room, const T* past) {
  const States<T>& states = room.states;
  const T* last = room.last + kPad;
  T* here = room.here + kPad;
  for (int64_t k = 0; k < states.padded; k += kLanes<T>) {
    const Vec<T> skipped = load(past + k) > Vec<T>{} ? load(last + k + 2 * kStep) : splat(kNever<T>);
    const Vec<T> sum = log_add<T>(load(last + k), load(last + k + kStep), skipped);
    store(here + k, sum + load(room.emitted + k));
  }
}

template <class T>
void forward(const CtcShape& shape, const T* x, const CtcSample* samples, T* alpha, T* loss) {
  for_ranges(shape.n, sample_grain(shape), 1, [&](int64_t begin, int64_t end) {
    Room<T> room = room_of<T>(shape.most_labels);
    for (int64_t n = begin; n < end; ++n) {
      const CtcSample& s = samples[n];
      if (s.steps == 0) {
        loss[n] = s.labels == 0 ? T{0} : -kNever<T>;
        continue;
      }
      begin_sample(s, shape.blank, room);
      const States<T>& states = room.states;
      for (int64_t t = 0; t < s.steps; ++t) {
        const T* row = x + t * shape.step_stride + n * shape.sample_stride;
        T* here = room.here + kPad;
        if (t == 0) {
          here[0] = row[shape.blank];
          if (states.count > 1) here[1] = row[states.label[1]];
        } else {
          emit(room, row);
          next_line<T, -1>(room, states.past);
        }
        T* out = alpha + (n * shape.t + t) * shape.width;
        for (int64_t k = 0; k < states.padded; k += kLanes<T>) store(out + k, load(here + k));
        room.swap_lines();
      }
      const T* last = room.last + kPad + states.count;
      const T label = states.count > 1 ? last[-2] : kNever<T>;
      const Vec<T> total = log_add<T>(splat(last[-1]), splat(label), splat(kNever<T>));
      loss[n] = -total[0];
    }
  });
}

// grad_x[t, n, c] = (exp(x) - the probability, given the target, that step t emits c) * grad[n]: PyTorch's gradient,
// which takes for granted that each row is a log_softmax, so that its first term does no more than vanish there. Zeros
// past a sample's steps, and where the loss is infinite and `zero_infinity`; without, NaN.
template <class T>
void backward(const CtcShape& shape, const T* x, const CtcSample* samples, const T* alpha, const T* loss, const T* grad,
              bool zero_infinity, T* grad_x) {
  const int64_t c = shape.c;
  for_ranges(shape.n, sample_grain(shape), 1, [&](int64_t begin, int64_t end) {
    Room<T> room = room_of<T>(shape.most_labels);
    for (int64_t n = begin; n < end; ++n) {
      const CtcSample& s = samples[n];
      const bool impossible = loss[n] == -kNever<T>;
      const T outside[2] = {0, zero_infinity ? T{0} : static_cast<T>(__builtin_nan(""))};
      for (int64_t t = impossible ? 0 : s.steps; t < shape.t; ++t)
        fill_with(grad_x + (t * shape.n + n) * c, c, outside[t < s.steps]);
      if (impossible || s.steps == 0) continue;
      begin_sample(s, shape.blank, room);
      const States<T>& states = room.states;
      const T g = grad[n];
      const Vec<T> total = splat(loss[n]), factor = splat(g);
      for (int64_t t = s.steps - 1; t >= 0; --t) {
        const T* row = x + t * shape.step_stride + n * shape.sample_stride;
        const T* line = alpha + (n * shape.t + t) * shape.width;
        T* out = grad_x + (t * shape.n + n) * c;
        T* here = room.here + kPad;
        emit(room, row);
        if (t == s.steps - 1) {
          here[states.count - 1] = room.emitted[states.count - 1];
          if (states.count > 1) here[states.count - 2] = room.emitted[states.count - 2];
        } else {
          next_line<T, 1>(room, states.past_next);
        }
        over_lanes<T>(c, [&](int64_t k, auto lanes) {
          store_lanes<T>(out + k, exp(load_lanes(row + k, lanes)) * factor, lanes);
        });
        // the probability of each state, in the place of what it emits
        for (int64_t k = 0; k < states.padded; k += kLanes<T>) {
          const Vec<T> own = load(room.emitted + k);
          const Vec<T> chance = exp(load(line + k) + load(here + k) + total - own);
          store(room.emitted + k, own == splat(kNever<T>) ? Vec<T>{} : chance);
        }
        for (int64_t k = 0; k < states.count; ++k) out[states.label[k]] -= room.emitted[k] * g;
        fill_with(room.emitted + states.count, states.padded - states.count, kNever<T>);
        room.swap_lines();
      }
    }
  });
}

}  // namespace

const CtcKernels ctc_kernels = {{forward<float>, backward<float>}, {forward<double>, backward<double>}};

}  // namespace fastgrad::FG_LEVEL
