# What operations on images share.
from fastgrad._tensor.cpp cimport Array


cdef extern from "ops/images.h" namespace "fastgrad::ops":
    bint works_channels_last(const Array&)
