# Python's numbers on their way into arrays; copies, casts, fills.
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as cbool

from fastgrad._tensor.cpp cimport Array, Dims, DType, translate_exception


cdef extern from "ops/copy.h" namespace "fastgrad::ops":
    cdef cppclass Scalar:
        Scalar()
        double as_double()
    Scalar scalar_from_bool "fastgrad::ops::Scalar::of_bool"(cbool)
    Scalar scalar_from_int "fastgrad::ops::Scalar::of_int"(int64_t)
    Scalar scalar_from_uint "fastgrad::ops::Scalar::of_unsigned"(uint64_t)
    Scalar scalar_from_float "fastgrad::ops::Scalar::of_float"(double)
    Scalar scalar_from_huge "fastgrad::ops::Scalar::of_huge"(int64_t)
    bint fits(Scalar, DType)
    void store_scalar(Scalar, DType, void*, const char*) except +translate_exception
    Array scalar_array(Scalar, DType, const char*) except +translate_exception
    Array contiguous(const Array&) except +translate_exception
    Array clone(const Array&) except +translate_exception
    Array to_layout(const Array&, const Dims&) except +translate_exception
    Array cast(const Array&, DType) except +translate_exception
    void copy_into(const Array&, const Array&) except +translate_exception
    void fill(const Array&, Scalar) except +translate_exception
