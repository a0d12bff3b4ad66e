// A bounded queue into a thread that sleeps in epoll: many senders, one receiver. The only place
// with atomics. Full means refused, and the sender decides what that means.
//
// The ring is the array queue by sequence numbers: each cell says in which round it may be written
// or read, so senders contend only on one counter.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"

namespace confab::engine {

template <typename T>
class Mailbox {
 public:
  // capacity is rounded up to a power of two.
  explicit Mailbox(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (std::size_t i = 0; i <= mask_; ++i) cells_[i].round.store(i, std::memory_order_relaxed);
  }

  // Any thread. False, and `value` untouched, when the mailbox is full.
  bool push(T&& value) {
    std::size_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[at & mask_];
      const std::size_t round = cell.round.load(std::memory_order_acquire);
      if (round == at) {
        if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
          cell.value.emplace(std::move(value));
          cell.round.store(at + 1, std::memory_order_release);
          return true;
        }
      } else if (round < at) {
        return false;
      } else {
        at = tail_.load(std::memory_order_relaxed);
      }
    }
  }

  // The receiving thread only.
  std::optional<T> pop() {
    Cell& cell = cells_[head_ & mask_];
    if (cell.round.load(std::memory_order_acquire) != head_ + 1) return std::nullopt;
    std::optional<T> value = std::move(cell.value);
    cell.value.reset();
    cell.round.store(head_ + mask_ + 1, std::memory_order_release);
    ++head_;
    return value;
  }

  std::size_t capacity() const { return mask_ + 1; }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct Cell {
    std::atomic<std::size_t> round;
    std::optional<T> value;
  };

  std::size_t mask_;
  std::unique_ptr<Cell[]> cells_;
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  alignas(kCacheLine) std::size_t head_ = 0;
};

}  // namespace confab::engine
