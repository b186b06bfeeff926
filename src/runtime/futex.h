// Sleeping until another thread changes a word.
#pragma once

#include <atomic>
#include <cstdint>

namespace fastgrad::runtime {

// Sleeps while the word holds `value`, for at most so many nanoseconds if that is not negative; may also wake without
// reason. Whoever changes the word wakes afterwards.
void sleep_while(const std::atomic<uint32_t>& word, uint32_t value, int64_t nanoseconds = -1);
void wake(const std::atomic<uint32_t>& word);

void futex_after_fork_in_child();

}  // namespace fastgrad::runtime
