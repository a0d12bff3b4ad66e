// What a caller may ask of rooms, and what it is answered: read and within its limits already.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "control/media.h"
#include "rtc/ortc/types.h"

namespace confab::rooms {

// Whose a producer is and what it shows, in the caller's words.
struct AppData {
  std::string user;
  std::string room;  // empty: it was not said
  std::string text;  // the whole, as it is given to others
};

// Makes the room if there is none. Only this does.
struct GetCapabilities {
  std::string room;
};
struct CreateTransport {
  std::string room;
  control::TransportDirection direction = control::TransportDirection::kSend;
};
struct ConnectTransport {
  TransportId transport;
  ortc::DtlsParameters dtls;
};
struct Produce {
  TransportId transport;
  ortc::MediaKind kind = ortc::MediaKind::kAudio;
  ortc::RtpParameters rtp_parameters;
  AppData app_data;
};
struct Consume {
  std::string room;
  TransportId transport;
  ProducerId producer;
  ortc::RtpCapabilities rtp_capabilities;
};
struct ResumeConsumer {
  ConsumerId consumer;
};
// Done as well where there is no such producer any more.
struct CloseProducer {
  ProducerId producer;
  std::string room;  // empty: whichever it is in
};
struct SetProducerPaused {
  ProducerId producer;
  std::string room;
  bool paused = false;
};
// Of a room that is not there: nobody.
struct GetProducers {
  std::string room;
};
// Closes what the user sends; done as well where there is nothing.
struct CleanupUser {
  std::string room;
  std::string user;
};

using Request =
    std::variant<GetCapabilities, CreateTransport, ConnectTransport, Produce, Consume,
                 ResumeConsumer, CloseProducer, SetProducerPaused, GetProducers, CleanupUser>;

struct Done {};
struct Capabilities {
  ortc::RtpCapabilities rtp_capabilities;
};
struct ConsumerMade {
  control::Consumed consumed;
  std::string app_data;  // the producer's
};
struct ListedProducer {
  ProducerId producer;
  std::string user;
  std::string app_data;
};
struct ProducerList {
  std::vector<ListedProducer> producers;
};

using Answer = std::variant<Done, Capabilities, control::TransportCreated, control::Produced,
                            ConsumerMade, ProducerList>;

}  // namespace confab::rooms
