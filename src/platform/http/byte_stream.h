// Bytes that come in pieces, for those who pass them on. Loop thread.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"

namespace confab::http {

// The body of a response while it still arrives. Destroying it gives it up.
class BodySource {
 public:
  using Read = std::move_only_function<void(Result<std::string> piece)>;

  virtual ~BodySource() = default;
  // One at a time. An empty piece is the end; an error: the rest will not come.
  virtual void read(Read done) = 0;
};

// Both ways of a connection that is no HTTP any more. Nobody reads ahead of who asks, so one who
// writes each piece before asking for the next holds a piece and no more.
class ByteStream {
 public:
  using Read = std::move_only_function<void(Result<std::string> piece)>;
  using Written = std::move_only_function<void(bool is_written)>;

  virtual ~ByteStream() = default;
  // One at a time. An empty piece is the end.
  virtual void read(Read done) = 0;
  // One at a time.
  virtual void write(std::string bytes, Written done) = 0;
  // What is under way ends with an error, later.
  virtual void close() = 0;

  // The most that one read gives.
  static constexpr std::size_t kPieceBytes = 16 * 1024;
  // What is held ready while nothing comes.
  static constexpr std::size_t kWaitingBytes = 512;
};

}  // namespace confab::http
