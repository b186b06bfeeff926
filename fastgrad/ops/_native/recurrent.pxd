# Recurrent layers.
from libc.stdint cimport uint8_t

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "kernels/recurrent/recurrent.h" namespace "fastgrad" nogil:
    cdef enum class RecurrentCell(uint8_t):
        Tanh, Relu, Lstm, Gru


cdef extern from "ops/recurrent.h" namespace "fastgrad::ops":
    cdef cppclass RecurrentArrays:
        Array input, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, batch_sizes
    cdef cppclass RecurrentResult:
        Array output, h_n, c_n, gates, cells
    cdef cppclass RecurrentGradients:
        Array input, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh
    RecurrentResult recurrent(const char*, RecurrentCell, const RecurrentArrays&, bint) except +translate_exception
    RecurrentGradients recurrent_backward(
        RecurrentCell, const RecurrentArrays&, bint, const RecurrentResult&, const Array&, const Array&, const Array&, int
    ) except +translate_exception
