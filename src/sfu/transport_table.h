// How a datagram finds its transport: a Binding request by the ufrag in its USERNAME, so that a
// peer is found again whatever its address has become; everything else by its path.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/net.h"

namespace confab::sfu {

class WebRtcTransport;

class TransportTable {
 public:
  void add_ufrag(const std::string& ufrag, WebRtcTransport& transport) {
    by_ufrag_[ufrag] = &transport;
  }
  void remove_ufrag(const std::string& ufrag) { by_ufrag_.erase(ufrag); }
  // A path belongs to the transport that proved it last.
  void add_path(const Path& path, WebRtcTransport& transport) { by_path_[path] = &transport; }
  void remove_path(const Path& path, const WebRtcTransport& transport) {
    const auto it = by_path_.find(path);
    if (it != by_path_.end() && it->second == &transport) by_path_.erase(it);
  }

  // nullptr if unknown.
  WebRtcTransport* find(std::string_view ufrag) const {
    const auto it = by_ufrag_.find(ufrag);
    return it == by_ufrag_.end() ? nullptr : it->second;
  }
  WebRtcTransport* find(const Path& path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? nullptr : it->second;
  }
  std::size_t paths() const { return by_path_.size(); }
  std::size_t ufrags() const { return by_ufrag_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_map<std::string, WebRtcTransport*, TextHash, std::equal_to<>> by_ufrag_;
  std::unordered_map<Path, WebRtcTransport*> by_path_;
};

}  // namespace confab::sfu
