#include "rtc/dtls/datagram_bio.h"

#include <openssl/bio.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace confab::dtls {

// OpenSSL's side: plain functions that find the DatagramBio in the BIO's data.
struct BioCallbacks {
  static DatagramBio& of(BIO* bio) { return *static_cast<DatagramBio*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    const ByteView datagram = std::exchange(of(bio).incoming_, ByteView{});
    if (datagram.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    // OpenSSL reads with room for the largest record; what is longer cannot be DTLS.
    const std::size_t taken = std::min(datagram.size(), static_cast<std::size_t>(size));
    std::memcpy(out, datagram.data(), taken);
    return static_cast<int>(taken);
  }

  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    of(bio).outputs_.push_datagram(as_bytes({data, static_cast<std::size_t>(size)}));
    return size;
  }

  static long control(BIO* bio, int command, long, void* argument) {
    switch (command) {
      case BIO_CTRL_FLUSH:
        return 1;
      case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        of(bio).on_timer(*static_cast<timeval*>(argument));
        return 1;
      case BIO_CTRL_DGRAM_QUERY_MTU:
      case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return static_cast<long>(of(bio).mtu_);
      default:
        // Among them the MTU's overhead (none: the MTU here is the datagram's payload).
        return 0;
    }
  }

  static const BIO_METHOD* method() {
    // One for the process, never freed, like OpenSSL's own.
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const m =
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "confab datagram");
      CHECK(m != nullptr);
      BIO_meth_set_read(m, read);
      BIO_meth_set_write(m, write);
      BIO_meth_set_ctrl(m, control);
      return m;
    }();
    return made;
  }
};

DatagramBio::DatagramBio(OutputQueue& outputs, std::size_t mtu, Duration first_retransmission,
                         Duration longest_retransmission)
    : outputs_(outputs),
      mtu_(mtu),
      first_retransmission_(first_retransmission),
      longest_retransmission_(longest_retransmission),
      rto_(first_retransmission) {}

bio_st* DatagramBio::make() {
  BIO* const bio = BIO_new(BioCallbacks::method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

void DatagramBio::on_timer(timeval& openssl_deadline) {
  if (openssl_deadline.tv_sec == 0 && openssl_deadline.tv_usec == 0) {
    stop();  // the flight was answered
    return;
  }
  deadline_ = now_ + rto_;
  openssl_deadline_ = &openssl_deadline;
  // The year 36,812: OpenSSL compares it with the wall clock on every read.
  openssl_deadline.tv_sec = time_t{1} << 40;
  openssl_deadline.tv_usec = 0;
}

void DatagramBio::stop() {
  deadline_ = kNever;
  openssl_deadline_ = nullptr;
  rto_ = first_retransmission_;
}

void DatagramBio::expire() {
  DCHECK(openssl_deadline_ != nullptr);
  rto_ = std::min(rto_ * 2, longest_retransmission_);
  openssl_deadline_->tv_sec = 1;
  openssl_deadline_->tv_usec = 0;
  deadline_ = kNever;
}

}  // namespace confab::dtls
