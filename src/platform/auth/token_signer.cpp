#include "platform/auth/token_signer.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/base64url.h"

namespace confab::auth {
namespace {

constexpr std::size_t kMacBytes = 32;
// Room codes and names are short; a longer token is not ours.
constexpr std::size_t kTokenCharsMax = 1024;
constexpr std::string_view kResumePrefix = "r1";
constexpr std::string_view kHostPrefix = "h1";

using Mac = std::array<std::uint8_t, kMacBytes>;

// The prefix is part of what is signed, so that a token of one kind is never one of another.
Mac mac_of(const TokenSigner::Key& key, std::string_view prefix, std::string_view body) {
  std::string signed_text(prefix);
  signed_text += '.';
  signed_text += body;
  Mac mac{};
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          as_bytes(signed_text).data(), signed_text.size(), mac.data(), &length);
  CHECK(made != nullptr && length == kMacBytes);
  return mac;
}

void put_text(std::string& out, std::string_view text) {
  CHECK(text.size() <= 0xFFFF);
  out += static_cast<char>(text.size() >> 8);
  out += static_cast<char>(text.size() & 0xFF);
  out += text;
}

std::string_view take_text(ByteReader& in) {
  const std::size_t length = in.u16();
  return as_chars(in.bytes(length));
}

// Owns the descriptor.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> file_error(const std::string& path, std::string_view what) {
  return fail(ErrorCode::kUnavailable, path + ": " + std::string(what));
}

Result<TokenSigner> make_key(const std::string& path, Random& random) {
  TokenSigner::Key key{};
  random.fill(key);
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return file_error(path, std::strerror(errno));
  const ssize_t written = ::write(file.fd(), key.data(), key.size());
  if (written != static_cast<ssize_t>(key.size()) || ::fsync(file.fd()) != 0) {
    ::unlink(path.c_str());
    return file_error(path, "the key could not be written");
  }
  return TokenSigner(key);
}

}  // namespace

Result<TokenSigner> TokenSigner::open(const std::string& path, Random& random) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 && errno == ENOENT) return make_key(path, random);
  if (file.fd() < 0) return file_error(path, std::strerror(errno));
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return file_error(path, std::strerror(errno));
  if ((status.st_mode & 077) != 0) {
    return file_error(path, "others may read this key; chmod 600 it, or delete it for a new one");
  }
  Key key{};
  const bool is_whole =
      status.st_size == static_cast<off_t>(key.size()) &&
      ::read(file.fd(), key.data(), key.size()) == static_cast<ssize_t>(key.size());
  if (!is_whole) return file_error(path, "not a key of 32 bytes; delete it for a new one");
  return TokenSigner(key);
}

std::string TokenSigner::seal(std::string_view prefix, std::string_view body) const {
  const Mac mac = mac_of(key_, prefix, body);
  return std::string(prefix) + '.' + base64url_encode(as_bytes(body)) + '.' + base64url_encode(mac);
}

std::optional<std::string> TokenSigner::unseal(std::string_view prefix,
                                               std::string_view text) const {
  const bool has_prefix = text.size() <= kTokenCharsMax && text.starts_with(prefix) &&
                          text.size() > prefix.size() && text[prefix.size()] == '.';
  if (!has_prefix) return std::nullopt;
  text.remove_prefix(prefix.size() + 1);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto body = base64url_decode(text.substr(0, dot));
  const auto shown = base64url_decode(text.substr(dot + 1));
  if (!body || !shown || shown->size() != kMacBytes) return std::nullopt;
  const Mac mac = mac_of(key_, prefix, *body);
  if (CRYPTO_memcmp(mac.data(), shown->data(), mac.size()) != 0) return std::nullopt;
  return body;
}

Result<TokenSigner> TokenSigner::from_hex(std::string_view text) {
  Key key{};
  const auto wrong = fail(ErrorCode::kInvalidArgument, "the key that signs is not 64 hex digits");
  if (text.size() != 2 * key.size()) return wrong;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char* const begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, key[i], 16);
    if (error != std::errc{} || end != begin + 2) return wrong;
  }
  return TokenSigner(key);
}

std::string TokenSigner::sign(const ResumeToken& token) const {
  std::string body(8, '\0');
  store_be64(reinterpret_cast<std::uint8_t*>(body.data()),
             static_cast<std::uint64_t>(token.expires_at_ms));
  body += token.granted_to ? '\1' : '\0';
  put_text(body, token.room);
  put_text(body, token.participant.to_string());
  put_text(body, token.name);
  std::string generation(8, '\0');
  store_be64(reinterpret_cast<std::uint8_t*>(generation.data()), token.generation);
  body += generation;
  if (token.granted_to) put_text(body, *token.granted_to);
  return seal(kResumePrefix, body);
}

std::optional<ResumeToken> TokenSigner::verify(std::string_view text, std::int64_t now_ms) const {
  const auto body = unseal(kResumePrefix, text);
  if (!body) return std::nullopt;
  ByteReader in(as_bytes(*body));
  ResumeToken token;
  token.expires_at_ms = static_cast<std::int64_t>(in.u64());
  const bool is_granted = in.u8() != 0;
  token.room = take_text(in);
  const auto participant = ParticipantId::parse(take_text(in));
  token.name = take_text(in);
  token.generation = in.u64();
  if (is_granted) token.granted_to = take_text(in);
  if (!in.ok() || in.remaining() > 0 || !participant || token.expires_at_ms <= now_ms) {
    return std::nullopt;
  }
  token.participant = *participant;
  return token;
}

std::string TokenSigner::host_key(std::string_view room) const {
  return seal(kHostPrefix, room);
}

Sealer TokenSigner::sealer() const {
  return Sealer(mac_of(key_, "s1", "secrets at rest"));
}

bool TokenSigner::is_host_key(std::string_view text, std::string_view room) const {
  const auto body = unseal(kHostPrefix, text);
  return body && *body == room;
}

}  // namespace confab::auth
