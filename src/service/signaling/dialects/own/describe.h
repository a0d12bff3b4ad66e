// The shapes of docs/protocol.md that several events share.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "call/actions.h"
#include "call/types.h"
#include "platform/json/json.h"

namespace confab::signaling::own {

std::string_view source_name(call::Source source);
call::Source read_source(const json::Reader& source);

// "participant" is the same as "member".
call::Role read_role_name(const json::Reader& role);

boost::json::object describe(const call::ParticipantInfo& participant);
boost::json::object describe(const call::ProducerInfo& producer);
boost::json::object describe(const call::ChatMessage& message);
boost::json::object describe(const call::RoomSettings& settings);
boost::json::object describe(const call::Permits& permits);
boost::json::object describe(const call::Waiting& waiting);
boost::json::array describe(const std::vector<call::Waiting>& lobby);
boost::json::object describe(const call::LobbyMessage& message);
boost::json::array describe(const call::BanList& list);
boost::json::object describe(const call::People& people);
// {id, name}; null for an operator.
boost::json::value describe_by(const std::optional<call::Who>& by);
boost::json::array describe(const std::vector<call::Speaker>& speakers);
boost::json::array describe(const call::ChatPage& page);
// {reason, spatialLayer, temporalLayer, targetSpatialLayer, targetTemporalLayer, allottedBps};
// layers are null where nothing is sent.
boost::json::object describe(const control::LayerStats& layers);
// Of statistics: what a participant may see of what is theirs, an operator of everybody's.
boost::json::object describe(const control::TransportStats& stats);
boost::json::object describe(const control::ProducerStats& stats);
boost::json::object describe(const control::ConsumerStats& stats);
// {self, participants, chat, chatEarlier, chatDeleted, speakers}
boost::json::object describe(const call::State& state);

}  // namespace confab::signaling::own
