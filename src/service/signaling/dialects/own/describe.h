// The shapes of docs/protocol.md that several events share.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

#include "call/actions.h"
#include "call/types.h"
#include "platform/json/json.h"

namespace confab::signaling::own {

std::string_view source_name(call::Source source);
call::Source read_source(const json::Reader& source);

boost::json::object describe(const call::ParticipantInfo& participant);
boost::json::object describe(const call::ProducerInfo& producer);
boost::json::object describe(const call::ChatMessage& message);
boost::json::array describe(const std::vector<call::Speaker>& speakers);
boost::json::array describe(const call::ChatPage& page);
// {self, participants, chat, chatEarlier, speakers}
boost::json::object describe(const call::State& state);

}  // namespace confab::signaling::own
