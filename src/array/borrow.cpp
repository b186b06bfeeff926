#include "array/borrow.h"

namespace fastgrad {
namespace {

// No process has more: user space ends here with five levels of page tables, too.
constexpr int64_t kMostBytes = int64_t{1} << 56;

[[noreturn]] void refuse(const char* op, const std::string& what) {
  throw Error(ErrorKind::Buffer, std::string(op) + ": " + what);
}

// Where elements lie that are not there.
alignas(64) char nothing[64];

// Bytes from the first element to the lowest and past the highest; false where they cannot be counted.
struct Reach {
  int64_t low, high;
};
bool reach_of(const Dims& shape, const Dims& strides, int64_t item, Reach* reach) {
  int64_t low = 0, high = 1;
  for (int i = 0; i < shape.size(); ++i) {
    int64_t step;
    if (__builtin_mul_overflow(shape[i] - 1, strides[i], &step)) return false;
    int64_t& end = step < 0 ? low : high;
    if (__builtin_add_overflow(end, step, &end)) return false;
  }
  return !__builtin_mul_overflow(low, item, &reach->low) && !__builtin_mul_overflow(high, item, &reach->high) &&
         reach->low > -kMostBytes && reach->high < kMostBytes;
}

}  // namespace

Array borrow_array(const ForeignMemory& memory, void* owner, void (*release_owner)(void*), const char* op) {
  const Dims& shape = memory.shape;
  const auto item = static_cast<int64_t>(itemsize(memory.dtype));
  bool empty = false, too_many = false;
  int64_t bytes = item;
  for (const int64_t n : shape) {
    if (n < 0) refuse(op, "the shape " + to_string(shape) + " has a negative length");
    if (n == 0) empty = true;
    else too_many |= __builtin_mul_overflow(bytes, n, &bytes);
  }
  if (too_many && !empty)
    refuse(op, "the shape " + to_string(shape) + " of " + name(memory.dtype) + " has more bytes than can be addressed");
  // Strides that step over nothing may be anything: ours then.
  Dims strides = contiguous_strides(shape);
  if (empty)
    return Array(StorageRef(borrow_storage(nothing, 0, memory.writable, owner, release_owner)), nothing, memory.dtype,
                 shape, strides);
  for (int i = 0; i < shape.size(); ++i)
    if (shape[i] > 1) strides[i] = memory.strides[i];
  Reach reach;
  if (!reach_of(shape, strides, item, &reach))
    refuse(op, "the strides " + to_string(strides) + " of the shape " + to_string(shape) +
                   " reach further than can be addressed");
  if (memory.data == nullptr) refuse(op, "the data of the shape " + to_string(shape) + " is NULL");
  const auto data = reinterpret_cast<uintptr_t>(memory.data);
  uintptr_t first, end;
  if (memory.byte_offset > static_cast<uint64_t>(kMostBytes) ||
      __builtin_add_overflow(data, static_cast<uintptr_t>(memory.byte_offset), &first) ||
      first < static_cast<uintptr_t>(-reach.low) ||
      __builtin_add_overflow(first, static_cast<uintptr_t>(reach.high), &end))
    refuse(op, "the byte offset " + std::to_string(memory.byte_offset) + " and the strides " + to_string(strides) +
                   " of the shape " + to_string(shape) + " lead outside the address space");
  if (first % static_cast<uintptr_t>(item) != 0)
    refuse(op, std::string("the data is not aligned to its elements of ") + name(memory.dtype));
  char* const at = static_cast<char*>(memory.data) + memory.byte_offset;
  return Array(StorageRef(borrow_storage(at + reach.low, static_cast<size_t>(reach.high - reach.low), memory.writable,
                                         owner, release_owner)),
               at, memory.dtype, shape, strides);
}

}  // namespace fastgrad
