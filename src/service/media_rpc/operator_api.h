// The unary calls of confab.media.v1 for whoever runs the node, and gRPC's server reflection, with
// which grpcurl and its like find them. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "control/media.h"
#include "control/session/media_desk.h"
#include "platform/rpc/stream.h"

namespace confab::media_rpc {

class OperatorApi {
 public:
  using Desk = control::MediaDesk;
  using Stats = std::function<void(Result<control::MediaResult> result)>;

  // What it asks of the node.
  struct Node {
    control::MediaHello self;
    const Desk* desk = nullptr;
    // Answered once, at once or later.
    std::function<void(const MeetingId& meeting, Stats answer)> ask_stats;
    std::function<void(Duration deadline)> drain;
    std::function<Result<void>()> undrain;
  };

  explicit OperatorApi(Node node) : node_(std::move(node)) {}
  ~OperatorApi() { *alive_ = nullptr; }
  OperatorApi(const OperatorApi&) = delete;
  OperatorApi& operator=(const OperatorApi&) = delete;

  static std::vector<std::string> methods();
  // Of a call of one of them.
  rpc::Stream::Handlers accept(const std::string& method, std::unique_ptr<rpc::Stream> stream);

 private:
  using CallId = std::uint64_t;
  struct Call {
    std::unique_ptr<rpc::Stream> stream;
    bool has_asked = false;
  };
  using Method = void (OperatorApi::*)(CallId call, const std::string& request);
  struct Entry {
    const char* name;
    Method handle;
  };
  static const std::vector<Entry>& entries();

  void snapshot(CallId call, const std::string& request);
  void list(CallId call, const std::string& request);
  void stats(CallId call, const std::string& request);
  void drain(CallId call, const std::string& request);
  void undrain(CallId call, const std::string& request);
  void reflect(CallId call, const std::string& request);
  void answer_drain(CallId call);
  void answer(CallId call, std::string response);
  void refuse(CallId call, rpc::Code code, std::string why);

  const Node node_;
  std::unordered_map<CallId, Call> calls_;
  CallId last_call_ = 0;
  // Answers that come later find nobody when this is gone.
  std::shared_ptr<OperatorApi*> alive_ = std::make_shared<OperatorApi*>(this);
};

}  // namespace confab::media_rpc
