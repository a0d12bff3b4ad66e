// The gates of congestion control, and of what a receiver is sent by it, as JSON; 1 if one is not
// met.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "sim/adaptation.h"
#include "sim/flow/gates.h"

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  bool ok = true;
  std::string out = "{\"gates\": [\n";
  std::vector<confab::sim::Gate> gates = confab::sim::run_all_gates();
  for (confab::sim::Gate& gate : confab::sim::run_adaptation_gates()) {
    gates.push_back(std::move(gate));
  }
  for (std::size_t i = 0; i < gates.size(); ++i) {
    const confab::sim::Gate& gate = gates[i];
    char line[320];
    std::snprintf(line, sizeof line,
                  "  {\"name\": \"%s\", \"value\": %.3f, \"limit\": [%.3f, %.3f], \"ok\": %s}%s\n",
                  gate.name.c_str(), gate.value, gate.low, gate.high,
                  gate.is_ok() ? "true" : "false", i + 1 < gates.size() ? "," : "");
    out += line;
    ok = ok && gate.is_ok();
  }
  std::fputs((out + "]}\n").c_str(), stdout);
  return ok ? 0 : 1;
}
