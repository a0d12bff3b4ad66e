// The folder that holds what must outlive a restart.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace confab::cli {

// The right to the folder, of one server at a time. Lasts as long as the object, and ends with the
// process however that ends.
class DataDir {
 public:
  // Makes the folder (mode 0700) if it is missing and makes sure that it can be written to. Ours in
  // it are made readable by the owner alone; so is the folder, if nothing else is in it. An error
  // names the process that uses it.
  static Result<DataDir> open(const std::string& path);

  DataDir() = default;
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;
  ~DataDir();

  // What the operator should know.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  int lock_ = -1;
  std::vector<std::string> warnings_;
};

}  // namespace confab::cli
