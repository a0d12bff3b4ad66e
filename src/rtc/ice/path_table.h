// The paths of one transport that proved themselves, at most limits::kPathsPerTransport, and the
// rule by which a nomination on one of them wins. Part of IceLite.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "base/instant.h"
#include "base/limits.h"
#include "base/net.h"

namespace confab::ice {

struct PathEntry {
  Path path;
  Instant last_check{};          // when the last valid check came
  Instant last_authentic{};      // when media came that only the peer can have made; zero: never
  std::uint32_t priority = 0;    // PRIORITY of it: the peer's candidate (RFC 8445 §7.3.1.3)
  std::uint32_t generation = 0;  // of the credentials it was last checked with
  bool nominated = false;        // the last check carried USE-CANDIDATE, or a nomination won here

  // Whether the peer is known to have been there: a check shows only that somebody could copy one,
  // or knows the password and says where it comes from.
  bool is_proven() const { return last_authentic != Instant{}; }
};

class PathTable {
 public:
  PathEntry* find(const Path& path);
  const PathEntry* find(const Path& path) const;
  // Must not be full and must not hold it yet.
  PathEntry& add(const Path& path);
  // Whether it was there.
  bool remove(const Path& path);
  bool is_full() const { return size_ == entries_.size(); }
  std::size_t size() const { return size_; }
  std::span<const PathEntry> entries() const { return std::span(entries_).first(size_); }
  // The least recently checked, those aside that are to be kept: what makes room. nullptr if there
  // is no other.
  using Keep = std::initializer_list<std::optional<Path>>;
  const PathEntry* oldest_except(Keep keep) const;
  // What to fall back to: of the newest generation the nominated, then the latest checked.
  const PathEntry* best() const;
  // A restart's credentials came into use: earlier nominations count no more.
  void forget_nominations();

 private:
  std::array<PathEntry, limits::kPathsPerTransport> entries_;
  std::size_t size_ = 0;
};

// What a valid check says about nomination.
struct Check {
  bool use_candidate = false;
  std::optional<std::uint32_t> nomination;
  Instant previous{};  // when the check before this one came on the same path
};

// Which nomination counts, with the two ways that browsers nominate:
// - with values (draft-thatcher-ice-renomination §3, where both sides named "renomination"): the
//   highest value wins, at once, whatever the priority;
// - with USE-CANDIDATE (RFC 8445 §8.1.1 regular; RFC 5245 §8.1.1.2 aggressive, still in the field).
//   Chromium 156 was seen to set it in every check of the pair it uses, and to send no value though
//   the answer named "renomination". A path that becomes nominated wins. One that merely stays
//   nominated wins if its priority is higher, so that an aggressive peer does not make the
//   selection swing, or if it was checked twice since the selected one was: there the peer is now.
class Nomination {
 public:
  // Whether `entry`, whose check this is, becomes the selected path. Marks the entry. `selected`
  // is the entry of the selected path or nullptr.
  bool apply(const Check& check, PathEntry& entry, const PathEntry* selected);
  void reset() { highest_ = 0; }

 private:
  std::uint32_t highest_ = 0;  // of the values seen in this generation; 0: none
};

}  // namespace confab::ice
