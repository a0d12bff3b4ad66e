#include "run_hash.h"

#include <vector>

#include "sim/world.h"

namespace confab::sim {

std::uint64_t run_hash(std::uint64_t seed) {
  World world({.seed = seed});
  LinkProfile link;
  link.jitter = 5ms;
  link.loss_permille = 50;
  link.duplicate_permille = 10;
  link.reorder_permille = 30;
  std::vector<Peer*> peers;
  for (int i = 0; i < 4; ++i) {
    Peer& peer = world.add_peer({.up = link, .down = link, .tcp = i == 3});
    world.run_for(400ms);
    TrackOptions video;
    video.is_simulcast = i == 1;
    TrackOptions audio;
    audio.is_video = false;
    audio.payload_bytes = 100;
    audio.frame_interval = 20ms;
    audio.audio_level_dbov = -30;
    for (const TrackOptions& options : {video, audio}) {
      const ProducerId producer = peer.publish(options).producer;
      for (Peer* other : peers) {
        other->subscribe(producer);
        peer.subscribe(other->tracks().front()->producer);
      }
    }
    peers.push_back(&peer);
  }
  world.run_for(2s);
  peers[0]->move();
  peers[1]->restart_ice();
  world.run_for(2s);
  world.remove_peer(*peers[2]);
  world.run_for(2s);
  return world.log().hash();
}

}  // namespace confab::sim
