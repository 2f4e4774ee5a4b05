//! `Room` and `RemoteTrack` for JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use futures::StreamExt;
use js_sys::{Object, Promise};
use strum::VariantNames;
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, MediaStreamTrack, RtcRtpReceiver};

use super::abort::{self, abortable};
use super::event_target::{self, Method, Target};
use super::list::List;
use super::media::to_js;
use super::promise::future_to_promise;
use super::streams::{Values, async_iterator};
use super::{backend, bytes, options};
use crate::Error;
use crate::model::{ParticipantId, PublicationId};
use crate::options::ChatOptions;
use crate::options::limits::check_id;
use crate::room::{Publication, RemoteParticipant, RemoteTrack, Room, RoomEvent, RoomState};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "RoomOptions")]
    pub type JsRoomOptions;
    #[wasm_bindgen(typescript_type = "JoinOptions")]
    pub type JsJoinOptions;
    #[wasm_bindgen(typescript_type = "DataOptions")]
    pub type JsDataOptions;
    #[wasm_bindgen(typescript_type = "readonly RemoteParticipant[]")]
    pub type JsParticipants;
    #[wasm_bindgen(typescript_type = "readonly Publication[]")]
    pub type JsPublications;
    #[wasm_bindgen(typescript_type = "RoomCapabilities")]
    pub type JsRoomCapabilities;
    #[wasm_bindgen(typescript_type = "RoomState")]
    pub type JsRoomState;
    #[wasm_bindgen(typescript_type = "MediaKind")]
    pub type JsMediaKind;
    #[wasm_bindgen(typescript_type = "TrackSource")]
    pub type JsTrackSource;
}

/// A call between participants who exchange media and data. Once joined it lives until it is left: with `leave()`,
/// with `free()`, or by the server. No reference to it is needed until then. Misspelt options, and arguments of the
/// wrong type or out of range result in `ERR_INVALID_OPTIONS`.
/// @example
/// const room = new Room({ url: "wss://example.org/ws" });
/// room.addEventListener("trackadded", ({ detail: { track } }) => track.attach(video));
/// await room.setCameraEnabled(true);
/// await room.join({ room: "tea", name: "Ana" });
#[wasm_bindgen(js_name = Room)]
#[derive(Debug)]
pub struct JsRoom {
    room: Room,
    /// What keeps a joined room alive, until its events have ended.
    joined: Rc<RefCell<Option<Room>>>,
    target: Target,
    participants: List<RemoteParticipant>,
    publications: List<Publication>,
}

// An object of the serializer takes four times as long: this event may come thousands of times in a second.
#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = dataReceived)]
    fn data_received(participant_id: &JsValue, topic: &JsValue, payload: &[u8]) -> JsValue;
}

/// A text of the previous message, which is usually that of the next one.
#[derive(Default)]
struct Text(String, JsValue);

impl Text {
    fn of(&mut self, text: &str) -> &JsValue {
        if self.1.is_undefined() || self.0 != text {
            *self = Self(text.to_owned(), text.into());
        }
        &self.1
    }
}

/// The room's events as they are in JavaScript.
fn values(room: &Room) -> Values {
    let (mut sender, mut named) = (Text::default(), Text::default());
    let to_value = move |event| match &event {
        RoomEvent::DataReceived { participant_id, topic, payload } => {
            Ok(data_received(sender.of(participant_id.as_str()), named.of(topic), payload))
        }
        event => to_js(event),
    };
    room.events().map(to_value).boxed_local()
}

impl JsRoom {
    /// The room behind the JavaScript object.
    pub(super) fn handle(&self) -> Room {
        self.room.clone()
    }
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Creates a room. It does not connect before `join`, so no event is missed.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if `url` is not a URL for the server, or is relative or missing on a page
    /// without a server, together with `server`, for an unknown `server.type`, for a `joinTimeoutMs` out of range, and for
    /// invalid ICE servers; ERR_UNSUPPORTED if the server does not support the topology, and outside a window, such as in a
    /// worker.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Option<JsRoomOptions>) -> Result<JsRoom, JsValue> {
        let (options, backend) = backend::room_options(options.map(JsValue::from))?;
        let room = match backend {
            Some(backend) => Room::with_backend(backend, options)?,
            None => Room::new(options)?,
        };
        let target = Target::weak();
        let joined = Rc::default();
        event_target::dispatch(values(&room), &target, Rc::clone(&joined));
        Ok(Self { room, joined, target, participants: List::default(), publications: List::default() })
    }

    /// Joins a room. Resolves when the server has admitted this participant; the others' tracks are emitted as events.
    /// After an error, or when it is aborted, the room is left: create a new one to try again. A call with a signal that is
    /// aborted already has no effect on the room. In an effect that React
    /// runs twice:
    ///
    /// ```js
    /// useEffect(() => {
    ///   const room = new Room();
    ///   const abort = new AbortController();
    ///   room.join({ room: "tea", name, signal: abort.signal }).catch(show); // ERR_ABORTED is no failure
    ///   return () => {
    ///     abort.abort();
    ///     void room.leave();
    ///   };
    /// }, [name]);
    /// ```
    /// @throws {MoimError} ERR_INVALID_OPTIONS for an empty or too long room or name, which does not leave the room;
    /// ERR_INVALID_STATE if it was called before, or `leave` meanwhile; ERR_TIMEOUT after `joinTimeoutMs`;
    /// ERR_SIGNALING_UNREACHABLE if the server cannot be reached; ERR_SIGNALING_LOST if the connection to it is lost;
    /// ERR_ROOM_FULL, ERR_ROOM_TOPOLOGY, ERR_ROOM_NO_MIXER, ERR_ROOM_NOT_ADMITTED, ERR_ROOM_HOST_REFUSED,
    /// ERR_ROOM_TOKEN_MISSING, ERR_ROOM_TOKEN_INVALID, ERR_ROOM_TOKEN_EXPIRED, ERR_ROOM_TOKEN_WRONG_ROOM,
    /// ERR_ROOM_NOT_PERMITTED for the role, or, for any other reason, ERR_SIGNALING_REFUSED if the server rejects it; ERR_ABORTED when its `signal` is aborted.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn join(&self, options: JsJoinOptions) -> Promise {
        let room = self.room.clone(); // never borrow `self` across an await: `free()` would throw
        let (target, joined) = (self.target.clone(), self.joined.clone());
        abortable(abort::parse(Some(options.into()), "join options"), |options| async move {
            target.hold()?;
            if let Err(error) = room.join(options).await {
                if room.state() == RoomState::New {
                    target.release();
                }
                return Err(error.into());
            }
            // It lives until it is left, even without a reference.
            joined.replace(Some(room));
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Changes this participant's name, metadata, attributes, or several of them. The others get `participantupdated`.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined or being joined; ERR_INVALID_OPTIONS for an
    /// empty or too long name, and if the metadata, or all attributes together, exceed 8192 characters;
    /// ERR_ROOM_NOT_PERMITTED without the permission `"metadata"`.
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateOptions")] options: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.room.update(options::parse_value(options, "update options")?)?)
    }

    /// Sends a chat message to everyone, or to one participant. Each participant receives the messages of another in
    /// order. Resolves when all receivers have acknowledged it or become unreachable; it is sent before that. The limit
    /// is about 1 MiB in a mesh, and 65024 bytes through an SFU or a mixer.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE if the text is too long;
    /// ERR_DATA_UNKNOWN_PARTICIPANT if no participant has this id; ERR_DATA_QUEUE_FULL if too many messages are queued
    /// for a receiver, in which case the others receive it; ERR_ROOM_NOT_PERMITTED without the permission `"data"`.
    #[wasm_bindgen(js_name = sendChat, unchecked_return_type = "Promise<ChatReceipt>")]
    pub fn send_chat(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ChatOptions")] options: Option<JsValue>,
    ) -> Promise {
        let options = options::parse_value::<String>(text, "text").and_then(|text| {
            let (options, signals) = abort::parse::<ChatOptions>(options, "chat options")?;
            Ok(((text, options), signals))
        });
        abortable(options, |(text, options)| {
            let sent = self.room.send_chat(&text, &options);
            async move { to_js(&sent?.await) }
        })
    }

    /// Sends bytes to everyone, or to one participant. Reliable messages have, with the topic, at most 1 MiB in a mesh, and
    /// 65024 bytes through an SFU or a mixer; unreliable ones 16 KiB.
    ///
    /// The bytes are copied and queued at once, so messages keep the order of the calls. The promise resolves when there is
    /// room for more: when less than 512 KiB are on their way to each receiver. Await it to send no faster than they read. A
    /// receiver without a response for 30 seconds is ignored.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE for more bytes than that, or
    /// a topic of more than 255 bytes; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant;
    /// ERR_DATA_QUEUE_FULL if too much waits already because the promises of earlier calls were not awaited: 16 MiB in a mesh,
    /// and then the other participants get the message; 3 MiB through an SFU or a mixer, and then nobody gets it; 256 messages
    /// while a connection is being established; ERR_INVALID_OPTIONS if the payload is not a BufferSource;
    /// ERR_ROOM_NOT_PERMITTED without the permission `"data"`; ERR_ABORTED when its `signal` is aborted, which ends the
    /// waiting: the bytes are sent, unless it was aborted before the call.
    #[wasm_bindgen(js_name = sendData, unchecked_return_type = "Promise<void>")]
    pub fn send_data(
        &self,
        #[wasm_bindgen(unchecked_param_type = "BufferSource")] payload: &JsValue,
        options: Option<JsDataOptions>,
    ) -> Promise {
        let wrong = || options::expected("payload", "an ArrayBuffer or a view of one", payload);
        let sent = bytes::view(payload).ok_or_else(wrong).and_then(|bytes| {
            let (options, signals) = abort::parse(options.map(JsValue::from), "data options")?;
            signals.check()?;
            Ok((self.room.send_bytes(bytes.to_vec(), &options)?, signals))
        });
        match sent {
            // Of thousands of messages in a second most need not wait.
            Ok((capacity, _)) if capacity.is_ready() => Promise::resolve(&JsValue::UNDEFINED),
            sent => abortable(sent, |capacity| async move {
                capacity.await;
                Ok(JsValue::UNDEFINED)
            }),
        }
    }

    /// What the room can do with its server, known before it is joined. What it cannot do fails with ERR_UNSUPPORTED.
    #[wasm_bindgen(getter)]
    pub fn capabilities(&self) -> Result<JsRoomCapabilities, JsValue> {
        Ok(to_js(&self.room.capabilities())?.unchecked_into())
    }

    /// The room's state.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> Result<JsRoomState, JsValue> {
        Ok(to_js(&self.room.state())?.unchecked_into())
    }

    /// This participant's id, once joined.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.room.participant_id().map(|id| id.0)
    }

    /// The other participants in the room, in the order of joining. A participant is the same object for as long as it is in
    /// the room. The array is replaced when a participant joins, leaves or changes, and is the same until then: with
    /// `useSyncExternalStore(subscribe, () => room.participants)` a React component renders on each change.
    #[wasm_bindgen(getter)]
    pub fn participants(&self) -> JsParticipants {
        let participants = self.room.participants().into_iter();
        let participants = participants.map(|other| (other.clone(), other.revision())).collect();
        self.participants.of(participants, RemoteParticipant::object).unchecked_into()
    }

    /// The active speakers among the others.
    #[wasm_bindgen(getter, js_name = activeSpeakers, unchecked_return_type = "ParticipantId[]")]
    pub fn active_speakers(&self) -> Vec<String> {
        self.room.active_speakers().into_iter().map(|id| id.0).collect()
    }

    /// The dominant speaker among the others.
    #[wasm_bindgen(getter, js_name = dominantSpeaker, unchecked_return_type = "ParticipantId | undefined")]
    pub fn dominant_speaker(&self) -> Option<String> {
        self.room.dominant_speaker().map(|id| id.0)
    }

    /// The quality of the call for this participant: of what it sends to all, and of what it receives from all.
    /// `undefined` until it has been measured. That of the call with another one is the `quality` of the
    /// `RemoteParticipant`.
    #[wasm_bindgen(getter, unchecked_return_type = "ParticipantQuality | undefined")]
    pub fn quality(&self) -> Result<JsValue, JsValue> {
        self.room.quality().map_or(Ok(JsValue::UNDEFINED), |quality| to_js(&quality))
    }

    /// This participant's publications. A publication is the same object for as long as it is published. The array is
    /// replaced when a publication is added, removed or changed, and is the same until then.
    #[wasm_bindgen(getter)]
    pub fn publications(&self) -> JsPublications {
        let publications = self.room.publications().into_iter();
        let publications = publications.map(|one| (one.clone(), u32::from(one.is_muted()))).collect();
        self.publications.of(publications, Publication::object).unchecked_into()
    }

    /// Leaves the room. Tracks that the application has published continue; those that `setCameraEnabled` and similar
    /// methods have opened are stopped. Idempotent.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn leave(&self) -> Promise {
        let room = self.room.clone();
        future_to_promise(async move {
            room.leave().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = addEventListener, skip_typescript)]
    pub fn add_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<Option<EventTarget>, JsValue> {
        let event = event_target::event_name(event, RoomEvent::VARIANTS)?;
        let target = self.target.create()?;
        self.target.call(Method::Add, &event, listener, options)?;
        Ok(target) // for guard.js to hold
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let event = event_target::event_name(event, RoomEvent::VARIANTS)?;
        self.target.call(Method::Remove, &event, listener, options)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn events(&self) -> Object {
        async_iterator(values(&self.room))
    }
}

/// Audio or video of another participant. The track belongs to one publication and ends with it: when the publication
/// ends, when it is unsubscribed from, and when the room is left.
/// @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
/// @example
/// room.addEventListener("trackadded", ({ detail: { track } }) => document.body.append(track.attach()));
#[wasm_bindgen(js_name = RemoteTrack)]
#[derive(Debug)]
pub struct JsRemoteTrack(RemoteTrack);

impl From<RemoteTrack> for JsRemoteTrack {
    fn from(track: RemoteTrack) -> Self {
        Self(track)
    }
}

impl JsRemoteTrack {
    pub(super) fn track(&self) -> &RemoteTrack {
        &self.0
    }
}

#[wasm_bindgen(js_class = RemoteTrack)]
impl JsRemoteTrack {
    /// The id of the publisher.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId")]
    pub fn participant_id(&self) -> String {
        self.0.participant_id().to_string()
    }

    /// The id of the publication.
    #[wasm_bindgen(getter, js_name = publicationId, unchecked_return_type = "PublicationId")]
    pub fn publication_id(&self) -> String {
        self.0.publication_id().to_string()
    }

    /// Audio or video.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> Result<JsMediaKind, JsValue> {
        Ok(to_js(&self.0.kind())?.unchecked_into())
    }

    /// The source of the track.
    #[wasm_bindgen(getter)]
    pub fn source(&self) -> Result<JsTrackSource, JsValue> {
        Ok(to_js(&self.0.source())?.unchecked_into())
    }

    /// Whether its publisher muted it: it is silent or black.
    #[wasm_bindgen(getter)]
    pub fn muted(&self) -> bool {
        self.0.is_muted()
    }

    /// Whether the track has ended.
    #[wasm_bindgen(getter)]
    pub fn ended(&self) -> bool {
        self.0.is_ended()
    }

    /// The receiver of the track; `undefined` once it has ended, as the receiver is then used for other publications.
    /// For the same reason `rtcRtpReceiver.track` is not this track, and must not be played. `getStats(track)` and `new
    /// StatsMonitor(track)` accept the track itself.
    #[wasm_bindgen(getter, js_name = rtcRtpReceiver)]
    pub fn rtc_rtp_receiver(&self) -> Option<RtcRtpReceiver> {
        self.0.as_receiver().cloned()
    }

    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self(self.0.clone())
    }

    /// The browser's object. To play it, `attach` the track. When the track ends, its `readyState` becomes `"ended"`
    /// and its `ended` event is fired.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.to_raw()
    }
}

pub(super) fn participant_id(value: JsValue) -> Result<ParticipantId, Error> {
    let id: ParticipantId = options::parse_value(value, "participantId")?;
    check_id(id.as_str(), "participantId")?;
    Ok(id)
}

pub(super) fn publication_id(value: JsValue) -> Result<PublicationId, Error> {
    let id: PublicationId = options::parse_value(value, "publicationId")?;
    check_id(id.as_str(), "publicationId")?;
    Ok(id)
}
