# Optimizer steps.
from libc.stdint cimport int64_t
from libcpp.vector cimport vector

from fastgrad._tensor.cpp cimport Array, translate_exception


cdef extern from "kernels/optimizer/optimizer.h" namespace "fastgrad" nogil:
    cdef cppclass OptimizerStep:
        const char* const* states
        int state_count
        const char* const* hyperparameters
        int hyperparameter_count


cdef extern from "ops/optimizer.h" namespace "fastgrad::ops":
    const OptimizerStep* optimizer_named "&fastgrad::ops::optimizer_named"(const char*) except +translate_exception
    void optimizer_step(
        const OptimizerStep&, const vector[Array]&, const vector[Array]&, const vector[vector[Array]]&, int64_t,
        const vector[double]&
    ) except +translate_exception
