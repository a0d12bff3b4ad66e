// What `confab doctor` found, and how it says so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace confab::cli {

enum class Verdict : std::uint8_t {
  kOk,
  kWarning,  // works, but not for everybody or not for long
  kWrong,    // does not work
};
std::string_view verdict_name(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string check;    // "media.ports": a stable word for scripts
  std::string setting;  // that is wrong, as in the file; or a knob of the kernel
  std::string what;     // a sentence
  std::string remedy;   // what to do; empty when all is well
};

class Report {
 public:
  void ok(std::string check, std::string what);
  void warn(Finding finding) { add(Verdict::kWarning, std::move(finding)); }
  void wrong(Finding finding) { add(Verdict::kWrong, std::move(finding)); }

  const std::vector<Finding>& findings() const { return findings_; }
  bool is_healthy() const;
  // A line for each, and one more for what to do.
  std::string text() const;
  // {"healthy":false,"findings":[{"verdict":…,"check":…,"setting":…,"what":…,"remedy":…}]}
  std::string json() const;

 private:
  void add(Verdict verdict, Finding finding);

  std::vector<Finding> findings_;
};

}  // namespace confab::cli
