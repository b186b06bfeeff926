# Reductions, and what else goes along axes in their loops.
from libc.stdint cimport uint8_t

from fastgrad._tensor.cpp cimport Array, Dims, translate_exception


cdef extern from "kernels/reduce/reduce.h" namespace "fastgrad" nogil:
    cdef enum class ReduceOp(uint8_t):  # found by their names (`define_reduction`)
        pass


cdef extern from "ops/reduce.h" namespace "fastgrad::ops":
    ReduceOp reduction_named(const char*) except +translate_exception
    Array reduce(ReduceOp, const Array&, const Dims&, bint) except +translate_exception
    Array reduce_corrected "fastgrad::ops::reduce"(ReduceOp, const Array&, const Dims&, bint, double) \
        except +translate_exception
    Array scale_of(const Array&, const Dims&, double) except +translate_exception
    bint within(const Array&, double, double) except +translate_exception
    Array arg_reduce(bint, const Array&, int, bint) except +translate_exception
    Array sum_to(const Array&, const Dims&) except +translate_exception
    Array cumulative_sum(const Array&, int, bint) except +translate_exception
