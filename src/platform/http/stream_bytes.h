// Reading and writing a stream for a ByteStream, whichever end of a connection it is. Private to
// platform/http and platform/http_client.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <utility>

#include "platform/http/byte_stream.h"

namespace confab::http {

// How much to hold ready for the next read: little while little comes, because most of the time
// nothing does.
class ReadSize {
 public:
  std::size_t next() const {
    return is_busy_ ? ByteStream::kPieceBytes : ByteStream::kWaitingBytes;
  }
  void note(std::size_t size) { is_busy_ = size >= ByteStream::kWaitingBytes; }

 private:
  bool is_busy_ = false;
};

// `owner` keeps the stream until the callback.
template <typename Stream, typename Owner>
void read_bytes(Stream& stream, ReadSize& size, Owner owner, ByteStream::Read done) {
  auto piece = std::make_unique<std::string>(size.next(), '\0');
  const auto room = boost::asio::buffer(*piece);
  stream.async_read_some(
      room, [&size, owner = std::move(owner), piece = std::move(piece), done = std::move(done)](
                const boost::system::error_code& error, std::size_t count) mutable {
        if (error == boost::asio::error::eof) return done(std::string());
        if (error) return done(fail(ErrorCode::kUnavailable, error.message()));
        size.note(count);
        piece->resize(count);
        done(std::move(*piece));
      });
}

template <typename Stream, typename Owner>
void write_bytes(Stream& stream, Owner owner, std::string bytes, ByteStream::Written done) {
  auto piece = std::make_unique<std::string>(std::move(bytes));
  const auto all = boost::asio::buffer(*piece);
  boost::asio::async_write(
      stream, all,
      [owner = std::move(owner), piece = std::move(piece), done = std::move(done)](
          const boost::system::error_code& error, std::size_t) mutable { done(!error); });
}

}  // namespace confab::http
