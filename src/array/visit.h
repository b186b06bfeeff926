// From a dtype to its C++ type, over lists of types: the one place where code branches on dtypes. And what there is once
// for each float that is computed in.
#pragma once

#include "array/dtype.h"

namespace fastgrad {

template <class... T>
struct TypeList {};

using Integers = TypeList<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t>;
using ComputingFloats = TypeList<float, double>;
using AllTypes = TypeList<bool, uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t, Half,
                          BFloat16, float, double>;

namespace detail {
template <class F, class First, class... Rest>
constexpr decltype(auto) visit_list(TypeList<First, Rest...>, DType t, const F& f) {
  if constexpr (sizeof...(Rest) > 0)
    if (t != dtype_of<First>) return visit_list(TypeList<Rest...>{}, t, f);
  return f.template operator()<First>();
}
}  // namespace detail

// Calls f.operator()<T>() with the type of the list that has this dtype; with the last one where none has.
template <class List, class F>
constexpr decltype(auto) visit(DType t, const F& f) {
  return detail::visit_list(List{}, t, f);
}

// Calls f.operator()<U>() with the unsigned integer of this many bytes: for moving elements of any type, and for integer
// arithmetic modulo their width, which is the same for either sign.
template <class F>
constexpr decltype(auto) visit_unit(size_t itemsize, const F& f) {
  switch (itemsize) {
    case 1: return f.template operator()<uint8_t>();
    case 2: return f.template operator()<uint16_t>();
    case 4: return f.template operator()<uint32_t>();
    default: return f.template operator()<uint64_t>();
  }
}

// A Table (of kernels, mostly) of each computing float.
template <template <class> class Table>
struct PerFloat {
  Table<float> f32;
  Table<double> f64;

  template <class T>
  constexpr Table<T>& of() {
    if constexpr (dtype_of<T> == DType::F32) return f32;
    else return f64;
  }
  template <class T>
  constexpr const Table<T>& of() const {
    if constexpr (dtype_of<T> == DType::F32) return f32;
    else return f64;
  }
};

}  // namespace fastgrad
