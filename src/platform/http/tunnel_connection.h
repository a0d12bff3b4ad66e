// A client's connection that speaks with another server through us.
#pragma once

#include <boost/beast/core/stream_traits.hpp>
#include <memory>
#include <string>
#include <utility>

#include "platform/http/byte_stream.h"
#include "platform/http/server_impl.h"
#include "platform/http/stream_bytes.h"

namespace confab::http {

template <typename Stream>
class TunnelConnection final : public ByteStream,
                               public Peer,
                               public std::enable_shared_from_this<TunnelConnection<Stream>> {
 public:
  TunnelConnection(std::shared_ptr<HttpServer::Impl> server, Stream stream, const Endpoint& remote)
      : Peer(std::move(server), remote.address), stream_(std::move(stream)) {}

  void read(Read done) override {
    read_bytes(stream_, read_size_, this->shared_from_this(), std::move(done));
  }
  void write(std::string bytes, Written done) override {
    write_bytes(stream_, this->shared_from_this(), std::move(bytes), std::move(done));
  }
  void close() override {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream_).close(ignored);
  }

  void stop() override { close(); }
  void give_way() override { close(); }

 private:
  Stream stream_;
  ReadSize read_size_;
};

}  // namespace confab::http
