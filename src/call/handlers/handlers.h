// One handler per event, chosen by overload. Each sees the event, the state and nothing else.
#pragma once

#include "call/core.h"

namespace confab::call {

// ---- requests of those who have joined: one file each ----
void on(Core& core, const Origin& origin, Asker asker, Leave request);
void on(Core& core, const Origin& origin, Asker asker, GetState request);
void on(Core& core, const Origin& origin, Asker asker, GetChat request);
void on(Core& core, const Origin& origin, Asker asker, CreateTransport request);
void on(Core& core, const Origin& origin, Asker asker, ConnectTransport request);
void on(Core& core, const Origin& origin, Asker asker, RestartIce request);
void on(Core& core, const Origin& origin, Asker asker, CloseTransport request);
void on(Core& core, const Origin& origin, Asker asker, Produce request);
void on(Core& core, const Origin& origin, Asker asker, SetProducerPaused request);
void on(Core& core, const Origin& origin, Asker asker, CloseProducer request);
void on(Core& core, const Origin& origin, Asker asker, Consume request);
void on(Core& core, const Origin& origin, Asker asker, SetConsumerPaused request);
void on(Core& core, const Origin& origin, Asker asker, SetPreferredLayers request);
void on(Core& core, const Origin& origin, Asker asker, GetStats request);
void on(Core& core, const Origin& origin, Asker asker, CloseConsumer request);
void on(Core& core, const Origin& origin, Asker asker, SendChat request);
void on(Core& core, const Origin& origin, Asker asker, SetHand request);
void on(Core& core, const Origin& origin, Asker asker, SetName request);
void on(Core& core, const Origin& origin, Asker asker, SendReport request);
// ---- of those who lead, or of an operator ----
void on(Core& core, const Origin& origin, const By& by, MuteParticipant request);
void on(Core& core, const Origin& origin, const By& by, MuteAll request);
void on(Core& core, const Origin& origin, const By& by, AskToUnmute request);
void on(Core& core, const Origin& origin, const By& by, StopSource request);
void on(Core& core, const Origin& origin, const By& by, LowerHand request);
void on(Core& core, const Origin& origin, const By& by, LowerHands request);
void on(Core& core, const Origin& origin, const By& by, RemoveParticipant request);
void on(Core& core, const Origin& origin, const By& by, BanParticipant request);
void on(Core& core, const Origin& origin, const By& by, ListBans request);
void on(Core& core, const Origin& origin, const By& by, LiftBan request);
void on(Core& core, const Origin& origin, const By& by, SetRole request);
void on(Core& core, const Origin& origin, const By& by, SetRoom request);
void on(Core& core, const Origin& origin, const By& by, SetLock request);
void on(Core& core, const Origin& origin, const By& by, SetPassword request);
void on(Core& core, const Origin& origin, const By& by, AdmitWaiting request);
void on(Core& core, const Origin& origin, const By& by, DenyWaiting request);
void on(Core& core, const Origin& origin, const By& by, AdmitAll request);
void on(Core& core, const Origin& origin, const By& by, WriteToLobby request);
void on(Core& core, const Origin& origin, const By& by, EndMeeting request);
void on(Core& core, const Origin& origin, const By& by, ListPeople request);
void on(Core& core, const Origin& origin, const By& by, DeleteMessage request);
// The one request that needs no join before it.
void on_join(Core& core, const Origin& origin, Join request);

// ---- everything else that happens ----
void on(Core& core, ClientRequest event);    // finds the handler above
void on(Core& core, OperatorRequest event);  // the same
void on(Core& core, MediaLook event);
void on(Core& core, ConnectionLost event);
void on(Core& core, ConnectionRecovered event);
void on(Core& core, ConnectionClosed event);
void on(Core& core, GrantRevoked event);
void on(Core& core, PageClosing event);
void on(Core& core, PageReturning event);
void on(Core& core, RoomLoaded event);
void on(Core& core, ChatSaved event);
void on(Core& core, PasswordChecked event);
void on(Core& core, MessageDropped event);
void on(Core& core, PasswordHashed event);
void on(Core& core, RoomChanged event);
void on(Core& core, MessageGone event);
void on(Core& core, RoomDeleted event);
void on(Core& core, RoomUnkept event);
void on(Core& core, ServerStopping event);
void on(Core& core, control::MediaCompletion event);
void on(Core& core, control::MediaEvent event);

// ---- answers of the media plane, by what was asked ----
// `result` holds the alternative that belongs to the purpose, or an error.
void on_answer(Core& core, MediaInFlight& asked, OpeningRouter& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, Relayed& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, ConnectingTransport& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, MakingTransport& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, MakingJoinTransport& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, Producing& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, PuttingCapabilities& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, Consuming& purpose,
               Result<control::MediaResult> result);
void on_answer(Core& core, MediaInFlight& asked, Muting& purpose,
               Result<control::MediaResult> result);

// The one who asked, if it is still there with the media it had then.
Asker still_there(Core& core, const MediaInFlight& asked);
// Closes what was made for somebody who is not there any more.
void discard_result(Core& core, MeetingId meeting, const control::MediaResult& result);

// ---- deadlines ----
void on(Core& core, GraceOver timer);
void on(Core& core, StatesDue timer);  // announce.cpp
void on(Core& core, StoreLate timer);
void on(Core& core, ChatLate timer);
void on(Core& core, MediaLate timer);
void on(Core& core, ReopenDue timer);
void on(Core& core, LobbyGraceOver timer);  // lobby.cpp

}  // namespace confab::call
