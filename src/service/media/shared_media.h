// One media plane for several that command it, none of whom knows of the others: each numbers its
// commands as it likes, and hears of its own meetings alone. On the media plane's listener's
// thread.
#pragma once

#include <deque>
#include <unordered_map>

#include "control/media.h"

namespace confab::media {

class SharedMedia final : public control::MediaListener {
 public:
  class User final : public control::MediaControl {
   public:
    explicit User(SharedMedia& media) : media_(media) {}
    // Before the first command.
    void set_listener(control::MediaListener& listener) { listener_ = &listener; }
    void send(control::MediaCommand command) override { media_.send(*this, std::move(command)); }

   private:
    friend class SharedMedia;
    SharedMedia& media_;
    control::MediaListener* listener_ = nullptr;
  };

  // Is to be the listener of `media`, which outlives it.
  explicit SharedMedia(control::MediaControl& media) : media_(media) {}

  // Lives as long as this.
  User& add_user() { return users_.emplace_back(*this); }

  void on_media_completion(control::MediaCompletion completion) override;
  void on_media_event(control::MediaEvent event) override;

 private:
  struct Asked {
    User* user = nullptr;
    control::RequestId id = 0;  // the user's
    bool is_opening = false;
    bool is_closing = false;
  };
  struct Meeting {
    User* user = nullptr;
    bool is_open = false;
    control::RequestId last_opening = 0;  // ours
  };
  void send(User& user, control::MediaCommand command);
  void note(const Asked& asked, const control::MediaCompletion& completion);

  control::MediaControl& media_;
  std::deque<User> users_;
  std::unordered_map<control::RequestId, Asked> asked_;
  std::unordered_map<MeetingId, Meeting> meetings_;
  control::RequestId last_id_ = 0;
};

}  // namespace confab::media
