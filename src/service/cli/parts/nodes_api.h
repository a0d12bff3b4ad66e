// Which nodes there are, and draining them, by REST: /api/nodes, for who has the scope ops. What is
// changed is in the audit log. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "platform/http/server.h"
#include "service/access/access.h"

namespace confab::cli {

class NodesApi {
 public:
  struct Load {
    std::size_t transports = 0;
    std::size_t meetings = 0;
    std::optional<Duration> lag;
  };
  struct Node {
    std::uint16_t number = 0;
    std::string_view role;
    std::string region;
    bool is_self = false;
    bool is_up = false;
    bool is_draining = false;
    bool is_leaving = false;
    bool can_drain = false;
    std::size_t meetings = 0;
    std::optional<Load> load;
  };
  struct DrainState {
    bool is_draining = false;
    std::size_t meetings = 0;
  };
  using Answer = std::move_only_function<void(Result<DrainState> state)>;

  // The nodes as this process knows them.
  class Nodes {
   public:
    virtual ~Nodes() = default;
    virtual std::vector<Node> nodes() const = 0;
    // Of one that can_drain. Without a deadline it is to take meetings again.
    virtual void drain(std::uint16_t number, std::optional<Duration> deadline, Answer answer) = 0;
  };

  // Declares its routes on `server`. References outlive it.
  NodesApi(access::Access& access, Nodes& nodes, http::HttpServer& server);

 private:
  using Act = void (NodesApi::*)(const access::Caller& caller, const http::Request& request,
                                 http::Responder responder);
  void list(const access::Caller& caller, const http::Request& request, http::Responder responder);
  void drain(const access::Caller& caller, const http::Request& request, http::Responder responder);
  void undrain(const access::Caller& caller, const http::Request& request,
               http::Responder responder);
  void change(const access::Caller& caller, const http::Request& request,
              std::optional<Duration> deadline, http::Responder responder);

  access::Access& access_;
  Nodes& nodes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace confab::cli
