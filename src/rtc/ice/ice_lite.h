// The ICE-lite agent of one transport (RFC 8445 §2.5, §7.3, §8.2): it answers connectivity checks,
// learns the peer's paths from them, and says on which path to send. One component, one stream
// (BUNDLE and rtcp-mux). Owned by a transport, used on its shard's thread. Sans-IO.
//
// How a shard finds the transport: stun::find_local_ufrag(datagram) of any Binding request gives
// the ufrag; the shard keeps a map from ufrag to transport. The transport enters local_ufrag() when
// it makes the agent and after restart(), and erases a ufrag on UfragRetired and at its own end.
// Other packets are found by Path, kept by PathAdded and PathRemoved.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/net.h"
#include "base/random.h"
#include "rtc/ice/path_choice.h"
#include "rtc/ice/path_table.h"
#include "rtc/stun/message.h"

namespace confab::ice {

// 32 of 62 characters: 190 bits each (RFC 8445 §5.3 asks for 24 and 128). The length is also
// mediasoup's, so that clients see what they know.
inline constexpr std::size_t kCredentialCharacters = 32;
// What handle_request may write: enough for a success or a 420 with 8 attributes over IPv6.
inline constexpr std::size_t kResponseBytesMax = 160;

struct IceConfig {
  // No authenticated request for so long: the peer is shown as disconnected. Chromium checks a good
  // path every 2.5 s, Firefox every 5 s (consent, RFC 7675 §5.1).
  Duration disconnected_after = 12s;
  // ... and for so long: the transport has failed. A lite agent sends no checks of its own, so the
  // peer's are the consent (RFC 7675: 30 s).
  Duration failed_after = 30s;
  // A selected path without a request for so long loses to any path that is checked: the address
  // behind it changed and the peer does not nominate again.
  Duration selected_silence = 6s;
  // For so long after a proven path's last check or media nobody else's check takes it: a browser
  // checks every 2.5 or 5 s, and behind a NAT somebody may be given the same port later.
  Duration held_for = 10s;
  // Answers per second to requests that prove nothing; the rest is dropped.
  std::uint32_t unauthenticated_answers_per_s = 10;
};

//   New ──a valid check──▶ Connected ──silence 12 s, or no path left──▶ Disconnected
//                              ▲                                          │      │
//                              └──────────────a valid check───────────────┘      │
//                                                       Failed ◀──silence 30 s───┘
//
// RFC 8445 §6.1.2.6 and RFC 7675 §5.1, as the lite side sees them. New waits without a limit (the
// peer may not begin before it has something to send). Failed is final: every path is dropped, and
// requests are no longer answered.
enum class IceState : std::uint8_t { kNew, kConnected, kDisconnected, kFailed };
std::string_view to_string(IceState state);

// What became of a request; each is a counter of the shard.
enum class RequestOutcome : std::uint8_t {
  kAccepted,
  kNotARequest,       // an indication or a response: no answer
  kBadRequest,        // 400: USERNAME or MESSAGE-INTEGRITY is missing
  kUnknownUser,       // 401: the local ufrag is none of ours
  kWrongIntegrity,    // 401: not our password
  kUnknownAttribute,  // 420: an attribute that we would have to understand
  kRoleConflict,      // 487: the peer thinks it is controlled; so are we
  kFailedTransport,   // too late: no answer
};
inline constexpr std::size_t kRequestOutcomes = 8;
std::string_view to_string(RequestOutcome outcome);

struct RequestResult {
  RequestOutcome outcome = RequestOutcome::kAccepted;
  // To be sent back on the path it came from; a view of the caller's buffer. Empty: send nothing.
  ByteView response;
};

// ---- events ----
struct StateChanged {
  IceState from = IceState::kNew;
  IceState to = IceState::kNew;
  std::string_view why;  // a literal
};
// Where to send from now on; nothing: there is no path at the moment.
struct SelectedPathChanged {
  std::optional<Path> path;
};
// A path proved itself with a valid check: what comes on it belongs to this transport.
struct PathAdded {
  Path path;
};
struct PathRemoved {
  Path path;
};
// The credentials before the last restart are dead: nothing with this ufrag is ours any more.
struct UfragRetired {
  std::string ufrag;
};
using IceEvent =
    std::variant<StateChanged, SelectedPathChanged, PathAdded, PathRemoved, UfragRetired>;

class IceLite {
 public:
  IceLite(const IceConfig& config, Random& random);

  const std::string& local_ufrag() const { return current_.ufrag; }
  const std::string& local_password() const { return current_.password; }

  // New credentials (RFC 8445 §9). The old ones and the selected path keep working until a path
  // that was checked with the new ones is selected. A second restart before that retires the
  // unused ones at once. Does not revive a failed agent.
  void restart(Random& random);

  // A Binding request for one of our ufrags, parsed. `out` takes the answer: kResponseBytesMax.
  RequestResult handle_request(Instant now, const Path& path, const stun::Message& request,
                               MutableBytes out);
  // Something came on the path that only the peer can have sent, now: authentic SRTP or SRTCP, or
  // the end of its handshake. On a path that is not known it changes nothing.
  void on_authentic(Instant now, const Path& path);
  // A TCP connection is gone. Falls back to the best path that is left.
  void on_path_closed(const Path& path);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // The next event; call until false after each of the calls above.
  bool poll(IceEvent& out);

  IceState state() const { return state_; }
  // Where to send, if anywhere.
  const std::optional<Path>& selected_path() const { return choice_.selected(); }
  // Whether the peer is known to be there (path_choice.h).
  bool is_selected_proven() const;
  // Whether the peer was there a moment ago: then nobody else's check can take the path away.
  bool holds(Instant now, const Path& path) const;
  // Whether `path` belongs to this transport (a valid check came on it).
  bool has_path(const Path& path) const { return paths_.find(path) != nullptr; }
  // At most limits::kPathsPerTransport.
  std::span<const PathEntry> paths() const { return paths_.entries(); }
  // What must hold in each state; checked after every call in debug builds.
  bool is_consistent() const;

 private:
  struct Credentials {
    std::string ufrag;
    std::string password;
    stun::IntegrityKey key;
    std::uint32_t generation = 0;
  };
  static Credentials make_credentials(Random& random, std::uint32_t generation);

  const Credentials* find_credentials(std::string_view username) const;
  RequestOutcome judge(const stun::Message& request, const Credentials*& used) const;
  void accept(Instant now, const Path& path, const stun::Message& request,
              std::uint32_t generation);
  PathEntry& learn_path(const Path& path);
  bool nominates(const stun::Message& request, PathEntry& entry, Instant previous_check);
  ByteView success(const Path& path, const stun::Message& request, const Credentials& used,
                   MutableBytes out) const;
  ByteView refusal(Instant now, const stun::Message& request, RequestOutcome outcome,
                   const Credentials* proved, MutableBytes out);
  bool may_answer_stranger(Instant now);
  void expire_paths(Instant now);
  void remove_path(const Path& path);
  void note_lost_paths();
  void tell_selection(const std::optional<Path>& before);
  void retire(const Credentials& credentials);
  void set_state(IceState to, std::string_view why);
  void emit(IceEvent event);
  void begin_call();

  IceConfig config_;
  Credentials current_;
  std::unique_ptr<Credentials> previous_;  // between a restart and the first use of current_
  PathTable paths_;
  Nomination nomination_;
  std::uint32_t nomination_generation_ = 0;  // whose nominations count
  PathChoice choice_;
  IceState state_ = IceState::kNew;
  Instant last_valid_check_{};
  Instant stranger_window_{};
  std::uint32_t stranger_answers_ = 0;
  // One call emits at most every path's removal, a selection, a state and two more.
  std::array<IceEvent, limits::kPathsPerTransport + 4> events_;
  std::size_t events_head_ = 0;
  std::size_t events_end_ = 0;
};

}  // namespace confab::ice
