// What stands between OpenSSL and the world: an in-memory BIO that hands OpenSSL one datagram at a
// time, takes what it writes, and owns its retransmission timer, so that neither a socket nor a
// clock is involved. Part of DtlsTransport.
//
// The timer: OpenSSL 3.0 gives the read BIO the address of its own deadline (a wall-clock timeval)
// each time it arms or stops the timer (BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT). We keep the real deadline
// here, on the Instant's clock, and write one into OpenSSL's that is either never or long past. So
// a step of the system clock cannot disturb a handshake, and tests run in virtual time.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/dtls/output_queue.h"

struct bio_st;
struct timeval;

namespace confab::dtls {

class DatagramBio {
 public:
  // `outputs` takes what OpenSSL writes, and outlives this.
  DatagramBio(OutputQueue& outputs, std::size_t mtu, Duration first_retransmission,
              Duration longest_retransmission);
  DatagramBio(const DatagramBio&) = delete;
  DatagramBio& operator=(const DatagramBio&) = delete;

  // A BIO that refers to this; the caller owns it. nullptr if out of memory.
  bio_st* make();

  void set_now(Instant now) { now_ = now; }
  // The datagram that the next read gets, once.
  void set_incoming(ByteView datagram) { incoming_ = datagram; }
  // When OpenSSL wants to retransmit.
  Instant deadline() const { return deadline_; }
  // Lets OpenSSL see its timer expired and backs off. DTLSv1_handle_timeout has to follow. Only
  // with a deadline set.
  void expire();
  // The SSL is gone, and its timer with it.
  void stop();

 private:
  friend struct BioCallbacks;
  void on_timer(timeval& openssl_deadline);

  OutputQueue& outputs_;
  std::size_t mtu_;
  Duration first_retransmission_;
  Duration longest_retransmission_;
  Duration rto_;
  Instant now_{};
  Instant deadline_ = kNever;
  timeval* openssl_deadline_ = nullptr;  // lives in the SSL; set while deadline_ is
  ByteView incoming_;
};

}  // namespace confab::dtls
