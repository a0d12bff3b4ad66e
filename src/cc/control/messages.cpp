#include "cc/control/messages.h"

namespace confab::cc {

std::string_view to_string(LinkState state) {
  switch (state) {
    case LinkState::kNormal:
      return "normal";
    case LinkState::kOverused:
      return "overused";
    case LinkState::kUnderused:
      return "underused";
    case LinkState::kDraining:
      return "draining";
    case LinkState::kLossy:
      return "lossy";
    case LinkState::kSilent:
      return "silent";
    case LinkState::kCount:
      break;
  }
  return "";
}

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::kStart:
      return "start";
    case Cause::kDelay:
      return "delay";
    case Cause::kLoss:
      return "loss";
    case Cause::kQueue:
      return "queue";
    case Cause::kRemb:
      return "remb";
    case Cause::kProbe:
      return "probe";
    case Cause::kSilence:
      return "silence";
    case Cause::kFarAway:
      return "far_away";
  }
  return "";
}

}  // namespace confab::cc
