#include "runtime/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "array/errors.h"
#include "runtime/blocks.h"
#include "runtime/fork.h"
#include "runtime/limits.h"
#include "runtime/system_memory.h"

namespace fastgrad::runtime {

FG_FAST_THREAD_LOCAL ThreadBlocks* thread_blocks = nullptr;

namespace {

constexpr size_t kSlabBytes = 65536;  // and its alignment, so that a block finds its slab
constexpr size_t kMostBytes = size_t{1} << 47;

// The head of the memory that small blocks are carved from.
struct Slab {
  Slab* next;  // of those to release
  int32_t carved, free;
  bool released;
};
static_assert(sizeof(Slab) <= kUnit);

Slab* slab_of(void* block) {
  return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(block) & ~uintptr_t{kSlabBytes - 1});
}

struct Bump {
  char *at = nullptr, *end = nullptr;
};

// What all threads share, under one mutex. Never destroyed: arrays may be freed late in a process's exit.
struct Shared {
  std::mutex mutex;
  FreeBlock* batches[kClasses] = {};
  uint64_t last_use[kClasses] = {};
  uint64_t uses = 0;
  Bump bumps[kSmallClasses];
  ThreadBlocks* threads = nullptr;
  int64_t held = 0;           // from the system
  int64_t in_use = 0;         // handed out, beyond what the threads count
  int64_t cached = 0;         // in batches of blocks that are not parts of slabs
  int64_t small_cached = 0;   // in batches of parts of slabs
  int64_t small_trim = 0;     // when small_cached passes this, empty slabs are looked for
  int64_t peak = 0;
  int64_t limit;
  const int64_t memory = available_memory();
  bool system = false;
  std::string error;

  Shared() {
    // A quarter of what the process may use: a training step finds its pages again, and a few workers side by side
    // still fit. It never raises the peak by itself, for it only keeps what was in use before.
    limit = memory / 4;
    small_trim = limit;
    const char* mode = std::getenv("FASTGRAD_ALLOCATOR");
    if (mode == nullptr || *mode == '\0' || std::strcmp(mode, "caching") == 0) return;
    system = std::strcmp(mode, "system") == 0;
    if (!system) error = std::string("FASTGRAD_ALLOCATOR=") + mode + ": want caching or system";
  }
};

Shared& shared() {
  static Shared* const it = std::make_unique<Shared>().release();
  return *it;
}

using Lock = std::lock_guard<std::mutex>;

constexpr int64_t signed_bytes(int c) { return static_cast<int64_t>(class_bytes(c)); }

int64_t total_in_use(const Shared& s) {
  int64_t total = s.in_use;
  for (const ThreadBlocks* t = s.threads; t != nullptr; t = t->next) total += t->in_use.load(std::memory_order_relaxed);
  return total;
}

// Exact where one thread allocates; with several, what the others had meanwhile is seen at these moments only.
void note_peak(Shared& s, ThreadBlocks* mine) {
  int64_t total = total_in_use(s);
  if (mine != nullptr) {
    const int64_t now = mine->in_use.load(std::memory_order_relaxed);
    s.peak = std::max(s.peak, total + mine->high - now);
    mine->high = now;
  }
  s.peak = std::max(s.peak, total);
}

[[noreturn]] void out_of_memory(size_t bytes) {
  memory_error("out of memory: cannot allocate " + std::to_string(bytes) + " bytes");
}

// Blocks on their way back to the system, linked by next_batch, their class in batch_size: released without the lock.
struct Evicted {
  FreeBlock* first = nullptr;

  void add(FreeBlock* block, int c) {
    block->next_batch = first;
    block->batch_size = c;
    first = block;
  }
  void release() noexcept {
    while (first != nullptr) {
      FreeBlock* const block = first;
      first = block->next_batch;
      system_release(block, class_bytes(static_cast<int>(block->batch_size)));
    }
  }
};

void evict_class(Shared& s, int c, int64_t wanted, Evicted& out) {
  while (s.batches[c] != nullptr && s.cached > wanted) {
    FreeBlock* block = s.batches[c];
    s.batches[c] = block->next_batch;
    s.cached -= block->batch_size * signed_bytes(c);
    s.held -= block->batch_size * signed_bytes(c);
    while (block != nullptr) {
      FreeBlock* const next = block->next;
      out.add(block, c);
      block = next;
    }
  }
}

// The sizes that were used longest ago go first: programs change their shapes, and old sizes must not fill the cache.
void evict_to(Shared& s, int64_t wanted, Evicted& out) {
  while (s.cached > wanted) {
    int oldest = -1;
    for (int c = kSmallClasses; c < kClasses; ++c)
      if (s.batches[c] != nullptr && (oldest < 0 || s.last_use[c] < s.last_use[oldest])) oldest = c;
    if (oldest < 0) return;
    evict_class(s, oldest, wanted, out);
  }
}

// Releases the slabs of class c whose blocks are all in the shared list.
void trim_slabs(Shared& s, int c) {
  Bump& bump = s.bumps[c];
  Slab* const current = bump.at == nullptr ? nullptr : slab_of(bump.at - 1);
  for (FreeBlock* batch = s.batches[c]; batch != nullptr; batch = batch->next_batch)
    for (FreeBlock* b = batch; b != nullptr; b = b->next) ++slab_of(b)->free;

  Slab* empty = nullptr;
  FreeBlock *kept = nullptr, *filling = nullptr;  // full batches; the one being filled, in front of them
  for (FreeBlock *batch = s.batches[c], *next_batch; batch != nullptr; batch = next_batch) {
    next_batch = batch->next_batch;
    for (FreeBlock *b = batch, *next; b != nullptr; b = next) {
      next = b->next;
      Slab* const slab = slab_of(b);
      if (slab->free == slab->carved) {
        if (!slab->released) {
          slab->released = true;
          if (slab == current) bump = {};
          slab->next = empty;
          empty = slab;
        }
        s.small_cached -= signed_bytes(c);
        continue;
      }
      const int64_t size = filling == nullptr ? 0 : filling->batch_size;
      if (size == batch_limit(c)) {
        filling->next_batch = kept;
        kept = filling;
        filling = nullptr;
      }
      b->next = filling;
      b->batch_size = filling == nullptr ? 1 : size + 1;
      filling = b;
    }
  }
  if (filling != nullptr) {
    filling->next_batch = kept;
    kept = filling;
  }
  s.batches[c] = kept;
  for (FreeBlock* batch = kept; batch != nullptr; batch = batch->next_batch)
    for (FreeBlock* b = batch; b != nullptr; b = b->next) slab_of(b)->free = 0;
  while (empty != nullptr) {
    Slab* const slab = empty;
    empty = slab->next;
    s.held -= static_cast<int64_t>(kSlabBytes);
    std::free(slab);
  }
}

void trim_all_slabs(Shared& s) {
  for (int c = 1; c < kSmallClasses; ++c) trim_slabs(s, c);
  s.small_trim = std::max(s.limit, 2 * s.small_cached + (int64_t{1} << 20));
}

void push_batch(Shared& s, int c, FreeBlock* batch, int64_t size, Evicted& out) {
  batch->batch_size = size;
  batch->next_batch = s.batches[c];
  s.batches[c] = batch;
  s.last_use[c] = ++s.uses;
  const int64_t bytes = size * signed_bytes(c);
  if (c < kSmallClasses) {
    s.small_cached += bytes;
    if (s.small_cached > s.small_trim) trim_all_slabs(s);
    return;
  }
  s.cached += bytes;
  if (s.cached > s.limit) evict_to(s, s.limit, out);
}

FreeBlock* pop_batch(Shared& s, int c) {
  FreeBlock* const batch = s.batches[c];
  if (batch == nullptr) return nullptr;
  s.batches[c] = batch->next_batch;
  s.last_use[c] = ++s.uses;
  (c < kSmallClasses ? s.small_cached : s.cached) -= batch->batch_size * signed_bytes(c);
  return batch;
}

// Up to a batch of new small blocks; null when the system has none.
FreeBlock* carve(Shared& s, int c) {
  const size_t bytes = class_bytes(c);
  Bump& bump = s.bumps[c];
  if (static_cast<size_t>(bump.end - bump.at) < bytes) {
    void* const memory = std::aligned_alloc(kSlabBytes, kSlabBytes);
    if (memory == nullptr) return nullptr;
    s.held += static_cast<int64_t>(kSlabBytes);
    new (memory) Slab{};
    bump = {static_cast<char*>(memory) + kUnit, static_cast<char*>(memory) + kSlabBytes};
  }
  const int64_t room = static_cast<int64_t>(static_cast<size_t>(bump.end - bump.at) / bytes);
  const int64_t n = std::min(room, batch_limit(c));
  slab_of(bump.at)->carved += static_cast<int32_t>(n);
  FreeBlock* const first = reinterpret_cast<FreeBlock*>(bump.at);
  FreeBlock* block = first;
  for (int64_t i = 1; i < n; ++i) {
    FreeBlock* const next = reinterpret_cast<FreeBlock*>(reinterpret_cast<char*>(block) + bytes);
    block->next = next;
    block = next;
  }
  block->next = nullptr;
  first->batch_size = n;
  bump.at += static_cast<size_t>(n) * bytes;
  return first;
}

// A new block from the system, after giving back what is cached if it does not fit beside it. Null when there is none.
void* take_new(Shared& s, size_t bytes) {
  const int64_t wanted = static_cast<int64_t>(bytes);
  if (wanted > s.memory) return nullptr;
  Evicted evicted;
  {
    const Lock lock(s.mutex);
    s.held += wanted;
    if (s.held > s.memory) evict_to(s, std::max(s.cached - (s.held - s.memory), int64_t{0}), evicted);
  }
  evicted.release();
  if (void* const block = take_or_empty_cache([&] { return system_allocate(bytes); })) return block;
  const Lock lock(s.mutex);
  s.held -= wanted;
  return nullptr;
}

// Gives the lists of a thread to all.
void flush(Shared& s, ThreadBlocks& t, Evicted& out) {
  for (int c = 1; c < kThreadClasses; ++c) {
    ThreadBlocks::List& list = t.lists[c];
    const int64_t limit = batch_limit(c);
    if (list.head != nullptr) push_batch(s, c, list.head, limit - list.room, out);
    if (list.spare != nullptr) push_batch(s, c, list.spare, limit, out);
    list = {nullptr, nullptr, limit};
  }
}

FG_FAST_THREAD_LOCAL bool thread_ended = false;

struct ThreadEnd {
  bool armed = false;
  ~ThreadEnd() {
    const std::unique_ptr<ThreadBlocks> mine(thread_blocks);
    thread_blocks = nullptr;
    thread_ended = true;
    if (mine == nullptr) return;
    Shared& s = shared();
    Evicted evicted;
    {
      const Lock lock(s.mutex);
      note_peak(s, mine.get());
      flush(s, *mine, evicted);
      s.in_use += mine->in_use.load(std::memory_order_relaxed);
      (mine->previous == nullptr ? s.threads : mine->previous->next) = mine->next;
      if (mine->next != nullptr) mine->next->previous = mine->previous;
    }
    evicted.release();
  }
};
thread_local ThreadEnd thread_end;

// This thread's lists, made at their first use; null in a thread that is ending.
ThreadBlocks* my_blocks(Shared& s) noexcept {
  if (thread_blocks != nullptr || thread_ended) return thread_blocks;
  ThreadBlocks* const mine = new (std::nothrow) ThreadBlocks{};
  if (mine == nullptr) return nullptr;
  for (int c = 0; c < kThreadClasses; ++c) mine->lists[c].room = batch_limit(c);
  thread_end.armed = true;  // the first use registers the destructor
  const Lock lock(s.mutex);
  mine->next = s.threads;
  if (s.threads != nullptr) s.threads->previous = mine;
  s.threads = mine;
  return thread_blocks = mine;
}

void* system_take(Shared& s, size_t bytes) {
  void* block = nullptr;
#if defined(_WIN32)
  block = system_allocate(bytes);
#else
  if (posix_memalign(&block, kUnit, bytes == 0 ? 1 : bytes) != 0) block = nullptr;
#endif
  if (block == nullptr) out_of_memory(bytes);
  const Lock lock(s.mutex);
  s.in_use += static_cast<int64_t>(bytes);
  s.held += static_cast<int64_t>(bytes);
  s.peak = std::max(s.peak, s.in_use);
  return block;
}

void system_give(Shared& s, void* block, size_t bytes) noexcept {
  std::free(block);
  const Lock lock(s.mutex);
  s.in_use -= static_cast<int64_t>(bytes);
  s.held -= static_cast<int64_t>(bytes);
}

void* take_large(size_t bytes) {
  Shared& s = shared();
  if (bytes > kMostBytes) out_of_memory(bytes);
  if (s.system) return system_take(s, bytes);
  const int c = size_class(bytes);
  void* block;
  {
    const Lock lock(s.mutex);
    block = pop_batch(s, c);
    if (block != nullptr) {
      s.in_use += signed_bytes(c);
      note_peak(s, thread_blocks);
      return block;
    }
  }
  block = take_new(s, class_bytes(c));
  if (block == nullptr) out_of_memory(bytes);
  const Lock lock(s.mutex);
  s.in_use += signed_bytes(c);
  note_peak(s, thread_blocks);
  return block;
}

void give_large(void* memory, size_t bytes) noexcept {
  Shared& s = shared();
  if (s.system) return system_give(s, memory, bytes);
  const int c = size_class(bytes);
  FreeBlock* const block = static_cast<FreeBlock*>(memory);
  Evicted evicted;
  {
    const Lock lock(s.mutex);
    s.in_use -= signed_bytes(c);
    block->next = nullptr;
    push_batch(s, c, block, 1, evicted);
  }
  evicted.release();
}

}  // namespace

void* take_slow(int c, size_t bytes) {
  Shared& s = shared();
  if (s.system) return system_take(s, bytes);
  ThreadBlocks* const mine = my_blocks(s);
  if (mine != nullptr) {
    ThreadBlocks::List& list = mine->lists[c];
    if (list.spare != nullptr) {
      list.head = list.spare;
      list.spare = nullptr;
      list.room = 0;
      return take_block(c, class_bytes(c), bytes);
    }
  }
  const auto cached_or_carved = [&]() -> FreeBlock* {
    const Lock lock(s.mutex);
    note_peak(s, mine);
    FreeBlock* const cached = pop_batch(s, c);
    return cached == nullptr && c < kSmallClasses ? carve(s, c) : cached;
  };
  FreeBlock* batch;
  if (c < kSmallClasses) {
    batch = static_cast<FreeBlock*>(take_or_empty_cache(cached_or_carved));
  } else if (batch = cached_or_carved(); batch == nullptr) {
    batch = static_cast<FreeBlock*>(take_new(s, class_bytes(c)));
    if (batch != nullptr) {
      batch->next = nullptr;
      batch->batch_size = 1;
    }
  }
  if (batch == nullptr) out_of_memory(bytes);
  if (mine != nullptr) {
    mine->lists[c].head = batch;
    mine->lists[c].room = batch_limit(c) - batch->batch_size;
    return take_block(c, class_bytes(c), bytes);
  }
  const Lock lock(s.mutex);
  s.in_use += signed_bytes(c);
  Evicted none;  // the rest was cached a moment ago
  if (batch->next != nullptr) push_batch(s, c, batch->next, batch->batch_size - 1, none);
  none.release();
  return batch;
}

void give_slow(int c, void* memory, size_t bytes) noexcept {
  Shared& s = shared();
  if (s.system) return system_give(s, memory, bytes);
  FreeBlock* const block = static_cast<FreeBlock*>(memory);
  ThreadBlocks* const mine = my_blocks(s);
  Evicted evicted;
  if (mine == nullptr) {
    const Lock lock(s.mutex);
    s.in_use -= signed_bytes(c);
    block->next = nullptr;
    push_batch(s, c, block, 1, evicted);
  } else {
    ThreadBlocks::List& list = mine->lists[c];
    if (list.room == 0) {
      if (list.spare != nullptr) {
        const Lock lock(s.mutex);
        note_peak(s, mine);
        push_batch(s, c, list.spare, batch_limit(c), evicted);
      }
      list.spare = list.head;
      list.head = nullptr;
      list.room = batch_limit(c);
    }
    give_block(c, class_bytes(c), memory, bytes);
  }
  evicted.release();
}

void* allocate(size_t bytes) {
  if (bytes <= kSmallBytes) return take_small(bytes == 0 ? 1 : bytes);
  if (bytes > kThreadBytes) return take_large(bytes);
  const int c = size_class(bytes);
  return take_block(c, class_bytes(c), bytes);
}

void deallocate(void* block, size_t bytes) noexcept {
  if (bytes <= kSmallBytes) return give_small(block, bytes == 0 ? 1 : bytes);
  if (bytes > kThreadBytes) return give_large(block, bytes);
  const int c = size_class(bytes);
  give_block(c, class_bytes(c), block, bytes);
}

MemoryStats memory_stats() {
  Shared& s = shared();
  const Lock lock(s.mutex);
  note_peak(s, thread_blocks);
  const int64_t in_use = total_in_use(s);
  return {in_use, s.held - in_use, s.peak};
}

void reset_peak_memory() {
  Shared& s = shared();
  const Lock lock(s.mutex);
  note_peak(s, thread_blocks);
  s.peak = total_in_use(s);
}

void empty_cache() {
  Shared& s = shared();
  Evicted evicted;
  {
    const Lock lock(s.mutex);
    if (thread_blocks != nullptr) flush(s, *thread_blocks, evicted);
    evict_to(s, 0, evicted);
    trim_all_slabs(s);
  }
  evicted.release();
}

void set_cache_limit(int64_t bytes) {
  Shared& s = shared();
  Evicted evicted;
  {
    const Lock lock(s.mutex);
    s.limit = std::max(bytes, int64_t{0});
    s.small_trim = std::max(s.limit, int64_t{1} << 20);
    evict_to(s, s.limit, evicted);
  }
  evicted.release();
}

int64_t cache_limit() {
  Shared& s = shared();
  const Lock lock(s.mutex);
  return s.limit;
}

bool system_allocator() { return shared().system; }
const char* allocator_error() { return shared().error.c_str(); }

void memory_before_fork() { shared().mutex.lock(); }
void memory_after_fork_in_parent() { shared().mutex.unlock(); }

void memory_after_fork_in_child() {
  // The child has this thread alone. What lay in the lists of the others is given up: at the moment of the fork they
  // may have been in the middle of changing them.
  Shared& s = shared();
  for (const ThreadBlocks* t = s.threads; t != nullptr; t = t->next)
    if (t != thread_blocks) s.in_use += t->in_use.load(std::memory_order_relaxed);
  s.threads = thread_blocks;
  if (thread_blocks != nullptr) thread_blocks->previous = thread_blocks->next = nullptr;
  s.mutex.unlock();
}

}  // namespace fastgrad::runtime
