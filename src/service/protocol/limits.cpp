#include <boost/json.hpp>

#include "call/text.h"
#include "service/protocol/protocol.h"

namespace confab::protocol {

boost::json::object describe_limits(const CallConfig& config) {
  return {{"participants", config.participants_max},
          {"producersPerParticipant", config.producers_per_participant_max},
          {"nameChars", call::kNameCharsMax},
          {"chatChars", config.chat_chars_max},
          {"chatHistory", config.chat_history},
          {"reconnectGraceMs", to_ms(config.reconnect_grace)}};
}

}  // namespace confab::protocol
