// The inside of the caching allocator that the hottest path of the engine (making and dropping a small array) inlines:
// size classes, and the free lists of one thread.
//
// Sizes up to 4 KB are rounded up to a multiple of 64 bytes, larger ones to one of eight steps per doubling (at most
// 12.5 % is wasted). Blocks up to 64 KB pass through the calling thread's own lists, without a lock; the rest, and what
// the lists overflow with, lies in lists shared under one mutex. A block may be freed by another thread than took it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

// A thread-local variable that costs one instruction to read. In a library that is loaded late only a few bytes may be
// declared so: they come out of a small reserve, which glibc has (musl has none).
#if defined(__GLIBC__)
#define FG_FAST_THREAD_LOCAL constinit thread_local __attribute__((tls_model("initial-exec")))
#else
#define FG_FAST_THREAD_LOCAL constinit thread_local
#endif

namespace fastgrad::runtime {

inline constexpr size_t kUnit = 64;                  // alignment of every block
inline constexpr size_t kSmallBytes = 4096;          // linear classes up to here, carved from slabs
inline constexpr size_t kThreadBytes = 65536;        // free lists of the thread up to here
inline constexpr int kSmallClasses = kSmallBytes / kUnit + 1;  // class 0 stays empty
inline constexpr int kThreadClasses = kSmallClasses + 4 * 8;
inline constexpr int kClasses = kSmallClasses + 36 * 8;        // up to 2^48 bytes

constexpr int size_class(size_t bytes) {
  const size_t units = (bytes + kUnit - 1) / kUnit;
  if (units < static_cast<size_t>(kSmallClasses)) return static_cast<int>(units);
  const int e = 63 - __builtin_clzll(units - 1);  // 2^e <= units - 1 < 2^(e+1), e >= 6
  return kSmallClasses + (e - 6) * 8 + static_cast<int>(((units - 1) >> (e - 3)) - 8);
}

constexpr size_t class_bytes(int c) {
  if (c < kSmallClasses) return static_cast<size_t>(c) * kUnit;
  const int e = 6 + (c - kSmallClasses) / 8;
  return static_cast<size_t>(9 + (c - kSmallClasses) % 8) * kUnit << (e - 3);
}

// A free block: linked with others into a batch, whose first block knows how many they are and the next batch.
struct FreeBlock {
  FreeBlock* next;
  FreeBlock* next_batch;
  int64_t batch_size;
};

// Blocks that move between a thread and the shared lists at a time: 16 to 64 KB of them, so that one thread keeps a
// few MB at the very most.
constexpr int64_t batch_limit(int c) {
  if (c == 0 || c >= kThreadClasses) return 1;
  const size_t n = (c < kSmallClasses ? 32768 : 65536) / class_bytes(c);
  return n < 1 ? 1 : n > 256 ? 256 : static_cast<int64_t>(n);
}

struct ThreadBlocks {
  struct List {
    FreeBlock* head;   // being filled and drained
    FreeBlock* spare;  // a full batch, or null: a full list is put aside without walking it
    int64_t room;      // blocks until head is a full batch
  };
  List lists[kThreadClasses];
  // Bytes handed out by this thread less those freed on it: written by the owner, read by memory_stats. And the most
  // of it since the peak was last noted.
  std::atomic<int64_t> in_use;
  int64_t high;
  ThreadBlocks *previous, *next;  // of all threads

  void count(int64_t bytes) {
    const int64_t now = in_use.load(std::memory_order_relaxed) + bytes;
    in_use.store(now, std::memory_order_relaxed);
    if (now > high) high = now;
  }
};

// Null before a thread's first block, after its end, and always when the system's allocator is asked for.
extern FG_FAST_THREAD_LOCAL ThreadBlocks* thread_blocks;

// c < kThreadClasses; bytes: what the block is asked for (the system's allocator gets no more, so that a sanitizer
// sees every overrun).
void* take_slow(int c, size_t bytes);
void give_slow(int c, void* memory, size_t bytes) noexcept;

inline void* take_block(int c, size_t rounded, size_t bytes) {
  ThreadBlocks* const mine = thread_blocks;
  if (mine != nullptr) [[likely]] {
    ThreadBlocks::List& list = mine->lists[c];
    if (FreeBlock* const block = list.head; block != nullptr) [[likely]] {
      list.head = block->next;
      ++list.room;
      mine->count(static_cast<int64_t>(rounded));
      return block;
    }
  }
  return take_slow(c, bytes);
}

inline void give_block(int c, size_t rounded, void* memory, size_t bytes) noexcept {
  ThreadBlocks* const mine = thread_blocks;
  if (mine != nullptr) [[likely]] {
    ThreadBlocks::List& list = mine->lists[c];
    if (list.room > 0) [[likely]] {
      FreeBlock* const block = static_cast<FreeBlock*>(memory);
      block->next = list.head;
      list.head = block;
      --list.room;
      mine->in_use.store(mine->in_use.load(std::memory_order_relaxed) - static_cast<int64_t>(rounded),
                         std::memory_order_relaxed);
      return;
    }
  }
  give_slow(c, memory, bytes);
}

// Blocks of the linear classes.
inline void* take_small(size_t bytes) {
  const size_t units = (bytes + kUnit - 1) / kUnit;
  return take_block(static_cast<int>(units), units * kUnit, bytes);
}
inline void give_small(void* memory, size_t bytes) noexcept {
  const size_t units = (bytes + kUnit - 1) / kUnit;
  give_block(static_cast<int>(units), units * kUnit, memory, bytes);
}

}  // namespace fastgrad::runtime
