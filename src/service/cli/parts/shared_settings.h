// What the directory says of the configuration, one change after the other: what of it is taken,
// and what stays as it was because the new value is none. Sans-IO.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/config/config.h"
#include "platform/discovery/discovery.h"

namespace confab::cli {

class SharedSettings {
 public:
  struct Refusal {
    std::string name;
    std::string reason;
  };
  struct Proposal {
    ConfigPairs settings;
    std::vector<Refusal> refused;  // those that were not refused before
  };

  // What would be in force with these. Of a name whose value is refused, the value before stays.
  Proposal propose(const discovery::Values& values);
  // It is in force.
  void accept(ConfigPairs settings) { in_force_ = std::move(settings); }
  // Each of its values is right and all together are not: what was in force stays.
  void refuse() { ++refused_count_; }

  const ConfigPairs& in_force() const { return in_force_; }
  std::uint64_t refused_count() const { return refused_count_; }

 private:
  ConfigPairs in_force_;
  discovery::Values refused_;
  std::uint64_t refused_count_ = 0;
};

}  // namespace confab::cli
