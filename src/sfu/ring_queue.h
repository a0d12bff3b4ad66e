// A queue that keeps its memory: grows by doubling until it has seen its longest, then allocates
// no more. Elements stay default-constructed where nothing is queued, so that they hold nothing.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"

namespace confab::sfu {

template <typename T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  T& operator[](std::size_t i) { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  const T& operator[](std::size_t i) const { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  T& front() { return (*this)[0]; }

  void push_back(T&& value) {
    if (size_ == slots_.size()) grow();
    ++size_;
    (*this)[size_ - 1] = std::move(value);
  }
  void push_back(const T& value) { push_back(T(value)); }
  T pop_front() {
    DCHECK(size_ > 0);
    T value = std::exchange(front(), T{});
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return value;
  }
  // Takes out the first n.
  void drop_front(std::size_t n) {
    DCHECK(n <= size_);
    for (std::size_t i = 0; i < n; ++i) (*this)[i] = T{};
    size_ -= n;
    // Emptied, it begins in the places it used last, which are still in the cache.
    head_ = size_ == 0 ? 0 : (head_ + n) & (slots_.size() - 1);
  }
  // Takes out what the predicate says, keeps the order of the rest. Returns how many went.
  template <typename Predicate>
  std::size_t remove_if(Predicate&& predicate) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (predicate((*this)[i])) continue;
      if (kept != i) (*this)[kept] = std::move((*this)[i]);
      ++kept;
    }
    const std::size_t removed = size_ - kept;
    for (std::size_t i = kept; i < size_; ++i) (*this)[i] = T{};
    size_ = kept;
    return removed;
  }

 private:
  // Every receiver has one for audio, where hardly ever two packets wait.
  static constexpr std::size_t kInitialSlots = 4;

  void grow() {
    std::vector<T> larger(slots_.empty() ? kInitialSlots : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;  // a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace confab::sfu
