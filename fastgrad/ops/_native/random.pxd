# The generator's numbers, as operations use them.
from libc.stdint cimport int64_t, uint64_t

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "ops/random.h" namespace "fastgrad::ops":
    cdef cppclass Generator:
        uint64_t seed, offset
    Array dropout(const Generator&, const Array&, double) except +translate_exception
    Generator dropout_state(Generator&, int64_t) except +translate_exception
