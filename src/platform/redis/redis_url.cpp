#include "platform/redis/redis_url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

namespace confab::redis {
namespace {

template <typename Number>
bool read(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::expected<RedisUrl, std::string> parse_redis_url(std::string_view text) {
  const auto wrong = [](std::string_view why) { return std::unexpected(std::string(why)); };
  const auto url = boost::urls::parse_uri(text);
  if (!url) return wrong("expected redis://[:password@]host[:port][/number]");
  if (url->scheme() == "rediss") return wrong("TLS to Redis is not supported: use redis://");
  if (url->scheme() != "redis" || url->host().empty()) {
    return wrong("expected redis://[:password@]host[:port][/number]");
  }
  RedisUrl out;
  out.host = url->host_name().empty() ? url->host_address() : url->host_name();
  if (out.host.empty()) out.host = url->host();
  if (url->has_port() && !read(std::string_view(url->port()), out.port)) {
    return wrong("its port is none");
  }
  out.user = url->user();
  out.password = url->password();
  std::string path = url->path();
  if (path.starts_with('/')) path.erase(0, 1);
  if (!path.empty() && !read(std::string_view(path), out.database)) {
    return wrong("behind its host expected the number of a database");
  }
  if (url->has_query() || url->has_fragment()) return wrong("it says more than where it is");
  return out;
}

}  // namespace confab::redis
