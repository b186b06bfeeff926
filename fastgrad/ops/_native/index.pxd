# Reading and writing at places.
from libc.stdint cimport int64_t
from libcpp.vector cimport vector

from fastgrad._tensor.cpp cimport Array, Dims, DType, translate_exception


cdef extern from "ops/index.h" namespace "fastgrad::ops":
    Dims index_shape(const Array&, const vector[Array]&) except +translate_exception
    Array index_get(const Array&, const vector[Array]&) except +translate_exception
    void index_put(const Array&, const vector[Array]&, const Array&, bint) except +translate_exception
    Array take(const Array&, const Array&, int) except +translate_exception
    void check_rows(const Array&, int64_t, const char*) except +translate_exception
    void index_add(const Array&, int, const Array&, const Array&) except +translate_exception
    Array take_along_axis(const Array&, const Array&, int) except +translate_exception
    void put_along_axis(const Array&, const Array&, const Array&, int, bint) except +translate_exception
    vector[Array] nonzero(const Array&) except +translate_exception
    Array one_hot(const Array&, int64_t, DType) except +translate_exception
