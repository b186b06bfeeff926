// Recurrent layers in one direction over a batch of sequences: tanh, relu, LSTM, GRU (kernels/recurrent/recurrent.h).
#pragma once

#include "array/array.h"
#include "kernels/recurrent/recurrent.h"

namespace fastgrad::ops {

struct RecurrentArrays {
  // (time, batch, in); or the rows of packed sequences, (rows, in), with batch_sizes; or a single step's, (batch, in).
  Array input;
  Array h0, c0;                 // (batch, hidden); c0 of an LSTM alone
  Array weight_ih, weight_hh;   // (gates x hidden, in), (gates x hidden, hidden)
  Array bias_ih, bias_hh;       // (gates x hidden,), or undefined: both
  Array batch_sizes;            // int64: how many sequences have a row at each time; undefined where all have
};

struct RecurrentResult {
  Array output;    // the input's shape with hidden for in
  Array h_n, c_n;  // (batch, hidden): each sequence's last state. Not of a single step, whose output is h_n; c_n always
  Array gates, cells;  // for the gradient
};

struct RecurrentGradients {
  Array input, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh;
};

// op: whom errors name. All arrays have one dtype, float32 or float64.
RecurrentResult recurrent(const char* op, RecurrentCell cell, const RecurrentArrays& arrays, bool reverse);

// By the gradients of the result's output, h_n and c_n, each undefined where there is none. wanted: a bit for each array in
// the order of RecurrentGradients.
RecurrentGradients recurrent_backward(RecurrentCell cell, const RecurrentArrays& arrays, bool reverse,
                                      const RecurrentResult& result, const Array& grad_output, const Array& grad_h,
                                      const Array& grad_c, int wanted);

}  // namespace fastgrad::ops
