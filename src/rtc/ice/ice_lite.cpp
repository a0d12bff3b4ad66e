#include "rtc/ice/ice_lite.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "rtc/stun/builder.h"

namespace confab::ice {

std::string_view to_string(IceState state) {
  switch (state) {
    case IceState::kNew:
      return "new";
    case IceState::kConnected:
      return "connected";
    case IceState::kDisconnected:
      return "disconnected";
    case IceState::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(RequestOutcome outcome) {
  switch (outcome) {
    case RequestOutcome::kAccepted:
      return "accepted";
    case RequestOutcome::kNotARequest:
      return "not_a_request";
    case RequestOutcome::kBadRequest:
      return "bad_request";
    case RequestOutcome::kUnknownUser:
      return "unknown_user";
    case RequestOutcome::kWrongIntegrity:
      return "wrong_integrity";
    case RequestOutcome::kUnknownAttribute:
      return "unknown_attribute";
    case RequestOutcome::kRoleConflict:
      return "role_conflict";
    case RequestOutcome::kFailedTransport:
      return "failed_transport";
  }
  return "unknown";
}

IceLite::IceLite(const IceConfig& config, Random& random)
    : config_(config), current_(make_credentials(random, 0)) {
  CHECK(config_.disconnected_after < config_.failed_after);
  CHECK(config_.selected_silence < config_.failed_after);
}

IceLite::Credentials IceLite::make_credentials(Random& random, std::uint32_t generation) {
  std::string ufrag = random.alphanumeric(kCredentialCharacters);
  std::string password = random.alphanumeric(kCredentialCharacters);
  stun::IntegrityKey key(password);
  return {std::move(ufrag), std::move(password), std::move(key), generation};
}

void IceLite::restart(Random& random) {
  begin_call();
  const std::uint32_t generation = current_.generation + 1;
  // With a restart pending the peer is still on the credentials before it: those are kept.
  if (previous_ != nullptr) {
    retire(current_);
  } else {
    previous_ = std::make_unique<Credentials>(std::move(current_));
  }
  current_ = make_credentials(random, generation);
  DCHECK(is_consistent());
}

RequestResult IceLite::handle_request(Instant now, const Path& path, const stun::Message& request,
                                      MutableBytes out) {
  begin_call();
  const Credentials* used = nullptr;
  const RequestOutcome outcome = judge(request, used);
  RequestResult result{outcome, {}};
  if (outcome == RequestOutcome::kAccepted) {
    result.response = success(path, request, *used, out);
    accept(now, path, request, used->generation);
  } else {
    result.response = refusal(now, request, outcome, used, out);
  }
  DCHECK(is_consistent());
  return result;
}

// RFC 8489 §9.1.3 (who is it), §6.3.1 (is everything understood), RFC 8445 §7.3 (roles). `used` is
// set once the request proved that its sender knows these credentials.
RequestOutcome IceLite::judge(const stun::Message& request, const Credentials*& used) const {
  if (request.message_class() != stun::Class::kRequest) return RequestOutcome::kNotARequest;
  if (state_ == IceState::kFailed) return RequestOutcome::kFailedTransport;
  if (request.username().empty() || !request.has_integrity()) return RequestOutcome::kBadRequest;
  const Credentials* const named = find_credentials(request.username());
  if (named == nullptr) return RequestOutcome::kUnknownUser;
  if (!request.check_integrity(named->key)) return RequestOutcome::kWrongIntegrity;
  used = named;
  if (!request.unknown_required().empty()) return RequestOutcome::kUnknownAttribute;
  // RFC 8445 §7.3.1.1 compares tie-breakers and lets the larger keep its role. A lite agent cannot
  // control (§6.1.1), so here it always keeps its role and the peer has to switch.
  if (request.ice_controlled()) return RequestOutcome::kRoleConflict;
  return RequestOutcome::kAccepted;
}

const IceLite::Credentials* IceLite::find_credentials(std::string_view username) const {
  const auto parts = stun::split_username(username);
  if (!parts) return nullptr;
  if (parts->local == current_.ufrag) return &current_;
  if (previous_ != nullptr && parts->local == previous_->ufrag) return previous_.get();
  return nullptr;
}

void IceLite::accept(Instant now, const Path& path, const stun::Message& request,
                     std::uint32_t generation) {
  last_valid_check_ = now;
  PathEntry& entry = learn_path(path);
  const Instant previous_check = std::exchange(entry.last_check, now);
  entry.priority = request.priority().value_or(entry.priority);
  entry.generation = std::max(entry.generation, generation);
  if (generation > nomination_generation_) {
    nomination_generation_ = generation;
    nomination_.reset();
    paths_.forget_nominations();
  }

  const auto before = choice_.selected();
  const PathEntry* const wanted = choice_.wanted() ? paths_.find(*choice_.wanted()) : nullptr;
  const bool nominated =
      generation == nomination_generation_ && nominates(request, entry, previous_check);
  const bool is_silent = wanted == nullptr || now - wanted->last_check >= config_.selected_silence;
  if (nominated || is_silent || choice_.wanted() == path) choice_.want(now, entry, paths_);
  if (request.use_candidate() && choice_.home() == path) choice_.on_check_at_home(now);
  tell_selection(before);
  if (previous_ != nullptr && paths_.find(*choice_.wanted())->generation == current_.generation) {
    retire(*std::exchange(previous_, nullptr));
  }
  if (state_ != IceState::kConnected) set_state(IceState::kConnected, "valid check");
}

PathEntry& IceLite::learn_path(const Path& path) {
  if (PathEntry* const known = paths_.find(path)) return *known;
  if (paths_.is_full()) {
    remove_path(paths_.oldest_except({choice_.selected(), choice_.wanted(), choice_.home()})->path);
  }
  emit(PathAdded{path});
  return paths_.add(path);
}

bool IceLite::nominates(const stun::Message& request, PathEntry& entry, Instant previous_check) {
  const PathEntry* const wanted = choice_.wanted() ? paths_.find(*choice_.wanted()) : nullptr;
  return nomination_.apply({request.use_candidate(), request.nomination(), previous_check}, entry,
                           wanted);
}

void IceLite::on_authentic(Instant now, const Path& path) {
  begin_call();
  PathEntry* const entry = paths_.find(path);
  if (entry == nullptr) return;
  const auto before = choice_.selected();
  choice_.on_authentic(now, *entry, paths_);
  tell_selection(before);
  DCHECK(is_consistent());
}

bool IceLite::is_selected_proven() const {
  return choice_.selected() && paths_.find(*choice_.selected())->is_proven();
}

bool IceLite::holds(Instant now, const Path& path) const {
  const PathEntry* const entry = paths_.find(path);
  return entry != nullptr && entry->is_proven() &&
         now - std::max(entry->last_check, entry->last_authentic) < config_.held_for;
}

ByteView IceLite::success(const Path& path, const stun::Message& request, const Credentials& used,
                          MutableBytes out) const {
  stun::Builder builder(out, stun::Class::kSuccess, request.transaction_id());
  builder.xor_mapped_address(path.remote);
  const ByteView response = builder.finish(&used.key);
  CHECK(!response.empty());
  return response;
}

ByteView IceLite::refusal(Instant now, const stun::Message& request, RequestOutcome outcome,
                          const Credentials* proved, MutableBytes out) {
  stun::Builder builder(out, stun::Class::kError, request.transaction_id());
  switch (outcome) {
    case RequestOutcome::kAccepted:
    case RequestOutcome::kNotARequest:
    case RequestOutcome::kFailedTransport:
      return {};
    case RequestOutcome::kBadRequest:
      builder.error_code(stun::ErrorResponse::kBadRequest);
      break;
    case RequestOutcome::kUnknownUser:
    case RequestOutcome::kWrongIntegrity:
      builder.error_code(stun::ErrorResponse::kUnauthenticated);
      break;
    case RequestOutcome::kUnknownAttribute:
      builder.error_code(stun::ErrorResponse::kUnknownAttribute);
      builder.unknown_attributes(request.unknown_required());
      break;
    case RequestOutcome::kRoleConflict:
      builder.error_code(stun::ErrorResponse::kRoleConflict);
      break;
  }
  const ByteView response = builder.finish(proved == nullptr ? nullptr : &proved->key);
  CHECK(!response.empty());
  if (proved != nullptr) return response;
  // The source address of a stranger may be a victim's: never more bytes than came, and not often.
  return response.size() <= request.size() && may_answer_stranger(now) ? response : ByteView{};
}

bool IceLite::may_answer_stranger(Instant now) {
  if (now - stranger_window_ >= 1s) {
    stranger_window_ = now;
    stranger_answers_ = 0;
  }
  return stranger_answers_++ < config_.unauthenticated_answers_per_s;
}

void IceLite::on_path_closed(const Path& path) {
  begin_call();
  if (paths_.find(path) != nullptr) remove_path(path);
  note_lost_paths();
  DCHECK(is_consistent());
}

void IceLite::note_lost_paths() {
  const auto before = choice_.selected();
  choice_.forget_lost(paths_);
  tell_selection(before);
  if (state_ == IceState::kConnected && !choice_.selected()) {
    set_state(IceState::kDisconnected, "no path left");
  }
}

void IceLite::handle_timeout(Instant now) {
  begin_call();
  if (state_ == IceState::kConnected && now - last_valid_check_ >= config_.disconnected_after) {
    set_state(IceState::kDisconnected, "no check");
  }
  expire_paths(now);
  note_lost_paths();
  if (state_ == IceState::kDisconnected && now - last_valid_check_ >= config_.failed_after) {
    set_state(IceState::kFailed, "no check");
  }
  DCHECK(is_consistent());
}

// A path without a check for so long has lost its consent (RFC 7675 §5.1), and its 5-tuple may
// belong to somebody else by now.
void IceLite::expire_paths(Instant now) {
  while (const PathEntry* const oldest = paths_.oldest_except({})) {
    if (now - oldest->last_check < config_.failed_after) break;
    remove_path(oldest->path);
  }
}

Instant IceLite::next_timeout() const {
  Instant soonest = kNever;
  if (state_ == IceState::kConnected) soonest = last_valid_check_ + config_.disconnected_after;
  if (state_ == IceState::kDisconnected) soonest = last_valid_check_ + config_.failed_after;
  if (const PathEntry* const oldest = paths_.oldest_except({})) {
    soonest = std::min(soonest, oldest->last_check + config_.failed_after);
  }
  return soonest;
}

void IceLite::remove_path(const Path& path) {
  emit(PathRemoved{path});
  paths_.remove(path);
}

void IceLite::tell_selection(const std::optional<Path>& before) {
  if (choice_.selected() != before) emit(SelectedPathChanged{choice_.selected()});
}

void IceLite::retire(const Credentials& credentials) {
  emit(UfragRetired{credentials.ufrag});
}

void IceLite::set_state(IceState to, std::string_view why) {
  emit(StateChanged{std::exchange(state_, to), to, why});
}

// Callers have to take the events of one call before the next; what is left over is their mistake.
void IceLite::begin_call() {
  DCHECK(events_head_ == events_end_);
  events_head_ = events_end_ = 0;
}

void IceLite::emit(IceEvent event) {
  CHECK(events_end_ < events_.size());
  events_[events_end_++] = std::move(event);
}

bool IceLite::poll(IceEvent& out) {
  if (events_head_ == events_end_) return false;
  out = std::move(events_[events_head_++]);
  return true;
}

bool IceLite::is_consistent() const {
  const bool generations_ascend =
      previous_ == nullptr || previous_->generation < current_.generation;
  if (!choice_.is_consistent(paths_) || !generations_ascend) return false;
  switch (state_) {
    case IceState::kNew:
    case IceState::kFailed:
      return paths_.size() == 0 && !choice_.selected();
    case IceState::kConnected:
      return choice_.selected().has_value();
    case IceState::kDisconnected:
      return choice_.selected().has_value() == (paths_.size() > 0);
  }
  return false;
}

}  // namespace confab::ice
