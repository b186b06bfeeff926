# What becomes of results before they are stored.
from libc.stdint cimport uint8_t


cdef extern from "kernels/epilogue.h" namespace "fastgrad" nogil:
    cdef enum class Activation(uint8_t):
        Identity
        Relu
        Sigmoid
        Tanh
        Silu
        Gelu
