// Where on the media plane a request is carried out.
#pragma once

#include <optional>
#include <variant>

#include "base/ids.h"
#include "control/media.h"

namespace confab::control {

// As the ids in it say: with the transport, the producer or the consumer it is about. Nothing for
// what is about a whole meeting, and for a transport that is yet to be made.
inline std::optional<ShardAddress> place_of(const MediaRequest& request) {
  return std::visit(
      [](const auto& r) -> std::optional<ShardAddress> {
        if constexpr (requires { r.transport; }) return r.transport.place();
        if constexpr (requires { r.consumer; }) return r.consumer.place();
        if constexpr (requires { r.producer; }) return r.producer.place();
        return std::nullopt;
      },
      request);
}

}  // namespace confab::control
