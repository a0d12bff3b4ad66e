#include "call/testing.h"

namespace confab::call {
namespace {

using testing::World;

class ChatTest : public ::testing::Test {
 protected:
  World world;
  ConnectionId a = world.connect();
  ConnectionId b = world.connect();
  ConnectionId c = world.connect();
  JoinedMeeting ada = world.join(a, "Ada");
  JoinedMeeting ben = world.join(b, "Ben");
  JoinedMeeting cleo = world.join(c, "Cleo");
};

TEST_F(ChatTest, a_public_line_reaches_all_others_and_the_store) {
  world.ask(a, SendChat{" hello\nall ", std::nullopt});
  const ChatMessage sent = world.answer<ChatAccepted>(a).message;
  EXPECT_EQ(sent.text, "hello\nall");
  for (const ConnectionId who : {b, c}) {
    const auto got = world.told<ChatPosted>(who);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].message.id, sent.id);
    EXPECT_EQ(got[0].message.from.name, "Ada");
  }
  EXPECT_TRUE(world.told<ChatPosted>(a).empty());
  ASSERT_EQ(world.saved.size(), 1u);
  EXPECT_EQ(world.saved[0].room, world.rooms.at(World::kRoom).id);
}

TEST_F(ChatTest, what_a_host_deletes_is_gone_for_all_and_for_who_comes_later) {
  world.ask(a, SendChat{"a slip", std::nullopt});
  const MessageId slip = world.answer<ChatAccepted>(a).message.id;
  world.ask(b, DeleteMessage{slip});
  EXPECT_EQ(world.last_reply(b).error().code, ErrorCode::kForbidden) << "a member may not";
  ASSERT_TRUE(world.operate(DeleteMessage{slip}));
  for (const ConnectionId who : {a, b, c}) {
    const auto got = world.told<ChatDeleted>(who);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].message, slip);
  }
  EXPECT_EQ(world.dropped, std::vector{slip});
  EXPECT_TRUE(world.join(world.connect(), "Dan").state.chat.messages.empty());
  EXPECT_EQ(world.operate(DeleteMessage{slip}).error().code, ErrorCode::kNotFound);
}

TEST_F(ChatTest, what_the_store_can_not_delete_stays_for_all) {
  world.ask(a, SendChat{"a slip", std::nullopt});
  const MessageId slip = world.answer<ChatAccepted>(a).message.id;
  world.store_error = Error{ErrorCode::kUnavailable, "away"};
  EXPECT_EQ(world.operate(DeleteMessage{slip}).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(world.told<ChatDeleted>(b).empty());
  world.ask(b, GetState{});
  EXPECT_EQ(world.answer<State>(b).chat.messages.size(), 1u);
}

TEST_F(ChatTest, a_deleted_line_does_not_come_back_since_its_sender_had_no_answer) {
  const MessageId id = MessageId::random(world.random);
  world.ask(a, SendChat{"a slip", std::nullopt, id});
  ASSERT_TRUE(world.operate(DeleteMessage{id}));
  world.ask(a, SendChat{"a slip", std::nullopt, id});
  EXPECT_EQ(world.refusal(a), ErrorCode::kConflict);
  EXPECT_TRUE(world.saved.empty());
}

// By REST while nobody was in the room: past the meeting, which is loading it by now.
TEST_F(ChatTest, a_line_deleted_while_its_room_is_being_loaded_is_shown_to_nobody) {
  World later;
  const MessageId slip = MessageId::random(later.random);
  later.rooms[World::kRoom].chat = {
      {slip, ada.state.self.who, {}, "a slip", 1},
      {MessageId::random(later.random), ada.state.self.who, {}, "b", 2}};
  later.store_answers = false;
  const auto d = later.connect();
  later.ask(d, World::newcomer("Dan"));
  ASSERT_EQ(later.operate(DeleteMessage{slip}).error().code, ErrorCode::kNotFound);
  later.happen(MessageGone{World::kRoom, slip});
  later.release_answers();
  const State state = later.answer<JoinedMeeting>(d).state;
  ASSERT_EQ(state.chat.messages.size(), 1u);
  EXPECT_EQ(state.chat.messages[0].text, "b");
}

TEST_F(ChatTest, a_line_deleted_past_the_meeting_is_gone_for_all_in_it) {
  world.ask(a, SendChat{"a slip", std::nullopt});
  const MessageId slip = world.answer<ChatAccepted>(a).message.id;
  world.happen(MessageGone{World::kRoom, slip});
  for (const ConnectionId who : {a, b, c}) {
    const auto got = world.told<ChatDeleted>(who);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].message, slip);
  }
  EXPECT_TRUE(world.join(world.connect(), "Dan").state.chat.messages.empty());
}

TEST_F(ChatTest, who_was_away_is_told_what_was_deleted_meanwhile) {
  world.ask(a, SendChat{"a slip", std::nullopt});
  const MessageId slip = world.answer<ChatAccepted>(a).message.id;
  world.happen(ConnectionLost{b});
  ASSERT_TRUE(world.operate(DeleteMessage{slip}));
  EXPECT_EQ(world.resume(world.connect(), ben, true).state.deleted, std::vector{slip});
}

TEST_F(ChatTest, nobody_deletes_what_two_said_to_each_other) {
  world.ask(a, SendChat{"psst", ben.state.self.who.id.to_string()});
  const MessageId whisper = world.answer<ChatAccepted>(a).message.id;
  EXPECT_EQ(world.operate(DeleteMessage{whisper}).error().code, ErrorCode::kNotFound);
  world.ask(b, GetState{});
  EXPECT_EQ(world.answer<State>(b).chat.messages.size(), 1u);
}

TEST_F(ChatTest, a_private_line_is_for_the_two_alone_also_in_the_history) {
  world.ask(a, SendChat{"psst", ben.state.self.who.id.to_string()});
  EXPECT_EQ(world.told<ChatPosted>(b).size(), 1u);
  EXPECT_TRUE(world.told<ChatPosted>(c).empty());
  EXPECT_TRUE(world.join(world.connect(), "Dan").state.chat.messages.empty());
  for (const ConnectionId who : {a, b}) {
    world.ask(who, GetState{});
    EXPECT_EQ(world.answer<State>(who).chat.messages.size(), 1u);
  }
  world.ask(c, GetState{});
  EXPECT_TRUE(world.answer<State>(c).chat.messages.empty());
}

TEST_F(ChatTest, refuses_what_cannot_be_sent) {
  world.ask(a, SendChat{"", std::nullopt});
  EXPECT_EQ(world.refusal(a), ErrorCode::kInvalidArgument);
  world.ask(a, SendChat{std::string(2001, 'x'), std::nullopt});
  EXPECT_EQ(world.refusal(a), ErrorCode::kTooLarge);
  world.ask(a, SendChat{"x", "pt_nobody"});
  EXPECT_EQ(world.refusal(a), ErrorCode::kNotFound);
  EXPECT_TRUE(world.saved.empty());
}

TEST_F(ChatTest, a_line_sent_again_since_its_answer_was_lost_is_said_once) {
  const SendChat line{"hello", std::nullopt, MessageId::random(world.random)};
  world.ask(a, line);
  const ChatMessage sent = world.answer<ChatAccepted>(a).message;
  EXPECT_EQ(sent.id, *line.id);
  world.happen(ConnectionLost{a});
  const auto again = world.connect();
  world.resume(again, ada, true);

  world.ask(again, line);

  const ChatMessage repeated = world.answer<ChatAccepted>(again).message;
  EXPECT_EQ(repeated.id, sent.id);
  EXPECT_EQ(repeated.sent_at_ms, sent.sent_at_ms);
  EXPECT_EQ(world.told<ChatPosted>(b).size(), 1u);
  EXPECT_EQ(world.saved.size(), 1u);
}

TEST_F(ChatTest, the_id_of_anothers_line_is_refused) {
  const SendChat line{"hello", std::nullopt, MessageId::random(world.random)};
  world.ask(a, line);
  world.ask(b, SendChat{"mine", std::nullopt, line.id});
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
  EXPECT_TRUE(world.told<ChatPosted>(a).empty());
}

TEST_F(ChatTest, a_line_that_cannot_be_kept_is_refused_and_heard_by_nobody) {
  world.store_error = Error{ErrorCode::kUnavailable, "the disk is full"};
  world.ask(a, SendChat{"lost?", std::nullopt});
  EXPECT_EQ(world.refusal(a), ErrorCode::kUnavailable);
  EXPECT_TRUE(world.told<ChatPosted>(b).empty());
  world.store_error.reset();
  EXPECT_TRUE(world.join(world.connect(), "Dan").state.chat.messages.empty());
}

TEST_F(ChatTest, a_store_that_hangs_is_told_to_the_sender_in_time) {
  world.store_answers = false;
  world.ask(a, SendChat{"hello", std::nullopt});
  EXPECT_FALSE(world.has_reply(a));
  world.pass(15s);
  EXPECT_EQ(world.refusal(a), ErrorCode::kTimeout);
  // And if it was kept after all, nobody misses it.
  world.release_answers();
  EXPECT_EQ(world.told<ChatPosted>(a).size(), 1u);
  EXPECT_EQ(world.told<ChatPosted>(b).size(), 1u);
  EXPECT_EQ(world.call.counts().requests_in_flight, 0u);
}

TEST_F(ChatTest, a_line_sent_again_while_it_is_being_kept_is_said_once) {
  world.store_answers = false;
  const SendChat line{"hello", std::nullopt, MessageId::random(world.random)};
  world.ask(a, line);
  world.ask(a, line);
  world.ask(b, SendChat{"mine", std::nullopt, line.id});
  EXPECT_EQ(world.refusal(b), ErrorCode::kConflict);
  world.release_answers();
  EXPECT_EQ(world.answer<ChatAccepted>(a).message.id, *line.id);
  EXPECT_EQ(world.told<ChatPosted>(b).size(), 1u);
  EXPECT_EQ(world.saved.size(), 1u);
}

TEST_F(ChatTest, who_leaves_while_a_line_is_kept_is_heard_all_the_same) {
  world.store_answers = false;
  world.ask(a, SendChat{"bye", std::nullopt});
  world.ask(a, Leave{});
  world.release_answers();
  const auto got = world.told<ChatPosted>(b);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].message.text, "bye");
}

TEST_F(ChatTest, a_name_in_the_history_is_the_one_of_that_time) {
  world.ask(a, SendChat{"hello", std::nullopt});
  world.ask(a, SetName{"Adele"});
  EXPECT_EQ(world.answer<NameChanged>(a).name, "Adele");
  EXPECT_EQ(world.told<ParticipantUpdated>(b).size(), 1u);
  EXPECT_EQ(world.join(world.connect(), "Dan").state.chat.messages[0].from.name, "Ada");
}

TEST_F(ChatTest, people_of_the_compatibility_set_are_written_to_by_their_alias) {
  const auto d = world.connect();
  Join request;
  request.room = World::kRoom;
  request.name = "Dan";
  request.alias = "so_dan";
  world.ask(d, request);
  world.ask(a, SendChat{"hi Dan", "so_dan"});
  const auto got = world.told<ChatPosted>(d);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].message.to->alias, "so_dan");
}

TEST_F(ChatTest, history_comes_from_the_store_and_keeps_its_length) {
  Options options;
  options.chat_history = 3;
  World later(options);
  for (int i = 0; i < 5; ++i) {
    later.rooms[World::kRoom].chat.push_back(
        {MessageId::random(later.random), ada.state.self.who, {}, std::to_string(i), i});
  }
  const auto d = later.connect();
  EXPECT_EQ(later.join(d, "Dan").state.chat.messages.size(), 3u);
  later.ask(d, SendChat{"new", std::nullopt});
  later.ask(d, GetState{});
  const State state = later.answer<State>(d);
  ASSERT_EQ(state.chat.messages.size(), 3u);
  EXPECT_EQ(state.chat.messages.back().text, "new");
}

// The longest line there may be.
std::string emoji_line() {
  std::string out;
  for (int i = 0; i < 2000; ++i) out += "\U0001f600";
  return out;
}

TEST_F(ChatTest, a_late_joiner_gets_the_last_lines_and_the_rest_page_by_page) {
  Options options;
  World later(options);
  for (int i = 0; i < 120; ++i) {
    later.rooms[World::kRoom].chat.push_back(
        {MessageId::random(later.random), ada.state.self.who, {}, std::to_string(i), i});
  }
  const auto d = later.connect();
  ChatPage page = later.join(d, "Dan").state.chat;
  std::vector<std::string> seen;
  while (true) {
    EXPECT_LE(page.messages.size(), kChatPageLines);
    for (auto it = page.messages.rbegin(); it != page.messages.rend(); ++it)
      seen.push_back(it->text);
    if (!page.has_earlier) break;
    later.ask(d, GetChat{page.messages.front().id});
    page = later.answer<ChatPage>(d);
  }
  ASSERT_EQ(seen.size(), 120u);
  EXPECT_EQ(seen.front(), "119");
  EXPECT_EQ(seen.back(), "0");
}

TEST_F(ChatTest, what_a_join_carries_is_bounded_in_bytes) {
  for (int i = 0; i < 200; ++i) {
    world.rooms["klm-nopq-rst"].chat.push_back(
        {MessageId::random(world.random), ada.state.self.who, {}, emoji_line(), i});
  }
  world.rooms["klm-nopq-rst"].id = RoomId::random(world.random);
  const auto d = world.connect();
  ChatPage page = world.join(d, "Dan", "klm-nopq-rst").state.chat;
  EXPECT_EQ(page.messages.size(), kChatPageBytes / wire_bytes(page.messages[0]));
  EXPECT_TRUE(page.has_earlier);
  std::size_t kept = page.messages.size();
  while (page.has_earlier) {
    world.ask(d, GetChat{page.messages.front().id});
    page = world.answer<ChatPage>(d);
    kept += page.messages.size();
  }
  EXPECT_GT(kept, 50u);
  EXPECT_LE(kept * emoji_line().size(), kChatHistoryBytes);
}

TEST_F(ChatTest, pages_hold_what_the_viewer_may_read) {
  world.ask(a, SendChat{"to all", std::nullopt});
  const MessageId first = world.answer<ChatAccepted>(a).message.id;
  world.ask(a, SendChat{"psst", ben.state.self.who.id.to_string()});
  world.ask(a, SendChat{"to all again", std::nullopt});
  const MessageId last = world.answer<ChatAccepted>(a).message.id;
  world.ask(b, GetChat{last});
  EXPECT_EQ(world.answer<ChatPage>(b).messages.size(), 2u);
  world.ask(c, GetChat{last});
  ASSERT_EQ(world.answer<ChatPage>(c).messages.size(), 1u);
  EXPECT_EQ(world.answer<ChatPage>(c).messages[0].id, first);
  world.ask(c, GetChat{first});
  EXPECT_TRUE(world.answer<ChatPage>(c).messages.empty());
  world.ask(c, GetChat{MessageId::random(world.random)});
  EXPECT_TRUE(world.answer<ChatPage>(c).messages.empty()) << "one that is not kept";
  world.ask(c, GetChat{});
  EXPECT_EQ(world.answer<ChatPage>(c).messages.size(), 2u);
}

TEST_F(ChatTest, large_answers_are_paid_for_by_their_size) {
  for (int i = 0; i < 200; ++i) {
    world.rooms["klm-nopq-rst"].chat.push_back(
        {MessageId::random(world.random), ada.state.self.who, {}, emoji_line(), i});
  }
  world.rooms["klm-nopq-rst"].id = RoomId::random(world.random);
  const auto d = world.connect();
  world.join(d, "Dan", "klm-nopq-rst");
  std::size_t answered = 0;
  for (int i = 0; i < 40; ++i) {
    world.ask(d, GetState{});
    if (world.if_answered<State>(d)) ++answered;
  }
  EXPECT_GE(answered, 10u);
  EXPECT_LE(answered, 20u);
  EXPECT_EQ(world.refusal(d), ErrorCode::kRateLimited);
  world.ask(d, SetHand{true});
  world.answer<HandChanged>(d);
  world.pass(2s);
  world.ask(d, GetState{});
  world.answer<State>(d);
}

TEST_F(ChatTest, a_raised_hand_is_told_once_with_its_time) {
  world.pass(5s);
  world.ask(a, SetHand{true});
  world.pass(5s);
  world.ask(a, SetHand{true});
  EXPECT_EQ(world.answer<HandChanged>(a).since_ms, 5000);
  EXPECT_EQ(world.told<ParticipantUpdated>(b).size(), 1u);
  world.ask(a, SetHand{false});
  EXPECT_FALSE(world.answer<HandChanged>(a).since_ms);
}

}  // namespace
}  // namespace confab::call
