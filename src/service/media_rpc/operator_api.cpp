#include "service/media_rpc/operator_api.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/media_rpc/codec_ortc.h"
#include "service/media_rpc/codec_stats.h"
#include "service/media_rpc/reflection.h"

namespace confab::media_rpc {
namespace {

// Open at the same time: more is nobody who looks after a node.
constexpr std::size_t kCallsMax = 64;
// Of a list, 50 kB.
constexpr std::uint32_t kPageMax = 1000;

template <typename Message>
bool read(const std::string& bytes, Message& out) {
  return out.ParseFromString(bytes);
}

rpc::Code code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return rpc::Code::kNotFound;
    case ErrorCode::kConflict:
      return rpc::Code::kFailedPrecondition;
    case ErrorCode::kTimeout:
      return rpc::Code::kDeadlineExceeded;
    case ErrorCode::kUnavailable:
      return rpc::Code::kUnavailable;
    default:
      return rpc::Code::kInternal;
  }
}

}  // namespace

const std::vector<OperatorApi::Entry>& OperatorApi::entries() {
  static const std::vector<Entry> kEntries = {
      {"/confab.media.v1.Media/Snapshot", &OperatorApi::snapshot},
      {"/confab.media.v1.Media/List", &OperatorApi::list},
      {"/confab.media.v1.Media/Stats", &OperatorApi::stats},
      {"/confab.media.v1.Media/Drain", &OperatorApi::drain},
      {"/confab.media.v1.Media/Undrain", &OperatorApi::undrain},
      {kReflectionMethod, &OperatorApi::reflect},
      {kReflectionMethodBefore, &OperatorApi::reflect},
  };
  return kEntries;
}

std::vector<std::string> OperatorApi::methods() {
  std::vector<std::string> out;
  for (const Entry& entry : entries()) out.emplace_back(entry.name);
  return out;
}

rpc::Stream::Handlers OperatorApi::accept(const std::string& method,
                                          std::unique_ptr<rpc::Stream> stream) {
  const auto entry = std::ranges::find(entries(), method, &Entry::name);
  if (entry == entries().end() || calls_.size() >= kCallsMax) {
    stream->close({rpc::Code::kResourceExhausted, "too many calls at once"});
    return {.on_message = [](const std::string&) {}, .on_closed = [](const rpc::End&) {}};
  }
  const CallId call = ++last_call_;
  const bool is_stream = entry->handle == &OperatorApi::reflect;
  calls_.emplace(call, Call{std::move(stream), false});
  return {.on_message =
              [this, call, is_stream, handle = entry->handle](const std::string& request) {
                const auto it = calls_.find(call);
                if (it == calls_.end()) return;
                if (std::exchange(it->second.has_asked, true) && !is_stream) {
                  return refuse(call, rpc::Code::kInvalidArgument, "this call takes one message");
                }
                (this->*handle)(call, request);
              },
          .on_closed = [this, call](const rpc::End&) { calls_.erase(call); },
          // One that has asked and waits is answered all the same; a stream has its end.
          .on_half_closed =
              [this, call, is_stream] {
                const auto it = calls_.find(call);
                if (it == calls_.end()) return;
                if (is_stream) {
                  it->second.stream->close({});
                  calls_.erase(it);
                } else if (!it->second.has_asked) {
                  refuse(call, rpc::Code::kInvalidArgument, "this call takes one message");
                }
              }};
}

// ---- answers ----

void OperatorApi::answer(CallId call, std::string response) {
  const auto it = calls_.find(call);
  if (it == calls_.end()) return;  // the caller is gone
  const bool is_sent = it->second.stream->send(std::move(response));
  it->second.stream->close(
      is_sent ? rpc::End{} : rpc::End{rpc::Code::kResourceExhausted, "the answer is too large"});
  calls_.erase(it);
}

void OperatorApi::refuse(CallId call, rpc::Code code, std::string why) {
  const auto it = calls_.find(call);
  if (it == calls_.end()) return;
  it->second.stream->close({code, std::move(why)});
  calls_.erase(it);
}

// ---- what can be asked ----

void OperatorApi::snapshot(CallId call, const std::string& bytes) {
  pb::SnapshotRequest request;
  if (!read(bytes, request)) return refuse(call, rpc::Code::kInvalidArgument, "no such message");
  const control::Load& load = node_.desk->load();
  pb::SnapshotResponse out;
  out.set_node(node_.self.node);
  out.set_boot(node_.self.boot);
  out.set_version_min(control::kVersionMin);
  out.set_version_max(control::kVersionMax);
  out.set_shards(node_.self.shards);
  out.set_region(node_.self.region);
  out.set_build(node_.self.build);
  out.set_codec_hash(node_.self.codec_hash);
  out.set_owners(static_cast<std::uint32_t>(node_.desk->owners()));
  out.set_meetings(static_cast<std::uint32_t>(node_.desk->meetings()));
  out.set_transports(load.transports);
  out.set_lag_us(static_cast<std::uint32_t>(to_us(load.lag)));
  out.set_draining(load.is_draining);
  out.set_leaving(load.is_leaving);
  answer(call, out.SerializeAsString());
}

void OperatorApi::list(CallId call, const std::string& bytes) {
  pb::ListRequest request;
  if (!read(bytes, request) || request.limit() > kPageMax) {
    return refuse(call, rpc::Code::kInvalidArgument, "limit: 1 to 1000, or 0 for 1000");
  }
  const std::uint32_t limit = request.limit() == 0 ? kPageMax : request.limit();
  // One more than asked for says whether there is more.
  auto found = node_.desk->list(get_id<MeetingId>(request.after()), limit + std::size_t{1});
  pb::ListResponse out;
  out.set_is_more(found.size() > limit);
  if (found.size() > limit) found.pop_back();
  for (const Desk::Listed& one : found) {
    pb::ListedMeeting* to = out.add_meetings();
    put(one.meeting, to->mutable_meeting());
    to->set_epoch(one.epoch);
    to->set_owner_node(one.node);
    to->set_owner_boot(one.boot);
    to->set_owner_connected(one.is_connected);
  }
  answer(call, out.SerializeAsString());
}

void OperatorApi::stats(CallId call, const std::string& bytes) {
  pb::StatsRequest request;
  if (!read(bytes, request)) return refuse(call, rpc::Code::kInvalidArgument, "no such message");
  node_.ask_stats(get_id<MeetingId>(request.meeting()),
                  [alive = alive_, call](const Result<control::MediaResult>& result) {
                    if (*alive == nullptr) return;
                    OperatorApi& self = **alive;
                    if (!result) {
                      return self.refuse(call, code_of(result.error().code),
                                         result.error().message);
                    }
                    pb::MeetingStats out;
                    if (const auto* stats = std::get_if<control::MeetingStats>(&*result)) {
                      put_stats(*stats, &out);
                    }
                    self.answer(call, out.SerializeAsString());
                  });
}

void OperatorApi::drain(CallId call, const std::string& bytes) {
  pb::DrainRequest request;
  if (!read(bytes, request)) return refuse(call, rpc::Code::kInvalidArgument, "no such message");
  node_.drain(std::chrono::milliseconds(request.deadline_ms()));
  answer_drain(call);
}

void OperatorApi::undrain(CallId call, const std::string& bytes) {
  pb::UndrainRequest request;
  if (!read(bytes, request)) return refuse(call, rpc::Code::kInvalidArgument, "no such message");
  if (const auto done = node_.undrain(); !done) {
    return refuse(call, code_of(done.error().code), done.error().message);
  }
  answer_drain(call);
}

void OperatorApi::answer_drain(CallId call) {
  pb::DrainResponse out;
  out.set_draining(node_.desk->load().is_draining);
  out.set_meetings(static_cast<std::uint32_t>(node_.desk->meetings()));
  answer(call, out.SerializeAsString());
}

// A stream: as many questions as its client has.
void OperatorApi::reflect(CallId call, const std::string& request) {
  const auto it = calls_.find(call);
  if (it == calls_.end()) return;
  std::string response = media_rpc::reflect(request);
  if (response.empty()) return refuse(call, rpc::Code::kInvalidArgument, "no such message");
  if (!it->second.stream->send(std::move(response))) {
    refuse(call, rpc::Code::kResourceExhausted, "it does not read what it is sent");
  }
}

}  // namespace confab::media_rpc
