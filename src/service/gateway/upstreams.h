// The nodes of a service as discovery tells them, with their names looked up. Loop thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/net.h"
#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"
#include "web/routing/node_table.h"

namespace confab::gateway {

class Upstreams {
 public:
  // The references outlive it; destroy it after the loop has stopped.
  Upstreams(http::EventLoop& loop, discovery::Discovery& discovery, const std::string& service,
            LogSink& log);

  // Shared with what is open: it is counted there until its last byte.
  const std::shared_ptr<routing::NodeTable>& table() const { return table_; }

 private:
  void handle_instances(const std::vector<discovery::Instance>& instances);
  void look_up_names();
  void publish();

  http::EventLoop& loop_;
  LogSink& log_;
  const std::shared_ptr<routing::NodeTable> table_ = std::make_shared<routing::NodeTable>();
  std::vector<discovery::Instance> instances_;
  std::map<std::string, IpAddress> addresses_;  // of those that are names
  http::LoopTimer again_{loop_};
};

// Something is open at a node as long as this lives.
class OpenAt {
 public:
  OpenAt(std::shared_ptr<routing::NodeTable> table, const Endpoint& endpoint)
      : table_(std::move(table)), endpoint_(endpoint) {
    table_->opened(endpoint_);
  }
  ~OpenAt() { table_->closed(endpoint_); }
  OpenAt(const OpenAt&) = delete;
  OpenAt& operator=(const OpenAt&) = delete;

 private:
  const std::shared_ptr<routing::NodeTable> table_;
  const Endpoint endpoint_;
};

}  // namespace confab::gateway
