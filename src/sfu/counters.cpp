#include "sfu/counters.h"

namespace confab::sfu {

std::string_view to_string(Drop reason) {
  switch (reason) {
    case Drop::kEmptyDatagram:
      return "empty_datagram";
    case Drop::kUnknownKind:
      return "unknown_kind";
    case Drop::kUnknownPath:
      return "unknown_path";
    case Drop::kStunMalformed:
      return "stun_malformed";
    case Drop::kStunUnknownUser:
      return "stun_unknown_user";
    case Drop::kStunRefused:
      return "stun_refused";
    case Drop::kStunPathTaken:
      return "stun_path_taken";
    case Drop::kStunNotRequest:
      return "stun_not_request";
    case Drop::kSrtpNotReady:
      return "srtp_not_ready";
    case Drop::kSrtpRefused:
      return "srtp_refused";
    case Drop::kSrtcpRefused:
      return "srtcp_refused";
    case Drop::kRtpMalformed:
      return "rtp_malformed";
    case Drop::kRtpUnknownStream:
      return "rtp_unknown_stream";
    case Drop::kRtpUnknownPayloadType:
      return "rtp_unknown_payload_type";
    case Drop::kRtxMalformed:
      return "rtx_malformed";
    case Drop::kPaddingOnly:
      return "padding_only";
    case Drop::kRtxProbe:
      return "rtx_probe";
    case Drop::kRtpDuplicate:
      return "rtp_duplicate";
    case Drop::kProducerPaused:
      return "producer_paused";
    case Drop::kRtcpMalformed:
      return "rtcp_malformed";
    case Drop::kFeedbackTooOften:
      return "feedback_too_often";
    case Drop::kPayloadMalformed:
      return "payload_malformed";
    case Drop::kBeforeKeyFrame:
      return "before_key_frame";
    case Drop::kBeforeSwitch:
      return "before_switch";
    case Drop::kConsumerPaused:
      return "consumer_paused";
    case Drop::kLinkTooSmall:
      return "link_too_small";
    case Drop::kLayerLeftOut:
      return "layer_left_out";
    case Drop::kReceiverNotConnected:
      return "receiver_not_connected";
    case Drop::kEgressQueueFull:
      return "egress_queue_full";
    case Drop::kEgressShed:
      return "egress_shed";
    case Drop::kEgressOversize:
      return "egress_oversize";
    case Drop::kEgressLate:
      return "egress_late";
    case Drop::kEgressUnproven:
      return "egress_unproven";
    case Drop::kEgressNoPath:
      return "egress_no_path";
    case Drop::kEgressProtect:
      return "egress_protect";
    case Drop::kPoolExhausted:
      return "pool_exhausted";
    case Drop::kControlQueueFull:
      return "control_queue_full";
    case Drop::kDtlsRefused:
      return "dtls_refused";
    case Drop::kHandshakeQueueFull:
      return "handshake_queue_full";
    case Drop::kPipeFull:
      return "pipe_full";
    case Drop::kPipeUnknownProducer:
      return "pipe_unknown_producer";
    case Drop::kCount:
      break;
  }
  return "";
}

std::string_view to_string(RepeatRefusal reason) {
  switch (reason) {
    case RepeatRefusal::kNotHeld:
      return "not_held";
    case RepeatRefusal::kBacklogged:
      return "backlogged";
    case RepeatRefusal::kTooSoon:
      return "too_soon";
    case RepeatRefusal::kTooOften:
      return "too_often";
    case RepeatRefusal::kOverBudget:
      return "over_budget";
    case RepeatRefusal::kCount:
      break;
  }
  return "";
}

}  // namespace confab::sfu
