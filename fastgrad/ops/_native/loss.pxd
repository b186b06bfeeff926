# Losses.
from libc.stdint cimport int64_t

from fastgrad._tensor.cpp cimport Array, Dims, translate_exception


cdef extern from "kernels/loss/loss.h" namespace "fastgrad" nogil:
    cdef cppclass PairLoss:
        pass


cdef extern from "ops/loss.h" namespace "fastgrad::ops":
    cdef enum class Reduction:
        Mean
        Sum
    cdef cppclass ClassLoss:
        Array loss, stats
        double total_weight
    ClassLoss cross_entropy(const Array&, const Array&, const Array&, int64_t, double, Reduction) \
        except +translate_exception
    Array cross_entropy_backward(
        const Array&, const Array&, const Array&, const Array&, const Array&, int64_t, double, Reduction, double
    ) except +translate_exception
    ClassLoss nll_loss(const Array&, const Array&, const Array&, int64_t, Reduction) except +translate_exception
    Array nll_loss_backward(
        const Array&, const Dims&, bint, const Array&, const Array&, int64_t, Reduction, double
    ) except +translate_exception
    bint classes_innermost(const Array&) except +translate_exception
    const PairLoss* pair_loss_named(const char*) except +translate_exception
    void check_pair(const PairLoss&, const Array&, const Array&) except +translate_exception
    Array pair_loss(const PairLoss&, const Array&, const Array&, double, Reduction) except +translate_exception
    Array pair_loss_backward(
        const PairLoss&, const Array&, const Array&, const Array&, double, Reduction
    ) except +translate_exception
