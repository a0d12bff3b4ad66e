// What congestion control must reach, measured in virtual time: the table of docs/bwe.md. The same
// seeds give the same values.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/flow/flow.h"

namespace confab::sim {

struct Gate {
  std::string name;
  double value = 0;
  double low = 0;  // the value lies between the two
  double high = 0;
  bool is_ok() const { return value >= low && value <= high; }
};

// Changes the flows of every run, as a mutation does.
using FlowChange = std::function<void(FlowOptions&)>;

std::vector<Gate> run_steady_gates(const FlowChange& change = {});
std::vector<Gate> run_start_gates(const FlowChange& change = {});
std::vector<Gate> run_step_down_gates(const FlowChange& change = {});
std::vector<Gate> run_step_up_gates(const FlowChange& change = {});
std::vector<Gate> run_loss_gates(const FlowChange& change = {});
std::vector<Gate> run_heavy_loss_gates(const FlowChange& change = {});
std::vector<Gate> run_sharing_gates(const FlowChange& change = {});

std::vector<Gate> run_all_gates();

}  // namespace confab::sim
