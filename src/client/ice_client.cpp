#include "client/ice_client.h"

#include <algorithm>

#include "rtc/stun/builder.h"

namespace confab::client {
namespace {

constexpr std::size_t kUfragChars = 8;
// RFC 8445 §5.1.2.1 for a peer-reflexive candidate: preferences 110 and 65535, component 1.
constexpr std::uint32_t kPeerReflexivePriority = (110U << 24) | (65535U << 8) | 255U;

}  // namespace

IceClient::IceClient(const ortc::IceParameters& remote, const IceTiming& timing, Random& random,
                     const std::optional<FullIcePeer>& full_peer)
    : timing_(timing),
      random_(random),
      // RFC 8445 §7.2.2: the receiver's fragment first. A lite peer never checks, so ours is only a
      // name then and needs no password.
      username_(
          remote.username_fragment + ":" +
          (full_peer ? full_peer->local.username_fragment : random.alphanumeric(kUfragChars))),
      key_(remote.password),
      // A full agent that made the offer begins as the controlling one too. RFC 8445 §7.3.1.1: the
      // smaller number gives way.
      tie_breaker_(full_peer ? UINT64_MAX : random.u64()),
      retransmit_after_(timing.first_retransmission) {
  if (full_peer)
    answering_.emplace(stun::IntegrityKey(full_peer->local.password), full_peer->address);
}

void IceClient::start(Instant now, DatagramBatch& out) {
  if (state_ != State::kNew) return;
  state_ = State::kChecking;
  last_answer_ = now;
  send_check(now, out);
}

void IceClient::send_check(Instant now, DatagramBatch& out) {
  random_.fill(transaction_);
  stun::Builder check(out.begin(), stun::Class::kRequest, transaction_);
  check.username(username_);
  check.priority(kPeerReflexivePriority);
  check.ice_controlling(tie_breaker_);
  check.use_candidate();
  out.commit(check.finish(&key_).size());
  waits_ = true;
  sent_at_ = now;
  due_ = now + retransmit_after_;
  retransmit_after_ = std::min(2 * retransmit_after_, timing_.longest_retransmission);
}

Duration IceClient::until_consent_check() {
  return timing_.consent_interval * random_.between(80, 120) / 100;
}

bool IceClient::handle_packet(Instant now, ByteView datagram) {
  const auto message = stun::Message::parse(datagram);
  if (!message || message->message_class() != stun::Class::kSuccess) return false;
  if (!waits_ || message->transaction_id() != transaction_) return false;
  if (!message->check_integrity(key_)) return false;
  waits_ = false;
  last_answer_ = now;
  round_trip_ = now - sent_at_;
  retransmit_after_ = timing_.first_retransmission;
  if (state_ == State::kChecking) state_ = State::kConnected;
  due_ = now + until_consent_check();
  return true;
}

void IceClient::answer_check(ByteView datagram, DatagramBatch& out) const {
  if (!answering_) return;
  const auto message = stun::Message::parse(datagram);
  if (!message || message->message_class() != stun::Class::kRequest) return;
  if (!message->check_integrity(answering_->key)) return;
  stun::Builder answer(out.begin(), stun::Class::kSuccess, message->transaction_id());
  answer.xor_mapped_address(answering_->peer);
  out.commit(answer.finish(&answering_->key).size());
}

void IceClient::handle_timeout(Instant now, DatagramBatch& out) {
  if (now < due_) return;
  const Duration patience =
      state_ == State::kConnected ? timing_.consent_timeout : timing_.give_up_after;
  if (now - last_answer_ >= patience) {
    state_ = State::kFailed;
    due_ = kNever;
    return;
  }
  send_check(now, out);
}

}  // namespace confab::client
