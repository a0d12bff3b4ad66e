// A bounded queue from one thread to another, without a lock: what a pipe between two shards is
// made of. Messages are written and read in place. The writer shows what it has written, and the
// reader gives places back, once for many messages: that is when the two cores speak.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#include "base/check.h"

namespace confab::engine {

template <typename T>
class SpscRing {
  static_assert(std::is_trivially_destructible_v<T>, "messages are overwritten, not destroyed");

 public:
  // capacity is rounded up to a power of two. Memory is taken as it is first written to.
  explicit SpscRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1),
        slots_(std::make_unique_for_overwrite<Slot[]>(mask_ + 1)) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // ---- the writing thread ----

  // A new T at the next place; nullptr unless more than `spare` places are free.
  T* begin(std::size_t spare) {
    if (capacity() - (written_ - head_seen_) <= spare) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (capacity() - (written_ - head_seen_) <= spare) return nullptr;
    }
    return ::new (slots_[written_ & mask_].bytes) T;
  }
  // What begin() gave is complete.
  void commit() { ++written_; }
  // Shows all of it to the reader. False if there was nothing new.
  bool publish() {
    if (written_ == tail_.load(std::memory_order_relaxed)) return false;
    // In one order with the reader's empty() and its going to sleep (PacketLoop::wake_if_asleep).
    tail_.store(written_, std::memory_order_seq_cst);
    return true;
  }

  // ---- the reading thread ----

  // nullptr if there is none. Stays in its place until release().
  const T* front() {
    if (read_ == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (read_ == tail_seen_) return nullptr;
    }
    return std::launder(reinterpret_cast<const T*>(slots_[read_ & mask_].bytes));
  }
  void pop() {
    DCHECK(read_ != tail_seen_);
    ++read_;
  }
  // Gives the places of what was popped back to the writer.
  void release() { head_.store(read_, std::memory_order_release); }
  bool empty() const { return read_ == tail_.load(std::memory_order_seq_cst); }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Slot {
    alignas(T) std::byte bytes[sizeof(T)];
  };

  std::size_t mask_;
  std::unique_ptr<Slot[]> slots_;
  // Counts of messages since the start; what each thread writes has its own cache line.
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  std::size_t written_ = 0;
  std::size_t head_seen_ = 0;
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};
  std::size_t read_ = 0;
  std::size_t tail_seen_ = 0;
};

}  // namespace confab::engine
