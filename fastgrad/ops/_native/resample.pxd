# Images at other sizes, and at places.
from libc.stdint cimport int64_t, uint8_t

from fastgrad._tensor.cpp cimport Array, Dims, translate_exception


cdef extern from "kernels/resample/resample.h" namespace "fastgrad" nogil:
    cdef enum class Mode "fastgrad::PlaceMode"(uint8_t):
        Linear, Nearest, Cubic
    cdef enum class Beyond "fastgrad::PlaceBeyond"(uint8_t):
        Zeros, Border, Reflection


cdef extern from "ops/resample.h" namespace "fastgrad::ops":
    cdef enum class Filter(uint8_t):
        Identity, Nearest, NearestExact, Linear, Cubic, SmoothLinear, SmoothCubic, SmoothLanczos
    cdef cppclass ResampleAxisParams:
        int64_t size
        double scale
        Filter filter
    cdef cppclass ResampleParams:
        ResampleAxisParams rows, columns
        bint align_corners
    Array resample2d(const Array&, const ResampleParams&) except +translate_exception
    Array resample2d_backward(const Array&, const ResampleParams&, int64_t, int64_t, bint) except +translate_exception
    Array nearest_inputs(const ResampleAxisParams&, int64_t) except +translate_exception
    cdef cppclass GridPlaces:
        Array index, part, slope
    GridPlaces grid_places(const Array&, const Dims&, Mode, Beyond, bint) except +translate_exception
    Array sample_places(const Array&, const Array&, const Array&) except +translate_exception
    Array sample_places_scatter(const Array&, const Array&, const Array&, int64_t) except +translate_exception
    Array sample_places_match(const Array&, const Array&, const Array&) except +translate_exception
