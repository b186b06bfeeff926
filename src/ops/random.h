// Random arrays. What is drawn depends on the generator's state and on what is asked for alone: not on threads, layout
// or what was drawn before.
#pragma once

#include "array/array.h"

namespace fastgrad::ops {

// A stream of random words (runtime/random.h) and where in it the next call starts, in groups of 64 words: every call
// starts a new group. The whole state: saving these two numbers saves the generator.
struct Generator {
  uint64_t seed = 0;
  uint64_t offset = 0;
};

// Uniform over [0, 1): float32 by steps of 2^-24, float64 of 2^-53.
Array rand(Generator& generator, const Dims& shape, DType dtype);
// Uniform over [low, high); all `low` where the two are equal.
Array uniform(Generator& generator, const Dims& shape, DType dtype, double low, double high);
// Normal.
Array randn(Generator& generator, const Dims& shape, DType dtype);
Array normal(Generator& generator, const Dims& shape, DType dtype, double mean, double deviation);
// Integers of [low, high), all equally likely; equal for all dtypes.
Array randint(Generator& generator, int64_t low, int64_t high, const Dims& shape, DType dtype);
// 0 ... n - 1 (int64) in random order.
Array randperm(Generator& generator, int64_t n);
// 1 with the probability in p, else 0; in p's dtype, float32 or float64.
Array bernoulli(Generator& generator, const Array& p);
// 1 with probability p, rounded to a multiple of 2^-32, else 0.
Array bernoulli(Generator& generator, double p, const Dims& shape, DType dtype);
// n indices per row of `weights` (1-D: one row; 2-D), drawn in proportion to the weights, which need no sum of 1: int64
// of shape (n,) or (rows, n). Without replacement, in the order in which they would be drawn one after another.
Array multinomial(Generator& generator, const Array& weights, int64_t n, bool replacement);

// Of the gamma distribution with scale 1, a number for each shape parameter, or its logarithm, which does not vanish for
// small ones; of the Poisson distribution, for each rate; of the binomial, for each count and probability, arrays of one
// shape. In the parameters' dtype, float32 or float64, computed in double.
Array standard_gamma(Generator& generator, const Array& shape, bool logarithm);
Array poisson(Generator& generator, const Array& rate);
Array binomial(Generator& generator, const Array& count, const Array& p);

// x / (1 - p), but 0 with probability p. The state is given, not advanced: applied to a gradient with the same state,
// this is its own derivative, and no mask need be kept. dropout_state gives the state for an array of this size, and
// moves the generator past what it uses.
Array dropout(const Generator& state, const Array& x, double p);
Generator dropout_state(Generator& generator, int64_t size);

}  // namespace fastgrad::ops
