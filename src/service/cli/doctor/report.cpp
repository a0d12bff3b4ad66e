#include "service/cli/doctor/report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "platform/json/json.h"

namespace confab::cli {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kWrong:
      return "wrong";
  }
  return "";
}

void Report::ok(std::string check, std::string what) {
  findings_.push_back({.verdict = Verdict::kOk,
                       .check = std::move(check),
                       .setting = {},
                       .what = std::move(what),
                       .remedy = {}});
}

void Report::add(Verdict verdict, Finding finding) {
  finding.verdict = verdict;
  findings_.push_back(std::move(finding));
}

bool Report::is_healthy() const {
  return std::ranges::none_of(findings_,
                              [](const Finding& f) { return f.verdict == Verdict::kWrong; });
}

std::string Report::text() const {
  std::string out;
  for (const Finding& f : findings_) {
    constexpr std::size_t kColumn = 9;
    std::string word(verdict_name(f.verdict));
    word.resize(kColumn, ' ');
    out += word + f.check + ": " + f.what;
    if (!f.setting.empty()) out += " [" + f.setting + "]";
    out += '\n';
    if (!f.remedy.empty()) out += std::string(kColumn, ' ') + "→ " + f.remedy + '\n';
  }
  return out;
}

std::string Report::json() const {
  boost::json::array all;
  for (const Finding& f : findings_) {
    boost::json::object one;
    one["verdict"] = verdict_name(f.verdict);
    one["check"] = f.check;
    one["setting"] = f.setting;
    one["what"] = f.what;
    one["remedy"] = f.remedy;
    all.push_back(std::move(one));
  }
  return json::serialize(
             boost::json::object{{"healthy", is_healthy()}, {"findings", std::move(all)}}) +
         '\n';
}

}  // namespace confab::cli
