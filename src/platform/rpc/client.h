// The calling side: one connection to one server, made when it is needed and again when it broke.
// Loop thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/rpc/credentials.h"
#include "platform/rpc/stream.h"

namespace confab::rpc {

class Client {
 public:
  // `target`: "127.0.0.1:50051", or a name and a port. `post` stays callable until it is gone.
  Client(const std::string& target, const Credentials& credentials, Post post);
  // Its streams are gone before it.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // For the connections that streams are opened on from now on; those that are open go on.
  void use_credentials(const Credentials& credentials);

  // `method`: "/confab.media.v1.Media/Control". A server that can not be reached closes it with
  // kUnavailable; nothing is waited for.
  std::unique_ptr<Stream> open(const std::string& method, Stream::Handlers handlers);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::rpc
