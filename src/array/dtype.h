// The element types, and what is known of each. The one table of dtypes in the core.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fastgrad {

// The narrow floats: stored and moved as they are, computed with as float32 (computing_type).
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

enum class DType : uint8_t { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64 };
inline constexpr int kNumDTypes = 13;

enum class Kind : uint8_t { Bool, Unsigned, Signed, Float };

struct DTypeInfo {
  const char* name;
  uint8_t itemsize;
  Kind kind;
};

inline constexpr DTypeInfo kDTypeInfo[kNumDTypes] = {
    {"bool", 1, Kind::Bool},       {"uint8", 1, Kind::Unsigned},  {"int8", 1, Kind::Signed},
    {"uint16", 2, Kind::Unsigned}, {"int16", 2, Kind::Signed},    {"uint32", 4, Kind::Unsigned},
    {"int32", 4, Kind::Signed},    {"uint64", 8, Kind::Unsigned}, {"int64", 8, Kind::Signed},
    {"float16", 2, Kind::Float},   {"bfloat16", 2, Kind::Float},  {"float32", 4, Kind::Float},
    {"float64", 8, Kind::Float},
};

constexpr const DTypeInfo& info(DType t) { return kDTypeInfo[static_cast<int>(t)]; }
constexpr const char* name(DType t) { return info(t).name; }
constexpr size_t itemsize(DType t) { return info(t).itemsize; }
constexpr Kind kind(DType t) { return info(t).kind; }
constexpr bool is_floating(DType t) { return kind(t) == Kind::Float; }
constexpr bool is_integer(DType t) { return kind(t) == Kind::Signed || kind(t) == Kind::Unsigned; }
// float16 and bfloat16: operations compute in float32 and round once, at their end.
constexpr bool is_narrow_float(DType t) { return t == DType::F16 || t == DType::BF16; }
// float32 and float64: the floats that kernels compute in.
constexpr bool is_computing_float(DType t) { return t == DType::F32 || t == DType::F64; }
// What arithmetic on t is done in: float32 for a narrow float, else t itself.
constexpr DType computing_type(DType t) { return is_narrow_float(t) ? DType::F32 : t; }

template <class T>
inline constexpr DType dtype_of = [] {
  static_assert(sizeof(T) == 0, "not an element type");
  return DType::Bool;
}();
template <>
inline constexpr DType dtype_of<bool> = DType::Bool;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::U8;
template <>
inline constexpr DType dtype_of<int8_t> = DType::I8;
template <>
inline constexpr DType dtype_of<uint16_t> = DType::U16;
template <>
inline constexpr DType dtype_of<int16_t> = DType::I16;
template <>
inline constexpr DType dtype_of<uint32_t> = DType::U32;
template <>
inline constexpr DType dtype_of<int32_t> = DType::I32;
template <>
inline constexpr DType dtype_of<uint64_t> = DType::U64;
template <>
inline constexpr DType dtype_of<int64_t> = DType::I64;
template <>
inline constexpr DType dtype_of<Half> = DType::F16;
template <>
inline constexpr DType dtype_of<BFloat16> = DType::BF16;
template <>
inline constexpr DType dtype_of<float> = DType::F32;
template <>
inline constexpr DType dtype_of<double> = DType::F64;

}  // namespace fastgrad
